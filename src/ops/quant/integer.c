/*
 * MatMulInteger and ConvInteger: products of quantised numbers as int32, exact.
 *
 * Where the numbers were quantised from floats, the gradient is that of the product: the sums are
 * integers that carry it (straight-through estimator).
 */
#include "ops/quant/product.h"

static og_status matmul_integer_infer(og_infer *c)
{
    return og_nn_matmul_shape(c, 0, 1, false, false);
}

static void matmul_integer_expand(og_rewrite *c)
{
    og_replace(
        c, 0,
        og_product_int32(og_product_matmul(og_in(c, 0), og_in(c, 2), og_in(c, 1), og_in(c, 3))));
}

static og_status conv_integer_infer(og_infer *c)
{
    OG_TRY(og_product_conv_infer(c, 1));
    OG_TRY(og_product_check(c, 2, OG_ABSENT));
    return og_product_check(c, 3, og_infer_dim(c, 1, 0));
}

static void conv_integer_expand(og_rewrite *c)
{
    og_replace(c, 0,
               og_product_int32(
                   og_product_conv(c->attrs, og_in(c, 0), og_in(c, 2), og_in(c, 1), og_in(c, 3))));
}

const og_op og_op_matmul_integer = {
    .name = "MatMulInteger",
    .builder = "matmul_integer",
    .version = 10,
    .valid_from = 10,
    .doc = "Matrix product of quantised numbers as int32.",
    .in = { OG_PORT("A", OG_BYTES), OG_PORT("B", OG_BYTES),
            OG_PORT("a_zero_point", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_GRID),
            OG_PORT("b_zero_point", OG_SAME_AS(1), .optional = true, .role = OG_ROLE_GRID) },
    .out = { OG_PORT("Y", OG_BIT(OG_INT32)) },
    .traits = OG_STRAIGHT,
    .infer = matmul_integer_infer,
    .expand = matmul_integer_expand,
    .samples =
        OG_SAMPLES("uint8[3,5] A; int8[5,7] B; uint8[] a_zero_point = 3; int8[] b_zero_point = 1",
                   "uint8[3,5] A; int8[5,2] B; uint8[3] a_zero_point; int8[2] b_zero_point",
                   "int8[2,3,300] A; int8[300,2] B; int8[2,3,1] a_zero_point",
                   "int8[4] A; int8[4] B", "int8[0,3] A; int8[3,2] B"),
};

const og_op og_op_conv_integer = {
    .name = "ConvInteger",
    .version = 10,
    .valid_from = 10,
    .doc = "Convolution of quantised numbers as int32.",
    .in = { OG_PORT("x", OG_BYTES), OG_PORT("w", OG_BYTES),
            OG_PORT("x_zero_point", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_GRID),
            OG_PORT("w_zero_point", OG_SAME_AS(1), .optional = true, .role = OG_ROLE_GRID) },
    .out = { OG_PORT("y", OG_BIT(OG_INT32)) },
    .attr = { OG_CONV_ATTRS, OG_LIST_ATTR(og_window, kernel_shape, INTS) },
    .attr_size = sizeof(og_window),
    .traits = OG_STRAIGHT,
    .infer = conv_integer_infer,
    .expand = conv_integer_expand,
    .samples =
        OG_SAMPLES("uint8[2,3,5,6] x; int8[4,3,3,3] w; uint8[] x_zero_point = 3; pads=[1,1,1,1]",
                   "int8[1,4,7] x; uint8[6,2,3] w; uint8[6] w_zero_point; group=2; strides=[2]",
                   "uint8[0,2,5,5] x; uint8[3,2,3,3] w"),
};
