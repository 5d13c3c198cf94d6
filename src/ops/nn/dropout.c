/*
 * Dropout: while training, each element is kept with probability 1 - ratio and scaled by 1 / (1 -
 * ratio).
 *
 * With a `seed` the numbers are numpy's legacy stream (MT19937), as ONNX's own cases have them, and
 * come one after the other; without one they are the session's (Philox), and any piece computes its
 * own.
 */
#include "ops/nn/nn.h"

typedef struct {
    int64_t seed;
} dropout_attrs;

enum { DROPOUT_PIECE = 16384, DROPOUT_BLOCK = 4 }; /* numbers of a Philox block */

static og_status dropout_infer(og_infer *c)
{
    for (int i = 1; i < 3; i++)
        if (og_infer_has(c, i) && og_infer_rank(c, i) > 0 &&
            !(og_infer_rank(c, i) == 1 && og_infer_dim(c, i, 0) <= 1))
            return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected a scalar",
                                 c->op->in[i].name, og_infer_rank(c, i));
    return og_infer_same(c);
}

/* Until version 10 ratio was an attribute and training another operator's business (until 6 an
 * attribute again, as is_test); until 7 the mask had the type of the data. */
static void dropout_upgrade(og_rewrite *c, int from)
{
    const bool training = from < 7 && !og_old_int(c, "is_test", 0);
    og_value *x = og_in(c, 0), *out[2] = { NULL }, *in[3];

    if (from >= 12)
        return;
    in[0] = x;
    in[1] = og_scalar_like(x, (double)og_old_float(c, "ratio", 0.5f));
    in[2] = x ? og_scalar(c->g, OG_BOOL, training) : NULL;
    og_ops_on("Dropout", NULL, 3, in, c->n_out > 1 ? 2 : 1, out);
    og_replace(c, 0, out[0]);
    if (c->n_out > 1)
        og_replace(c, 1, from < 10 ? og_cast_like(out[1], x) : out[1]);
}

static bool dropout_set_training(og_rewrite *c, bool training)
{
    og_set_in(c, 2, og_scalar(c->g, OG_BOOL, training));
    return true;
}

/* dx = dy mask scale; the scale is 1 while not training. */
static void dropout_gradient(og_grad *c)
{
    og_value *dy = og_dy(c, 0), *ratio = og_x(c, 1), *training = og_x(c, 2), *one, *scale;

    if (!training) {
        og_set_dx(c, 0, dy);
        return;
    }
    one = og_scalar_like(dy, 1);
    ratio = ratio ? og_cast_like(ratio, dy) : og_scalar_like(dy, 0.5);
    scale = og_where(training, og_div(one, og_sub(one, ratio)), one);
    og_set_dx(c, 0, og_mul(og_mul(dy, og_cast_like(og_y(c, 1), dy)), scale));
}

static bool dropout_trains(const og_call *c)
{
    return c->n_in > 2 && c->in[2] && ((const bool *)c->in[2]->data)[0];
}

static double dropout_ratio(const og_call *c)
{
    return c->n_in > 1 && c->in[1] ? og_get_double(c->in[1], 0) : 0.5;
}

static og_status dropout_check(og_call *c)
{
    const double ratio = dropout_ratio(c);

    if (dropout_trains(c) && !(ratio >= 0 && ratio < 1))
        return og_call_fail(c, OG_BAD_VALUE, "ratio is %g, expected at least 0 and less than 1",
                            ratio);
    return OG_OK;
}

static og_status dropout_prepare(og_call *c)
{
    const dropout_attrs *a = c->attrs;

    c->pieces = (c->in[0]->count + DROPOUT_PIECE - 1) / DROPOUT_PIECE;
    if (a->seed != OG_ABSENT && c->pieces > 1)
        c->pieces = 1;
    c->cost = 3.0 * (double)(c->pieces > 1 ? DROPOUT_PIECE : c->in[0]->count);
    return OG_OK;
}

/* Elements first .. end, `keep` telling for the first which stay; NULL: all do. */
static void dropout_apply(const og_call *c, int64_t first, int64_t end, const bool *keep,
                          double scale)
{
    const og_tensor *x = c->in[0];
    bool *mask = c->n_out > 1 && c->out[1] ? c->out[1]->data : NULL;

    for (int64_t i = first; i < end && mask; i++)
        mask[i] = !keep || keep[i - first];
    if (!c->out[0])
        return;
    if (x->elem == OG_FLOAT) {
        const float *from = x->data, factor = (float)scale;
        float *to = c->out[0]->data;

        for (int64_t i = first; i < end; i++)
            to[i] = from[i] * (!keep || keep[i - first] ? factor : 0.0f);
    } else {
        const double *from = x->data;
        double *to = c->out[0]->data;

        for (int64_t i = first; i < end; i++)
            to[i] = from[i] * (!keep || keep[i - first] ? scale : 0.0);
    }
}

static void dropout_run(const og_call *c, int64_t piece, void *scratch)
{
    const dropout_attrs *a = c->attrs;
    const double ratio = dropout_trains(c) ? dropout_ratio(c) : 0;
    const int64_t count = c->in[0]->count, first = piece * DROPOUT_PIECE;
    const int64_t end =
        c->pieces == 1 || first + DROPOUT_PIECE > count ? count : first + DROPOUT_PIECE;
    og_mt19937 mt;
    bool keep[256];

    (void)scratch;
    if (ratio == 0) {
        dropout_apply(c, first, end, NULL, 1);
        return;
    }
    if (a->seed != OG_ABSENT)
        og_mt_seed(&mt, (uint32_t)a->seed);
    for (int64_t from = first; from < end; from += (int64_t)sizeof keep) {
        const int64_t n = end - from < (int64_t)sizeof keep ? end - from : (int64_t)sizeof keep;

        for (int64_t i = 0; i < n; i += DROPOUT_BLOCK) {
            uint32_t words[DROPOUT_BLOCK];

            if (a->seed == OG_ABSENT)
                og_philox_block(c->seed, c->stream + c->run, (uint64_t)((from + i) / DROPOUT_BLOCK),
                                words);
            for (int64_t k = 0; k < DROPOUT_BLOCK && i + k < n; k++)
                keep[i + k] =
                    (a->seed == OG_ABSENT ? words[k] * 0x1p-32 : og_mt_double(&mt)) >= ratio;
        }
        dropout_apply(c, from, from + n, keep, 1 / (1 - ratio));
    }
}

static int dropout_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 12, 12, 13);
}

const og_op og_op_dropout = {
    .name = "Dropout",
    .version = 22,
    .valid_from = 12,
    .valid_from_node = dropout_valid_from,
    .versions = "1 6 7 10 12 13",
    .doc = "Drops elements at random while training, and scales the others.",
    .in = { OG_PORT("data", OG_FLOATS | OG_FLOAT8S),
            OG_PORT("ratio", OG_FLOATS | OG_FLOAT8S, .optional = true, .role = OG_ROLE_SHAPE),
            OG_PORT("training_mode", OG_BIT(OG_BOOL), .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)), OG_PORT("mask", OG_BIT(OG_BOOL), .optional = true) },
    .attr = { OG_INT_ATTR(dropout_attrs, seed, OG_ABSENT) },
    .attr_size = sizeof(dropout_attrs),
    .traits = OG_RANDOM | OG_INPLACE,
    .run_types = OG_NN_REAL,
    .set_training = dropout_set_training,
    .infer = dropout_infer,
    .upgrade = dropout_upgrade,
    .gradient = dropout_gradient,
    .check = dropout_check,
    .prepare = dropout_prepare,
    .run = dropout_run,
    .samples =
        OG_SAMPLES("float[3,5] data",
                   "double[2,3] data; double[] ratio = 0.4; bool[] training_mode = 1; seed=3",
                   "float[20000] data; float[] ratio = 0.25; bool[] training_mode = 1; seed=7",
                   "float[3,4] data; float[1] ratio = 0; bool[] training_mode = 1",
                   "double[0,3] data; double[] ratio = 0.5; "
                   "bool[] training_mode = 1"),
};
