/*
 * QuantizeLinear: y = saturate(round(x / scale) + zero_point), ties to even.
 *
 * Gradient: the straight-through estimator, as PyTorch's fake_quantize has it.  Rounding counts as
 * the identity, so with y's gradient dy (a float tensor, though y is of integers)
 *
 *     dx = dy / scale where the rounded number is inside the range of y's type, 0 where it
 * saturates; dscale = -sum of dx x / scale, which with DequantizeLinear's makes the gradient of
 * "learned step size quantization" (Esser et al. 2020).
 *
 * The narrow floats count as inside up to their largest number.
 */
#include "ops/quant/grid.h"

#define HALVES (OG_BIT(OG_FLOAT16) | OG_BIT(OG_BFLOAT16))
#define IN_TYPES (OG_BIT(OG_FLOAT) | HALVES | OG_BIT(OG_INT32))

static og_status quantize_infer(og_infer *c)
{
    const og_grid *a = c->attrs;
    const og_elem zero = og_infer_has(c, 2) ? c->in[2]->elem : OG_UNDEFINED;
    const og_elem elem = zero ? zero : a->output_dtype ? (og_elem)a->output_dtype : OG_UINT8;

    if (a->output_dtype && (a->output_dtype < 0 || a->output_dtype >= OG_ELEM_COUNT ||
                            !og_elem_in((og_elem)a->output_dtype, OG_GRID_TYPES)))
        return og_infer_fail(c, OG_BAD_TYPE, "output_dtype is %lld, expected a quantised type",
                             (long long)a->output_dtype);
    if (a->output_dtype && zero && a->output_dtype != (int64_t)zero)
        return og_infer_fail(c, OG_BAD_TYPE, "output_dtype is %s, but y_zero_point is of %s",
                             og_elem_name((og_elem)a->output_dtype), og_elem_name(zero));
    if (a->precision && (a->precision < 0 || a->precision >= OG_ELEM_COUNT ||
                         !og_elem_in((og_elem)a->precision, OG_BIT(OG_FLOAT) | HALVES)))
        return og_infer_fail(c, OG_BAD_TYPE,
                             "precision is %lld, expected that of float, float16 or bfloat16",
                             (long long)a->precision);
    og_infer_elem(c, 0, elem);
    return og_grid_infer(c);
}

static int quantize_since(const og_node *node)
{
    const int since = og_grid_since(node);

    return since < 23 && node->in[0]->type.elem != node->in[1]->type.elem &&
                   !(node->in[0]->type.elem == OG_INT32 && since < 19)
               ? 23
               : since;
}

static void quantize_gradient(og_grad *c)
{
    const og_grid *a = c->attrs;
    og_value *x = og_x(c, 0), *scale = og_x(c, 1), *zero = og_x(c, 2), *dy = og_dy(c, 0);
    og_value *s = og_grid_spread(a, scale, x);
    og_value *ratio = og_div(og_cast(x, OG_FLOAT), s), *q = ratio;
    const og_elem elem = c->node->out[0]->type.elem;
    float low, high;

    og_quant_range(elem, &low, &high);
    if (og_elem_in(elem, OG_GRID_WHOLE))
        q = OG_OP("Round", NULL, q);
    if (zero)
        q = og_add(q, og_grid_spread(a, zero, x));
    og_value *inside = og_and(OG_OP("GreaterOrEqual", NULL, q, og_scalar_like(q, (double)low)),
                              OG_OP("LessOrEqual", NULL, q, og_scalar_like(q, (double)high)));
    og_value *dx = og_where(inside, og_div(dy, s), og_scalar_like(dy, 0));

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_cast_like(dx, x));
    if (og_wants(c, 1))
        og_set_dx(c, 1, og_grid_gather(a, og_neg(og_mul(dx, ratio)), scale, x));
}

static void quantize_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_grid *a = c->attrs;
    og_quant_args args = og_grid_args(c);
    int64_t first, n;

    (void)scratch;
    args.precision = a->precision ? (og_elem)a->precision : c->in[1]->elem;
    if (args.precision == OG_FLOAT8E8M0)
        args.precision = c->in[0]->elem;
    if (!og_elem_in(args.precision, HALVES))
        args.precision = OG_FLOAT;
    og_grid_piece(c, piece, &first, &n);
    og_quant_run(&args, first, n);
}

const og_op og_op_quantize_linear = {
    .name = "QuantizeLinear",
    .version = 28,
    .valid_from = 10,
    .valid_from_node = quantize_since,
    .versions = "10 13 19 21 23 24 25",
    .doc = "Numbers rounded to multiples of a scale, as small integers or narrow floats.",
    .in = { OG_PORT("x", IN_TYPES),
            OG_PORT("y_scale", IN_TYPES | OG_BIT(OG_FLOAT8E8M0), .role = OG_ROLE_GRID),
            OG_PORT("y_zero_point", OG_GRID_TYPES, .optional = true, .role = OG_ROLE_GRID) },
    .out = { OG_PORT("y", OG_GRID_TYPES) },
    .attr = { OG_GRID_ATTRS,
              { .name = "output_dtype",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_grid, output_dtype),
                .since = 21 },
              { .name = "precision",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_grid, precision),
                .since = 23 },
              { .name = "saturate",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_grid, saturate),
                .i = 1,
                .since = 19 } },
    .attr_size = sizeof(og_grid),
    .run_types = IN_TYPES,
    .traits = OG_STRAIGHT | OG_TYPES_SINCE,
    .infer = quantize_infer,
    .gradient = quantize_gradient,
    .prepare = og_grid_prepare,
    .run = quantize_run,
    /* the straight-through estimator is not the derivative that differences would show */
    .samples = OG_SAMPLES(
        "float[3,7] x; float[] y_scale = 0.01; int8[] y_zero_point = 3; !nogradient",
        "float[2,3,5] x; float[3] y_scale in 0.01..0.5; uint8[3] y_zero_point; !nogradient",
        "float[2,7] x; float[2,3] y_scale in 0.1..0.5; block_size=3; output_dtype=22; !nogradient",
        "float[5,2] x; float[3,2] y_scale in 0.1..0.5; axis=-2; block_size=2; output_dtype=5; "
        "!nogradient",
        "int32[6] x; float[1] y_scale = 2; axis=0; !nogradient",
        "float[3,3] x; float[] y_scale = 0.1; output_dtype=17; saturate=0; !nogradient",
        "float[7] x; float[] y_scale = 1; axis=0; output_dtype=23; !nogradient",
        "float[0,3] x; float[3] y_scale in 0.1..1; !nogradient"),
};
