/* shape: helpers of the operators that move data (see shape.h). */
#include "ops/shape/shape.h"

/* ---- Inference ------------------------------------------------------------------------------- */

og_status og_axes_resolve(og_infer *c, int rank, int64_t n, const int64_t *axes, int *resolved,
                          bool *mask)
{
    for (int i = 0; i < rank; i++)
        mask[i] = false;
    for (int64_t i = 0; i < n; i++) {
        int axis;

        OG_TRY(og_infer_resolve_axis(c, rank, axes[i], &axis));
        if (mask[axis])
            return og_infer_fail(c, OG_BAD_SHAPE, "axis %lld is given twice", (long long)axes[i]);
        mask[axis] = true;
        resolved[i] = axis;
    }
    return OG_OK;
}

og_status og_infer_fresh(og_infer *c, int k, int rank)
{
    og_dim dims[OG_MAX_RANK];

    if (rank > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "output of rank %d, expected at most %d", rank,
                             OG_MAX_RANK);
    for (int i = 0; i < rank; i++)
        dims[i] = og_dim_fresh(c->dims);
    return og_infer_shape(c, k, rank, dims);
}

og_dim og_dim_product(og_infer *c, int n, const og_dim *dims)
{
    og_dim product = 1;

    for (int i = 0; i < n; i++)
        product = og_dim_mul(c->dims, product, dims[i]);
    return product;
}

og_status og_infer_need_rank(og_infer *c, int i, int rank)
{
    if (og_infer_rank(c, i) == rank)
        return OG_OK;
    return og_infer_fail(c, OG_BAD_SHAPE, "input '%s' has rank %d, expected %d", c->op->in[i].name,
                         og_infer_rank(c, i), rank);
}

bool og_infer_length(const og_infer *c, int i, int64_t *n)
{
    if (og_infer_rank(c, i) != 1 || !og_dim_known(og_infer_dim(c, i, 0)))
        return false;
    *n = og_infer_dim(c, i, 0);
    return true;
}

og_status og_infer_not_negative(og_infer *c, int i, int64_t n, const og_dim *sizes)
{
    for (int64_t k = 0; k < n; k++) {
        int64_t number;

        if (og_dim_const(c->dims, sizes[k], &number) && number < 0)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "input '%s' holds the size %lld at place %lld, expected 0 or more",
                                 c->op->in[i].name, (long long)number, (long long)k);
    }
    return OG_OK;
}

og_status og_infer_shape_from(og_infer *c, int i, int k)
{
    int64_t n;
    const og_dim *sizes = og_infer_content(c, i, &n);

    OG_TRY(og_infer_need_rank(c, i, 1));
    if (!sizes && !og_infer_length(c, i, &n))
        return og_infer_unknown(c, k);
    if (n > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "a shape of rank %lld, expected at most %d", (long long)n,
                             OG_MAX_RANK);
    if (!sizes)
        return og_infer_fresh(c, k, (int)n);
    OG_TRY(og_infer_not_negative(c, i, n, sizes));
    return og_infer_shape(c, k, (int)n, sizes);
}

/* ---- Kernels --------------------------------------------------------------------------------- */

og_moves *og_moves_new(og_call *c, int n)
{
    og_moves *moves = og_call_alloc(c, sizeof *moves + (size_t)n * sizeof moves->v[0]);

    c->work = moves;
    c->pieces = 1;
    c->cost = 0;
    return moves;
}

void og_moves_add(og_call *c, og_moves *moves, int in, int out, int rank, const int64_t *dims,
                  const int64_t *to, int64_t to_first, const int64_t *from, int64_t from_first)
{
    og_move *m = &moves->v[moves->n].move;
    int64_t first =
        moves->n ? moves->v[moves->n - 1].first + moves->v[moves->n - 1].move.pieces : 0;
    int width = og_width(c->in[in]->elem);

    og_move_set(m, c->in[in]->elem, rank, dims, to, to_first, from, from_first);
    moves->v[moves->n].in = in;
    moves->v[moves->n].out = out;
    moves->v[moves->n].first = first;
    moves->n++;
    double cost = (double)m->count / (double)m->pieces * (width ? 0.1 * width : 4.0);
    if (width == 0) { /* neighbours may share a byte: all by one thread */
        c->cost += cost;
        return;
    }
    c->pieces = first + m->pieces;
    c->cost = cost > c->cost ? cost : c->cost;
}

void og_moves_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_moves *moves = c->work;
    bool all = moves->n && moves->v[0].move.width == 0;

    (void)scratch;
    for (int i = 0; i < moves->n; i++) {
        int64_t own = all ? 0 : piece - moves->v[i].first;

        if (own >= 0 && own < moves->v[i].move.pieces)
            og_move_piece(&moves->v[i].move, c->out[moves->v[i].out]->data,
                          c->in[moves->v[i].in]->data, own);
    }
}

og_status og_moves_one(og_call *c, const int64_t *from, int64_t from_first)
{
    int64_t to[OG_MAX_RANK];
    og_moves *moves = og_moves_new(c, 1);

    if (!moves)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    og_strides(c->out[0]->rank, c->out[0]->dims, to);
    og_moves_add(c, moves, 0, 0, c->out[0]->rank, c->out[0]->dims, to, 0, from, from_first);
    return OG_OK;
}

og_status og_moves_same(og_call *c)
{
    int64_t from[OG_MAX_RANK];

    og_strides(c->out[0]->rank, c->out[0]->dims, from);
    return og_moves_one(c, from, 0);
}

og_status og_check_indices(og_call *c, int i, int64_t size)
{
    const og_tensor *t = c->in[i];

    for (int64_t k = 0; k < t->count; k++) {
        int64_t index = og_index_at(t, k);

        if (index < -size || index >= size)
            return og_call_fail(c, OG_BAD_VALUE,
                                "input '%s' holds %lld at place %lld, expected %lld to %lld",
                                c->op->in[i].name, (long long)index, (long long)k, -(long long)size,
                                (long long)size - 1);
    }
    return OG_OK;
}

/* ---- Words for rules ------------------------------------------------------------------------- */

og_value *og_int_like(og_value *like, int64_t number)
{
    return og_ints_like(like, OG_INTS(number));
}

og_value *og_shape_part(og_value *x, int64_t start, int64_t end)
{
    return OG_OP("Shape", OG_ATTRS(OG_SET_INT("start", start), OG_SET_INT("end", end)), x);
}

og_value *og_places_like(og_value *x)
{
    og_value *first = x ? og_scalar(x->graph, OG_INT64, 0) : NULL;
    og_value *step = x ? og_scalar(x->graph, OG_INT64, 1) : NULL;

    return og_reshape_like(OG_OP("Range", NULL, first, OG_OP("Size", NULL, x), step), x);
}

og_value *og_sum_at_places(og_value *dy, og_value *places, og_value *x)
{
    og_value *zeros = og_reshape_to(og_zeros_like(x), 1, (const int64_t[]){ -1 });
    og_value *sums = OG_OP("ScatterElements", OG_ATTRS(OG_SET_STRING("reduction", "add")), zeros,
                           og_reshape_to(places, 1, (const int64_t[]){ -1 }),
                           og_reshape_to(dy, 1, (const int64_t[]){ -1 }));

    return og_reshape_like(sums, x);
}
