/*
 * GatherND and ScatterND: tuples of indices name rows of the data.  In a scatter later rows win
 * over earlier ones, or are joined with them in order.
 */
#include "ops/shape/scatter.h"
#include "ops/shape/shape.h"

typedef struct {
    int64_t batch_dims;
} gather_nd_attrs;

enum { STRIP = 512 };

/* The length of a tuple: the last size of the indices, which must be known and fit behind the
 * batch. */
static og_status nd_length(og_infer *c, int64_t batch, int *length)
{
    const og_type *data = c->in[0], *indices = c->in[1];

    *length = -1;
    if (data->rank == 0 || indices->rank == 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "data of rank %d and indices of rank %d, expected 1 or more of both",
                             data->rank, indices->rank);
    if (batch < 0 || batch >= data->rank || batch >= indices->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "batch_dims is %lld, expected 0 to %d",
                             (long long)batch,
                             (data->rank < indices->rank ? data->rank : indices->rank) - 1);
    og_dim last = indices->dims[indices->rank - 1];
    if (!og_dim_known(last))
        return OG_OK;
    if (last < 1 || last > data->rank - batch)
        return og_infer_fail(c, OG_BAD_SHAPE, "the indices' last size is %lld, expected 1 to %lld",
                             (long long)last, (long long)(data->rank - batch));
    *length = (int)last;
    return OG_OK;
}

/* Sizes of the rows that tuples name: those of the indices but the last, then those of the data
 * behind. */
static int nd_rows(const og_infer *c, int skip, og_dim *dims)
{
    const og_type *data = c->in[0], *indices = c->in[1];
    int rank = 0;

    for (int i = 0; i < indices->rank - 1; i++)
        dims[rank++] = indices->dims[i];
    for (int i = skip; i < data->rank; i++)
        dims[rank++] = data->dims[i];
    return rank;
}

static og_status gather_nd_infer(og_infer *c)
{
    const gather_nd_attrs *a = c->attrs;
    og_dim dims[2 * OG_MAX_RANK];
    int length;

    OG_TRY(nd_length(c, a->batch_dims, &length));
    if (length < 0)
        return og_infer_unknown(c, 0);
    for (int i = 0; i < a->batch_dims; i++)
        OG_TRY(og_infer_agree(c, "batch sizes of data and indices", og_infer_dim(c, 0, i),
                              og_infer_dim(c, 1, i), NULL));
    int rank = nd_rows(c, (int)a->batch_dims + length, dims);
    return og_infer_shape(c, 0, rank, dims);
}

/* With batches the places are what is gathered: a row number alone does not say its batch. */
static void gather_nd_gradient(og_grad *c)
{
    const gather_nd_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *dy = og_dy(c, 0);

    if (a->batch_dims == 0) {
        og_set_dx(c, 0,
                  OG_OP("ScatterND", OG_ATTRS(OG_SET_STRING("reduction", "add")), og_zeros_like(x),
                        og_x(c, 1), dy));
        return;
    }
    og_value *places = OG_OP("GatherND", OG_ATTRS(OG_SET_INT("batch_dims", a->batch_dims)),
                             og_places_like(x), og_x(c, 1));
    og_set_dx(c, 0, og_sum_at_places(dy, places, x));
}

static og_status gather_nd_check(og_call *c)
{
    const gather_nd_attrs *a = c->attrs;
    og_tuples t;

    og_tuples_set(&t, c->in[0], c->in[1], (int)a->batch_dims);
    return og_tuples_check(c, &t);
}

/* A piece is some tuples. */
static int64_t gather_nd_step(const og_tuples *t, int width)
{
    int64_t bytes = t->row * width;

    return bytes == 0                ? t->batches * t->n + 1
           : bytes >= OG_PIECE_BYTES ? 1
                                     : OG_PIECE_BYTES / bytes;
}

static og_status gather_nd_prepare(og_call *c)
{
    const gather_nd_attrs *a = c->attrs;
    og_tuples t;

    og_tuples_set(&t, c->in[0], c->in[1], (int)a->batch_dims);
    int64_t step = gather_nd_step(&t, og_width(c->in[0]->elem)), all = t.batches * t.n;
    c->pieces = all ? (all + step - 1) / step : 1;
    c->cost = (double)(c->in[1]->count + c->out[0]->count) / (double)c->pieces;
    return OG_OK;
}

static void gather_nd_run(const og_call *c, int64_t piece, void *scratch)
{
    const gather_nd_attrs *a = c->attrs;
    og_tuples t;

    (void)scratch;
    og_tuples_set(&t, c->in[0], c->in[1], (int)a->batch_dims);
    int64_t step = gather_nd_step(&t, og_width(c->in[0]->elem)), all = t.batches * t.n;
    int64_t end = (piece + 1) * step < all ? (piece + 1) * step : all;
    for (int64_t i = piece * step; i < end; i++)
        og_copy_run(c->in[0]->elem, c->out[0]->data, i * t.row, c->in[0]->data,
                    (i / t.n * t.places + og_tuples_place(&t, i)) * t.row, t.row);
}

static int gather_nd_valid_from(const og_node *node)
{
    const gather_nd_attrs *a = node->attrs;

    return a->batch_dims ? 12 : 11;
}

const og_op og_op_gather_nd = {
    .name = "GatherND",
    .version = 13,
    .valid_from_node = gather_nd_valid_from,
    .versions = "11 12",
    .doc = "The rows that tuples of indices name.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("indices", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(gather_nd_attrs, batch_dims, 0) },
    .attr_size = sizeof(gather_nd_attrs),
    .traits = OG_COPIES,
    .infer = gather_nd_infer,
    .gradient = gather_nd_gradient,
    .check = gather_nd_check,
    .prepare = gather_nd_prepare,
    .run = gather_nd_run,
    .samples = OG_SAMPLES("float[2,3] data; int64[3,2] indices = 0 0 1 -1 0 0",
                          "double[4,2,3] data; int64[2,2,1] indices = 0 3 3 -4",
                          "double[2,3,2] data; int64[2,2,1] indices = 1 1 0 2; batch_dims=1",
                          "float[3,2] data; int64[0,1] indices"),
};

/* ---- ScatterND ------------------------------------------------------------------------------- */

typedef struct {
    const char *reduction;
} scatter_nd_attrs;

static og_status scatter_nd_infer(og_infer *c)
{
    const scatter_nd_attrs *a = c->attrs;
    og_dim dims[2 * OG_MAX_RANK];
    int length;

    OG_TRY(og_scatter_how(c, a->reduction));
    OG_TRY(nd_length(c, 0, &length));
    if (length >= 0) {
        int rank = nd_rows(c, length, dims);

        OG_TRY(og_infer_need_rank(c, 2, rank));
        for (int i = 0; i < rank; i++)
            OG_TRY(og_infer_agree(c, "sizes of indices, data and updates", dims[i],
                                  og_infer_dim(c, 2, i), NULL));
    }
    return og_infer_shape(c, 0, c->in[0]->rank, c->in[0]->dims);
}

static void scatter_nd_gradient(og_grad *c)
{
    const scatter_nd_attrs *a = c->attrs;
    const og_scatter_rule r = { "ScatterND", "GatherND", false, 0 };

    og_scatter_gradient(c, &r, a->reduction);
}

static og_status scatter_nd_check(og_call *c)
{
    og_tuples t;

    og_tuples_set(&t, c->in[0], c->in[1], 0);
    return og_tuples_check(c, &t);
}

/* A piece is a range of the data's rows; each looks through all tuples, so there are not many. */
static int64_t scatter_nd_part(const og_tuples *t, int width)
{
    int64_t bytes = t->row * width,
            part = bytes == 0 || bytes >= 4 * OG_PIECE_BYTES ? 1 : 4 * OG_PIECE_BYTES / bytes;

    if (width == 0) /* packed: one piece */
        return t->places;
    return part > t->places / 32 ? part : t->places / 32 + 1;
}

static og_status scatter_nd_prepare(og_call *c)
{
    const scatter_nd_attrs *a = c->attrs;
    og_tuples t;

    OG_TRY(og_scatter_type(c, a->reduction));
    og_tuples_set(&t, c->in[0], c->in[1], 0);
    int64_t part = scatter_nd_part(&t, og_width(c->in[0]->elem));
    c->pieces = t.places ? (t.places + part - 1) / part : 1;
    c->cost =
        (double)c->in[1]->count + (double)(c->in[0]->count + c->in[2]->count) / (double)c->pieces;
    return OG_OK;
}

static void scatter_nd_run(const og_call *c, int64_t piece, void *scratch)
{
    const scatter_nd_attrs *a = c->attrs;
    og_elem elem = c->in[0]->elem;
    int64_t places[STRIP];
    og_tuples t;

    (void)scratch;
    og_tuples_set(&t, c->in[0], c->in[1], 0);
    int64_t part = scatter_nd_part(&t, og_width(elem)), first = piece * part;
    int64_t end = first + part < t.places ? first + part : t.places;
    og_copy_run(elem, c->out[0]->data, first * t.row, c->in[0]->data, first * t.row,
                (end - first) * t.row);
    for (int64_t i = 0; i < t.n; i += STRIP) {
        int64_t n = t.n - i < STRIP ? t.n - i : STRIP;

        for (int64_t k = 0; k < n; k++)
            places[k] = og_tuples_place(&t, i + k);
        og_join_rows(elem, og_scatter_join(a->reduction), c->out[0]->data, t.row, first, end,
                     places, c->in[2]->data, i * t.row, n);
    }
}

static int scatter_nd_valid_from(const og_node *node)
{
    const scatter_nd_attrs *a = node->attrs;

    return og_scatter_since(a->reduction);
}

const og_op og_op_scatter_nd = {
    .name = "ScatterND",
    .version = 18,
    .valid_from_node = scatter_nd_valid_from,
    .versions = "11 13 16",
    .doc = "Rows written where tuples of indices say.",
    .in = { OG_PORT("data", OG_ANY), OG_PORT("indices", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE),
            OG_PORT("updates", OG_SAME_AS(0)) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { { .name = "reduction",
                .kind = OG_ATTR_STRING,
                .offset = offsetof(scatter_nd_attrs, reduction),
                .s = "none",
                .since = 16 } },
    .attr_size = sizeof(scatter_nd_attrs),
    .traits = OG_COPIES | OG_INPLACE,
    .infer = scatter_nd_infer,
    .gradient = scatter_nd_gradient,
    .check = scatter_nd_check,
    .prepare = scatter_nd_prepare,
    .run = scatter_nd_run,
    .samples = OG_SAMPLES(
        "float[7] data; int64[3,1] indices = 4 3 1; float[3] updates",
        "double[4,2] data; int64[3,1] indices = 0 -1 0; double[3,2] updates",
        "double[4,2] data; int64[3,1] indices = 0 3 0; double[3,2] updates; reduction=add",
        "double[3,3] data; int64[3,2] indices = 1 1 1 1 2 0; double[3] updates; reduction=mul",
        "double[4] data; int64[3,1] indices = 1 1 3; double[3] updates = 9 -9 0.5; reduction=max",
        "double[4] data; int64[3,1] indices = 1 1 3; double[3] updates = 9 -9 0.5; reduction=min",
        "float[3,2] data; int64[0,1] indices; float[0,2] updates"),
};
