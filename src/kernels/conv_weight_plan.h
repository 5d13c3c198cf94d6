/* The plan of a convolution's gradient by the weights; private to conv_weight.c and its loops. */
#ifndef OG_CONV_WEIGHT_PLAN_H
#define OG_CONV_WEIGHT_PLAN_H

#include "kernels/conv_plan.h"
#include "kernels/tile.h"

struct og_conv_weight {
    og_conv_shape shape;
    og_elem elem;
    int64_t in_channels, out_channels; /* of one group */
    int64_t in_size, out_size, taps;   /* products of spatial sizes */
    int64_t band, bands;               /* rows of y, along axis 0, that are worked on at a time */
    int64_t grid[OG_MAX_RANK];         /* padded x of one band */
    int64_t grid_step[OG_MAX_RANK];    /* in positions, of in_channels elements each */
    int64_t block, blocks;             /* channels of y in a piece */
    int64_t groups;                    /* of (image, band) pairs */
    int64_t columns;                   /* all channels of y, whole vectors */
    int64_t block_columns;
    int64_t partial; /* elements of one partial sum: [group][tap][channel of x][columns] */
    size_t x_bytes, y_bytes;
    og_conv *thin; /* then all else but shape, elem and partial is not used */
};

#endif
