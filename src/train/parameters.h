/* Which tensors of a model are trained, and why: the rule is in docs/parameters.md. */
#ifndef OG_TRAIN_PARAMETERS_H
#define OG_TRAIN_PARAMETERS_H

#include "graph/op.h"

/* A floating constant of the model. */
typedef struct og_candidate {
    og_value *value;
    bool trained;
    const char *why; /* 'weight of Conv node #3 "conv1"' */
    og_value *twin;  /* an earlier trained matrix that holds the same numbers transposed, or NULL */
} og_candidate;

typedef struct og_candidates {
    size_t n;
    og_candidate *v;
} og_candidates;

/* All floating constants and initializers of rank >= 1 that something reads, in the order of the
 * graph.  `train` (only what matches) and `freeze` are selectors or NULL.  A graph whose parameters
 * were named as such when it was built (og_parameter) keeps them.  Failures are in the graph's
 * report. */
og_status og_candidates_find(og_graph *graph, og_arena *arena, const char *train,
                             const char *freeze, og_candidates *found);

/* Makes the trained ones parameters of the graph. */
og_status og_candidates_promote(og_graph *graph, const og_candidates *found);

/* Tied weights that were written twice (ties.c): sets `twin`. */
void og_ties_find(og_candidates *list);
/* Readers of a tensor with a twin read the twin; it is no longer trained itself. */
og_status og_ties_join(og_graph *graph, og_candidates *list);
/* The numbers of the twin as the other tensor has them. */
void og_tie_copy(const og_tensor *from, og_tensor *to);

#endif
