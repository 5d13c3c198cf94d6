/*
 * What plateau, the stage and the schedule, share: a factor that shrinks when the loss has not got
 * better for a while (PyTorch's ReduceLROnPlateau). The loss is the mean over `every` runs.
 */
#include "optim/optim.h"

/* Double scalars of one run. */
typedef struct seen {
    og_value *best, *bad, *rest, *scale; /* rest: losses still to be let pass after a reduction */
} seen;

static og_value *number(const og_plateau *p, double x)
{
    return og_step_constant(p->step, x);
}

static og_value *slot(const og_plateau *p, const char *name, double initial)
{
    char *state = og_arena_print(p->step->graph->arena, "%s%s", p->prefix, name);

    return og_step_state(p->step, state, OG_DOUBLE, 0, NULL, initial);
}

static og_value *bound(const og_plateau *p, og_value *best)
{
    if (!p->relative)
        return og_sub(best, p->threshold);
    return og_mul(best, og_sub(number(p, 1), p->threshold));
}

/* What is seen once one more loss came in. */
static seen look(const og_plateau *p, seen s, og_value *loss)
{
    og_value *zero = number(p, 0), *better = og_less(loss, bound(p, s.best));
    og_value *resting = og_greater(s.rest, zero), *bad, *due;
    seen next;

    bad = og_where(better, zero, og_plus(s.bad, 1));
    bad = og_where(resting, zero, bad);
    due = og_greater(bad, p->patience);
    next.best = og_where(better, loss, s.best);
    next.bad = og_where(due, zero, bad);
    next.rest = og_where(due, p->cooldown, og_where(resting, og_plus(s.rest, -1), zero));
    next.scale = og_where(due, og_mul(s.scale, p->factor), s.scale);
    return next;
}

static void keep(const og_plateau *p, og_value *due, og_value *state, og_value *next)
{
    og_step_bind(p->step, state, og_where(due, next, state));
}

og_value *og_plateau_build(const og_plateau *p, og_value **before)
{
    og_value *loss = og_cast(p->step->loss, OG_DOUBLE), *zero = number(p, 0);
    og_value *sum = slot(p, "sum", 0), *count = slot(p, "count", 0);
    seen now = { .best = slot(p, "best", (double)INFINITY),
                 .bad = slot(p, "bad", 0),
                 .rest = slot(p, "rest", 0),
                 .scale = slot(p, "scale", 1) };
    og_value *total = og_add(sum, loss), *n = og_plus(count, 1);
    og_value *due = og_not(og_less(n, p->every));
    seen next = look(p, now, og_div(total, n));

    og_step_bind(p->step, sum, og_where(due, zero, total));
    og_step_bind(p->step, count, og_where(due, zero, n));
    keep(p, due, now.best, next.best);
    keep(p, due, now.bad, next.bad);
    keep(p, due, now.rest, next.rest);
    keep(p, due, now.scale, next.scale);
    *before = now.scale;
    return og_where(due, next.scale, now.scale);
}
