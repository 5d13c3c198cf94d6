/* Graphs: the one representation of models, gradients, chains and optimizers. */
#ifndef ONNXGRAD_GRAPH_H
#define ONNXGRAD_GRAPH_H

#include "onnxgrad/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_graph og_graph;
typedef struct og_value og_value; /* a tensor of the graph; belongs to its graph */

/* An empty graph, or NULL when memory is short.  og_graph_free frees its nodes, values and
 * constants too. */
OG_API og_graph *og_graph_new(const char *name);
OG_API void og_graph_free(og_graph *graph);

/* A copy that shares nothing with the original; NULL when memory is short. */
OG_API og_graph *og_graph_clone(const og_graph *graph);

/* Building calls give NULL after a failure and take NULL in place of a value, so a model is written
 * without checks.  The first failure waits here: og_graph_status gives its code, og_graph_report
 * the sentences. */
OG_API og_status og_graph_status(const og_graph *graph);
OG_API const og_report *og_graph_report(const og_graph *graph);

/* Ends: an input with its type in ONNX's syntax ("float[batch,1,28,28]"), an output, a constant
 * (copied), a trainable parameter (copied; the graph's initializer of that name). */
OG_API og_value *og_input(og_graph *graph, const char *name, const char *type);
OG_API og_value *og_input_dims(og_graph *graph, const char *name, og_elem elem, int rank,
                               const int64_t *dims);
OG_API og_value *og_output(og_graph *graph, const char *name, og_value *value);
OG_API og_value *og_constant(og_graph *graph, const og_tensor *tensor);
OG_API og_value *og_parameter(og_graph *graph, const char *name, const og_tensor *initial);

/* Constants in short: a scalar of an element type, a vector of int64. */
OG_API og_value *og_scalar(og_graph *graph, og_elem elem, double number);
OG_API og_value *og_int64s(og_graph *graph, size_t n, const int64_t *numbers);

/* Lists for attributes; the numbers need to live only until the call returns. */
typedef struct og_ints {
    int64_t n;
    const int64_t *v;
} og_ints;
typedef struct og_floats {
    int64_t n;
    const float *v;
} og_floats;
typedef struct og_strings {
    int64_t n;
    const char *const *v;
} og_strings;
#define OG_INTS(...)                                                                               \
    ((og_ints){ .n = (int64_t)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)),        \
                .v = (const int64_t[]){ __VA_ARGS__ } })
#define OG_REALS(...)                                                                              \
    ((og_floats){ .n = (int64_t)(sizeof((const float[]){ __VA_ARGS__ }) / sizeof(float)),          \
                  .v = (const float[]){ __VA_ARGS__ } })

/* A number of an option whose 0 is not the default: .axis = OG_SOME(0). */
typedef struct og_some_int {
    bool given;
    int64_t number;
} og_some_int;
typedef struct og_some_float {
    bool given;
    double number;
} og_some_float;
#define OG_SOME(x)                                                                                 \
    {                                                                                              \
        true, (x)                                                                                  \
    }

/* One attribute of a node. */
typedef enum og_attr_kind {
    OG_ATTR_NONE,
    OG_ATTR_FLOAT,
    OG_ATTR_INT,
    OG_ATTR_STRING,
    OG_ATTR_TENSOR,
    OG_ATTR_GRAPH,
    OG_ATTR_FLOATS,
    OG_ATTR_INTS,
    OG_ATTR_STRINGS,
    OG_ATTR_TENSORS,
    OG_ATTR_GRAPHS,
    OG_ATTR_TYPE
} og_attr_kind;

typedef struct og_attr {
    const char *name;
    og_attr_kind kind;
    union {
        int64_t i;
        float f;
        og_string s;
        og_ints ints;
        og_floats floats;
        og_strings strings;
        const og_tensor *tensor;
        og_graph *graph;  /* taken over by the node */
        const char *type; /* "float[2,n]" */
    } u;
} og_attr;

#define OG_SET_INT(attr, x)                                                                        \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_INT, .u.i = (x)                                            \
    }
#define OG_SET_FLOAT(attr, x)                                                                      \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_FLOAT, .u.f = (x)                                          \
    }
#define OG_SET_STRING(attr, x)                                                                     \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_STRING, .u.s = {(x), strlen(x) }                           \
    }
#define OG_SET_INTS(attr, ...)                                                                     \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_INTS, .u.ints = OG_INTS(__VA_ARGS__)                       \
    }
#define OG_SET_TENSOR(attr, x)                                                                     \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_TENSOR, .u.tensor = (x)                                    \
    }

/* Any operator by name, "Resize" or "domain::Name": its first output.  `inputs` may hold NULL for
 * an omitted optional input; `attrs` ends with an entry whose name is NULL, or is NULL.
 * og_node_more also gives `n_outputs` outputs. */
OG_API og_value *og_node_new(og_graph *graph, const char *op, size_t n_inputs,
                             og_value *const inputs[], const og_attr *attrs);
#define og_node(...)                                                                               \
    og_node_new(__VA_ARGS__) /* a macro: inside, og_node is also the type of a node */
OG_API og_status og_node_more(og_graph *graph, const char *op, size_t n_inputs,
                              og_value *const inputs[], const og_attr *attrs, size_t n_outputs,
                              og_value *outputs[]);

/* What a value is: its name, its type as text ("float[batch,10]"; owned by the graph), its graph.
 */
OG_API const char *og_value_name(const og_value *value);
OG_API const char *og_value_type(const og_value *value);
OG_API og_graph *og_value_graph(const og_value *value);
OG_API og_value *og_graph_find(const og_graph *graph, const char *name);

/* The graph as text in ONNX's syntax, types behind each node and the state's new values at the end;
 * belongs to the graph. */
OG_API const char *og_graph_text(og_graph *graph);

/* The i-th input or output, NULL past the end. */
OG_API og_value *og_graph_input(const og_graph *graph, size_t i);
OG_API og_value *og_graph_output(const og_graph *graph, size_t i);

/* Adds the backward graph of `loss` to `graph`: grads[i] becomes d loss / d wrt[i], or a constant
 * zero where the loss does not depend on wrt[i].  The values belong to the graph; calling again on
 * them gives higher derivatives.  Fails with OG_NOT_SCALAR, or with OG_NO_GRADIENT naming the node
 * that has no rule. */
OG_API og_status og_gradients(og_graph *graph, og_value *loss, og_value *const wrt[], size_t n,
                              og_value *grads[]);

/* Adds the whole training step to `graph`: the gradients of `loss` by every trainable parameter,
 * the chain
 * ("clip_norm(1.0) | adam(lr=1e-3)"), the new parameters and optimizer slots, bound to the old
 * ones. */
OG_API og_status og_train_step(og_graph *graph, og_value *loss, const char *chain);

#ifdef __cplusplus
}
#endif
#endif
