/*
 * ops: the operators. This header is what an operator file includes: the contract, and the words in
 * which gradient rules, expansions and upgrades are written.
 *
 * All words take NULL in place of a value and then give NULL, so rules read like formulas.
 */
#ifndef OG_OPS_H
#define OG_OPS_H

#include "graph/build.h"
#include "graph/op.h"
#include "onnxgrad/words.h"

/* Any operator on values: OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", 1)), x, index). */
#define OG_ATTRS(...) ((const og_attr[]){ __VA_ARGS__, { .name = NULL } })
#define OG_OP(op, attrs, ...)                                                                      \
    og_op_on((op), (attrs), (int)(sizeof((og_value *[]){ __VA_ARGS__ }) / sizeof(og_value *)),     \
             (og_value *[]){ __VA_ARGS__ })

/* The words that are public too (og_add, og_reshape …) are in onnxgrad/words.h. */

/* A scalar of x's element type. */
og_value *og_scalar_like(og_value *x, double number);

/* Types and shapes. */
og_value *og_shape_of(og_value *x);                 /* int64[rank] */
og_value *og_size_along(og_value *x, int64_t axis); /* int64 scalar */
og_value *og_reshape_like(og_value *x, og_value *like);
og_value *og_expand_like(og_value *x, og_value *like);
og_value *og_zeros_like(og_value *x);
og_value *og_ones_like(og_value *x);
og_value *og_fill(og_value *shape, og_elem elem, double number); /* ConstantOfShape */
og_value *og_ints_like(og_value *like, og_ints numbers); /* an int64 vector in like's graph */

/* Sums: along one axis (kept), along axes (kept or not; v = NULL: all); down to another value's
 * shape, which undoes a broadcast (onnxgrad.SumTo). */
og_value *og_sum_along(og_value *x, int64_t axis);
og_value *og_reduce(const char *op, og_value *x, og_ints axes, bool keep);
og_value *og_sum_to(og_value *x, og_value *shape);
og_value *og_sum_to_like(og_value *x, og_value *like);

/* The rank, or -1; the size along an axis when it is a known number, or -1. */
int og_rank(const og_value *x);
int64_t og_known_dim(const og_value *x, int axis);

/* ---- Shared by families: the drivers of elementwise operators -------------------------------- */

/* For a descriptor with OG_ELEMENTWISE and .loop: broadcasting over any ranks in pieces of fixed
 * size. */
og_status og_elementwise_prepare(og_call *c);
void og_elementwise_run(const og_call *c, int64_t piece, void *scratch);

#endif
