/*
 * onnxgrad.CrossEntropyGrad: dx = (softmax - [class = label]) weight dloss / divisor of the losses
 * in cross_entropy.c; without `softmax` just -[class = label] …, the gradient by log probabilities.
 *
 * Every piece adds up the divisor of the mean for itself: it takes labels only.
 */
#include "kernels/soft.h"
#include "ops/nn/cross_entropy.h"

static og_status ce_grad_infer(og_infer *c)
{
    OG_TRY(og_ce_infer(c, 3));
    return og_infer_same(c);
}

static void ce_grad_expand(og_rewrite *c)
{
    const og_ce_attrs *a = c->attrs;
    og_value *log_prob = og_in(c, 0), *labels = og_in(c, 1), *dloss = og_in(c, 2);
    og_value *ignored = og_ce_ignored(a, labels);
    og_value *hot = og_ce_one_hot(ignored, labels, log_prob);
    og_value *scale = og_ce_weights(ignored, labels, og_in(c, 3), log_prob);

    if (!strcmp(a->reduction, "mean"))
        scale = og_div(scale, og_reduce("ReduceSum", scale, (og_ints){ 0 }, false));
    scale = og_unsqueeze(og_ce_masked(ignored, og_mul(scale, dloss)), OG_INTS(1));
    og_replace(c, 0, og_mul(a->softmax ? og_sub(og_exp(log_prob), hot) : og_neg(hot), scale));
}

static og_status ce_grad_prepare(og_call *c)
{
    og_lines *lines = og_call_alloc(c, sizeof *lines);

    if (!lines)
        return OG_NO_MEMORY;
    og_lines_along(c, lines, c->in[0], 1, 0.5);
    return OG_OK;
}

/* The sum of all samples' weights, in the order of the samples. */
static double ce_grad_divisor(const og_call *c, const og_tensor *weights)
{
    const og_ce_attrs *a = c->attrs;
    const int64_t n = c->in[1]->count;
    double sum = 0;

    if (a->ignore_index == OG_ABSENT && !weights)
        return (double)n;
    for (int64_t from = 0; from < n; from += OG_LINES_STRIP) {
        const int64_t count = n - from < OG_LINES_STRIP ? n - from : OG_LINES_STRIP;
        int64_t label[OG_LINES_STRIP];
        double weight[OG_LINES_STRIP];

        og_ce_samples(a, c->in[1], weights, from, count, label, weight);
        for (int64_t i = 0; i < count; i++)
            sum += weight[i];
    }
    return sum;
}

static void ce_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_ce_attrs *a = c->attrs;
    const og_lines *lines = c->work;
    const og_tensor *weights = c->n_in > 3 ? c->in[3] : NULL;
    const og_elem elem = c->in[0]->elem;
    const bool none = !strcmp(a->reduction, "none");
    const double divisor = strcmp(a->reduction, "mean") ? 1 : ce_grad_divisor(c, weights);
    og_strip s;

    (void)scratch;
    for (int64_t i = 0; og_lines_strip(lines, piece, i, &s); i++) {
        const size_t at = (size_t)s.first * (elem == OG_FLOAT ? sizeof(float) : sizeof(double));
        const char *y = (const char *)c->in[0]->data + at;
        char *dx = (char *)c->out[0]->data + at;
        int64_t label[OG_LINES_STRIP];
        double scale[OG_LINES_STRIP];

        og_ce_samples(a, c->in[1], weights, s.index, s.count, label, scale);
        for (int64_t j = 0; j < s.count; j++)
            scale[j] *= og_get_double(c->in[2], none ? s.index + j : 0) / divisor;
        if (s.step == 1)
            og_soft(elem)->cross_lines(a->softmax != 0, y, label, scale, dx, s.count, lines->n);
        else
            og_soft(elem)->cross_columns(a->softmax != 0, y, label, scale, dx, lines->n, s.step,
                                         s.count);
    }
}

const og_op og_op_cross_entropy_grad = {
    .name = "CrossEntropyGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of a cross entropy by the scores or the log probabilities.",
    .in = { OG_PORT("log_prob", OG_FLOATS), OG_PORT("labels", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("dloss", OG_SAME_AS(0)), OG_PORT("weights", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(og_ce_attrs, ignore_index, OG_ABSENT),
              OG_STRING_ATTR(og_ce_attrs, reduction, "mean"),
              OG_INT_ATTR(og_ce_attrs, softmax, 1) },
    .attr_size = sizeof(og_ce_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = ce_grad_infer,
    .expand = ce_grad_expand,
    .check = og_ce_check,
    .prepare = ce_grad_prepare,
    .run = ce_grad_run,
    .samples = OG_SAMPLES(
        "float[3,5] log_prob; int64[3] labels = 4 0 2; float[] dloss",
        "double[2,3,2] log_prob; int32[2,2] labels = 0 2 -7 1; double[] dloss; double[3] weights "
        "in "
        "0.5..2; ignore_index=-7",
        "float[2,3] log_prob; int64[2] labels = 1 0; float[2] dloss; float[3] weights in 0.5..2; "
        "reduction=none",
        "float[2,3,70] log_prob; int64[2,70] labels in 0..2; float[2,70] dloss; reduction=none; "
        "softmax=0",
        "float[0,3] log_prob; int64[0] labels; float[] dloss; reduction=sum"),
};
