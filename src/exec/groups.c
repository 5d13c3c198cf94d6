/*
 * Groups: runs of elementwise steps that the plan takes as one.
 *
 * Steps of a group that touch a common buffer are a strand: every tile goes through all of them
 * before the next one comes.  Strands have nothing to do with each other and may differ in length;
 * the threads share the pieces of all of them, so updating a hundred parameters is one step.
 */
#include "exec/plan.h"

enum {
    STRAND_MAX = 24, /* members: their values must find room in the tile's slots */
    EARLY_MAX = 24 /* in a group before the gate: everything a group touches lives all through it */
};

/* Who in the group that is being made touches a buffer. */
typedef struct touched {
    int group;
    size_t step; /* the last one of the buffer's length */
    bool whole;  /* there is such a step */
    bool spread; /* steps of another length read its single element */
    bool written;
} touched;

typedef struct grouping {
    og_plan *plan;
    touched *of;        /* [values] */
    og_value **becomes; /* [values] the state whose new value it is, or NULL */
    size_t *members;    /* [steps] of the strand that begins there */
    size_t first;       /* step of the group */
    int group;
} grouping;

static int64_t length_of(const og_value *v)
{
    return og_type_known(&v->type) ? og_count(v->type.rank, v->type.dims) : -1;
}

/* Views may become one buffer, so they count as one here. */
static const og_value *buffer_of(const og_value *v)
{
    while (v->node && v->node->op->traits & OG_ALIAS && v == v->node->out[0] && v->node->in[0])
        v = v->node->in[0];
    return v;
}

/* The strands a and b become one; step `last` is the last of the group so far. */
static void strands_join(grouping *g, size_t a, size_t b, size_t last)
{
    const size_t low = a < b ? a : b, high = a < b ? b : a;

    for (size_t i = high; i <= last; i++)
        if (g->plan->steps[i].strand == high)
            g->plan->steps[i].strand = low;
    g->members[low] += g->members[high];
}

/* Whether step i may touch this buffer in the group; its strand becomes one with those it meets. */
static bool may_touch(grouping *g, size_t i, const og_value *buffer, bool writes)
{
    plan_step *s = &g->plan->steps[i];
    const touched *t = &g->of[buffer->id];
    const bool whole = length_of(buffer) == length_of(s->node->out[0]);

    if (t->group != g->group)
        return true;
    if (!whole)
        return !writes && !t->written;
    if (t->spread && (writes || buffer->node)) /* what a node made may be written over in place */
        return false;
    const size_t other = t->whole ? g->plan->steps[t->step].strand : s->strand;
    if (other == s->strand)
        return true;
    if (g->members[s->strand] + g->members[other] > STRAND_MAX)
        return false;
    strands_join(g, s->strand, other, i);
    return true;
}

static void touch(grouping *g, size_t i, const og_value *buffer, bool writes)
{
    touched *t = &g->of[buffer->id];
    const bool whole = length_of(buffer) == length_of(g->plan->steps[i].node->out[0]);

    if (t->group != g->group)
        *t = (touched){ .group = g->group };
    if (whole)
        t->step = i;
    t->whole = t->whole || whole;
    t->spread = t->spread || !whole;
    t->written = t->written || writes;
}

static void touch_all(grouping *g, size_t i)
{
    const og_node *node = g->plan->steps[i].node;

    for (int j = 0; j < node->n_in; j++)
        if (node->in[j])
            touch(g, i, buffer_of(node->in[j]), false);
    for (int k = 0; k < node->n_out; k++) {
        touch(g, i, node->out[k], true);
        if (g->becomes[node->out[k]->id])
            touch(g, i, g->becomes[node->out[k]->id], true);
    }
}

/* A step that turns out not to fit may have made strands one before: they are only run more closely
 * together then. */
static bool may_join(grouping *g, size_t i)
{
    const plan_step *first = &g->plan->steps[g->first], *s = &g->plan->steps[i];

    if (s->late != first->late || !og_fusable(s))
        return false;
    if (!s->late &&
        (i - g->first >= EARLY_MAX || length_of(s->node->out[0]) != length_of(first->node->out[0])))
        return false;
    for (int j = 0; j < s->node->n_in; j++)
        if (s->node->in[j] && !may_touch(g, i, buffer_of(s->node->in[j]), false))
            return false;
    for (int k = 0; k < s->node->n_out; k++) {
        const og_value *state = g->becomes[s->node->out[k]->id];

        if (state && !may_touch(g, i, state, true))
            return false;
    }
    return true;
}

static void group_begin(grouping *g, size_t i)
{
    g->group++;
    g->first = i;
    g->plan->steps[i].strand = i;
    g->members[i] = 1;
    if (og_fusable(&g->plan->steps[i]))
        touch_all(g, i);
}

static bool grouping_new(grouping *g, og_plan *plan)
{
    const og_graph *graph = plan->graph;

    *g = (grouping){ .plan = plan, .group = 0 };
    g->of = OG_NEW_N(plan->arena, touched, graph->values.n + 1);
    g->becomes = OG_NEW_N(plan->arena, og_value *, graph->values.n + 1);
    g->members = OG_NEW_N(plan->arena, size_t, plan->n_steps + 1);
    if (!g->of || !g->becomes || !g->members)
        return false;
    for (size_t i = graph->bindings.n; i-- > 0;) /* of several the first is made in place */
        g->becomes[graph->bindings.v[i].update->id] = graph->bindings.v[i].state;
    return true;
}

og_status og_plan_group(og_plan *plan, const plan_options *options)
{
    grouping g;

    if (!grouping_new(&g, plan))
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (size_t i = 0; i < plan->n_steps; i++) {
        plan_step *s = &plan->steps[i];

        s->strand = i;
        g.members[i] = 1;
        if (i == 0 || !og_fusable(&plan->steps[g.first]) || !may_join(&g, i)) {
            s->strand = i;
            group_begin(&g, i);
            continue;
        }
        touch_all(&g, i);
        plan->steps[g.first].group = s->group = g.group;
    }
    return OG_OK;
}
