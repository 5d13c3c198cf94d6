/*
 * SoftmaxCrossEntropyLoss: -log(softmax(scores))[label] of each sample, weighted and reduced; and
 * NegativeLogLikelihoodLoss, the same on log probabilities.
 *
 * Kernel: one visit gives a line's maximum and logarithm of the sum, hence the loss and, if asked
 * for, log_prob. Pieces leave their sums in shared scratch; .finish adds them in order, in double.
 *
 * Gradient: onnxgrad.CrossEntropyGrad of log_prob, which the gradient adds as an output where it is
 * missing.
 */
#include "kernels/soft.h"
#include "ops/nn/cross_entropy.h"

static bool ce_has_softmax(const og_op *op)
{
    return op->name[0] == 'S';
}

static og_status ce_infer(og_infer *c)
{
    const og_ce_attrs *a = c->attrs;

    OG_TRY(og_ce_infer(c, 2));
    if (!strcmp(a->reduction, "none"))
        OG_TRY(og_infer_shape(c, 0, og_infer_rank(c, 1), c->in[1]->dims));
    else
        OG_TRY(og_infer_shape(c, 0, 0, NULL));
    return c->n_out > 1 ? og_infer_shape(c, 1, og_infer_rank(c, 0), c->in[0]->dims) : OG_OK;
}

static int ce_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 12, 12, node->op->name[0] == 'S' ? 13 : 22);
}

static void ce_loss_expand(og_rewrite *c, og_value *log_prob)
{
    const og_ce_attrs *a = c->attrs;
    og_value *labels = og_in(c, 1), *ignored = og_ce_ignored(a, labels);
    og_value *at = og_unsqueeze(og_ce_safe(ignored, labels), OG_INTS(1));
    og_value *picked = OG_OP("GatherElements", OG_ATTRS(OG_SET_INT("axis", 1)), log_prob, at);
    og_value *weights = og_ce_weights(ignored, labels, og_in(c, 2), log_prob);
    og_value *loss = og_neg(og_squeeze(picked, OG_INTS(1)));

    loss = og_mul(og_ce_masked(ignored, loss), weights);
    if (strcmp(a->reduction, "none"))
        loss = og_reduce("ReduceSum", loss, (og_ints){ 0 }, false);
    if (!strcmp(a->reduction, "mean"))
        loss = og_div(loss, og_reduce("ReduceSum", weights, (og_ints){ 0 }, false));
    og_replace(c, 0, loss);
}

static void ce_expand(og_rewrite *c)
{
    og_value *log_prob = og_in(c, 0);

    if (ce_has_softmax(c->op)) {
        log_prob = OG_OP("LogSoftmax", OG_ATTRS(OG_SET_INT("axis", 1)), log_prob);
        og_replace(c, 1, log_prob);
    }
    ce_loss_expand(c, log_prob);
}

/* By the weights: each sample's term goes to its class; of the mean w is also in the denominator,
 * so the term is the sample's loss without the mean, over the sum of weights. */
static og_value *ce_weights_gradient(og_grad *c, og_value *log_prob)
{
    const og_ce_attrs *a = c->attrs;
    const int rank = og_rank(log_prob);
    og_value *labels = og_x(c, 1), *ignored = og_ce_ignored(a, labels);
    og_value *hot = og_ce_one_hot(ignored, labels, log_prob);
    og_value *loss = og_reduce("ReduceSum", og_mul(hot, log_prob), OG_INTS(1), true);
    og_value *term = og_neg(loss), *dy = og_dy(c, 0);
    int64_t axes[OG_MAX_RANK], n = 0;

    if (!strcmp(a->reduction, "none"))
        dy = og_unsqueeze(dy, OG_INTS(1));
    if (!strcmp(a->reduction, "mean")) {
        og_value *weights = og_ce_weights(ignored, labels, og_x(c, 2), log_prob);

        term = og_sub(term, og_y(c, 0));
        dy = og_div(dy, og_reduce("ReduceSum", weights, (og_ints){ 0 }, false));
    }
    for (int i = 0; i < rank; i++)
        if (i != 1)
            axes[n++] = i;
    return og_reduce("ReduceSum", og_mul(hot, og_mul(term, dy)), (og_ints){ n, axes }, false);
}

static void ce_gradient(og_grad *c)
{
    const og_ce_attrs *a = c->attrs;
    const bool softmax = ce_has_softmax(c->node->op);
    og_value *log_prob = softmax ? og_y(c, 1) : og_x(c, 0), *dx = NULL;
    og_value *dlog = softmax ? og_dy(c, 1) : NULL;
    const og_attr attrs[] = { OG_SET_INT("softmax", softmax),
                              OG_SET_STRING("reduction", a->reduction),
                              OG_SET_INT("ignore_index", a->ignore_index),
                              { .name = NULL } };
    og_attr without[] = { attrs[0], attrs[1], { .name = NULL } };

    if (og_wants(c, 0)) {
        if (og_dy(c, 0))
            dx = OG_OP("onnxgrad::CrossEntropyGrad", a->ignore_index == OG_ABSENT ? without : attrs,
                       log_prob, og_x(c, 1), og_dy(c, 0), og_x(c, 2));
        if (dlog) {
            og_value *more =
                OG_OP("onnxgrad::LogSoftmaxGrad", OG_ATTRS(OG_SET_INT("axis", 1)), dlog, log_prob);

            dx = dx ? og_add(dx, more) : more;
        }
        og_set_dx(c, 0, dx);
    }
    if (og_x(c, 2) && og_wants(c, 2) && og_dy(c, 0))
        og_set_dx(c, 2, ce_weights_gradient(c, log_prob));
}

static og_status ce_prepare(og_call *c)
{
    og_lines *lines = og_call_alloc(c, sizeof *lines);

    if (!lines)
        return OG_NO_MEMORY;
    og_lines_along(c, lines, c->in[0], 1, 0.6);
    c->shared_scratch = (size_t)c->pieces * 2 * sizeof(double);
    return OG_OK;
}

/* Losses of one strip, before weights: log_sum - (x[label] - max). */
static void ce_strip(const og_call *c, const og_lines *lines, const og_strip *s,
                     const int64_t *label, double *loss)
{
    const og_tensor *x = c->in[0];
    const bool softmax = ce_has_softmax(c->op), one = x->elem == OG_FLOAT;
    const size_t size = one ? sizeof(float) : sizeof(double);
    double max[OG_LINES_STRIP], log_sum[OG_LINES_STRIP]; /* of the type of x */
    const char *from = (const char *)x->data + (size_t)s->first * size;

    if (softmax && s->step == 1)
        og_soft(x->elem)->stats_lines(from, s->count, lines->n, max, log_sum);
    else if (softmax)
        og_soft(x->elem)->stats_columns(from, lines->n, s->step, s->count, max, log_sum);
    for (int64_t i = 0; i < s->count; i++) {
        const int64_t at = s->first + i * s->line + label[i] * s->step;
        double picked, m = 0, l = 0;

        loss[i] = 0;
        if (label[i] < 0)
            continue;
        picked = one ? (double)((const float *)x->data)[at] : ((const double *)x->data)[at];
        if (softmax) {
            m = one ? (double)((const float *)max)[i] : max[i];
            l = one ? (double)((const float *)log_sum)[i] : log_sum[i];
        }
        loss[i] = l - (picked - m);
    }
    if (softmax && c->n_out > 1 && c->out[1])
        og_soft(x->elem)->log_prob(from, max, log_sum,
                                   (char *)c->out[1]->data + (size_t)s->first * size, lines->n,
                                   s->count, s->line, s->step);
}

static void ce_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_ce_attrs *a = c->attrs;
    const og_lines *lines = c->work;
    const og_tensor *weights = c->n_in > 2 ? c->in[2] : NULL;
    const bool none = !strcmp(a->reduction, "none");
    double *sums = (double *)c->shared + 2 * piece;
    og_strip s;

    (void)scratch;
    sums[0] = sums[1] = 0;
    for (int64_t i = 0; og_lines_strip(lines, piece, i, &s); i++) {
        int64_t label[OG_LINES_STRIP];
        double weight[OG_LINES_STRIP], loss[OG_LINES_STRIP];

        og_ce_samples(a, c->in[1], weights, s.index, s.count, label, weight);
        ce_strip(c, lines, &s, label, loss);
        for (int64_t j = 0; j < s.count; j++) {
            if (none && c->out[0])
                og_set_double(c->out[0], s.index + j, loss[j] * weight[j]);
            sums[0] += loss[j] * weight[j];
            sums[1] += weight[j];
        }
    }
}

static void ce_finish(const og_call *c)
{
    const og_ce_attrs *a = c->attrs;
    const double *sums = c->shared;
    double loss = 0, weight = 0;

    if (!strcmp(a->reduction, "none") || !c->out[0])
        return;
    for (int64_t i = 0; i < c->pieces; i++) {
        loss += sums[2 * i];
        weight += sums[2 * i + 1];
    }
    og_set_double(c->out[0], 0, strcmp(a->reduction, "mean") ? loss : loss / weight);
}

const og_op og_op_softmax_cross_entropy_loss = {
    .name = "SoftmaxCrossEntropyLoss",
    .version = 13,
    .valid_from = 12,
    .valid_from_node = ce_valid_from,
    .versions = "12",
    .doc = "Cross entropy of labels under the softmax of scores.",
    .in = { OG_PORT("scores", OG_FLOATS), OG_PORT("labels", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("weights", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("output", OG_SAME_AS(0)),
             OG_PORT("log_prob", OG_SAME_AS(0), .optional = true) },
    .attr = { OG_INT_ATTR(og_ce_attrs, ignore_index, OG_ABSENT),
              OG_STRING_ATTR(og_ce_attrs, reduction, "mean") },
    .attr_size = sizeof(og_ce_attrs),
    .run_types = OG_NN_REAL,
    .infer = ce_infer,
    .expand = ce_expand,
    .gradient = ce_gradient,
    .check = og_ce_check,
    .prepare = ce_prepare,
    .run = ce_run,
    .finish = ce_finish,
    .samples = OG_SAMPLES(
        "float[3,5] scores; int64[3] labels = 4 0 2",
        "double[2,3,2] scores; int32[2,2] labels = 0 2 -7 1; double[3] weights in 0.5..2; "
        "ignore_index=-7",
        "float[2,3] scores; int64[2] labels = 1 0; float[3] weights in 0.5..2; reduction=none",
        "float[2,3,2,2] scores; int64[2,2,2] labels = 0 1 2 2 1 1 9 0; ignore_index=9; "
        "reduction=sum",
        "float[70,3] scores; int64[70] labels in 0..2",
        "float[0,3] scores; int64[0] labels; reduction=sum"),
};

const og_op og_op_negative_log_likelihood_loss = {
    .name = "NegativeLogLikelihoodLoss",
    .version = 22,
    .valid_from = 12,
    .valid_from_node = ce_valid_from,
    .versions = "12 13",
    .doc = "Cross entropy of labels under log probabilities.",
    .in = { OG_PORT("input", OG_FLOATS), OG_PORT("target", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("weight", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("loss", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(og_ce_attrs, ignore_index, OG_ABSENT),
              OG_STRING_ATTR(og_ce_attrs, reduction, "mean") },
    .attr_size = sizeof(og_ce_attrs),
    .run_types = OG_NN_REAL,
    .infer = ce_infer,
    .expand = ce_expand,
    .gradient = ce_gradient,
    .check = og_ce_check,
    .prepare = ce_prepare,
    .run = ce_run,
    .finish = ce_finish,
    .samples = OG_SAMPLES(
        "float[3,5] input; int64[3] target = 4 0 2",
        "double[2,3,2] input; int32[2,2] target = 0 2 -7 1; double[3] weight in 0.5..2; "
        "ignore_index=-7",
        "float[2,3] input; int64[2] target = 1 0; float[3] weight in 0.5..2; reduction=none",
        "float[0,3] input; int64[0] target; reduction=sum"),
};
