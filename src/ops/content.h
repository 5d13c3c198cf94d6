/*
 * content: shape arithmetic during inference. Small tensors of int64 and int32 carry their numbers,
 * each a number or a symbolic expression, from Shape through the operators that compute with them
 * to Reshape, Expand and the like.
 *
 * An operator calls one of these at the end of .infer, when its output's shape is set; where
 * something is not known they do nothing.
 */
#ifndef OG_CONTENT_H
#define OG_CONTENT_H

#include "graph/op.h"

/* Longer contents are not followed: nothing that describes a shape is longer. */
enum { OG_CONTENT_MAX = 256 };

/* Gives output k, of int64 or int32, its contents, unless they are too long or do not fit the type.
 */
void og_infer_put_content(og_infer *c, int k, int64_t n, const og_dim *content);

/* Output k has the contents of input i, in the same order (Identity, Reshape, Squeeze, Cast between
 * int64 and int32). */
void og_infer_content_same(og_infer *c, int i, int k);

/* Output 0 is inputs 0 and 1 joined by '+', '-', '*' or '/', 'M' for maximum, 'm' for minimum,
 * broadcast as numpy does for ranks 0 and 1. */
void og_infer_content_binary(og_infer *c, char what);

#endif
