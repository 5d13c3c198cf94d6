/*
 * soft: loops of Softmax, LogSoftmax, cross entropy and their gradients.
 *
 * A line holds the n elements that share one sum.  `_lines`: lines one behind the other;
 * `_columns`: `width` lines side by side, the elements of one `stride` apart.  `log`: the logarithm
 * of the softmax.  Gradients may overlay their first input.
 */
#ifndef OG_SOFT_H
#define OG_SOFT_H

#include "base/base.h"

typedef struct og_soft_loops {
    /* max and log_sum: of the line's type, log_sum[i] = log(sum(exp(x - max[i]))). */
    void (*stats_lines)(const void *x, int64_t lines, int64_t n, void *max, void *log_sum);
    void (*stats_columns)(const void *x, int64_t n, int64_t stride, int64_t width, void *max,
                          void *log_sum);
    /* log_prob = x - max - log_sum of n elements in each line. */
    void (*log_prob)(const void *x, const void *max, const void *log_sum, void *log_prob, int64_t n,
                     int64_t lines, int64_t line, int64_t step);
    void (*softmax_lines)(bool log, const void *x, void *y, int64_t lines, int64_t n);
    void (*softmax_columns)(bool log, const void *x, void *y, int64_t n, int64_t stride,
                            int64_t width);
    void (*gradient_lines)(bool log, const void *dy, const void *y, void *dx, int64_t lines,
                           int64_t n);
    void (*gradient_columns)(bool log, const void *dy, const void *y, void *dx, int64_t n,
                             int64_t stride, int64_t width);
    /* (exp(log_prob) - [j = label]) scale; a negative label gives zeros. */
    void (*cross_lines)(bool exponential, const void *log_prob, const int64_t *labels,
                        const double *scales, void *dx, int64_t lines, int64_t n);
    void (*cross_columns)(bool exponential, const void *log_prob, const int64_t *labels,
                          const double *scales, void *dx, int64_t n, int64_t stride, int64_t width);
} og_soft_loops;

/* The best loops that this machine has for float or double. */
const og_soft_loops *og_soft(og_elem elem);

#endif
