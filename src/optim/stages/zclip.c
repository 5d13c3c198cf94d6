/*
 * zclip: clips a norm that lies more than z deviations above the mean of the norms so far (Kumar et
 * al. 2025, arXiv:2504.02507).
 *
 * While warming up, mean and variance are plain ones and only `most` bounds the norm. Then, where
 * (norm - mean) / deviation = s > z, the bound is mean + z^2 deviation / s; mean and variance fade,
 * taking in the clipped norm.
 */
#include "optim/optim.h"

/* Mean and variance after this step. */
typedef struct spread {
    og_value *mean, *variance;
} spread;

/* Welford: plain mean and variance of the first t + 1 norms. */
static spread plain(og_value *t, og_value *norm, og_value *mean, og_value *variance)
{
    og_value *n = og_plus(t, 1), *next = og_add(mean, og_div(og_sub(norm, mean), n));
    og_value *square = og_mul(og_sub(norm, mean), og_sub(norm, next));

    return (spread){ next, og_add(variance, og_div(og_sub(square, variance), n)) };
}

static spread fading(og_value *alpha, og_value *norm, og_value *mean, og_value *variance)
{
    og_value *weight = og_sub(og_scalar_like(alpha, 1), alpha), *apart;
    og_value *next = og_add(og_mul(mean, alpha), og_mul(norm, weight));

    apart = og_sub(norm, next);
    return (spread){ next, og_add(og_mul(variance, alpha), og_mul(og_mul(apart, apart), weight)) };
}

static og_value *smaller(og_value *a, og_value *b)
{
    return og_where(og_less(a, b), a, b);
}

static og_status zclip_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *norm = og_stage_norm(c, 2), *t = og_stage_clock(c), *z = og_stage_argument(c, "z");
    og_value *mean = og_stage_shared(c, "mean", OG_DOUBLE, 0);
    og_value *variance = og_stage_shared(c, "variance", OG_DOUBLE, 0);
    og_value *warm = og_less(t, og_stage_argument(c, "warmup")), *deviation = og_sqrt(variance);
    og_value *score = og_div(og_sub(norm, mean), og_plus(deviation, 1e-6)), *inf, *bound, *coef;
    spread early = plain(t, norm, mean, variance), late;

    inf = og_scalar(g, OG_DOUBLE, (double)INFINITY);
    bound = og_add(mean, og_div(og_mul(og_mul(z, z), deviation), score));
    bound = og_where(og_greater(score, z), bound, inf);
    late = fading(og_stage_argument(c, "alpha"), smaller(norm, bound), mean, variance);
    og_stage_keep(c, mean, og_where(warm, early.mean, late.mean));
    og_stage_keep(c, variance, og_where(warm, early.variance, late.variance));
    bound = smaller(og_where(warm, inf, bound), og_stage_argument(c, "most"));
    coef = og_stage_clip_coef(c, bound, norm);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, coef);
    return OG_OK;
}

const og_stage og_stage_zclip = {
    .name = "zclip",
    .doc = "Clips a norm that lies far above the mean of the norms so far.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "z", OG_ARG_NUMBER, "2.5", "(0, inf]", "how many deviations above the mean" },
        { "alpha", OG_ARG_NUMBER, "0.97", "[0, 1)", "what is left of mean and variance after a step" },
        { "warmup", OG_ARG_NUMBER, "25", "[1, inf)", "steps with plain mean and variance" },
        { "most", OG_ARG_NUMBER, "1", "(0, inf]", "the largest norm in any case" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the norm" },
    },
    .build = zclip_build,
};
