/*
 * weight_clip: the new weights to [-c, c] (Arjovsky et al. 2017, arXiv:1701.07875). It bounds the
 * parameters, not their gradients: what keeps a gradient from exploding is a clip before lr.
 */
#include "optim/optim.h"

static og_status weight_clip_build(og_stage_context *c)
{
    og_value *bound = og_stage_argument(c, "c"), *below = og_neg(bound);

    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_set_next(c, i,
                          OG_OP("Clip", NULL, og_stage_next(c, i), og_stage_cast(c, i, below),
                                og_stage_cast(c, i, bound)));
    return OG_OK;
}

const og_stage og_stage_weight_clip = {
    .name = "weight_clip",
    .doc = "The new weights, not their gradients, to [-c, c].",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .positional = 1,
    .arg = { { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest absolute value" } },
    .build = weight_clip_build,
};
