/* rmsprop: scale_by_rms, momentum where asked for, and lr; optax and Keras put the learning rate
 * before the momentum. */
#include "optim/optim.h"

static void rmsprop_expand(og_stage_context *c)
{
    bool momentum = og_stage_number(c, "momentum") != 0;
    bool early = og_stage_compat(c) == OG_COMPAT_OPTAX || og_stage_compat(c) == OG_COMPAT_KERAS;

    if (og_stage_number(c, "weight_decay") != 0)
        og_stage_write(c, "decay($weight_decay) | ");
    og_stage_write(c, "scale_by_rms(alpha=$alpha, eps=$eps, centered=$centered)");
    if (momentum && !early)
        og_stage_write(c, " | trace($momentum)");
    og_stage_write(c, " | lr($lr)");
    if (momentum && early)
        og_stage_write(c, " | trace($momentum)");
}

const og_stage og_stage_rmsprop = {
    .name = "rmsprop",
    .doc = "RMSprop: scale_by_rms, momentum and lr.",
    .arg = {
        { "lr", OG_ARG_NUMBER, "1e-2", "[0, inf)", "the learning rate" },
        { "alpha", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the mean of g^2 after a step" },
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" },
        { "weight_decay", OG_ARG_NUMBER, "0", "[0, inf)", "L2: added to the gradient" },
        { "momentum", OG_ARG_NUMBER, "0", "[0, 1]", "what is left of past directions after a step" },
        { "centered", OG_ARG_BOOL, "false", NULL, "take the squared mean off" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "alpha=0.9", [OG_COMPAT_KERAS] = "lr=1e-3, alpha=0.9, eps=1e-7" },
    .expand = rmsprop_expand,
};
