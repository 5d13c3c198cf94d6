/*
 * optim: chains of gradient transforms. Text is parsed to stages; each stage adds its nodes to the graph.
 *
 * A stage is one file in src/optim/stages with one descriptor. The registry is generated from them.
 */
#ifndef OG_OPTIM_H
#define OG_OPTIM_H

#include "ops/ops.h"

typedef struct og_stage og_stage;
extern const og_stage *const og_stage_registry[]; /* generated; ended by NULL */

/* What a training step is made with besides the chain. */
typedef struct og_step_options {
    const char *compat; /* torch, optax, onnx, keras; NULL: torch */
    bool strict;        /* warnings about the order of stages are errors */
} og_step_options;

/* Parses `chain` and adds it behind the gradients of `loss` to `graph`: bindings for parameters and slots, `ok`, the
 * infos.  Trainable values are those with value->trainable. */
og_status og_step_build(og_graph *graph, og_value *loss, const char *chain,
                        const og_step_options *options);

#endif
