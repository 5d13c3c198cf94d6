/*
 * scale_by_madgrad, madgrad: dual averaging with the cube root of the sum of g^2, and a mean of the
 * parameters as momentum (Defazio and Jelassi 2021, arXiv:2101.11075), as optax has it.
 */
#include "optim/moments.h"

static og_status scale_by_madgrad_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *lr = og_stage_argument(c, "lr"), *eps = og_stage_argument(c, "eps");
    og_value *keep = og_stage_argument(c, "momentum"), *third = og_scalar(g, OG_DOUBLE, 1.0 / 3);
    og_value *weight = og_mul(og_add(lr, eps), og_sqrt(og_plus(og_stage_clock(c), 1)));
    og_value *rest = og_sub(og_scalar(g, OG_DOUBLE, 1), keep);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *dx = og_stage_in(c, i), *p = og_stage_parameter(c, i);
        og_value *start = og_stage_copy_slot(c, i, "start"), *w = og_stage_cast(c, i, weight);
        og_value *squares = og_stage_slot(c, i, "sum_squares", 0);
        og_value *sum = og_stage_slot(c, i, "sum", 0), *root, *z;
        og_value *next_squares = og_add(squares, og_mul(og_mul(dx, dx), w));
        og_value *next_sum = og_add(sum, og_mul(dx, w));

        og_stage_keep(c, squares, next_squares);
        og_stage_keep(c, sum, next_sum);
        root = og_pow(next_squares, og_stage_cast(c, i, third));
        z = og_sub(start, og_div(next_sum, og_add(root, og_stage_cast(c, i, eps))));
        og_stage_out(c, i, og_mul(og_sub(z, p), og_stage_cast(c, i, rest)));
        og_stage_descends(c, i, lr);
    }
    return OG_OK;
}

#define MADGRAD_ARGS                                                                               \
    { "momentum", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the parameter after a step" },  \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-6", "(0, inf)", "added to the root and the rate"                 \
    }

const og_stage og_stage_scale_by_madgrad = {
    .name = "scale_by_madgrad",
    .doc = "Dual averaging over the cube root of the sum of g^2, downhill.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_LR,
    .arg = { OG_LR("1e-2"), MADGRAD_ARGS },
    .build = scale_by_madgrad_build,
};

static void madgrad_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_madgrad(lr=$lr, momentum=$momentum, eps=$eps)");
}

const og_stage og_stage_madgrad = {
    .name = "madgrad",
    .doc = "MADGRAD: dual averaging over the cube root of the sum of g^2.",
    .arg = { OG_LR("1e-2"), MADGRAD_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = madgrad_expand,
};
