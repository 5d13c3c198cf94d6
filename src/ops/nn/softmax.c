/*
 * Softmax: y = exp(x - m) / sum(exp(x - m)) along one axis, m being the maximum along it; and its
 * logarithm.
 *
 * Gradients: dx = y (dy - sum(dy y)) and dx = dy - exp(y) sum(dy); they need y only, so a plan may
 * write y over x. Each is an operator of our own, one visit of dy and y.
 */
#include "kernels/soft.h"
#include "ops/nn/lines.h"
#include "ops/nn/nn.h"

typedef struct {
    int64_t axis;
} softmax_attrs;

static bool softmax_is_log(const og_op *op)
{
    return op->name[0] == 'L';
}

static og_status softmax_infer(og_infer *c)
{
    const softmax_attrs *a = c->attrs;

    OG_TRY(og_infer_axis(c, 0, a->axis));
    return og_infer_same(c);
}

static void softmax_expand(og_rewrite *c)
{
    const softmax_attrs *a = c->attrs;
    og_value *x = og_in(c, 0);
    og_value *max = OG_OP("ReduceMax", NULL, x, og_ints_like(x, OG_INTS(a->axis)));
    og_value *shifted = og_sub(x, max), *e = og_exp(shifted), *sum = og_sum_along(e, a->axis);

    og_replace(c, 0, softmax_is_log(c->op) ? og_sub(shifted, og_log(sum)) : og_div(e, sum));
}

static void softmax_gradient(og_grad *c)
{
    const softmax_attrs *a = c->attrs;

    og_set_dx(
        c, 0,
        OG_OP(softmax_is_log(c->node->op) ? "onnxgrad::LogSoftmaxGrad" : "onnxgrad::SoftmaxGrad",
              OG_ATTRS(OG_SET_INT("axis", a->axis)), og_dy(c, 0), og_y(c, 0)));
}

static og_status softmax_prepare(og_call *c)
{
    const softmax_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    og_lines *lines = og_call_alloc(c, sizeof *lines);

    if (!lines)
        return OG_NO_MEMORY;
    og_lines_along(c, lines, x, (int)(a->axis < 0 ? a->axis + x->rank : a->axis), 0.8);
    return OG_OK;
}

static void softmax_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_lines *lines = c->work;
    const og_soft_loops *loops = og_soft(c->in[0]->elem);
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const bool log = softmax_is_log(c->op);
    og_strip s;

    (void)scratch;
    for (int64_t i = 0; og_lines_strip(lines, piece, i, &s); i++) {
        const char *x = (const char *)c->in[0]->data + (size_t)s.first * size;
        char *y = (char *)c->out[0]->data + (size_t)s.first * size;

        if (s.step == 1)
            loops->softmax_lines(log, x, y, s.count, lines->n);
        else
            loops->softmax_columns(log, x, y, lines->n, s.step, s.count);
    }
}

static void softmax_grad_expand(og_rewrite *c)
{
    const softmax_attrs *a = c->attrs;
    og_value *dy = og_in(c, 0), *y = og_in(c, 1);

    if (softmax_is_log(c->op))
        og_replace(c, 0, og_sub(dy, og_mul(og_exp(y), og_sum_along(dy, a->axis))));
    else
        og_replace(c, 0, og_mul(y, og_sub(dy, og_sum_along(og_mul(dy, y), a->axis))));
}

static void softmax_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_lines *lines = c->work;
    const og_soft_loops *loops = og_soft(c->in[0]->elem);
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const bool log = softmax_is_log(c->op);
    og_strip s;

    (void)scratch;
    for (int64_t i = 0; og_lines_strip(lines, piece, i, &s); i++) {
        const size_t at = (size_t)s.first * size;
        const char *dy = (const char *)c->in[0]->data + at, *y = (const char *)c->in[1]->data + at;
        char *dx = (char *)c->out[0]->data + at;

        if (s.step == 1)
            loops->gradient_lines(log, dy, y, dx, s.count, lines->n);
        else
            loops->gradient_columns(log, dy, y, dx, lines->n, s.step, s.count);
    }
}

const og_op og_op_softmax = {
    .name = "Softmax",
    .version = 13,
    .versions = "1 11",
    .doc = "Exponentials along one axis, scaled to sum to 1.",
    .in = { OG_PORT("input", OG_FLOATS) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(softmax_attrs, axis, -1) },
    .attr_size = sizeof(softmax_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = softmax_infer,
    .upgrade = og_nn_upgrade_axis,
    .expand = softmax_expand,
    .gradient = softmax_gradient,
    .prepare = softmax_prepare,
    .run = softmax_run,
    .samples = OG_SAMPLES("float[2,7] input", "double[3,1,4] input; axis=1", "float[0,5] input",
                          "float[3,5,70] input; axis=1", "float[130,3] input; axis=-2",
                          "double[2,3,2,2] input; axis=0", "float[5] input in 80..100"),
};

const og_op og_op_log_softmax = {
    .name = "LogSoftmax",
    .builder = "log_softmax",
    .version = 13,
    .versions = "1 11",
    .doc = "The logarithm of Softmax.",
    .in = { OG_PORT("input", OG_FLOATS) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(softmax_attrs, axis, -1) },
    .attr_size = sizeof(softmax_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = softmax_infer,
    .upgrade = og_nn_upgrade_axis,
    .expand = softmax_expand,
    .gradient = softmax_gradient,
    .prepare = softmax_prepare,
    .run = softmax_run,
    .samples = OG_SAMPLES("float[2,7] input", "double[3,1,4] input; axis=1", "float[0,5] input",
                          "float[3,5,70] input; axis=1", "float[130,3] input; axis=-2",
                          "float[5] input in 80..100"),
};

const og_op og_op_softmax_grad = {
    .name = "SoftmaxGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of Softmax from that of its result: y (dy - sum(dy y)).",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("y", OG_SAME_AS(0)) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(softmax_attrs, axis, -1) },
    .attr_size = sizeof(softmax_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = softmax_infer,
    .expand = softmax_grad_expand,
    .prepare = softmax_prepare,
    .run = softmax_grad_run,
    .samples =
        OG_SAMPLES("float[2,7] dy; float[2,7] y", "double[3,2,4] dy; double[3,2,4] y; axis=1",
                   "float[0,5] dy; float[0,5] y", "float[3,70] dy; float[3,70] y; axis=0"),
};

const og_op og_op_log_softmax_grad = {
    .name = "LogSoftmaxGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of LogSoftmax from that of its result: dy - exp(y) sum(dy).",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("y", OG_SAME_AS(0)) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(softmax_attrs, axis, -1) },
    .attr_size = sizeof(softmax_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = softmax_infer,
    .expand = softmax_grad_expand,
    .prepare = softmax_prepare,
    .run = softmax_grad_run,
    .samples =
        OG_SAMPLES("float[2,7] dy; float[2,7] y", "double[3,2,4] dy; double[3,2,4] y; axis=1",
                   "float[0,5] dy; float[0,5] y", "float[3,70] dy; float[3,70] y; axis=0"),
};
