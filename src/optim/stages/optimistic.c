/* scale_by_optimistic_gradient, optimistic_sgd, optimistic_adam: (alpha + beta) g - beta g of the
 * step before (Daskalakis et al. 2017). */
#include "optim/moments.h"

static og_status scale_by_optimistic_gradient_build(og_stage_context *c)
{
    og_value *alpha = og_stage_argument(c, "alpha"), *beta = og_stage_argument(c, "beta");
    og_value *first = og_equal(og_stage_clock(c), og_scalar(og_stage_graph(c), OG_DOUBLE, 0));

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *slot = og_stage_slot(c, i, "before", 0);
        og_value *before = og_where(first, g, slot);

        og_stage_keep(c, slot, g);
        og_stage_out(c, i,
                     og_sub(og_mul(g, og_stage_cast(c, i, og_add(alpha, beta))),
                            og_mul(before, og_stage_cast(c, i, beta))));
    }
    return OG_OK;
}

#define OPTIMISTIC_ARGS                                                                            \
    { "alpha", OG_ARG_NUMBER, "1", "[0, inf)", "of the gradient" },                                \
    {                                                                                              \
        "beta", OG_ARG_NUMBER, "1", "[0, inf)", "of its change"                                    \
    }

const og_stage og_stage_scale_by_optimistic_gradient = {
    .name = "scale_by_optimistic_gradient",
    .doc = "alpha g + beta (g - g of the step before).",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_MOMENTUM,
    .arg = { OPTIMISTIC_ARGS },
    .build = scale_by_optimistic_gradient_build,
};

static void optimistic_sgd_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_optimistic_gradient(alpha=$alpha, beta=$beta) | lr($lr)");
}

const og_stage og_stage_optimistic_sgd = {
    .name = "optimistic_sgd",
    .doc = "Optimistic gradient descent.",
    .arg = { OG_LR("1e-3"), OPTIMISTIC_ARGS },
    .expand = optimistic_sgd_expand,
};

static void optimistic_adam_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_nadam(beta1=$beta1, beta2=$beta2, eps=$eps, compat=optax) | ");
    og_stage_write(c, "scale_by_optimistic_gradient(alpha=$alpha, beta=$beta) | lr($lr)");
}

const og_stage og_stage_optimistic_adam = {
    .name = "optimistic_adam",
    .doc = "Adam that looks ahead, and optimistic gradients.",
    .arg = { OG_LR("1e-3"),
             OG_BETAS,
             { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
             OPTIMISTIC_ARGS },
    .expand = optimistic_adam_expand,
};
