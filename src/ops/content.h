/*
 * content: shape arithmetic during inference. Small int64 tensors carry their numbers, each a number or a symbolic
 * expression, from Shape through the operators that compute with them to Reshape, Expand and the like.
 *
 * An operator calls one of these at the end of .infer, when its output's shape is set; where something is not
 * known they do nothing.
 */
#ifndef OG_CONTENT_H
#define OG_CONTENT_H

#include "graph/op.h"

/* Longer contents are not followed: nothing that describes a shape is longer. */
enum { OG_CONTENT_MAX = 256 };

/* Output k has the contents of input i, in the same order (Identity, Reshape, Squeeze, Cast from and to int64). */
void og_infer_content_same(og_infer *c, int i, int k);

/* Output 0 is inputs 0 and 1 joined by '+', '-', '*' or '/', 'M' for maximum, 'm' for minimum, broadcast as numpy
 * does for ranks 0 and 1. */
void og_infer_content_binary(og_infer *c, char what);

#endif
