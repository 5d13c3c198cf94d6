/* Nodes: operators applied to values, checked and typed the moment they are added. */
#include "graph/node.h"

#include <stdio.h>

char *og_node_text(const og_node *node, char *out, size_t size)
{
    char op[80], name[120], output[120];
    const char *first = node->n_out ? node->out[0]->name : "";

    og_escape(op, sizeof op, node->op->name);
    og_escape(output, sizeof output, first);
    if (node->name && *node->name)
        snprintf(out, size, "%s node #%zu \"%s\" (output \"%s\")", op, node->index,
                 og_escape(name, sizeof name, node->name), output);
    else
        snprintf(out, size, "%s node #%zu (output \"%s\")", op, node->index, output);
    return out;
}

/* Says where: the node's place among those of its file, and the file. */
static og_status node_failed(og_graph *g, const og_op *op, const og_node_spec *spec)
{
    og_report *r = og_graph_errors(g);
    char name[120] = "", output[120] = "", opname[80];
    const char *first = spec->out_names && spec->n_out ? spec->out_names[0] : NULL;

    if (r->where[0] || r->code == OG_NO_MEMORY)
        return r->code;
    og_escape(opname, sizeof opname, op->name);
    if (spec->name && *spec->name)
        og_escape(name, sizeof name, spec->name);
    if (first && *first)
        og_escape(output, sizeof output, first);
    const char *file = og_graph_root(g)->file;
    og_report_where(r, "%s node #%zu%s%s%s%s%s%s%s%s", opname, spec->index, *name ? " \"" : "",
                    name, *name ? "\"" : "", *output ? " (output \"" : "", output,
                    *output ? "\")" : "", *file ? " in " : "", file);
    return r->code;
}

static int count_outputs(const og_op *op)
{
    int n = 0;

    for (int k = 0; k < OG_MAX_OUT && op->out[k].name; k++)
        if (!op->out[k].optional)
            n = k + 1;
    return n ? n : 1;
}

static bool add_output(og_node *node, int k, const char *name)
{
    og_value *v = og_value_new(node->graph, name && *name ? name : NULL);

    if (!v)
        return false;
    v->node = node;
    v->index = k;
    node->out[k] = v;
    return true;
}

static og_status check_inputs(og_graph *g, const og_node_spec *spec, int n_in)
{
    const og_type *types[256];
    const og_type **in = types;

    if (n_in > 256 && !(in = OG_NEW_N(g->arena, const og_type *, n_in)))
        return og_graph_no_memory(g);
    for (int i = 0; i < n_in; i++)
        in[i] = spec->in[i] ? &spec->in[i]->type : NULL;
    if (spec->op->traits & OG_UNKNOWN)
        return OG_OK;
    return og_ports_check(spec->op, n_in, in, og_graph_errors(g));
}

static og_node *make_node(og_graph *g, const og_node_spec *spec, int n_in, int n_out)
{
    og_node *node = OG_NEW(g->arena, og_node);

    if (!node)
        return og_graph_no_memory(g), NULL;
    node->graph = g;
    node->op = spec->op;
    node->n_in = n_in;
    node->n_out = n_out;
    node->index = spec->index ? spec->index : g->nodes.n;
    node->name = spec->name ? og_arena_string(g->arena, spec->name) : "";
    node->doc = spec->doc ? og_arena_string(g->arena, spec->doc) : "";
    node->in = OG_NEW_N(g->arena, og_value *, n_in + 1);
    node->out = OG_NEW_N(g->arena, og_value *, n_out + 1);
    node->raw = og_attrs_copy(g, spec->attrs);
    if (!node->in || !node->out || !node->raw || !node->name || !node->doc)
        return og_graph_no_memory(g), NULL;
    for (int i = 0; i < n_in; i++)
        node->in[i] = og_value_now(spec->in[i]);
    if (!(spec->op->traits & OG_UNKNOWN) && og_attrs_read(g, spec->op, node->raw, &node->attrs))
        return NULL;
    return node;
}

og_node *og_graph_add_node(og_graph *g, const og_node_spec *spec)
{
    int n_in = spec->n_in, n_out = spec->n_out ? spec->n_out : count_outputs(spec->op);

    if (og_graph_status(g))
        return NULL;
    while (n_in && !spec->in[n_in - 1])
        n_in--; /* omitted at the end: as if not there */
    if (!(spec->op->traits & OG_UNKNOWN) && n_out && !og_port_out(spec->op, n_out - 1)) {
        og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "%s has %d outputs, more than it gives",
                spec->op->name, n_out);
        return node_failed(g, spec->op, spec), NULL;
    }
    og_node *node = check_inputs(g, spec, n_in) ? NULL : make_node(g, spec, n_in, n_out);
    if (!node)
        return node_failed(g, spec->op, spec), NULL;
    for (int k = 0; k < n_out; k++)
        if (!add_output(node, k, spec->out_names ? spec->out_names[k] : NULL))
            return node_failed(g, spec->op, spec), NULL;
    node->id = g->nodes.n;
    if (!og_list_push(g->arena, &g->nodes, node))
        return og_graph_no_memory(g), NULL;
    if (og_node_infer(node))
        return node_failed(g, spec->op, spec), NULL;
    return node;
}

og_status og_node_more_outputs(og_node *node, int n)
{
    og_graph *g = node->graph;

    if (n <= node->n_out)
        return OG_OK;
    if (!og_port_out(node->op, n - 1))
        return og_fail(og_graph_errors(g), OG_BUG, "%s has no output %d", node->op->name, n - 1);
    og_value **out = OG_NEW_N(g->arena, og_value *, n + 1);
    if (!out)
        return og_graph_no_memory(g);
    memcpy(out, node->out, sizeof(og_value *) * (size_t)node->n_out);
    node->out = out;
    for (int k = node->n_out; k < n; k++)
        if (!add_output(node, k, NULL))
            return og_graph_errors(g)->code;
    node->n_out = n;
    return og_node_infer(node);
}

/* ---- By name --------------------------------------------------------------------------------- */

static const og_op *find_op(og_graph *g, const char *name)
{
    const char *colon = strstr(name, "::");
    char domain[64] = "", shown[100];

    if (colon && (size_t)(colon - name) < sizeof domain) {
        memcpy(domain, name, (size_t)(colon - name));
        domain[colon - name] = 0;
        name = colon + 2;
    }
    const og_op *op = og_op_find(domain, name);
    if (!op && !colon)
        op = og_op_find("onnxgrad", name);
    if (!op)
        og_fail(og_graph_errors(g), OG_UNSUPPORTED, "there is no operator '%s'",
                og_escape(shown, sizeof shown, name));
    return op;
}

og_status og_node_more(og_graph *g, const char *name, size_t n_in, og_value *const in[],
                       const og_attr *attrs, size_t n_out, og_value *out[])
{
    for (size_t k = 0; k < n_out; k++)
        out[k] = NULL;
    if (!g || og_graph_status(g))
        return g ? og_graph_status(g) : OG_NO_MEMORY;
    const og_op *op = find_op(g, name);
    if (!op)
        return og_graph_errors(g)->code;
    og_node *node = og_graph_add_node(
        g, &(og_node_spec){
               .op = op, .attrs = attrs, .in = in, .n_in = (int)n_in, .n_out = (int)n_out });
    if (!node)
        return og_graph_errors(g)->code;
    for (size_t k = 0; k < n_out; k++)
        out[k] = node->out[k];
    return OG_OK;
}

og_value *og_node_new(og_graph *g, const char *op, size_t n_in, og_value *const in[],
                      const og_attr *attrs)
{
    og_value *out = NULL;

    og_node_more(g, op, n_in, in, attrs, 1, &out);
    return out;
}

og_value *og_add_op(og_graph *g, const og_op *op, int n_in, og_value *const *in,
                    const og_attr *attrs)
{
    og_node *node =
        og_graph_add_node(g, &(og_node_spec){ .op = op, .attrs = attrs, .in = in, .n_in = n_in });

    return node ? node->out[0] : NULL;
}
