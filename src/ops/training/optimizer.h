/*
 * ONNX's own optimizers (domain ai.onnx.preview.training): Adam, Adagrad, Momentum.
 *
 * One node updates any number of tensors. Its inputs are the learning rate, the number of the
 * update, and then groups of one length: all tensors, all gradients, all states of the first kind
 * and so on; the outputs are the new values in the same order, without the gradients.
 *
 * Coefficients that are the same for every element are computed in double and rounded once. There
 * are no rules: whoever wants derivatives of an update gets those of its expansion.
 */
#ifndef OG_OPS_OPTIMIZER_H
#define OG_OPS_OPTIMIZER_H

#include "ops/ops.h"

#define OG_OPTIMIZER_PORTS                                                                         \
    .in = { OG_PORT("R", OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE)), OG_PORT("T", OG_BIT(OG_INT64)),    \
            OG_PORT("inputs", OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE), .variadic = true,              \
                    .heterogeneous = true) },                                                      \
    .out = { OG_PORT("outputs", OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE), .variadic = true,            \
                     .heterogeneous = true) }

/* `groups` counts the gradients too: 4 for Adam. */
og_status og_optimizer_infer(og_infer *c, int groups);

/* A node on its way into simpler ones. */
typedef struct og_optimizer {
    og_rewrite *c;
    int n;                  /* tensors to update */
    og_value *rate, *count; /* double scalars */
    og_value *later;        /* bool scalar: not the first update, count > 0 */
} og_optimizer;

og_optimizer og_optimizer_begin(og_rewrite *c, int groups);
/* Tensor i of a group of inputs (0: the tensors, 1: their gradients) and of a group of outputs. */
og_value *og_optimizer_in(const og_optimizer *u, int group, int i);
void og_optimizer_give(const og_optimizer *u, int group, int i, og_value *by);
/* Gradient i with that of norm_coefficient / 2 |x|^2. */
og_value *og_optimizer_gradient(const og_optimizer *u, int i, float norm_coefficient);

#endif
