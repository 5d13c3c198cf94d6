/* Chains of gradient transforms, written as text; the training steps made of them; losses, also as
 * text. */
#ifndef ONNXGRAD_OPTIM_H
#define ONNXGRAD_OPTIM_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_stage og_stage;

typedef struct og_step_options {
    const char
        *compat; /* whose defaults and formulas: "torch" (also NULL), "optax", "onnx", "keras" */
    bool strict; /* warnings about the order of stages are errors */
    bool norms;  /* the norm of each parameter's gradient can be fetched: og_step_norm */
    const og_stage *const *stages; /* stages of the caller's own, ended by NULL; NULL: none */
} og_step_options;

/* ---- Chains ---------------------------------------------------------------------------------- */

/* A chain read from text: "clip_norm(1.0) | adam(lr=1e-3)". */
typedef struct og_chain og_chain;

/* Reads a chain and checks its stages and arguments; `options` may be NULL.  Unless memory is short
 * *chain is set even on failure, so that og_chain_report can be read: what with the offset, where
 * with a caret below the text, the stage's signature as hint. */
OG_API og_status og_chain_parse(const char *text, const og_step_options *options, og_chain **chain);
OG_API void og_chain_free(og_chain *chain);

/* The i-th likely mistake in the order of stages, with its reason; NULL past the end.  With
 * options.strict the first one is an error. */
OG_API const char *og_chain_warning(const og_chain *chain, size_t i);
OG_API const og_report *og_chain_report(const og_chain *chain);

/* The canonical form, which reads back to the same chain; in lines of text: that, the short names
 * written out, the stages with their slots and bytes, the passes over memory.  Owned by the chain;
 * NULL when memory is short. */
OG_API const char *og_chain_text(og_chain *chain);
OG_API const char *og_chain_explain(og_chain *chain);

/* What a chain does with one parameter: the group it is in ("*.bias", "_" for the rest; NULL
 * outside groups; groups in groups joined by " / "), and the labels of the stages it meets in their
 * order. Frozen parameters meet none. */
typedef struct og_chain_member {
    const char *parameter, *group, *stages;
    bool frozen;
} og_chain_member;

/* Who is in which group, for parameters of these names: members[i] is about names[i], and all of it
 * belongs to the chain.  The first group that matches takes a parameter; one that none matches is
 * an error. */
OG_API og_status og_chain_members(og_chain *chain, size_t n, const char *const names[],
                                  const og_chain_member **members);

/* ---- Training steps -------------------------------------------------------------------------- */

/* og_train_step with options (NULL: the defaults). */
OG_API og_status og_train_step_with(og_graph *graph, og_value *loss, const char *chain,
                                    const og_step_options *options);

/* The i-th warning about the chain of the graph's training step, NULL past the end. */
OG_API const char *og_step_warning(const og_graph *graph, size_t i);

/* The name of the value (a double scalar) that is the norm of one gradient as it enters the first
 * stage, of the i-th parameter that is trained; NULL past the end, and where options.norms was not
 * set.  They come from the pass that the step makes anyway. */
OG_API const char *og_step_norm(const og_graph *graph, size_t i, const char **parameter);

/* ---- Losses ---------------------------------------------------------------------------------- */

typedef struct og_loss {
    og_value *value; /* the scalar */
    size_t n_labels;
    og_value *const
        *labels; /* the graph inputs that the loss added or reads, in the order of the text */
    /* of the first term: what it compares, and the axis of the classes (-1: it has none) */
    og_value *prediction, *label;
    int64_t class_axis;
} og_loss;

/* Adds the loss that `spec` says to the graph: "mse(y, target) + 0.05*output(aux)".  Terms are
 * cross_entropy, nll, mse, l1, smooth_l1, bce_logits, bce, kl and output.  A label becomes a graph
 * input of the type that fits the prediction; an input of that name is used as it is. */
OG_API og_status og_loss_build(og_graph *graph, const char *spec, og_loss *loss);

/* ---- Selectors ------------------------------------------------------------------------------- */

/* Whether `name` is matched by a selector: globs joined by +, then globs taken away by -.  A
 * malformed selector fails with OG_BAD_CHAIN; `report` may be NULL. */
OG_API og_status og_select(const char *selector, const char *name, bool *matches,
                           og_report *report);

#ifdef __cplusplus
}
#endif
#endif
