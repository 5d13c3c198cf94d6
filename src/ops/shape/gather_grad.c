/* GatherGrad(dy, indices, shape): zeros in the given shape plus dy's rows where Gather took them.
 */
#include "kernels/rows.h"
#include "ops/shape/gather.h"

static og_status gathergrad_infer(og_infer *c)
{
    const gather_attrs *a = c->attrs;
    int axis;

    OG_TRY(og_infer_shape_from(c, 2, 0));
    if (c->out[0].rank < 0)
        return OG_OK;
    OG_TRY(og_infer_resolve_axis(c, c->out[0].rank, a->axis, &axis));
    if (c->out[0].rank + og_infer_rank(c, 1) - 1 != og_infer_rank(c, 0))
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "dy has rank %d, the shape and the indices give rank %d",
                             og_infer_rank(c, 0), c->out[0].rank + og_infer_rank(c, 1) - 1);
    return OG_OK;
}

static void gathergrad_expand(og_rewrite *c)
{
    const gather_attrs *a = c->attrs;
    og_value *dy = og_in(c, 0), *indices = og_in(c, 1), *shape = og_in(c, 2);
    int rank = og_rank(dy) - og_rank(indices) + 1, axis = gather_axis(a, rank);
    og_value *before = og_slice(shape, og_int_like(dy, 0), og_int_like(dy, axis), NULL, NULL);
    og_value *after = og_slice(shape, og_int_like(dy, axis + 1), og_int_like(dy, rank), NULL, NULL);
    og_value *count = og_reshape_to(OG_OP("Size", NULL, indices), 1, OG_INTS(1).v);
    og_value *flat = og_concat(0, 3, (og_value *[]){ before, count, after });
    int64_t column[OG_MAX_RANK]; /* the indices stand along the axis … */

    for (int i = 0; i < rank; i++)
        column[i] = i == axis ? -1 : 1;
    og_value *places = og_expand(og_reshape_to(indices, rank, column),
                                 flat); /* … the same for every element of a row */
    og_replace(c, 0,
               OG_OP("ScatterElements",
                     OG_ATTRS(OG_SET_INT("axis", axis), OG_SET_STRING("reduction", "add")),
                     OG_OP("Expand", NULL, og_scalar_like(dy, 0), shape), places,
                     og_reshape(dy, flat)));
}

static void gathergrad_gradient(og_grad *c)
{
    const gather_attrs *a = c->attrs;

    og_set_dx(c, 0,
              OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", a->axis)), og_dy(c, 0), og_x(c, 1)));
}

static og_status gathergrad_check(og_call *c)
{
    return og_check_indices(c, 1, c->out[0]->dims[gather_axis(c->attrs, c->out[0]->rank)]);
}

/* A piece is a range of the target's rows behind one outer index: it looks through all indices for
 * its own. */
typedef struct gathergrad_work {
    gather_work g;
    int64_t parts, part; /* of the axis, and its rows */
} gathergrad_work;

static og_status gathergrad_prepare(og_call *c)
{
    const og_tensor *y = c->out[0];
    int axis = gather_axis(c->attrs, y->rank);
    gathergrad_work *w = og_call_alloc(c, sizeof *w);
    int64_t bytes;

    if (!w)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    w->g = (gather_work){ .size = y->dims[axis],
                          .row = og_count(y->rank - axis - 1, y->dims + axis + 1),
                          .n = c->in[1]->count };
    bytes = w->g.row * og_width(y->elem);
    w->part = bytes == 0 || bytes >= 4 * OG_PIECE_BYTES ? 1 : 4 * OG_PIECE_BYTES / bytes;
    w->part = w->part > w->g.size / 64
                  ? w->part
                  : w->g.size / 64 + 1; /* each part costs a look at all indices */
    w->parts = w->g.size ? (w->g.size + w->part - 1) / w->part : 1;
    c->pieces = og_count(axis, y->dims) * w->parts;
    c->pieces = c->pieces ? c->pieces : 1;
    c->cost = (double)w->g.n * (1 + 0.15 * (double)bytes / (double)w->parts) +
              0.05 * (double)(w->part * bytes);
    c->work = w;
    return OG_OK;
}

static void gathergrad_run(const og_call *c, int64_t piece, void *scratch)
{
    const gathergrad_work *w = c->work;
    og_tensor *y = c->out[0];
    int64_t outer = piece / w->parts, first = piece % w->parts * w->part;
    int64_t end = first + w->part < w->g.size ? first + w->part : w->g.size;
    int64_t width = og_width(y->elem), places[GATHER_STRIP];

    (void)scratch;
    if (y->count == 0)
        return;
    uint8_t *to = (uint8_t *)y->data + outer * w->g.size * w->g.row * width;
    int64_t from = outer * w->g.n * w->g.row;

    memset(to + first * w->g.row * width, 0, (size_t)((end - first) * w->g.row * width));
    for (int64_t i = 0; i < w->g.n; i += GATHER_STRIP) {
        int64_t n = w->g.n - i < GATHER_STRIP ? w->g.n - i : GATHER_STRIP;

        for (int64_t k = 0; k < n; k++)
            places[k] = gather_place(&w->g, c->in[1], i + k);
        og_join_rows(y->elem, OG_JOIN_ADD, to, w->g.row, first, end, places, c->in[0]->data,
                     from + i * w->g.row, n);
    }
}

const og_op og_op_gather_grad = {
    .name = "GatherGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The gradient of Gather: rows of dy added at the indices, in a given shape.",
    .in = { OG_PORT("dy", OG_NUMERIC), OG_PORT("indices", OG_INDICES, .role = OG_ROLE_SHAPE),
            OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(gather_attrs, axis, 0) },
    .attr_size = sizeof(gather_attrs),
    .infer = gathergrad_infer,
    .expand = gathergrad_expand,
    .gradient = gathergrad_gradient,
    .check = gathergrad_check,
    .prepare = gathergrad_prepare,
    .run = gathergrad_run,
    .samples = OG_SAMPLES(
        "float[2,2,3] dy; int64[2,2] indices = 0 4 4 -1; int64[2] shape = 5 3",
        "double[2,5,3] dy; int32[5] indices = 3 0 -4 1 1; int64[3] shape = 2 4 3; axis=1",
        "float[] dy; int64[] indices = -2; int64[1] shape = 7",
        "float[0,2] dy; int64[0] indices; int64[2] shape = 3 2"),
};
