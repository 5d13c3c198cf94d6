/* Transpose: axes in another order, reversed unless `perm` says which. */
#include "ops/shape/shape.h"

typedef struct {
    og_ints perm;
} transpose_attrs;

/* Output axis i is input axis transpose_axis(a, rank, i). */
static int transpose_axis(const transpose_attrs *a, int rank, int i)
{
    return a->perm.v ? (int)a->perm.v[i] : rank - 1 - i;
}

static og_status transpose_infer(og_infer *c)
{
    const transpose_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    bool used[OG_MAX_RANK] = { false };
    og_dim dims[OG_MAX_RANK];

    if (a->perm.v && a->perm.n != x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "perm has %lld entries, the data have rank %d",
                             (long long)a->perm.n, x->rank);
    for (int i = 0; i < x->rank; i++) {
        if (a->perm.v && (a->perm.v[i] < 0 || a->perm.v[i] >= x->rank || used[a->perm.v[i]]))
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "perm holds %lld at place %d, expected each of 0 to %d once",
                                 (long long)a->perm.v[i], i, x->rank - 1);
        int from = transpose_axis(a, x->rank, i);
        used[from] = true;
        dims[i] = x->dims[from];
    }
    return og_infer_shape(c, 0, x->rank, dims);
}

static void transpose_gradient(og_grad *c)
{
    const transpose_attrs *a = c->attrs;
    int64_t back[OG_MAX_RANK];

    for (int64_t i = 0; i < a->perm.n && i < OG_MAX_RANK; i++)
        back[a->perm.v[i]] = i;
    og_set_dx(c, 0, og_transpose(og_dy(c, 0), (og_ints){ a->perm.n, a->perm.v ? back : NULL }));
}

static og_status transpose_prepare(og_call *c)
{
    const transpose_attrs *a = c->attrs;
    int64_t in[OG_MAX_RANK], from[OG_MAX_RANK];
    int rank = c->in[0]->rank;

    og_strides(rank, c->in[0]->dims, in);
    for (int i = 0; i < rank; i++)
        from[i] = in[transpose_axis(a, rank, i)];
    return og_moves_one(c, from, 0);
}

const og_op og_op_transpose = {
    .name = "Transpose",
    .version = 25,
    .valid_from = 1,
    .versions = "1 13 21 23 24",
    .doc = "Axes in another order.",
    .in = { OG_PORT("data", OG_ANY) },
    .out = { OG_PORT("transposed", OG_SAME_AS(0)) },
    .attr = { OG_LIST_ATTR(transpose_attrs, perm, INTS) },
    .attr_size = sizeof(transpose_attrs),
    .traits = OG_COPIES,
    .infer = transpose_infer,
    .gradient = transpose_gradient,
    .prepare = transpose_prepare,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[3,5] data", "double[2,3,5,7] data; perm=[0,2,3,1]",
                          "float[2,3,4] data; perm=[2,0,1]", "float[] data", "float[0,3] data",
                          "float[67,35] data", "int32[3,1,2] data; perm=[1,2,0]"),
};
