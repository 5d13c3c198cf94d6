/* Gradients and training steps of whole models, as graphs to be saved: what `onnxgrad grad` and
 * `onnxgrad step` do. */
#ifndef ONNXGRAD_DERIVE_H
#define ONNXGRAD_DERIVE_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_derive_options {
    const char *loss;           /* SPEC, whose labels become inputs; NULL: see below */
    const char *of;             /* instead of a loss: an output; its sum is differentiated */
    const char *wrt;            /* selector of what to differentiate by; NULL: the parameters */
    const char *train, *freeze; /* selectors that change which tensors are parameters; NULL */
    const char *chain;          /* of a step */
    bool strict;                /* of a step: likely mistakes in the order of stages are errors */
    const char *prefix;         /* before the names of outputs that are added; NULL: "" */
    const char *bn; /* of a step: "frozen" keeps running statistics; "train", also NULL, learns */
    /* Of a step: becomes the model's own graph, which the step may have to change, for
     * og_save_options.inference; the caller frees it.  NULL: not needed. */
    og_graph **inference;
} og_derive_options;

/* Adds to a model an output `<tensor>_grad` for each parameter, and for each input that `wrt`
 * matches; with a loss also the output `loss`.  Without loss and `of` the model's only output is
 * taken, which must be a single number. Fails with OG_EXISTS where a name is taken: `prefix` makes
 * another. */
OG_API og_status og_model_add_gradients(og_graph *graph, const og_derive_options *options);

/* Adds the loss and the training step to a model: saving it then writes the step
 * (OG_SAVE_FUNCTIONAL) or the model with its training step (OG_SAVE_TRAINING_INFO).  As while
 * training, dropout drops and batches are normalised by their own statistics. */
OG_API og_status og_model_add_step(og_graph *graph, const og_derive_options *options);

#ifdef __cplusplus
}
#endif
#endif
