/*
 * Convolutions and their gradients by the input.
 *
 * Forward, target position p reads source positions p stride + k dilation - before: kernel
 * positions whose k dilation has the same residue by the stride read one dense plane, shifted by
 * the quotient.  The gradient by the input has source and target exchanged: target positions of one
 * residue r by the stride are a dense grid, and position j stride + r reads j + (r + before - k
 * dilation) / stride where that is whole.
 *
 * Target rows are channels, and columns are positions of the grid in the order of the plane; the
 * few columns between the rows of the grid are computed for nothing.
 */
#include "kernels/conv_plan.h"
#include "kernels/conv_sizes.h"
#include "kernels/simd.h"

#define T float
#define FN(name) name##_f32
#include "kernels/conv_loops.h"

#define T double
#define FN(name) name##_f64
#include "kernels/conv_loops.h"

enum { PIECES = 16, PLANES_BYTES = 1 << 18, CHUNK = 512 };
static const double PIECE_WORK = 5e5; /* multiplications that are worth a piece */

/* Where kernel position k reads for target positions of residue r along one axis: the source's
 * residue and the shift in the dense plane; false if it does not reach them. */
static bool reach(const og_conv *p, int axis, int64_t r, int64_t k, int64_t *residue,
                  int64_t *shift)
{
    const int64_t stride = p->shape.stride[axis], at = k * p->shape.dilation[axis];
    const int64_t q = r + p->shape.before[axis] - at;

    if (p->input_gradient) {
        *residue = 0;
        *shift = q / stride;
        return q % stride == 0;
    }
    *residue = at % stride;
    *shift = at / stride;
    return true;
}

/* Lowest and highest shift along one axis. */
static void shifts_of(const og_conv *p, int axis, int64_t *low, int64_t *high)
{
    const int64_t phases = least(p->to_step[axis], p->to[axis]);
    int64_t residue, shift;
    bool any = false;

    *low = *high = 0;
    for (int64_t r = 0; r < phases; r++)
        for (int64_t k = 0; k < p->shape.kernel[axis]; k++) {
            if (!reach(p, axis, r, k, &residue, &shift))
                continue;
            *low = any && *low < shift ? *low : shift;
            *high = any && *high > shift ? *high : shift;
            any = true;
        }
}

/* The largest grid along an axis. */
static int64_t grid_of(const og_conv *p, int axis)
{
    return (p->to[axis] + p->to_step[axis] - 1) / p->to_step[axis];
}

/* Rows of a band: what keeps the planes of an image within the cache, and enough bands where images
 * are few. */
static void plan_bands(og_conv *p, int64_t shift)
{
    const int64_t rows = grid_of(p, 0), images = p->shape.images;
    const int64_t row =
        p->plane_step[0] * p->from_channels * p->residues * og_elem_bits(p->elem) / 8;
    const double work = (double)p->to_channels * (double)p->from_channels * (double)p->taps *
                        (double)p->to_size * (double)p->shape.groups;
    int64_t fit = row > 0 ? PLANES_BYTES / row - shift : rows, wanted = 1;

    if (images > 0 && images < PIECES)
        wanted = least((PIECES + images - 1) / images, (int64_t)(work / PIECE_WORK));
    if (wanted > 1)
        fit = least(fit, (rows + wanted - 1) / wanted);
    fit = fit < 4 ? 4 : fit;
    p->band = rows > 0 ? least(fit, rows) : 1;
    p->bands = (rows + p->band - 1) / p->band;
    p->band = p->bands > 0 ? (rows + p->bands - 1) / p->bands : 1;
    p->plane[0] = p->band + shift;
    p->plane_size = p->plane[0] * p->plane_step[0];
}

static void plan_planes(og_conv *p)
{
    const int rank = p->shape.rank;
    int64_t shift = 0;

    p->residues = 1;
    for (int i = 0; i < rank; i++) {
        int64_t low, high;

        shifts_of(p, i, &low, &high);
        p->low[i] = p->input_gradient ? -low : p->shape.before[i];
        if (i == 0)
            shift = high - (p->input_gradient ? low : 0);
        else
            p->plane[i] = grid_of(p, i) + high - (p->input_gradient ? low : 0);
        p->residues_of[i] =
            p->input_gradient
                ? 1
                : least(p->from_step[i], p->shape.dilation[i] * (p->shape.kernel[i] - 1) + 1);
        p->residues *= p->residues_of[i];
    }
    p->plane_step[rank - 1] = 1;
    for (int i = rank - 2; i >= 0; i--)
        p->plane_step[i] = p->plane_step[i + 1] * p->plane[i + 1];
    plan_bands(p, shift);
}

/* The kernel positions that reach residue r, and where they read; counts only while f->tap is NULL.
 */
static void plan_taps(const og_conv *p, conv_phase *f, const int64_t *r)
{
    const int rank = p->shape.rank;
    int64_t n = 0;

    for (int64_t t = 0; t < p->taps; t++) {
        int64_t at[OG_MAX_RANK], plane = 0, offset = 0;
        bool reached = true;

        unravel(t, rank, p->shape.kernel, at);
        for (int i = 0; i < rank && reached; i++) {
            int64_t residue, shift;

            reached = reach(p, i, r[i], at[i], &residue, &shift);
            plane = plane * p->residues_of[i] + residue;
            offset += (shift + (p->input_gradient ? p->low[i] : 0)) * p->plane_step[i];
        }
        if (!reached)
            continue;
        for (int64_t c = 0; f->tap && c < p->from_channels; c++)
            f->offsets[c * f->taps + n] = (c * p->residues + plane) * p->plane_size + offset;
        if (f->tap)
            f->tap[n] = t;
        n++;
    }
    f->taps = n;
}

static bool plan_phases(og_conv *p, og_conv_alloc *alloc, void *owner)
{
    const int rank = p->shape.rank;
    int64_t counts[OG_MAX_RANK];

    for (int i = 0; i < rank; i++)
        counts[i] = least(p->to_step[i], p->to[i]);
    p->phases = product_of(rank, counts);
    p->phase = alloc(owner, (size_t)p->phases * sizeof *p->phase + 1);
    if (!p->phase)
        return false;
    for (int64_t n = 0; n < p->phases; n++) {
        conv_phase *f = &p->phase[n];
        size_t entries;

        unravel(n, rank, counts, f->start);
        for (int i = 0; i < rank; i++)
            f->grid[i] = (p->to[i] - f->start[i] + p->to_step[i] - 1) / p->to_step[i];
        plan_taps(p, f, f->start);
        entries = (size_t)(f->taps * p->from_channels) + 1;
        f->offsets = alloc(owner, entries * sizeof *f->offsets);
        f->tap = alloc(owner, ((size_t)f->taps + 1) * sizeof *f->tap);
        if (!f->offsets || !f->tap)
            return false;
        plan_taps(p, f, f->start);
    }
    return true;
}

/* Sizes of the three parts of a piece's scratch, each a multiple of 64 bytes. */
static void plan_scratch(og_conv *p)
{
    const size_t size = (size_t)og_elem_bits(p->elem) / 8;
    const og_tiles *tiles = og_tiles_of(p->elem);
    const int64_t planes = p->from_channels * p->residues * p->plane_size;
    int64_t columns = 1, most = p->shape.images;

    for (int i = 0; i < p->shape.rank; i++)
        columns += ((i ? grid_of(p, i) : p->band) - 1) * p->plane_step[i];
    p->columns = (columns + tiles->width - 1) / tiles->width * tiles->width;
    p->group = (most + PIECES - 1) / PIECES;
    p->group = p->group < 1 ? 1 : p->group;
    p->image_groups = (most + p->group - 1) / p->group;
    p->batch = planes > 0 ? 2 * PLANES_BYTES / (planes * (int64_t)size) : 1;
    p->batch = p->batch < 1 ? 1 : least(p->batch, p->group);
    p->chunk = p->taps < CHUNK && p->taps > 0 ? CHUNK / p->taps : 1;
    p->chunk = least(p->chunk, p->from_channels > 0 ? p->from_channels : 1);
    p->planes_bytes = ((size_t)(planes * p->batch + tiles->width) * size + 63) / 64 * 64;
    p->weights_bytes = ((size_t)(p->chunk * p->taps * tiles->rows) * size + 63) / 64 * 64;
    p->sums_bytes = (size_t)(p->columns * tiles->rows * p->batch) * size;
}

/* The share of columns that are not computed for nothing. */
static double used_columns(const og_conv *p)
{
    double grid = (double)p->band;

    for (int i = 1; i < p->shape.rank; i++)
        grid *= (double)grid_of(p, i);
    return grid / (double)p->columns;
}

static og_conv *plan(const og_conv_shape *shape, og_elem elem, bool input_gradient, bool rows_too,
                     og_conv_alloc *alloc, void *owner)
{
    og_conv *p = alloc(owner, sizeof *p);

    if (!p)
        return NULL;
    p->shape = *shape;
    p->elem = elem;
    p->input_gradient = input_gradient;
    p->from_channels = (input_gradient ? shape->out_channels : shape->in_channels) / shape->groups;
    p->to_channels = (input_gradient ? shape->in_channels : shape->out_channels) / shape->groups;
    p->from = input_gradient ? p->shape.out : p->shape.in;
    p->to = input_gradient ? p->shape.in : p->shape.out;
    for (int i = 0; i < shape->rank; i++) {
        p->from_step[i] = input_gradient ? 1 : shape->stride[i];
        p->to_step[i] = input_gradient ? shape->stride[i] : 1;
    }
    p->from_size = product_of(shape->rank, p->from);
    p->to_size = product_of(shape->rank, p->to);
    p->taps = product_of(shape->rank, shape->kernel);
    p->rows.shape = &p->shape;
    p->rows.elem = elem;
    p->rows.input_gradient = input_gradient;
    p->rows.from_channels = p->from_channels;
    p->rows.to_channels = p->to_channels;
    p->rows.from = p->from;
    p->rows.to = p->to;
    p->rows.from_size = p->from_size;
    p->rows.to_size = p->to_size;
    p->rows.taps = p->taps;
    for (int i = 0; i < shape->rank; i++) {
        p->rows.from_step[i] = input_gradient ? 1 : shape->stride[i];
        p->rows.to_step[i] = p->to_step[i];
    }
    plan_planes(p);
    plan_scratch(p);
    p->by_rows = rows_too && conv_rows_plan(&p->rows, used_columns(p), alloc, owner);
    return p->by_rows || plan_phases(p, alloc, owner) ? p : NULL;
}

og_conv *og_conv_plan(const og_conv_shape *shape, og_elem elem, bool input_gradient,
                      og_conv_alloc *alloc, void *owner)
{
    return plan(shape, elem, input_gradient, true, alloc, owner);
}

og_conv *conv_thin_plan(const og_conv_shape *shape, og_elem elem, og_conv_alloc *alloc, void *owner)
{
    return plan(shape, elem, false, false, alloc, owner);
}

void conv_thin_run(const og_conv *p, int64_t piece, const void *x, const void *dy, void *dw,
                   void *scratch)
{
    if (p->elem == OG_FLOAT)
        thin_f32(p, piece, x, dy, dw, scratch);
    else
        thin_f64(p, piece, x, dy, dw, scratch);
}

og_conv_needs og_conv_needs_of(const og_conv *p)
{
    const double work = (double)p->to_channels * (double)p->from_channels * (double)p->taps *
                        (double)p->shape.groups * (double)(p->group * p->band);
    const double row = (double)p->to_size / (double)(p->to[0] > 0 ? p->to[0] : 1);

    if (p->to_size == 0 || p->to_channels == 0)
        return (og_conv_needs){ 0 };
    if (p->by_rows)
        return conv_rows_needs(&p->rows);
    return (og_conv_needs){ .pieces = p->image_groups * p->bands,
                            .cost = 1000 + work * row / 40,
                            .scratch = p->planes_bytes + p->weights_bytes + p->sums_bytes };
}

void og_conv_run(const og_conv *p, int64_t piece, const void *source, const void *w,
                 const void *bias, void *target, void *scratch)
{
    if (p->by_rows)
        conv_rows_run(&p->rows, piece, source, w, bias, target, scratch);
    else if (p->elem == OG_FLOAT)
        run_f32(p, piece, source, w, bias, target, scratch);
    else
        run_f64(p, piece, source, w, bias, target, scratch);
}
