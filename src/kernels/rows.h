/* rows: rows of a matrix joined with rows of another one, at places that may repeat. */
#ifndef OG_ROWS_H
#define OG_ROWS_H

#include "base/base.h"

/* How a number is joined with the one that is there. */
typedef enum og_join { OG_JOIN_SET, OG_JOIN_ADD, OG_JOIN_MUL, OG_JOIN_MAX, OG_JOIN_MIN } og_join;

/* to[places[i]][j] is joined with from[i][j] for every place within [first, end), in the order of
 * i; `row` is the number of elements of a row.  OG_JOIN_SET takes any element type, the others
 * float, double, int32 and int64. */
void og_join_rows(og_elem elem, og_join how, void *to, int64_t row, int64_t first, int64_t end,
                  const int64_t *places, const void *from, int64_t from_first, int64_t n);

#endif
