/* Facts about a model, gathered for the command and for other tools. */
#include "onnxgrad/inspect.h"

#include "exec/exec.h"
#include "train/parameters.h"

#include <stdio.h>

static const char *keep_text(og_graph *g, og_text *text)
{
    const char *copy = og_arena_string(g->arena, text->data ? text->data : "");

    if (text->failed || !copy) {
        og_graph_no_memory(g);
        copy = "";
    }
    og_text_free(text);
    return copy;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static og_node_gradient gradient_of(const og_op *op)
{
    if (op->traits & OG_ZERO_GRADIENT)
        return OG_GRADIENT_ZERO;
    if (op->gradient)
        return OG_GRADIENT_RULE;
    return op->expand ? OG_GRADIENT_EXPANSION : OG_GRADIENT_NONE;
}

static const char **names_of(og_graph *g, og_value *const *values, int n)
{
    const char **names = OG_NEW_N(g->arena, const char *, n + 1);

    for (int i = 0; names && i < n; i++)
        names[i] = values[i] ? values[i]->name : "";
    return names;
}

static og_status describe_node(og_graph *g, const og_node *node, og_node_facts *f)
{
    og_text text = { 0 }, types = { 0 };
    char type[300];

    og_node_print(&text, node);
    for (int k = 0; k < node->n_out; k++)
        og_text_print(&types, "%s%s", k ? ", " : "",
                      og_type_text(g->dims, &node->out[k]->type, type, sizeof type));
    *f = (og_node_facts){ .index = node->index,
                          .op = node->op->name,
                          .name = node->name,
                          .text = keep_text(g, &text),
                          .types = keep_text(g, &types),
                          .gradient = gradient_of(node->op),
                          .n_in = (size_t)node->n_in,
                          .n_out = (size_t)node->n_out,
                          .in = names_of(g, node->in, node->n_in),
                          .out = names_of(g, node->out, node->n_out),
                          .runs = og_node_runnable(node) || node->op->expand };
    return og_graph_status(g);
}

static void count_unsupported(const og_inspection *x, og_text *out)
{
    for (size_t i = 0; i < x->n_nodes; i++) {
        size_t same = 0, before = 0;

        if (x->nodes[i].runs)
            continue;
        for (size_t j = 0; j < x->n_nodes; j++)
            if (!x->nodes[j].runs && !strcmp(x->nodes[i].op, x->nodes[j].op)) {
                same++;
                before += j < i;
            }
        if (!before)
            og_text_print(out, "%s%s (%zu node%s)", out->size ? ", " : "", x->nodes[i].op, same,
                          same == 1 ? "" : "s");
    }
}

static og_status describe_nodes(og_graph *g, og_inspection *x)
{
    og_node_facts *f = OG_NEW_N(g->arena, og_node_facts, g->nodes.n + 1);
    og_text unsupported = { 0 };

    if (!f)
        return og_graph_no_memory(g);
    for (size_t i = 0; i < g->nodes.n; i++) {
        OG_TRY(describe_node(g, g->nodes.v[i], &f[i]));
        x->n_unsupported += !f[i].runs;
    }
    x->nodes = f;
    x->n_nodes = g->nodes.n;
    count_unsupported(x, &unsupported);
    x->unsupported = keep_text(g, &unsupported);
    return og_graph_status(g);
}

/* ---- Parameters ------------------------------------------------------------------------------ */

/* The reason, and the tensor of which this one is a second copy. */
static const char *why(og_graph *g, const og_candidate *c)
{
    char name[160];

    if (!c->twin)
        return c->why;
    return og_arena_print(g->arena,
                          "%s; the transpose of '%s': probably one weight that the exporter "
                          "split, --tie joins them",
                          c->why, og_escape(name, sizeof name, c->twin->name));
}

static og_status describe_parameters(og_graph *g, const char *train, const char *freeze,
                                     og_inspection *x)
{
    og_candidates found;

    OG_TRY(og_candidates_find(g, g->arena, train, freeze, &found));
    og_parameter_facts *p = OG_NEW_N(g->arena, og_parameter_facts, found.n + 1);
    if (!p)
        return og_graph_no_memory(g);
    for (size_t i = 0; i < found.n; i++) {
        const og_value *v = found.v[i].value;

        p[i] = (og_parameter_facts){ .name = v->name,
                                     .type = og_value_type(v),
                                     .trained = found.v[i].trained,
                                     .why = why(g, &found.v[i]),
                                     .elements = v->data->count };
        x->elements += p[i].elements;
        x->trained += p[i].trained ? p[i].elements : 0;
    }
    x->parameters = p;
    x->n_parameters = found.n;
    return OG_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void list_values(og_graph *g, og_text *out, og_value *const *values, size_t n, bool defaults)
{
    char type[300], name[160];
    size_t shown = 0;

    og_text_print(out, "(");
    for (size_t i = 0; i < n; i++) {
        if (!defaults &&
            values[i]->data) /* an initializer listed among the inputs, as old files do */
            continue;
        og_text_print(out, "%s%s %s", shown++ ? ", " : "",
                      og_type_text(g->dims, &values[i]->type, type, sizeof type),
                      og_escape(name, sizeof name, values[i]->name));
    }
    og_text_print(out, ")");
}

static void describe_whole(og_graph *g, og_inspection *x)
{
    og_text opsets = { 0 }, signature = { 0 };

    for (size_t i = 0; i < g->opsets.n; i++)
        og_text_print(&opsets, "%s%s %lld", i ? ", " : "",
                      *g->opsets.v[i].domain ? g->opsets.v[i].domain : "ai.onnx",
                      (long long)g->opsets.v[i].version);
    list_values(g, &signature, g->inputs.v, g->inputs.n, false);
    og_text_print(&signature, " => ");
    list_values(g, &signature, g->outputs.v, g->outputs.n, true);
    *x = (og_inspection){ .name = g->name,
                          .file = g->file,
                          .producer = g->producer,
                          .ir_version = g->ir_version,
                          .opsets = keep_text(g, &opsets),
                          .signature = keep_text(g, &signature),
                          .unsupported = "" };
}

og_status og_inspect(og_graph *g, const char *train, const char *freeze, og_inspection *x)
{
    OG_TRY(og_graph_status(g));
    describe_whole(g, x);
    OG_TRY(describe_nodes(g, x));
    return describe_parameters(g, train, freeze, x);
}
