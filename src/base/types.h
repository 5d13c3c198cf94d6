/* types: what the files of base know of element types beyond base.h. */
#ifndef OG_BASE_TYPES_H
#define OG_BASE_TYPES_H

#include "base/base.h"

/* The last column of types.def; '-' for what is no type. */
char og_elem_kind(og_elem elem);

/* Floats of less than 32 bits to and from double, rounded once to the nearest, ties to even.  Too
 * large a number becomes infinity, or the largest where the type has none. */
double og_small_decode(og_elem elem, uint32_t code);
uint32_t og_small_encode(og_elem elem, double x);

#endif
