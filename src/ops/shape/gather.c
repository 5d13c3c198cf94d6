/*
 * Gather: the entries of one axis that the indices name, in their order; negative indices count
 * from the end.
 *
 * Gradient: the own operator GatherGrad (gather_grad.c), which adds rows of dy at the places they
 * came from, so repeated indices accumulate.  It never makes the index tensor of dy's size that
 * ScatterElements needs.
 */
#include "ops/shape/gather.h"

static void gather_content(og_infer *c)
{
    int64_t n = 0, n_indices = 0;
    const og_dim *content = og_infer_content(c, 0, &n);
    const int64_t *indices;
    og_dim picked[OG_CONTENT_MAX];

    if (!content || !og_infer_ints(c, 1, &n_indices, &indices) || n_indices > OG_CONTENT_MAX)
        return;
    for (int64_t i = 0; i < n_indices; i++) {
        if (indices[i] < -n || indices[i] >= n)
            return; /* .check reports it */
        picked[i] = content[indices[i] < 0 ? indices[i] + n : indices[i]];
    }
    og_infer_put_content(c, 0, n_indices, picked);
}

static og_status gather_infer(og_infer *c)
{
    const gather_attrs *a = c->attrs;
    const og_type *x = c->in[0], *indices = c->in[1];
    int rank = x->rank + indices->rank - 1, axis, k = 0;

    OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
    if (rank > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "output of rank %d, expected at most %d", rank,
                             OG_MAX_RANK);
    og_dim dims[OG_MAX_RANK];
    for (int i = 0; i < axis; i++)
        dims[k++] = x->dims[i];
    for (int i = 0; i < indices->rank; i++)
        dims[k++] = indices->dims[i];
    for (int i = axis + 1; i < x->rank; i++)
        dims[k++] = x->dims[i];
    OG_TRY(og_infer_shape(c, 0, rank, dims));
    if (x->rank == 1)
        gather_content(c);
    return OG_OK;
}

static void gather_gradient(og_grad *c)
{
    const gather_attrs *a = c->attrs;
    og_value *x = og_x(c, 0);

    og_set_dx(c, 0,
              OG_OP("onnxgrad::GatherGrad", OG_ATTRS(OG_SET_INT("axis", a->axis)), og_dy(c, 0),
                    og_x(c, 1), og_shape_of(x)));
}

static og_status gather_check(og_call *c)
{
    return og_check_indices(c, 1, c->in[0]->dims[gather_axis(c->attrs, c->in[0]->rank)]);
}

/* ---- Kernel ---------------------------------------------------------------------------------- */

static og_status gather_prepare(og_call *c)
{
    const og_tensor *x = c->in[0];
    int axis = gather_axis(c->attrs, x->rank);
    gather_work *w = og_call_alloc(c, sizeof *w);
    int64_t bytes;

    if (!w)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    w->size = x->dims[axis];
    w->row = og_count(x->rank - axis - 1, x->dims + axis + 1);
    w->n = c->in[1]->count;
    w->rows = og_count(axis, x->dims) * w->n;
    bytes = w->row * og_width(x->elem);
    w->step = bytes == 0                ? w->rows
              : bytes >= OG_PIECE_BYTES ? 1
                                        : OG_PIECE_BYTES / bytes; /* packed: one piece */
    c->pieces = w->step ? (w->rows + w->step - 1) / w->step : 1;
    c->pieces = c->pieces ? c->pieces : 1;
    c->cost = (double)w->step * (2.0 + 0.1 * (double)bytes);
    c->work = w;
    return OG_OK;
}

/* Rows of one element, `n` of them behind the same outer index. */
static void gather_elements(const og_call *c, const gather_work *w, int64_t at, int64_t n)
{
    int64_t places[GATHER_STRIP], outer = at / w->n, first = at % w->n;

    for (int64_t i = 0; i < n; i++)
        places[i] = gather_place(w, c->in[1], first + i);
    og_pick(c->out[0]->elem, c->out[0]->data, at, c->in[0]->data, outer * w->size, places, 1, n);
}

static void gather_run(const og_call *c, int64_t piece, void *scratch)
{
    const gather_work *w = c->work;
    int64_t at = piece * w->step, end = at + w->step < w->rows ? at + w->step : w->rows;

    (void)scratch;
    if (w->row == 1)
        for (int64_t n; at < end; at += n) {
            n = w->n - at % w->n;
            n = n > GATHER_STRIP ? GATHER_STRIP : n;
            n = n > end - at ? end - at : n;
            gather_elements(c, w, at, n);
        }
    for (; at < end; at++) {
        int64_t from = at / w->n * w->size + gather_place(w, c->in[1], at % w->n);

        og_copy_run(c->out[0]->elem, c->out[0]->data, at * w->row, c->in[0]->data, from * w->row,
                    w->row);
    }
}

const og_op og_op_gather = {
    .name = "Gather",
    .version = 13,
    .valid_from = 11,
    .versions = "1 11",
    .doc = "The entries of one axis that the indices name.",
    .in = { OG_PORT("data", OG_ANY, .role = OG_ROLE_TABLE),
            OG_PORT("indices", OG_INDICES, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(gather_attrs, axis, 0) },
    .attr_size = sizeof(gather_attrs),
    .traits = OG_COPIES,
    .infer = gather_infer,
    .gradient = gather_gradient,
    .check = gather_check,
    .prepare = gather_prepare,
    .run = gather_run,
    .samples =
        OG_SAMPLES("float[5,3] data; int64[2,2] indices = 0 4 4 -1",
                   "double[2,4,3] data; int32[5] indices = 3 0 -4 1 1; axis=1",
                   "float[7] data; int64[] indices = -2",
                   "float[3,5] data; int64[4] indices = 4 0 2 2; "
                   "axis=-1",
                   "float[3,2] data; int64[0] indices", "int64[4] data; int64[3] indices = 3 3 0"),
};
