/* clip_value: every element to [-c, c] (Mikolov 2012). It changes the direction of the gradient. */
#include "optim/optim.h"

static og_status clip_value_build(og_stage_context *c)
{
    og_value *bound = og_stage_argument(c, "c"), *below = og_neg(bound);

    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_out(c, i,
                     OG_OP("Clip", NULL, og_stage_in(c, i), og_stage_cast(c, i, below),
                           og_stage_cast(c, i, bound)));
    return OG_OK;
}

const og_stage og_stage_clip_value = {
    .name = "clip_value",
    .doc = "Every element to [-c, c].",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = { { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest absolute value" } },
    .build = clip_value_build,
};
