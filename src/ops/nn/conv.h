/* conv: what the convolutions and their gradients share. */
#ifndef OG_OPS_CONV_H
#define OG_OPS_CONV_H

#include "ops/nn/window.h"

#define OG_CONV_ATTRS                                                                              \
    OG_WINDOW_AUTO_PAD, OG_WINDOW_LISTS, OG_INT_ATTR(og_window, group, 1, .positive = true)

/* x [n, channels, spatial …] at input `x` against weights [out, channels / group, kernel …] at
 * input `w`: ranks, channels, groups and attributes. */
og_status og_conv_check(og_infer *c, int x, int w);
/* A bias (input 2, if given) has one number for each channel of the result. */
og_status og_conv_check_bias(og_infer *c, og_dim channels);

/* The sizes of y = conv(x, w), paddings included. */
og_conv_shape og_conv_shape_of(const og_window *a, const og_tensor *x, const og_tensor *w,
                               const og_tensor *y);

/* Memory of a call, and the end of .prepare with a plan that may be NULL. */
void *og_conv_memory(void *call, size_t size);
og_status og_conv_prepare(og_call *c, const og_conv_shape *shape, og_conv *plan);
/* Multiplications and additions of one direction, padding counted as numbers. */
double og_conv_flops(const og_conv_shape *shape);

/* The sum of dy over all axes but the channels'. */
og_value *og_conv_bias_gradient(og_value *dy);

#endif
