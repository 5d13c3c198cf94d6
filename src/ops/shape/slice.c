/*
 * Slice: elements start, start+step … before end, along some axes.
 *
 * Where the bounds are known while planning (nearly always) the kernel is one move; else each run
 * makes it. Gradient: the own operator SliceGrad (slice_grad.c), which lays dy back between zeros.
 */
#include "ops/shape/slice.h"

#include "ops/shape/shape.h"

og_slice_range og_slice_axis(int64_t size, int64_t start, int64_t end, int64_t step)
{
    int64_t low = step < 0 ? -1 : 0, last = step < 0 ? size - 1 : size;
    uint64_t span, by = step < 0 ? 0 - (uint64_t)step : (uint64_t)step;

    start += start < 0 ? size : 0;
    end += end < 0 ? size : 0;
    start = start < 0 ? 0 : start > last ? last : start;
    end = end < low ? low : end > last ? last : end;
    int64_t distance = step < 0 ? start - end : end - start;
    if (size == 0 || distance <= 0)
        return (og_slice_range){ 0, step, 0 };
    span = (uint64_t)distance;
    return (og_slice_range){ start, step, (int64_t)(span / by + (span % by != 0)) };
}

void og_slice_ranges(int rank, const int64_t *dims, const og_tensor *const in[4],
                     og_slice_range *ranges)
{
    for (int i = 0; i < rank; i++)
        ranges[i] = (og_slice_range){ 0, 1, dims[i] };
    for (int64_t k = 0; k < in[0]->count; k++) {
        int64_t axis = in[2] ? og_index_at(in[2], k) : k;

        axis += axis < 0 ? rank : 0;
        ranges[axis] = og_slice_axis(dims[axis], og_index_at(in[0], k), og_index_at(in[1], k),
                                     in[3] ? og_index_at(in[3], k) : 1);
    }
}

/* ---- Inference ------------------------------------------------------------------------------- */

enum { SLICE_FAR = INT32_MAX }; /* exporters write INT32_MAX or INT64_MAX for "to the end" */

/* A bound of a positive step within a symbolic size; false where its sign is not known. */
static bool slice_bound(og_infer *c, og_dim size, og_dim bound, og_dim *place)
{
    int64_t number;

    if (!og_dim_const(c->dims, bound, &number)) {
        *place = bound;
        return bound == size;
    }
    if (number == 0 || number <= -SLICE_FAR)
        *place = 0;
    else if (number >= SLICE_FAR)
        *place = size;
    else if (number > 0)
        *place = og_dim_min(c->dims, size, number);
    else
        *place = og_dim_max(c->dims, og_dim_add(c->dims, size, bound), 0);
    return true;
}

static og_dim slice_size(og_infer *c, og_dim size, og_dim start, og_dim end, int64_t step)
{
    int64_t s, e;
    og_dim from, to;

    if (og_dim_known(size) && og_dim_const(c->dims, start, &s) && og_dim_const(c->dims, end, &e))
        return og_slice_axis(size, s, e, step).count;
    if (step == -1 && og_dim_const(c->dims, start, &s) && og_dim_const(c->dims, end, &e) &&
        (s == -1 || s >= SLICE_FAR) && e <= -SLICE_FAR)
        return size;
    if (step < 0 || !slice_bound(c, size, start, &from) || !slice_bound(c, size, end, &to))
        return og_dim_fresh(c->dims);
    og_dim span = from == 0 ? to : og_dim_max(c->dims, og_dim_sub(c->dims, to, from), 0);
    return og_dim_div(c->dims, og_dim_add(c->dims, span, step - 1), step);
}

/* Contents of an index input as sizes or numbers; NULL where they are not known. */
static const og_dim *slice_numbers(og_infer *c, int i, int64_t n)
{
    int64_t have = 0;
    const og_dim *content = og_infer_content(c, i, &have);
    const int64_t *numbers;
    og_dim *dims;

    if (content)
        return have == n ? content : NULL;
    if (!og_infer_ints(c, i, &have, &numbers) || have != n || n > OG_MAX_RANK)
        return NULL;
    dims = og_infer_dims(c, (int)n);
    for (int64_t k = 0; k < n; k++)
        dims[k] = og_dim_int(c->dims, numbers[k]);
    return dims;
}

/* Shape arithmetic: a vector's contents between known bounds. */
static void slice_content(og_infer *c, og_dim start, og_dim end, int64_t step)
{
    int64_t n = 0, s, e;
    const og_dim *content = og_infer_content(c, 0, &n);
    og_dim picked[OG_CONTENT_MAX];

    if (!content || n > OG_CONTENT_MAX || !og_dim_const(c->dims, start, &s) ||
        !og_dim_const(c->dims, end, &e))
        return;
    og_slice_range r = og_slice_axis(n, s, e, step);
    for (int64_t k = 0; k < r.count; k++)
        picked[k] = content[r.first + k * r.step];
    og_infer_put_content(c, 0, r.count, picked);
}

/* The output's size along each axis named; inputs 3 and 4 may be omitted. */
static og_status slice_sizes(og_infer *c, int64_t n, og_dim *dims)
{
    const og_type *x = c->in[0];
    const og_dim *starts = slice_numbers(c, 1, n), *ends = slice_numbers(c, 2, n);
    const int64_t *axes = NULL, *steps = NULL;
    int64_t n_axes = n, n_steps = n, counted[OG_MAX_RANK];
    bool mask[OG_MAX_RANK];
    int resolved[OG_MAX_RANK];
    bool known_axes = !og_infer_has(c, 3) || og_infer_ints(c, 3, &n_axes, &axes);
    bool known_steps = !og_infer_has(c, 4) || og_infer_ints(c, 4, &n_steps, &steps);

    if (n_axes != n || n_steps != n || n > x->rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "%lld starts, %lld axes and %lld steps for data of rank %d",
                             (long long)n, (long long)n_axes, (long long)n_steps, x->rank);
    for (int i = 0; i < n; i++)
        counted[i] = i;
    if (!known_axes) {
        for (int i = 0; i < x->rank; i++)
            dims[i] = og_dim_fresh(c->dims);
        return OG_OK;
    }
    OG_TRY(og_axes_resolve(c, x->rank, n, axes ? axes : counted, resolved, mask));
    for (int64_t k = 0; k < n; k++) {
        int64_t step = steps ? steps[k] : 1;
        og_dim *d = &dims[resolved[k]];

        if (known_steps && step == 0)
            return og_infer_fail(c, OG_BAD_VALUE, "step %lld is 0", (long long)k);
        if (known_steps && starts && ends) {
            *d = slice_size(c, *d, starts[k], ends[k], step);
            if (x->rank == 1)
                slice_content(c, starts[k], ends[k], step);
        } else {
            *d = og_dim_fresh(c->dims);
        }
    }
    return OG_OK;
}

static og_status slice_infer(og_infer *c)
{
    const og_type *x = c->in[0];
    og_dim dims[OG_MAX_RANK];
    int64_t n, n_ends;

    for (int i = 1; i < c->n_in; i++)
        if (og_infer_has(c, i))
            OG_TRY(og_infer_need_rank(c, i, 1));
    if (!og_infer_length(c, 1, &n) || !og_infer_length(c, 2, &n_ends))
        return og_infer_fresh(c, 0, x->rank);
    if (n != n_ends)
        return og_infer_fail(c, OG_BAD_SHAPE, "%lld starts, but %lld ends", (long long)n,
                             (long long)n_ends);
    for (int i = 0; i < x->rank; i++)
        dims[i] = x->dims[i];
    OG_TRY(slice_sizes(c, n, dims));
    return og_infer_shape(c, 0, x->rank, dims);
}

/* Until version 10 bounds and axes were attributes. */
static void slice_upgrade(og_rewrite *c, int from)
{
    if (from >= 10)
        return;
    og_ints starts = og_old_ints(c, "starts"), ends = og_old_ints(c, "ends"),
            axes = og_old_ints(c, "axes");

    if (!starts.v || !ends.v)
        og_rewrite_fail(c, OG_BAD_FILE, "attributes 'starts' and 'ends' are needed");
    og_set_in(c, 1, og_ints_like(og_in(c, 0), starts));
    og_set_in(c, 2, og_ints_like(og_in(c, 0), ends));
    if (axes.v)
        og_set_in(c, 3, og_ints_like(og_in(c, 0), axes));
    og_drop_attr(c, "starts");
    og_drop_attr(c, "ends");
    og_drop_attr(c, "axes");
}

static void slice_gradient(og_grad *c)
{
    og_set_dx(c, 0,
              OG_OP("onnxgrad::SliceGrad", NULL, og_dy(c, 0), og_shape_of(og_x(c, 0)), og_x(c, 1),
                    og_x(c, 2), og_x(c, 3), og_x(c, 4)));
}

/* ---- Kernel ---------------------------------------------------------------------------------- */

static void slice_strides(const og_call *c, int64_t *from, int64_t *first)
{
    const og_tensor *x = c->in[0], *in[4];
    og_slice_range ranges[OG_MAX_RANK];

    for (int i = 0; i < 4; i++)
        in[i] = og_call_input(c, i + 1);
    og_slice_ranges(x->rank, x->dims, in, ranges);
    og_strides(x->rank, x->dims, from);
    *first = 0;
    for (int i = 0; i < x->rank; i++) {
        *first += ranges[i].first * from[i];
        from[i] = ranges[i].count > 1 ? from[i] * ranges[i].step : 0;
    }
}

static og_status slice_prepare(og_call *c)
{
    int64_t from[OG_MAX_RANK], first;

    for (int i = 1; i < c->n_in; i++)
        if (og_call_late(c, i))
            return OG_OK; /* bounds come with the run */
    slice_strides(c, from, &first);
    return og_moves_one(c, from, first);
}

static void slice_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *y = c->out[0];
    int64_t from[OG_MAX_RANK], to[OG_MAX_RANK], first;
    og_move move;

    if (c->work) {
        og_moves_run(c, piece, scratch);
        return;
    }
    slice_strides(c, from, &first);
    og_strides(y->rank, y->dims, to);
    og_move_set(&move, y->elem, y->rank, y->dims, to, 0, from, first);
    for (int64_t i = 0; i < move.pieces; i++)
        og_move_piece(&move, y->data, c->in[0]->data, i);
}

const og_op og_op_slice = {
    .name = "Slice",
    .version = 13,
    .valid_from = 10,
    .versions = "1 10 11",
    .doc = "Elements between bounds, along some axes.",
    .in = { OG_PORT("data", OG_ANY), OG_SLICE_BOUNDS(1) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .traits = OG_COPIES,
    .infer = slice_infer,
    .upgrade = slice_upgrade,
    .gradient = slice_gradient,
    .prepare = slice_prepare,
    .run = slice_run,
    .samples = OG_SAMPLES("float[7,5] data; int64[2] starts = 1 0; int64[2] ends = 6 -1",
                          "double[7,5] data; int64[1] starts = -1; int64[1] ends = -99; int64[1] "
                          "axes = 1; int64[1] steps = -2",
                          "float[4] data; int32[1] starts = 3; int32[1] ends = 1",
                          "float[0,3] data; int64[1] starts = 1; "
                          "int64[1] ends = 3; int64[1] axes = -1"),
};
