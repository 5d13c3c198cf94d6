/*
 * conv_rows: the plan of a convolution whose tiles have positions as rows and channels as columns;
 * private to conv.c.
 *
 * The source is copied with its channels innermost, so one kernel row is a single run of memory,
 * whose elements are broadcast, and the weights' channels fill whole vectors.  Nothing is computed
 * for nothing, but the result has to be turned back.
 */
#ifndef OG_CONV_ROWS_H
#define OG_CONV_ROWS_H

#include "kernels/conv.h"
#include "kernels/tile.h"

/* Kernel positions along one axis that reach target positions of one residue, by ascending source
 * position: position first + t step of the kernel reads offset + t shift. */
typedef struct conv_reach {
    int64_t taps, first, step, offset, shift;
} conv_reach;

typedef struct conv_rows {
    const og_conv_shape *shape;
    og_elem elem;
    bool input_gradient;
    int64_t from_channels, to_channels; /* of one group */
    const int64_t *from, *to;
    int64_t from_size, to_size, taps;
    int64_t from_step[OG_MAX_RANK], to_step[OG_MAX_RANK];
    int64_t residues[OG_MAX_RANK];  /* of the target along each axis */
    conv_reach *reach[OG_MAX_RANK]; /* [residues] */
    int64_t low[OG_MAX_RANK];       /* the lowest source position that is read */
    int64_t plane[OG_MAX_RANK], plane_step[OG_MAX_RANK], plane_size; /* of positions */
    int64_t phases, band, bands, group, image_groups, batch;
    int64_t splits, split;  /* blocks of target channels, a piece makes one; columns of a block */
    int64_t chunk, columns; /* source channels of one pass; target channels, whole vectors */
    size_t planes_bytes, weights_bytes, sums_bytes;
} conv_rows;

/* Fills p from the sizes in it; false: these sizes are better off with the other kind of tile, of
 * which `used` is the share of columns that count, or memory is short. */
bool conv_rows_plan(conv_rows *p, double used, og_conv_alloc *alloc, void *owner);
og_conv_needs conv_rows_needs(const conv_rows *p);
void conv_rows_run(const conv_rows *p, int64_t piece, const void *source, const void *w,
                   const void *bias, void *target, void *scratch);

#endif
