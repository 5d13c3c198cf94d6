/*
 * gradcheck: gradients against finite differences, in double.
 *
 * The same check serves the generic test over the operators (one node of a sample), and
 * `onnxgrad gradcheck` (a whole graph).
 */
#ifndef OG_CHECK_GRADCHECK_H
#define OG_CHECK_GRADCHECK_H

#include "graph/op.h"
#include "onnxgrad/session.h"

typedef struct og_gradcheck_result og_gradcheck_result;

typedef struct og_gradcheck_options {
    int order;        /* 1, or 2: also the gradient of the gradient; 0 is 1 */
    int64_t elements; /* of each tensor, at most this many are moved; 0: 24 */
    double
        tolerance; /* of a difference, against the largest number of the gradient or 1; 0: 1e-8 */
    int threads;
    int output;                /* of a sample: by output output-1 alone; 0: by all together */
    og_gradcheck_result *each; /* room for a result for each of wrt; NULL */
    og_state *state;           /* where parameters live; NULL: the graph's initial ones */
} og_gradcheck_options;

struct og_gradcheck_result {
    bool passed;
    int64_t compared; /* numbers compared; 0: nothing to differentiate */
    int64_t kinks;    /* of these, places where the function has no derivative: the gradient has to
                         lie between the slopes on both sides */
    double error;     /* the largest, in units of what is tolerated */
    char text[240];   /* the worst: "the gradient by 'A'[3] is 0.5, differences give 0.4" */
};

/* Checks the gradient of `loss` (double, one element) by each of `wrt`: double inputs that are fed,
 * or double state.  The gradient's nodes are added to the graph; the feeds are moved and put back.
 * A gradient that is wrong is no failure of the call. */
og_status og_gradcheck(og_graph *graph, og_value *loss, og_value *const wrt[], size_t n,
                       const og_feed *feeds, size_t n_feeds, const og_gradcheck_options *options,
                       og_gradcheck_result *result, og_report *report);

/* The same for one sample of an operator, made double, with random gradients of its outputs.
 * OG_BAD_TYPE where the operator takes no doubles, OG_NO_GRADIENT where it has none. */
og_status og_gradcheck_sample(const og_op *op, const char *sample,
                              const og_gradcheck_options *options, og_gradcheck_result *result,
                              og_report *report);

/* The sum of a graph's outputs, each times random numbers of its shape; NULL where no output is
 * double. */
og_value *og_gradcheck_loss(og_graph *graph);

/* Makes a graph double: types, constants, state, attributes.  OG_UNSUPPORTED names a node that
 * takes no doubles. */
og_status og_graph_widen(og_graph *graph);

/* Whether any real input of the operator has a gradient: by rule, expansion or as zero. */
bool og_gradcheck_has(const og_op *op);

#endif
