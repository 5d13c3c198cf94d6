/*
 * graph: the one representation. A graph holds values (tensors) and nodes (operators applied to
 * values), in an order in which every node comes after what it reads.
 *
 * The operators' contract is in graph/op.h. A graph and its subgraphs share one arena and one table
 * of symbolic dimensions; the bytes of constants lie in counted stores, which clones share.
 */
#ifndef OG_GRAPH_H
#define OG_GRAPH_H

#include "base/base.h"
#include "onnxgrad/graph.h"

typedef struct og_node og_node;
typedef struct og_op og_op;
typedef struct og_dims og_dims;

/* ---- Dimensions ------------------------------------------------------------------------------ */

/* A size: itself when >= 0, else a symbolic expression in the graph's table.  Equal expressions are
 * equal numbers.  Arithmetic on known sizes never touches the table.  Division rounds down. */
typedef int64_t og_dim;
static inline bool og_dim_known(og_dim d)
{
    return d >= 0;
}

og_dims *og_dims_new(void);
og_dims *og_dims_clone(const og_dims *dims); /* the same expressions under the same numbers */
void og_dims_free(og_dims *dims);
og_dim og_dim_symbol(og_dims *dims, const char *name); /* the same name gives the same symbol */
og_dim og_dim_fresh(og_dims *dims); /* a size nobody knows, named unk__0, unk__1 … */
og_dim og_dim_int(og_dims *dims, int64_t number); /* also negative numbers, for contents */
og_dim og_dim_add(og_dims *dims, og_dim a, og_dim b);
og_dim og_dim_sub(og_dims *dims, og_dim a, og_dim b);
og_dim og_dim_mul(og_dims *dims, og_dim a, og_dim b);
og_dim og_dim_div(og_dims *dims, og_dim a, og_dim b);
og_dim og_dim_max(og_dims *dims, og_dim a, og_dim b);
og_dim og_dim_min(og_dims *dims, og_dim a, og_dim b);
/* The number of a constant (contents may hold negative ones); false for a symbolic expression. */
bool og_dim_const(const og_dims *dims, og_dim d, int64_t *number);
/* Whether a size that nobody knows (og_dim_fresh) is part of the expression. */
bool og_dim_made_up(const og_dims *dims, og_dim d);
/* "batch", "12", "(h+2)/2"; returns out. */
char *og_dim_text(const og_dims *dims, og_dim d, char *out, size_t size);

/* ---- Types ----------------------------------------------------------------------------------- */

typedef enum og_kind { OG_TENSOR, OG_SEQUENCE, OG_OPTIONAL } og_kind;

typedef struct og_type {
    og_kind kind;
    og_elem elem;             /* of a tensor */
    int rank;                 /* -1: not known */
    const og_dim *dims;       /* [rank] */
    const struct og_type *of; /* of a sequence or optional */
} og_type;

/* Parses "float[batch,1,28,28]", "seq(float[n])", "optional(int64)"; as in ONNX's own
 * syntax "float" is a scalar and "float[]" has unknown rank; "?" or an empty place is an unknown
 * size. */
og_status og_type_parse(og_arena *arena, og_dims *dims, const char *text, og_type *type,
                        og_report *report);
char *og_type_text(const og_dims *dims, const og_type *type, char *out, size_t size);
bool og_type_known(const og_type *type); /* a tensor whose every size is a number */

/* ---- Values and nodes ------------------------------------------------------------------------ */

struct og_value {
    og_graph *graph;
    const char *name;
    og_type type;
    og_node *node;         /* producer, or NULL for inputs, initializers and constants */
    int index;             /* which output of it */
    bool input;            /* a graph input */
    bool state;            /* lives in og_state by its name: parameter, slot, statistic, clock */
    bool trainable;        /* a parameter that the training step updates */
    bool named;            /* the name came from a file or the user (not made up) */
    const og_tensor *data; /* constant, or initial contents of state; NULL where computed or fed */
    const og_dim *content; /* int64 contents as far as inference knows them, or NULL */
    int64_t n_content;
    const char *doc;
    og_value *replaced_by; /* set by og_value_replace until og_graph_settle */
    size_t id;             /* position in graph->values */
    size_t mark;           /* free for one pass at a time */
};

struct og_node {
    og_graph *graph;
    const og_op *op;
    const char *name;
    const void *attrs;  /* the operator's own struct */
    const og_attr *raw; /* the attributes as given, ended by a NULL name */
    int n_in, n_out;
    og_value **in;  /* NULL where omitted */
    og_value **out; /* never NULL; an output nobody named has an unnamed value */
    const char *doc;
    size_t id;    /* position in graph->nodes */
    size_t index; /* position in the file it came from, for reports */
    size_t mark;
    bool dead; /* removed by the next og_graph_settle */
};

typedef struct og_binding {
    og_value *state;  /* what is replaced when a run commits … */
    og_value *update; /* … by this */
} og_binding;

/* Numbers between two bounds. */
typedef struct og_bounds {
    double low, high;
    bool open_low, open_high; /* without the bound itself */
} og_bounds;

static inline bool og_bounds_has(const og_bounds *r, double x)
{
    return (r->open_low ? x > r->low : x >= r->low) && (r->open_high ? x < r->high : x <= r->high);
}

/* A number of the chain that may be changed while training, or a schedule in its place. */
typedef struct og_setting {
    const char *name; /* "clip_norm.c": label and argument */
    og_value *state;  /* NULL: a schedule, whose own numbers are settings of their own */
    og_bounds range;
    const char *range_text; /* "(0, inf]"; NULL: any number */
} og_setting;

/* The norm of a parameter's gradient, where the step was asked to measure it. */
typedef struct og_gradient_norm {
    const char *parameter, *value; /* value: the name of the double scalar */
} og_gradient_norm;

/* Numbers of a training step that a session reports (og_run_info). */
typedef enum og_info {
    OG_INFO_LOSS,
    OG_INFO_GRAD_NORM,
    OG_INFO_GRAD_NORM_AFTER,
    OG_INFO_CLIP_COEF,
    OG_INFO_LR,
    OG_INFO_STEP,
    OG_INFO_APPLIED, /* bool: false where an open gate of the chain only gathered; NULL: always */
    OG_INFO_COUNT
} og_info;

/* What happens when the gradient is not finite. */
typedef enum og_nonfinite { OG_NONFINITE_ERROR, OG_NONFINITE_SKIP, OG_NONFINITE_PASS } og_nonfinite;

/* Bytes that outlive one graph: constants and mapped files.  Counted. */
typedef struct og_store og_store;

typedef struct og_opset {
    const char *domain; /* "" is ai.onnx */
    int64_t version;
} og_opset;

typedef struct og_property {
    const char *key, *value;
} og_property;

/* A value of an outer graph that an extracted body reads. */
typedef struct og_capture {
    og_value *outer, *inner;
    bool fed; /* an input of the extracted graph; otherwise a constant or state that came along */
} og_capture;

struct og_graph {
    og_arena *arena;
    og_dims *dims;
    og_graph *outer; /* of a subgraph: the graph its node stands in */
    og_report report;
    const char *name, *doc;
    og_table *names;                                           /* value by name */
    og_list(og_value *) values, inputs, outputs, initializers; /* initializers in file order */
    og_list(og_node *) nodes;
    og_list(og_binding) bindings;
    og_list(og_binding)
        averages; /* parameters (state) and the state to evaluate and save instead (update) */
    og_list(og_setting) settings;
    og_list(og_gradient_norm) norms;
    og_list(og_store *) stores; /* stores.v[0] is this graph's own */
    og_list(og_opset) opsets;
    og_list(og_property) properties; /* metadata_props */
    const char *producer, *file;     /* file: where it was loaded from, for reports */
    int64_t ir_version;
    og_value *info[OG_INFO_COUNT];
    og_value *ok; /* bool: commit the state; NULL: always */
    og_nonfinite nonfinite;
    /* og_list of the values whose finiteness `ok` tests, so that an error can name the first bad
     * one */
    og_list(og_value *) watched;
    og_list(const char *) warnings; /* about the chain of the training step */
    bool extracted;                 /* made by og_graph_extract */
    og_list(og_capture) captured;   /* of an extracted body */
    const char *scope;              /* prefix of the names of layers being built */
    uint64_t seed;                  /* of the initial numbers of layers */
    uint64_t names_made;
    void *source; /* src/onnx: the bytes of the file, or NULL */
    void (*source_free)(void *source);
};

/* ---- Making ---------------------------------------------------------------------------------- */

/* A subgraph of `outer` (its nodes may read outer's values). */
og_graph *og_graph_new_inside(og_graph *outer, const char *name);

/* Memory of the graph's own store, for tensor bytes that clones share. */
void *og_graph_bytes(og_graph *graph, size_t size);
/* Keeps a mapping alive (and unmaps it at the end) with the graph's own store. */
og_status og_graph_keep_map(og_graph *graph, og_map map);
/* A tensor header in the graph over `data` (kept, not copied); dims are copied. */
og_tensor *og_graph_tensor(og_graph *graph, og_elem elem, int rank, const int64_t *dims,
                           void *data);

/* A copy of a tensor in the graph's store, strings with their bytes. */
og_tensor *og_graph_copy_tensor(og_graph *graph, const og_tensor *from);
og_store *og_store_share(og_store *store);

/* The outermost graph, and its report: where the failures of subgraphs go too. */
og_graph *og_graph_root(const og_graph *graph);
og_report *og_graph_errors(const og_graph *graph);
og_status og_graph_no_memory(og_graph *graph); /* reports OG_NO_MEMORY and returns it */

/* Values without a producer.  The name is copied; NULL makes one up.  A name that is taken fails
 * with OG_EXISTS. */
og_value *og_graph_add_input(og_graph *graph, const char *name, const og_type *type);
og_value *og_graph_add_constant(og_graph *graph, const char *name, const og_tensor *data);
og_value *og_graph_add_state(og_graph *graph, const char *name, const og_tensor *initial);

/* A subgraph as a graph of its own: the outer values it reads are in `captured`, those that are
 * computed or fed also among the inputs, behind the body's own. */
og_graph *og_graph_extract(const og_graph *body);

/* What og_graph_add_node needs.  Outputs get the names given, or made-up ones. */
typedef struct og_node_spec {
    const og_op *op;
    const char *name;     /* NULL: none */
    const og_attr *attrs; /* ended by a NULL name; may be NULL */
    int n_in, n_out;      /* n_out 0: the operator's required outputs */
    og_value *const *in;
    const char *const *out_names; /* NULL, or [n_out] with NULL and "" allowed */
    const char *doc;
    size_t index;
} og_node_spec;

/* Adds a node at the end: checks ports, parses attributes, infers types.  NULL after a failure,
 * which is in graph->report. */
og_node *og_graph_add_node(og_graph *graph, const og_node_spec *spec);

/* A node by operator, for code that knows the descriptor; like og_node_more. */
og_value *og_add_op(og_graph *graph, const og_op *op, int n_in, og_value *const *in,
                    const og_attr *attrs);

/* A value without type (rank unknown), for those who fill it in themselves. */
og_value *og_value_new(og_graph *graph, const char *name);

/* The i-th subgraph among a node's attributes, NULL past the end. */
og_graph *og_node_body(const og_node *node, int i);

/* Visits every value of the node's own graph that its subgraphs read, at any depth. */
void og_node_captured(const og_node *node, void (*visit)(og_value *v, void *to), void *to);

/* A name that is not taken yet: `base`, or `base_2`, `base_3` … */
const char *og_graph_free_name(og_graph *graph, const char *base);
og_status og_value_rename(og_value *value, const char *name);

/* ---- Changing -------------------------------------------------------------------------------- */

/* Readers of `old` (nodes, outputs, bindings) read `by` instead, once og_graph_settle has run;
 * until then the graph holds both. */
void og_value_replace(og_value *old, og_value *by);
og_value *og_value_now(og_value *value); /* what stands for a value that may have been replaced */

/* Resolves replacements, drops dead nodes, orders the nodes (stable) and numbers nodes and values
 * again. Fails with OG_BAD_FILE where nodes form a cycle. */
og_status og_graph_settle(og_graph *graph);

/* Drops every node that no output, binding, info or `ok` needs; `extra` values are kept too. */
og_status og_graph_prune(og_graph *graph, og_value *const *extra, size_t n_extra);

/* Types of all values again, from the inputs' types; for use after an input's type was changed. */
og_status og_graph_infer(og_graph *graph);

/* The counterpart of a value in a clone of its graph, as long as neither was settled since. */
og_value *og_clone_of(const og_graph *clone, const og_value *original);

/* Types of one node's outputs, from its inputs. */
og_status og_node_infer(og_node *node);
/* More outputs on a node that was made with fewer: up to n, with made-up names. */
og_status og_node_more_outputs(og_node *node, int n);
/* Lets the operator simplify a node; *changed when it did (og_graph_settle follows). */
og_status og_node_simplify(og_node *node, bool *changed);
/* That for every node, and what nothing needs any more is dropped. */
og_status og_graph_simplify(og_graph *graph);
/* Replaces a node by its operator's expansion (og_graph_settle follows).  OG_UNSUPPORTED if it has
 * none. */
og_status og_node_expand(og_node *node);

/* ---- Registry -------------------------------------------------------------------------------- */

/* Generated from the descriptors in src/ops: single descriptors, and tables ended by an entry
 * without name. */
extern const og_op *const og_registry_single[];
extern const og_op *const og_registry_tables[];

/* The newest version of an operator; domain "" or "ai.onnx" is ONNX's.  NULL if there is none. */
const og_op *og_op_find(const char *domain, const char *name);
size_t og_op_count(void);
const og_op *og_op_at(size_t i); /* sorted by domain and name */

/* ---- Reports --------------------------------------------------------------------------------- */

/* "Gemm node #7 "fc2" (output "logits")", escaped; returns out. */
char *og_node_text(const og_node *node, char *out, size_t size);

/* A node or a graph as text in ONNX's syntax, types behind, state bindings at the end. */
void og_node_print(og_text *out, const og_node *node);
void og_graph_print(og_text *out, const og_graph *graph);

#endif
