/*
 * onnxgrad.SumTo: dy summed down to a shape that broadcasts to its own: what undoes a broadcast.
 * Axes in front that the shape lacks are summed away, axes of size 1 in it are summed to one.
 */
#include "ops/reduce/reduce.h"
#include "ops/shape/shape.h"

static og_status sum_to_infer(og_infer *c)
{
    const og_type *dy = c->in[0];
    int64_t n;
    const og_dim *want = og_infer_content(c, 1, &n);

    if (!want)
        return og_infer_length(c, 1, &n) && n <= dy->rank ? og_infer_fresh(c, 0, (int)n)
                                                          : og_infer_unknown(c, 0);
    if (n > dy->rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "the shape has %lld axes, expected at most the %d of dy", (long long)n,
                             dy->rank);
    for (int i = 0; i < n; i++) {
        const og_dim have = dy->dims[dy->rank - (int)n + i];

        if (og_dim_known(have) && og_dim_known(want[i]) && have != want[i] && want[i] != 1)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "axis %d of the shape is %lld, expected 1 or the %lld of dy", i,
                                 (long long)want[i], (long long)have);
    }
    return og_infer_shape(c, 0, (int)n, want);
}

static og_status sum_to_prepare(og_call *c)
{
    const og_tensor *dy = c->in[0], *out = c->out[0];
    const int lead = dy->rank - out->rank;
    bool reduced[OG_MAX_RANK];

    for (int i = 0; i < dy->rank; i++)
        reduced[i] = i < lead || (out->dims[i - lead] == 1 && dy->dims[i] != 1);
    return og_fold_prepare(c, OG_FOLD_SUM, OG_POST_NONE, reduced);
}

static void sum_to_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_expand_like(og_dy(c, 0), og_x(c, 0)));
}

/* Which axes are summed, where the sizes can be compared while building; false where they cannot.
 */
static bool sum_to_axes(const og_type *dy, int64_t n, const og_dim *want, int64_t *axes,
                        int64_t *n_axes)
{
    const int lead = dy->rank - (int)n;

    *n_axes = 0;
    for (int i = 0; i < dy->rank; i++) {
        const og_dim to = i < lead ? 1 : want[i - lead], have = dy->dims[i];

        if (i < lead || (to == 1 && have != 1))
            axes[(*n_axes)++] = i;
        else if (to != have &&
                 !(og_dim_known(to) && to > 1)) /* a known size above 1 can only be dy's own */
            return false;
    }
    return true;
}

/* Axes in front and axes whose sizes differ, found while running. */
static og_value *sum_to_search(og_value *dy, og_value *shape, int64_t lead)
{
    const int64_t one = 1;
    og_value *ones = lead ? og_fill(og_ints_like(dy, (og_ints){ 1, &lead }), OG_INT64, 1) : NULL;
    og_value *full = lead ? og_concat(0, 2, (og_value *[]){ ones, shape }) : shape;
    og_value *differ = og_not(og_equal(og_shape_of(dy), full));
    og_value *axes = og_reshape_to(OG_OP("NonZero", NULL, differ), 1, (const int64_t[]){ -one });

    return OG_OP("ReduceSum",
                 OG_ATTRS(OG_SET_INT("keepdims", 1), OG_SET_INT("noop_with_empty_axes", 1)), dy,
                 axes);
}

static void sum_to_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *shape = og_in(c, 1);
    const og_value *out = c->node->out[0];
    const int rank = og_rank(dy);
    int64_t axes[OG_MAX_RANK], n_axes;

    if (rank < 0 || out->type.rank < 0) {
        og_rewrite_fail(c, OG_UNSUPPORTED, "SumTo needs the ranks of its inputs");
        return;
    }
    if (!sum_to_axes(&dy->type, out->type.rank, out->type.dims, axes, &n_axes))
        dy = sum_to_search(dy, shape, rank - out->type.rank);
    else if (n_axes > 0)
        dy = og_reduce("ReduceSum", dy, (og_ints){ n_axes, axes }, true);
    og_replace(c, 0, og_reshape(dy, shape));
}

const og_op og_op_sum_to = {
    .name = "SumTo",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "A sum over the axes along which `shape` would be broadcast to dy's shape.",
    .in = { OG_PORT("dy", OG_NUMERIC), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .run_types = OG_NUMERIC,
    .infer = sum_to_infer,
    .expand = sum_to_expand,
    .gradient = sum_to_gradient,
    .prepare = sum_to_prepare,
    .run = og_fold_run,
    .finish = og_fold_finish,
    .samples = OG_SAMPLES(
        "float[3,7] dy; int64[1] shape = 7", "double[2,3,4] dy; int64[3] shape = 2 1 4",
        "float[2,3,4] dy; int64[2] shape = 3 1", "float[2,3] dy; int64[0] shape",
        "float[3,7] dy; int64[2] shape = 3 7", "float[0,3] dy; int64[1] shape = 3",
        "float[1400,60] dy; int64[1] shape = 60", "float[9,3,5000] dy; int64[3] shape = 1 3 1"),
};
