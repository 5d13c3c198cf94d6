/*
 * scale_by_acprop, acprop: g over the root of the spread of earlier gradients around their mean, so
 * that numerator and divisor do not hang together (Zhuang et al. 2021, arXiv:2110.05454). The first
 * step divides by 1.
 */
#include "optim/moments.h"

static og_status scale_by_acprop_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_moments moments = og_moments_start(c);
    og_value *eps = og_stage_argument(c, "eps"), *eps_root = og_stage_argument(c, "eps_root");
    og_value *one = og_scalar(g, OG_DOUBLE, 1), *t = og_stage_clock(c);
    og_value *first = og_less(t, one), *correct;

    /* the divisor is a step behind */
    correct = og_div(one, og_sub(one, og_pow(moments.beta2, og_where(first, one, t))));
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *dx = og_stage_in(c, i), *s = og_stage_slot(c, i, "s", 0);
        og_value *mean = og_stage_slot(c, i, "m", 0), *apart = og_sub(dx, mean), *below, *next;

        next = og_add(og_mul(s, og_stage_cast(c, i, moments.beta2)),
                      og_mul(og_mul(apart, apart), og_stage_cast(c, i, moments.weight2)));
        og_stage_keep(c, mean, og_add(mean, og_mul(apart, og_stage_cast(c, i, moments.weight1))));
        og_stage_keep(c, s, og_add(next, og_stage_cast(c, i, eps_root)));
        below = og_mul(s, og_stage_cast(c, i, correct));
        below = og_where(first, og_scalar_like(below, 1), below);
        og_stage_out(c, i, og_div(dx, og_add(og_sqrt(below), og_stage_cast(c, i, eps))));
    }
    return OG_OK;
}

#define ACPROP_EPS                                                                                 \
    { "eps", OG_ARG_NUMBER, "1e-16", "[0, inf)", "added to the root" },                            \
    {                                                                                              \
        "eps_root", OG_ARG_NUMBER, "1e-16", "[0, inf)", "added below the root"                     \
    }

const og_stage og_stage_scale_by_acprop = {
    .name = "scale_by_acprop",
    .doc = "g / root of the mean of earlier (g - m)^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { OG_BETAS, ACPROP_EPS },
    .build = scale_by_acprop_build,
};

static void acprop_expand(og_stage_context *c)
{
    og_stage_write(c,
                   "scale_by_acprop(beta1=$beta1, beta2=$beta2, eps=$eps, eps_root=$eps_root) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_acprop = {
    .name = "acprop",
    .doc = "ACProp: scale_by_acprop, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), OG_BETAS, ACPROP_EPS, OG_WEIGHT_DECAY("0") },
    .expand = acprop_expand,
};
