/*
 * Own operators in files: each use becomes the call of a function whose body is the operator's
 * expansion.
 *
 * A body depends on the attributes, on which inputs are given and on what is known of their shapes;
 * uses with the same body share a function, others get a function of another name.
 */
#include "onnx/save.h"

#include <stdio.h>

/* The expansion in a graph of its own, inside the clone: it shares the clone's dimensions and
 * report. */
typedef struct expansion {
    const og_node *node;
    og_graph *g;
    og_value **in, **out; /* by port */
} expansion;

static og_status expand_inputs(og_saver *s, expansion *e)
{
    char name[32];

    for (int i = 0; i < e->node->n_in; i++) {
        og_value *from = e->node->in[i];

        if (!from)
            continue;
        snprintf(name, sizeof name, "in%d", i);
        if (!(e->in[i] = og_graph_add_input(e->g, name, &from->type)))
            return og_save_no_memory(s);
    }
    return OG_OK;
}

/* Each output of a function is made by a node of its body, once. */
static og_status expand_outputs(og_saver *s, expansion *e)
{
    char name[32];

    for (int k = 0; k < e->node->n_out; k++) {
        og_value *v = og_value_now(e->out[k]);

        if (!v)
            return og_fail(s->report, OG_UNSUPPORTED, "the expansion of %s does not give output %d",
                           e->node->op->name, k);
        if (!v->node || v->graph != e->g || v->named)
            v = og_node(e->g, "Identity", 1, &v, NULL);
        snprintf(name, sizeof name, "out%d", k);
        if (!v || !og_output(e->g, name, v))
            return og_graph_status(e->g);
    }
    return OG_OK;
}

/* A body sees nothing but its inputs. */
static bool sees_only(const og_graph *g, const og_graph *root)
{
    og_graph *body;

    for (size_t i = 0; i < g->nodes.n; i++) {
        const og_node *node = g->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            for (const og_graph *at = node->in[j] ? node->in[j]->graph : root; at != root;
                 at = at->outer)
                if (!at)
                    return false;
        for (int b = 0; (body = og_node_body(node, b)); b++)
            if (!sees_only(body, root))
                return false;
    }
    return true;
}

static og_status expand(og_saver *s, expansion *e)
{
    const og_node *node = e->node;

    if (!node->op->expand)
        return og_fail(s->report, OG_UNSUPPORTED, "%s has no expansion into standard operators",
                       node->op->name);
    e->g = og_graph_new_inside(s->g, node->op->name);
    e->in = OG_NEW_N(s->arena, og_value *, node->n_in + 1);
    e->out = OG_NEW_N(s->arena, og_value *, node->n_out + 1);
    if (!e->g || !e->in || !e->out)
        return og_save_no_memory(s);
    OG_TRY(expand_inputs(s, e));
    for (int k = 0; k < node->n_out; k++)
        node->out[k]->mark = 0; /* all outputs are wanted */
    og_rewrite c = { .g = e->g,
                     .op = node->op,
                     .node = node,
                     .attrs = node->attrs,
                     .n_in = node->n_in,
                     .n_out = node->n_out,
                     .in = e->in,
                     .out = e->out };
    node->op->expand(&c);
    OG_TRY(og_graph_status(e->g));
    OG_TRY(expand_outputs(s, e));
    OG_TRY(og_graph_prune(e->g, NULL, 0));
    OG_TRY(og_prepare_names(e->g, NULL));
    if (!sees_only(e->g, e->g))
        return og_fail(s->report, OG_BUG, "the expansion of %s reads values outside of it",
                       node->op->name);
    return OG_OK;
}

/* ---- The function ---------------------------------------------------------------------------- */

/* Functions have no initializers: constants become nodes. */
static og_status save_constant(og_saver *s, const og_value *v, Onnx__NodeProto **out)
{
    Onnx__NodeProto *node = OG_NEW(s->arena, Onnx__NodeProto);
    Onnx__AttributeProto *a = OG_NEW(s->arena, Onnx__AttributeProto);
    Onnx__TensorProto *t = OG_NEW(s->arena, Onnx__TensorProto);
    char **name = OG_NEW(s->arena, char *);
    Onnx__AttributeProto **list = OG_NEW(s->arena, Onnx__AttributeProto *);

    if (!node || !a || !t || !name || !list || !og_pack_tensor(s->arena, NULL, v->data, t))
        return og_save_no_memory(s);
    onnx__node_proto__init(node);
    onnx__attribute_proto__init(a);
    a->name = og_save_text("value");
    a->has_type = true;
    a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
    a->t = t;
    *list = a;
    *name = og_save_text(v->name);
    node->op_type = og_save_text("Constant");
    node->n_output = node->n_attribute = 1;
    node->output = name;
    node->attribute = list;
    *out = node;
    return og_save_need(s, "", 1);
}

static og_status save_body(og_saver *s, og_graph *g, Onnx__FunctionProto *proto)
{
    proto->node = OG_NEW_N(s->arena, Onnx__NodeProto *, g->values.n + g->nodes.n + 1);
    if (!proto->node)
        return og_save_no_memory(s);
    for (size_t i = 0; i < g->values.n; i++)
        if (g->values.v[i]->data && !g->values.v[i]->node)
            OG_TRY(save_constant(s, g->values.v[i], &proto->node[proto->n_node++]));
    OG_TRY(og_save_nodes(s, g, proto->n_node, proto->node));
    proto->n_node += g->nodes.n;
    return OG_OK;
}

static og_status save_ends(og_saver *s, const og_graph *g, Onnx__FunctionProto *proto)
{
    proto->input = OG_NEW_N(s->arena, char *, g->inputs.n + 1);
    proto->output = OG_NEW_N(s->arena, char *, g->outputs.n + 1);
    if (!proto->input || !proto->output)
        return og_save_no_memory(s);
    for (size_t i = 0; i < g->inputs.n; i++)
        proto->input[proto->n_input++] = og_save_text(g->inputs.v[i]->name);
    for (size_t k = 0; k < g->outputs.n; k++)
        proto->output[proto->n_output++] = og_save_text(g->outputs.v[k]->name);
    return OG_OK;
}

static og_status pack_body(og_saver *s, og_saved_function *f)
{
    uint8_t *bytes;

    f->size = onnx__function_proto__get_packed_size(&f->proto);
    if (!(bytes = og_arena_alloc(s->arena, f->size + 1)))
        return og_save_no_memory(s);
    onnx__function_proto__pack(&f->proto, bytes);
    f->body = bytes;
    return OG_OK;
}

/* The function with this body, or a new one: Name, Name_2, Name_3 … */
static og_status find_or_add(og_saver *s, const char *name, og_saved_function *f,
                             const char **found)
{
    int number = 1;

    for (size_t i = 0; i < s->functions.n; i++) {
        const og_saved_function *other = s->functions.v[i];
        size_t n = strlen(name);

        if (strncmp(other->proto.name, name, n) ||
            (other->proto.name[n] && other->proto.name[n] != '_'))
            continue;
        if (other->size == f->size && !memcmp(other->body, f->body, f->size)) {
            *found = other->proto.name;
            return OG_OK;
        }
        number++;
    }
    f->proto.name =
        number == 1 ? og_save_text(name) : og_arena_print(s->arena, "%s_%d", name, number);
    f->proto.domain = og_save_text("onnxgrad");
    *found = f->proto.name;
    return f->proto.name && og_list_push(s->arena, &s->functions, f) ? OG_OK : og_save_no_memory(s);
}

og_status og_save_call(og_saver *s, const og_node *node, Onnx__NodeProto *proto)
{
    expansion e = { .node = node };
    og_saved_function *f = OG_NEW(s->arena, og_saved_function);
    const char *name;

    if (!f)
        return og_save_no_memory(s);
    OG_TRY(expand(s, &e));
    onnx__function_proto__init(&f->proto);
    OG_TRY(save_ends(s, e.g, &f->proto));
    OG_TRY(save_body(s, e.g, &f->proto));
    OG_TRY(pack_body(s, f));
    OG_TRY(find_or_add(s, node->op->name, f, &name));
    OG_TRY(og_save_need(s, "onnxgrad", 1));
    proto->op_type = og_save_text(name);
    proto->domain = og_save_text("onnxgrad");
    if (!(proto->input = OG_NEW_N(s->arena, char *, node->n_in + 1)))
        return og_save_no_memory(s);
    for (int i = 0; i < node->n_in; i++)
        if (node->in[i])
            proto->input[proto->n_input++] = og_save_text(node->in[i]->name);
    return OG_OK;
}
