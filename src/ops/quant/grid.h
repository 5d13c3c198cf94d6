/*
 * grid: what QuantizeLinear and DequantizeLinear share: one scale for all of x, one for each index
 * along an axis, or one for each block along it.
 */
#ifndef OG_OPS_GRID_H
#define OG_OPS_GRID_H

#include "kernels/quant.h"
#include "ops/ops.h"

typedef struct og_grid {
    int64_t axis, block_size, output_dtype, precision, saturate;
} og_grid;

#define OG_GRID_ATTRS                                                                              \
    { .name = "axis",                                                                              \
      .kind = OG_ATTR_INT,                                                                         \
      .offset = offsetof(og_grid, axis),                                                           \
      .i = 1,                                                                                      \
      .since = 13 },                                                                               \
    {                                                                                              \
        .name = "block_size", .kind = OG_ATTR_INT, .offset = offsetof(og_grid, block_size),        \
        .since = 21                                                                                \
    }

/* The integers and narrow floats that numbers are quantised to. */
#define OG_GRID_WHOLE                                                                              \
    (OG_BIT(OG_INT8) | OG_BIT(OG_UINT8) | OG_BIT(OG_INT16) | OG_BIT(OG_UINT16) |                   \
     OG_BIT(OG_UINT4) | OG_BIT(OG_INT4) | OG_BIT(OG_UINT2) | OG_BIT(OG_INT2))
#define OG_GRID_TYPES (OG_GRID_WHOLE | OG_FLOAT8S | OG_BIT(OG_FLOAT4E2M1))

/* x is input 0, the scale input 1, the zero point input 2: their shapes against each other.  Gives
 * output 0 x's shape. */
og_status og_grid_infer(og_infer *c);

/* The version that brought a node's types and its scale's rank. */
int og_grid_since(const og_node *node);

/* Where the scale or zero point of each element of x lies. */
og_quant_grid og_grid_of(const og_grid *a, const og_tensor *x, const og_tensor *scale);
/* .prepare of both; the piece's elements; what a kernel is given. */
og_status og_grid_prepare(og_call *c);
void og_grid_piece(const og_call *c, int64_t piece, int64_t *first, int64_t *n);
og_quant_args og_grid_args(const og_call *c);

/* Rules: a scale or zero point, as floats that broadcast to x; and the way back, which sums what
 * has x's shape over the elements that a scale is for. */
og_value *og_grid_spread(const og_grid *a, og_value *scale, og_value *x);
og_value *og_grid_gather(const og_grid *a, og_value *full, og_value *scale, og_value *x);

#endif
