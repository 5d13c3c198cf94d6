/*
 * Axes of the Reduce operators: an optional int64 input; none or an empty one means all axes, or
 * none with noop_with_empty_axes.
 */
#include "ops/reduce/axes.h"

#include "ops/shape/shape.h"

/* reduced[axis] from numbers; n < 0: not given. */
static void mark_axes(int rank, int64_t n, const int64_t *axes, bool noop, bool *reduced)
{
    for (int i = 0; i < rank; i++)
        reduced[i] = n <= 0 && !noop;
    for (int64_t i = 0; i < n; i++)
        reduced[axes[i] < 0 ? axes[i] + rank : axes[i]] = true;
}

og_status og_reduce_infer(og_infer *c)
{
    const reduce_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    bool reduced[OG_MAX_RANK], listed[OG_MAX_RANK];
    int resolved[OG_MAX_RANK], rank = 0;
    og_dim dims[OG_MAX_RANK];
    int64_t n = -1;
    const int64_t *axes = NULL;

    if (og_infer_has(c, 1) && !og_infer_ints(c, 1, &n, &axes)) {
        if (a->keepdims)
            return og_infer_fresh(c, 0, x->rank);
        return og_infer_length(c, 1, &n) && n > 0 && n <= x->rank
                   ? og_infer_fresh(c, 0, x->rank - (int)n)
                   : og_infer_unknown(c, 0);
    }
    if (n > 0)
        OG_TRY(og_axes_resolve(c, x->rank, n, axes, resolved, listed));
    mark_axes(x->rank, n, axes, a->noop_with_empty_axes != 0, reduced);
    for (int i = 0; i < x->rank; i++)
        if (!reduced[i] || a->keepdims)
            dims[rank++] = reduced[i] ? 1 : x->dims[i];
    return og_infer_shape(c, 0, rank, dims);
}

static void axes_upgrade(og_rewrite *c, int from, int since)
{
    const og_ints axes = og_old_ints(c, "axes");

    if (from >= since)
        return;
    og_drop_attr(c, "axes");
    if (axes.v && axes.n > 0)
        og_set_in(c, 1, og_ints_like(og_in(c, 0), axes));
}

void og_reduce_sum_upgrade(og_rewrite *c, int from)
{
    axes_upgrade(c, from, 13);
}

void og_reduce_upgrade(og_rewrite *c, int from)
{
    axes_upgrade(c, from, 18);
}

og_status og_reduce_prepare(og_call *c, og_fold fold, og_post post)
{
    const reduce_attrs *a = c->attrs;
    const og_tensor *axes = c->n_in > 1 ? c->in[1] : NULL;
    bool reduced[OG_MAX_RANK];

    /* Without numbers the output could only be a scalar, of a scalar. */
    mark_axes(c->in[0]->rank, axes && axes->data ? axes->count : -1, axes ? axes->data : NULL,
              a->noop_with_empty_axes != 0, reduced);
    return og_fold_prepare(c, fold, post, reduced);
}

/* ---- Words ----------------------------------------------------------------------------------- */

/* No axes are listed, as far as can be seen while building. */
static bool lists_none(og_value *axes)
{
    return !axes || (axes->type.rank == 1 && axes->type.dims[0] == 0);
}

/* All axes give a scalar, which broadcasts as it is. */
og_value *og_reduce_kept(og_value *v, og_value *x, og_value *axes, const reduce_attrs *a)
{
    (void)x;
    if (a->keepdims || lists_none(axes))
        return v;
    return OG_OP("Unsqueeze", NULL, v, axes);
}

og_value *og_reduce_unkept(og_value *v, og_value *x, og_value *axes, const reduce_attrs *a)
{
    if (a->keepdims || (lists_none(axes) && a->noop_with_empty_axes))
        return v;
    if (lists_none(axes))
        return og_reshape(v, og_ints_like(x, (og_ints){ 0, (const int64_t[]){ 0 } }));
    return OG_OP("Squeeze", NULL, v, axes);
}

og_value *og_reduce_again(const char *op, og_value *x, og_value *axes, const reduce_attrs *a)
{
    return OG_OP(op,
                 OG_ATTRS(OG_SET_INT("keepdims", 1),
                          OG_SET_INT("noop_with_empty_axes", a->noop_with_empty_axes)),
                 x, axes);
}
