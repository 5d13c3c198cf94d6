/* gather: what Gather and its gradient share. */
#ifndef OG_GATHER_H
#define OG_GATHER_H

#include "ops/shape/shape.h"

typedef struct gather_attrs {
    int64_t axis;
} gather_attrs;

enum { GATHER_STRIP = 512 }; /* indices brought to int64 at a time */

static inline int gather_axis(const gather_attrs *a, int rank)
{
    return (int)(a->axis < 0 ? a->axis + rank : a->axis);
}

/* A row is the elements behind the axis; a piece of Gather is some rows of the output. */
typedef struct gather_work {
    int64_t size; /* of the axis */
    int64_t row;  /* elements */
    int64_t n;    /* indices */
    int64_t rows, step;
} gather_work;

/* The entry of the axis that index i names. */
static inline int64_t gather_place(const gather_work *w, const og_tensor *indices, int64_t i)
{
    int64_t index = og_index_at(indices, i);

    return index < 0 ? index + w->size : index;
}

#endif
