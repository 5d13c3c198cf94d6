/*
 * scale_by_rms: g / (sqrt(v) + eps), v being the fading mean of g^2; centered, of (g - its mean)^2.
 *
 * Tieleman and Hinton 2012. v - mean^2 can round to less than 0 and is held at 0. optax and Keras
 * put eps below the root.
 */
#include "optim/moments.h"

static og_status scale_by_rms_build(og_stage_context *c)
{
    bool below = strcmp(og_stage_word(c, "eps_mode"), "in_sqrt") == 0;
    og_value *alpha = og_stage_argument(c, "alpha"), *eps = og_stage_argument(c, "eps");
    og_value *weight = og_sub(og_scalar(og_stage_graph(c), OG_DOUBLE, 1), alpha);
    og_moments moments = { .beta2 = alpha, .weight2 = weight };
    og_value *correct = og_stage_flag(c, "debias") ? og_moments_correct(c, alpha) : NULL;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *v = og_moments_second(c, i, &moments), *mean;
        og_value *e = og_stage_cast(c, i, eps);

        v = correct ? og_mul(v, og_stage_cast(c, i, correct)) : v;
        if (og_stage_flag(c, "centered")) {
            mean = og_mean_update(c, i, "mean", weight, g);
            mean = correct ? og_mul(mean, og_stage_cast(c, i, correct)) : mean;
            v = og_sub(v, og_mul(mean, mean));
            v = og_maximum(v, og_scalar_like(v, 0));
        }
        og_stage_out(c, i, og_div(g, below ? og_sqrt(og_add(v, e)) : og_add(og_sqrt(v), e)));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_rms = {
    .name = "scale_by_rms",
    .doc = "g / (sqrt(v) + eps), v the fading mean of g^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = {
        { "alpha", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the mean after a step" },
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" },
        { "eps_mode", OG_ARG_WORD, "outside", "outside in_sqrt", "where eps is added" },
        { "centered", OG_ARG_BOOL, "false", NULL, "take the squared mean off" },
        { "debias", OG_ARG_BOOL, "false", NULL, "correct for the start at 0" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "alpha=0.9, eps_mode=in_sqrt",
                [OG_COMPAT_KERAS] = "alpha=0.9, eps=1e-7, eps_mode=in_sqrt" },
    .build = scale_by_rms_build,
};

static void scale_by_stddev_expand(og_stage_context *c)
{
    og_stage_write(
        c,
        "scale_by_rms(alpha=$alpha, eps=$eps, eps_mode=$eps_mode, centered=true, debias=$debias)");
}

const og_stage og_stage_scale_by_stddev = {
    .name = "scale_by_stddev",
    .doc = "g / its fading standard deviation.",
    .arg = {
        { "alpha", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the mean after a step" },
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" },
        { "eps_mode", OG_ARG_WORD, "in_sqrt", "outside in_sqrt", "where eps is added" },
        { "debias", OG_ARG_BOOL, "false", NULL, "correct for the start at 0" },
    },
    .expand = scale_by_stddev_expand,
};
