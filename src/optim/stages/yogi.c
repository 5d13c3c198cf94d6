/* scale_by_yogi, yogi: Adam whose v moves by the size of g^2, not of their difference (Zaheer et
 * al. 2018). */
#include "optim/moments.h"

static og_status scale_by_yogi_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    double initial = og_stage_number(c, "initial_accumulator_value");
    og_value *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *square = og_mul(g, g), *below;
        og_value *m = og_stage_slot(c, i, "m", initial), *v = og_stage_slot(c, i, "v", initial);
        og_value *next_m = og_add(m, og_mul(og_sub(g, m), og_stage_cast(c, i, moments.weight1)));
        og_value *next_v = og_sub(v, og_mul(og_mul(og_sign(og_sub(v, square)), square),
                                            og_stage_cast(c, i, moments.weight2)));

        og_stage_keep(c, m, next_m);
        og_stage_keep(c, v, next_v);
        below = og_add(og_sqrt(og_mul(next_v, og_stage_cast(c, i, moments.correct2))),
                       og_stage_cast(c, i, eps));
        og_stage_out(c, i, og_div(og_mul(next_m, og_stage_cast(c, i, moments.correct1)), below));
    }
    return OG_OK;
}

#define YOGI_ARGS                                                                                  \
    { "eps", OG_ARG_NUMBER, "1e-3", "[0, inf)", "added to the root" },                             \
    {                                                                                              \
        "initial_accumulator_value", OG_ARG_FIXED, "1e-6", "[0, inf)", "where m and v begin"       \
    }

const og_stage og_stage_scale_by_yogi = {
    .name = "scale_by_yogi",
    .doc = "Adam's direction with a v that falls slowly.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { OG_BETAS, YOGI_ARGS },
    .build = scale_by_yogi_build,
};

static void yogi_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_yogi(beta1=$beta1, beta2=$beta2, eps=$eps, "
                      "initial_accumulator_value=$initial_accumulator_value) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_yogi = {
    .name = "yogi",
    .doc = "Yogi: scale_by_yogi, decoupled decay and lr.",
    .arg = { OG_LR("1e-2"), OG_BETAS, YOGI_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = yogi_expand,
};
