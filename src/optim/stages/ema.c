/* ema: the fading mean of past gradients, corrected for its start at 0. */
#include "optim/moments.h"

static og_status ema_build(og_stage_context *c)
{
    og_value *decay = og_stage_argument(c, "decay"),
             *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *weight = og_sub(one, decay), *correct = NULL;

    if (og_stage_flag(c, "debias"))
        correct = og_moments_correct(c, decay);
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *mean = og_mean_update(c, i, "mean", weight, og_stage_in(c, i));

        og_stage_out(c, i, correct ? og_mul(mean, og_stage_cast(c, i, correct)) : mean);
    }
    return OG_OK;
}

const og_stage og_stage_ema = {
    .name = "ema",
    .doc = "The fading mean of past gradients.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_MOMENTUM,
    .positional = 1,
    .arg = {
        { "decay", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the mean after a step" },
        { "debias", OG_ARG_BOOL, "true", NULL, "correct for the start at 0" },
    },
    .build = ema_build,
};
