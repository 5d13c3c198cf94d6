/* ReverseSequence: the first lens[b] entries of each batch along the time axis in reverse; its own
 * gradient. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t batch_axis, time_axis;
} reverse_attrs;

static og_status reverse_infer(og_infer *c)
{
    const reverse_attrs *a = c->attrs;

    if (og_infer_rank(c, 0) < 2)
        return og_infer_fail(c, OG_BAD_SHAPE, "input of rank %d, expected 2 or more",
                             og_infer_rank(c, 0));
    if (a->batch_axis + a->time_axis != 1 || a->batch_axis < 0 || a->time_axis < 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "batch_axis is %lld and time_axis %lld, expected 0 and 1 or 1 and 0",
                             (long long)a->batch_axis, (long long)a->time_axis);
    OG_TRY(og_infer_need_rank(c, 1, 1));
    OG_TRY(og_infer_agree(c, "batch sizes of input and sequence_lens",
                          og_infer_dim(c, 0, (int)a->batch_axis), og_infer_dim(c, 1, 0), NULL));
    return og_infer_same(c);
}

static og_status reverse_check(og_call *c)
{
    const reverse_attrs *a = c->attrs;
    int64_t size = c->in[0]->dims[a->time_axis];

    for (int64_t i = 0; i < c->in[1]->count; i++) {
        int64_t n = og_index_at(c->in[1], i);

        if (n < 0 || n > size)
            return og_call_fail(c, OG_BAD_VALUE,
                                "sequence_lens holds %lld at place %lld, expected 0 to %lld",
                                (long long)n, (long long)i, (long long)size);
    }
    return OG_OK;
}

static void reverse_gradient(og_grad *c)
{
    const reverse_attrs *a = c->attrs;

    og_set_dx(c, 0,
              OG_OP("ReverseSequence",
                    OG_ATTRS(OG_SET_INT("batch_axis", a->batch_axis),
                             OG_SET_INT("time_axis", a->time_axis)),
                    og_dy(c, 0), og_x(c, 1)));
}

static void reverse_run(const og_call *c, int64_t piece, void *scratch)
{
    const reverse_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    int64_t row = og_count(x->rank - 2, x->dims + 2), steps[2] = { x->dims[1], 1 };

    (void)piece;
    (void)scratch;
    for (int64_t b = 0; b < x->dims[a->batch_axis]; b++) {
        int64_t n = og_index_at(c->in[1], b);

        for (int64_t t = 0; t < x->dims[a->time_axis]; t++) {
            int64_t from = t < n ? n - 1 - t : t, base = b * steps[a->batch_axis];

            og_copy_run(x->elem, c->out[0]->data, (base + t * steps[a->time_axis]) * row, x->data,
                        (base + from * steps[a->time_axis]) * row, row);
        }
    }
}

const og_op og_op_reverse_sequence = {
    .name = "ReverseSequence",
    .version = 28,
    .valid_from = 10,
    .versions = "10",
    .doc = "Sequences of a batch in reverse, each up to its own length.",
    .in = { OG_PORT("input", OG_ANY),
            OG_PORT("sequence_lens", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(reverse_attrs, batch_axis, 1), OG_INT_ATTR(reverse_attrs, time_axis, 0) },
    .attr_size = sizeof(reverse_attrs),
    .traits = OG_COPIES,
    .infer = reverse_infer,
    .gradient = reverse_gradient,
    .check = reverse_check,
    .run = reverse_run,
    .samples =
        OG_SAMPLES("float[4,3] input; int64[3] sequence_lens = 4 1 3",
                   "double[2,5,2] input; int64[2] sequence_lens = 3 5; batch_axis=0; time_axis=1",
                   "float[0,2] input; int64[2] sequence_lens = 0 0"),
};
