/* quant: floats to and from numbers on a grid, q = saturate(round(x / scale) + zero). */
#ifndef OG_QUANT_H
#define OG_QUANT_H

#include "base/base.h"

/* Which scale belongs to an element: x is seen as [outer, size, inner], and rows of `block` share
 * theirs; the scale of (o, d, c) lies at o outer_step + d / block row_step + c inner_step. */
typedef struct og_quant_grid {
    int64_t size, inner, block;
    int64_t outer_step, row_step, inner_step;
} og_quant_grid;
og_quant_grid og_quant_grid_one(void); /* one scale for all */

typedef struct og_quant_args {
    og_quant_grid scale_grid, zero_grid;
    const og_tensor *x, *scale, *zero; /* zero: NULL means 0 */
    og_tensor *y;
    og_elem precision; /* of the division: float, float16 or bfloat16 */
    bool saturate;     /* of float8: the largest number instead of infinity or NaN */
} og_quant_args;

/* The numbers that a grid type has; the largest one of a float type has either sign. */
void og_quant_range(og_elem elem, float *low, float *high);

/* Elements [first, first + n) of y; `first` is a multiple of 8, so packed types share no byte. */
void og_quant_run(const og_quant_args *a, int64_t first, int64_t n);
void og_dequant_run(const og_quant_args *a, int64_t first, int64_t n); /* (x - zero) scale */

#endif
