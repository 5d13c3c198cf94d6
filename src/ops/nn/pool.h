/* pool: what the pools over windows share. */
#ifndef OG_OPS_POOL_H
#define OG_OPS_POOL_H

#include "kernels/pool.h"
#include "ops/nn/window.h"

#define OG_POOL_ATTRS                                                                              \
    OG_WINDOW_AUTO_PAD, OG_NEED_ATTR(og_window, kernel_shape, INTS),                               \
        OG_LIST_ATTR(og_window, pads, INTS), OG_LIST_ATTR(og_window, strides, INTS)
#define OG_POOL_DILATIONS(version)                                                                 \
    {                                                                                              \
        .name = "dilations", .kind = OG_ATTR_INTS, .offset = offsetof(og_window, dilations),       \
        .since = (version)                                                                         \
    }
#define OG_POOL_CEIL_MODE(version)                                                                 \
    {                                                                                              \
        .name = "ceil_mode", .kind = OG_ATTR_INT, .offset = offsetof(og_window, ceil_mode),        \
        .since = (version)                                                                         \
    }

/* Sizes of the result of a pool over input 0: [n, channels, positions …]. */
og_status og_pool_infer(og_infer *c, og_dim *dims);
/* Input `shape` holds the shape of the result, as for the gradients of pools; dy (input 0) must fit
 * it. */
og_status og_pool_grad_infer(og_infer *c, int shape);

/* The plan of a call whose windows slide over `x` and give `y`; pieces are groups of planes. */
typedef struct og_pool_call {
    og_pool pool;
    int64_t planes, group;
} og_pool_call;
og_status og_pool_prepare(og_call *c, const og_tensor *x, const og_tensor *y);

/* The attributes for another pool: those of og_window_attrs without group, kernel_shape and
 * ceil_mode. */
const og_attr *og_pool_attrs(const og_window *a, og_attr *attrs);

#endif
