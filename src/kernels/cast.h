/* cast: numbers of one element type as numbers of another. */
#ifndef OG_CAST_H
#define OG_CAST_H

#include "base/base.h"

/* How floats meet the ends of a narrow type. */
typedef enum og_rounding { OG_ROUND_UP, OG_ROUND_DOWN, OG_ROUND_NEAREST } og_rounding;
typedef struct og_cast_rules {
    bool saturate;        /* of float8 types: the largest number instead of infinity or NaN */
    og_rounding rounding; /* of float8e8m0 */
} og_cast_rules;

/* Converts n elements from place `from_first` to place `to_first` (in elements), with ONNX's rules;
 * complex numbers drop their imaginary part, strings are not taken.  The ranges do not overlap, or
 * are the same memory and both types have the same size. */
void og_convert(og_elem from_elem, const void *from, int64_t from_first, og_elem to_elem, void *to,
                int64_t to_first, int64_t n, og_cast_rules rules);

/* Floats through strips: the types that loops are not written in. */
void og_widen_to_float(og_elem elem, const void *from, float *to,
                       int64_t n); /* float16, bfloat16 */
void og_narrow_from_float(og_elem elem, const float *from, void *to, int64_t n);

#endif
