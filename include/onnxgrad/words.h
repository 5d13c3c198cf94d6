/* Words: the operators one writes most, in the form that reads best.  The others are in builders.h.
 *
 * All take NULL in place of a value and then give NULL, so models read like formulas. */
#ifndef ONNXGRAD_WORDS_H
#define ONNXGRAD_WORDS_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Element by element, with broadcasting. */
OG_API og_value *og_add(og_value *a, og_value *b);
OG_API og_value *og_sub(og_value *a, og_value *b);
OG_API og_value *og_mul(og_value *a, og_value *b);
OG_API og_value *og_div(og_value *a, og_value *b);
OG_API og_value *og_pow(og_value *a, og_value *b);
OG_API og_value *og_neg(og_value *x);
OG_API og_value *og_exp(og_value *x);
OG_API og_value *og_log(og_value *x);
OG_API og_value *og_sqrt(og_value *x);
OG_API og_value *og_abs(og_value *x);
OG_API og_value *og_sign(og_value *x);
OG_API og_value *og_where(og_value *condition, og_value *x, og_value *y);
OG_API og_value *og_equal(og_value *a, og_value *b);
OG_API og_value *og_less(og_value *a, og_value *b);
OG_API og_value *og_greater(og_value *a, og_value *b);
OG_API og_value *og_not(og_value *x);
OG_API og_value *og_and(og_value *a, og_value *b);

/* x plus, x times a number of x's element type. */
OG_API og_value *og_plus(og_value *x, double number);
OG_API og_value *og_times(og_value *x, double number);

OG_API og_value *og_matmul(og_value *a, og_value *b);

/* Types and shapes.  og_cast gives x itself where it has the type already; og_reshape takes sizes
 * as they are (0 is an empty axis), og_reshape_to has -1 and 0 as ONNX does; perm with v = NULL
 * reverses the axes. */
OG_API og_value *og_cast(og_value *x, og_elem to);
OG_API og_value *og_cast_like(og_value *x, og_value *like);
OG_API og_value *og_reshape(og_value *x, og_value *shape);
OG_API og_value *og_reshape_to(og_value *x, int64_t n, const int64_t *dims);
OG_API og_value *og_flatten(og_value *x, int64_t axis);
OG_API og_value *og_transpose(og_value *x, og_ints perm);
OG_API og_value *og_expand(og_value *x, og_value *shape);
OG_API og_value *og_squeeze(og_value *x, og_ints axes);
OG_API og_value *og_unsqueeze(og_value *x, og_ints axes);
OG_API og_value *og_concat(int64_t axis, int n, og_value *const *in);
OG_API og_value *og_slice(og_value *x, og_value *starts, og_value *ends, og_value *axes,
                          og_value *steps);

#ifdef __cplusplus
}
#endif
#endif
