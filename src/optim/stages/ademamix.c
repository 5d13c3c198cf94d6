/*
 * scale_by_ademamix, ademamix: Adam with a second, slow mean of g beside the fast one (Pagliardini
 * et al. 2024, arXiv:2409.03137). The slow mean is not corrected for its start at 0.
 */
#include "optim/moments.h"

static og_status scale_by_ademamix_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1),
             *alpha = og_stage_argument(c, "alpha");
    og_value *weight3 = og_sub(one, og_stage_argument(c, "beta3")),
             *eps = og_stage_argument(c, "eps");
    og_value *root = og_sqrt(moments.correct2);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *m, *v, *above, *slow = og_mean_update(c, i, "slow", weight3, og_stage_in(c, i));

        og_moments_update(c, i, &moments, &m, &v);
        above = og_add(og_mul(m, og_stage_cast(c, i, moments.correct1)),
                       og_mul(slow, og_stage_cast(c, i, alpha)));
        og_stage_out(c, i,
                     og_div(above, og_add(og_mul(og_sqrt(v), og_stage_cast(c, i, root)),
                                          og_stage_cast(c, i, eps))));
    }
    return OG_OK;
}

#define ADEMAMIX_ARGS                                                                              \
    OG_BETAS,                                                                                      \
        { "beta3", OG_ARG_NUMBER, "0.9999", "[0, 1)",                                              \
          "what is left of the slow mean after a step" },                                          \
        { "alpha", OG_ARG_NUMBER, "5", "[0, inf)", "the slow mean's share" },                      \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root"                              \
    }

const og_stage og_stage_scale_by_ademamix = {
    .name = "scale_by_ademamix",
    .doc = "Adam's direction with a slow mean of g beside the fast one.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { ADEMAMIX_ARGS },
    .build = scale_by_ademamix_build,
};

static void ademamix_expand(og_stage_context *c)
{
    og_stage_write(
        c,
        "scale_by_ademamix(beta1=$beta1, beta2=$beta2, beta3=$beta3, alpha=$alpha, eps=$eps) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_ademamix = {
    .name = "ademamix",
    .doc = "AdEMAMix: scale_by_ademamix, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), ADEMAMIX_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = ademamix_expand,
};
