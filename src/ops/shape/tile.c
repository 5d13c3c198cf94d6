/* Tile: the tensor repeated along each axis. */
#include "ops/shape/shape.h"

static og_status tile_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    int64_t n;
    const og_dim *repeats = og_infer_content(c, 1, &n);
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_infer_need_rank(c, 1, 1));
    if (!repeats && !og_infer_length(c, 1, &n))
        n = x->rank;
    if (n != x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "%lld repeats for rank %d", (long long)n, x->rank);
    if (!repeats)
        return og_infer_fresh(c, 0, x->rank);
    OG_TRY(og_infer_not_negative(c, 1, n, repeats));
    for (int i = 0; i < x->rank; i++)
        dims[i] = og_dim_mul(c->dims, x->dims[i], repeats[i]);
    return og_infer_shape(c, 0, x->rank, dims);
}

/* Version 1 took a count and an axis as tensors. */
static void tile_upgrade(og_rewrite *c, int from)
{
    og_value *x = og_in(c, 0), *count = og_in(c, 1), *axis = og_in(c, 2);

    if (from >= 6)
        return;
    if (x && og_rank(x) < 0)
        og_rewrite_fail(c, OG_UNSUPPORTED, "Tile of version 1 needs an input of known rank");
    og_value *ones = og_fill(og_int_like(x, og_rank(x) < 0 ? 0 : og_rank(x)), OG_INT64, 1);
    og_set_in(c, 1,
              OG_OP("ScatterElements", NULL, ones,
                    og_reshape_to(og_cast(axis, OG_INT64), 1, OG_INTS(1).v),
                    og_reshape_to(og_cast(count, OG_INT64), 1, OG_INTS(1).v)));
    c->n_in = 2;
}

/* dy as [repeats0, size0, repeats1, size1 …], summed over the repeats. */
static void tile_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);
    int rank = og_rank(x);
    int64_t axes[OG_MAX_RANK];

    if (rank == 0 || rank > OG_MAX_RANK / 2) {
        og_set_dx(c, 0, rank == 0 ? og_dy(c, 0) : NULL);
        return;
    }
    for (int i = 0; i < rank; i++)
        axes[i] = 2 * i;
    og_value *pairs = og_concat(1, 2,
                                (og_value *[]){ og_unsqueeze(og_x(c, 1), OG_INTS(1)),
                                                og_unsqueeze(og_shape_of(x), OG_INTS(1)) });
    og_value *shape = og_reshape_to(pairs, 1, (const int64_t[]){ 2 * rank });
    og_set_dx(
        c, 0,
        og_reduce("ReduceSum", og_reshape(og_dy(c, 0), shape), (og_ints){ rank, axes }, false));
}

/* Each repeated axis becomes two: the repeats, which do not move in the source, and the axis
 * itself. */
static og_status tile_prepare(og_call *c)
{
    const og_tensor *x = c->in[0], *y = c->out[0];
    int64_t dims[2 * OG_MAX_RANK], to[2 * OG_MAX_RANK], from[2 * OG_MAX_RANK], in[OG_MAX_RANK],
        out[OG_MAX_RANK];
    og_moves *moves = og_moves_new(c, 1);
    int n = 0;

    if (!moves)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    og_strides(x->rank, x->dims, in);
    og_strides(y->rank, y->dims, out);
    for (int i = 0; i < x->rank; i++) {
        if (x->dims[i] && y->dims[i] != x->dims[i]) {
            dims[n] = y->dims[i] / x->dims[i];
            to[n] = out[i] * x->dims[i];
            from[n++] = 0;
        }
        if (x->dims[i] != 1) {
            dims[n] = y->count ? x->dims[i] : 0;
            to[n] = out[i];
            from[n++] = in[i];
        }
    }
    if (n > OG_MAX_RANK)
        return og_call_fail(c, OG_UNSUPPORTED, "Tile of rank %d repeats too many axes", x->rank);
    og_moves_add(c, moves, 0, 0, n, dims, to, 0, from, 0);
    return OG_OK;
}

const og_op og_op_tile = {
    .name = "Tile",
    .version = 13,
    .valid_from = 6,
    .versions = "1 6",
    .doc = "The tensor repeated along each axis.",
    .in = { OG_PORT("input", OG_ANY), OG_PORT("repeats", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .traits = OG_COPIES,
    .infer = tile_infer,
    .upgrade = tile_upgrade,
    .gradient = tile_gradient,
    .prepare = tile_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES(
        "float[2,3] input; int64[2] repeats = 3 2", "double[3,1,2] input; int64[3] repeats = 1 4 2",
        "float[2,3] input; int64[2] repeats = 0 2", "float[] input; int64[0] repeats",
        "int64[5] input; int64[1] repeats = 3"),
};
