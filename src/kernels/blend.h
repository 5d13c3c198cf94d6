/*
 * blend: one axis of a tensor replaced by weighted sums along it.
 *
 * Every number along the target's axis is a sum over neighbours along the source's.  Interpolation
 * in every mode and its gradient are such sums, an axis after the other.
 */
#ifndef OG_BLEND_H
#define OG_BLEND_H

#include "base/base.h"

typedef struct og_blend {
    int64_t from, to;     /* sizes of the axis */
    const int64_t *first; /* [to] the first neighbour */
    const int64_t *start; /* [to + 1] weights [start[o], start[o + 1]) */
    const double *weight;
    const uint8_t *outside; /* [to] these become `value`; NULL: none */
    double value;
} og_blend;

/* Targets [begin, end) of the axis: x is [outer, rows, inner], its first row being source row
 * `origin`, and y is [outer, end - begin, inner]; float or double. */
typedef struct og_blend_part {
    int64_t begin, end;
    int64_t outer, rows, origin, inner;
} og_blend_part;
void og_blend_run(og_elem elem, const og_blend *b, const og_blend_part *part, const void *x,
                  void *y);

#endif
