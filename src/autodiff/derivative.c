/*
 * Nodes that stand for derivatives (ONNX's Gradient): y as a function of the values named is
 * differentiated by the reverse sweep, and the node gives way to what the sweep adds.
 *
 * The values named are the independent ones, whatever they were computed from. A node's input is
 * the point of one of them. Mostly it is the value itself, and the forward nodes that are there
 * serve. Otherwise an Identity of the input is the independent value, and what lies between it and
 * y is added once more; so it is where y belongs to a graph around the node's, because a sweep
 * stays in one graph.
 */
#include "autodiff/autodiff.h"

#include "ops/ops.h"

/* The node's graph, and each one around it, as they stood before. */
typedef struct level {
    og_graph *g;
    size_t n_nodes, n_values;
    bool *named;      /* [n_values] */
    bool *needed;     /* [n_values] y depends on it */
    og_value **other; /* [n_values] what stands for it in the node's graph, or NULL */
} level;

typedef struct derivation {
    const og_derivative *d;
    size_t n; /* of them; more than one share a sweep */
    og_graph *g;
    og_arena *scratch;
    size_t n_levels;
    level *levels;     /* innermost first */
    og_value **points; /* per input of all nodes: the independent value */
    size_t n_points;
} derivation;

static og_status no_memory(derivation *t)
{
    return og_graph_no_memory(t->g);
}

static og_status failed(derivation *t, og_status code, const char *format, ...) OG_PRINTF(3, 4);

static og_status failed(derivation *t, og_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    og_status s = og_fail_v(og_graph_errors(t->g), code, format, args);
    va_end(args);
    return s;
}

/* ---- Levels ---------------------------------------------------------------------------------- */

static og_status open_levels(derivation *t)
{
    for (og_graph *g = t->g; g; g = g->outer)
        t->n_levels++;
    if (!(t->levels = OG_NEW_N(t->scratch, level, t->n_levels)))
        return no_memory(t);
    og_graph *g = t->g;
    for (size_t i = 0; i < t->n_levels; i++, g = g->outer) {
        size_t n = g->values.n;

        t->levels[i] = (level){ .g = g,
                                .n_nodes = g->nodes.n,
                                .n_values = n,
                                .named = OG_NEW_N(t->scratch, bool, n + 1),
                                .needed = OG_NEW_N(t->scratch, bool, n + 1),
                                .other = OG_NEW_N(t->scratch, og_value *, n + 1) };
        if (!t->levels[i].named || !t->levels[i].needed || !t->levels[i].other)
            return no_memory(t);
    }
    return OG_OK;
}

/* NULL for a value inside a body further in. */
static level *level_of(derivation *t, const og_value *v)
{
    for (size_t i = 0; i < t->n_levels; i++)
        if (t->levels[i].g == v->graph)
            return v->id < t->levels[i].n_values ? &t->levels[i] : NULL;
    return NULL;
}

/* ---- The independent values ------------------------------------------------------------------ */

static og_status check_names(derivation *t, const og_derivative *d)
{
    char shown[160];

    for (int i = 0; i < d->node->n_in; i++)
        og_value_now(d->named[i])->mark = 0;
    for (int i = 0; i < d->node->n_in; i++) {
        og_value *named = og_value_now(d->named[i]);

        if (named->mark)
            return failed(t, OG_BAD_FILE, "%s names '%s' twice", d->node->op->name,
                          og_escape(shown, sizeof shown, named->name));
        named->mark = 1;
    }
    return OG_OK;
}

static og_status set_points(derivation *t, const og_derivative *d)
{
    for (int i = 0; i < d->node->n_in; i++) {
        og_value *named = og_value_now(d->named[i]), *point = og_value_now(d->node->in[i]);
        level *at = level_of(t, named);

        at->named[named->id] = true;
        if (point != named || named->graph != t->g) {
            point = og_node(t->g, "Identity", 1, &point, NULL);
            at->other[named->id] = point;
        }
        t->points[t->n_points++] = point;
    }
    return og_graph_status(t->g);
}

/* ---- What y needs ---------------------------------------------------------------------------- */

static void need(derivation *t, og_value *v)
{
    level *at = v ? level_of(t, v) : NULL;

    if (at)
        at->needed[v->id] = true;
}

static void need_body(derivation *t, const og_graph *body)
{
    const og_graph *inner;

    for (size_t i = 0; i < body->nodes.n; i++) {
        const og_node *node = body->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            need(t, node->in[j]);
        for (int b = 0; (inner = og_node_body(node, b)); b++)
            need_body(t, inner);
    }
    for (size_t k = 0; k < body->outputs.n; k++)
        need(t, body->outputs.v[k]);
}

/* Some output that is not itself independent. */
static bool is_needed(const level *at, const og_node *node)
{
    for (int k = 0; k < node->n_out; k++)
        if (at->needed[node->out[k]->id] && !at->named[node->out[k]->id])
            return true;
    return false;
}

static og_status mark_needed(derivation *t, og_value *y)
{
    const og_graph *body;
    char text[300];

    need(t, y);
    for (size_t l = 0; l < t->n_levels; l++) {
        const level *at = &t->levels[l];

        for (size_t i = at->n_nodes; i-- > 0;) {
            const og_node *node = at->g->nodes.v[i];

            if (node->dead || !is_needed(at, node))
                continue;
            if (node->op->traits & OG_DERIVATIVE)
                return failed(t, OG_BAD_FILE,
                              "y depends on %s, expected that before this node in the same graph",
                              og_node_text(node, text, sizeof text));
            for (int j = 0; j < node->n_in; j++)
                need(t, node->in[j]);
            for (int b = 0; (body = og_node_body(node, b)); b++)
                need_body(t, body);
        }
    }
    return OG_OK;
}

/* ---- The forward nodes at other points ------------------------------------------------------- */

static og_value *other_of(derivation *t, og_value *v)
{
    level *at = v ? level_of(t, v) : NULL;

    return at ? at->other[v->id] : NULL;
}

static bool body_moves(derivation *t, const og_graph *body)
{
    const og_graph *inner;

    for (size_t i = 0; i < body->nodes.n; i++) {
        const og_node *node = body->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            if (other_of(t, node->in[j]))
                return true;
        for (int b = 0; (inner = og_node_body(node, b)); b++)
            if (body_moves(t, inner))
                return true;
    }
    for (size_t k = 0; k < body->outputs.n; k++)
        if (other_of(t, body->outputs.v[k]))
            return true;
    return false;
}

static bool moves(derivation *t, const og_node *node)
{
    const og_graph *body;

    for (int j = 0; j < node->n_in; j++)
        if (other_of(t, node->in[j]))
            return true;
    for (int b = 0; (body = og_node_body(node, b)); b++)
        if (body_moves(t, body))
            return true;
    return false;
}

static og_status add_again(derivation *t, level *at, const og_node *node)
{
    og_value **in = OG_NEW_N(t->scratch, og_value *, node->n_in + 1);

    if (!in)
        return no_memory(t);
    if (og_node_body(node, 0))
        return failed(t, OG_UNSUPPORTED, "%s cannot be computed again at another point",
                      node->op->name);
    if (node->op->traits & OG_RANDOM)
        return failed(t, OG_UNSUPPORTED,
                      "%s cannot be computed again at another point: it would draw other numbers",
                      node->op->name);
    for (int j = 0; j < node->n_in; j++) {
        og_value *other = other_of(t, node->in[j]);

        in[j] = other ? other : node->in[j];
    }
    og_node *again = og_graph_add_node(t->g, &(og_node_spec){ .op = node->op,
                                                              .name = node->name,
                                                              .attrs = node->raw,
                                                              .n_in = node->n_in,
                                                              .n_out = node->n_out,
                                                              .in = in,
                                                              .index = node->index });
    for (int k = 0; again && k < node->n_out; k++)
        if (!at->named[node->out[k]->id])
            at->other[node->out[k]->id] = again->out[k];
    return og_graph_status(t->g);
}

static og_status move_forward(derivation *t)
{
    char text[300];

    for (size_t l = t->n_levels; l-- > 0;) {
        level *at = &t->levels[l];

        for (size_t i = 0; i < at->n_nodes; i++) {
            const og_node *node = at->g->nodes.v[i];

            if (node->dead || !is_needed(at, node) || !moves(t, node))
                continue;
            if (add_again(t, at, node)) {
                og_report_where(og_graph_errors(t->g), "%s", og_node_text(node, text, sizeof text));
                return og_graph_status(t->g);
            }
        }
    }
    return OG_OK;
}

/* ---- In place of the node -------------------------------------------------------------------- */

/* The gradient is called what the node's output was called. */
static og_status take_place(derivation *t, og_value *old, og_value *by)
{
    const char *name = old->name;

    if (!by)
        return og_graph_status(t->g);
    if (by->named || !by->node || by->graph != t->g)
        by = og_node(t->g, "Identity", 1, &by, NULL);
    if (!by)
        return og_graph_status(t->g);
    const char *away = og_arena_print(t->g->arena, "%s/replaced", name);
    if (!away || !(away = og_graph_free_name(t->g, away)))
        return no_memory(t);
    OG_TRY(og_value_rename(old, away));
    OG_TRY(og_value_rename(by, name));
    og_value_replace(old, by);
    return OG_OK;
}

/* What is added for the node is known in reports by the node's place in its file. */
static void name_after(derivation *t, size_t first)
{
    const og_node *node = t->d[0].node;

    for (size_t i = first; i < t->g->nodes.n; i++)
        if (!*t->g->nodes.v[i]->name) {
            t->g->nodes.v[i]->name = node->name;
            t->g->nodes.v[i]->index = node->index;
        }
}

static bool real(const og_value *v)
{
    return v->type.kind == OG_TENSOR && (!v->type.elem || og_elem_in(v->type.elem, OG_FLOATS));
}

/* Outputs that nobody named are not asked for.  A gradient is NULL where y does not depend on the
 * point, as always where y belongs to a graph around the node's. */
static og_status replace_nodes(derivation *t, og_value *y)
{
    og_value **wrt = OG_NEW_N(t->scratch, og_value *, t->n_points + 1);
    og_value **grads = OG_NEW_N(t->scratch, og_value *, t->n_points + 1);
    og_value **old = OG_NEW_N(t->scratch, og_value *, t->n_points + 1);
    size_t n = 0, point = 0, first = t->g->nodes.n;

    if (!wrt || !grads || !old)
        return no_memory(t);
    for (size_t i = 0; i < t->n; i++) {
        og_node *node = t->d[i].node;

        for (int k = 0; k < node->n_out; k++)
            if (node->out[k]->named) {
                old[n] = node->out[k];
                wrt[n++] = t->points[point + (size_t)k];
            }
        point += (size_t)node->n_in;
        node->dead = true;
    }
    if (y->graph == t->g)
        OG_TRY(og_backward_between(t->g, y, NULL, wrt, n, t->points, t->n_points, grads));
    for (size_t i = 0; i < n; i++) {
        og_value *by = og_value_now(grads[i]);

        OG_TRY(take_place(t, old[i], by ? by : og_zeros_like(wrt[i])));
    }
    name_after(t, first);
    return OG_OK;
}

static og_status derive(derivation *t, size_t max_nodes)
{
    og_value *y = og_value_now(t->d->y), *other;
    char shown[160];
    size_t n = 0;

    if (!real(y))
        return failed(t, OG_BAD_TYPE, "y '%s' is %s, expected real numbers",
                      og_escape(shown, sizeof shown, y->name),
                      y->type.kind == OG_TENSOR ? og_elem_name(y->type.elem) : "no tensor");
    for (size_t i = 0; i < t->n; i++) {
        OG_TRY(check_names(t, &t->d[i]));
        n += (size_t)t->d[i].node->n_in;
    }
    if (!(t->points = OG_NEW_N(t->scratch, og_value *, n + 1)))
        return no_memory(t);
    OG_TRY(open_levels(t));
    for (size_t i = 0; i < t->n; i++)
        OG_TRY(set_points(t, &t->d[i]));
    OG_TRY(mark_needed(t, y));
    OG_TRY(move_forward(t));
    other = other_of(t, y);
    OG_TRY(replace_nodes(t, other ? other : y));
    OG_TRY(og_graph_settle(t->g));
    if (t->g->nodes.n > max_nodes)
        return failed(t, OG_LIMIT, "with its derivatives the graph has %zu nodes, the limit is %zu",
                      t->g->nodes.n, max_nodes);
    return OG_OK;
}

og_status og_differentiate(const og_derivative *d, size_t n, size_t max_nodes)
{
    og_graph *g = d->node->graph;
    derivation t = { .d = d, .n = n, .g = g, .scratch = og_arena_new() };

    if (!t.scratch)
        return og_graph_no_memory(g);
    og_status s = derive(&t, max_nodes);
    og_arena_free(t.scratch);
    return s;
}

/* The values named are not computed and are themselves the points. */
static bool at_the_ends(const og_derivative *d)
{
    for (int i = 0; i < d->node->n_in; i++) {
        const og_value *named = og_value_now(d->named[i]);

        if (named->node || named->graph != d->node->graph || named != og_value_now(d->node->in[i]))
            return false;
    }
    return true;
}

bool og_derivatives_share(const og_derivative *a, const og_derivative *b)
{
    return a->node->graph == b->node->graph && og_value_now(a->y) == og_value_now(b->y) &&
           at_the_ends(a) && at_the_ends(b);
}
