/* batch_norm: what BatchNormalization, its training form and its gradient share. */
#ifndef OG_BATCH_NORM_H
#define OG_BATCH_NORM_H

#include "ops/nn/nn.h"

typedef struct og_bn_attrs {
    float epsilon, momentum;
    int64_t training_mode;
} og_bn_attrs;

/* x seen as [images, channels, size]; a piece takes some channels. */
typedef struct og_bn_plan {
    int64_t images, channels, size, group;
} og_bn_plan;
og_status og_bn_prepare(og_call *c, const og_tensor *x, double cost);
/* The channels of a piece: first .. end. */
void og_bn_channels(const og_bn_plan *p, int64_t piece, int64_t *first, int64_t *end);

/* A vector of channels as [channels, 1 …], against x. */
og_value *og_bn_column(og_value *vector, og_value *x);
/* The sum over all axes but the channels'. */
og_value *og_bn_sum(og_value *x);

og_status og_bn_infer(og_infer *c);
void og_bn_upgrade(og_rewrite *c, int from);
void og_bn_expand(og_rewrite *c);
void og_bn_gradient(og_grad *c);

#endif
