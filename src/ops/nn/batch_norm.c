/*
 * BatchNormalization, and onnxgrad.BatchNormTrain: the same in training, with the batch's mean and
 * inverse deviation as further outputs, which the gradient needs.
 *
 * The variance is that of the population, in the running one too (PyTorch's running variance is
 * that of a sample). A piece takes some channels through all images: their sums, then their
 * results.
 */
#include "kernels/norm.h"
#include "ops/nn/batch_norm.h"

og_status og_bn_prepare(og_call *c, const og_tensor *x, double cost)
{
    og_bn_plan *p = og_call_alloc(c, sizeof *p);
    int64_t each;

    if (!p)
        return OG_NO_MEMORY;
    p->images = x->dims[0];
    p->channels = x->dims[1];
    p->size = og_count(x->rank - 2, x->dims + 2);
    each = p->images * p->size;
    p->group = 32768 / (each + 1) + 1;
    if (p->size == 1 && p->group < 16)
        p->group = 16; /* channels side by side share cache lines */
    c->pieces = (p->channels + p->group - 1) / p->group;
    c->cost = cost * (double)p->group * (double)each;
    return OG_OK;
}

void og_bn_channels(const og_bn_plan *p, int64_t piece, int64_t *first, int64_t *end)
{
    *first = piece * p->group;
    *end = *first + p->group < p->channels ? *first + p->group : p->channels;
}

/* Training changes the statistics; while it is off they are inputs only. */
static bool bn_set_training(og_rewrite *c, bool training)
{
    const og_attr attr = OG_SET_INT("training_mode", training);

    if ((og_old_int(c, "training_mode", 0) != 0) == training)
        return false;
    og_drop_attr(c, "training_mode");
    og_set_attr(c, attr);
    return true;
}

static og_status bn_prepare(og_call *c)
{
    return og_bn_prepare(c, c->in[0], ((const og_bn_attrs *)c->attrs)->training_mode ? 0.6 : 0.3);
}

/* Mean and variance of one channel; sums are taken from its first element on. */
static void bn_statistics(const og_call *c, int64_t channel, double *mean, double *var)
{
    const og_bn_plan *p = c->work;
    const og_tensor *x = c->in[0];
    const size_t size = (size_t)og_elem_bits(x->elem) / 8;
    const double m = (double)p->images * (double)p->size;
    double sums[2] = { 0, 0 }, shift = m > 0 ? og_get_double(x, channel * p->size) : 0;

    for (int64_t i = 0; i < p->images; i++)
        og_norm(x->elem)->moments((const char *)x->data +
                                      (size_t)((i * p->channels + channel) * p->size) * size,
                                  p->size, shift, sums);
    *mean = shift + sums[0] / m;
    *var = (sums[1] - sums[0] * (sums[0] / m)) / m;
    *var = *var < 0 ? 0 : *var;
}

static void bn_output(const og_call *c, int k, int64_t i, double number)
{
    if (k < c->n_out && c->out[k])
        og_set_double(c->out[k], i, number);
}

static void bn_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_bn_attrs *a = c->attrs;
    const og_bn_plan *p = c->work;
    const og_tensor *x = c->in[0];
    const size_t size = (size_t)og_elem_bits(x->elem) / 8;
    const double keep = a->training_mode ? (double)a->momentum : 1;
    int64_t first, end;

    (void)scratch;
    og_bn_channels(p, piece, &first, &end);
    for (int64_t ch = first; ch < end; ch++) {
        const double old_mean = og_get_double(c->in[3], ch), old_var = og_get_double(c->in[4], ch);
        double mean = old_mean, var = old_var, inv;

        if (a->training_mode)
            bn_statistics(c, ch, &mean, &var);
        bn_output(c, 1, ch, old_mean * keep + mean * (1 - keep));
        bn_output(c, 2, ch, old_var * keep + var * (1 - keep));
        inv = 1 / sqrt(var + (double)a->epsilon);
        bn_output(c, 3, ch, mean);
        bn_output(c, 4, ch, inv);
        for (int64_t i = 0; i < p->images && c->out[0]; i++) {
            const size_t at = (size_t)((i * p->channels + ch) * p->size) * size;

            og_norm(x->elem)->affine((const char *)x->data + at, p->size, mean,
                                     inv * og_get_double(c->in[1], ch), og_get_double(c->in[2], ch),
                                     (char *)c->out[0]->data + at);
        }
    }
}

/* Version 15 lets the three types differ; before, in 14 the first two are one, until 9 all. */
static int bn_valid_from(const og_node *node)
{
    const og_elem x = node->in[0]->type.elem, scale = node->in[1]->type.elem;
    const og_attr *training = node->raw;

    while (training->name && strcmp(training->name, "training_mode") != 0)
        training++;
    if (scale != x || node->in[3]->type.elem != x)
        return 15;
    if (x == OG_BFLOAT16 || (training->name && training->u.i))
        return 14;
    return 9;
}

const og_op og_op_batch_normalization = {
    .name = "BatchNormalization",
    .version = 15,
    .valid_from = 9,
    .valid_from_node = bn_valid_from,
    .versions = "1 6 7 9 14",
    .doc = "Channels with mean 0 and variance 1 over the batch, scaled and shifted.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("scale", OG_FLOATS, .role = OG_ROLE_SCALE),
            OG_PORT("B", OG_SAME_AS(1), .role = OG_ROLE_BIAS),
            OG_PORT("input_mean", OG_FLOATS, .role = OG_ROLE_STATISTIC),
            OG_PORT("input_var", OG_SAME_AS(3), .role = OG_ROLE_STATISTIC) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)), OG_PORT("running_mean", OG_SAME_AS(3), .optional = true),
             OG_PORT("running_var", OG_SAME_AS(3), .optional = true) },
    .attr = { OG_FLOAT_ATTR(og_bn_attrs, epsilon, 1e-5f),
              OG_FLOAT_ATTR(og_bn_attrs, momentum, 0.9f),
              OG_INT_ATTR(og_bn_attrs, training_mode, 0) },
    .attr_size = sizeof(og_bn_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .updates = { 0, 3, 4 },
    .set_training = bn_set_training,
    .infer = og_bn_infer,
    .upgrade = og_bn_upgrade,
    .expand = og_bn_expand,
    .gradient = og_bn_gradient,
    .prepare = bn_prepare,
    .run = bn_run,
    .samples = OG_SAMPLES("float[2,3,4,5] X; float[3] scale; float[3] B; float[3] input_mean; "
                          "float[3] input_var in 0.5..2",
                          "double[3,2,5] X; double[2] scale; double[2] B; double[2] input_mean; "
                          "double[2] input_var in 0.5..2; "
                          "epsilon=0.1",
                          "double[3,2,5] X; double[2] scale; double[2] B; double[2] input_mean; "
                          "double[2] input_var in 0.5..2; "
                          "training_mode=1; momentum=0.7",
                          "float[7,3] X; float[3] scale; float[3] B; float[3] input_mean; float[3] "
                          "input_var in 0.5..2; "
                          "training_mode=1",
                          "float[0,3,2] X; float[3] scale; float[3] B; float[3] input_mean; "
                          "float[3] input_var in 0.5..2"),
};

const og_op og_op_batch_norm_train = {
    .name = "BatchNormTrain",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "BatchNormalization in training, with the batch's mean and inverse deviation.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("scale", OG_FLOATS, .role = OG_ROLE_SCALE),
            OG_PORT("B", OG_SAME_AS(1), .role = OG_ROLE_BIAS),
            OG_PORT("input_mean", OG_FLOATS, .role = OG_ROLE_STATISTIC),
            OG_PORT("input_var", OG_SAME_AS(3), .role = OG_ROLE_STATISTIC) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)), OG_PORT("running_mean", OG_SAME_AS(3), .optional = true),
             OG_PORT("running_var", OG_SAME_AS(3), .optional = true),
             OG_PORT("batch_mean", OG_SAME_AS(0), .optional = true),
             OG_PORT("batch_inv", OG_SAME_AS(0), .optional = true) },
    .attr = { OG_FLOAT_ATTR(og_bn_attrs, epsilon, 1e-5f),
              OG_FLOAT_ATTR(og_bn_attrs, momentum, 0.9f),
              OG_INT_ATTR(og_bn_attrs, training_mode, 1) },
    .attr_size = sizeof(og_bn_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .updates = { 0, 3, 4 },
    .infer = og_bn_infer,
    .expand = og_bn_expand,
    .gradient = og_bn_gradient,
    .prepare = bn_prepare,
    .run = bn_run,
    .samples = OG_SAMPLES("float[2,3,4,5] X; float[3] scale; float[3] B; float[3] input_mean; "
                          "float[3] input_var in 0.5..2",
                          "double[4,2] X; double[2] scale; double[2] B; double[2] input_mean; "
                          "double[2] input_var in 0.5..2; "
                          "epsilon=0.1"),
};
