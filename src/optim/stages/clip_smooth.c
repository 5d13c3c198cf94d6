/*
 * clip_global_smooth: all gradients in reach times c / (norm + gamma): never longer than c, without
 * a corner (Bu et al. 2022, arXiv:2206.07136). normalize: times scale / (norm + eps), so always
 * about `scale` long.
 */
#include "optim/optim.h"

static void scale_all(og_stage_context *c, og_value *coef)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, coef);
}

static og_status clip_global_smooth_build(og_stage_context *c)
{
    scale_all(c, og_div(og_stage_argument(c, "c"),
                        og_add(og_stage_norm(c, 2), og_stage_argument(c, "gamma"))));
    return OG_OK;
}

static og_status normalize_build(og_stage_context *c)
{
    og_value *norm = og_add(og_stage_norm(c, 2), og_stage_argument(c, "eps"));

    scale_all(c, og_div(og_stage_argument(c, "scale"), og_divisor(norm))); /* no gradient, no NaN */
    return OG_OK;
}

const og_stage og_stage_clip_global_smooth = {
    .name = "clip_global_smooth",
    .doc = "All gradients times c / (norm + gamma).",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "c", OG_ARG_NUMBER, "1", "(0, inf)", "what no norm exceeds" },
        { "gamma", OG_ARG_NUMBER, "0.01", "(0, inf)", "where small gradients begin" },
    },
    .build = clip_global_smooth_build,
};

const og_stage og_stage_normalize = {
    .name = "normalize",
    .doc = "All gradients times scale / (norm + eps).",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "scale", OG_ARG_NUMBER, "1", "(0, inf)", "the norm afterwards" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "keeps the division finite" },
    },
    .build = normalize_build,
};
