/* momentum: gradient descent with the past gradients, fading: sgd whose momentum is 0.9. */
#include "optim/moments.h"

static void momentum_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "trace($momentum, dampening=$dampening, nesterov=$nesterov) | lr($lr)");
}

const og_stage og_stage_momentum = {
    .name = "momentum",
    .doc = "Gradient descent with momentum.",
    .arg = {
        OG_LR("1e-3"),
        { "momentum", OG_ARG_NUMBER, "0.9", "[0, 1]", "what is left of the past after a step" },
        { "dampening", OG_ARG_NUMBER, "0", "[0, 1]", "what is left out of each new gradient" },
        OG_WEIGHT_DECAY("0"),
        { "nesterov", OG_ARG_BOOL, "false", NULL, "look ahead by one momentum" },
    },
    .compat = { [OG_COMPAT_KERAS] = "lr=0.01" },
    .expand = momentum_expand,
};
