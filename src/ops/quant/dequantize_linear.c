/*
 * DequantizeLinear: y = (x - zero_point) scale, in float, rounded once to the type of the result.
 *
 * Gradient: of the scale as that of any product; of x, where x was made by QuantizeLinear of floats
 * (or moved about since), dx = dy scale as a float tensor, which QuantizeLinear hands on by the
 * straight-through estimator.
 */
#include "ops/quant/grid.h"

#define REALS (OG_BIT(OG_FLOAT) | OG_BIT(OG_FLOAT16) | OG_BIT(OG_BFLOAT16))
#define IN_TYPES (OG_GRID_TYPES | OG_BIT(OG_INT32))

static og_status dequantize_infer(og_infer *c)
{
    const og_grid *a = c->attrs;
    const int64_t elem = a->output_dtype ? a->output_dtype : (int64_t)c->in[1]->elem;

    if (elem < 1 || elem >= OG_ELEM_COUNT || !og_elem_in((og_elem)elem, REALS))
        return og_infer_fail(c, OG_BAD_TYPE,
                             "the result would be of type %s, expected float, float16 or bfloat16 "
                             "(output_dtype, else that of x_scale)",
                             elem < 1 || elem >= OG_ELEM_COUNT ? "?" : og_elem_name((og_elem)elem));
    og_infer_elem(c, 0, (og_elem)elem);
    return og_grid_infer(c);
}

static void dequantize_gradient(og_grad *c)
{
    const og_grid *a = c->attrs;
    og_value *x = og_x(c, 0), *scale = og_x(c, 1), *zero = og_x(c, 2);
    og_value *dy = og_cast(og_dy(c, 0), OG_FLOAT);

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_mul(dy, og_grid_spread(a, scale, x)));
    if (og_wants(c, 1)) {
        og_value *q = og_cast(x, OG_FLOAT);

        if (zero)
            q = og_sub(q, og_grid_spread(a, zero, x));
        og_set_dx(c, 1, og_grid_gather(a, og_mul(dy, q), scale, x));
    }
}

static void dequantize_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_quant_args args = og_grid_args(c);
    int64_t first, n;

    (void)scratch;
    og_grid_piece(c, piece, &first, &n);
    og_dequant_run(&args, first, n);
}

const og_op og_op_dequantize_linear = {
    .name = "DequantizeLinear",
    .version = 28,
    .valid_from = 10,
    .valid_from_node = og_grid_since,
    .versions = "10 13 19 21 23 24 25",
    .doc = "Quantised numbers as floats again.",
    .in = { OG_PORT("x", IN_TYPES),
            OG_PORT("x_scale", REALS | OG_BIT(OG_FLOAT8E8M0), .role = OG_ROLE_GRID),
            OG_PORT("x_zero_point", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_GRID) },
    .out = { OG_PORT("y", REALS) },
    .attr = { OG_GRID_ATTRS,
              { .name = "output_dtype",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_grid, output_dtype),
                .since = 23 } },
    .attr_size = sizeof(og_grid),
    .run_types = IN_TYPES,
    .traits = OG_TYPES_SINCE,
    .infer = dequantize_infer,
    .gradient = dequantize_gradient,
    .prepare = og_grid_prepare,
    .run = dequantize_run,
    .samples = OG_SAMPLES(
        "int8[3,7] x; float[] x_scale = 0.01; int8[] x_zero_point = 3",
        "uint8[2,3,5] x; float[3] x_scale in 0.01..0.5; uint8[3] x_zero_point",
        "int4[2,7] x = 1 -8 7 0 3 -2 5 6 -1 2 4 -4 0 7; float[2,3] x_scale in 0.1..0.5; "
        "block_size=3",
        "int16[5,2] x; float[3,2] x_scale in 0.1..0.5; axis=-2; block_size=2",
        "int32[6] x; float[1] x_scale = 2; axis=0", "float8e5m2[3,3] x; float[] x_scale = 0.1",
        "uint8[3,3] x; float[3] x_scale in 0.1..1; output_dtype=10; !nogradient",
        "uint8[0,3] x; float[3] x_scale in 0.1..1"),
};
