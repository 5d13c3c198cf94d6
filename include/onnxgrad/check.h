/* Checks: test cases in folders, gradients against finite differences. */
#ifndef ONNXGRAD_CHECK_H
#define ONNXGRAD_CHECK_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum og_verdict {
    OG_PASSED,
    OG_FAILED,
    OG_SKIPPED /* something in it is not supported yet */
} og_verdict;

/* One case and how it went. */
typedef struct og_case {
    const char *name; /* the folder's */
    og_verdict verdict;
    og_report report; /* why it did not pass */
} og_case;

typedef struct og_cases og_cases;

typedef struct og_cases_options {
    double rtol, atol; /* of floating outputs; 0: 1e-3 and 1e-7, as ONNX's own runner has them.
                        * Networks of several nodes are also given what float32 rounding does to
                        * their largest outputs. */
    int threads;
    size_t max_memory;
    void (*watch)(void *context, const og_case *done); /* after each case; may be NULL */
    void *context;
} og_cases_options;

/* Runs every case in and below a folder: ONNX's backend cases (model.onnx with test_data_set_N) and
 * trajectories of training (case.json).  Fails only where the folder cannot be read or holds no
 * case; `options` may be NULL. Unless memory is short *cases is set even on failure. */
OG_API og_status og_cases_run(const char *folder, const og_cases_options *options,
                              og_cases **cases);
OG_API void og_cases_free(og_cases *cases);
OG_API const og_report *og_cases_report(const og_cases *cases);
OG_API size_t og_cases_count(const og_cases *cases, og_verdict verdict);
OG_API const og_case *og_cases_at(const og_cases *cases, size_t i); /* NULL past the end */

/* ---- Gradients ------------------------------------------------------------------------------- */

/* Compares gradients of first and second order with finite differences in double, for every
 * operator that has one (or the one named), at the inputs its descriptor gives as samples.  A case
 * is an operator. */
OG_API og_status og_gradcheck_operators(const char *name, const og_cases_options *options,
                                        og_cases **cases);

/* The same for a model, as if it were written in double: the gradient of a random sum of its
 * outputs at made-up inputs, by each parameter and each real input.  A case is a tensor; `graph`
 * stays as it is. */
OG_API og_status og_gradcheck_model(const og_graph *graph, const og_cases_options *options,
                                    og_cases **cases);

/* ---- Made-up inputs -------------------------------------------------------------------------- */

/* A tensor for the i-th input: numbers in [-1, 1) or whole ones of 0 and 1, the same for the same
 * seed; sizes that are free are 2.  Freed with og_tensor_free; the report is the graph's. */
OG_API og_status og_input_random(og_graph *graph, size_t i, uint64_t seed, og_tensor **tensor);

/* Whether the i-th input has an initializer, so that it need not be fed. */
OG_API bool og_input_has_default(const og_graph *graph, size_t i);

#ifdef __cplusplus
}
#endif
#endif
