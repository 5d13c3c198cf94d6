/*
 * Inference: types of a node's outputs from types of its inputs. The same .infer runs on symbols
 * while a graph is built and on numbers while a plan is made.
 */
#include "graph/node.h"

#include <stdio.h>

/* ---- What .infer functions ask --------------------------------------------------------------- */

bool og_infer_has(const og_infer *c, int i)
{
    return i < c->n_in && c->in[i];
}

int og_infer_rank(const og_infer *c, int i)
{
    return og_infer_has(c, i) ? c->in[i]->rank : -1;
}

og_dim og_infer_dim(const og_infer *c, int i, int axis)
{
    assert(axis >= 0 && axis < og_infer_rank(c, i));
    return c->in[i]->dims[axis];
}

og_status og_infer_fail(og_infer *c, og_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    og_status s = og_fail_v(c->report, code, format, args);
    va_end(args);
    return s;
}

og_status og_infer_resolve_axis(og_infer *c, int rank, int64_t axis, int *resolved)
{
    if (axis < -(int64_t)rank || axis >= rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "axis %lld of %s is outside [%d, %d)",
                             (long long)axis, c->op->name, -rank, rank);
    *resolved = (int)(axis < 0 ? axis + rank : axis);
    return OG_OK;
}

og_status og_infer_axis(og_infer *c, int i, int64_t axis)
{
    int resolved;

    return og_infer_resolve_axis(c, og_infer_rank(c, i), axis, &resolved);
}

og_dim *og_infer_dims(og_infer *c, int rank)
{
    og_dim *dims = OG_NEW_N(c->arena, og_dim, rank > 0 ? rank : 1);

    if (dims)
        return dims;
    og_fail(c->report, OG_NO_MEMORY, "no memory left for shapes");
    return c->spare;
}

og_status og_infer_shape(og_infer *c, int k, int rank, const og_dim *dims)
{
    int64_t number;

    if (k >= c->n_out)
        return OG_OK;
    if (rank > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "an output of %s would have rank %d, the limit is %d",
                             c->op->name, rank, OG_MAX_RANK);
    for (int i = 0; i < rank; i++)
        if (dims[i] < 0 && og_dim_const(c->dims, dims[i], &number))
            return og_infer_fail(c, OG_BAD_SHAPE, "dimension %d of output %d of %s would be %lld",
                                 i, k, c->op->name, (long long)number);
    og_dim *copy = OG_NEW_N(c->arena, og_dim, rank > 0 ? rank : 1);
    if (!copy)
        return og_infer_fail(c, OG_NO_MEMORY, "no memory left for shapes");
    for (int i = 0; i < rank; i++)
        copy[i] = dims[i];
    c->out[k].rank = rank;
    c->out[k].dims = copy;
    return OG_OK;
}

og_status og_infer_unknown(og_infer *c, int k)
{
    if (k < c->n_out)
        c->out[k].rank = -1;
    return OG_OK;
}

void og_infer_elem(og_infer *c, int k, og_elem elem)
{
    if (k < c->n_out)
        c->out[k].elem = elem;
}

og_status og_infer_same(og_infer *c)
{
    for (int k = 0; k < c->n_out; k++)
        OG_TRY(og_infer_shape(c, k, c->in[0]->rank, c->in[0]->dims));
    return OG_OK;
}

og_status og_infer_agree(og_infer *c, const char *what, og_dim a, og_dim b, og_dim *both)
{
    char x[100], y[100];

    if (a != b && og_dim_known(a) && og_dim_known(b))
        return og_infer_fail(c, OG_BAD_SHAPE, "%s: %s of %s do not agree: %s and %s", c->op->name,
                             what, "the inputs", og_dim_text(c->dims, a, x, sizeof x),
                             og_dim_text(c->dims, b, y, sizeof y));
    if (both)
        *both = og_dim_known(b) ? b : a; /* of two names the first one's stays */
    return OG_OK;
}

/* One pair of sizes under numpy's rule: 1 stretches.  Two different unknown sizes may turn out
 * equal or 1, so the result is unknown; an unknown one beside a number over 1 must be 1 or that
 * number. */
static og_status broadcast_dim(og_infer *c, og_dim a, og_dim b, og_dim *out)
{
    if (a == b || b == 1)
        *out = a;
    else if (a == 1)
        *out = b;
    else if (og_dim_known(a) && og_dim_known(b))
        return og_infer_fail(c, OG_BAD_SHAPE, "sizes %lld and %lld do not broadcast in %s",
                             (long long)a, (long long)b, c->op->name);
    else if (og_dim_known(a))
        *out = a;
    else if (og_dim_known(b))
        *out = b;
    else
        *out = og_dim_fresh(c->dims);
    return OG_OK;
}

og_status og_broadcast_dims(og_infer *c, int rank_a, const og_dim *a, int rank_b, const og_dim *b,
                            int *rank, og_dim *out)
{
    int n = rank_a > rank_b ? rank_a : rank_b;

    for (int i = 1; i <= n; i++) {
        og_dim x = i <= rank_a ? a[rank_a - i] : 1, y = i <= rank_b ? b[rank_b - i] : 1;

        OG_TRY(broadcast_dim(c, x, y, &out[n - i]));
    }
    *rank = n;
    return OG_OK;
}

og_status og_infer_broadcast(og_infer *c)
{
    og_dim dims[OG_MAX_RANK], next[OG_MAX_RANK];
    int rank = 0;

    for (int i = 0; i < c->n_in; i++) {
        if (!c->in[i])
            continue;
        OG_TRY(og_broadcast_dims(c, rank, dims, c->in[i]->rank, c->in[i]->dims, &rank, next));
        memcpy(dims, next, sizeof(og_dim) * (size_t)rank);
    }
    for (int k = 0; k < c->n_out; k++)
        OG_TRY(og_infer_shape(c, k, rank, dims));
    return OG_OK;
}

/* ---- Contents -------------------------------------------------------------------------------- */

enum { CONTENT_MAX = 4096 }; /* larger integer tensors are data, not shapes */

const og_dim *og_infer_content(const og_infer *c, int i, int64_t *n)
{
    if (!og_infer_has(c, i))
        return NULL;
    if (c->content && c->content[i]) {
        *n = c->n_content[i];
        return c->content[i];
    }
    const og_tensor *t = c->data ? c->data[i] : NULL;
    if (!t || (t->elem != OG_INT64 && t->elem != OG_INT32) || t->count > CONTENT_MAX)
        return NULL;
    og_dim *content = OG_NEW_N(c->arena, og_dim, t->count ? t->count : 1);
    for (int64_t j = 0; content && j < t->count; j++) {
        int64_t number = og_get_int(t, j);

        if (number < 0 && !c->dims)
            return NULL;
        content[j] = number >= 0 ? number : og_dim_int(c->dims, number);
    }
    *n = t->count;
    return content;
}

void og_infer_set_content(og_infer *c, int k, int64_t n, const og_dim *content)
{
    if (k >= c->n_out || n > CONTENT_MAX || !content)
        return;
    og_dim *copy = OG_NEW_N(c->arena, og_dim, n ? n : 1);
    if (!copy)
        return;
    if (n)
        memcpy(copy, content, sizeof(og_dim) * (size_t)n);
    c->out_content[k] = copy;
    c->out_n_content[k] = n;
}

bool og_infer_ints(const og_infer *c, int i, int64_t *n, const int64_t **numbers)
{
    const og_tensor *t = og_infer_has(c, i) && c->data ? c->data[i] : NULL;
    int64_t *out;

    if (t && t->elem == OG_INT64) {
        *n = t->count;
        *numbers = t->data;
        return true;
    }
    if (t && t->elem == OG_INT32) {
        if (!(out = OG_NEW_N(c->arena, int64_t, t->count ? t->count : 1)))
            return false;
        for (int64_t j = 0; j < t->count; j++)
            out[j] = og_get_int(t, j);
        *n = t->count;
        *numbers = out;
        return true;
    }
    const og_dim *content = og_infer_content(c, i, n);
    if (!content || !(out = OG_NEW_N(c->arena, int64_t, *n ? *n : 1)))
        return false;
    for (int64_t j = 0; j < *n; j++)
        if (!og_dim_const(c->dims, content[j], &out[j]))
            return false;
    *numbers = out;
    return true;
}

/* ---- Running .infer -------------------------------------------------------------------------- */

static og_elem port_elem(const og_infer *c, int k)
{
    const og_port *port = og_port_out(c->op, k);

    if (port->types & OG_SAME_FLAG) {
        int as = (int)(port->types & 63);

        return as < c->n_in && c->in[as] ? c->in[as]->elem : OG_UNDEFINED;
    }
    if (port->types && !(port->types & (port->types - 1)))
        return (og_elem)__builtin_ctz(port->types);
    return OG_UNDEFINED;
}

og_status og_infer_run(og_infer *c)
{
    bool ranks = true;

    for (int i = 0; i < c->n_in; i++)
        if (c->in[i] && (c->in[i]->kind != OG_TENSOR || c->in[i]->rank < 0))
            ranks = false;
    for (int k = 0; k < c->n_out; k++)
        c->out[k] = (og_type){ .elem = port_elem(c, k), .rank = -1 };
    if (!c->op->infer)
        return og_infer_fail(c, OG_BUG, "%s has no inference", c->op->name);
    if (ranks || c->op->traits & OG_ANY_RANK)
        OG_TRY(c->op->infer(c));
    return c->report->code;
}

/* The types of the graph of a subgraph attribute, given the types of its inputs. */
static og_status infer_body(og_infer *c, og_graph *body, int n_in, const og_type *const *in,
                            og_type *out)
{
    if ((size_t)n_in != body->inputs.n)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "%s: its subgraph '%s' has %zu inputs, expected %d", c->op->name,
                             body->name, body->inputs.n, n_in);
    for (int i = 0; i < n_in; i++)
        if (in[i])
            body->inputs.v[i]->type = *in[i];
    OG_TRY(og_graph_infer(body));
    for (size_t k = 0; k < body->outputs.n; k++)
        out[k] = body->outputs.v[k]->type;
    return OG_OK;
}

og_status og_node_infer(og_node *node)
{
    og_graph *g = node->graph;
    int n_in = node->n_in, n_out = node->n_out;
    const og_type **in = OG_NEW_N(g->arena, const og_type *, n_in + 1);
    const og_dim **content = OG_NEW_N(g->arena, const og_dim *, n_in + n_out + 1);
    int64_t *n_content = OG_NEW_N(g->arena, int64_t, n_in + n_out + 1);
    const og_tensor **data = OG_NEW_N(g->arena, const og_tensor *, n_in + 1);
    og_type *out = OG_NEW_N(g->arena, og_type, n_out + 1);

    if (node->op->traits & OG_UNKNOWN)
        return OG_OK;
    if (!in || !content || !n_content || !data || !out)
        return og_graph_no_memory(g);
    for (int i = 0; i < n_in; i++) {
        og_value *v = node->in[i];

        if (!v)
            continue;
        in[i] = &v->type;
        content[i] = v->content;
        n_content[i] = v->n_content;
        data[i] = v->state ? NULL : v->data;
    }
    og_infer c = { .op = node->op,
                   .attrs = node->attrs,
                   .n_in = n_in,
                   .n_out = n_out,
                   .in = in,
                   .out = out,
                   .content = content,
                   .n_content = n_content,
                   .data = data,
                   .out_content = content + n_in,
                   .out_n_content = n_content + n_in,
                   .dims = g->dims,
                   .arena = g->arena,
                   .report = og_graph_errors(g),
                   .graph_types = infer_body };
    OG_TRY(og_infer_run(&c));
    for (int k = 0; k < n_out; k++) {
        node->out[k]->type = out[k];
        node->out[k]->content = content[n_in + k];
        node->out[k]->n_content = n_content[n_in + k];
    }
    return OG_OK;
}

og_status og_graph_infer(og_graph *g)
{
    char text[300];

    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];

        if (og_node_infer(node)) {
            og_report_where(og_graph_errors(g), "%s", og_node_text(node, text, sizeof text));
            return og_graph_errors(g)->code;
        }
    }
    return OG_OK;
}
