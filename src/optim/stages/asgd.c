/*
 * average_weights: the mean of the parameters since a step; evaluation uses it. asgd: gradient
 * descent with it (Polyak and Juditsky 1992), as PyTorch has it: a falling rate and a decay of its
 * own.
 */
#include "optim/moments.h"

static og_status average_weights_build(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *n = og_maximum(og_sub(og_stage_clock(c), og_stage_argument(c, "start")), one);
    og_value *alone = og_equal(n, one), *weight = og_div(one, n);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *mean = og_stage_copy_slot(c, i, "average"), *p = og_stage_next(c, i);
        og_value *next = og_add(mean, og_mul(og_sub(p, mean), og_stage_cast(c, i, weight)));

        og_stage_keep(c, mean, og_where(alone, p, next));
        og_stage_average(c, i, mean);
    }
    return OG_OK;
}

const og_stage og_stage_average_weights = {
    .name = "average_weights",
    .doc = "The mean of the parameters since a step, for evaluation.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .positional = 1,
    .arg = { { "start", OG_ARG_NUMBER, "0", "[0, inf)", "the step from which it averages" } },
    .build = average_weights_build,
};

/* The rate is lr / (1 + lambd lr t)^alpha. */
static void asgd_expand(og_stage_context *c)
{
    char fall[32];

    og_number_text(fall, og_stage_number(c, "lambd") * og_stage_number(c, "lr"));
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "decay($lambd) | lr(inverse($lr, decay=");
    og_stage_write(c, fall);
    og_stage_write(c, ", power=$alpha)) | average_weights($t0)");
}

const og_stage og_stage_asgd = {
    .name = "asgd",
    .doc = "Averaged gradient descent.",
    .arg = {
        { "lr", OG_ARG_FIXED, "1e-2", "[0, inf)", "the learning rate" },
        { "lambd", OG_ARG_FIXED, "1e-4", "[0, inf)", "decay, and how fast the rate falls" },
        { "alpha", OG_ARG_NUMBER, "0.75", "[0, inf)", "the power by which the rate falls" },
        { "t0", OG_ARG_NUMBER, "1e6", "[0, inf)", "the step from which it averages" },
        OG_WEIGHT_DECAY("0"),
    },
    .expand = asgd_expand,
};
