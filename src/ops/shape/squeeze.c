/* Squeeze and Unsqueeze: axes of size 1 taken out and put in.  Axes were attributes until
 * version 13. */
#include "ops/shape/shape.h"

static og_status squeeze_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    bool gone[OG_MAX_RANK];
    int resolved[OG_MAX_RANK], rank = 0;
    og_dim dims[OG_MAX_RANK];
    int64_t n = 0;
    const int64_t *axes = NULL;
    bool given = og_infer_has(c, 1);

    if (given && !og_infer_ints(c, 1, &n, &axes))
        return og_infer_length(c, 1, &n) && n <= x->rank ? og_infer_fresh(c, 0, x->rank - (int)n)
                                                         : og_infer_unknown(c, 0);
    if (given)
        OG_TRY(og_axes_resolve(c, x->rank, n, axes, resolved, gone));
    for (int i = 0; i < x->rank; i++) {
        if (!given && !og_dim_known(x->dims[i]))
            return og_infer_unknown(c, 0); /* it may be 1 */
        if (!given)
            gone[i] = x->dims[i] == 1;
        if (gone[i] && og_dim_known(x->dims[i]) && x->dims[i] != 1)
            return og_infer_fail(c, OG_BAD_SHAPE, "axis %d has size %lld, expected 1", i,
                                 (long long)x->dims[i]);
        if (!gone[i])
            dims[rank++] = x->dims[i];
    }
    OG_TRY(og_infer_shape(c, 0, rank, dims));
    og_infer_content_same(c, 0, 0);
    return OG_OK;
}

static og_status unsqueeze_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    bool made[OG_MAX_RANK];
    int resolved[OG_MAX_RANK], k = 0;
    og_dim dims[OG_MAX_RANK];
    int64_t n = 0;
    const int64_t *axes;
    bool known = og_infer_ints(c, 1, &n, &axes);

    if (!known && !og_infer_length(c, 1, &n))
        return og_infer_unknown(c, 0);
    if (n > OG_MAX_RANK - x->rank)
        return og_infer_fail(c, OG_LIMIT, "output of rank %lld, expected at most %d",
                             (long long)(n + x->rank), OG_MAX_RANK);
    int rank = x->rank + (int)n;
    if (!known)
        return og_infer_fresh(c, 0, rank);
    OG_TRY(og_axes_resolve(c, rank, n, axes, resolved, made));
    for (int i = 0; i < rank; i++)
        dims[i] = made[i] ? 1 : x->dims[k++];
    OG_TRY(og_infer_shape(c, 0, rank, dims));
    og_infer_content_same(c, 0, 0);
    return OG_OK;
}

static void squeeze_upgrade(og_rewrite *c, int from)
{
    og_ints axes = og_old_ints(c, "axes");

    if (from >= 13 || !axes.v)
        return;
    og_set_in(c, 1, og_ints_like(og_in(c, 0), axes));
    og_drop_attr(c, "axes");
}

static void squeeze_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_reshape_like(og_dy(c, 0), og_x(c, 0)));
}

const og_op og_op_squeeze = {
    .name = "Squeeze",
    .version = 25,
    .valid_from = 13,
    .versions = "1 11 13 21 23 24",
    .doc = "Takes out axes of size 1.",
    .in = { OG_PORT("data", OG_ANY),
            OG_PORT("axes", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("squeezed", OG_SAME_AS(0)) },
    .traits = OG_ALIAS | OG_INPLACE | OG_COPIES,
    .infer = squeeze_infer,
    .upgrade = squeeze_upgrade,
    .gradient = squeeze_gradient,
    .prepare = og_moves_same,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[1,3,1,2] data", "double[1,3,1,2] data; int64[2] axes = 0 -2",
                          "float[1,0] data; int64[1] axes = 0", "float[1,1] data"),
};

const og_op og_op_unsqueeze = {
    .name = "Unsqueeze",
    .version = 25,
    .valid_from = 13,
    .versions = "1 11 13 21 23 24",
    .doc = "Puts in axes of size 1.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("axes", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("expanded", OG_SAME_AS(0)) },
    .traits = OG_ALIAS | OG_INPLACE | OG_COPIES,
    .infer = unsqueeze_infer,
    .upgrade = squeeze_upgrade,
    .gradient = squeeze_gradient,
    .prepare = og_moves_same,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[3,2] data; int64[2] axes = 0 -1",
                          "double[] data; int64[1] axes = 0", "float[0] data; int64[1] axes = 1"),
};
