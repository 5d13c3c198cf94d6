/*
 * Elementary functions: one row a function, each a loop of one argument and a gradient.
 *
 * Gradients use the output where they can, so that a plan may free the input.
 */
#include "ops/elementwise.h"

OG_LOOP_OF(abs_loop, OG_K_ABS)
OG_LOOP_OF(neg_loop, OG_K_NEG)
OG_LOOP_OF(exp_loop, OG_K_EXP)
OG_LOOP_OF(log_loop, OG_K_LOG)
OG_LOOP_OF(sqrt_loop, OG_K_SQRT)
OG_LOOP_OF(reciprocal_loop, OG_K_RECIPROCAL)
OG_LOOP_OF(floor_loop, OG_K_FLOOR)
OG_LOOP_OF(ceil_loop, OG_K_CEIL)
OG_LOOP_OF(round_loop, OG_K_ROUND)
OG_LOOP_OF(sign_loop, OG_K_SIGN)
OG_LOOP_OF(sin_loop, OG_K_SIN)
OG_LOOP_OF(cos_loop, OG_K_COS)
OG_LOOP_OF(tan_loop, OG_K_TAN)
OG_LOOP_OF(asin_loop, OG_K_ASIN)
OG_LOOP_OF(acos_loop, OG_K_ACOS)
OG_LOOP_OF(atan_loop, OG_K_ATAN)
OG_LOOP_OF(sinh_loop, OG_K_SINH)
OG_LOOP_OF(cosh_loop, OG_K_COSH)
OG_LOOP_OF(asinh_loop, OG_K_ASINH)
OG_LOOP_OF(acosh_loop, OG_K_ACOSH)
OG_LOOP_OF(atanh_loop, OG_K_ATANH)
OG_LOOP_OF(erf_loop, OG_K_ERF)

OG_SINCE(since_6_13, 6, 6, 13)
OG_SINCE(since_7_22, 7, 7, 22)
OG_SINCE(since_9_13, 9, 9, 13)
OG_SINCE(since_9_22, 9, 9, 22)
OG_SINCE(since_11_22, 11, 11, 22)

static void abs_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), og_sign(og_x(c, 0))));
}

static void neg_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_neg(og_dy(c, 0)));
}

static void exp_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), og_y(c, 0)));
}

static void log_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_x(c, 0)));
}

static void sqrt_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_times(og_y(c, 0), 2)));
}

static void reciprocal_gradient(og_grad *c)
{
    og_value *y = og_y(c, 0);

    og_set_dx(c, 0, og_neg(og_mul(og_dy(c, 0), og_mul(y, y))));
}

static void sin_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), OG_OP("Cos", NULL, og_x(c, 0))));
}

static void cos_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_neg(og_mul(og_dy(c, 0), OG_OP("Sin", NULL, og_x(c, 0)))));
}

static og_value *square(og_value *x)
{
    return og_mul(x, x);
}

/* 1 - x^2 */
static og_value *one_minus_square(og_value *x)
{
    return og_sub(og_scalar_like(x, 1), square(x));
}

static void tan_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), og_plus(square(og_y(c, 0)), 1)));
}

static void asin_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_sqrt(one_minus_square(og_x(c, 0)))));
}

static void acos_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_neg(og_div(og_dy(c, 0), og_sqrt(one_minus_square(og_x(c, 0))))));
}

static void atan_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_plus(square(og_x(c, 0)), 1)));
}

static void sinh_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), OG_OP("Cosh", NULL, og_x(c, 0))));
}

static void cosh_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_dy(c, 0), OG_OP("Sinh", NULL, og_x(c, 0))));
}

static void asinh_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_sqrt(og_plus(square(og_x(c, 0)), 1))));
}

static void acosh_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), og_sqrt(og_plus(square(og_x(c, 0)), -1))));
}

static void atanh_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_div(og_dy(c, 0), one_minus_square(og_x(c, 0))));
}

/* 2 / sqrt(pi) exp(-x^2) */
static void erf_gradient(og_grad *c)
{
    og_value *density = og_times(og_exp(og_neg(square(og_x(c, 0)))), 1.12837916709551257390);

    og_set_dx(c, 0, og_mul(og_dy(c, 0), density));
}

#define FUNCTION(op, types, x, y, word, since, text)                                               \
    .name = op, .doc = text, .in = { OG_PORT(x, types) }, .out = { OG_PORT(y, OG_SAME_AS(0)) },    \
    .run_types = types, .infer = og_infer_same, .upgrade = og_drop_consumed_inputs,                \
    .prepare = og_elementwise_prepare, .run = og_elementwise_run, .loop = word##_loop,             \
    .valid_from_node = since

enum { SMOOTH = OG_INPLACE | OG_ELEMENTWISE, STEPS = SMOOTH | OG_ZERO_GRADIENT };

const og_op og_ops_math_functions[] = {
    { FUNCTION("Abs", OG_NUMERIC, "X", "Y", abs, since_6_13, "The absolute value."), .version = 13,
      .valid_from = 6, .versions = "1 6", .gradient = abs_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "int64[5] X", "float[0] X") },
    { FUNCTION("Neg", OG_FLOATS | OG_SIGNED, "X", "Y", neg, since_6_13, "The negative."),
      .version = 13, .valid_from = 6, .versions = "1 6", .gradient = neg_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "int32[5] X", "float[0] X") },
    { FUNCTION("Exp", OG_FLOATS, "input", "output", exp, since_6_13, "The exponential."),
      .version = 13, .valid_from = 6, .versions = "1 6", .gradient = exp_gradient, .traits = SMOOTH,
      .samples =
          OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input", "bfloat16[9] input") },
    { FUNCTION("Log", OG_FLOATS, "input", "output", log, since_6_13, "The natural logarithm."),
      .version = 13, .valid_from = 6, .versions = "1 6", .gradient = log_gradient, .traits = SMOOTH,
      .samples =
          OG_SAMPLES("float[3,7] input in 0.5..3", "double[] input in 0.5..3", "float[0] input") },
    { FUNCTION("Sqrt", OG_FLOATS, "X", "Y", sqrt, since_6_13,
               "The square root; NaN for negative numbers."),
      .version = 13, .valid_from = 6, .versions = "1 6", .gradient = sqrt_gradient,
      .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] X in 0.5..3", "double[] X in 0.5..3", "float[0] X") },
    { FUNCTION("Reciprocal", OG_FLOATS, "X", "Y", reciprocal, since_6_13, "1 / x."), .version = 13,
      .valid_from = 6, .versions = "1 6", .gradient = reciprocal_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] X in 0.5..3", "double[] X in 0.5..3", "float[0] X") },
    { FUNCTION("Floor", OG_FLOATS, "X", "Y", floor, since_6_13, "Down to an integer."),
      .version = 13, .valid_from = 6, .versions = "1 6", .traits = STEPS,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X") },
    { FUNCTION("Ceil", OG_FLOATS, "X", "Y", ceil, since_6_13, "Up to an integer."), .version = 13,
      .valid_from = 6, .versions = "1 6", .traits = STEPS,
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float[0] X") },
    { FUNCTION("Round", OG_FLOATS, "X", "Y", round, since_11_22,
               "To the nearest integer, halves to the even one."),
      .version = 22, .valid_from = 11, .versions = "11", .traits = STEPS,
      .samples = OG_SAMPLES("float[5] X = 0.5 1.5 2.5 -0.5 -1.5", "double[] X", "float[0] X") },
    { FUNCTION("Sign", OG_NUMERIC, "input", "output", sign, since_9_13, "-1, 0 or 1."),
      .version = 13, .valid_from = 9, .versions = "9", .traits = STEPS,
      .samples = OG_SAMPLES("float[3,7] input", "int64[5] input", "float[0] input") },
    { FUNCTION("Sin", OG_FLOATS, "input", "output", sin, since_7_22, "The sine."), .version = 22,
      .valid_from = 7, .versions = "7", .gradient = sin_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Cos", OG_FLOATS, "input", "output", cos, since_7_22, "The cosine."), .version = 22,
      .valid_from = 7, .versions = "7", .gradient = cos_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Tan", OG_FLOATS, "input", "output", tan, since_7_22, "The tangent."), .version = 22,
      .valid_from = 7, .versions = "7", .gradient = tan_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input in -1.2..1.2", "double[] input in -1.2..1.2",
                            "float[0] input") },
    { FUNCTION("Asin", OG_FLOATS, "input", "output", asin, since_7_22,
               "The angle whose sine is x."),
      .version = 22, .valid_from = 7, .versions = "7", .gradient = asin_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input in -0.9..0.9", "double[] input in -0.9..0.9",
                            "float[0] input") },
    { FUNCTION("Acos", OG_FLOATS, "input", "output", acos, since_7_22,
               "The angle whose cosine is x."),
      .version = 22, .valid_from = 7, .versions = "7", .gradient = acos_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input in -0.9..0.9", "double[] input in -0.9..0.9",
                            "float[0] input") },
    { FUNCTION("Atan", OG_FLOATS, "input", "output", atan, since_7_22,
               "The angle whose tangent is x."),
      .version = 22, .valid_from = 7, .versions = "7", .gradient = atan_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Sinh", OG_FLOATS, "input", "output", sinh, since_9_22, "The hyperbolic sine."),
      .version = 22, .valid_from = 9, .versions = "9", .gradient = sinh_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Cosh", OG_FLOATS, "input", "output", cosh, since_9_22, "The hyperbolic cosine."),
      .version = 22, .valid_from = 9, .versions = "9", .gradient = cosh_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Asinh", OG_FLOATS, "input", "output", asinh, since_9_22,
               "The inverse of the hyperbolic sine."),
      .version = 22, .valid_from = 9, .versions = "9", .gradient = asinh_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { FUNCTION("Acosh", OG_FLOATS, "input", "output", acosh, since_9_22,
               "The inverse of the hyperbolic cosine."),
      .version = 22, .valid_from = 9, .versions = "9", .gradient = acosh_gradient, .traits = SMOOTH,
      .samples =
          OG_SAMPLES("float[3,7] input in 1.5..3", "double[] input in 1.5..3", "float[0] input") },
    { FUNCTION("Atanh", OG_FLOATS, "input", "output", atanh, since_9_22,
               "The inverse of the hyperbolic tangent."),
      .version = 22, .valid_from = 9, .versions = "9", .gradient = atanh_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input in -0.9..0.9", "double[] input in -0.9..0.9",
                            "float[0] input") },
    { FUNCTION("Erf", OG_FLOATS, "input", "output", erf, since_9_13, "The error function."),
      .version = 13, .valid_from = 9, .versions = "9", .gradient = erf_gradient, .traits = SMOOTH,
      .samples = OG_SAMPLES("float[3,7] input", "double[] input", "float[0] input") },
    { .name = NULL },
};
