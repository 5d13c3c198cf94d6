/* nn: what the operators of this family share. */
#ifndef OG_NN_H
#define OG_NN_H

#include "kernels/gemm.h"
#include "ops/ops.h"

/* What MatMul and Gemm take. */
#define OG_NN_PRODUCTS (OG_FLOATS | OG_INDICES | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64))

/* What loops in floating point run. */
#define OG_NN_REAL (OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE))

/* The opset from which an operator takes the element type of node's input 0. */
int og_nn_type_since(const og_node *node, int floats, int integers, int bfloat16);

/* Gives output 0 the shape of numpy's product of inputs `a` and `b`. */
og_status og_nn_matmul_shape(og_infer *c, int a, int b, bool trans_a, bool trans_b);

/* op(a) op(b) of two matrices as one Gemm node. */
og_value *og_nn_gemm(og_value *a, bool trans_a, og_value *b, bool trans_b, float alpha);

/* Upgrade of Softmax, LogSoftmax and Hardmax: until version 12 they worked on a matrix, the
 * dimensions before `axis` (1 unless given) by the rest. */
void og_nn_upgrade_axis(og_rewrite *c, int from);

/* Pools over all spatial axes: [n, channels, 1 …]; the reduction of that name over them. */
og_status og_nn_global_infer(og_infer *c);
og_value *og_nn_global(const char *reduction, og_value *x);

#endif
