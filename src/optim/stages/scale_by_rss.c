/*
 * scale_by_rss: g / (sqrt(sum of all past g^2) + eps) (Duchi, Hazan and Singer 2011).
 *
 * optax and Keras begin the sum at 0.1 and put eps below the root; where the sum is 0, optax gives
 * 0.
 */
#include "optim/optim.h"

static og_status scale_by_rss_build(og_stage_context *c)
{
    bool below = strcmp(og_stage_word(c, "eps_mode"), "in_sqrt") == 0;
    double initial = og_stage_number(c, "initial_accumulator_value");
    og_value *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *sum = og_stage_slot(c, i, "sum", initial);
        og_value *next = og_add(sum, og_mul(g, g)), *e = og_stage_cast(c, i, eps), *zero;
        og_value *scaled = og_div(g, below ? og_sqrt(og_add(next, e)) : og_add(og_sqrt(next), e));

        og_stage_keep(c, sum, next);
        if (below) { /* 0 / 0 where eps is 0 too */
            zero = og_scalar_like(g, 0);
            scaled = og_where(og_equal(next, zero), zero, scaled);
        }
        og_stage_out(c, i, scaled);
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_rss = {
    .name = "scale_by_rss",
    .doc = "g / (root of the sum of all past g^2 + eps).",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = {
        { "initial_accumulator_value", OG_ARG_FIXED, "0", "[0, inf)", "where the sum begins" },
        { "eps", OG_ARG_NUMBER, "1e-10", "[0, inf)", "keeps the division finite" },
        { "eps_mode", OG_ARG_WORD, "outside", "outside in_sqrt", "where eps is added" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "initial_accumulator_value=0.1, eps=1e-7, eps_mode=in_sqrt",
                [OG_COMPAT_ONNX] = "eps=1e-6",
                [OG_COMPAT_KERAS] = "initial_accumulator_value=0.1, eps=1e-7, eps_mode=in_sqrt" },
    .build = scale_by_rss_build,
};
