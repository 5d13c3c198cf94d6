/*
 * move: data movement by width, for every element type.
 *
 * One description, og_move, covers what moves elements at regular places: transposing, slicing,
 * expanding, tiling, joining, padding.  It is cut into pieces of fixed size, so that any thread may
 * do any of them.
 */
#ifndef OG_MOVE_H
#define OG_MOVE_H

#include "base/base.h"

/* Bytes of an element; 0 for types of less than 8 bits, which are packed. */
int og_width(og_elem elem);

/* Copies n elements that lie side by side; the places are counted in elements.  The ranges may be
 * the same one, but do not overlap otherwise. */
void og_copy_run(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
                 int64_t n);

/* Sets n elements side by side to the element at `from_first`. */
void og_fill_run(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
                 int64_t n);

/* to[to_first + i] = from[from_first + places[i] * step] for n elements. */
void og_pick(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
             const int64_t *places, int64_t step, int64_t n);

/* to[to_first + places[i] * step] = from[from_first + i] for n elements, in order: the last writer
 * stays. */
void og_put(og_elem elem, void *to, int64_t to_first, const int64_t *places, int64_t step,
            const void *from, int64_t from_first, int64_t n);

/* For every index (i0, i1 …) below dims: to[to_first + sum i*to[.]] = from[from_first + sum
 * i*from[.]].  Strides are in elements and may be negative; those of `from` may be 0. */
typedef struct og_move {
    int width, bits; /* of an element: bytes (0: packed), bits */
    int rank;
    int64_t dims[OG_MAX_RANK], to[OG_MAX_RANK], from[OG_MAX_RANK];
    int64_t to_first, from_first;
    int64_t count;  /* product of dims */
    int64_t pieces; /* at least 1 */
    int64_t step;   /* of a piece: elements, or rows of tiles where `tiled` */
    bool tiled;     /* dims[rank-2] is contiguous in the source, dims[rank-1] in the target: a
                       transposition */
} og_move;

/* Fills in a move: drops axes of size 1, joins axes that run on, and cuts it into pieces. */
void og_move_set(og_move *m, og_elem elem, int rank, const int64_t *dims, const int64_t *to,
                 int64_t to_first, const int64_t *from, int64_t from_first);

/* Does one piece, 0 <= piece < m->pieces. */
void og_move_piece(const og_move *m, void *to, const void *from, int64_t piece);

/* Strides of a row-major tensor. */
void og_strides(int rank, const int64_t *dims, int64_t *strides);

#endif
