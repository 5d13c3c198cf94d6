/* scale_by_belief, adabelief: Adam by how far g lies from its mean (Zhuang et al. 2020,
 * arXiv:2010.07468). */
#include "optim/moments.h"

static og_status scale_by_belief_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    og_value *eps = og_stage_argument(c, "eps"), *eps_root = og_stage_argument(c, "eps_root");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *m = og_moments_first(c, i, &moments), *s = og_stage_slot(c, i, "s", 0);
        og_value *apart = og_sub(og_stage_in(c, i), m), *below;
        og_value *next = og_add(og_mul(s, og_stage_cast(c, i, moments.beta2)),
                                og_mul(og_mul(apart, apart), og_stage_cast(c, i, moments.weight2)));

        next = og_add(next, og_stage_cast(c, i, eps_root));
        og_stage_keep(c, s, next);
        below = og_add(og_sqrt(og_mul(next, og_stage_cast(c, i, moments.correct2))),
                       og_stage_cast(c, i, eps));
        og_stage_out(c, i, og_div(og_mul(m, og_stage_cast(c, i, moments.correct1)), below));
    }
    return OG_OK;
}

#define BELIEF_EPS                                                                                 \
    { "eps", OG_ARG_NUMBER, "1e-16", "[0, inf)", "added to the root" },                            \
    {                                                                                              \
        "eps_root", OG_ARG_NUMBER, "1e-16", "[0, inf)", "added below the root"                     \
    }

const og_stage og_stage_scale_by_belief = {
    .name = "scale_by_belief",
    .doc = "m / root of the mean of (g - m)^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { OG_BETAS, BELIEF_EPS },
    .build = scale_by_belief_build,
};

static void adabelief_expand(og_stage_context *c)
{
    og_stage_write(c,
                   "scale_by_belief(beta1=$beta1, beta2=$beta2, eps=$eps, eps_root=$eps_root) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_adabelief = {
    .name = "adabelief",
    .doc = "AdaBelief: scale_by_belief, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), OG_BETAS, BELIEF_EPS, OG_WEIGHT_DECAY("0") },
    .expand = adabelief_expand,
};
