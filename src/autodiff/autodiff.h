/*
 * autodiff: the reverse sweep. Gradients are nodes added to the same graph.
 */
#ifndef OG_AUTODIFF_H
#define OG_AUTODIFF_H

#include "graph/op.h"

/* Like og_gradients, but grads[i] is NULL where the loss does not depend on wrt[i], and the output
 * may have any shape when its gradient `seed` is given (NULL: ones). */
og_status og_backward(og_graph *graph, og_value *output, og_value *seed, og_value *const wrt[],
                      size_t n, og_value *grads[]);

#endif
