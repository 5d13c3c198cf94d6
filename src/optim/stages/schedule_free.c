/*
 * schedule_free: the gradient is taken between a fast point z and the mean x of all z, so that no
 * falling rate is needed; evaluation uses x (Defazio et al. 2024, arXiv:2405.15682).
 *
 * The parameters are y = beta1 x + (1 - beta1) z. z takes the update; x moves towards it by w /
 * (sum of w), w being the largest learning rate so far to a power.
 */
#include "optim/moments.h"

/* How far x moves towards z. */
static og_value *share(og_stage_context *c)
{
    og_value *largest = og_stage_shared(c, "largest_lr", OG_DOUBLE, 0);
    og_value *sum = og_stage_shared(c, "weight_sum", OG_DOUBLE, 0);
    og_value *next = og_maximum(largest, og_stage_rate(c, 0));
    og_value *weight = og_pow(next, og_stage_argument(c, "weight_lr_power")),
             *total = og_add(sum, weight);
    og_value *zero = og_scalar_like(total, 0);

    og_stage_keep(c, largest, next);
    og_stage_keep(c, sum, total);
    return og_where(og_equal(total, zero), zero, og_div(weight, total));
}

static og_status schedule_free_build(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1),
             *beta = og_stage_argument(c, "beta1");
    og_value *rest = og_sub(one, beta), *step;

    for (size_t i = 0; i < og_stage_count(c); i++)
        if (!og_stage_rate(c, i))
            return og_stage_fail(c, "schedule_free stands behind lr");
    step = share(c);
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *z = og_stage_copy_slot(c, i, "z"), *x = og_stage_copy_slot(c, i, "x");
        og_value *next_z = og_add(z, og_stage_in(c, i));
        og_value *next_x = og_add(x, og_mul(og_sub(next_z, x), og_stage_cast(c, i, step)));

        og_stage_keep(c, z, next_z);
        og_stage_keep(c, x, next_x);
        og_stage_average(c, i, x);
        og_stage_set_next(c, i,
                          og_add(og_mul(next_x, og_stage_cast(c, i, beta)),
                                 og_mul(next_z, og_stage_cast(c, i, rest))));
    }
    return OG_OK;
}

#define SCHEDULE_FREE_ARGS                                                                         \
    { "beta1", OG_ARG_NUMBER, "0.9", "(0, 1]", "the mean's share of the parameters" },             \
    {                                                                                              \
        "weight_lr_power", OG_ARG_NUMBER, "2", "[0, inf)", "how much a rate weighs in the mean"    \
    }

const og_stage og_stage_schedule_free = {
    .name = "schedule_free",
    .doc = "Averages instead of a falling learning rate.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .arg = { SCHEDULE_FREE_ARGS },
    .build = schedule_free_build,
};

static void schedule_free_sgd_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr) | schedule_free(beta1=$beta1, weight_lr_power=$weight_lr_power)");
}

const og_stage og_stage_schedule_free_sgd = {
    .name = "schedule_free_sgd",
    .doc = "Gradient descent with averages instead of a falling rate.",
    .arg = { OG_LR("1"), OG_WEIGHT_DECAY("0"), SCHEDULE_FREE_ARGS },
    .expand = schedule_free_sgd_expand,
};

static void schedule_free_adamw_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_rms(alpha=$beta2, eps=$eps, eps_mode=outside, debias=true) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr) | schedule_free(beta1=$beta1, weight_lr_power=$weight_lr_power)");
}

const og_stage og_stage_schedule_free_adamw = {
    .name = "schedule_free_adamw",
    .doc = "AdamW with averages instead of a falling rate.",
    .arg = {
        OG_LR("0.0025"),
        { "beta2", OG_ARG_NUMBER, "0.999", "[0, 1)", "what is left of the mean of g^2 after a step" },
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        OG_WEIGHT_DECAY("0"),
        SCHEDULE_FREE_ARGS,
    },
    .expand = schedule_free_adamw_expand,
};
