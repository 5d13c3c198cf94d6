/*
 * Momentum of ONNX: v' = alpha v + beta g (beta 1 at T = 0), x' = x - R v'; Nesterov's takes g +
 * alpha v' in place of v'.
 */
#include "ops/training/optimizer.h"

typedef struct {
    float alpha, beta, norm_coefficient;
    const char *mode;
} momentum_attrs;

static og_status momentum_infer(og_infer *c)
{
    const momentum_attrs *a = c->attrs;
    char shown[80];

    if (strcmp(a->mode, "standard") && strcmp(a->mode, "nesterov"))
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "mode of Momentum is '%s', expected standard or nesterov",
                             og_escape(shown, sizeof shown, a->mode));
    return og_optimizer_infer(c, 3);
}

static void momentum_expand(og_rewrite *c)
{
    const momentum_attrs *a = c->attrs;
    og_optimizer u = og_optimizer_begin(c, 3);
    og_value *beta = og_where(u.later, og_scalar_like(u.rate, a->beta), og_scalar_like(u.rate, 1));

    for (int i = 0; i < u.n; i++) {
        og_value *x = og_optimizer_in(&u, 0, i),
                 *g = og_optimizer_gradient(&u, i, a->norm_coefficient);
        og_value *v1 =
            og_add(og_times(og_optimizer_in(&u, 2, i), a->alpha), og_mul(og_cast_like(beta, x), g));
        og_value *direction = *a->mode == 'n' ? og_add(g, og_times(v1, a->alpha)) : v1;

        og_optimizer_give(&u, 0, i, og_sub(x, og_mul(og_cast_like(u.rate, x), direction)));
        og_optimizer_give(&u, 1, i, v1);
    }
}

const og_op og_op_onnx_momentum = {
    .name = "Momentum",
    .domain = "ai.onnx.preview.training",
    .version = 1,
    .doc = "One step of gradient descent with momentum: tensors, gradients, momenta to new ones.",
    OG_OPTIMIZER_PORTS,
    .attr = { OG_NEED_ATTR(momentum_attrs, alpha, FLOAT), OG_NEED_ATTR(momentum_attrs, beta, FLOAT),
              OG_NEED_ATTR(momentum_attrs, norm_coefficient, FLOAT),
              OG_NEED_ATTR(momentum_attrs, mode, STRING) },
    .attr_size = sizeof(momentum_attrs),
    .traits = OG_ANY_RANK,
    .infer = momentum_infer,
    .expand = momentum_expand,
    .samples = OG_SAMPLES(
        "float[] R = 0.1; int64[] T = 3; float[3,5] X; float[3,5] G; float[3,5] V; alpha=0.9; "
        "beta=0.5; norm_coefficient=0; mode=standard; !outputs 2",
        "double[] R = 0.1; int64[] T = 0; double[7] X; double[] X2; double[7] G; double[] G2; "
        "double[7] V; double[] V2; alpha=0.9; beta=0.5; norm_coefficient=0.1; mode=nesterov; "
        "!outputs 4",
        "float[] R = 0.1; int64[] T = 1; float[0] X; float[0] G; float[0] V; alpha=0.9; beta=0.5; "
        "norm_coefficient=0.1; mode=nesterov; !outputs 2"),
};
