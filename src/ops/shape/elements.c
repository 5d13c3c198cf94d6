/*
 * GatherElements and ScatterElements: one element per index, which takes the place of its own
 * position along one axis.  In a scatter later elements win over earlier ones, or are joined with
 * them in order.
 */
#include "ops/shape/scatter.h"
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis;
} elements_attrs;

enum { STRIP = 512 };

static og_status gather_elements_infer(og_infer *c)
{
    const elements_attrs *a = c->attrs;
    int axis;

    OG_TRY(og_elements_infer(c, a->axis, &axis));
    return og_infer_shape(c, 0, c->in[1]->rank, c->in[1]->dims);
}

static og_status elements_check(og_call *c)
{
    const elements_attrs *a = c->attrs;

    return og_check_indices(c, 1, c->in[0]->dims[a->axis < 0 ? a->axis + c->in[0]->rank : a->axis]);
}

static void gather_elements_gradient(og_grad *c)
{
    const elements_attrs *a = c->attrs;

    og_set_dx(c, 0,
              OG_OP("ScatterElements",
                    OG_ATTRS(OG_SET_INT("axis", a->axis), OG_SET_STRING("reduction", "add")),
                    og_zeros_like(og_x(c, 0)), og_x(c, 1), og_dy(c, 0)));
}

/* A piece is some rows of the indices. */
static og_status gather_elements_prepare(og_call *c)
{
    const og_tensor *y = c->out[0];
    int64_t row = y->count ? y->dims[y->rank - 1] * og_width(y->elem) : 0;
    int64_t rows = y->count ? y->count / y->dims[y->rank - 1] : 1;
    int64_t step = row == 0 ? rows : (OG_PIECE_BYTES + row - 1) / row; /* packed: one piece */

    c->pieces = (rows + step - 1) / step;
    c->cost = 2.0 * (double)y->count / (double)c->pieces;
    return OG_OK;
}

static void gather_elements_run(const og_call *c, int64_t piece, void *scratch)
{
    const elements_attrs *a = c->attrs;
    og_tensor *y = c->out[0];
    int64_t places[STRIP];
    og_elements e;

    (void)scratch;
    if (y->count == 0)
        return;
    og_elements_set(&e, c->in[0], c->in[1], a->axis);
    int64_t row = e.row * og_width(y->elem), step = row ? (OG_PIECE_BYTES + row - 1) / row : e.rows;
    int64_t end = (piece + 1) * step < e.rows ? (piece + 1) * step : e.rows;
    for (int64_t r = piece * step; r < end; r++)
        for (int64_t i = 0; i < e.row; i += STRIP) {
            int64_t n = e.row - i < STRIP ? e.row - i : STRIP;

            og_elements_places(&e, r, i, n, places);
            og_pick(y->elem, y->data, r * e.row + i, c->in[0]->data, 0, places, 1, n);
        }
}

const og_op og_op_gather_elements = {
    .name = "GatherElements",
    .version = 13,
    .valid_from = 11,
    .versions = "11",
    .doc = "One element per index, along one axis.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("indices", OG_INDICES, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(elements_attrs, axis, 0) },
    .attr_size = sizeof(elements_attrs),
    .traits = OG_COPIES,
    .infer = gather_elements_infer,
    .gradient = gather_elements_gradient,
    .check = elements_check,
    .prepare = gather_elements_prepare,
    .run = gather_elements_run,
    .samples =
        OG_SAMPLES("float[3,2] data; int64[4,2] indices = 0 2 2 -1 1 1 0 0",
                   "double[2,5] data; int32[1,3] indices = 4 4 -5; axis=1",
                   "float[2,3,2] data; int64[2,2,2] indices = 0 2 1 1 -1 0 2 2; axis=-2",
                   "float[3] data; int64[0] indices", "int64[4] data; int64[2] indices = 1 3"),
};

/* ---- ScatterElements ------------------------------------------------------------------------- */

typedef struct {
    int64_t axis;
    const char *reduction;
} scatter_attrs;

static og_status scatter_elements_infer(og_infer *c)
{
    const scatter_attrs *a = c->attrs;
    int axis;

    OG_TRY(og_scatter_how(c, a->reduction));
    OG_TRY(og_elements_infer(c, a->axis, &axis));
    OG_TRY(og_infer_need_rank(c, 2, c->in[0]->rank));
    for (int i = 0; i < c->in[0]->rank; i++)
        OG_TRY(og_infer_agree(c, "sizes of indices and updates", og_infer_dim(c, 1, i),
                              og_infer_dim(c, 2, i), NULL));
    return og_infer_shape(c, 0, c->in[0]->rank, c->in[0]->dims);
}

static void scatter_elements_gradient(og_grad *c)
{
    const scatter_attrs *a = c->attrs;
    const og_scatter_rule r = { "ScatterElements", "GatherElements", true, a->axis };

    og_scatter_gradient(c, &r, a->reduction);
}

/* Pieces are ranges of the axes before the scattered one: writers to one place are all in one
 * piece. */
typedef struct scatter_work {
    int64_t outer, step; /* of the data */
    int64_t slab;        /* elements behind one outer index */
} scatter_work;

static og_status scatter_elements_prepare(og_call *c)
{
    const scatter_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    scatter_work *w = og_call_alloc(c, sizeof *w);
    int axis = (int)(a->axis < 0 ? a->axis + x->rank : a->axis);

    if (!w)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    OG_TRY(og_scatter_type(c, a->reduction));
    w->outer = og_count(axis, x->dims);
    w->slab = og_count(x->rank - axis, x->dims + axis);
    int64_t bytes = w->slab * og_width(x->elem);
    w->step = bytes == 0 ? w->outer : (OG_PIECE_BYTES + bytes - 1) / bytes; /* packed: one piece */
    c->pieces = x->count ? (w->outer + w->step - 1) / w->step : 1;
    c->cost = (double)(x->count + 4 * c->in[1]->count) / (double)c->pieces;
    c->work = w;
    return OG_OK;
}

/* Which outer index of the indices is the outer index o of the data; -1 where they have none. */
static int64_t scatter_outer(const og_elements *e, const og_tensor *x, int64_t o)
{
    int64_t own = 0, place = 1;

    for (int i = e->axis - 1; i >= 0; i--) {
        int64_t at = o % x->dims[i];

        if (at >= e->indices->dims[i])
            return -1;
        own += at * place;
        place *= e->indices->dims[i];
        o /= x->dims[i];
    }
    return own;
}

static void scatter_slab(const og_call *c, const og_elements *e, og_join how, int64_t row,
                         int64_t rows)
{
    og_tensor *y = c->out[0];
    const og_tensor *updates = c->in[2];
    int64_t places[STRIP];

    for (int64_t r = row; r < row + rows; r++)
        for (int64_t i = 0; i < e->row; i += STRIP) {
            int64_t n = e->row - i < STRIP ? e->row - i : STRIP, at = r * e->row + i;

            og_elements_places(e, r, i, n, places);
            if (how == OG_JOIN_SET)
                og_put(y->elem, y->data, 0, places, 1, updates->data, at, n);
            else
                og_join_rows(y->elem, how, y->data, 1, 0, INT64_MAX, places, updates->data, at, n);
        }
}

static void scatter_elements_run(const og_call *c, int64_t piece, void *scratch)
{
    const scatter_attrs *a = c->attrs;
    const scatter_work *w = c->work;
    const og_tensor *x = c->in[0];
    int64_t first = piece * w->step, end = first + w->step < w->outer ? first + w->step : w->outer;
    og_elements e;

    (void)scratch;
    if (x->count == 0)
        return;
    og_copy_run(x->elem, c->out[0]->data, first * w->slab, x->data, first * w->slab,
                (end - first) * w->slab);
    if (c->in[1]->count == 0)
        return;
    og_elements_set(&e, x, c->in[1], a->axis);
    int64_t rows = /* behind one outer index */
        e.axis == e.rank - 1 ? 1 : og_count(e.rank - 1 - e.axis, e.indices->dims + e.axis);
    for (int64_t o = first; o < end; o++) {
        int64_t own = scatter_outer(&e, x, o);

        if (own >= 0)
            scatter_slab(c, &e, og_scatter_join(a->reduction), own * rows, rows);
    }
}

static int scatter_valid_from(const og_node *node)
{
    const scatter_attrs *a = node->attrs;

    return og_scatter_since(a->reduction);
}

const og_op og_op_scatter_elements = {
    .name = "ScatterElements",
    .version = 18,
    .valid_from_node = scatter_valid_from,
    .versions = "11 13 16",
    .doc = "One element per update written at an index, along one axis.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("indices", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("updates", OG_SAME_AS(0)) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(scatter_attrs, axis, 0),
              { .name = "reduction",
                .kind = OG_ATTR_STRING,
                .offset = offsetof(scatter_attrs, reduction),
                .s = "none",
                .since = 16 } },
    .attr_size = sizeof(scatter_attrs),
    .traits = OG_COPIES | OG_INPLACE,
    .infer = scatter_elements_infer,
    .gradient = scatter_elements_gradient,
    .check = elements_check,
    .prepare = scatter_elements_prepare,
    .run = scatter_elements_run,
    .samples = OG_SAMPLES(
        "float[3,3] data; int64[2,3] indices = 1 0 2 0 2 1; float[2,3] updates",
        "float[1,5] data; int64[1,3] indices = 1 3 1; float[1,3] updates; axis=1",
        "double[4,2] data; int32[3,2] indices = 0 3 0 3 -4 1; double[3,2] updates; reduction=add",
        "double[2,4] data; int64[1,3] indices = 1 1 3; double[1,3] updates; axis=-1; reduction=mul",
        "double[5] data; int64[4] indices = 1 1 3 0; double[4] updates = 9 -9 0.5 1; reduction=max",
        "double[5] data; int64[3] indices = 4 2 2; double[3] updates; reduction=min",
        "float[3] data; int64[0] indices; float[0] updates"),
};

/* ---- Scatter --------------------------------------------------------------------------------- */

static og_status scatter_infer(og_infer *c)
{
    return og_infer_shape(c, 0, c->in[0]->rank, c->in[0]->dims);
}

static void scatter_upgrade(og_rewrite *c, int from)
{
    (void)from;
    og_replace(c, 0,
               OG_OP("ScatterElements", OG_ATTRS(OG_SET_INT("axis", og_old_int(c, "axis", 0))),
                     og_in(c, 0), og_in(c, 1), og_in(c, 2)));
}

static void scatter_expand(og_rewrite *c)
{
    const elements_attrs *a = c->attrs;

    og_replace(c, 0,
               OG_OP("ScatterElements", OG_ATTRS(OG_SET_INT("axis", a->axis)), og_in(c, 0),
                     og_in(c, 1), og_in(c, 2)));
}

/* ONNX dropped the operator with version 11, so there is no newest one: 12 stands for that, and
 * every node is replaced at the door. */
const og_op og_op_scatter = {
    .name = "Scatter",
    .version = 12,
    .versions = "9 11",
    .doc = "The old name of ScatterElements.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("indices", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("updates", OG_SAME_AS(0)) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(elements_attrs, axis, 0) },
    .attr_size = sizeof(elements_attrs),
    .infer = scatter_infer,
    .upgrade = scatter_upgrade,
    .expand = scatter_expand,
    .samples = OG_SAMPLES("float[1,5] data; int64[1,2] indices = 1 3; float[1,2] updates; axis=1"),
};
