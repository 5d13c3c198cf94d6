/*
 * shape: what the operators that move data share: reading axes in inference, and kernels made of
 * og_move.
 */
#ifndef OG_SHAPE_H
#define OG_SHAPE_H

#include "kernels/embed.h"
#include "kernels/move.h"
#include "ops/content.h"
#include "ops/ops.h"

/* ---- Inference ------------------------------------------------------------------------------- */

/* Resolves axes against a rank; mask[axis] becomes true.  Fails for an axis outside the rank or
 * given twice. */
og_status og_axes_resolve(og_infer *c, int rank, int64_t n, const int64_t *axes, int *resolved,
                          bool *mask);

/* Output k has a known rank and sizes that nobody knows. */
og_status og_infer_fresh(og_infer *c, int k, int rank);

/* The product of sizes. */
og_dim og_dim_product(og_infer *c, int n, const og_dim *dims);

/* Fails unless input i has this rank. */
og_status og_infer_need_rank(og_infer *c, int i, int rank);

/* Output k has the sizes that input i, an int64 vector, holds; negative ones fail. */
og_status og_infer_shape_from(og_infer *c, int i, int k);
og_status og_infer_not_negative(og_infer *c, int i, int64_t n, const og_dim *sizes);

/* A vector input's length as a number; false where it is symbolic. */
bool og_infer_length(const og_infer *c, int i, int64_t *n);

/* ---- Kernels --------------------------------------------------------------------------------- */

/* Pieces hold about this many bytes. */
enum { OG_PIECE_BYTES = 1 << 16 };

/* Moves from inputs to outputs that do not depend on each other; .run of such operators is
 * og_moves_run. */
typedef struct og_moves {
    int n;
    struct {
        og_move move;
        int in, out;
        int64_t first; /* piece */
    } v[];
} og_moves;

/* Room for n moves, in c->work; NULL when memory is short. */
og_moves *og_moves_new(og_call *c, int n);
void og_moves_add(og_call *c, og_moves *moves, int in, int out, int rank, const int64_t *dims,
                  const int64_t *to, int64_t to_first, const int64_t *from, int64_t from_first);
void og_moves_run(const og_call *c, int64_t piece, void *scratch);

/* One move that fills output 0 in row-major order from input 0. */
og_status og_moves_one(og_call *c, const int64_t *from, int64_t from_first);

/* .prepare of operators whose output 0 has the bytes of input 0. */
og_status og_moves_same(og_call *c);

/* Kernels made of og_embed from input 0 to output 0.  `maps` fills in the maps of output 0's axes
 * from the inputs `first` to `last`; where `value` is NULL what lies outside becomes 0. */
typedef void og_embed_maps(const og_call *c, int64_t *maps);
og_status og_embed_prepare(og_call *c, og_embed_maps *maps, int first, int last);
void og_embed_run(const og_call *c, int64_t piece, void *scratch, og_embed_maps *maps,
                  const void *value);

/* Input i, NULL where it is omitted; whether its numbers are there already while a plan is made. */
static inline const og_tensor *og_call_input(const og_call *c, int i)
{
    return i < c->n_in ? c->in[i] : NULL;
}
static inline bool og_call_late(const og_call *c, int i)
{
    return og_call_input(c, i) && c->in[i]->count && !c->in[i]->data;
}

/* An element of an int32 or int64 tensor. */
static inline int64_t og_index_at(const og_tensor *t, int64_t i)
{
    return t->elem == OG_INT64 ? ((const int64_t *)t->data)[i] : ((const int32_t *)t->data)[i];
}

/* .check: every element of input i counts from -size to size-1. */
og_status og_check_indices(og_call *c, int i, int64_t size);

/* ---- Words for rules ------------------------------------------------------------------------- */

/* An int64 vector of one number, in the graph of `like`. */
og_value *og_int_like(og_value *like, int64_t number);

/* int64[n]: the sizes start … end-1 of x's shape. */
og_value *og_shape_part(og_value *x, int64_t start, int64_t end);

/* 0, 1, 2 … in the shape of x: the place of each of its elements. */
og_value *og_places_like(og_value *x);

/* Zeros in the shape of x, plus dy's elements at `places` (of the same shape as dy, from
 * og_places_like(x)): the gradient of whatever moved the places as it moved x. */
og_value *og_sum_at_places(og_value *dy, og_value *places, og_value *x);

#endif
