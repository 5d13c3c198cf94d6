/*
 * momo, momo_adam: momentum, or Adam, whose step is as long as a model of the loss allows that lies
 * below it everywhere (Schaipp et al. 2023, arXiv:2305.07583), as optax has it, without its
 * adaptive bound.
 *
 * The loss is that of this run, so behind `accumulate` that of the last part.
 */
#include "optim/moments.h"

static const double tiny = 0x1p-52; /* below, the mean counts as 0 */

/* Sums over all parameters, double scalars. */
typedef struct sums {
    og_value *square; /* |m|^2, or <m, m / root> */
    og_value *along;  /* <m, p> */
    og_value *now;    /* <g, p> */
} sums;

static og_value *plus(og_value *sum, og_value *x)
{
    return sum ? og_add(sum, x) : x;
}

/* The means of the gradients, and what is needed of them. */
static sums means(og_stage_context *c, og_value *weight)
{
    sums s = { NULL };

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *p = og_stage_parameter(c, i);
        og_value *m = og_mean_update(c, i, "m", weight, g);

        s.square = plus(s.square, og_dot(m, m));
        s.along = plus(s.along, og_dot(m, p));
        s.now = plus(s.now, og_dot(g, p));
        og_stage_out(c, i, m);
    }
    return s;
}

static og_value *mean_of(og_stage_context *c, const char *slot, og_value *weight, og_value *x)
{
    og_value *state = og_stage_shared(c, slot, OG_DOUBLE, 0);
    og_value *next = og_add(state, og_mul(og_sub(x, state), weight));

    og_stage_keep(c, state, next);
    return next;
}

/* Brings each parameter down by what was let through, times the room between the mean loss and
 * `bound` over s->square, but at most `most`; `weight` is that of the new gradient in the means. */
static void descend(og_stage_context *c, const sums *s, og_value *weight, og_value *bound,
                    og_value *most)
{
    og_graph *g = og_stage_graph(c);
    og_value *zero = og_scalar(g, OG_DOUBLE, 0), *lr = og_stage_argument(c, "lr");
    og_value *decay = og_mul(lr, og_stage_argument(c, "weight_decay")), *grown = og_plus(decay, 1);
    og_value *shrink = og_div(decay, grown), *room, *step;

    room = og_sub(mean_of(c, "mean_loss", weight, og_stage_loss(c)), bound);
    room = og_sub(room, mean_of(c, "mean_along", weight, s->now));
    room = og_maximum(og_add(og_mul(grown, room), s->along), zero);
    step = og_where(og_greater(s->square, og_scalar(g, OG_DOUBLE, tiny)), og_div(room, s->square),
                    zero);
    step = og_where(og_less(most, step), most, step);
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *u = og_mul(og_stage_in(c, i), og_stage_cast(c, i, og_neg(step)));

        if (og_stage_number(c, "weight_decay") != 0)
            u = og_sub(u, og_mul(og_stage_parameter(c, i), og_stage_cast(c, i, shrink)));
        og_stage_out(c, i, u);
        og_stage_descends(c, i, step);
    }
}

static og_status momo_build(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *first = og_less(og_stage_clock(c), one);
    og_value *weight = og_where(first, one, og_sub(one, og_stage_argument(c, "beta")));
    sums s = means(c, weight);

    descend(c, &s, weight, og_stage_argument(c, "lower_bound"), og_stage_argument(c, "lr"));
    return OG_OK;
}

const og_stage og_stage_momo = {
    .name = "momo",
    .doc = "Momentum that takes its step from the loss.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_MOMENTUM | OG_STAGE_LR,
    .arg = {
        { "lr", OG_ARG_NUMBER, "1", "[0, inf)", "the longest step" },
        { "beta", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the means after a step" },
        { "lower_bound", OG_ARG_NUMBER, "0", "(-inf, inf)", "the lowest loss there can be" },
        OG_WEIGHT_DECAY("0"),
    },
    .build = momo_build,
};

/* Lets m / (sqrt(v) + eps) through, and sums up. */
static sums directions(og_stage_context *c, const og_moments *moments)
{
    og_value *eps = og_stage_argument(c, "eps");
    sums s = { NULL };

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *p = og_stage_parameter(c, i), *m, *v, *u;

        og_moments_update(c, i, moments, &m, &v);
        v = og_mul(v, og_stage_cast(c, i, moments->correct2));
        u = og_div(m, og_add(og_sqrt(v), og_stage_cast(c, i, eps)));
        s.square = plus(s.square, og_dot(m, u));
        s.along = plus(s.along, og_dot(m, p));
        s.now = plus(s.now, og_dot(g, p));
        og_stage_out(c, i, u);
    }
    return s;
}

static og_status momo_adam_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    sums s = directions(c, &moments);

    descend(c, &s, moments.weight1, og_div(og_stage_argument(c, "lower_bound"), moments.correct1),
            og_mul(og_stage_argument(c, "lr"), moments.correct1));
    return OG_OK;
}

const og_stage og_stage_momo_adam = {
    .name = "momo_adam",
    .doc = "Adam that takes its step from the loss.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_LR,
    .arg = {
        { "lr", OG_ARG_NUMBER, "0.01", "[0, inf)", "the longest step" },
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        { "lower_bound", OG_ARG_NUMBER, "0", "(-inf, inf)", "the lowest loss there can be" },
        OG_WEIGHT_DECAY("0"),
    },
    .build = momo_adam_build,
};
