/* order: sorting places by what lies there. */
#ifndef OG_ORDER_H
#define OG_ORDER_H

#include "base/base.h"

/* Below 0, 0 or above 0 as the element or row at place a comes before, with or after that at b. */
typedef int og_compare(const void *context, int64_t a, int64_t b);

/* Sorts n places, stable; `scratch` has room for n more. */
void og_order(int64_t *places, int64_t n, int64_t *scratch, og_compare *compare,
              const void *context);

/* Moves the k first of n places to the front, in order; places[i] must be i or otherwise all
 * different.  What `compare` calls equal comes by its place. */
void og_order_first(int64_t *places, int64_t n, int64_t k, og_compare *compare,
                    const void *context);

/* Compares elements of a tensor of any type but complex; a NaN comes after all numbers and equals a
 * NaN. */
int og_compare_elements(const og_tensor *t, int64_t a, int64_t b);

#endif
