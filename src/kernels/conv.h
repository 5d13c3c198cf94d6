/*
 * conv: convolutions over any number of spatial axes, and their two gradients, as products over
 * tiles.
 *
 * Nothing is unfolded: a padded copy of some rows of the source makes every kernel position a run
 * of memory, and a product reads its B where it lies.  Strides split the source (or, in the
 * gradient by the input, the target) into phases that are dense again.
 */
#ifndef OG_CONV_H
#define OG_CONV_H

#include "base/base.h"

/* y[n, o, p] = sum over c, k of x[n, c, p stride - before + k dilation] w[o, c, k]; channels of all
 * groups, c and o of the same group, w is [out_channels, in_channels / groups, kernel]. */
typedef struct og_conv_shape {
    int rank; /* spatial axes, at least 1 */
    int64_t images, groups, in_channels, out_channels;
    int64_t in[OG_MAX_RANK], out[OG_MAX_RANK], kernel[OG_MAX_RANK];
    int64_t stride[OG_MAX_RANK], dilation[OG_MAX_RANK], before[OG_MAX_RANK];
} og_conv_shape;

/* Zeroed memory that lives as long as the plan; NULL when it is short. */
typedef void *og_conv_alloc(void *owner, size_t size);

/* A plan of y = conv(x, w), of dx = gradient(dy, w) when `input_gradient`, cut into pieces; NULL
 * when memory is short.  Pieces and scratch follow from the sizes alone. */
typedef struct og_conv og_conv;
og_conv *og_conv_plan(const og_conv_shape *shape, og_elem elem, bool input_gradient,
                      og_conv_alloc *alloc, void *owner);
/* A plan of dw = gradient(x, dy); the pieces leave partial sums in `shared` memory that finish adds
 * in order. */
typedef struct og_conv_weight og_conv_weight;
og_conv_weight *og_conv_weight_plan(const og_conv_shape *shape, og_elem elem, og_conv_alloc *alloc,
                                    void *owner);

typedef struct og_conv_needs {
    int64_t pieces;
    double cost; /* of a piece, in nanoseconds */
    size_t scratch, shared;
} og_conv_needs;
og_conv_needs og_conv_needs_of(const og_conv *plan);
og_conv_needs og_conv_weight_needs(const og_conv_weight *plan);

/* Target = conv of source; `bias` has one element for each target channel, or is NULL. */
void og_conv_run(const og_conv *plan, int64_t piece, const void *source, const void *w,
                 const void *bias, void *target, void *scratch);
void og_conv_weight_run(const og_conv_weight *plan, int64_t piece, const void *x, const void *dy,
                        void *scratch, void *shared);
void og_conv_weight_finish(const og_conv_weight *plan, void *shared, void *dw);

#endif
