/*
 * decay: g + weight_decay * p.
 *
 * Where it stands decides what it is: before an adaptive stage it is L2 regularisation, behind it
 * (before lr) it is decoupled from the gradient's scale, as in AdamW. Behind lr, where updates go
 * downhill, weight_decay * p is taken off, whatever the learning rate.
 */
#include "optim/optim.h"

static og_status decay_build(og_stage_context *c)
{
    og_value *decay = og_stage_argument(c, "weight_decay");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *part = og_mul(og_stage_parameter(c, i), og_stage_cast(c, i, decay)),
                 *g = og_stage_in(c, i);

        og_stage_out(c, i, og_stage_rate(c, i) ? og_sub(g, part) : og_add(g, part));
    }
    return OG_OK;
}

const og_stage og_stage_decay = {
    .name = "decay",
    .doc = "g + weight_decay * p.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_DECAY,
    .positional = 1,
    .arg = { { "weight_decay", OG_ARG_NUMBER, NULL, "[0, inf)", "how much of the parameter" } },
    .build = decay_build,
};
