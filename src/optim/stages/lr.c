/* lr: -lr * g. The only stage that turns the sign; what it lets through is added to the parameter.
 */
#include "optim/optim.h"

static og_status lr_build(og_stage_context *c)
{
    og_value *lr = og_stage_argument(c, "lr"), *down = og_neg(lr);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_stage_out(c, i, og_mul(og_stage_in(c, i), og_stage_cast(c, i, down)));
        og_stage_descends(c, i, lr);
    }
    return OG_OK;
}

const og_stage og_stage_lr = {
    .name = "lr",
    .doc = "Times the learning rate, turned downhill.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_LR,
    .positional = 1,
    .arg = { { "lr", OG_ARG_NUMBER, NULL, "[0, inf)", "the learning rate" } },
    .build = lr_build,
};
