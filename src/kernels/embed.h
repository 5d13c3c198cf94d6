/*
 * embed: a tensor laid into another one by a map per axis: to[i0, i1 …] = from[map0[i0], map1[i1]
 * …], and one value where any of the maps gives -1.
 *
 * Padding in every mode, cropping and the gradient of a slice are such maps.  Axes at the end that
 * are taken as they are join into runs.
 */
#ifndef OG_EMBED_H
#define OG_EMBED_H

#include "base/base.h"

typedef struct og_embed {
    og_elem elem;
    int rank;                  /* axes that are mapped, up to the last one that changes */
    int64_t dims[OG_MAX_RANK]; /* of the target */
    int64_t step[OG_MAX_RANK]; /* of the source, in elements */
    const int64_t *map[OG_MAX_RANK];
    int64_t run;  /* elements behind the last mapped axis, side by side in both */
    int64_t rows; /* product of dims but the last one */
    int64_t pieces, piece_rows;
} og_embed;

/* Numbers that the maps of a target take: one per index of each axis. */
int64_t og_embed_size(int rank, const int64_t *to);

/* Fills in *e; `maps` holds the axes' maps one behind the other and is kept. */
void og_embed_set(og_embed *e, og_elem elem, int rank, const int64_t *to, const int64_t *from,
                  const int64_t *maps);

/* Does one piece, 0 <= piece < e->pieces; `value` is one element. */
void og_embed_piece(const og_embed *e, void *to, const void *from, const void *value,
                    int64_t piece);

#endif
