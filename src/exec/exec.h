/*
 * exec: from a graph with concrete input shapes to a plan, and running it. The public sessions are
 * made here.
 */
#ifndef OG_EXEC_H
#define OG_EXEC_H

#include "graph/op.h"
#include "onnxgrad/session.h"

/* Fills the state from the graph's initial data for every state value it does not hold yet. */
og_status og_state_fill(og_state *state, const og_graph *graph, og_report *report);
/* Adds one tensor (copied) or overwrites its numbers; the type and shape must fit an existing one.
 */
og_status og_state_set(og_state *state, const char *name, const og_tensor *tensor,
                       og_report *report);

/* Whether the operator has a kernel for this node's types. */
bool og_node_runnable(const og_node *node);

/* Runs one node on tensors outside any plan: constant folding, and the generic operator tests.
 * Outputs are made with og_tensor_new.  `variant`: 0 plain, 1 output 0 over input 0 where the
 * operator allows it. */
og_status og_run_node(const og_node *node, const og_tensor *const *in, og_tensor **out, int threads,
                      int variant, og_report *report);

#endif
