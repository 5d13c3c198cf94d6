/*
 * samples: the `.samples` of an operator made into graphs of one node, with numbers for its inputs.
 *
 * A sample is parts separated by ';'.
 *
 * - `float[2,7] X`: an input by the name of its port (a name that is no port's: the next value of a
 *   variadic port).  `= 1 0 3` behind it gives its numbers, ` in -1..1` the range of random ones
 *   (both ends may come); without, reals lie in -2..2 and integers in 0..9.
 * - `axis=1`, `perm=[0,2,1]`, `mode=reflect`, `to=double`, `value=float[2]{1 2}`: an attribute.
 * - `!outputs 3`: the node has three outputs, not just the required ones.
 * - `!nogradient`: gradients of this sample are not checked; `!nogradient ratio`: not by this
 * input.
 */
#ifndef OG_CHECK_SAMPLES_H
#define OG_CHECK_SAMPLES_H

#include "graph/op.h"

/* The graph's inputs are the node's inputs, its outputs the node's outputs. */
typedef struct og_sample {
    og_graph *graph;
    og_node *node;
    og_tensor **in; /* numbers of the node's inputs, NULL where omitted; memory of the graph */
    bool gradient;
    bool *fixed; /* per input: no gradient by this one */
} og_sample;

typedef struct og_sample_options {
    og_elem real; /* float and double inputs become this type; OG_UNDEFINED: as written */
    bool coarse;  /* their random numbers are rounded to bfloat16, which the other types have too */
    bool bits;    /* their numbers are 0 and 1, which every type has */
    bool constants; /* integer inputs, and those that say shapes, are constants of the graph, so
                     * that inference sees them */
} og_sample_options;

/* The same text gives the same numbers, whatever the options.  A type that the operator does not
 * take fails with OG_BAD_TYPE.  The caller frees sample->graph. */
og_status og_sample_make(const og_op *op, const char *text, const og_sample_options *options,
                         og_sample *sample, og_report *report);

#endif
