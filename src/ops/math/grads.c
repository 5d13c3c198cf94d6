/*
 * Gradients of activations as one operator each: what would be three or four passes over memory is
 * one.  Derivatives of these derivatives come from the expansions.
 */
#include "ops/elementwise.h"

static void relu_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *y = og_in(c, 1);

    og_replace(c, 0, og_where(og_greater(y, og_scalar_like(y, 0)), dy, og_scalar_like(dy, 0)));
}

static void tanh_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *y = og_in(c, 1);

    og_replace(c, 0, og_mul(dy, og_sub(og_scalar_like(y, 1), og_mul(y, y))));
}

static void sigmoid_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *y = og_in(c, 1);

    og_replace(c, 0, og_mul(dy, og_mul(y, og_sub(og_scalar_like(y, 1), y))));
}

/* dy (Phi(x) + x phi(x)), Phi and phi of the normal distribution */
static void gelu_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *x = og_in(c, 1);
    og_value *cdf =
        og_times(og_plus(OG_OP("Erf", NULL, og_times(x, 0.70710678118654752440)), 1), 0.5);
    og_value *pdf = og_times(og_exp(og_times(og_mul(x, x), -0.5)), 0.39894228040143267794);

    og_replace(c, 0, og_mul(dy, og_add(cdf, og_mul(x, pdf))));
}

OG_LOOP_OF(relu_grad_loop, OG_K_RELU_GRAD)
OG_LOOP_OF(tanh_grad_loop, OG_K_TANH_GRAD)
OG_LOOP_OF(sigmoid_grad_loop, OG_K_SIGMOID_GRAD)
OG_LOOP_OF(gelu_grad_loop, OG_K_GELU_GRAD)

#define GRAD(op, text, types, of, word)                                                            \
    .name = op, .domain = "onnxgrad", .version = 1, .doc = text,                                   \
    .in = { OG_PORT("dy", types), OG_PORT(of, OG_SAME_AS(0)) },                                    \
    .out = { OG_PORT("dx", OG_SAME_AS(0)) }, .run_types = types,                                   \
    .traits = OG_INPLACE | OG_ELEMENTWISE, .infer = og_infer_same, .expand = word##_expand,        \
    .prepare = og_elementwise_prepare, .run = og_elementwise_run, .loop = word##_loop

const og_op og_ops_math_grads[] = {
    { GRAD("ReluGrad", "The gradient of Relu: dy where y > 0, else 0.", OG_FLOATS | OG_SIGNED, "y",
           relu_grad),
      .samples = OG_SAMPLES("float[3,7] dy; float[3,7] y", "double[0] dy; double[0] y",
                            "float[] dy; float[] y") },
    { GRAD("TanhGrad", "The gradient of Tanh: dy (1 - y^2).", OG_FLOATS, "y", tanh_grad),
      .samples = OG_SAMPLES("float[3,7] dy; float[3,7] y", "double[0] dy; double[0] y") },
    { GRAD("SigmoidGrad", "The gradient of Sigmoid: dy y (1 - y).", OG_FLOATS, "y", sigmoid_grad),
      .samples = OG_SAMPLES("float[3,7] dy; float[3,7] y", "double[0] dy; double[0] y") },
    { GRAD("GeluGrad", "The gradient of Gelu without approximation.", OG_FLOATS, "x", gelu_grad),
      .samples = OG_SAMPLES("float[3,7] dy; float[3,7] x", "double[0] dy; double[0] x") },
    { .name = NULL },
};
