/*
 * scale_by_backtracking_linesearch: how much of the update the parameters take: first a part a
 * little larger than last time, then less and less until the loss falls by a share of what the
 * slope promises (Armijo 1966), as optax has it.
 *
 * The loss is that of the same batch. Each try but the first lies in a branch of an If, so that
 * only those are computed that are needed. What is random in a model (Dropout) is drawn again.
 */
#include "onnxgrad/builders.h"
#include "optim/optim.h"

/* Double scalars; updates and parameters are those of the context. */
typedef struct search {
    og_stage_context *c;
    og_value *loss, *slope; /* at the parameters; the derivative along the update */
    og_value *slope_rtol, *decrease, *rtol, *atol;
} search;

/* <update, gradient>; the gradients carry the seed. */
static og_value *slope_of(og_stage_context *c)
{
    og_value *sum = NULL;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *both = og_mul(og_stage_in(c, i), c->step->params[c->reach[i]].gradient), *part;

        part = og_cast(og_reduce("ReduceSum", both, (og_ints){ 0, NULL }, false), OG_DOUBLE);
        sum = sum ? og_add(sum, part) : part;
    }
    return c->step->seed ? og_div(sum, c->step->seed) : sum;
}

/* How much the loss at the part t misses what is asked for. */
static og_status miss(const search *s, og_graph *g, og_value *t, og_value **error)
{
    og_stage_context *c = s->c;
    og_value **at = OG_NEW_N(c->step->arena, og_value *, og_stage_count(c) + 1), *loss, *asked;

    if (!at)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *u = og_stage_in(c, i);

        at[i] = og_add(og_stage_parameter(c, i), og_mul(u, og_cast_like(t, u)));
    }
    OG_TRY(og_stage_loss_at(c, g, at, &loss));
    asked =
        og_add(og_mul(og_plus(s->rtol, 1), s->loss), og_mul(og_mul(t, s->slope_rtol), s->slope));
    *error = og_sub(loss, asked);
    return og_graph_status(g);
}

/* No two branches may call their output the same: one lies in the other. */
static og_status give(const search *s, og_graph *g, og_value *part, const char *what, int left)
{
    char *name = og_arena_print(g->arena, "%s_%s_%d", s->c->label, what, left);

    if (!name)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    og_output(g, name, part);
    return og_graph_status(g);
}

static og_status try_part(const search *s, og_graph *g, og_value *t, int left, og_value **found);

/* A branch that tries less. */
static og_status branch_less(const search *s, og_graph *outer, og_value *t, int left, og_graph **g)
{
    og_value *in[] = { t, s->decrease }, *found = NULL;

    *g = og_graph_new_inside(outer, "less");
    if (!*g)
        return og_fail(og_graph_errors(outer), OG_NO_MEMORY, "no memory for a training step");
    OG_TRY(try_part(s, *g, og_node(*g, "Mul", 2, in, NULL), left, &found));
    return give(s, *g, found, "less", left);
}

/* The part that is found at t or below, with `left` more tries; 0 where no loss was finite. */
static og_status try_part(const search *s, og_graph *g, og_value *t, int left, og_value **found)
{
    og_value *error = NULL, *infinite = og_scalar_like(t, (double)INFINITY), *good;
    og_graph *yes = og_graph_new_inside(g, "found"), *no = NULL;

    if (!yes)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    OG_TRY(miss(s, g, t, &error));
    good = OG_OP("LessOrEqual", NULL, error, s->atol); /* a NaN is not */
    if (left == 0) {
        *found = og_where(og_less(error, infinite), t, og_scalar_like(t, 0));
        return og_graph_status(g);
    }
    OG_TRY(give(s, yes, og_node(yes, "Identity", 1, &t, NULL), "found", left));
    OG_TRY(branch_less(s, g, t, left - 1, &no));
    *found = og_if(good, yes, no);
    return og_graph_status(g);
}

static og_status scale_by_backtracking_linesearch_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *last = og_stage_shared(c, "part", OG_DOUBLE, 1), *found, *zero, *t;
    og_value *most = og_stage_argument(c, "most");
    search s = { .c = c,
                 .loss = og_stage_loss(c),
                 .slope_rtol = og_stage_argument(c, "slope_rtol"),
                 .decrease = og_stage_argument(c, "decrease"),
                 .rtol = og_stage_argument(c, "rtol"),
                 .atol = og_stage_argument(c, "atol") };

    for (size_t i = 0; i < og_stage_count(c); i++)
        if (!og_stage_rate(c, i))
            return og_stage_fail(c, "a line search stands behind lr");
    s.slope = slope_of(c);
    t = og_mul(last, og_stage_argument(c, "increase"));
    t = og_where(og_less(t, most), t, most);
    OG_TRY(try_part(&s, g, t, (int)og_stage_number(c, "tries"), &found));
    zero = og_scalar_like(found, 0);
    og_stage_keep(c, last, og_where(og_greater(found, zero), found, last));
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_stage_multiply(c, i, found);
        og_stage_descends(c, i, og_mul(og_stage_rate(c, i), found));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_backtracking_linesearch = {
    .name = "scale_by_backtracking_linesearch",
    .doc = "So much of the update that the loss falls.",
    .scope = OG_SCOPE_GLOBAL,
    .positional = 1,
    .arg = {
        { "tries", OG_ARG_WHOLE, "15", "[0, 100]", "how often the part is made smaller at most" },
        { "slope_rtol", OG_ARG_NUMBER, "1e-4", "[0, 1]", "how much of the slope is asked for" },
        { "decrease", OG_ARG_NUMBER, "0.8", "(0, 1)", "what is left of a part that is too long" },
        { "increase", OG_ARG_NUMBER, "1.5", "[1, inf)", "the first part, of the one found last" },
        { "most", OG_ARG_NUMBER, "1", "(0, inf)", "the largest part" },
        { "atol", OG_ARG_NUMBER, "0", "[0, inf)", "how much the loss may miss" },
        { "rtol", OG_ARG_NUMBER, "0", "[0, inf)", "how much the loss may miss, of itself" },
    },
    .build = scale_by_backtracking_linesearch_build,
};
