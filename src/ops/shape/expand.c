/* Expand: broadcast to a shape; a size of 1 in the shape keeps the input's. */
#include "ops/shape/shape.h"

static og_status expand_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    int64_t n;
    const og_dim *want = og_infer_content(c, 1, &n);
    og_dim dims[OG_MAX_RANK];
    int rank;

    OG_TRY(og_infer_need_rank(c, 1, 1));
    if (!want && !og_infer_length(c, 1, &n))
        return og_infer_unknown(c, 0);
    if (n > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "a shape of rank %lld, expected at most %d", (long long)n,
                             OG_MAX_RANK);
    if (!want)
        return og_infer_fresh(c, 0, n > x->rank ? (int)n : x->rank);
    OG_TRY(og_infer_not_negative(c, 1, n, want));
    OG_TRY(og_broadcast_dims(c, x->rank, x->dims, (int)n, want, &rank, dims));
    return og_infer_shape(c, 0, rank, dims);
}

static void expand_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_sum_to_like(og_dy(c, 0), og_x(c, 0)));
}

static og_status expand_prepare(og_call *c)
{
    const og_tensor *x = c->in[0], *y = c->out[0];
    int64_t in[OG_MAX_RANK], from[OG_MAX_RANK];
    int more = y->rank - x->rank;

    og_strides(x->rank, x->dims, in);
    for (int i = 0; i < y->rank; i++)
        from[i] = i < more || x->dims[i - more] == 1 ? 0 : in[i - more];
    return og_moves_one(c, from, 0);
}

const og_op og_op_expand = {
    .name = "Expand",
    .version = 13,
    .valid_from = 8,
    .versions = "8",
    .doc = "Broadcast to a shape.",
    .in = { OG_PORT("input", OG_ANY), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .traits = OG_COPIES,
    .infer = expand_infer,
    .gradient = expand_gradient,
    .prepare = expand_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES(
        "float[3,1] input; int64[3] shape = 2 1 6", "double[] input; int64[2] shape = 2 3",
        "float[2,3] input; int64[1] shape = 1", "float[1,3] input; int64[2] shape = 0 3",
        "int64[5,1] input; int64[2] shape = 5 7"),
};
