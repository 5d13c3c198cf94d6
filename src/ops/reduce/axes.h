/* axes: what the Reduce operators share beside the driver: their axes, versions and the words of
 * their rules. */
#ifndef OG_AXES_H
#define OG_AXES_H

#include "ops/reduce/reduce.h"

typedef struct reduce_attrs {
    int64_t keepdims, noop_with_empty_axes;
} reduce_attrs;

og_status og_reduce_infer(og_infer *c);

/* The axes were an attribute until version 13 (ReduceSum) or 18 (the others). */
void og_reduce_sum_upgrade(og_rewrite *c, int from);
void og_reduce_upgrade(og_rewrite *c, int from);

/* .prepare with the axes of input 1. */
og_status og_reduce_prepare(og_call *c, og_fold fold, og_post post);

/* For rules: v, which has the output's shape, with the reduced axes put back at size 1. */
og_value *og_reduce_kept(og_value *v, og_value *x, og_value *axes, const reduce_attrs *a);
/* The reduced axes of x, kept at size 1, taken out or not as the operator's output has them. */
og_value *og_reduce_unkept(og_value *v, og_value *x, og_value *axes, const reduce_attrs *a);
/* x folded by another Reduce operator over the same axes, which stay at size 1. */
og_value *og_reduce_again(const char *op, og_value *x, og_value *axes, const reduce_attrs *a);

#endif
