/* Building nodes: the graph is that of the inputs, and a NULL among them is a failure that was
 * reported before. */
#include "graph/build.h"

og_value *og_op_on(const char *op, const og_attr *attrs, int n, og_value *const *in)
{
    og_value *out = NULL;

    og_ops_on(op, attrs, n, in, 1, &out);
    return out;
}

/* The graph is that of the innermost input: a body may mix its own values with captured ones. */
static og_graph *graph_of(int n, og_value *const *in)
{
    og_graph *g = NULL;

    for (int i = 0; i < n; i++) {
        if (!in[i])
            continue;
        og_graph *other = in[i]->graph;
        if (!g)
            g = other;
        for (og_graph *up = other->outer; up; up = up->outer)
            if (up == g)
                g = other;
    }
    return g;
}

static bool lacks_input(const og_op *op, int n, og_value *const *in)
{
    for (int i = 0; i < n; i++) {
        const og_port *port = &op->in[0];

        for (int j = 0; j < i && port[1].name; j++)
            port++;
        if (!in[i] && !port->optional)
            return true;
    }
    return false;
}

void og_ops_on(const char *name, const og_attr *attrs, int n, og_value *const *in, int n_out,
               og_value **out)
{
    og_graph *g = graph_of(n, in);
    const char *own = strstr(name, "::") ? strstr(name, "::") + 2 : name;
    const og_op *op = own == name ? og_op_find("", name) : NULL;

    for (int k = 0; k < n_out; k++)
        out[k] = NULL;
    if (!op)
        op = og_op_find("onnxgrad", own);
    if (!g || (op && lacks_input(op, n, in)))
        return; /* a NULL was passed for a value: its failure is in the report already */
    og_node_more(g, name, (size_t)n, in, attrs, (size_t)n_out, out);
}

/* ---- Builders -------------------------------------------------------------------------------- */

static void add(og_build *b, og_attr attr)
{
    if (b->n < OG_BUILD_ATTRS - 1)
        b->attrs[b->n++] = attr;
}

void og_build_int(og_build *b, const char *name, int64_t number)
{
    if (number)
        add(b, (og_attr)OG_SET_INT(name, number));
}

void og_build_some_int(og_build *b, const char *name, og_some_int number)
{
    if (number.given)
        add(b, (og_attr)OG_SET_INT(name, number.number));
}

void og_build_float(og_build *b, const char *name, double number)
{
    if (number != 0)
        add(b, (og_attr)OG_SET_FLOAT(name, (float)number));
}

void og_build_some_float(og_build *b, const char *name, og_some_float number)
{
    if (number.given)
        add(b, (og_attr)OG_SET_FLOAT(name, (float)number.number));
}

void og_build_string(og_build *b, const char *name, const char *text)
{
    if (text)
        add(b, (og_attr)OG_SET_STRING(name, text));
}

void og_build_ints(og_build *b, const char *name, og_ints list)
{
    if (list.v)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_INTS, .u.ints = list });
}

void og_build_floats(og_build *b, const char *name, og_floats list)
{
    if (list.v)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_FLOATS, .u.floats = list });
}

void og_build_strings(og_build *b, const char *name, og_strings list)
{
    if (list.v)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_STRINGS, .u.strings = list });
}

void og_build_tensor(og_build *b, const char *name, const og_tensor *tensor)
{
    if (tensor)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_TENSOR, .u.tensor = tensor });
}

void og_build_graph(og_build *b, const char *name, og_graph *graph)
{
    if (graph)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_GRAPH, .u.graph = graph });
}

void og_build_type(og_build *b, const char *name, const char *type)
{
    if (type)
        add(b, (og_attr){ .name = name, .kind = OG_ATTR_TYPE, .u.type = type });
}

og_value *og_build_node(const og_build *b, const char *op, int n, og_value *const *fixed,
                        size_t n_more, og_value *const *more, size_t n_out, og_value **out)
{
    size_t all = (size_t)n + n_more;
    og_value **in = og_calloc(all + 1, sizeof *in), *first = NULL,
             **outputs = out && n_out ? out : &first;

    if (in && n)
        memcpy(in, fixed, sizeof *in * (size_t)n);
    if (in && n_more)
        memcpy(in + n, more, sizeof *in * n_more);
    if (in && b->graph)
        og_node_more(b->graph, op, all, in, b->attrs, out && n_out ? n_out : 1, outputs);
    else if (in)
        og_ops_on(op, b->attrs, (int)all, in, out && n_out ? (int)n_out : 1, outputs);
    og_free(in);
    return in ? outputs[0] : NULL;
}
