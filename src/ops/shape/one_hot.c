/*
 * OneHot: a new axis of size depth that holds values[1] where it equals the index and values[0]
 * elsewhere; an index outside [-depth, depth) marks nothing.
 */
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis;
} one_hot_attrs;

static og_status one_hot_infer(og_infer *c)
{
    const one_hot_attrs *a = c->attrs;
    const og_type *indices = c->in[0];
    int64_t n = 0;
    const og_dim *depth = og_infer_content(c, 1, &n);
    const og_tensor *number = c->data ? c->data[1] : NULL;
    og_dim dims[OG_MAX_RANK + 1], size;
    int axis, k = 0;

    OG_TRY(og_infer_resolve_axis(c, indices->rank + 1, a->axis, &axis));
    OG_TRY(og_infer_need_rank(c, 2, 1));
    OG_TRY(og_infer_agree(c, "number of values", og_infer_dim(c, 2, 0), 2, NULL));
    if (depth && n == 1)
        size = depth[0];
    else if (number && number->count == 1)
        size = og_dim_int(c->dims, (int64_t)og_get_double(number, 0));
    else if (!number)
        size = og_dim_fresh(c->dims);
    else
        return og_infer_fail(c, OG_BAD_SHAPE, "depth has %lld elements, expected 1",
                             (long long)number->count);
    if (og_dim_const(c->dims, size, &n) && n < 0)
        return og_infer_fail(c, OG_BAD_VALUE, "depth is %lld, expected 0 or more", (long long)n);
    for (int i = 0; i <= indices->rank; i++)
        dims[i] = i == axis ? size : indices->dims[k++];
    return og_infer_shape(c, 0, indices->rank + 1, dims);
}

/* Each value sums up dy where it stands. */
static void one_hot_gradient(og_grad *c)
{
    const one_hot_attrs *a = c->attrs;
    og_value *dy = og_dy(c, 0);
    og_value *off = og_unsqueeze(og_scalar_like(dy, 0), OG_INTS(0)),
             *on = og_unsqueeze(og_scalar_like(dy, 1), OG_INTS(0));
    og_value *mask = OG_OP("OneHot", OG_ATTRS(OG_SET_INT("axis", a->axis)), og_x(c, 0), og_x(c, 1),
                           og_concat(0, 2, (og_value *[]){ off, on }));
    og_value *marked = og_mul(dy, mask), *rest = og_mul(dy, og_sub(og_scalar_like(dy, 1), mask));

    og_set_dx(
        c, 2,
        og_concat(
            0, 2,
            (og_value *[]){
                og_unsqueeze(og_reduce("ReduceSum", rest, (og_ints){ 0 }, false), OG_INTS(0)),
                og_unsqueeze(og_reduce("ReduceSum", marked, (og_ints){ 0 }, false), OG_INTS(0)) }));
}

/* Elements behind the new axis, its size, and indices before it. */
static void one_hot_sizes(const og_call *c, int64_t *outer, int64_t *depth, int64_t *inner)
{
    const one_hot_attrs *a = c->attrs;
    const og_tensor *y = c->out[0];
    int axis = (int)(a->axis < 0 ? a->axis + y->rank : a->axis);

    *outer = og_count(axis, y->dims);
    *depth = y->dims[axis];
    *inner = og_count(y->rank - axis - 1, y->dims + axis + 1);
}

static int64_t one_hot_step(const og_call *c, int64_t outer, int64_t depth, int64_t inner)
{
    int64_t bytes = depth * inner * og_width(c->out[0]->elem);

    return bytes == 0 ? outer + 1 : (OG_PIECE_BYTES + bytes - 1) / bytes; /* packed: one piece */
}

static og_status one_hot_prepare(og_call *c)
{
    int64_t outer, depth, inner;

    one_hot_sizes(c, &outer, &depth, &inner);
    int64_t step = one_hot_step(c, outer, depth, inner);
    c->pieces = outer ? (outer + step - 1) / step : 1;
    c->cost = (0.5 * (double)c->out[0]->count + 4 * (double)c->in[0]->count) / (double)c->pieces;
    return OG_OK;
}

static void one_hot_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *indices = c->in[0], *values = c->in[2];
    og_tensor *y = c->out[0];
    int64_t outer, depth, inner;
    bool integer = og_elem_in(indices->elem, OG_INTEGERS);

    (void)scratch;
    one_hot_sizes(c, &outer, &depth, &inner);
    int64_t step = one_hot_step(c, outer, depth, inner), first = piece * step;
    int64_t end = first + step < outer ? first + step : outer;
    og_fill_run(y->elem, y->data, first * depth * inner, values->data, 0,
                (end - first) * depth * inner);
    for (int64_t i = first * inner; i < end * inner; i++) {
        double number = integer ? 0 : og_get_double(indices, i);
        int64_t index = integer                           ? og_get_int(indices, i)
                        : number > -9e15 && number < 9e15 ? (int64_t)number
                                                          : -depth - 1;

        index += index < 0 ? depth : 0;
        if (index >= 0 && index < depth)
            og_copy_run(y->elem, y->data, (i / inner * depth + index) * inner + i % inner,
                        values->data, 1, 1);
    }
}

const og_op og_op_one_hot = {
    .name = "OneHot",
    .version = 28,
    .valid_from = 11,
    .versions = "9 11",
    .doc = "A new axis that marks the index.",
    .in = { OG_PORT("indices", OG_NUMERIC & ~OG_BIT(OG_BFLOAT16), .role = OG_ROLE_SHAPE),
            OG_PORT("depth", OG_NUMERIC & ~OG_BIT(OG_BFLOAT16), .role = OG_ROLE_SHAPE),
            OG_PORT("values", OG_ANY) },
    .out = { OG_PORT("output", OG_SAME_AS(2)) },
    .attr = { OG_INT_ATTR(one_hot_attrs, axis, -1) },
    .attr_size = sizeof(one_hot_attrs),
    .traits = OG_COPIES,
    .type_port = 2,
    .infer = one_hot_infer,
    .gradient = one_hot_gradient,
    .prepare = one_hot_prepare,
    .run = one_hot_run,
    .samples = OG_SAMPLES(
        "int64[3] indices = 0 2 -1; int64[] depth = 4; float[2] values",
        "int32[2,3] indices = 0 5 1 -9 2 2; int64[1] depth = 3; double[2] values; axis=1",
        "float[2] indices = 1 0; float[] depth = 2; int64[2] values = 5 7; axis=0",
        "int64[0] indices; int64[] depth = 3; float[2] values"),
};
