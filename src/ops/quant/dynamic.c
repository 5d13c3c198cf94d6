/*
 * DynamicQuantizeLinear: quantisation to uint8 over the range of x itself, widened to hold 0.
 *
 * ONNX's function body, except that a tensor of zeros has scale 1/255 where the body divides by 0,
 * as the reference evaluator has it.
 */
#include "ops/ops.h"

static og_status dynamic_infer(og_infer *c)
{
    OG_TRY(og_infer_shape(c, 1, 0, NULL));
    OG_TRY(og_infer_shape(c, 2, 0, NULL));
    return og_infer_shape(c, 0, og_infer_rank(c, 0), c->in[0]->dims);
}

static void dynamic_expand(og_rewrite *c)
{
    og_value *x = og_in(c, 0), *none = og_scalar_like(x, 0), *most = og_scalar_like(x, 255);
    og_value *low = OG_OP("Min", NULL, og_reduce("ReduceMin", x, (og_ints){ 0 }, false), none);
    og_value *high = OG_OP("Max", NULL, og_reduce("ReduceMax", x, (og_ints){ 0 }, false), none);
    og_value *range = og_sub(high, low);
    og_value *scale = og_div(og_where(og_equal(range, none), og_scalar_like(x, 1), range), most);
    og_value *zero = OG_OP("Clip", NULL, og_sub(none, og_div(low, scale)), none, most);

    zero = og_cast(OG_OP("Round", NULL, zero), OG_UINT8);
    og_replace(c, 0, OG_OP("QuantizeLinear", NULL, x, scale, zero));
    og_replace(c, 1, scale);
    og_replace(c, 2, zero);
}

const og_op og_op_dynamic_quantize_linear = {
    .name = "DynamicQuantizeLinear",
    .version = 11,
    .valid_from = 11,
    .doc = "Numbers quantised to uint8 over their own range, with its scale and zero point.",
    .in = { OG_PORT("x", OG_BIT(OG_FLOAT)) },
    .out = { OG_PORT("y", OG_BIT(OG_UINT8)), OG_PORT("y_scale", OG_BIT(OG_FLOAT)),
             OG_PORT("y_zero_point", OG_BIT(OG_UINT8)) },
    .traits = OG_STRAIGHT,
    .infer = dynamic_infer,
    .expand = dynamic_expand,
    .samples = OG_SAMPLES("float[3,7] x; !nogradient", "float[] x = 1.5; !nogradient",
                          "float[4] x = 0 0 0 0; !nogradient"),
};
