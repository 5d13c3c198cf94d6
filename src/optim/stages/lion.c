/* scale_by_lion, lion: the sign of a mix of g and its mean (Chen et al. 2023, arXiv:2302.06675). */
#include "optim/moments.h"

static og_status scale_by_lion_build(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *mix = og_sub(one, og_stage_argument(c, "beta1"));
    og_value *weight = og_sub(one, og_stage_argument(c, "beta2"));

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *m = og_stage_slot(c, i, "m", 0), *apart = og_sub(g, m);

        og_stage_keep(c, m, og_add(m, og_mul(apart, og_stage_cast(c, i, weight))));
        og_stage_out(c, i, og_sign(og_add(m, og_mul(apart, og_stage_cast(c, i, mix)))));
    }
    return OG_OK;
}

#define LION_BETAS                                                                                 \
    { "beta1", OG_ARG_NUMBER, "0.9", "[0, 1)", "the mean's share of the direction" },              \
    {                                                                                              \
        "beta2", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the mean after a step"          \
    }

const og_stage og_stage_scale_by_lion = {
    .name = "scale_by_lion",
    .doc = "The sign of a mix of g and its mean.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_MOMENTUM,
    .arg = { LION_BETAS },
    .build = scale_by_lion_build,
};

static void lion_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_lion(beta1=$beta1, beta2=$beta2) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_lion = {
    .name = "lion",
    .doc = "Lion: scale_by_lion, decoupled decay and lr.",
    .arg = { OG_LR("1e-4"), LION_BETAS, OG_WEIGHT_DECAY("0") },
    .compat = { [OG_COMPAT_OPTAX] = "weight_decay=1e-3", [OG_COMPAT_KERAS] = "lr=1e-3" },
    .expand = lion_expand,
};
