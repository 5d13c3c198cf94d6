/*
 * QLinearMatMul and QLinearConv: quantised numbers in and out,
 *
 *     y = saturate(round(sum of (a - a_zero) (b - b_zero), times a_scale b_scale / y_scale) +
 * y_zero)
 *
 * The sum is exact, the factor and the product with it are floats, as in ONNX Runtime.  By the
 * straight-through estimator a gradient passes to quantised inputs and to the scales.
 */
#include "ops/quant/product.h"

#define SCALES (OG_BIT(OG_FLOAT) | OG_BIT(OG_FLOAT16) | OG_BIT(OG_BFLOAT16))
#define MATRICES (OG_BYTES | OG_FLOAT8S)
#define GRID(name, types) OG_PORT(name, types, .role = OG_ROLE_GRID)

static og_status qlinear_matmul_infer(og_infer *c)
{
    OG_TRY(og_product_check(c, 6, OG_ABSENT));
    OG_TRY(og_product_check(c, 7, OG_ABSENT));
    return og_nn_matmul_shape(c, 0, 3, false, false);
}

/* Rows are scaled one by one where the result has rows. */
static void qlinear_matmul_expand(og_rewrite *c)
{
    og_value *a = og_in(c, 0), *b = og_in(c, 3);
    og_value *a_scale = og_in(c, 1);
    og_value *sum = og_product_matmul(a, og_in(c, 2), b, og_in(c, 5));

    if (og_rank(b) >= 2)
        a_scale = og_product_rows(a_scale, a);
    og_replace(c, 0, og_product_quantise(sum, a_scale, og_in(c, 4), og_in(c, 6), og_in(c, 7)));
}

static int qlinear_matmul_since(const og_node *node)
{
    return node->in[1]->type.elem == OG_FLOAT && og_elem_in(node->in[0]->type.elem, OG_BYTES) &&
                   og_elem_in(node->in[3]->type.elem, OG_BYTES) &&
                   og_elem_in(node->out[0]->type.elem, OG_BYTES)
               ? 10
               : 21;
}

static og_status qlinear_conv_infer(og_infer *c)
{
    og_dim channels, both;

    OG_TRY(og_product_conv_infer(c, 3));
    channels = og_infer_dim(c, 3, 0);
    for (int i = 1; i < 8; i++)
        if (i != 3)
            OG_TRY(og_product_check(c, i, i == 4 || i == 5 ? channels : OG_ABSENT));
    if (!og_infer_has(c, 8))
        return OG_OK;
    if (og_infer_rank(c, 8) != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "input B has rank %d, expected 1",
                             og_infer_rank(c, 8));
    return og_infer_agree(c, "the channels of the result and of B", channels, og_infer_dim(c, 8, 0),
                          &both);
}

/* The bias has the scale of the sum.  It may be large, so it is added in double. */
static void qlinear_conv_expand(og_rewrite *c)
{
    og_value *w = og_in(c, 3), *bias = og_in(c, 8);
    og_value *sum = og_product_conv(c->attrs, og_in(c, 0), og_in(c, 2), w, og_in(c, 5));
    const int behind = og_rank(w) - 2;

    if (bias)
        sum = og_add(og_cast(sum, OG_DOUBLE), og_cast(og_product_behind(bias, behind), OG_DOUBLE));
    og_replace(c, 0,
               og_product_quantise(sum, og_in(c, 1), og_product_behind(og_in(c, 4), behind),
                                   og_in(c, 6), og_in(c, 7)));
}

const og_op og_op_qlinear_matmul = {
    .name = "QLinearMatMul",
    .builder = "qlinear_matmul",
    .version = 21,
    .valid_from = 10,
    .valid_from_node = qlinear_matmul_since,
    .versions = "10",
    .doc = "Matrix product of quantised numbers, quantised again.",
    .in = { OG_PORT("a", MATRICES), GRID("a_scale", SCALES), GRID("a_zero_point", OG_SAME_AS(0)),
            OG_PORT("b", MATRICES), GRID("b_scale", OG_SAME_AS(1)),
            GRID("b_zero_point", OG_SAME_AS(3)), GRID("y_scale", OG_SAME_AS(1)),
            GRID("y_zero_point", MATRICES) },
    .out = { OG_PORT("y", OG_SAME_AS(7)) },
    .traits = OG_STRAIGHT | OG_TYPES_SINCE,
    .infer = qlinear_matmul_infer,
    .expand = qlinear_matmul_expand,
    .samples = OG_SAMPLES(
        "uint8[3,5] a; float[] a_scale = 0.1; uint8[] a_zero_point = 3; int8[5,7] b; float[] "
        "b_scale = 0.2; int8[] b_zero_point = 1; float[] y_scale = 0.5; int8[] y_zero_point = 4; "
        "!nogradient",
        "int8[3,5] a; float[3] a_scale in 0.1..1; int8[3] a_zero_point; uint8[5,2] b; float[2] "
        "b_scale in 0.1..1; uint8[2] b_zero_point; float[1] y_scale = 0.5; uint8[1] y_zero_point = "
        "4; !nogradient",
        "int8[4] a; float[1] a_scale = 0.1; int8[1] a_zero_point = 0; int8[4] b; float[] b_scale = "
        "0.1; int8[] b_zero_point = 2; float[] y_scale = 0.5; int8[] y_zero_point = 4; !nogradient",
        "int8[0,3] a; float[] a_scale = 0.1; int8[] a_zero_point = 0; int8[3,2] b; float[] b_scale "
        "= 0.1; int8[] b_zero_point = 2; float[] y_scale = 0.5; int8[] y_zero_point = 4; "
        "!nogradient"),
};

const og_op og_op_qlinear_conv = {
    .name = "QLinearConv",
    .builder = "qlinear_conv",
    .version = 10,
    .valid_from = 10,
    .doc = "Convolution of quantised numbers, quantised again.",
    .in = { OG_PORT("x", OG_BYTES), GRID("x_scale", OG_BIT(OG_FLOAT)),
            GRID("x_zero_point", OG_SAME_AS(0)), OG_PORT("w", OG_BYTES),
            GRID("w_scale", OG_BIT(OG_FLOAT)), GRID("w_zero_point", OG_SAME_AS(3)),
            GRID("y_scale", OG_BIT(OG_FLOAT)), GRID("y_zero_point", OG_BYTES),
            OG_PORT("B", OG_BIT(OG_INT32), .optional = true) },
    .out = { OG_PORT("y", OG_SAME_AS(7)) },
    .attr = { OG_CONV_ATTRS, OG_LIST_ATTR(og_window, kernel_shape, INTS) },
    .attr_size = sizeof(og_window),
    .traits = OG_STRAIGHT,
    .infer = qlinear_conv_infer,
    .expand = qlinear_conv_expand,
    .samples = OG_SAMPLES(
        "uint8[2,3,5,6] x; float[] x_scale = 0.1; uint8[] x_zero_point = 3; int8[4,3,3,3] w; "
        "float[4] w_scale in 0.1..1; int8[4] w_zero_point; float[] y_scale = 0.5; uint8[] "
        "y_zero_point = 4; int32[4] B; pads=[1,1,1,1]; !nogradient",
        "int8[1,4,7] x; float[1] x_scale = 0.1; int8[1] x_zero_point = 0; uint8[6,2,3] w; float[] "
        "w_scale = 0.2; uint8[] w_zero_point = 2; float[] y_scale = 0.5; int8[] y_zero_point = 4; "
        "group=2; strides=[2]; !nogradient",
        "int8[0,4,7] x; float[] x_scale = 0.1; int8[] x_zero_point = 0; int8[6,4,3] w; float[] "
        "w_scale = 0.2; int8[] w_zero_point = 2; float[] y_scale = 0.5; int8[] y_zero_point = 4; "
        "!nogradient"),
};
