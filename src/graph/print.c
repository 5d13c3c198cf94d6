/* Graphs as text, in ONNX's own syntax with each node's types behind it: for inspect, the docs and
 * debugging. */
#include "graph/node.h"

static void print_name(og_text *out, const char *name)
{
    char shown[200];

    og_text_print(out, "%s", og_escape(shown, sizeof shown, name));
}

static void print_type(og_text *out, const og_graph *g, const og_type *type)
{
    char text[300];

    og_text_print(out, "%s", og_type_text(g->dims, type, text, sizeof text));
}

static void print_values(og_text *out, const og_graph *g, og_value *const *values, size_t n)
{
    og_text_print(out, "(");
    for (size_t i = 0; i < n; i++) {
        og_text_print(out, "%s", i ? ", " : "");
        print_type(out, g, &values[i]->type);
        og_text_print(out, " ");
        print_name(out, values[i]->name);
    }
    og_text_print(out, ")");
}

static void print_list(og_text *out, const og_attr *a)
{
    int64_t n = a->kind == OG_ATTR_INTS     ? a->u.ints.n
                : a->kind == OG_ATTR_FLOATS ? a->u.floats.n
                                            : a->u.strings.n;

    og_text_print(out, "[");
    for (int64_t i = 0; i < n; i++) {
        og_text_print(out, "%s", i ? "," : "");
        if (a->kind == OG_ATTR_INTS)
            og_text_print(out, "%lld", (long long)a->u.ints.v[i]);
        else if (a->kind == OG_ATTR_FLOATS)
            og_text_print(out, "%g", (double)a->u.floats.v[i]);
        else
            print_name(out, a->u.strings.v[i]);
    }
    og_text_print(out, "]");
}

static void print_attr(og_text *out, const og_attr *a)
{
    char text[200];

    print_name(out, a->name);
    og_text_print(out, "=");
    switch (a->kind) {
    case OG_ATTR_INT:
        og_text_print(out, "%lld", (long long)a->u.i);
        break;
    case OG_ATTR_FLOAT:
        og_text_print(out, "%g", (double)a->u.f);
        break;
    case OG_ATTR_STRING:
        og_text_print(out, "\"%s\"", og_escape(text, sizeof text, a->u.s.data));
        break;
    case OG_ATTR_TENSOR:
        og_text_print(out, "%s", og_tensor_text(text, sizeof text, a->u.tensor));
        if (a->u.tensor->count == 1 && a->u.tensor->elem != OG_STRING)
            og_text_print(out, " {%g}", og_get_double(a->u.tensor, 0));
        break;
    case OG_ATTR_GRAPH:
        og_text_print(out, "graph of %zu nodes", a->u.graph->nodes.n);
        break;
    case OG_ATTR_TYPE:
        print_name(out, a->u.type);
        break;
    default:
        print_list(out, a);
        break;
    }
}

/* A small constant is its number, so that a formula can be read. */
static void print_operand(og_text *out, const og_value *v)
{
    if (v && v->data && !v->state && !v->named && v->data->count == 1 && v->data->elem != OG_STRING)
        og_text_print(out, "%g", og_get_double(v->data, 0));
    else if (v)
        print_name(out, v->name);
}

void og_node_print(og_text *out, const og_node *node)
{
    for (int k = 0; k < node->n_out; k++) {
        og_text_print(out, "%s", k ? ", " : "");
        print_name(out, node->out[k]->name);
    }
    og_text_print(out, " = ");
    if (node->op->domain)
        og_text_print(out, "%s.", node->op->domain);
    print_name(out, node->op->name);
    for (const og_attr *a = node->raw; a && a->name; a++) {
        og_text_print(out, "%s", a == node->raw ? " <" : ", ");
        print_attr(out, a);
    }
    og_text_print(out, "%s(", node->raw && node->raw->name ? "> " : " ");
    for (int i = 0; i < node->n_in; i++) {
        og_text_print(out, "%s", i ? ", " : "");
        print_operand(out, node->in[i]);
    }
    og_text_print(out, ")");
}

void og_graph_print(og_text *out, const og_graph *g)
{
    print_name(out, *g->name ? g->name : "graph");
    og_text_print(out, " ");
    print_values(out, g, g->inputs.v, g->inputs.n);
    og_text_print(out, " => ");
    print_values(out, g, g->outputs.v, g->outputs.n);
    og_text_print(out, "\n{\n");
    for (size_t i = 0; i < g->nodes.n; i++) {
        og_text_print(out, "   ");
        og_node_print(out, g->nodes.v[i]);
        og_text_print(out, "  # ");
        for (int k = 0; k < g->nodes.v[i]->n_out; k++) {
            og_text_print(out, "%s", k ? ", " : "");
            print_type(out, g, &g->nodes.v[i]->out[k]->type);
        }
        og_text_print(out, "\n");
    }
    for (size_t i = 0; i < g->bindings.n; i++) {
        og_text_print(out, "   ");
        print_name(out, g->bindings.v[i].state->name);
        og_text_print(out, " <- ");
        print_name(out, g->bindings.v[i].update->name);
        og_text_print(out, "\n");
    }
    og_text_print(out, "}\n");
}

const char *og_graph_text(og_graph *g)
{
    og_text out = { 0 };

    og_graph_print(&out, g);
    const char *text = out.failed ? NULL : og_arena_string(g->arena, out.data);
    og_text_free(&out);
    if (!text)
        og_graph_no_memory(g);
    return text;
}
