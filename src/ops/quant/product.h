/*
 * product: products and convolutions of quantised numbers, by those of floats that hold the same
 * integers.
 *
 * A sum of n products of numbers of 9 bits (8 bits less a zero point) is exact in float while it
 * stays below 2^24, so for n up to 258, and in double always: the results are those of integer
 * arithmetic, in loops that are tuned already.
 */
#ifndef OG_OPS_PRODUCT_H
#define OG_OPS_PRODUCT_H

#include "ops/nn/conv.h"
#include "ops/quant/grid.h"

#define OG_BYTES (OG_BIT(OG_INT8) | OG_BIT(OG_UINT8))

/* The float type in which sums of n products (-1: not known) are exact. */
og_elem og_product_elem(int64_t n);

/* x - zero as numbers of `elem`; zero: NULL is 0. */
og_value *og_product_less(og_value *x, og_value *zero, og_elem elem);

/* A zero point or scale for each row of `x`, as a column where x is a matrix. */
og_value *og_product_rows(og_value *of, og_value *x);
/* One for each channel, with n axes of size 1 behind it. */
og_value *og_product_behind(og_value *of, int n);

/* Sums of products as floats of the type that og_product_elem gives. */
og_value *og_product_matmul(og_value *a, og_value *a_zero, og_value *b, og_value *b_zero);
og_value *og_product_conv(const og_window *attrs, og_value *x, og_value *x_zero, og_value *w,
                          og_value *w_zero);

/* An exact sum as int32, which wraps around. */
og_value *og_product_int32(og_value *sum);

/* saturate(round(sum scale) + zero), the scale being first second / y_scale. */
og_value *og_product_quantise(og_value *sum, og_value *first, og_value *second, og_value *y_scale,
                              og_value *zero);

/* Convolutions: x is input 0, the weights input w. */
og_status og_product_conv_infer(og_infer *c, int w);
/* Input i is one number, or one for each of `n` (OG_ABSENT: one number only). */
og_status og_product_check(og_infer *c, int i, og_dim n);

#endif
