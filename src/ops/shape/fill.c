/* ConstantOfShape: one number in a shape that is computed. */
#include "ops/shape/shape.h"

typedef struct {
    const og_tensor *value;
} fill_attrs;

static og_status fill_infer(og_infer *c)
{
    const fill_attrs *a = c->attrs;

    if (a->value && a->value->count != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "attribute 'value' has %lld elements, expected 1",
                             (long long)a->value->count);
    og_infer_elem(c, 0, a->value ? a->value->elem : OG_FLOAT);
    OG_TRY(og_infer_shape_from(c, 0, 0));

    const og_type *y = &c->out[0];
    if ((y->elem == OG_INT64 || y->elem == OG_INT32) && y->rank == 1 && og_dim_known(y->dims[0]) &&
        y->dims[0] <= OG_CONTENT_MAX) {
        og_dim content[OG_CONTENT_MAX];

        for (int64_t i = 0; i < y->dims[0]; i++)
            content[i] = og_dim_int(c->dims, og_get_int(a->value, 0));
        og_infer_put_content(c, 0, y->dims[0], content);
    }
    return OG_OK;
}

static og_status fill_prepare(og_call *c)
{
    int width = og_width(c->out[0]->elem);

    c->pieces = width && c->out[0]->count
                    ? (c->out[0]->count * width + OG_PIECE_BYTES - 1) / OG_PIECE_BYTES
                    : 1;
    c->cost = (double)c->out[0]->count / (double)c->pieces * (width ? 0.05 * width : 4.0);
    return OG_OK;
}

static void fill_run(const og_call *c, int64_t piece, void *scratch)
{
    static const double zero[2];
    const fill_attrs *a = c->attrs;
    int64_t count = c->out[0]->count, step = (count + c->pieces - 1) / c->pieces,
            first = piece * step;

    (void)scratch;
    og_fill_run(c->out[0]->elem, c->out[0]->data, first, a->value ? a->value->data : zero, 0,
                count - first < step ? count - first : step);
}

const og_op og_op_constant_of_shape = {
    .name = "ConstantOfShape",
    .version = 25,
    .valid_from = 9,
    .versions = "9 20 21 23 24",
    .doc = "One number in every element of a computed shape.",
    .in = { OG_PORT("input", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT(
        "output", OG_ANY & ~(OG_BIT(OG_STRING) | OG_BIT(OG_COMPLEX64) | OG_BIT(OG_COMPLEX128))) },
    .attr = { OG_LIST_ATTR(fill_attrs, value, TENSOR) },
    .attr_size = sizeof(fill_attrs),
    .traits = OG_COPIES | OG_ZERO_GRADIENT,
    .infer = fill_infer,
    .prepare = fill_prepare,
    .run = fill_run,
    .samples = OG_SAMPLES("int64[3] input = 2 3 5", "int64[0] input", "int64[2] input = 4 0"),
};
