/* What QuantizeLinear and DequantizeLinear share. */
#include "ops/quant/grid.h"

enum { PIECE = 32768 };

/* ---- Inference ------------------------------------------------------------------------------- */

static bool one_number(const og_type *t)
{
    return t->rank == 0 || (t->rank == 1 && t->dims[0] == 1);
}

/* Block b of `axis` holds x's elements from b block_size on; the last may be short. */
static og_status check_blocked(og_infer *c, int i, int axis)
{
    const og_grid *a = c->attrs;
    const og_type *x = c->in[0], *s = c->in[i];
    og_dim both;

    if (s->rank != x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "%s has rank %d, expected %s's rank %d for blocks",
                             c->op->in[i].name, s->rank, c->op->in[0].name, x->rank);
    for (int d = 0; d < x->rank; d++) {
        const bool blocked = d == axis;
        const og_dim want = !blocked ? x->dims[d]
                            : og_dim_known(x->dims[d])
                                ? (x->dims[d] + a->block_size - 1) / a->block_size
                                : s->dims[d];

        OG_TRY(og_infer_agree(c, blocked ? "the number of blocks" : "the sizes beside the blocks",
                              want, s->dims[d], &both));
    }
    return OG_OK;
}

static og_status check_scale(og_infer *c, int i)
{
    const og_grid *a = c->attrs;
    const og_type *x = c->in[0], *s = c->in[i];
    og_dim both;
    int axis;

    if (one_number(s))
        return OG_OK;
    OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
    if (a->block_size > 0)
        return check_blocked(c, i, axis);
    if (s->rank != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "%s has rank %d, expected 0, or 1 without blocks",
                             c->op->in[i].name, s->rank);
    return og_infer_agree(c, "the size of the scale and of x along the axis", x->dims[axis],
                          s->dims[0], &both);
}

og_status og_grid_infer(og_infer *c)
{
    const og_grid *a = c->attrs;

    if (a->block_size < 0)
        return og_infer_fail(c, OG_BAD_VALUE, "block_size is %lld, expected 0 or more",
                             (long long)a->block_size);
    OG_TRY(check_scale(c, 1));
    if (og_infer_has(c, 2))
        OG_TRY(check_scale(c, 2));
    return og_infer_same(c);
}

static int elem_since(og_elem elem)
{
    if (og_elem_in(elem, OG_BIT(OG_UINT2) | OG_BIT(OG_INT2)))
        return 25;
    if (elem == OG_FLOAT8E8M0)
        return 24;
    if (elem == OG_FLOAT4E2M1)
        return 23;
    if (og_elem_in(elem, OG_BIT(OG_INT16) | OG_BIT(OG_UINT16) | OG_BIT(OG_UINT4) | OG_BIT(OG_INT4)))
        return 21;
    return og_elem_in(elem, OG_FLOAT8S | OG_BIT(OG_FLOAT16) | OG_BIT(OG_BFLOAT16)) ? 19 : 10;
}

int og_grid_since(const og_node *node)
{
    int since = node->in[1] && node->in[1]->type.rank != 0 ? 13 : 10;

    for (int i = 0; i < 3; i++) {
        const og_value *v = i == 2 ? node->out[0] : i < node->n_in ? node->in[i] : NULL;
        const int own = v ? elem_since(v->type.elem) : 10;

        since = own > since ? own : since;
    }
    return since;
}

/* ---- Running --------------------------------------------------------------------------------- */

og_quant_grid og_grid_of(const og_grid *a, const og_tensor *x, const og_tensor *scale)
{
    const int axis = (int)(a->axis < 0 ? a->axis + x->rank : a->axis);
    og_quant_grid g = { .block = 1, .row_step = 1 };

    if (scale->count == 1)
        return og_quant_grid_one();
    g.size = x->dims[axis];
    g.inner = og_count(x->rank - axis - 1, x->dims + axis + 1);
    if (a->block_size > 0) {
        g.block = a->block_size;
        g.row_step = g.inner;
        g.outer_step = scale->dims[axis] * g.inner;
        g.inner_step = 1;
    }
    return g;
}

og_status og_grid_prepare(og_call *c)
{
    const int64_t count = c->out[0]->count;

    c->pieces = (count + PIECE - 1) / PIECE;
    c->cost = 1.0 * (double)(count < PIECE ? count : PIECE);
    return OG_OK;
}

void og_grid_piece(const og_call *c, int64_t piece, int64_t *first, int64_t *n)
{
    const int64_t rest = c->out[0]->count - piece * PIECE;

    *first = piece * PIECE;
    *n = rest < PIECE ? rest : PIECE;
}

og_quant_args og_grid_args(const og_call *c)
{
    const og_grid *a = c->attrs;
    const og_tensor *zero = c->n_in > 2 ? c->in[2] : NULL;

    return (og_quant_args){
        .scale_grid = og_grid_of(a, c->in[0], c->in[1]),
        .zero_grid = zero ? og_grid_of(a, c->in[0], zero) : og_quant_grid_one(),
        .x = c->in[0],
        .scale = c->in[1],
        .zero = zero,
        .y = c->out[0],
        .saturate = a->saturate != 0,
    };
}

/* ---- Rules ----------------------------------------------------------------------------------- */

/* 0 0 0 1 1 1 2 2: the block of each index along the axis. */
static og_value *block_of(const og_grid *a, og_value *x)
{
    og_graph *g = x->graph;
    og_value *index = OG_OP("Range", NULL, og_scalar(g, OG_INT64, 0), og_size_along(x, a->axis),
                            og_scalar(g, OG_INT64, 1));

    return og_div(index, og_scalar(g, OG_INT64, (double)a->block_size));
}

/* One scale, or one with axes of size 1 behind it for those behind the axis. */
static og_value *beside(const og_grid *a, og_value *scale, og_value *x)
{
    const int rank = og_rank(x);
    const int64_t behind = a->axis < 0 ? -1 - a->axis : rank - 1 - a->axis;
    int64_t axes[OG_MAX_RANK];

    if (one_number(&scale->type))
        return og_reshape_to(scale, 0, NULL);
    if (a->axis >= 0 && rank < 0) {
        og_fail(og_graph_errors(x->graph), OG_UNSUPPORTED,
                "the gradient of a quantisation along axis %lld of a tensor of unknown rank is not "
                "supported",
                (long long)a->axis);
        return NULL;
    }
    for (int64_t i = 0; i < behind; i++)
        axes[i] = i + 1;
    return behind > 0 ? og_unsqueeze(scale, (og_ints){ behind, axes }) : scale;
}

static bool blocked(const og_grid *a, const og_value *scale)
{
    return a->block_size > 0 && !one_number(&scale->type);
}

og_value *og_grid_spread(const og_grid *a, og_value *scale, og_value *x)
{
    og_value *s = og_cast(scale, OG_FLOAT);

    if (!s || !x)
        return NULL;
    if (!blocked(a, scale))
        return beside(a, s, x);
    return OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", a->axis)), s, block_of(a, x));
}

og_value *og_grid_gather(const og_grid *a, og_value *full, og_value *scale, og_value *x)
{
    if (!full || !scale || !x)
        return NULL;
    if (blocked(a, scale))
        full = OG_OP("onnxgrad::GatherGrad", OG_ATTRS(OG_SET_INT("axis", a->axis)), full,
                     block_of(a, x), og_shape_of(scale));
    else
        full = og_reshape_like(og_sum_to_like(full, beside(a, scale, x)), scale);
    return og_cast_like(full, scale);
}
