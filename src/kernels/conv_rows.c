/*
 * Convolutions with positions as rows of the tiles.
 *
 * Along one axis, target position j to_step + r reads source positions j from_step + offset + t
 * shift: forward with from_step = stride, one residue, shift = dilation; in the gradient by the
 * input with to_step = stride, and for each residue r those kernel positions for which r + before -
 * k dilation is a multiple of the stride.
 */
#include "kernels/conv_rows.h"

#include "kernels/conv_sizes.h"
#include "kernels/simd.h"

#define T float
#define FN(name) name##_f32
#define TURN_VECTORS
#include "kernels/turn.h"
#undef TURN_VECTORS
#include "kernels/conv_rows_loops.h"

#define T double
#define FN(name) name##_f64
#include "kernels/turn.h"
#include "kernels/conv_rows_loops.h"

enum {
    PIECES = 16,
    POSITIONS = 512,
    PLANES_BYTES = 1 << 18,
    SUMS_BYTES = 1 << 19,
    CHUNK = 64,
    LEAST_DEPTH = 16
};

/* Kernel positions k that reach residue r along an axis, in the order of the source. */
static conv_reach reach_of(const conv_rows *p, int axis, int64_t r)
{
    const og_conv_shape *s = p->shape;
    const int64_t stride = s->stride[axis], dilation = s->dilation[axis];
    conv_reach reach = { .step = 1 };

    if (!p->input_gradient)
        return (conv_reach){
            .taps = s->kernel[axis], .step = 1, .offset = -s->before[axis], .shift = dilation
        };
    for (int64_t k = 0; k < s->kernel[axis]; k++) {
        const int64_t q = r + s->before[axis] - k * dilation;

        if (q % stride != 0)
            continue;
        if (reach.taps > 0) {
            reach.step = reach.first - k;
            reach.shift = reach.offset - q / stride;
        }
        reach.first = k;
        reach.offset = q / stride;
        reach.taps++;
    }
    return reach;
}

/* All residues of an axis: their kernel positions, and the source positions that they span. */
static bool plan_axis(conv_rows *p, int axis, int64_t *span, og_conv_alloc *alloc, void *owner)
{
    int64_t high = 0;
    bool any = false;

    p->residues[axis] = least(p->to_step[axis], p->to[axis]);
    p->reach[axis] = alloc(owner, (size_t)p->residues[axis] * sizeof(conv_reach) + 1);
    if (!p->reach[axis])
        return false;
    for (int64_t r = 0; r < p->residues[axis]; r++) {
        conv_reach *reach = &p->reach[axis][r];
        int64_t end;

        *reach = reach_of(p, axis, r);
        if (reach->taps == 0)
            continue;
        end = reach->offset + (reach->taps - 1) * reach->shift;
        p->low[axis] = any ? least(p->low[axis], reach->offset) : reach->offset;
        high = any && high > end ? high : end;
        any = true;
    }
    *span = high - p->low[axis];
    return true;
}

/* Where that makes few pieces, target channels are shared out too: each piece copies the source
 * again, but packs only its own weights. */
static void plan_splits(conv_rows *p)
{
    const int64_t width = og_tiles_of(p->elem)->width, pieces = p->image_groups * p->bands;
    const int64_t tiles = (p->columns + width - 1) / width;
    const int64_t wanted = pieces > 0 ? (PIECES / 2 + pieces - 1) / pieces : 1;
    const int64_t each = (tiles + wanted - 1) / wanted;

    p->split = each * width;
    p->splits = (tiles + each - 1) / each;
}

/* Rows of a band and images of a piece: enough pieces, but each with so many positions that packing
 * the weights does not show, and planes and sums that stay in the cache. */
static void plan_pieces(conv_rows *p, int64_t span)
{
    const int64_t size = og_elem_bits(p->elem) / 8, images = p->shape->images;
    const int64_t grid = (p->to[0] + p->to_step[0] - 1) / p->to_step[0];
    const int64_t row = p->plane_step[0] * p->from_channels * size * p->from_step[0];
    const int64_t positions = p->to_size, line = p->to[0] > 0 ? positions / p->to[0] : 1;
    int64_t fit = row > 0 ? PLANES_BYTES / row : grid, wanted = 1;

    p->group = (images + PIECES - 1) / PIECES;
    if (positions > 0 && p->group * positions < POSITIONS)
        p->group = (POSITIONS + positions - 1) / positions;
    p->group = p->group < 1 ? 1 : least(p->group, images > 0 ? images : 1);
    p->image_groups = (images + p->group - 1) / p->group;
    if (p->image_groups > 0 && p->image_groups < PIECES)
        wanted = least((PIECES + p->image_groups - 1) / p->image_groups,
                       p->group * positions / POSITIONS);
    if (wanted > 1)
        fit = least(fit, (grid + wanted - 1) / wanted);
    fit = least(fit, SUMS_BYTES / (line * p->columns * size + 1));
    fit = fit < 2 ? 2 : fit;
    p->bands = (grid + fit - 1) / fit;
    p->band = p->bands > 0 ? (grid + p->bands - 1) / p->bands : 1;
    plan_splits(p);
    p->plane[0] = (p->band - 1) * p->from_step[0] + span + 1;
    p->plane_size = p->plane[0] * p->plane_step[0];
}

static void plan_scratch(conv_rows *p)
{
    const int64_t size = og_elem_bits(p->elem) / 8, one = p->from_channels * p->plane_size;
    int64_t positions = p->band;

    for (int i = 1; i < p->shape->rank; i++)
        positions *= (p->to[i] + p->to_step[i] - 1) / p->to_step[i];
    p->batch = 2 * SUMS_BYTES / (positions * p->columns * size + one * size + 1);
    p->batch = p->batch < 1 ? 1 : least(p->batch, p->group);
    p->planes_bytes = (size_t)round_up(one * p->batch * size, 64);
    p->weights_bytes =
        (size_t)round_up(p->taps * p->chunk * og_tiles_of(p->elem)->width * size, 64);
    p->sums_bytes = (size_t)(positions * p->columns * p->batch * size);
}

/* Whether these tiles are faster.  The runs need neighbours along the last axis to be neighbours in
 * the source; tiles of one vector do about three quarters of the work of two in the same time. */
static bool suits(const conv_rows *p, double used)
{
    const int last = p->shape->rank - 1;
    const double full = (double)p->to_channels / (double)p->columns;
    const bool narrow = p->columns < og_tiles_of(p->elem)->width;

    for (int64_t r = 0; r < p->residues[last]; r++)
        if (p->reach[last][r].taps > 1 && p->reach[last][r].shift != 1)
            return false;
    return p->from_channels * p->taps / p->phases >= LEAST_DEPTH &&
           full * (narrow ? 0.75 : 1) >= 0.9 * used;
}

bool conv_rows_plan(conv_rows *p, double used, og_conv_alloc *alloc, void *owner)
{
    const int rank = p->shape->rank;
    int64_t span[OG_MAX_RANK];

    p->columns = round_up(p->to_channels, og_tiles_of(p->elem)->width / 2);
    p->chunk = least(p->from_channels, CHUNK);
    for (int i = 0; i < rank; i++) {
        if (!plan_axis(p, i, &span[i], alloc, owner))
            return false;
        p->plane[i] =
            ((p->to[i] + p->to_step[i] - 1) / p->to_step[i] - 1) * p->from_step[i] + span[i] + 1;
    }
    p->phases = product_of(rank, p->residues);
    p->plane_step[rank - 1] = 1;
    for (int i = rank - 2; i >= 0; i--)
        p->plane_step[i] = p->plane_step[i + 1] * p->plane[i + 1];
    if (p->phases == 0 || !suits(p, used))
        return false;
    plan_pieces(p, span[0]);
    plan_scratch(p);
    return true;
}

og_conv_needs conv_rows_needs(const conv_rows *p)
{
    const int64_t positions = p->to_size / p->bands * p->group;
    const double depth = (double)p->from_channels * (double)p->taps / (double)p->phases;

    return (og_conv_needs){ .pieces = p->image_groups * p->bands * p->splits,
                            .cost = 1000 + (double)positions * depth * (double)p->to_channels *
                                               (double)p->shape->groups / 45 / (double)p->splits,
                            .scratch = p->planes_bytes + p->weights_bytes + p->sums_bytes };
}

void conv_rows_run(const conv_rows *p, int64_t piece, const void *source, const void *w,
                   const void *bias, void *target, void *scratch)
{
    if (p->elem == OG_FLOAT)
        rows_run_f32(p, piece, source, w, bias, target, scratch);
    else
        rows_run_f64(p, piece, source, w, bias, target, scratch);
}
