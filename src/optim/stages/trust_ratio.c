/*
 * scale_by_trust_ratio, lamb, lars, fromage: each parameter's update in proportion to the
 * parameter's own norm.
 *
 * You et al. 2017 (LARS, arXiv:1708.03888) and 2019 (LAMB, arXiv:1904.00962), as optax has them:
 * the ratio is 1 where either norm is 0.
 */
#include "optim/moments.h"

static og_status scale_by_trust_ratio_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *zero = og_scalar(g, OG_DOUBLE, 0), *one = og_scalar(g, OG_DOUBLE, 1);
    og_value *coefficient = og_stage_argument(c, "trust_coefficient"),
             *eps = og_stage_argument(c, "eps");
    og_value *least = og_stage_argument(c, "min_norm");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *p = og_maximum(og_stage_norm_of(c, og_stage_parameter(c, i)), least);
        og_value *u = og_maximum(og_stage_tensor_norm(c, i), least);
        og_value *ratio = og_div(og_mul(coefficient, p), og_add(u, eps));

        og_stage_multiply(c, i, og_where(og_equal(og_mul(p, u), zero), one, ratio));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_trust_ratio = {
    .name = "scale_by_trust_ratio",
    .doc = "Each update times the norm of its parameter over its own.",
    .scope = OG_SCOPE_TENSOR,
    .arg = {
        { "min_norm", OG_ARG_NUMBER, "0", "[0, inf)", "norms count as at least this" },
        { "trust_coefficient", OG_ARG_NUMBER, "1", "(0, inf)", "times this" },
        { "eps", OG_ARG_NUMBER, "0", "[0, inf)", "added to the norm below" },
    },
    .build = scale_by_trust_ratio_build,
};

static void lamb_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_adam(beta1=$beta1, beta2=$beta2, eps=$eps, eps_mode=outside) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_trust_ratio | lr($lr)");
}

const og_stage og_stage_lamb = {
    .name = "lamb",
    .doc = "Adam with a trust ratio for each parameter.",
    .arg = {
        OG_LR("1e-3"),
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the root" },
        OG_WEIGHT_DECAY("0"),
    },
    .compat = { [OG_COMPAT_KERAS] = "eps=1e-7" },
    .expand = lamb_expand,
};

/* The learning rate stands before the momentum. */
static void lars_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(
        c, "scale_by_trust_ratio(trust_coefficient=$trust_coefficient, eps=$eps) | lr($lr)");
    if (og_stage_number(c, "momentum") != 0)
        og_stage_write(c, " | trace($momentum, nesterov=$nesterov)");
}

const og_stage og_stage_lars = {
    .name = "lars",
    .doc = "Momentum with a trust ratio for each parameter.",
    .arg = {
        OG_LR("1e-3"),
        OG_WEIGHT_DECAY("0"),
        { "trust_coefficient", OG_ARG_NUMBER, "1e-3", "(0, inf)", "times this" },
        { "eps", OG_ARG_NUMBER, "0", "[0, inf)", "added to the norm below" },
        { "momentum", OG_ARG_NUMBER, "0.9", "[0, 1]", "what is left of the past after a step" },
        { "nesterov", OG_ARG_BOOL, "false", NULL, "look ahead by one momentum" },
    },
    .expand = lars_expand,
};

/* The parameters go on the sphere again: times 1 / sqrt(1 + lr^2) (Bernstein et al. 2020,
 * arXiv:2002.03432). */
static void fromage_expand(og_stage_context *c)
{
    const double lr = og_stage_number(c, "lr"), shrink = 1 / sqrt(1 + lr * lr);
    char number[32];

    og_stage_write(c, "scale_by_trust_ratio(min_norm=$min_norm) | lr(");
    og_stage_write(c, og_number_text(number, lr * shrink));
    og_stage_write(c, ") | decay(");
    og_stage_write(c, og_number_text(number, 1 - shrink));
    og_stage_write(c, ")");
}

const og_stage og_stage_fromage = {
    .name = "fromage",
    .doc = "A trust ratio for each parameter, which shrinks by as much as it moves.",
    .arg = {
        { "lr", OG_ARG_FIXED, "1e-2", "[0, inf)", "the learning rate" },
        { "min_norm", OG_ARG_NUMBER, "1e-6", "[0, inf)", "norms count as at least this" },
    },
    .expand = fromage_expand,
};
