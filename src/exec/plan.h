/*
 * Plans: a graph for concrete input shapes, turned into steps over buffers at fixed places.
 *
 * Made in this order, a file each: simplify (types as numbers, folding, merging, expansions),
 * schedule (order, late steps), groups (elementwise steps run together), memory (who shares whose
 * buffer, lifetimes, offsets), lower (kernels prepared).
 */
#ifndef OG_EXEC_PLAN_H
#define OG_EXEC_PLAN_H

#include "exec/exec.h"

og_report *og_session_errors(og_session *session);
const og_graph *og_session_graph(const og_session *session);

typedef struct og_plan og_plan;
typedef struct plan_run plan_run;

/* Where a value's numbers lie. */
typedef enum plan_place {
    PLACE_NONE, /* nobody reads it */
    PLACE_CONSTANT,
    PLACE_FEED,   /* the caller's memory */
    PLACE_STATE,  /* the session's named tensors */
    PLACE_ARENA,  /* an offset in the plan's block */
    PLACE_TILE,   /* inside a group of elementwise steps: never whole in memory */
    PLACE_DYNAMIC /* its size depends on data: allocated while running */
} plan_place;

typedef struct plan_value {
    og_value *value;
    og_tensor tensor;
    plan_place place;
    struct plan_value *root; /* whose buffer this is; itself unless shared */
    size_t bytes, offset;
    int first,
        last; /* of a root: the first and last unit (step or group) that touches the buffer */
    int last_reader;  /* of a root: the last step that reads any value on it */
    int maker;        /* the step that makes it; -1 */
    int reader_group; /* the group that all its readers are in, or -1 */
    bool bound;       /* becomes the new value of a state */
    bool kept;        /* read after the run: fetched, an info, bound to a state */
} plan_value;

/* A subgraph of a step: a graph of its own with plans of its own, fed with what it captures. */
typedef struct plan_body {
    og_graph *body, *graph; /* in the plan's graph; extracted */
    plan_value **captured;  /* [n_captured]: where its last inputs come from */
    size_t n_captured;
    og_feed *feeds; /* [inputs of graph] */
    const char **fetches;
    og_plan *plans;
} plan_body;

typedef struct plan_step {
    og_node *node;
    og_call call;
    plan_value **in, **out; /* [n_in], [n_out]; NULL where omitted */
    plan_body *bodies;      /* of an operator with subgraphs, ended by one without graph */
    void (*run)(const og_call *c, int64_t piece, void *scratch);
    void (*finish)(const og_call *c);
    bool late;    /* only the new state needs it: runs after the finite check */
    bool checked; /* .check has something to look at */
    bool dynamic;
    int group;     /* number of its group, or -1 */
    size_t strand; /* of its group: the strand's first step */
    int unit;      /* position after groups were joined: lifetimes are counted in these */
    bool joined;   /* run by the first step of its group */
} plan_step;

/* A binding that could not be done in place: copied at the end, through `buffer` when the source is
 * itself state. */
typedef struct plan_commit {
    plan_value *state, *update;
    plan_value *buffer;
} plan_commit;

struct og_plan {
    struct og_plan *next;
    og_graph *graph; /* the session's graph for these shapes */
    og_arena *arena; /* of everything here */
    size_t n_values, n_steps, n_feeds, n_fetches;
    plan_value *values; /* [n_values], by value->id */
    plan_step *steps;
    plan_value **feeds; /* NULL where the plan does not read it */
    const char **feed_names, **fetch_names;
    og_tensor *feed_shapes; /* the key: element type, rank and dims of each feed */
    plan_value **fetches;
    plan_value **feed_views; /* values that share a feed's bytes, the feed itself included */
    size_t n_feed_views;
    plan_value *info[OG_INFO_COUNT];
    plan_value *ok;
    plan_value **watched;
    size_t n_watched;
    plan_commit *commits;
    size_t n_commits;
    int gate; /* the first late step */
    bool random;
    void *block, *scratch, *shared;
    size_t block_size, piece_scratch, shared_scratch;
    og_threads *pool; /* of the session */
    int threads;      /* in it */
    og_plan_facts facts;
};

/* What plans are made with. */
typedef struct plan_options {
    og_state *state;
    og_threads *pool;
    size_t max_memory;
    const char *disable;
    og_report *report;
} plan_options;

/* Makes a plan of `graph` for these feeds and fetches; NULL after a failure, which is in
 * options->report. */
og_plan *og_plan_new(const og_graph *graph, const og_feed *feeds, size_t n_feeds,
                     const char *const *fetches, size_t n_fetches, const plan_options *options);
void og_plan_free(og_plan *plan);

/* The stages. */
og_status og_plan_simplify(og_graph *graph, og_plan_facts *facts, const plan_options *options);
og_status og_plan_schedule(og_plan *plan, const plan_options *options);
og_status og_plan_group(og_plan *plan, const plan_options *options);
og_status og_plan_memory(og_plan *plan, const plan_options *options);
og_status og_plan_lower(og_plan *plan, const plan_options *options);

bool og_pass_enabled(const plan_options *options, const char *name);

/* Groups of elementwise steps, run tile by tile. */
bool og_fusable(const plan_step *step);
og_status og_fused_prepare(og_plan *plan, size_t first, og_report *report);

/* Runs the steps from `first` up to `last`. */
struct plan_run {
    og_plan *plan;
    const plan_options *options;
    og_report *report;
    og_arena *arena; /* of dynamic steps; NULL until one comes */
    uint64_t seed, run;
    size_t dynamic_bytes, max_memory;
};
og_status og_plan_run_steps(plan_run *run, size_t first, size_t last);
void og_run_pieces(const og_call *call, void (*run)(const og_call *, int64_t, void *),
                   og_threads *threads, void *scratch, size_t piece_scratch);

/* Subgraphs of steps. */
og_status og_bodies_link(og_plan *plan, plan_step *step, const plan_options *options);
void og_bodies_free(plan_step *step);
og_status og_body_run(og_call *call, og_graph *body, int n_in, const og_tensor *const *in,
                      int n_out, og_tensor *out);

/* The plan among `list` for these feeds and fetches, made and put in front when there is none. */
og_plan *og_plan_find(og_plan **list, const og_graph *graph, const og_feed *feeds, size_t n_feeds,
                      const char *const *fetches, size_t n_fetches, const plan_options *options);
bool og_plan_fits(const og_plan *plan, const og_feed *feeds, size_t n_feeds,
                  const char *const *fetches, size_t n_fetches);
void og_plan_set_feeds(og_plan *plan, const og_feed *feeds);

og_status og_node_unsupported(const og_node *node, og_report *report);

/* The plan of the last run, or NULL. */
const og_plan *og_session_last_plan(const og_session *session);

/* The state's own entry, made when missing. */
og_tensor *og_state_slot(og_state *state, const char *name, const og_tensor *initial,
                         og_report *report);

#endif
