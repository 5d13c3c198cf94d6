/*
 * adagc: each parameter's gradient clipped to `relative` times the fading mean of its own clipped
 * norms (Wang et al. 2025, arXiv:2502.11034).
 *
 * While warming up all gradients are clipped together to `absolute`, and the least norm of each
 * parameter is kept.
 */
#include "optim/optim.h"

static og_value *at_most_one(og_value *x)
{
    og_value *one = og_scalar_like(x, 1);

    return og_where(og_greater(x, one), one, x);
}

static og_status adagc_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *beta = og_stage_argument(c, "beta"),
             *weight = og_sub(og_scalar(g, OG_DOUBLE, 1), beta);
    og_value *warm = og_less(og_stage_clock(c), og_stage_argument(c, "warmup"));
    og_value *relative = og_stage_argument(c, "relative");
    og_value *together = at_most_one(og_div(og_stage_argument(c, "absolute"), og_stage_norm(c, 2)));

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *norm = og_stage_tensor_norm(c, i), *zero = og_scalar_like(norm, 0), *clipped,
                 *mean;
        og_value *least = og_stage_tensor_slot(c, i, "norm", (double)INFINITY);
        og_value *alone = at_most_one(og_div(og_mul(relative, least), norm));
        og_value *coef = og_where(warm, together, alone);

        coef = og_where(og_greater(norm, zero), coef, og_scalar_like(norm, 1)); /* 0 / 0 */
        clipped = og_mul(norm, coef);
        mean = og_add(og_mul(least, beta), og_mul(clipped, weight));
        og_stage_keep(c, least,
                      og_where(warm, og_where(og_less(clipped, least), clipped, least), mean));
        og_stage_multiply(c, i, coef);
    }
    return OG_OK;
}

const og_stage og_stage_adagc = {
    .name = "adagc",
    .doc = "Each parameter's gradient clipped by the mean of its own norms.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .arg = {
        { "absolute", OG_ARG_NUMBER, "1", "(0, inf)", "the largest norm of all while warming up" },
        { "relative", OG_ARG_NUMBER, "1.05", "(0, inf)", "the largest part of the mean norm" },
        { "beta", OG_ARG_NUMBER, "0.98", "[0, 1)", "what is left of the mean after a step" },
        { "warmup", OG_ARG_NUMBER, "100", "[1, inf)", "steps until each has its own bound" },
    },
    .build = adagc_build,
};
