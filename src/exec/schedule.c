/*
 * Scheduling: which step comes when. First what the results, the measured numbers and the finite
 * check need; behind that gate the steps that only the new state needs, parameter by parameter, so
 * that everything about one parameter stays in cache and joins into one group.
 */
#include "exec/plan.h"

enum { MARK_EARLY = 1, MARK_PLACED = 2, MARK_TRIED = 4 };

static void need(og_value *v)
{
    if (v && v->node)
        v->node->mark |= MARK_EARLY;
}

static void need_captured(og_value *v, void *unused)
{
    (void)unused;
    need(v);
}

static void mark_early(og_plan *plan)
{
    og_graph *g = plan->graph;

    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i]->mark = 0;
    for (size_t i = 0; i < g->outputs.n; i++)
        need(g->outputs.v[i]);
    for (size_t i = 0; i < g->watched.n; i++)
        need(g->watched.v[i]);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        need(g->info[i]);
    need(g->ok);
    for (size_t i = g->nodes.n; i-- > 0;)
        if (g->nodes.v[i]->mark) {
            for (int j = 0; j < g->nodes.v[i]->n_in; j++)
                need(g->nodes.v[i]->in[j]);
            og_node_captured(g->nodes.v[i], need_captured, NULL);
        }
}

static void place(og_plan *plan, og_node *node, bool late)
{
    plan_step *step = &plan->steps[plan->n_steps++];

    *step = (plan_step){ .node = node, .late = late, .group = -1 };
    node->mark |= MARK_PLACED;
}

/* Who reads a value: the places in `reader` from start[id] up to start[id + 1]. */
typedef struct readers {
    size_t *start;
    og_node **reader;
} readers;

static bool find_readers(og_plan *plan, readers *r)
{
    og_graph *g = plan->graph;
    size_t n = 0;

    r->start = OG_NEW_N(plan->arena, size_t, g->values.n + 2);
    for (size_t i = 0; i < g->nodes.n; i++)
        n += (size_t)g->nodes.v[i]->n_in;
    r->reader = OG_NEW_N(plan->arena, og_node *, n + 1);
    if (!r->start || !r->reader)
        return false;
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int j = 0; j < g->nodes.v[i]->n_in; j++)
            if (g->nodes.v[i]->in[j])
                r->start[g->nodes.v[i]->in[j]->id + 2]++;
    for (size_t v = 2; v < g->values.n + 2; v++)
        r->start[v] += r->start[v - 1];
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int j = 0; j < g->nodes.v[i]->n_in; j++)
            if (g->nodes.v[i]->in[j])
                r->reader[r->start[g->nodes.v[i]->in[j]->id + 1]++] = g->nodes.v[i];
    return true;
}

static bool is_placed(const og_node *node)
{
    return node->mark & (MARK_EARLY | MARK_PLACED);
}

static bool is_ready(const og_node *node)
{
    for (int j = 0; j < node->n_in; j++)
        if (node->in[j] && node->in[j]->node && !is_placed(node->in[j]->node))
            return false;
    return true;
}

/* A node on its way: its inputs come first, then the node, then who reads its outputs. */
typedef struct visit {
    og_node *node;
    int in, out;
    size_t reader; /* of that output */
} visit;

typedef struct late_walk {
    og_plan *plan;
    readers readers;
    size_t n;
    visit *stack; /* a node is on it at most twice: once waiting for inputs, once ready */
} late_walk;

/* Nodes with subgraphs are left to the sweep in graph order, and so is what waits for them: it is
 * tried once, and again when it is ready. */
static void walk_to(late_walk *w, og_node *node)
{
    if (!node || is_placed(node) || og_node_body(node, 0) ||
        (node->mark & MARK_TRIED && !is_ready(node)))
        return;
    node->mark |= MARK_TRIED;
    w->stack[w->n++] = (visit){ .node = node };
}

static og_node *next_reader(const readers *r, visit *v)
{
    while (v->out < v->node->n_out) {
        const size_t id = v->node->out[v->out]->id;

        if (r->start[id] + v->reader < r->start[id + 1])
            return r->reader[r->start[id] + v->reader++];
        v->out++;
        v->reader = 0;
    }
    return NULL;
}

/* What a node needs, the node, then whatever became ready by it: so all about one parameter stays
 * together. */
static void place_late(late_walk *w, og_node *first)
{
    walk_to(w, first);
    while (w->n) {
        visit *v = &w->stack[w->n - 1];
        og_node *node = v->node, *reader;

        if (v->in < node->n_in) {
            const og_value *x = node->in[v->in++];

            walk_to(w, x ? x->node : NULL);
            continue;
        }
        if (v->in == node->n_in) {
            v->in++;
            if (is_placed(node) || !is_ready(node)) {
                w->n--;
                continue;
            }
            place(w->plan, node, true);
        }
        reader = next_reader(&w->readers, v);
        if (!reader)
            w->n--;
        else if (is_ready(reader))
            walk_to(w, reader);
    }
}

static bool is_scalar(const og_node *node)
{
    for (int k = 0; k < node->n_out; k++)
        if (!og_type_known(&node->out[k]->type) ||
            og_count(node->out[k]->type.rank, node->out[k]->type.dims) != 1)
            return false;
    return true;
}

static og_status place_all(og_plan *plan)
{
    og_graph *g = plan->graph;
    late_walk walk = { .plan = plan, .stack = OG_NEW_N(plan->arena, visit, 2 * g->nodes.n + 1) };

    if (!walk.stack || !find_readers(plan, &walk.readers))
        return OG_NO_MEMORY;
    mark_early(plan);
    for (size_t i = 0; i < g->nodes.n; i++)
        if (g->nodes.v[i]->mark & MARK_EARLY)
            place(plan, g->nodes.v[i], false);
    plan->gate = (int)plan->n_steps;
    for (size_t i = 0; i < g->nodes.n; i++) /* rates and corrections, which every parameter reads */
        if (!is_placed(g->nodes.v[i]) && is_scalar(g->nodes.v[i]) && is_ready(g->nodes.v[i]) &&
            !og_node_body(g->nodes.v[i], 0))
            place(plan, g->nodes.v[i], true);
    for (size_t i = 0; i < g->bindings.n; i++)
        place_late(&walk, g->bindings.v[i].update->node);
    for (size_t i = 0; i < g->nodes.n; i++)
        if (!is_placed(g->nodes.v[i]))
            place(plan, g->nodes.v[i], true);
    return OG_OK;
}

og_status og_plan_schedule(og_plan *plan, const plan_options *options)
{
    int unit = -1;

    plan->steps = OG_NEW_N(plan->arena, plan_step, plan->graph->nodes.n + 1);
    if (!plan->steps || place_all(plan))
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    if (og_pass_enabled(options, "fuse"))
        OG_TRY(og_plan_group(plan, options));
    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];

        s->joined = i && s->group >= 0 && s->group == plan->steps[i - 1].group;
        s->unit = s->joined ? unit : ++unit;
        plan->facts.fused += s->joined;
    }
    plan->facts.steps = (size_t)(unit + 1);
    plan->facts.nodes = plan->graph->nodes.n;
    return OG_OK;
}
