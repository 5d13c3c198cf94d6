/* Clones: a graph of its own over the same bytes. Values and nodes keep their places, so ids are
 * the map. */
#include "graph/node.h"

og_value *og_clone_of(const og_graph *clone, const og_value *original)
{
    return original ? clone->values.v[original->id] : NULL;
}

static og_graph *clone_graph(const og_graph *from, og_graph *to);

static og_value *capture(og_graph *root, const og_value *v);

/* The counterpart of a value that may belong to an outer graph. */
static og_value *counterpart(og_graph *clone, const og_value *v)
{
    if (!v)
        return NULL;
    const og_graph *from = v->graph;
    for (const og_graph *g = clone; g; g = g->outer)
        if (g->source == from)
            return og_clone_of(g, v);
    return capture(og_graph_root(clone), v);
}

static og_value *copy_value(og_graph *to, const og_value *from)
{
    og_value *v = OG_NEW(to->arena, og_value);

    if (!v)
        return NULL;
    *v = *from; /* types, contents and data lie in the old arena: copied below */
    v->graph = to;
    v->node = NULL;
    v->replaced_by = NULL;
    v->name = og_arena_string(to->arena, from->name);
    v->doc = from->doc ? og_arena_string(to->arena, from->doc) : NULL;
    if (from->type.rank > 0)
        v->type.dims =
            og_arena_copy(to->arena, from->type.dims, sizeof(og_dim) * (size_t)from->type.rank);
    if (from->content)
        v->content =
            og_arena_copy(to->arena, from->content, sizeof(og_dim) * (size_t)from->n_content);
    if (from->data)
        v->data = og_graph_tensor(to, from->data->elem, from->data->rank, from->data->dims,
                                  from->data->data);
    v->id = to->values.n;
    return v->name && (!from->data || v->data) && og_table_set(to->names, v->name, v) &&
                   og_list_push(to->arena, &to->values, v)
               ? v
               : NULL;
}

/* An outer value read inside an extracted body: constants and state come along, anything else
 * becomes an input.  Each graph around has names of its own, and inputs are fed by name: one that
 * is taken is changed, but not that of a state. */
static og_value *capture(og_graph *root, const og_value *v)
{
    og_value renamed = *v;

    for (size_t i = 0; i < root->captured.n; i++)
        if (root->captured.v[i].outer == v)
            return root->captured.v[i].inner;
    if (!v->state)
        renamed.name = og_graph_free_name(root, v->name);
    og_value *copy = root->extracted && renamed.name ? copy_value(root, &renamed) : NULL;
    if (!copy)
        return NULL;
    og_capture c = { (og_value *)(uintptr_t)v, copy, !v->data && !v->state };
    if (!og_list_push(root->arena, &root->captured, c))
        return NULL;
    copy->input = c.fed;
    copy->trainable = false;
    if (c.fed && !og_list_push(root->arena, &root->inputs, copy))
        return NULL;
    return copy;
}

static const og_attr *clone_attrs(const og_node *from, og_graph *to)
{
    og_attr *attrs = (og_attr *)(uintptr_t)og_attrs_copy(to, from->raw);

    for (og_attr *a = attrs; a && a->name; a++)
        if (a->kind == OG_ATTR_GRAPH) {
            og_graph *body = og_graph_new_inside(to, a->u.graph->name);

            if (!body || !clone_graph(a->u.graph, body))
                return NULL;
            a->u.graph = body;
        }
    return attrs;
}

/* Operators that a file brought along (OG_UNKNOWN) have descriptors in the arena of its graph. */
static const og_op *clone_op(const og_op *op, og_graph *to)
{
    if (!(op->traits & OG_UNKNOWN))
        return op;
    og_op *copy = og_arena_copy(to->arena, op, sizeof *op);
    if (!copy)
        return NULL;
    copy->name = og_arena_string(to->arena, op->name);
    copy->domain = op->domain ? og_arena_string(to->arena, op->domain) : NULL;
    return copy;
}

static bool clone_node(og_graph *to, const og_node *from)
{
    og_node *node = OG_NEW(to->arena, og_node);

    if (!node)
        return false;
    *node = *from;
    node->graph = to;
    node->op = clone_op(from->op, to);
    node->name = og_arena_string(to->arena, from->name);
    node->doc = og_arena_string(to->arena, from->doc);
    node->in = OG_NEW_N(to->arena, og_value *, from->n_in + 1);
    node->out = OG_NEW_N(to->arena, og_value *, from->n_out + 1);
    node->raw = clone_attrs(from, to);
    if (!node->op || !node->in || !node->out || !node->raw || !node->name || !node->doc)
        return false;
    if (!(node->op->traits & OG_UNKNOWN) && og_attrs_read(to, node->op, node->raw, &node->attrs))
        return false;
    for (int i = 0; i < from->n_in; i++)
        node->in[i] = counterpart(to, from->in[i]);
    for (int k = 0; k < from->n_out; k++) {
        node->out[k] = og_clone_of(to, from->out[k]);
        node->out[k]->node = node;
    }
    return og_list_push(to->arena, &to->nodes, node);
}

#define CLONE_LIST(list)                                                                           \
    for (size_t i = 0; i < from->list.n; i++)                                                      \
        if (!og_list_push(to->arena, &to->list, counterpart(to, from->list.v[i])))                 \
    return NULL

static og_graph *clone_graph(const og_graph *from, og_graph *to)
{
    to->source = (void *)(uintptr_t)from; /* while cloning: whose counterpart this is */
    for (size_t i = 0; i < from->values.n; i++)
        if (!copy_value(to, from->values.v[i]))
            return NULL;
    for (size_t i = 0; i < from->nodes.n; i++)
        if (!clone_node(to, from->nodes.v[i]))
            return NULL;
    CLONE_LIST(inputs);
    CLONE_LIST(outputs);
    CLONE_LIST(initializers);
    CLONE_LIST(watched);
    for (size_t i = 0; i < from->bindings.n; i++) {
        og_binding b = { counterpart(to, from->bindings.v[i].state),
                         counterpart(to, from->bindings.v[i].update) };

        if (!og_list_push(to->arena, &to->bindings, b))
            return NULL;
    }
    for (size_t i = 0; i < from->averages.n; i++) {
        og_binding b = { counterpart(to, from->averages.v[i].state),
                         counterpart(to, from->averages.v[i].update) };

        if (!og_list_push(to->arena, &to->averages, b))
            return NULL;
    }
    for (size_t i = 0; i < from->norms.n; i++) {
        og_gradient_norm n = { og_arena_string(to->arena, from->norms.v[i].parameter),
                               og_arena_string(to->arena, from->norms.v[i].value) };

        if (!n.parameter || !n.value || !og_list_push(to->arena, &to->norms, n))
            return NULL;
    }
    for (size_t i = 0; i < from->settings.n; i++) {
        og_setting s = from->settings.v[i];

        s.name = og_arena_string(to->arena, s.name);
        s.state = counterpart(to, s.state);
        s.range_text = og_arena_string(to->arena, s.range_text);
        if (!s.name || !og_list_push(to->arena, &to->settings, s))
            return NULL;
    }
    for (int i = 0; i < OG_INFO_COUNT; i++)
        to->info[i] = counterpart(to, from->info[i]);
    to->ok = counterpart(to, from->ok);
    to->nonfinite = from->nonfinite;
    to->names_made = from->names_made;
    to->source = NULL;
    return to;
}

static bool clone_facts(const og_graph *from, og_graph *to)
{
    to->doc = og_arena_string(to->arena, from->doc);
    to->producer = og_arena_string(to->arena, from->producer);
    to->file = og_arena_string(to->arena, from->file);
    to->ir_version = from->ir_version;
    for (size_t i = 0; i < from->opsets.n; i++) {
        og_opset set = { og_arena_string(to->arena, from->opsets.v[i].domain),
                         from->opsets.v[i].version };

        if (!set.domain || !og_list_push(to->arena, &to->opsets, set))
            return false;
    }
    for (size_t i = 0; i < from->properties.n; i++) {
        og_property p = { og_arena_string(to->arena, from->properties.v[i].key),
                          og_arena_string(to->arena, from->properties.v[i].value) };

        if (!p.key || !p.value || !og_list_push(to->arena, &to->properties, p))
            return false;
    }
    for (size_t i = 0; i < from->stores.n; i++)
        if (!og_list_push(to->arena, &to->stores, og_store_share(from->stores.v[i])))
            return false;
    return to->doc && to->producer && to->file;
}

og_graph *og_graph_clone(const og_graph *from)
{
    og_graph *to = og_graph_new(from->name);

    if (!to)
        return NULL;
    og_dims *dims = og_dims_clone(from->dims);
    if (dims) {
        og_dims_free(to->dims);
        to->dims = dims;
    }
    to->report = from->report;
    if (!dims || !clone_facts(from, to) || !clone_graph(from, to)) {
        to->source = NULL;
        og_graph_free(to);
        return NULL;
    }
    return to;
}

og_graph *og_graph_extract(const og_graph *body)
{
    og_graph *root = og_graph_root(body), *to = og_graph_new(body->name);
    og_dims *dims = og_dims_clone(body->dims);

    if (!to || !dims) {
        og_graph_free(to);
        og_dims_free(dims);
        return NULL;
    }
    og_dims_free(to->dims);
    to->dims = dims;
    to->extracted = true;
    if (!clone_facts(root, to) || !clone_graph(body, to)) {
        to->source = NULL;
        og_graph_free(to);
        return NULL;
    }
    return to;
}
