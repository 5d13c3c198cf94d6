/* Adagrad of ONNX: h' = h + g^2, x' = x - r g / (sqrt(h') + epsilon), r = R / (1 + T decay_factor).
 */
#include "ops/training/optimizer.h"

typedef struct {
    float decay_factor, epsilon, norm_coefficient;
} adagrad_attrs;

static og_status adagrad_infer(og_infer *c)
{
    return og_optimizer_infer(c, 3);
}

static void adagrad_expand(og_rewrite *c)
{
    const adagrad_attrs *a = c->attrs;
    og_optimizer u = og_optimizer_begin(c, 3);
    og_value *rate = og_div(u.rate, og_plus(og_times(u.count, a->decay_factor), 1));

    for (int i = 0; i < u.n; i++) {
        og_value *x = og_optimizer_in(&u, 0, i),
                 *g = og_optimizer_gradient(&u, i, a->norm_coefficient);
        og_value *h1 = og_add(og_optimizer_in(&u, 2, i), og_mul(g, g));
        og_value *step = og_div(og_mul(og_cast_like(rate, x), g), og_plus(og_sqrt(h1), a->epsilon));

        og_optimizer_give(&u, 0, i, og_sub(x, step));
        og_optimizer_give(&u, 1, i, h1);
    }
}

const og_op og_op_onnx_adagrad = {
    .name = "Adagrad",
    .domain = "ai.onnx.preview.training",
    .version = 1,
    .doc = "One step of Adagrad: tensors, gradients and sums of squares to new ones.",
    OG_OPTIMIZER_PORTS,
    .attr = { OG_FLOAT_ATTR(adagrad_attrs, decay_factor, 0),
              OG_FLOAT_ATTR(adagrad_attrs, epsilon, 1e-6f),
              OG_FLOAT_ATTR(adagrad_attrs, norm_coefficient, 0) },
    .attr_size = sizeof(adagrad_attrs),
    .traits = OG_ANY_RANK,
    .infer = adagrad_infer,
    .expand = adagrad_expand,
    .samples = OG_SAMPLES(
        "float[] R = 0.1; int64[] T = 3; float[3,5] X; float[3,5] G; float[3,5] H in 0.5..2; "
        "decay_factor=0.1; !outputs 2",
        "double[] R = 0.1; int64[] T = 0; double[7] X; double[] X2; double[7] G; double[] G2; "
        "double[7] H in 0.5..2; double[] H2 in 0.5..2; epsilon=0.01; norm_coefficient=0.1; "
        "!outputs 4",
        "float[] R = 0.1; int64[] T = 1; float[0] X; float[0] G; float[0] H; !outputs 2"),
};
