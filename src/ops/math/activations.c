/*
 * Activations: one row a function.  At kinks the derivatives take PyTorch's values: 0
 * for Relu, the slope of the negative side for LeakyRelu, PRelu, Elu and Selu, 0 at the ends of
 * HardSigmoid.
 */
#include "ops/elementwise.h"

OG_LOOP_OF(tanh_loop, OG_K_TANH)
OG_LOOP_OF(sigmoid_loop, OG_K_SIGMOID)
OG_LOOP_OF(relu_loop, OG_K_RELU)
OG_LOOP_OF(leaky_relu_loop, OG_K_LEAKY_RELU)
OG_LOOP_OF(elu_loop, OG_K_ELU)
OG_LOOP_OF(selu_loop, OG_K_SELU)
OG_LOOP_OF(celu_loop, OG_K_CELU)
OG_LOOP_OF(softplus_loop, OG_K_SOFTPLUS)
OG_LOOP_OF(softsign_loop, OG_K_SOFTSIGN)
OG_LOOP_OF(hard_sigmoid_loop, OG_K_HARD_SIGMOID)
OG_LOOP_OF(hard_swish_loop, OG_K_HARD_SWISH)
OG_LOOP_OF(mish_loop, OG_K_MISH)
OG_LOOP_OF(thresholded_relu_loop, OG_K_THRESHOLDED_RELU)
OG_LOOP_OF(shrink_loop, OG_K_SHRINK)
OG_LOOP_OF(swish_loop, OG_K_SWISH)

OG_SINCE(since_1_22, 1, 1, 22)
OG_SINCE(since_6_13, 6, 6, 13)
OG_SINCE(since_6_16, 6, 6, 16)
OG_SINCE(since_6_22, 6, 6, 22)
OG_SINCE(since_6_14_13, 6, 14, 13)
OG_SINCE(since_10_22, 10, 10, 22)
OG_SINCE(since_14_22, 14, 14, 22)
OG_SINCE(since_18_22, 18, 18, 22)

/* Only float until version 28. */
static int celu_since(const og_node *node)
{
    return node->in[0] && node->in[0]->type.elem != OG_FLOAT ? 28 : 12;
}

/* dy where x > bound, other elsewhere. */
static og_value *above(og_value *x, double bound, og_value *dy, og_value *other)
{
    return og_where(og_greater(x, og_scalar_like(x, bound)), dy, other);
}

static og_value *nothing(og_value *like)
{
    return og_scalar_like(like, 0);
}

static og_value *sigmoid(og_value *x)
{
    return OG_OP("Sigmoid", NULL, x);
}

static void tanh_gradient(og_grad *c)
{
    og_set_dx(c, 0, OG_OP("onnxgrad::TanhGrad", NULL, og_dy(c, 0), og_y(c, 0)));
}

static void sigmoid_gradient(og_grad *c)
{
    og_set_dx(c, 0, OG_OP("onnxgrad::SigmoidGrad", NULL, og_dy(c, 0), og_y(c, 0)));
}

static void relu_gradient(og_grad *c)
{
    og_set_dx(c, 0, OG_OP("onnxgrad::ReluGrad", NULL, og_dy(c, 0), og_y(c, 0)));
}

static void leaky_relu_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);

    og_set_dx(c, 0, above(og_x(c, 0), 0, dy, og_times(dy, (double)a->alpha)));
}

/* alpha e^x = y + alpha below 0 */
static void elu_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);

    og_set_dx(c, 0, above(og_x(c, 0), 0, dy, og_mul(dy, og_plus(og_y(c, 0), (double)a->alpha))));
}

static void selu_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);
    og_value *below = og_mul(dy, og_plus(og_y(c, 0), (double)a->gamma * (double)a->alpha));

    og_set_dx(c, 0, above(og_x(c, 0), 0, og_times(dy, (double)a->gamma), below));
}

/* e^(x / alpha) = y / alpha + 1 below 0 */
static void celu_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);
    og_value *below = og_mul(dy, og_plus(og_times(og_y(c, 0), 1 / (double)a->alpha), 1));

    og_set_dx(c, 0, above(og_x(c, 0), 0, dy, below));
}

static void softplus_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), sigmoid(og_x(c, 0))));
}

static void softsign_gradient(og_grad *c)
{
    og_value *d = og_plus(og_abs(og_x(c, 0)), 1);

    og_set_dx(c, 0, og_div(og_dy(c, 0), og_mul(d, d)));
}

static void hard_sigmoid_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *y = og_y(c, 0), *dy = og_dy(c, 0);
    og_value *inside =
        og_and(og_greater(y, og_scalar_like(y, 0)), og_less(y, og_scalar_like(y, 1)));

    og_set_dx(c, 0, og_where(inside, og_times(dy, (double)a->alpha), nothing(dy)));
}

/* 0 up to -3, x / 3 + 1/2 between, 1 from 3 on */
static void hard_swish_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *dy = og_dy(c, 0);
    og_value *middle = og_mul(dy, og_plus(og_times(x, 1.0 / 3), 0.5));

    og_set_dx(c, 0,
              above(x, -3, og_where(og_less(x, og_scalar_like(x, 3)), middle, dy), nothing(dy)));
}

/* t + x s (1 - t^2) with t = tanh(softplus(x)), s = sigmoid(x) */
static void mish_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *t = OG_OP("Tanh", NULL, OG_OP("Softplus", NULL, x));
    og_value *inner = og_sub(og_scalar_like(x, 1), og_mul(t, t));

    og_set_dx(c, 0, og_mul(og_dy(c, 0), og_add(t, og_mul(og_mul(x, sigmoid(x)), inner))));
}

static void thresholded_relu_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);

    og_set_dx(c, 0, above(og_x(c, 0), (double)a->alpha, dy, nothing(dy)));
}

static void shrink_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *dy = og_dy(c, 0);
    og_value *low = og_less(x, og_scalar_like(x, -(double)a->lambd));

    og_set_dx(c, 0, og_where(low, dy, above(x, (double)a->lambd, dy, nothing(dy))));
}

/* s + alpha x s (1 - s) with s = sigmoid(alpha x) */
static void swish_gradient(og_grad *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *s = sigmoid(og_times(x, (double)a->alpha));
    og_value *slope =
        og_mul(og_times(x, (double)a->alpha), og_mul(s, og_sub(og_scalar_like(x, 1), s)));

    og_set_dx(c, 0, og_mul(og_dy(c, 0), og_add(s, slope)));
}

static void swish_expand(og_rewrite *c)
{
    const og_loop_attrs *a = c->attrs;
    og_value *x = og_in(c, 0);

    og_replace(c, 0, og_mul(x, sigmoid(og_times(x, (double)a->alpha))));
}

/* Version 1 had other constants. */
static void selu_upgrade(og_rewrite *c, int from)
{
    og_drop_attr(c, "consumed_inputs");
    if (from >= 6)
        return;
    if (!og_old(c, "alpha"))
        og_set_attr(c, (og_attr)OG_SET_FLOAT("alpha", 1.6732f));
    if (!og_old(c, "gamma"))
        og_set_attr(c, (og_attr)OG_SET_FLOAT("gamma", 1.0507f));
}

#define ACTIVATION(op, types, x, y, word, since, text)                                             \
    .name = op, .doc = text, .in = { OG_PORT(x, types) }, .out = { OG_PORT(y, OG_SAME_AS(0)) },    \
    .run_types = types, .traits = OG_INPLACE | OG_ELEMENTWISE, .infer = og_infer_same,             \
    .prepare = og_elementwise_prepare, .run = og_elementwise_run, .loop = word##_loop,             \
    .gradient = word##_gradient, .valid_from_node = since

const og_op og_ops_math_activations[] = {
    { ACTIVATION("Tanh", OG_FLOATS, "input", "output", tanh, since_6_13, "The hyperbolic tangent."),
      .version = 13, .valid_from = 6, .versions = "1 6", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { ACTIVATION("Sigmoid", OG_FLOATS, "X", "Y", sigmoid, since_6_13, "1 / (1 + exp(-x))."),
      .version = 13, .valid_from = 6, .versions = "1 6", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X") },
    { ACTIVATION("Relu", OG_FLOATS | OG_SIGNED, "X", "Y", relu, since_6_14_13, "max(0, x)."),
      .version = 14, .valid_from = 6, .versions = "1 6 13", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "int32[5] X") },
    { ACTIVATION("LeakyRelu", OG_FLOATS, "X", "Y", leaky_relu, since_6_16,
                 "x, or alpha x where x is negative."),
      .version = 16, .valid_from = 6, .versions = "1 6", .upgrade = og_drop_consumed_inputs,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 0.01f) }, .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[5] X; alpha=0.3") },
    { ACTIVATION("Elu", OG_FLOATS, "X", "Y", elu, since_6_22,
                 "x, or alpha (exp(x) - 1) where x is negative."),
      .version = 22, .valid_from = 6, .versions = "1 6", .upgrade = og_drop_consumed_inputs,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 1) }, .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[5] X; alpha=2") },
    { ACTIVATION("Selu", OG_FLOATS, "X", "Y", selu, since_6_22, "gamma times Elu."), .version = 22,
      .valid_from = 6, .versions = "1 6", .upgrade = selu_upgrade,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 1.67326319217681884765625),
                OG_FLOAT_ATTR(og_loop_attrs, gamma, 1.05070102214813232421875) },
      .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X",
                            "float[5] X; alpha=2; gamma=0.5") },
    { ACTIVATION("Celu", OG_FLOATS, "X", "Y", celu, celu_since,
                 "x, or alpha (exp(x / alpha) - 1) where x is negative."),
      .version = 28, .valid_from = 12, .versions = "12", .upgrade = og_drop_consumed_inputs,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 1) }, .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[5] X; alpha=2") },
    { ACTIVATION("Softplus", OG_FLOATS, "X", "Y", softplus, since_1_22, "log(1 + exp(x))."),
      .version = 22, .valid_from = 1, .versions = "1", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X") },
    { ACTIVATION("Softsign", OG_FLOATS, "input", "output", softsign, since_1_22, "x / (1 + |x|)."),
      .version = 22, .valid_from = 1, .versions = "1", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { ACTIVATION("HardSigmoid", OG_FLOATS, "X", "Y", hard_sigmoid, since_6_22,
                 "alpha x + beta between 0 and 1."),
      .version = 22, .valid_from = 6, .versions = "1 6", .upgrade = og_drop_consumed_inputs,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 0.2f),
                OG_FLOAT_ATTR(og_loop_attrs, beta, 0.5) },
      .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X",
                            "float[5] X; alpha=0.5; beta=0.4") },
    { ACTIVATION("HardSwish", OG_FLOATS, "X", "Y", hard_swish, since_14_22,
                 "x times HardSigmoid with alpha 1/6."),
      .version = 22, .valid_from = 14, .versions = "14", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[9] X in -5..5") },
    { ACTIVATION("Mish", OG_FLOATS, "X", "Y", mish, since_18_22, "x tanh(softplus(x))."),
      .version = 22, .valid_from = 18, .versions = "18", .upgrade = og_drop_consumed_inputs,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X") },
    { ACTIVATION("ThresholdedRelu", OG_FLOATS, "X", "Y", thresholded_relu, since_10_22,
                 "x where it is above alpha, else 0."),
      .version = 22, .valid_from = 10, .versions = "10", .upgrade = og_drop_consumed_inputs,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 1) }, .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[5] X; alpha=0.3") },
    { ACTIVATION("Shrink", OG_NUMERIC, "input", "output", shrink, NULL,
                 "x moved by bias towards 0 where it lies outside -lambd..lambd, else 0."),
      .version = 9, .valid_from = 9,
      .attr = { OG_FLOAT_ATTR(og_loop_attrs, bias, 0), OG_FLOAT_ATTR(og_loop_attrs, lambd, 0.5) },
      .attr_size = sizeof(og_loop_attrs),
      .samples =
          OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input",
                     "float[5] input; bias=0.3; lambd=1", "int64[5] input; lambd=1.5; bias=1") },
    { ACTIVATION("Swish", OG_FLOATS, "X", "Y", swish, NULL, "x sigmoid(alpha x)."), .version = 24,
      .valid_from = 24, .expand = swish_expand, .attr = { OG_FLOAT_ATTR(og_loop_attrs, alpha, 1) },
      .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X", "float[5] X; alpha=0.5") },
    { .name = NULL },
};
