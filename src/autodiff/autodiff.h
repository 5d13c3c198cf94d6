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

/* The same with values that count as independent: what they were computed from gets nothing through
 * them, so a value among them is `wrt` or a constant. */
og_status og_backward_between(og_graph *graph, og_value *output, og_value *seed,
                              og_value *const wrt[], size_t n, og_value *const cut[], size_t n_cut,
                              og_value *grads[]);

/* A node of trait OG_DERIVATIVE with the values that it names. */
typedef struct og_derivative {
    og_node *node;
    og_value **named; /* one for each of the node's inputs */
    og_value *y;
} og_derivative;

/* Whether one sweep serves both: the same y, by values that were computed from nothing, where they
 * are. */
bool og_derivatives_share(const og_derivative *a, const og_derivative *b);

/* Puts the derivatives in the place of the nodes (several only if they share a sweep) and settles
 * their graph, which may not grow beyond max_nodes.  Where an input of a node is not the value that
 * is named, or that value lies in a graph around the node's, the nodes between it and y are added
 * once more, reading the input.  The nodes of the graph must be in order, and those of other
 * derivatives that y depends on replaced. */
og_status og_differentiate(const og_derivative *d, size_t n, size_t max_nodes);

#endif
