/*
 * clip_norm: all gradients in reach times min(1, c / (norm + eps)).
 *
 * Pascanu, Mikolov and Bengio 2013 (arXiv:1211.5063). The norm is of all parameters in reach
 * together: the whole model at the top of a chain, a group's parameters inside groups. PyTorch adds
 * eps = 1e-6; with eps=0 the norm is exactly c.
 */
#include "optim/optim.h"

static og_status clip_norm_build(og_stage_context *c)
{
    og_value *norm = og_stage_norm(c, og_stage_number(c, "p"));
    og_value *coef = og_stage_clip_coef(c, og_stage_argument(c, "c"), norm);

    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, coef);
    return OG_OK;
}

const og_stage og_stage_clip_norm = {
    .name = "clip_norm",
    .doc = "All gradients times min(1, c / (norm + eps)).",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest norm" },
        { "p", OG_ARG_FIXED, "2", "(0, inf]", "which norm: 1, 2, inf or any other" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the norm" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "eps=0", [OG_COMPAT_KERAS] = "eps=0" },
    .build = clip_norm_build,
};
