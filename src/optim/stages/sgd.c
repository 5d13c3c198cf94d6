/* sgd: gradient descent, with momentum where asked for. */
#include "optim/optim.h"

static void sgd_expand(og_stage_context *c)
{
    if (og_stage_flag(c, "nesterov") && og_stage_number(c, "momentum") == 0)
        (void)og_stage_fail(c, "nesterov needs a momentum");
    if (og_stage_number(c, "weight_decay") != 0)
        og_stage_write(c, "decay($weight_decay) | ");
    if (og_stage_number(c, "momentum") != 0)
        og_stage_write(c, "trace($momentum, dampening=$dampening, nesterov=$nesterov) | ");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_sgd = {
    .name = "sgd",
    .doc = "Gradient descent, with momentum where asked for.",
    .arg = {
        { "lr", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the learning rate" },
        { "momentum", OG_ARG_NUMBER, "0", "[0, 1]", "what is left of the past after a step" },
        { "dampening", OG_ARG_NUMBER, "0", "[0, 1]", "what is left out of each new gradient" },
        { "weight_decay", OG_ARG_NUMBER, "0", "[0, inf)", "L2: added to the gradient" },
        { "nesterov", OG_ARG_BOOL, "false", NULL, "look ahead by one momentum" },
    },
    .compat = { [OG_COMPAT_KERAS] = "lr=0.01" },
    .expand = sgd_expand,
};
