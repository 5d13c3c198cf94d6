/*
 * lines: operators that treat each line along one axis by itself (Softmax, cross entropy, norms).
 *
 * A tensor is seen as [outer, n, inner], n being the line.  Lines are cut into strips of at most
 * OG_LINES_STRIP that are alike: one behind the other where inner is 1, side by side otherwise.
 */
#ifndef OG_LINES_H
#define OG_LINES_H

#include "ops/ops.h"

enum { OG_LINES_STRIP = 64 };

typedef struct og_lines {
    int64_t outer, n, inner;
    int64_t strips; /* in all */
    int64_t group;  /* strips of a piece */
} og_lines;

/* Cuts [outer, n, inner] into pieces (0 when there is no line) and states their number and cost in
 * `c`; `cost`: of one element in nanoseconds. */
void og_lines_split(og_call *c, og_lines *lines, int64_t outer, int64_t n, int64_t inner,
                    double cost);

/* The same for the lines along one axis (not negative) of a tensor. */
void og_lines_along(og_call *c, og_lines *lines, const og_tensor *x, int axis, double cost);

typedef struct og_strip {
    int64_t count; /* lines */
    int64_t first; /* place of the first line's first element */
    int64_t line;  /* from a line to the next */
    int64_t step;  /* from an element of a line to the next */
    int64_t index; /* of the first line among all lines */
} og_strip;

/* Strips of a piece: for (i = 0; og_lines_strip(l, piece, i, &s); i++). */
bool og_lines_strip(const og_lines *lines, int64_t piece, int64_t i, og_strip *strip);

#endif
