/* Sessions: a graph compiled and run, with the state (weights, optimizer slots) it works on. */
#ifndef ONNXGRAD_SESSION_H
#define ONNXGRAD_SESSION_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Named tensors that runs read and change: parameters, `opt/<label>/<slot>/<parameter>`,
 * statistics, clocks. Counted references: sessions of a training and an evaluation graph share one.
 */
typedef struct og_state og_state;
OG_API og_state *og_state_new(void);
OG_API og_state *og_state_share(og_state *state);
OG_API void og_state_free(og_state *state);

/* Number of tensors, their names in the order they were made, and one by name (NULL if there is
 * none; the memory is the state's and changes with each run). */
OG_API size_t og_state_size(const og_state *state);
OG_API const char *og_state_name(const og_state *state, size_t i);
OG_API og_tensor *og_state_tensor(const og_state *state, const char *name);

typedef struct og_session og_session;

typedef struct og_session_options {
    og_state *state;        /* NULL: a new one, filled from the graph's initializers */
    int threads;            /* 0: as many as the process may use */
    int blas_threads;       /* 1 unless -1, which leaves OpenBLAS's global setting alone */
    uint64_t seed;          /* of random operators */
    size_t max_memory;      /* bytes; 0: what the machine or its cgroup has */
    int64_t max_iterations; /* of all loops of one run; 0: 1,000,000 */
    const char *disable;    /* names of passes not to run, by commas; NULL: none */
} og_session_options;

/* Makes a session; the graph must outlive it.  Unless memory is short *session is set even on
 * failure, so that og_session_report can be read. */
OG_API og_status og_session_new(og_graph *graph, const og_session_options *options,
                                og_session **session);
OG_API void og_session_free(og_session *session);
OG_API const og_report *og_session_report(const og_session *session);
OG_API og_state *og_session_state(const og_session *session);

typedef struct og_feed {
    const char *name;
    og_tensor tensor;
} og_feed;

/* What a training step measured; NaN where the graph has no such number.  Filled in also where the
 * run fails because a gradient is not finite. */
typedef struct og_run_info {
    bool applied; /* the parameters changed (false: skipped as not finite, or only accumulated) */
    double loss;
    double grad_norm;       /* entering the first stage of the chain */
    double grad_norm_after; /* leaving the last clip */
    double clip_coef;
    double clip_rate; /* share of this session's runs so far in which a clip acted */
    double lr;
    int64_t step; /* applied updates so far */
    /* The first gradient that is not finite (its value is named after the parameter), and how many
     * of its elements; NULL where all are, and where finite(zero) or finite(pass) does not look.
     * The text belongs to the session. */
    const char *nonfinite;
    int64_t nonfinite_elements;
} og_run_info;

/* Runs the graph once for these inputs and commits its state.  fetches[i] is the name of an output
 * (or any value); results[i] becomes a view of the session's memory, valid until its next run.
 * `info` may be NULL. */
OG_API og_status og_session_run(og_session *session, const og_feed *feeds, size_t n_feeds,
                                const char *const *fetches, size_t n_fetches, og_tensor *results,
                                og_run_info *info);

/* ---- Changes while training ------------------------------------------------------------------ */

/* Numbers of the chain that may be changed between runs, by the label of a stage and the name of
 * its argument: "clip_norm.c", or "c.c" for c=clip_norm(1).  Of a short name (adam) the arguments
 * are its own, of a schedule they stand behind the argument it was given for: "sgd.lr.value".  They
 * are state, so checkpoints keep them.
 *
 * The i-th name, NULL past the end.  A schedule is in the list under its own name too, but is not
 * set: og_session_set and og_session_get fail for it with OG_BAD_ARGUMENT, as for a number out of
 * the argument's range, and with OG_NOT_FOUND for an unknown name. */
OG_API const char *og_session_setting(const og_session *session, size_t i);
OG_API og_status og_session_set(og_session *session, const char *name, double number);
OG_API og_status og_session_get(og_session *session, const char *name, double *number);

/* ---- Plans ----------------------------------------------------------------------------------- */

/* Makes the plan for feeds of these types and shapes (their data is not looked at) without running
 * it; a run of the same ones then begins at once. */
OG_API og_status og_session_plan(og_session *session, const og_feed *feeds, size_t n_feeds,
                                 const char *const *fetches, size_t n_fetches);

/* Facts about the plan of the last run, or made last. */
typedef struct og_plan_facts {
    size_t steps, nodes, folded, merged, fused;
    size_t arena_bytes, constant_bytes;
    double flops; /* multiplications and additions of matrix products and convolutions */
} og_plan_facts;
OG_API og_plan_facts og_session_facts(const og_session *session);

/* The plan of the last run, or made last, as text: its steps, what each makes and where that lies;
 * NULL before the first.  The text belongs to the session. */
OG_API const char *og_session_plan_text(og_session *session);

#ifdef __cplusplus
}
#endif
#endif
