/* Names by which optax has stages that are called otherwise here: scale_by_sign is sign,
 * scale_by_learning_rate is lr, scale_by_schedule is scale, scale_by_amsgrad a form of
 * scale_by_adam. */
#include "optim/moments.h"

static void scale_by_sign_expand(og_stage_context *c)
{
    og_stage_write(c, "sign");
}

const og_stage og_stage_scale_by_sign = {
    .name = "scale_by_sign",
    .doc = "optax's name of sign.",
    .expand = scale_by_sign_expand,
};

static void scale_by_learning_rate_expand(og_stage_context *c)
{
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_scale_by_learning_rate = {
    .name = "scale_by_learning_rate",
    .doc = "optax's name of lr.",
    .traits = OG_STAGE_LR,
    .positional = 1,
    .arg = { { "lr", OG_ARG_NUMBER, NULL, "[0, inf)", "the learning rate" } },
    .expand = scale_by_learning_rate_expand,
};

static void scale_by_schedule_expand(og_stage_context *c)
{
    og_stage_write(c, "scale($by)");
}

const og_stage og_stage_scale_by_schedule = {
    .name = "scale_by_schedule",
    .doc = "optax's name of scale; it does not turn the sign, lr does.",
    .positional = 1,
    .arg = { { "by", OG_ARG_NUMBER, NULL, "[0, inf)", "the factor, a schedule" } },
    .expand = scale_by_schedule_expand,
};

static void scale_by_amsgrad_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_adam(beta1=$beta1, beta2=$beta2, eps=$eps, eps_root=$eps_root, "
                      "amsgrad=true)");
}

const og_stage og_stage_scale_by_amsgrad = {
    .name = "scale_by_amsgrad",
    .doc = "scale_by_adam that divides by the largest v so far.",
    .arg = { OG_BETAS,
             { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
             { "eps_root", OG_ARG_NUMBER, "0", "[0, inf)", "added below the root" } },
    .compat = { [OG_COMPAT_KERAS] = "eps=1e-7" },
    .expand = scale_by_amsgrad_expand,
};
