/* The plan of a convolution or its gradient by the input; private to conv.c and its loops. */
#ifndef OG_CONV_PLAN_H
#define OG_CONV_PLAN_H

#include "kernels/conv.h"
#include "kernels/conv_rows.h"
#include "kernels/tile.h"

/* One dense grid of target positions: start + i step along each axis, with the kernel positions
 * that reach it. */
typedef struct conv_phase {
    int64_t grid[OG_MAX_RANK], start[OG_MAX_RANK];
    int64_t taps;
    int64_t *tap;     /* [taps] position in the kernel */
    int64_t *offsets; /* [source channels of a group * taps] from a grid position's place in the
                         copied planes */
} conv_phase;

struct og_conv {
    og_conv_shape shape;
    og_elem elem;
    bool input_gradient;
    int64_t from_channels, to_channels; /* of one group */
    bool by_rows;                       /* then rows is the whole plan */
    conv_rows rows;
    const int64_t *from, *to;         /* spatial sizes of source and target */
    int64_t from_size, to_size, taps; /* products of spatial sizes */
    int64_t from_step[OG_MAX_RANK], to_step[OG_MAX_RANK];
    int64_t low[OG_MAX_RANK]; /* source position of a plane's first element is residue - low */
    int64_t residues, residues_of[OG_MAX_RANK]; /* planes of one channel; along each axis */
    int64_t plane[OG_MAX_RANK], plane_step[OG_MAX_RANK], plane_size;
    int64_t phases;
    conv_phase *phase;
    int64_t band, bands; /* rows of the target grid, along axis 0, that a piece makes at most */
    int64_t group, image_groups; /* images of a piece */
    int64_t batch;               /* images that are copied at a time */
    int64_t columns;             /* of the sums of one image, whole tiles */
    size_t planes_bytes, weights_bytes, sums_bytes;
    int64_t chunk; /* source channels that one pass over k takes */
};

/* The gradient by the weights of groups with few channels (depthwise): a forward plan of this kind
 * of tile, and one piece of it, which adds to dw. */
og_conv *conv_thin_plan(const og_conv_shape *shape, og_elem elem, og_conv_alloc *alloc,
                        void *owner);
void conv_thin_run(const og_conv *p, int64_t piece, const void *x, const void *dy, void *dw,
                   void *scratch);

#endif
