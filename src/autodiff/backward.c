/*
 * The reverse sweep: from the output back to the wanted values, over the nodes that lie on a path
 * between them.
 *
 * A value used several times gets one gradient per use; they are summed when the sweep reaches its
 * producer, because by then all its readers were visited. Gradients are nodes, so a second sweep
 * over them gives second derivatives.
 */
#include "autodiff/autodiff.h"

#include "ops/ops.h"

typedef struct sweep {
    og_graph *g;
    og_arena *scratch;
    size_t n_values, n_nodes; /* as they stood before the sweep added its own */
    size_t first;             /* nodes before this one are left alone */
    bool integers;            /* all integers carry a gradient: the expansion of what does so */
    og_value **grad;          /* [n_values] sum so far, or NULL */
    bool *wanted;             /* [n_values] lies on a path from a wanted value */
    bool *straight;           /* [n_values] integers that carry a gradient nevertheless */
    bool *cut;                /* [n_values] counts as independent of what it was computed from */
    bool *needed;             /* [n_nodes] lies on a path to the output */
} sweep;

static bool is_real(const og_value *v)
{
    return v->type.kind == OG_TENSOR &&
           (v->type.elem == OG_UNDEFINED || og_elem_in(v->type.elem, OG_FLOATS));
}

/* Real numbers carry a gradient; integers, booleans and strings do not, except for what was
 * quantised: rounding counts as the identity (the straight-through estimator). */
static bool differentiable(const sweep *s, const og_value *v)
{
    return is_real(v) || s->straight[v->id];
}

/* Quantised numbers, sums of their products, and the same ones moved about. */
static bool carries(const sweep *s, const og_node *node, int k)
{
    const og_value *y = node->out[k];

    if (y->type.kind != OG_TENSOR || !og_elem_in(y->type.elem, OG_INTEGERS | OG_SMALL))
        return false;
    if (node->op->traits & OG_STRAIGHT || s->integers)
        return k == 0;
    for (int j = 0; j < node->n_in && node->op->traits & OG_COPIES; j++)
        if (node->in[j] && node->in[j]->graph == s->g && s->straight[node->in[j]->id] &&
            node->in[j]->type.elem == y->type.elem)
            return true;
    return false;
}

static void add_gradient(sweep *s, og_value *v, og_value *dv)
{
    og_value **sum = &s->grad[v->id];

    if (dv)
        *sum = *sum ? og_add(*sum, dv) : dv;
}

/* What subgraphs read from around them is an input too, but no rule speaks of it. */
typedef struct captures {
    sweep *s;
    bool wanted;
} captures;

static void note_wanted(og_value *v, void *to)
{
    captures *c = to;

    c->wanted = c->wanted || (c->s->wanted[v->id] && differentiable(c->s, v));
}

static bool captures_wanted(sweep *s, const og_node *node)
{
    captures c = { .s = s };

    og_node_captured(node, note_wanted, &c);
    return c.wanted;
}

static void note_needed(og_value *v, void *to)
{
    sweep *s = to;

    if (v->node)
        s->needed[v->node->id] = true;
}

/* Forward: which values depend on a wanted one. */
static void mark_wanted(sweep *s, og_value *const wrt[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->wanted[wrt[i]->id] = true;
        s->straight[wrt[i]->id] = s->first > 0 && !is_real(wrt[i]);
    }
    for (size_t i = s->first; i < s->n_nodes; i++) {
        og_node *node = s->g->nodes.v[i];
        bool any = false;

        for (int j = 0; j < node->n_in && !any; j++)
            any = node->in[j] && node->in[j]->graph == s->g && s->wanted[node->in[j]->id] &&
                  differentiable(s, node->in[j]);
        any = any || captures_wanted(s, node);
        for (int k = 0; any && k < node->n_out; k++) {
            const size_t id = node->out[k]->id;

            if (s->cut[id])
                continue;
            s->straight[id] = s->straight[id] || carries(s, node, k);
            s->wanted[id] = s->wanted[id] || differentiable(s, node->out[k]);
        }
    }
}

/* Backward: which nodes the output depends on. */
static void mark_needed(sweep *s, og_value *output)
{
    if (output->node)
        s->needed[output->node->id] = true;
    for (size_t i = s->n_nodes; i-- > s->first;) {
        og_node *node = s->g->nodes.v[i];

        if (!s->needed[i])
            continue;
        for (int j = 0; j < node->n_in; j++)
            if (node->in[j] && node->in[j]->node && node->in[j]->graph == s->g)
                s->needed[node->in[j]->node->id] = true;
        og_node_captured(node, note_needed, s);
    }
}

static og_status no_gradient(sweep *s, const og_node *node)
{
    char text[300];
    og_status status =
        og_fail(og_graph_errors(s->g), OG_NO_GRADIENT, "%s has no gradient", node->op->name);

    og_report_where(og_graph_errors(s->g), "%s", og_node_text(node, text, sizeof text));
    return status;
}

static og_status visit_rule(sweep *s, og_grad *c)
{
    const og_node *node = c->node;
    char text[300];

    node->op->gradient(c);
    if (og_graph_status(s->g))
        og_report_where(og_graph_errors(s->g), "the gradient of %s",
                        og_node_text(node, text, sizeof text));
    return og_graph_status(s->g);
}

static og_status backward_from(og_graph *g, size_t first, og_value *output, og_value *seed,
                               og_value *const wrt[], size_t n, og_value *const cut[], size_t n_cut,
                               og_value *grads[]);

/* An operator without a rule is differentiated through its expansion: the expansion's nodes are
 * added, swept from the outputs' gradients to the node's inputs, and take the node's place.  No
 * further: where one input depends on another, the sweep outside goes that way. */
static og_status visit_expansion(sweep *s, og_grad *c)
{
    og_node *node = c->node;
    og_value **out = OG_NEW_N(s->scratch, og_value *, node->n_out + 1);
    og_value **in = OG_NEW_N(s->scratch, og_value *, node->n_in + 1);
    og_value **part = OG_NEW_N(s->scratch, og_value *, node->n_in + 1);
    size_t n = 0, first = s->g->nodes.n;

    if (!out || !in || !part)
        return og_graph_no_memory(s->g);
    OG_TRY(og_node_expand(node));
    node->dead =
        false; /* its own outputs stay in use; only the derivative goes through the expansion */
    for (int k = 0; k < node->n_out; k++) {
        out[k] = node->out[k]->replaced_by;
        node->out[k]->replaced_by = NULL;
    }
    for (int j = 0; j < node->n_in; j++)
        if (c->want[j])
            in[n++] = node->in[j];
    for (int k = 0; k < node->n_out; k++) {
        if (!c->dy[k] || !out[k])
            continue;
        OG_TRY(backward_from(s->g, first, out[k], c->dy[k], in, n, NULL, 0, part));
        size_t at = 0;
        for (int j = 0; j < node->n_in; j++) {
            if (!c->want[j])
                continue;
            og_value *dx = part[at++];
            if (dx)
                c->dx[j] = c->dx[j] ? og_add(c->dx[j], dx) : dx;
        }
    }
    return og_graph_status(s->g);
}

static og_status visit(sweep *s, og_node *node)
{
    int n_out = node->n_out;
    og_value **dy = OG_NEW_N(s->scratch, og_value *, OG_MAX_RANK + n_out);
    og_value **dx = OG_NEW_N(s->scratch, og_value *, node->n_in + 1);
    bool *want = OG_NEW_N(s->scratch, bool, node->n_in + 1);
    bool any = false;

    if (!dy || !dx || !want)
        return og_graph_no_memory(s->g);
    for (int k = 0; k < n_out; k++) {
        dy[k] = s->cut[node->out[k]->id] ? NULL : s->grad[node->out[k]->id];
        any = any || dy[k];
    }
    if (!any || node->op->traits & OG_ZERO_GRADIENT)
        return OG_OK;
    any = false;
    for (int j = 0; j < node->n_in; j++) {
        og_value *x = node->in[j];

        want[j] = x && x->graph == s->g && s->wanted[x->id] && differentiable(s, x);
        any = any || want[j];
    }
    if (captures_wanted(s, node))
        return no_gradient(s, node);
    if (!any)
        return OG_OK;
    og_grad c = { .g = s->g, .node = node, .attrs = node->attrs, .dy = dy, .dx = dx, .want = want };
    if (node->op->gradient)
        OG_TRY(visit_rule(s, &c));
    else if (node->op->expand)
        OG_TRY(visit_expansion(s, &c));
    else
        return no_gradient(s, node);
    for (int j = 0; j < node->n_in; j++)
        if (want[j] && dx[j])
            add_gradient(s, node->in[j], dx[j]);
    return og_graph_status(s->g);
}

static og_status sweep_from(sweep *s, og_value *output, og_value *seed, og_value *const wrt[],
                            size_t n, og_value *grads[])
{
    mark_wanted(s, wrt, n);
    mark_needed(s, output);
    s->grad[output->id] = seed ? seed : og_ones_like(output);
    for (size_t i = s->n_nodes; i-- > s->first;)
        if (s->needed[i] && !s->g->nodes.v[i]->dead)
            OG_TRY(visit(s, s->g->nodes.v[i]));
    for (size_t i = 0; i < n; i++)
        grads[i] = s->grad[wrt[i]->id];
    return og_graph_status(s->g);
}

static og_status backward_from(og_graph *g, size_t first, og_value *output, og_value *seed,
                               og_value *const wrt[], size_t n, og_value *const cut[], size_t n_cut,
                               og_value *grads[])
{
    OG_TRY(og_graph_status(g));
    if (!output)
        return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "no value to differentiate");
    for (size_t i = 0; i < n; i++)
        if (!wrt[i] || wrt[i]->graph != g)
            return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT,
                           "value %zu to differentiate by does not belong to the graph", i);
    og_arena *scratch = og_arena_new();
    if (!scratch)
        return og_graph_no_memory(g);
    sweep s = { .g = g,
                .scratch = scratch,
                .n_values = g->values.n,
                .n_nodes = g->nodes.n,
                .first = first,
                .integers = first > 0 && !is_real(output),
                .grad = OG_NEW_N(scratch, og_value *, g->values.n + 1),
                .wanted = OG_NEW_N(scratch, bool, g->values.n + 1),
                .straight = OG_NEW_N(scratch, bool, g->values.n + 1),
                .cut = OG_NEW_N(scratch, bool, g->values.n + 1),
                .needed = OG_NEW_N(scratch, bool, g->nodes.n + 1) };
    og_status status =
        s.grad && s.wanted && s.straight && s.cut && s.needed ? OG_OK : og_graph_no_memory(g);
    for (size_t i = 0; i < n_cut && !status; i++)
        s.cut[cut[i]->id] = true;
    if (!status)
        status = sweep_from(&s, output, seed, wrt, n, grads);
    og_arena_free(scratch);
    return status;
}

og_status og_backward(og_graph *g, og_value *output, og_value *seed, og_value *const wrt[],
                      size_t n, og_value *grads[])
{
    return backward_from(g, 0, output, seed, wrt, n, NULL, 0, grads);
}

og_status og_backward_between(og_graph *g, og_value *output, og_value *seed, og_value *const wrt[],
                              size_t n, og_value *const cut[], size_t n_cut, og_value *grads[])
{
    return backward_from(g, 0, output, seed, wrt, n, cut, n_cut, grads);
}

og_status og_gradients(og_graph *g, og_value *loss, og_value *const wrt[], size_t n,
                       og_value *grads[])
{
    char text[200];

    for (size_t i = 0; i < n; i++)
        grads[i] = NULL;
    OG_TRY(og_graph_status(g));
    if (!loss)
        return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "no loss to differentiate");
    for (int i = 0; i < loss->type.rank; i++)
        if (og_dim_known(loss->type.dims[i]) && loss->type.dims[i] != 1)
            return og_fail(og_graph_errors(g), OG_NOT_SCALAR,
                           "the loss '%s' is %s, expected one number", loss->name,
                           og_type_text(g->dims, &loss->type, text, sizeof text));
    OG_TRY(og_backward(g, loss, NULL, wrt, n, grads));
    for (size_t i = 0; i < n; i++)
        if (!grads[i])
            grads[i] = og_zeros_like(wrt[i]);
    return og_graph_settle(g);
}
