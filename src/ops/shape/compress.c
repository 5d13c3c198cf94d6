/* Compress: the entries of an axis (or of the flattened tensor) whose condition is true. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis;
} compress_attrs;

static int64_t compress_count(const og_tensor *condition)
{
    int64_t n = 0;

    for (int64_t i = 0; i < condition->count; i++)
        n += ((const uint8_t *)condition->data)[i] != 0;
    return n;
}

static og_status compress_infer(og_infer *c)
{
    const compress_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    const og_tensor *condition = c->data ? c->data[1] : NULL;
    og_dim dims[OG_MAX_RANK], n = condition ? compress_count(condition) : og_dim_fresh(c->dims);
    int axis;

    OG_TRY(og_infer_need_rank(c, 1, 1));
    if (a->axis == OG_ABSENT)
        return og_infer_shape(c, 0, 1, &n);
    OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
    for (int i = 0; i < x->rank; i++)
        dims[i] = i == axis ? n : x->dims[i];
    return og_infer_shape(c, 0, x->rank, dims);
}

/* Places behind the data may only be left out. */
static og_status compress_check(og_call *c)
{
    const compress_attrs *a = c->attrs;
    const og_tensor *x = c->in[0], *condition = c->in[1];
    int64_t size =
        a->axis == OG_ABSENT ? x->count : x->dims[a->axis < 0 ? a->axis + x->rank : a->axis];

    for (int64_t i = size; i < condition->count; i++)
        if (((const uint8_t *)condition->data)[i])
            return og_call_fail(c, OG_BAD_VALUE,
                                "condition is true at place %lld, expected places below %lld",
                                (long long)i, (long long)size);
    return OG_OK;
}

static void compress_gradient(og_grad *c)
{
    const compress_attrs *a = c->attrs;
    const og_attr attrs[] = {
        { .name = a->axis == OG_ABSENT ? NULL : "axis", .kind = OG_ATTR_INT, .u.i = a->axis },
        { .name = NULL }
    };
    og_value *x = og_x(c, 0);

    og_set_dx(
        c, 0,
        og_sum_at_places(og_dy(c, 0), OG_OP("Compress", attrs, og_places_like(x), og_x(c, 1)), x));
}

static void compress_run(const og_call *c, int64_t piece, void *scratch)
{
    const compress_attrs *a = c->attrs;
    const og_tensor *x = c->in[0], *condition = c->in[1];
    int axis = a->axis == OG_ABSENT ? 0 : (int)(a->axis < 0 ? a->axis + x->rank : a->axis);
    int64_t outer = a->axis == OG_ABSENT ? 1 : og_count(axis, x->dims);
    int64_t size = a->axis == OG_ABSENT ? x->count : x->dims[axis];
    int64_t row = a->axis == OG_ABSENT ? 1 : og_count(x->rank - axis - 1, x->dims + axis + 1),
            at = 0;

    (void)piece;
    (void)scratch;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < size && i < condition->count; i++)
            if (((const uint8_t *)condition->data)[i])
                og_copy_run(x->elem, c->out[0]->data, at++ * row, x->data, (o * size + i) * row,
                            row);
}

const og_op og_op_compress = {
    .name = "Compress",
    .version = 28,
    .valid_from = 11,
    .versions = "9 11",
    .doc = "The entries whose condition is true.",
    .in = { OG_PORT("input", OG_ANY),
            OG_PORT("condition", OG_BIT(OG_BOOL), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(compress_attrs, axis, OG_ABSENT) },
    .attr_size = sizeof(compress_attrs),
    .traits = OG_COPIES,
    .infer = compress_infer,
    .gradient = compress_gradient,
    .check = compress_check,
    .run = compress_run,
    .samples = OG_SAMPLES("float[3,2] input; bool[3] condition = 0 1 1; axis=0",
                          "double[3,4] input; bool[3] condition = 1 0 1; axis=-1",
                          "float[2,3] input; bool[5] "
                          "condition = 1 0 0 1 1",
                          "float[3] input; bool[3] condition = 0 0 0"),
};
