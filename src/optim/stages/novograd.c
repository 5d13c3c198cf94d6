/* scale_by_novograd, novograd: Adam with one second moment for each parameter (Ginsburg et al.
 * 2019). */
#include "optim/moments.h"

static og_status scale_by_novograd_build(og_stage_context *c)
{
    og_graph *graph = og_stage_graph(c);
    og_value *beta1 = og_stage_argument(c, "beta1"), *beta2 = og_stage_argument(c, "beta2");
    og_value *weight2 = og_sub(og_scalar(graph, OG_DOUBLE, 1), beta2);
    og_value *first = og_equal(og_stage_clock(c), og_scalar(graph, OG_DOUBLE, 0));
    og_value *eps = og_stage_argument(c, "eps"), *decay = og_stage_argument(c, "weight_decay");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *norm = og_stage_tensor_norm(c, i), *square = og_mul(norm, norm);
        og_value *v = og_stage_tensor_slot(c, i, "v", 0), *m = og_stage_slot(c, i, "m", 0), *u,
                 *next;

        next = og_where(first, square, og_add(og_mul(v, beta2), og_mul(square, weight2)));
        og_stage_keep(c, v, next);
        u = og_mul(og_stage_in(c, i),
                   og_stage_cast(
                       c, i, og_div(og_scalar(graph, OG_DOUBLE, 1), og_add(og_sqrt(next), eps))));
        if (og_stage_number(c, "weight_decay") != 0)
            u = og_add(u, og_mul(og_stage_parameter(c, i), og_stage_cast(c, i, decay)));
        u = og_add(og_mul(m, og_stage_cast(c, i, beta1)), u);
        og_stage_keep(c, m, u);
        og_stage_out(c, i, u);
    }
    return OG_OK;
}

#define NOVOGRAD_ARGS                                                                              \
    { "beta1", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the direction after a step" },     \
        { "beta2", OG_ARG_NUMBER, "0.25", "[0, 1)",                                                \
          "what is left of the squared norm after a step" },                                       \
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the root" }, OG_WEIGHT_DECAY("0")

const og_stage og_stage_scale_by_novograd = {
    .name = "scale_by_novograd",
    .doc = "Momentum over g divided by the fading norm of its parameter.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { NOVOGRAD_ARGS },
    .build = scale_by_novograd_build,
};

static void novograd_expand(og_stage_context *c)
{
    og_stage_write(
        c, "scale_by_novograd(beta1=$beta1, beta2=$beta2, eps=$eps, weight_decay=$weight_decay) | "
           "lr($lr)");
}

const og_stage og_stage_novograd = {
    .name = "novograd",
    .doc = "NovoGrad: scale_by_novograd and lr.",
    .arg = { OG_LR("1e-3"), NOVOGRAD_ARGS },
    .expand = novograd_expand,
};
