/*
 * A graph in double: what was float, float16 or bfloat16 in inputs, constants, state and
 * attributes.
 *
 * Differences of a float function are too coarse to judge a gradient by, so a model is checked as
 * if it had been written in double.
 */
#include "check/gradcheck.h"
#include "graph/node.h"

static bool narrow(og_elem elem)
{
    return elem == OG_FLOAT || elem == OG_FLOAT16 || elem == OG_BFLOAT16;
}

static const og_tensor *widen_tensor(og_graph *g, const og_tensor *from)
{
    double *data = og_graph_bytes(g, sizeof(double) * (size_t)from->count + 1);
    og_tensor *to = data ? og_graph_tensor(g, OG_DOUBLE, from->rank, from->dims, data) : NULL;

    for (int64_t i = 0; to && i < from->count; i++)
        data[i] = og_get_double(from, i);
    return to;
}

static bool widen_value(og_value *v)
{
    if (v->type.kind == OG_TENSOR && narrow(v->type.elem))
        v->type.elem = OG_DOUBLE;
    if (v->data && narrow(v->data->elem))
        return (v->data = widen_tensor(v->graph, v->data)) != NULL;
    return true;
}

/* Attributes that name an element type: what a node makes or computes in. */
static bool names_type(const char *attr)
{
    return !strcmp(attr, "to") || !strcmp(attr, "dtype") || !strcmp(attr, "stash_type");
}

static og_status widen_graph(og_graph *g);

static og_status widen_node(og_node *node)
{
    og_graph *g = node->graph;
    og_attr *attrs = (og_attr *)(uintptr_t)og_attrs_copy(g, node->raw);
    const og_type **types = OG_NEW_N(g->arena, const og_type *, node->n_in + 1);
    char text[300];

    if (!attrs || !types)
        return og_graph_no_memory(g);
    for (og_attr *a = attrs; a->name; a++) {
        if (a->kind == OG_ATTR_INT && names_type(a->name) && narrow((og_elem)a->u.i))
            a->u.i = OG_DOUBLE;
        if (a->kind == OG_ATTR_TENSOR && narrow(a->u.tensor->elem) &&
            !(a->u.tensor = widen_tensor(g, a->u.tensor)))
            return og_graph_no_memory(g);
        if (a->kind == OG_ATTR_GRAPH)
            OG_TRY(widen_graph(a->u.graph));
    }
    node->raw = attrs;
    OG_TRY(og_attrs_read(g, node->op, attrs, &node->attrs));
    for (int i = 0; i < node->n_in; i++)
        types[i] = node->in[i] ? &node->in[i]->type : NULL;
    og_report refused = { 0 };
    if (!og_ports_check(node->op, node->n_in, types, &refused))
        return OG_OK;
    og_status s = og_fail(og_graph_errors(g), OG_UNSUPPORTED,
                          "the model cannot be checked in double: %s", refused.what);
    og_report_where(og_graph_errors(g), "%s", og_node_text(node, text, sizeof text));
    return s;
}

static og_status widen_graph(og_graph *g)
{
    for (size_t i = 0; i < g->values.n; i++)
        if (!widen_value(g->values.v[i]))
            return og_graph_no_memory(g);
    for (size_t i = 0; i < g->nodes.n; i++)
        OG_TRY(widen_node(g->nodes.v[i]));
    return OG_OK;
}

og_status og_graph_widen(og_graph *g)
{
    OG_TRY(og_graph_status(g));
    OG_TRY(widen_graph(g));
    return og_graph_infer(g);
}
