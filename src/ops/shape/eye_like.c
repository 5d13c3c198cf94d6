/* EyeLike: ones on a diagonal in the shape of a matrix. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t dtype, k;
} eye_attrs;

#define EYE_TYPES (OG_NUMERIC | OG_BIT(OG_BOOL))

static og_status eye_infer(og_infer *c)
{
    const eye_attrs *a = c->attrs;
    og_elem elem = a->dtype == OG_ABSENT ? c->in[0]->elem : (og_elem)a->dtype;

    if (a->dtype != OG_ABSENT &&
        (a->dtype < 1 || a->dtype >= OG_ELEM_COUNT || !og_elem_in(elem, EYE_TYPES)))
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "dtype is %lld, expected a number of a numeric type",
                             (long long)a->dtype);
    OG_TRY(og_infer_need_rank(c, 0, 2));
    og_infer_elem(c, 0, elem);
    return og_infer_same(c);
}

static void eye_run(const og_call *c, int64_t piece, void *scratch)
{
    const eye_attrs *a = c->attrs;
    og_tensor *y = c->out[0];

    (void)piece;
    (void)scratch;
    memset(y->data, 0, og_tensor_bytes(y));
    for (int64_t i = 0; i < y->dims[0]; i++)
        if (a->k < y->dims[1] && i + a->k >= 0 && i + a->k < y->dims[1])
            og_set_double(y, i * y->dims[1] + i + a->k, 1);
}

const og_op og_op_eye_like = {
    .name = "EyeLike",
    .version = 22,
    .valid_from = 9,
    .versions = "9",
    .doc = "Ones on a diagonal, in the shape of a matrix.",
    .in = { OG_PORT("input", EYE_TYPES) },
    .out = { OG_PORT("output", EYE_TYPES) },
    .attr = { OG_INT_ATTR(eye_attrs, dtype, OG_ABSENT), OG_INT_ATTR(eye_attrs, k, 0) },
    .attr_size = sizeof(eye_attrs),
    .traits = OG_COPIES | OG_SHAPE_ONLY | OG_ZERO_GRADIENT,
    .infer = eye_infer,
    .run = eye_run,
    .samples =
        OG_SAMPLES("float[3,4] input; k=1", "int32[4,3] input; dtype=11; k=-2", "float[0,3] input"),
};
