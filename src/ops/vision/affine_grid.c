/*
 * AffineGrid: the places that an affine map theta moves those of a regular grid to; for GridSample.
 *
 * It has no kernel: its expansion is one small product.  Coordinates are computed as
 * (2 i + 1 - n) / n and (2 i - (n - 1)) / (n - 1), which is exactly 0 in the middle.
 */
#include "ops/shape/shape.h"

typedef struct {
    int64_t align_corners;
} affine_attrs;

static og_status affine_infer(og_infer *c)
{
    og_dim dims[5], axes;
    int64_t n = 0;

    OG_TRY(og_infer_need_rank(c, 0, 3));
    OG_TRY(og_infer_need_rank(c, 1, 1));
    axes = og_infer_dim(c, 0, 1);
    if (!og_dim_known(axes) && og_dim_known(og_infer_dim(c, 0, 2)))
        axes = og_infer_dim(c, 0, 2) - 1;
    if (!og_dim_known(axes))
        return og_infer_unknown(c, 0);
    if (axes != 2 && axes != 3)
        return og_infer_fail(c, OG_BAD_SHAPE, "theta has %lld rows, expected 2 or 3",
                             (long long)axes);
    OG_TRY(og_infer_agree(c, "theta's columns", axes + 1, og_infer_dim(c, 0, 2), NULL));
    const og_dim *size = og_infer_content(c, 1, &n);
    if (size && n != axes + 2)
        return og_infer_fail(c, OG_BAD_SHAPE, "size has %lld numbers, expected %lld", (long long)n,
                             (long long)axes + 2);
    if (size)
        OG_TRY(og_infer_not_negative(c, 1, n, size));
    OG_TRY(og_infer_agree(c, "the batch", og_infer_dim(c, 0, 0),
                          size ? size[0] : og_infer_dim(c, 0, 0), &dims[0]));
    for (int i = 0; i < axes; i++)
        dims[1 + i] = size ? size[2 + i] : og_dim_fresh(c->dims);
    dims[1 + axes] = axes;
    return og_infer_shape(c, 0, (int)axes + 2, dims);
}

/* Coordinates along one axis of `n` places: [n]. */
static og_value *affine_line(og_value *theta, og_value *n, bool corners)
{
    og_value *zero = og_int_like(n, 0), *one = og_int_like(n, 1);
    og_value *scalar = og_squeeze(n, OG_INTS(0));
    og_value *i =
        OG_OP("Range", NULL, og_squeeze(zero, OG_INTS(0)), scalar, og_squeeze(one, OG_INTS(0)));
    og_value *last = og_sub(scalar, og_squeeze(one, OG_INTS(0)));
    og_value *above = og_cast_like(og_sub(og_add(i, i), last), theta);
    og_value *below = corners ? OG_OP("Max", NULL, last, og_squeeze(one, OG_INTS(0))) : scalar;

    return og_div(above, og_cast_like(below, theta));
}

static void affine_expand(og_rewrite *c)
{
    const affine_attrs *a = c->attrs;
    og_value *theta = og_in(c, 0), *size = og_in(c, 1), *parts[4];
    const int axes = og_rank(c->node->out[0]) - 2;

    if (axes < 2) {
        og_rewrite_fail(c, OG_UNSUPPORTED, "the number of axes of AffineGrid must be known");
        return;
    }
    og_value *places =
        og_slice(size, og_int_like(size, 2), og_int_like(size, axes + 2), NULL, NULL);
    for (int d = 0; d < axes; d++) { /* the last axis comes first */
        og_value *n =
            og_slice(size, og_int_like(size, 2 + d), og_int_like(size, 3 + d), NULL, NULL);
        og_value *line = affine_line(theta, n, a->align_corners != 0);
        int64_t others[3], count = 0;

        for (int i = 0; i < axes; i++)
            if (i != d)
                others[count++] = i;
        line = og_expand(og_unsqueeze(line, (og_ints){ count, others }), places);
        parts[axes - 1 - d] = og_unsqueeze(line, OG_INTS(-1));
    }
    parts[axes] = og_ones_like(parts[0]);
    og_value *all = og_reshape_to(og_concat(-1, axes + 1, parts), 2, (int64_t[]){ -1, axes + 1 });
    og_value *moved = og_matmul(all, og_transpose(theta, OG_INTS(0, 2, 1)));
    og_value *shape[3] = { og_shape_part(theta, 0, 1), places, og_int_like(size, axes) };
    og_replace(c, 0, og_reshape(moved, og_concat(0, 3, shape)));
}

const og_op og_op_affine_grid = {
    .name = "AffineGrid",
    .builder = "affine_grid",
    .version = 20,
    .doc = "A grid of places moved by an affine map.",
    .in = { OG_PORT("theta", OG_FLOATS), OG_PORT("size", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("grid", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(affine_attrs, align_corners, 0) },
    .attr_size = sizeof(affine_attrs),
    .infer = affine_infer,
    .expand = affine_expand,
    .samples = OG_SAMPLES("double[2,2,3] theta; int64[4] size = 2 3 4 5",
                          "float[1,3,4] theta; int64[5] size = 1 2 2 3 1; align_corners=1",
                          "float[0,2,3] theta; int64[4] size = 0 1 2 2"),
};
