/*
 * ema_weights: a fading average of the parameters, which evaluation and the saved model use;
 * training goes on with the parameters themselves.
 *
 * After the first step the average is a copy of the parameters, then decay * average + (1 - decay)
 * * p.
 */
#include "optim/optim.h"

static og_status ema_weights_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *decay = og_stage_argument(c, "decay"),
             *weight = og_sub(og_scalar(g, OG_DOUBLE, 1), decay);
    og_value *first = og_equal(og_stage_clock(c), og_scalar(g, OG_DOUBLE, 0));

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *average = og_stage_copy_slot(c, i, "average"), *p = og_stage_next(c, i);
        og_value *next = og_add(og_mul(average, og_stage_cast(c, i, decay)),
                                og_mul(p, og_stage_cast(c, i, weight)));

        og_stage_keep(c, average, og_where(first, p, next));
        og_stage_average(c, i, average);
    }
    return OG_OK;
}

const og_stage og_stage_ema_weights = {
    .name = "ema_weights",
    .doc = "A fading average of the parameters for evaluation.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .positional = 1,
    .arg = { { "decay", OG_ARG_NUMBER, "0.999", "[0, 1)",
               "what is left of the average after a step" } },
    .build = ema_weights_build,
};
