/* Gelu: x times the normal distribution function of x, or its tanh approximation. */
#include "ops/elementwise.h"

typedef struct {
    const char *approximate;
} gelu_attrs;

static bool gelu_is_tanh(const void *attrs)
{
    const gelu_attrs *a = attrs;

    return strcmp(a->approximate, "tanh") == 0;
}

static og_loop *gelu_loop(const void *attrs, og_elem in, og_elem out)
{
    (void)out;
    return og_loop_find(gelu_is_tanh(attrs) ? OG_K_GELU_TANH : OG_K_GELU, in);
}

static og_status gelu_infer(og_infer *c)
{
    const gelu_attrs *a = c->attrs;

    if (strcmp(a->approximate, "none") != 0 && !gelu_is_tanh(a))
        return og_infer_fail(c, OG_BAD_ARGUMENT, "approximate is '%s', expected 'none' or 'tanh'",
                             a->approximate);
    return og_infer_same(c);
}

/* tanh(sqrt(2/pi) (x + 0.044715 x^3)) */
static og_value *gelu_tanh(og_value *x)
{
    og_value *cube = og_times(og_mul(og_mul(x, x), x), 0.044715);

    return OG_OP("Tanh", NULL, og_times(og_add(x, cube), 0.79788456080286535588));
}

static void gelu_expand(og_rewrite *c)
{
    og_value *x = og_in(c, 0);
    og_value *part = gelu_is_tanh(c->attrs)
                         ? gelu_tanh(x)
                         : OG_OP("Erf", NULL, og_times(x, 0.70710678118654752440));

    og_replace(c, 0, og_mul(og_times(x, 0.5), og_plus(part, 1)));
}

/* With t the tanh of u: (1 + t)/2 + x/2 (1 - t^2) u', u' = sqrt(2/pi) (1 + 3 0.044715 x^2) */
static void gelu_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *dy = og_dy(c, 0);

    if (!gelu_is_tanh(c->attrs)) {
        og_set_dx(c, 0, OG_OP("onnxgrad::GeluGrad", NULL, dy, x));
        return;
    }
    og_value *t = gelu_tanh(x);
    og_value *slope =
        og_times(og_plus(og_times(og_mul(x, x), 3 * 0.044715), 1), 0.79788456080286535588);
    og_value *inner = og_mul(og_sub(og_scalar_like(x, 1), og_mul(t, t)), slope);

    og_set_dx(c, 0, og_mul(dy, og_times(og_add(og_plus(t, 1), og_mul(x, inner)), 0.5)));
}

const og_op og_op_gelu = {
    .name = "Gelu",
    .version = 20,
    .valid_from = 20,
    .doc = "x times the probability that a normal variable is below x.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_STRING_ATTR(gelu_attrs, approximate, "none") },
    .attr_size = sizeof(gelu_attrs),
    .run_types = OG_FLOATS,
    .traits = OG_INPLACE | OG_ELEMENTWISE,
    .infer = gelu_infer,
    .expand = gelu_expand,
    .gradient = gelu_gradient,
    .prepare = og_elementwise_prepare,
    .run = og_elementwise_run,
    .loop = gelu_loop,
    .samples = OG_SAMPLES("float[3,7] X", "double[5] X; approximate=tanh",
                          "float[] X; approximate=tanh", "float[0] X"),
};
