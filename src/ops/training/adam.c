/*
 * Adam of ONNX: v' = alpha v + (1 - alpha) g, h' = beta h + (1 - beta) g^2,
 * x' = x - r v' / (sqrt(h') + epsilon), the rate r corrected for both means once T > 0.
 *
 * Unlike PyTorch's, epsilon is added before the correction of h.
 */
#include "ops/training/optimizer.h"

typedef struct {
    float alpha, beta, epsilon, norm_coefficient, norm_coefficient_post;
} adam_attrs;

static og_status adam_infer(og_infer *c)
{
    return og_optimizer_infer(c, 4);
}

static void adam_tensor(const og_optimizer *u, const adam_attrs *a, og_value *rate, int i)
{
    og_value *x = og_optimizer_in(u, 0, i), *v = og_optimizer_in(u, 2, i),
             *h = og_optimizer_in(u, 3, i);
    og_value *g = og_optimizer_gradient(u, i, a->norm_coefficient);
    og_value *v1 = og_add(og_times(v, a->alpha), og_times(g, 1 - (double)a->alpha));
    og_value *h1 = og_add(og_times(h, a->beta), og_times(og_mul(g, g), 1 - (double)a->beta));
    og_value *direction = og_div(v1, og_plus(og_sqrt(h1), a->epsilon));
    og_value *x1 = og_sub(x, og_mul(og_cast_like(rate, x), direction));

    og_optimizer_give(
        u, 0, i,
        a->norm_coefficient_post == 0 ? x1 : og_times(x1, 1 - (double)a->norm_coefficient_post));
    og_optimizer_give(u, 1, i, v1);
    og_optimizer_give(u, 2, i, h1);
}

/* 1 - base^T.  At T = 0 nobody uses it, but its derivative must be a number: 1 stands for T. */
static og_value *correction(const og_optimizer *u, double base)
{
    og_value *one = og_scalar_like(u->count, 1);
    og_value *count = og_where(u->later, u->count, one);

    return og_sub(one, og_pow(og_scalar_like(one, base), count));
}

static void adam_expand(og_rewrite *c)
{
    const adam_attrs *a = c->attrs;
    og_optimizer u = og_optimizer_begin(c, 4);
    og_value *corrected =
        og_div(og_mul(u.rate, og_sqrt(correction(&u, a->beta))), correction(&u, a->alpha));
    og_value *rate = og_where(u.later, corrected, u.rate);

    for (int i = 0; i < u.n; i++)
        adam_tensor(&u, a, rate, i);
}

const og_op og_op_onnx_adam = {
    .name = "Adam",
    .domain = "ai.onnx.preview.training",
    .version = 1,
    .doc = "One step of Adam: tensors, gradients and two moments of each to new ones.",
    OG_OPTIMIZER_PORTS,
    .attr = { OG_FLOAT_ATTR(adam_attrs, alpha, 0.9f), OG_FLOAT_ATTR(adam_attrs, beta, 0.999f),
              OG_FLOAT_ATTR(adam_attrs, epsilon, 1e-6f),
              OG_FLOAT_ATTR(adam_attrs, norm_coefficient, 0),
              OG_FLOAT_ATTR(adam_attrs, norm_coefficient_post, 0) },
    .attr_size = sizeof(adam_attrs),
    .traits = OG_ANY_RANK,
    .infer = adam_infer,
    .expand = adam_expand,
    .samples = OG_SAMPLES(
        "float[] R = 0.1; int64[] T = 3; float[3,5] X; float[3,5] G; float[3,5] V; float[3,5] H in "
        "0.5..2; !outputs 3",
        "double[1] R = 0.1; int64[1] T = 0; double[7] X; double[] X2; double[7] G; double[] G2; "
        "double[7] V; double[] V2; double[7] H in 0.5..2; double[] H2 in 0.5..2; alpha=0.95; "
        "beta=0.1; epsilon=0.01; norm_coefficient=0.1; norm_coefficient_post=0.2; !outputs 6",
        "float[] R = 0.1; int64[] T = 1; float[0,2] X; float[0,2] G; float[0,2] V; float[0,2] H; "
        "!outputs 3"),
};
