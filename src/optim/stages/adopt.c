/*
 * scale_by_adopt, adopt: Adam that divides g by the v of the step before and then takes the mean
 * (Taniguchi et al. 2024, arXiv:2411.02853). The quotient is held within t^(1/4); the first step
 * only begins v.
 */
#include "optim/moments.h"

static og_status scale_by_adopt_build(og_stage_context *c)
{
    og_graph *graph = og_stage_graph(c);
    og_value *t = og_stage_clock(c), *zero = og_scalar(graph, OG_DOUBLE, 0),
             *one = og_scalar(graph, OG_DOUBLE, 1);
    og_value *first = og_equal(t, zero), *bound = og_pow(t, og_scalar(graph, OG_DOUBLE, 0.25));
    og_value *weight1 = og_where(first, zero, og_sub(one, og_stage_argument(c, "beta1")));
    og_value *weight2 = og_where(first, one, og_sub(one, og_stage_argument(c, "beta2")));
    og_value *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *v = og_stage_slot(c, i, "v", 0), *quotient;

        quotient = og_div(g, og_maximum(og_sqrt(v), og_stage_cast(c, i, eps)));
        if (og_stage_flag(c, "clip"))
            quotient = OG_OP("Clip", NULL, quotient, og_stage_cast(c, i, og_neg(bound)),
                             og_stage_cast(c, i, bound));
        og_stage_keep(c, v,
                      og_add(v, og_mul(og_sub(og_mul(g, g), v), og_stage_cast(c, i, weight2))));
        og_stage_out(c, i, og_mean_update(c, i, "m", weight1, quotient));
    }
    return OG_OK;
}

#define ADOPT_ARGS                                                                                 \
    { "beta1", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the mean after a step" },          \
        { "beta2", OG_ARG_NUMBER, "0.9999", "[0, 1)",                                              \
          "what is left of the mean of g^2 after a step" },                                        \
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "the least divisor" },                         \
    {                                                                                              \
        "clip", OG_ARG_BOOL, "true", NULL, "hold the quotient within t^(1/4)"                      \
    }

const og_stage og_stage_scale_by_adopt = {
    .name = "scale_by_adopt",
    .doc = "The mean of g over the root of the v before.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { ADOPT_ARGS },
    .build = scale_by_adopt_build,
};

static void adopt_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_adopt(beta1=$beta1, beta2=$beta2, eps=$eps, clip=$clip) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_adopt = {
    .name = "adopt",
    .doc = "ADOPT: scale_by_adopt, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), ADOPT_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = adopt_expand,
};
