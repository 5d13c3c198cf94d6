/*
 * ops: the operators. This header is what an operator file includes: the contract, and the words in which gradient
 * rules, expansions and upgrades are written.
 *
 * All words take NULL in place of a value and then give NULL, so rules read like formulas.
 */
#ifndef OG_OPS_H
#define OG_OPS_H

#include "graph/op.h"

/* Any operator on values: OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", 1)), x, index). */
#define OG_ATTRS(...) ((const og_attr[]){__VA_ARGS__, {.name = NULL}})
#define OG_OP(op, attrs, ...)                                                                      \
    og_op_on((op), (attrs), (int)(sizeof((og_value *[]){__VA_ARGS__}) / sizeof(og_value *)),       \
             (og_value *[]){__VA_ARGS__})
og_value *og_op_on(const char *op, const og_attr *attrs, int n, og_value *const *in);
/* The same with several outputs (NULL ones where a value was NULL or the call failed). */
void og_ops_on(const char *op, const og_attr *attrs, int n, og_value *const *in, int n_out,
               og_value **out);

/* Elementwise, with broadcasting. */
og_value *og_add(og_value *a, og_value *b);
og_value *og_sub(og_value *a, og_value *b);
og_value *og_mul(og_value *a, og_value *b);
og_value *og_div(og_value *a, og_value *b);
og_value *og_pow(og_value *a, og_value *b);
og_value *og_neg(og_value *x);
og_value *og_exp(og_value *x);
og_value *og_log(og_value *x);
og_value *og_sqrt(og_value *x);
og_value *og_abs(og_value *x);
og_value *og_sign(og_value *x);
og_value *og_where(og_value *condition, og_value *x, og_value *y);
og_value *og_equal(og_value *a, og_value *b);
og_value *og_less(og_value *a, og_value *b);
og_value *og_greater(og_value *a, og_value *b);
og_value *og_not(og_value *x);
og_value *og_and(og_value *a, og_value *b);
og_value *og_matmul(og_value *a, og_value *b);

/* A scalar of x's element type; x plus, x times a number. */
og_value *og_scalar_like(og_value *x, double number);
og_value *og_plus(og_value *x, double number);
og_value *og_times(og_value *x, double number);

/* Types and shapes.  og_cast gives x itself where it has the type already. */
og_value *og_cast(og_value *x, og_elem to);
og_value *og_cast_like(og_value *x, og_value *like);
og_value *og_shape_of(og_value *x);                          /* int64[rank] */
og_value *og_size_along(og_value *x, int64_t axis);          /* int64 scalar */
og_value *og_reshape(og_value *x, og_value *shape);          /* shape: int64[n], exact (allowzero=1) */
og_value *og_reshape_like(og_value *x, og_value *like);
og_value *og_reshape_to(og_value *x, int64_t n, const int64_t *dims); /* -1 and 0 as ONNX has them */
og_value *og_flatten(og_value *x, int64_t axis);
og_value *og_transpose(og_value *x, og_ints perm);           /* v = NULL: reversed */
og_value *og_expand(og_value *x, og_value *shape);
og_value *og_expand_like(og_value *x, og_value *like);
og_value *og_squeeze(og_value *x, og_ints axes);
og_value *og_unsqueeze(og_value *x, og_ints axes);
og_value *og_concat(int64_t axis, int n, og_value *const *in);
og_value *og_slice(og_value *x, og_value *starts, og_value *ends, og_value *axes, og_value *steps);
og_value *og_zeros_like(og_value *x);
og_value *og_ones_like(og_value *x);
og_value *og_fill(og_value *shape, og_elem elem, double number); /* ConstantOfShape */
og_value *og_ints_like(og_value *like, og_ints numbers);     /* an int64 vector in like's graph */

/* Sums: along one axis (kept), along axes (kept or not; v = NULL: all); down to another value's shape, which undoes
 * a broadcast (onnxgrad.SumTo). */
og_value *og_sum_along(og_value *x, int64_t axis);
og_value *og_reduce(const char *op, og_value *x, og_ints axes, bool keep);
og_value *og_sum_to(og_value *x, og_value *shape);
og_value *og_sum_to_like(og_value *x, og_value *like);

/* The rank, or -1; the size along an axis when it is a known number, or -1. */
int og_rank(const og_value *x);
int64_t og_known_dim(const og_value *x, int axis);

/* ---- Shared by families: the drivers of elementwise operators ------------------------------------------------ */

/* For a descriptor with OG_ELEMENTWISE and .loop: broadcasting over any ranks in pieces of fixed size. */
og_status og_elementwise_prepare(og_call *c);
void og_elementwise_run(const og_call *c, int64_t piece, void *scratch);

#endif
