/*
 * Reshape: the same elements in row-major order under other sizes.
 *
 * In the wanted shape 0 copies the size of the input's same axis (unless allowzero) and one -1
 * stands for what is left.  With symbolic sizes that is found by crossing out what both sides have:
 * [batch,1,28,28] to [-1,784] leaves batch.  Crossing out also answers an empty batch, where
 * dividing would be 0/0.
 */
#include "ops/shape/shape.h"

typedef struct {
    int64_t allowzero;
} reshape_attrs;

static og_status reshape_mismatch(og_infer *c, int n, const og_dim *dims)
{
    const og_type have = { .elem = c->in[0]->elem, .rank = c->in[0]->rank, .dims = c->in[0]->dims };
    const og_type want = { .elem = c->in[0]->elem, .rank = n, .dims = dims };
    char from[256], to[256];

    return og_infer_fail(c, OG_BAD_SHAPE, "the elements of %s do not fit %s",
                         og_type_text(c->dims, &have, from, sizeof from),
                         og_type_text(c->dims, &want, to, sizeof to));
}

/* The size that a -1 at place `open` stands for. */
static og_status reshape_rest(og_infer *c, int n, og_dim *dims, int open)
{
    const og_type *x = c->in[0];
    bool crossed[OG_MAX_RANK] = { false };
    og_dim have = 1, taken = 1;

    for (int i = 0; i < n; i++) {
        int k = 0;

        if (i == open)
            continue;
        while (k < x->rank && (crossed[k] || x->dims[k] != dims[i]))
            k++;
        if (k < x->rank)
            crossed[k] = true;
        else
            taken = og_dim_mul(c->dims, taken, dims[i]);
    }
    for (int k = 0; k < x->rank; k++)
        if (!crossed[k])
            have = og_dim_mul(c->dims, have, x->dims[k]);
    if (og_dim_known(have) && og_dim_known(taken) && (taken == 0 ? have != 0 : have % taken != 0)) {
        dims[open] = og_dim_int(c->dims, -1);
        return reshape_mismatch(c, n, dims);
    }
    dims[open] = taken == 0 ? 0 : og_dim_div(c->dims, have, taken);
    return OG_OK;
}

/* Sizes from the wanted shape's contents: copies 0s and finds the place of -1 (n: there is none).
 */
static og_status reshape_read(og_infer *c, int n, const og_dim *want, og_dim *dims, int *open)
{
    const reshape_attrs *a = c->attrs;
    const og_type *x = c->in[0];

    *open = n;
    for (int i = 0; i < n; i++) {
        int64_t number;

        dims[i] = want[i];
        if (!og_dim_const(c->dims, want[i], &number) || number > 0)
            continue;
        if (number < -1)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "the shape holds %lld at place %d, expected -1 or more",
                                 (long long)number, i);
        if (number == -1 && *open < n)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "the shape holds -1 at places %d and %d, expected one", *open, i);
        if (number == -1) {
            *open = i;
        } else if (!a->allowzero) {
            if (x->rank >= 0 && i >= x->rank)
                return og_infer_fail(c, OG_BAD_SHAPE,
                                     "the shape holds 0 at place %d, but the data have rank %d", i,
                                     x->rank);
            dims[i] = x->rank >= 0 ? x->dims[i] : og_dim_fresh(c->dims);
        }
    }
    for (int i = 0; a->allowzero && *open < n && i < n; i++)
        if (dims[i] == 0)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "the shape holds both 0 and -1, which allowzero forbids");
    return OG_OK;
}

static og_status reshape_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    int64_t n;
    const og_dim *want = og_infer_content(c, 1, &n);
    og_dim dims[OG_MAX_RANK];
    int open;

    if (c->in[1]->rank >= 0)
        OG_TRY(og_infer_need_rank(c, 1, 1));
    if (!want && !og_infer_length(c, 1, &n))
        return og_infer_unknown(c, 0);
    if (n > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "a shape of rank %lld, expected at most %d", (long long)n,
                             OG_MAX_RANK);
    if (!want)
        return og_infer_fresh(c, 0, (int)n);
    OG_TRY(reshape_read(c, (int)n, want, dims, &open));
    if (x->rank < 0) {
        if (open < n)
            dims[open] = og_dim_fresh(c->dims);
    } else if (open < n) {
        OG_TRY(reshape_rest(c, (int)n, dims, open));
    } else {
        og_dim have = og_dim_product(c, x->rank, x->dims), get = og_dim_product(c, (int)n, dims);

        if (og_dim_known(have) && og_dim_known(get) && have != get)
            return reshape_mismatch(c, (int)n, dims);
    }
    OG_TRY(og_infer_shape(c, 0, (int)n, dims));
    og_infer_content_same(c, 0, 0);
    return OG_OK;
}

/* Version 1 had the shape as an attribute. */
static void reshape_upgrade(og_rewrite *c, int from)
{
    if (from >= 5)
        return;
    og_ints shape = og_old_ints(c, "shape");

    if (!shape.v)
        og_rewrite_fail(c, OG_BAD_FILE, "attribute 'shape' is missing");
    og_set_in(c, 1, og_ints_like(og_in(c, 0), shape));
    og_drop_attr(c, "shape");
    og_drop_attr(c, "consumed_inputs");
}

static void reshape_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_reshape_like(og_dy(c, 0), og_x(c, 0)));
}

const og_op og_op_reshape = {
    .name = "Reshape",
    .version = 25,
    .valid_from = 5,
    .versions = "1 5 13 14 19 21 23 24",
    .doc = "The same elements under another shape.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("reshaped", OG_SAME_AS(0)) },
    .attr = { { .name = "allowzero",
                .kind = OG_ATTR_INT,
                .offset = offsetof(reshape_attrs, allowzero),
                .since = 14 } },
    .attr_size = sizeof(reshape_attrs),
    .traits = OG_ALIAS | OG_INPLACE | OG_COPIES | OG_ANY_RANK,
    .infer = reshape_infer,
    .upgrade = reshape_upgrade,
    .gradient = reshape_gradient,
    .prepare = og_moves_same,
    .run = og_moves_run,
    .samples = OG_SAMPLES(
        "float[2,3,4] data; int64[2] shape = -1 8", "double[2,3,5] data; int64[2] shape = 0 -1",
        "float[1] data; int64[0] shape", "float[0,3] data; int64[3] shape = 3 0 7; allowzero=1",
        "int32[2,6] data; int64[3] shape = 3 2 2"),
};
