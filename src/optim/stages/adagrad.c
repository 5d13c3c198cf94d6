/* adagrad: scale_by_rss and lr, which lr_decay lets fall as 1 / (1 + lr_decay * t). */
#include "optim/optim.h"

static void adagrad_expand(og_stage_context *c)
{
    if (og_stage_number(c, "weight_decay") != 0)
        og_stage_write(c, "decay($weight_decay) | ");
    og_stage_write(
        c, "scale_by_rss(initial_accumulator_value=$initial_accumulator_value, eps=$eps) | ");
    if (og_stage_number(c, "lr_decay") != 0)
        og_stage_write(c, "lr(inverse($lr, decay=$lr_decay))");
    else
        og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_adagrad = {
    .name = "adagrad",
    .doc = "AdaGrad: scale_by_rss and lr.",
    .arg = {
        { "lr", OG_ARG_NUMBER, "1e-2", "[0, inf)", "the learning rate" },
        { "lr_decay", OG_ARG_NUMBER, "0", "[0, inf)", "the rate falls as 1 / (1 + lr_decay * t)" },
        { "weight_decay", OG_ARG_NUMBER, "0", "[0, inf)", "L2: added to the gradient" },
        { "initial_accumulator_value", OG_ARG_FIXED, "0", "[0, inf)", "where the sum of squares begins" },
        { "eps", OG_ARG_NUMBER, "1e-10", "[0, inf)", "keeps the division finite" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "initial_accumulator_value=0.1, eps=1e-7",
                [OG_COMPAT_ONNX] = "eps=1e-6",
                [OG_COMPAT_KERAS] = "lr=1e-3, initial_accumulator_value=0.1, eps=1e-7" },
    .expand = adagrad_expand,
};
