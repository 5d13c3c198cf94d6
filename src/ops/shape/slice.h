/* slice: what Slice and its gradient share: the numbers of one axis. */
#ifndef OG_SLICE_H
#define OG_SLICE_H

#include "base/base.h"

/* Elements first, first+step … of an axis, `count` of them. */
typedef struct og_slice_range {
    int64_t first, step, count;
} og_slice_range;

/* ONNX's rule: negative bounds count from the end, then both are clamped; step is not 0. */
og_slice_range og_slice_axis(int64_t size, int64_t start, int64_t end, int64_t step);

/* The ranges of all axes from the inputs starts, ends, axes, steps (the last two may be NULL). */
void og_slice_ranges(int rank, const int64_t *dims, const og_tensor *const in[4],
                     og_slice_range *ranges);

/* The ports of the bounds; `first` numbers the port of the starts. */
#define OG_SLICE_BOUNDS(first)                                                                     \
    OG_PORT("starts", OG_INDICES, .role = OG_ROLE_SHAPE),                                          \
        OG_PORT("ends", OG_SAME_AS(first), .role = OG_ROLE_SHAPE),                                 \
        OG_PORT("axes", OG_SAME_AS(first), .optional = true, .role = OG_ROLE_SHAPE),               \
        OG_PORT("steps", OG_SAME_AS(first), .optional = true, .role = OG_ROLE_SHAPE)

#endif
