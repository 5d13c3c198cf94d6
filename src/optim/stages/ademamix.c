/*
 * scale_by_ademamix, ademamix: Adam with a second, slow mean of g beside the fast one (Pagliardini
 * et al. 2024, arXiv:2409.03137). The slow mean is not corrected for its start at 0.
 *
 * simplified_ademamix: one sum of past gradients, fading, and the gradient itself (Morwani et al.
 * 2025, arXiv:2502.02431).
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

static og_status scale_by_simplified_ademamix_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    og_value *alpha = og_stage_argument(c, "alpha"), *eps = og_stage_argument(c, "eps");
    og_value *root = og_sqrt(moments.correct2);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *m = og_stage_slot(c, i, "m", 0), *above;
        og_value *next = og_add(g, og_mul(m, og_stage_cast(c, i, moments.beta1)));
        og_value *v = og_moments_second(c, i, &moments);

        og_stage_keep(c, m, next);
        above = og_add(next, og_mul(g, og_stage_cast(c, i, alpha)));
        og_stage_out(c, i,
                     og_div(above, og_add(og_mul(og_sqrt(v), og_stage_cast(c, i, root)),
                                          og_stage_cast(c, i, eps))));
    }
    return OG_OK;
}

#define SIMPLIFIED_ARGS                                                                            \
    { "beta1", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the sum of g after a step" },     \
        { "beta2", OG_ARG_NUMBER, "0.95", "[0, 1)", "what is left of the mean of g^2" },           \
        { "alpha", OG_ARG_NUMBER, "0", "[0, inf)", "times the gradient, added to the sum" },       \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root"                              \
    }

const og_stage og_stage_scale_by_simplified_ademamix = {
    .name = "scale_by_simplified_ademamix",
    .doc = "A fading sum of gradients over the root of the mean of g^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { SIMPLIFIED_ARGS },
    .build = scale_by_simplified_ademamix_build,
};

static void simplified_ademamix_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_simplified_ademamix(beta1=$beta1, beta2=$beta2, alpha=$alpha, "
                      "eps=$eps) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_simplified_ademamix = {
    .name = "simplified_ademamix",
    .doc = "Simplified AdEMAMix: one fading sum, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), SIMPLIFIED_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = simplified_ademamix_expand,
};
