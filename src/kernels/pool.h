/*
 * pool: maxima, means and norms of windows that slide over the spatial axes of one plane (an
 * image's channel), and their gradients.
 */
#ifndef OG_POOL_H
#define OG_POOL_H

#include "kernels/conv.h"

typedef struct og_pool {
    og_conv_shape s; /* rank, in, out, kernel, stride, dilation, before */
    int64_t after[OG_MAX_RANK];
    int64_t in_size, out_size;
    bool pairs;        /* windows of 2 x 2 side by side */
    bool column_major; /* in indices the first axis runs fastest */
    bool include_pad;  /* means count the padding */
    bool sum;          /* the gradient of a sum, not of a mean */
    int64_t p;         /* of the norm */
    int64_t *k_low,
        *k_high;     /* per axis and position of the result: kernel positions inside the input */
    int64_t *counts; /* per axis and position: kernel positions that a mean counts */
    int64_t first[OG_MAX_RANK]; /* where an axis begins in the three lists */
} og_pool;

/* Fills in what follows from s, after and the flags; the lists have og_pool_entries(s) elements
 * each. */
int64_t og_pool_entries(const og_conv_shape *s);
void og_pool_plan(og_pool *pool, int64_t *k_low, int64_t *k_high, int64_t *counts);

/* Loops over one plane.  `index`: of the first element of x in its tensor.  dx is written, not
 * added to. */
typedef struct og_pool_loops {
    void (*max)(const og_pool *p, const void *x, void *y, int64_t *indices, int64_t index);
    void (*max_gradient)(const og_pool *p, const void *dy, const void *x, void *dx);
    void (*mean)(const og_pool *p, const void *x, void *y);
    void (*mean_gradient)(const og_pool *p, const void *dy, void *dx);
    void (*norm)(const og_pool *p, const void *x, void *y);
} og_pool_loops;

/* The best loops that this machine has: all for float and double, the maximum for int8 and uint8.
 */
const og_pool_loops *og_pool_loops_of(og_elem elem);

#endif
