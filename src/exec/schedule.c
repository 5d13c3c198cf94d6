/*
 * Scheduling: which step comes when. First what the results, the measured numbers and the finite check need; behind
 * that gate the steps that only the new state needs, parameter by parameter, so that everything about one parameter
 * stays in cache and joins into one group.
 */
#include "exec/plan.h"

enum { MARK_EARLY = 1, MARK_PLACED = 2 };

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

    *step = (plan_step){.node = node, .late = late, .group = -1};
    node->mark |= MARK_PLACED;
}

/* Post-order from one new state value; the chain of a parameter is short, so recursion is shallow except for long
 * dependence between updates, where the explicit order of the graph is used instead. */
static void place_late(og_plan *plan, og_node *node, int depth)
{
    if (!node || node->mark & (MARK_EARLY | MARK_PLACED) || depth > 200 || og_node_body(node, 0))
        return; /* what has subgraphs is left to the sweep in graph order too */
    for (int j = 0; j < node->n_in; j++)
        if (node->in[j])
            place_late(plan, node->in[j]->node, depth + 1);
    for (int j = 0; j < node->n_in; j++) { /* cut off by the depth: leave it to the sweep in graph order */
        og_node *before = node->in[j] ? node->in[j]->node : NULL;

        if (before && !(before->mark & (MARK_EARLY | MARK_PLACED)))
            return;
    }
    place(plan, node, true);
}

static void place_all(og_plan *plan)
{
    og_graph *g = plan->graph;

    mark_early(plan);
    for (size_t i = 0; i < g->nodes.n; i++)
        if (g->nodes.v[i]->mark & MARK_EARLY)
            place(plan, g->nodes.v[i], false);
    plan->gate = (int)plan->n_steps;
    for (size_t i = 0; i < g->bindings.n; i++)
        place_late(plan, g->bindings.v[i].update->node, 0);
    for (size_t i = 0; i < g->nodes.n; i++)
        if (!(g->nodes.v[i]->mark & (MARK_EARLY | MARK_PLACED)))
            place(plan, g->nodes.v[i], true);
}

enum { GROUP_MAX = 24 }; /* members: their values must find room in the tile's slots */

/* Runs of elementwise steps over the same number of elements become groups. */
static void make_groups(og_plan *plan)
{
    int group = -1, members = 1;

    for (size_t i = 1; i < plan->n_steps; i++) {
        plan_step *a = &plan->steps[i - 1], *b = &plan->steps[i];

        if (a->group < 0 || members == GROUP_MAX)
            members = 1;
        if (members == 1 && a->group >= 0)
            continue; /* full: b starts anew */
        if (a->late != b->late || !og_fusable(a) || !og_fusable(b) ||
            og_count(a->node->out[0]->type.rank, a->node->out[0]->type.dims) !=
                og_count(b->node->out[0]->type.rank, b->node->out[0]->type.dims))
            continue;
        if (a->group < 0)
            a->group = ++group;
        b->group = a->group;
        members++;
    }
}

og_status og_plan_schedule(og_plan *plan, const plan_options *options)
{
    int unit = -1;

    plan->steps = OG_NEW_N(plan->arena, plan_step, plan->graph->nodes.n + 1);
    if (!plan->steps)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    place_all(plan);
    if (og_pass_enabled(options, "fuse"))
        make_groups(plan);
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
