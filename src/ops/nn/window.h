/*
 * window: attributes and sizes of operators that slide a window over the spatial axes: convolutions
 * and pools.
 */
#ifndef OG_WINDOW_H
#define OG_WINDOW_H

#include "kernels/conv.h"
#include "ops/nn/nn.h"

/* The attributes of all of these operators; each takes those that it has. */
typedef struct og_window {
    const char *auto_pad;
    og_ints kernel_shape, pads, strides, dilations; /* v = NULL: absent */
    og_ints output_padding, output_shape;
    int64_t group, ceil_mode, count_include_pad, storage_order, p;
} og_window;

#define OG_WINDOW_AUTO_PAD OG_STRING_ATTR(og_window, auto_pad, "NOTSET")
#define OG_WINDOW_LISTS                                                                            \
    OG_LIST_ATTR(og_window, pads, INTS), OG_LIST_ATTR(og_window, strides, INTS),                   \
        OG_LIST_ATTR(og_window, dilations, INTS)

int64_t og_window_stride(const og_window *a, int axis);
int64_t og_window_dilation(const og_window *a, int axis);

/* Checks the lists against the number of spatial axes, and gives the sizes of the result from those
 * of the input and of the kernel: windows that fit into the padded input. */
og_status og_window_check(og_infer *c, const og_window *a, int rank);
og_status og_window_out(og_infer *c, const og_window *a, int rank, const og_dim *in,
                        const og_dim *kernel, og_dim *out);

/* What og_window_out left open, with numbers: strides, dilations and the padding before, into a
 * shape whose rank, in, out and kernel are filled. */
void og_window_fill(const og_window *a, og_conv_shape *shape);

/* As graph values (int64 vectors): the spatial part of a shape, and the padding before, from those
 * of the input, the result and the kernel. */
og_value *og_window_spatial(og_value *shape);
og_value *og_window_before(const og_window *a, int rank, og_value *in, og_value *out,
                           og_value *kernel);
/* (out - 1) stride + (kernel - 1) dilation + 1: the positions that windows cover. */
og_value *og_window_cover(const og_window *a, int rank, og_value *out, og_value *kernel);
/* x with `before` and `after` zeros (or less) around its spatial axes. */
og_value *og_window_pad(og_value *x, og_value *before, og_value *after);

/* The attributes for another operator of the family, in order: group, strides, dilations and, when
 * `padding`, auto_pad and pads.  Returns attrs, which has room for 8. */
const og_attr *og_window_attrs(const og_window *a, bool padding, og_attr *attrs);

#endif
