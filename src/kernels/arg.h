/* arg: the place of the largest or smallest number. */
#ifndef OG_ARG_H
#define OG_ARG_H

#include "base/base.h"

/* The place, 0 <= place < n, in the line x[0], x[stride] … of n > 0 elements; `last`: of equal ones
 * the last. */
typedef int64_t og_arg_line(const void *x, int64_t n, int64_t stride, bool least, bool last);

/* NULL where the element type has none. */
og_arg_line *og_arg_find(og_elem elem);

#endif
