/* layer_norm: what LayerNormalization, RMSNormalization and their gradient share. */
#ifndef OG_LAYER_NORM_H
#define OG_LAYER_NORM_H

#include "ops/nn/nn.h"

typedef struct og_norm_attrs {
    int64_t axis, stash_type;
    float epsilon;
    int64_t center; /* of the gradient: a mean is taken away */
} og_norm_attrs;

bool og_norm_centers(const og_op *op, const og_norm_attrs *a);

/* How a scale or bias lies under broadcasting: its step along each axis of x; plain: as one row,
 * for all rows. */
typedef struct {
    int64_t step[OG_MAX_RANK];
    bool plain;
} og_norm_layout;

typedef struct {
    int64_t rows, n, group; /* group: rows of a piece */
    int axis;
    og_norm_layout layout[2]; /* of scale and bias */
} og_norm_plan;

/* Sets c->work and the pieces for the rows of x; statistics of one row: the mean (0 unless
 * centered) and the inverse deviation. */
og_status og_norm_prepare_rows(og_call *c, const og_tensor *x, double cost);
void og_norm_statistics(const og_call *c, bool center, float epsilon, const void *x, int64_t n,
                        double *mean, double *inv);

void og_norm_expand(og_rewrite *c);
void og_norm_gradient(og_grad *c);
void og_norm_grad_expand(og_rewrite *c);

#endif
