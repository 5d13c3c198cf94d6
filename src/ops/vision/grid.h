/* grid: what GridSample's kernel and its expansion share. */
#ifndef OG_OPS_GRID_H
#define OG_OPS_GRID_H

#include "ops/shape/shape.h"

typedef struct {
    const char *mode, *padding_mode;
    int64_t align_corners;
} og_grid_attrs;

typedef enum { GRID_NEAREST, GRID_LINEAR, GRID_CUBIC, GRID_MODES } og_grid_mode;
typedef enum { GRID_ZEROS, GRID_BORDER, GRID_REFLECTION, GRID_PADDINGS } og_grid_padding;

/* The last value of each for an unknown word. */
og_grid_mode og_grid_mode_of(const og_grid_attrs *a);
og_grid_padding og_grid_padding_of(const og_grid_attrs *a);

/* Neighbours along one axis, and of a place in all: too many are refused. */
static inline int og_grid_taps(og_grid_mode mode)
{
    return mode == GRID_NEAREST ? 1 : mode == GRID_LINEAR ? 2 : 4;
}
enum { OG_GRID_MOST = 1024 };

void og_grid_expand(og_rewrite *c);

#endif
