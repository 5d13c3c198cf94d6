/*
 * Gradients of convolutions by their weights.
 *
 * dw[o, c, k] is a product over all positions of all images.  With the channels of both x and dy
 * innermost, the rows of a tile, (kernel position along the last axis, channel of x), lie side by
 * side whatever the position of y is, and the columns are channels of y; so a tile sums a whole
 * band in registers.
 *
 * A piece takes some (image, band) pairs and a block of channels of y, and leaves a partial sum.
 */
#include "kernels/conv_weight_plan.h"
#include "kernels/conv_sizes.h"
#include "kernels/simd.h"

#define T float
#define FN(name) name##_f32
#define TURN_VECTORS
#include "kernels/turn.h"
#undef TURN_VECTORS
#include "kernels/conv_weight_loops.h"

#define T double
#define FN(name) name##_f64
#include "kernels/turn.h"
#include "kernels/conv_weight_loops.h"

enum { GROUPS = 8, BAND_BYTES = 1 << 18, BLOCK = 64, BIG = 1 << 17, THIN = 8 };
static const double GROUP_WORK = 5e5; /* multiplications that are worth a partial sum */

/* Rows of y whose x stays in the cache. */
static void plan_band(og_conv_weight *p)
{
    const og_conv_shape *s = &p->shape;
    const int64_t size = og_elem_bits(p->elem) / 8, rows = s->out[0];
    const int64_t tail = (s->kernel[0] - 1) * s->dilation[0] + 1;
    int64_t row, fit;

    for (int i = 1; i < s->rank; i++)
        p->grid[i] = (s->out[i] - 1) * s->stride[i] + (s->kernel[i] - 1) * s->dilation[i] + 1;
    p->grid_step[s->rank - 1] = 1;
    for (int i = s->rank - 2; i >= 0; i--)
        p->grid_step[i] = p->grid_step[i + 1] * p->grid[i + 1];
    row = p->grid_step[0] * p->in_channels * size;
    fit = row > 0 ? (BAND_BYTES / row - tail) / s->stride[0] + 1 : rows;
    p->band = least(fit < 4 ? 4 : fit, rows > 0 ? rows : 1);
    p->bands = (rows + p->band - 1) / p->band;
    p->band = p->bands > 0 ? (rows + p->bands - 1) / p->bands : 1;
    p->grid[0] = (p->band - 1) * s->stride[0] + tail;
}

static void plan_pieces(og_conv_weight *p, int64_t vector)
{
    const og_conv_shape *s = &p->shape;
    const int64_t units = s->images * p->bands;
    const double work = (double)p->in_channels * (double)p->out_channels * (double)p->taps *
                        (double)p->out_size * (double)s->images * (double)s->groups;

    p->partial = s->groups * p->taps * p->in_channels * p->out_channels;
    p->block = p->partial > BIG && p->out_channels > BLOCK ? BLOCK : p->out_channels;
    p->blocks = p->block > 0 ? (p->out_channels + p->block - 1) / p->block : 0;
    p->block_columns = round_up(p->block, vector);
    p->columns = p->blocks * p->block_columns;
    p->partial = s->groups * p->taps * p->in_channels * p->columns;
    p->groups = least(least(units, GROUPS), 1 + (int64_t)(work / GROUP_WORK));
    if (p->partial > BIG)
        p->groups = least(p->groups, 1 + 8 * BIG / p->partial);
}

og_conv_weight *og_conv_weight_plan(const og_conv_shape *shape, og_elem elem, og_conv_alloc *alloc,
                                    void *owner)
{
    og_conv_weight *p = alloc(owner, sizeof *p);
    const int64_t size = og_elem_bits(elem) / 8;
    int64_t positions;

    if (!p)
        return NULL;
    p->shape = *shape;
    p->elem = elem;
    p->in_channels = shape->in_channels / shape->groups;
    p->out_channels = shape->out_channels / shape->groups;
    p->in_size = product_of(shape->rank, shape->in);
    p->out_size = product_of(shape->rank, shape->out);
    p->taps = product_of(shape->rank, shape->kernel);
    if (shape->groups > 1 && p->in_channels * p->out_channels <= THIN) {
        p->partial = shape->out_channels * p->in_channels * p->taps;
        p->thin = conv_thin_plan(shape, elem, alloc, owner);
        return p->thin ? p : NULL;
    }
    plan_band(p);
    plan_pieces(p, og_tiles_of(elem)->width / 2);
    positions = p->grid[0] * p->grid_step[0];
    p->x_bytes = (size_t)round_up(positions * p->in_channels * size, 64);
    positions = shape->out[0] > 0 ? p->band * (p->out_size / shape->out[0]) : 0;
    p->y_bytes = (size_t)(positions * p->block_columns * size);
    return p;
}

og_conv_needs og_conv_weight_needs(const og_conv_weight *p)
{
    const double work = (double)p->in_channels * (double)p->block * (double)p->taps *
                        (double)p->out_size * (double)p->shape.images * (double)p->shape.groups;

    if (p->out_size == 0 || p->partial == 0)
        return (og_conv_needs){ 0 };
    if (p->thin) {
        og_conv_needs needs = og_conv_needs_of(p->thin);

        needs.shared = (size_t)(needs.pieces * p->partial * og_elem_bits(p->elem) / 8);
        return needs;
    }
    return (og_conv_needs){ .pieces = p->groups * p->blocks,
                            .cost = 1000 + work / (double)(p->groups > 0 ? p->groups : 1) / 40,
                            .scratch = p->x_bytes + p->y_bytes,
                            .shared =
                                (size_t)(p->groups * p->partial * og_elem_bits(p->elem) / 8) };
}

void og_conv_weight_run(const og_conv_weight *p, int64_t piece, const void *x, const void *dy,
                        void *scratch, void *shared)
{
    if (p->thin) {
        const size_t bytes = (size_t)(p->partial * og_elem_bits(p->elem) / 8);
        char *dw = (char *)shared + (size_t)piece * bytes;

        memset(dw, 0, bytes);
        conv_thin_run(p->thin, piece, x, dy, dw, scratch);
    } else if (p->elem == OG_FLOAT)
        run_f32(p, piece, x, dy, scratch, shared);
    else
        run_f64(p, piece, x, dy, scratch, shared);
}

/* Without positions the gradient is zero. */
void og_conv_weight_finish(const og_conv_weight *p, void *shared, void *dw)
{
    const size_t size = (size_t)og_elem_bits(p->elem) / 8;
    const int64_t all = p->shape.groups * p->taps * p->in_channels * p->out_channels;

    if (p->out_size == 0 || p->shape.images == 0)
        memset(dw, 0, (size_t)all * size);
    else if (p->thin && p->elem == OG_FLOAT)
        finish_thin_f32(p, og_conv_needs_of(p->thin).pieces, shared, dw);
    else if (p->thin)
        finish_thin_f64(p, og_conv_needs_of(p->thin).pieces, shared, dw);
    else if (p->elem == OG_FLOAT)
        finish_f32(p, shared, dw);
    else
        finish_f64(p, shared, dw);
}
