/* Flatten: a matrix of the sizes before `axis` by those from it on. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis;
} flatten_attrs;

static og_status flatten_infer(og_infer *c)
{
    const flatten_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    int64_t axis = a->axis < 0 ? a->axis + x->rank : a->axis;

    if (axis < 0 || axis > x->rank) /* the rank itself is allowed: all sizes before it */
        return og_infer_fail(c, OG_BAD_SHAPE, "axis is %lld, expected %d to %d", (long long)a->axis,
                             -x->rank, x->rank);
    const og_dim dims[] = { og_dim_product(c, (int)axis, x->dims),
                            og_dim_product(c, x->rank - (int)axis, x->dims + axis) };
    return og_infer_shape(c, 0, 2, dims);
}

static void flatten_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_reshape_like(og_dy(c, 0), og_x(c, 0)));
}

/* Negative axes came with version 11. */
static int flatten_valid_from(const og_node *node)
{
    const flatten_attrs *a = node->attrs;

    return a->axis < 0 ? 11 : 9;
}

const og_op og_op_flatten = {
    .name = "Flatten",
    .version = 25,
    .valid_from_node = flatten_valid_from,
    .versions = "1 9 11 13 21 23 24",
    .doc = "A matrix: sizes before an axis by those from it on.",
    .in = { OG_PORT("input", OG_ANY) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(flatten_attrs, axis, 1) },
    .attr_size = sizeof(flatten_attrs),
    .traits = OG_ALIAS | OG_INPLACE | OG_COPIES,
    .infer = flatten_infer,
    .gradient = flatten_gradient,
    .prepare = og_moves_same,
    .run = og_moves_run,
    .samples =
        OG_SAMPLES("float[2,3,5] input", "double[2,3,5] input; axis=-1", "float[] input; axis=0",
                   "float[3,0,2] input", "int64[4,2] input; axis=2"),
};
