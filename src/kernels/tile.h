/*
 * tile: the innermost loops of products and convolutions: one tile of C, held in registers, over
 * all of k.
 *
 * A tile has up to `rows` rows and `width` columns, two vectors.  Columns are read and written
 * whole, so B and C have room for them.
 */
#ifndef OG_TILE_H
#define OG_TILE_H

#include "base/base.h"

/* C[r][j] (+)= sum over run < runs, p < k of A[run * a_run + p * a_k + r * a_row] B[run * b_run + p
 * * b_k + j]. */
typedef struct og_tile_product {
    int rows;
    bool add;    /* to C */
    bool narrow; /* columns are one vector */
    int64_t runs, k;
    const void *a;
    int64_t a_row, a_k, a_run;
    const void *b;
    int64_t b_k, b_run;
    void *c;
    int64_t ldc;
} og_tile_product;

typedef struct og_tiles {
    int rows, width;
    void (*product)(const og_tile_product *p);
    /* C[r][j] (+)= sum over p < k of A[p * rows + r] B[offsets[p] + j]. */
    void (*gather)(int rows, int64_t k, const void *a, const void *b, const int64_t *offsets,
                   bool add, void *c, int64_t ldc);
    /* sums[t] += sum over i < n of a[i] b[offsets[t] + i] for t < count; n is a multiple of width
     * / 2. */
    void (*dots)(int64_t n, const void *a, const void *b, const int64_t *offsets, int64_t count,
                 void *sums);
} og_tiles;

/* The best tiles that this machine has for float or double. */
const og_tiles *og_tiles_of(og_elem elem);

#endif
