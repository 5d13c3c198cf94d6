/*
 * cross_entropy: what SoftmaxCrossEntropyLoss, NegativeLogLikelihoodLoss and their gradient share.
 *
 * Scores are [N, C, D1 …], labels [N, D1 …].  A sample's weight is weights[label] (1 without
 * weights), 0 where the label is `ignore_index`; the mean divides by the sum of the samples'
 * weights, so it leaves ignored ones out.
 */
#ifndef OG_CROSS_ENTROPY_H
#define OG_CROSS_ENTROPY_H

#include "ops/nn/lines.h"
#include "ops/nn/nn.h"

typedef struct og_ce_attrs {
    int64_t ignore_index; /* OG_ABSENT: none */
    const char *reduction;
    int64_t softmax; /* of the gradient: by the scores, not by the log probabilities */
} og_ce_attrs;

/* Ranks and sizes of scores (input 0), labels (1) and weights; the values of labels. */
og_status og_ce_infer(og_infer *c, int weights);
og_status og_ce_check(og_call *c);

/* Labels (-1: ignored) and weights of n samples. */
void og_ce_samples(const og_ce_attrs *a, const og_tensor *labels, const og_tensor *weights,
                   int64_t first, int64_t n, int64_t *label, double *weight);

/* The same as graph values.  `ignored` is a bool tensor, or NULL without ignore_index. */
og_value *og_ce_ignored(const og_ce_attrs *a, og_value *labels);
og_value *og_ce_safe(og_value *ignored, og_value *labels); /* 0 in place of ignored labels */
og_value *og_ce_masked(og_value *ignored, og_value *x);    /* 0 where ignored */
og_value *og_ce_weights(og_value *ignored, og_value *labels, og_value *weights, og_value *like);
og_value *og_ce_one_hot(og_value *ignored, og_value *labels, og_value *scores);

#endif
