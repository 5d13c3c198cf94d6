/* sign, sign_sgd, signum: the sign of each element (Bernstein et al. 2018, arXiv:1802.04434);
 * scale: times a number. */
#include "optim/moments.h"

static og_status scale_by_sign_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_out(c, i, og_sign(og_stage_in(c, i)));
    return OG_OK;
}

static og_status scale_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, og_stage_argument(c, "by"));
    return OG_OK;
}

const og_stage og_stage_sign = {
    .name = "sign",
    .doc = "The sign of each element.",
    .scope = OG_SCOPE_ELEMENT,
    .build = scale_by_sign_build,
};

const og_stage og_stage_scale = {
    .name = "scale",
    .doc = "Times a number.",
    .scope = OG_SCOPE_ELEMENT,
    .positional = 1,
    .arg = { { "by", OG_ARG_NUMBER, NULL, "[0, inf)", "the factor" } },
    .build = scale_build,
};

static void signum_expand(og_stage_context *c)
{
    if (og_stage_number(c, "momentum") != 0)
        og_stage_write(c, "ema($momentum, debias=false) | ");
    og_stage_write(c, "sign | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_signum = {
    .name = "signum",
    .doc = "The sign of the mean of past gradients, and lr.",
    .arg = { OG_LR("1e-3"),
             { "momentum", OG_ARG_NUMBER, "0.9", "[0, 1)",
               "what is left of the mean after a step" },
             OG_WEIGHT_DECAY("0") },
    .expand = signum_expand,
};

static void sign_sgd_expand(og_stage_context *c)
{
    og_stage_write(c, "sign | lr($lr)");
}

const og_stage og_stage_sign_sgd = {
    .name = "sign_sgd",
    .doc = "The sign of each gradient, and lr.",
    .arg = { OG_LR("1e-3") },
    .expand = sign_sgd_expand,
};
