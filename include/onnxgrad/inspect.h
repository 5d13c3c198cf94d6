/* What is in a model: nodes, parameters with the reason of each, and what training or running it
 * would meet. */
#ifndef ONNXGRAD_INSPECT_H
#define ONNXGRAD_INSPECT_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_parameter_facts {
    const char *name, *type;
    bool trained;
    const char *why; /* 'weight of Conv node #3 "conv1"' */
    int64_t elements;
} og_parameter_facts;

/* How a node takes part in training and running. */
typedef enum og_node_gradient {
    OG_GRADIENT_RULE,      /* has a rule of its own */
    OG_GRADIENT_EXPANSION, /* through its expansion */
    OG_GRADIENT_ZERO,      /* zero wherever it exists: nothing flows back */
    OG_GRADIENT_NONE /* stops here with an error, if the loss depends on it through real numbers */
} og_node_gradient;

typedef struct og_node_facts {
    size_t index;                 /* in the file */
    const char *op, *name, *text; /* text: the node in ONNX's syntax */
    const char *types;            /* of its outputs */
    og_node_gradient gradient;
    bool runs; /* has a kernel for these types, or an expansion */
    size_t n_in, n_out;
    const char *const *in, *const *out; /* names; "" where omitted */
} og_node_facts;

typedef struct og_inspection {
    const char *name, *file, *producer;
    int64_t ir_version;
    const char *opsets;    /* "ai.onnx 18, com.example 1" */
    const char *signature; /* "(float[batch,784] x) => (float[batch,10] logits)" */
    size_t n_nodes, n_parameters, n_unsupported;
    const og_node_facts *nodes;
    const og_parameter_facts *parameters; /* candidates: what is trained and what is not */
    int64_t trained, elements;            /* elements of the trained ones, and of all candidates */
    const char *unsupported;              /* "Foo (2 nodes), Bar (1 node)", or "" */
} og_inspection;

/* Facts about a model; `train` and `freeze` are selectors as for training, or NULL.  The texts
 * belong to the graph, whose report says what went wrong. */
OG_API og_status og_inspect(og_graph *graph, const char *train, const char *freeze,
                            og_inspection *inspection);

/* The operators of this library as text: a line each, the table of the documentation, the header
 * and the source of the builders.  Freed with og_operators_text_free; NULL when memory is short. */
typedef enum og_operators_form {
    OG_OPERATORS_LIST,
    OG_OPERATORS_MARKDOWN,
    OG_OPERATORS_HEADER,
    OG_OPERATORS_SOURCE
} og_operators_form;
OG_API char *og_operators_text(og_operators_form form);
OG_API void og_operators_text_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
