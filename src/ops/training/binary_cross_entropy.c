/*
 * BinaryCrossEntropy: -(t log p + (1 - t) log(1 - p)), each logarithm held at -100, as PyTorch has
 * it.
 *
 * A rule of its own, because that of Log would give 0 * inf at p = 0 and 1: dp = (p - t) / max(p (1
 * - p), 1e-12).
 */
#include "ops/ops.h"

static og_value *at_least(og_value *x, double bound)
{
    og_value *in[] = { x, og_scalar_like(x, bound) };

    return og_op_on("Max", NULL, 2, in);
}

static og_value *log_held(og_value *x)
{
    return at_least(og_log(x), -100);
}

static og_value *rest(og_value *x)
{
    return og_sub(og_scalar_like(x, 1), x);
}

static og_status bce_infer(og_infer *c)
{
    return og_infer_broadcast(c);
}

static void bce_expand(og_rewrite *c)
{
    og_value *p = og_in(c, 0), *t = og_in(c, 1);

    og_replace(c, 0, og_neg(og_add(og_mul(t, log_held(p)), og_mul(rest(t), log_held(rest(p))))));
}

static void bce_gradient(og_grad *c)
{
    og_value *p = og_x(c, 0), *t = og_x(c, 1), *dy = og_dy(c, 0);

    if (og_wants(c, 0))
        og_set_dx(c, 0,
                  og_sum_to_like(
                      og_mul(dy, og_div(og_sub(p, t), at_least(og_mul(p, rest(p)), 1e-12))), p));
    if (og_wants(c, 1))
        og_set_dx(c, 1, og_sum_to_like(og_mul(dy, og_sub(log_held(rest(p)), log_held(p))), t));
}

const og_op og_op_binary_cross_entropy = {
    .name = "BinaryCrossEntropy",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The cross entropy of probabilities and targets in [0, 1], element by element.",
    .in = { OG_PORT("p", OG_FLOATS), OG_PORT("t", OG_SAME_AS(0)) },
    .out = { OG_PORT("y", OG_SAME_AS(0)) },
    .infer = bce_infer,
    .expand = bce_expand,
    .gradient = bce_gradient,
    .samples =
        OG_SAMPLES("float[3,5] p in 0.1..0.9; float[3,5] t in 0..1",
                   "double[7] p in 0.1..0.9; double[] t in 0..1", "float[0,4] p; float[0,4] t"),
};
