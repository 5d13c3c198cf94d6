/* adam: Kingma and Ba 2014 (arXiv:1412.6980), with weight_decay as L2, or decoupled (Loshchilov and
 * Hutter 2017). */
#include "optim/moments.h"

static void adam_expand(og_stage_context *c)
{
    bool decay = og_stage_number(c, "weight_decay") != 0, decoupled = og_stage_flag(c, "decoupled");

    if (decay && !decoupled)
        og_stage_write(c, "decay($weight_decay) | ");
    og_stage_write(c, "scale_by_adam(beta1=$beta1, beta2=$beta2, eps=$eps, amsgrad=$amsgrad) | ");
    if (decay && decoupled)
        og_stage_write(c, "decay($weight_decay) | ");
    og_stage_write(c, "lr($lr)");
}

#define ADAM_ARGS(decay, apart)                                                                    \
    { "lr", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the learning rate" }, OG_BETAS,                    \
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },                         \
        { "weight_decay", OG_ARG_NUMBER, decay, "[0, inf)", "how much of the parameter" },         \
        { "amsgrad", OG_ARG_BOOL, "false", NULL, "divide by the largest v so far" },               \
    {                                                                                              \
        "decoupled", OG_ARG_BOOL, apart, NULL, "decay behind the scaling, not in the gradient"     \
    }

const og_stage og_stage_adam = {
    .name = "adam",
    .doc = "Adam: scale_by_adam and lr.",
    .arg = { ADAM_ARGS("0", "false") },
    .compat = { [OG_COMPAT_ONNX] = "eps=1e-6", [OG_COMPAT_KERAS] = "eps=1e-7" },
    .expand = adam_expand,
};

const og_stage og_stage_adamw = {
    .name = "adamw",
    .doc = "Adam with decoupled weight decay.",
    .arg = { ADAM_ARGS("1e-2", "true") },
    .compat = { [OG_COMPAT_OPTAX] = "weight_decay=1e-4",
                [OG_COMPAT_ONNX] = "eps=1e-6",
                [OG_COMPAT_KERAS] = "eps=1e-7, weight_decay=0.004" },
    .expand = adam_expand,
};

const og_stage og_stage_amsgrad = {
    .name = "amsgrad",
    .doc = "Adam that divides by the largest v so far.",
    .arg = { { "lr", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the learning rate" },
             OG_BETAS,
             { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
             { "weight_decay", OG_ARG_NUMBER, "0", "[0, inf)", "L2: added to the gradient" },
             { "amsgrad", OG_ARG_BOOL, "true", NULL, "as in adam" },
             { "decoupled", OG_ARG_BOOL, "false", NULL,
               "decay behind the scaling, not in the gradient" } },
    .compat = { [OG_COMPAT_KERAS] = "eps=1e-7" },
    .expand = adam_expand,
};
