/* rows: rows of a matrix added to rows of another one, at places that may repeat. */
#ifndef OG_ROWS_H
#define OG_ROWS_H

#include "base/base.h"

/* to[places[i]][j] += from[i][j] for every place within [first, end), in the order of i; `step` numbers a row.
 * The element type is float, double, int32 or int64. */
void og_add_rows(og_elem elem, void *to, int64_t step, int64_t first, int64_t end, const int64_t *places,
                 const void *from, int64_t n);

/* to[places[i]] = to[places[i]] joined with from[i], in the order of i; how is '+', '*', 'M' (maximum) or
 * 'm' (minimum).  Types as above. */
void og_join_at(og_elem elem, char how, void *to, const int64_t *places, const void *from, int64_t n);

#endif
