/*
 * norm: loops of the normalisations over runs of elements.  Sums run in double; their order is
 * fixed by n alone.
 */
#ifndef OG_NORM_H
#define OG_NORM_H

#include "base/base.h"

typedef struct og_norm_loops {
    /* sums[0] += sum(x - shift), sums[1] += sum((x - shift)^2) */
    void (*moments)(const void *x, int64_t n, double shift, double *sums);
    /* sums[0] += sum(g), sums[1] += sum(g (x - mean)), g = dy or, with scale, dy scale */
    void (*dots)(const void *dy, const void *scale, const void *x, int64_t n, double mean,
                 double *sums);
    /* y = (x - mean) a + b */
    void (*affine)(const void *x, int64_t n, double mean, double a, double b, void *y);
    /* y = (x - mean) inv scale + bias, of n scales and biases, each of which may be NULL */
    void (*scaled)(const void *x, int64_t n, double mean, double inv, const void *scale,
                   const void *bias, void *y);
    /* dx = a g + b (x - mean) + c */
    void (*gradient)(const void *dy, const void *scale, const void *x, int64_t n, double mean,
                     double a, double b, double c, void *dx);
    /* dscale[j] += dy[j] (x[j] - mean) inv, dbias[j] += dy[j]; both are lists of double */
    void (*columns)(const void *dy, const void *x, int64_t n, double mean, double inv,
                    double *dscale, double *dbias);
} og_norm_loops;

/* The best loops that this machine has for float or double. */
const og_norm_loops *og_norm(og_elem elem);

#endif
