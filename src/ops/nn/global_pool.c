/*
 * GlobalAveragePool and GlobalMaxPool: means and maxima over all spatial axes.
 *
 * The gradient of the maximum goes to the first one, as that of MaxPool does (ReduceMax would share
 * it among equals).
 */
#include "ops/nn/nn.h"

og_status og_nn_global_infer(og_infer *c)
{
    const int rank = og_infer_rank(c, 0);
    og_dim *dims = og_infer_dims(c, rank);

    if (rank < 2)
        return og_infer_fail(c, OG_BAD_SHAPE, "input X has rank %d, expected at least 2", rank);
    for (int i = 0; i < rank; i++)
        dims[i] = i < 2 ? og_infer_dim(c, 0, i) : 1;
    return og_infer_shape(c, 0, rank, dims);
}

og_value *og_nn_global(const char *reduction, og_value *x)
{
    int64_t axes[OG_MAX_RANK], n = 0;

    for (int i = 2; i < og_rank(x); i++)
        axes[n++] = i;
    return OG_OP(reduction, OG_ATTRS(OG_SET_INT("noop_with_empty_axes", 1)), x,
                 og_ints_like(x, (og_ints){ n, axes }));
}

static int global_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 22);
}

static void global_average_expand(og_rewrite *c)
{
    og_replace(c, 0, og_nn_global("ReduceMean", og_in(c, 0)));
}

static void global_max_expand(og_rewrite *c)
{
    og_replace(c, 0, og_nn_global("ReduceMax", og_in(c, 0)));
}

static void global_max_gradient(og_grad *c)
{
    const int64_t rows[3] = { 0, 0, -1 };
    og_value *x = og_x(c, 0), *lines, *first, *dy;

    if (og_rank(x) < 3) {
        og_set_dx(c, 0, og_dy(c, 0));
        return;
    }
    lines = og_reshape_to(x, 3, rows);
    first = OG_OP("ArgMax", OG_ATTRS(OG_SET_INT("axis", 2)), lines);
    dy = og_reshape_to(og_dy(c, 0), 3, rows);
    og_set_dx(c, 0,
              og_reshape_like(OG_OP("ScatterElements", OG_ATTRS(OG_SET_INT("axis", 2)),
                                    og_zeros_like(lines), first, dy),
                              x));
}

const og_op og_op_global_average_pool = {
    .name = "GlobalAveragePool",
    .builder = "global_average_pool",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = global_valid_from,
    .versions = "1",
    .doc = "The mean over all spatial axes.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .infer = og_nn_global_infer,
    .expand = global_average_expand,
    .samples = OG_SAMPLES("float[2,3,4,5] X", "double[1,2,7] X", "float[3,2] X"),
};

const og_op og_op_global_max_pool = {
    .name = "GlobalMaxPool",
    .builder = "global_max_pool",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = global_valid_from,
    .versions = "1",
    .doc = "The maximum over all spatial axes.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .infer = og_nn_global_infer,
    .expand = global_max_expand,
    .gradient = global_max_gradient,
    .samples = OG_SAMPLES("float[2,3,4,5] X", "double[1,2,7] X", "float[3,2] X"),
};
