/*
 * The contract of an operator: one descriptor that says its ports, attributes, types, older
 * versions, gradient, expansion and kernel. Instances stand in src/ops, one file an operator;
 * everything else calls through them.
 *
 * Each function of a descriptor gets a context. Build-time contexts (og_infer, og_rewrite, og_grad)
 * see graph values or their types; the run-time context (og_call) sees numbers. Neither is known to
 * the other.
 */
#ifndef OG_OP_H
#define OG_OP_H

#include "graph/graph.h"

#include <math.h>

/* ---- Sets of element types ------------------------------------------------------------------- */

#define OG_FLOAT8S                                                                                 \
    (OG_BIT(OG_FLOAT8E4M3FN) | OG_BIT(OG_FLOAT8E4M3FNUZ) | OG_BIT(OG_FLOAT8E5M2) |                 \
     OG_BIT(OG_FLOAT8E5M2FNUZ))
#define OG_FLOATS (OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE) | OG_BIT(OG_FLOAT16) | OG_BIT(OG_BFLOAT16))
#define OG_SIGNED (OG_BIT(OG_INT8) | OG_BIT(OG_INT16) | OG_BIT(OG_INT32) | OG_BIT(OG_INT64))
#define OG_UNSIGNED (OG_BIT(OG_UINT8) | OG_BIT(OG_UINT16) | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64))
#define OG_INTEGERS (OG_SIGNED | OG_UNSIGNED)
#define OG_NUMERIC (OG_FLOATS | OG_INTEGERS)
#define OG_INDICES (OG_BIT(OG_INT32) | OG_BIT(OG_INT64))
#define OG_SMALL                                                                                   \
    (OG_FLOAT8S | OG_BIT(OG_UINT4) | OG_BIT(OG_INT4) | OG_BIT(OG_FLOAT4E2M1) |                     \
     OG_BIT(OG_FLOAT8E8M0) | OG_BIT(OG_UINT2) | OG_BIT(OG_INT2))
#define OG_ANY (OG_BIT(OG_ELEM_COUNT) - 2)
#define OG_LOOPED (OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE) | OG_BIT(OG_INT32) | OG_BIT(OG_INT64))

/* In place of a set: the type of input i (for an input: of an earlier one). */
#define OG_SAME_FLAG ((og_elems)1 << 31)
#define OG_SAME_AS(i) (OG_SAME_FLAG | (og_elems)(i))

/* ---- Ports and attributes -------------------------------------------------------------------- */

/* What a port is for; passes learn of weights and modes through it. */
typedef enum og_role {
    OG_ROLE_DATA,
    OG_ROLE_WEIGHT,
    OG_ROLE_BIAS,
    OG_ROLE_SCALE,
    OG_ROLE_TABLE,     /* an embedding that is looked up */
    OG_ROLE_STATISTIC, /* running mean, variance */
    OG_ROLE_STATE,     /* initial state of a recurrence */
    OG_ROLE_GRID,      /* scale and zero point of a quantisation */
    OG_ROLE_SHAPE      /* sizes, axes, indices: never a parameter */
} og_role;

typedef struct og_port {
    const char *name;
    og_elems types;
    bool optional;
    bool variadic;      /* the last port: one or more values */
    bool heterogeneous; /* of a variadic port: values may differ in type */
    og_role role;
    og_kind kind; /* tensor unless said */
} og_port;
/* OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT) */
#define OG_PORT(...)                                                                               \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* The port of the i-th input or output; the last one again for the rest of a variadic list, NULL
 * past the end. */
const og_port *og_port_in(const og_op *op, int i);
const og_port *og_port_out(const og_op *op, int k);

/* An attribute and where it goes in the operator's struct.  Field types: int64_t, float, const char
 * *, og_ints, og_floats, og_strings, const og_tensor *, og_graph *, const og_type *.  Absent ones
 * without default are OG_ABSENT, NaN, NULL or a list with v = NULL. */
#define OG_ABSENT INT64_MIN
typedef struct og_attr_spec {
    const char *name;
    og_attr_kind kind;
    size_t offset;
    int64_t i;
    double f;
    const char *s;
    bool required;
    bool positive; /* 0 is not a legal value, so builders may take 0 for "not given" */
    int since;     /* the operator version that brought it; 0: always there */
} og_attr_spec;
#define OG_INT_ATTR(S, field, ...)                                                                 \
    {                                                                                              \
        .name = #field, .kind = OG_ATTR_INT, .offset = offsetof(S, field), .i = __VA_ARGS__        \
    }
#define OG_FLOAT_ATTR(S, field, ...)                                                               \
    {                                                                                              \
        .name = #field, .kind = OG_ATTR_FLOAT, .offset = offsetof(S, field), .f = __VA_ARGS__      \
    }
#define OG_STRING_ATTR(S, field, ...)                                                              \
    {                                                                                              \
        .name = #field, .kind = OG_ATTR_STRING, .offset = offsetof(S, field), .s = __VA_ARGS__     \
    }
/* Lists, tensors, graphs, types: kind is INTS, FLOATS, STRINGS, TENSOR, GRAPH, TYPE; none has a
 * default. */
#define OG_LIST_ATTR(S, field, KIND)                                                               \
    {                                                                                              \
        .name = #field, .kind = OG_ATTR_##KIND, .offset = offsetof(S, field)                       \
    }
#define OG_NEED_ATTR(S, field, KIND)                                                               \
    {                                                                                              \
        .name = #field, .kind = OG_ATTR_##KIND, .offset = offsetof(S, field), .required = true     \
    }

/* ---- Inference: types of the outputs from types of the inputs -------------------------------- */

/* Called while a graph is built (sizes may be symbols), while a plan is made (sizes are numbers)
 * and while running, where a size depends on data.  Ports and element types were checked before;
 * outputs come with the element type of their port (OG_UNDEFINED where the port has a set of
 * several: then .infer sets it). Unless the operator has OG_ANY_RANK, .infer is not called while an
 * input's rank is unknown: outputs then have unknown rank. */
typedef struct og_infer {
    const og_op *op;
    const void *attrs;
    int n_in, n_out;
    const og_type *const *in; /* NULL where omitted */
    og_type *out;
    const og_dim *const *content; /* per input: int64 contents as far as known, or NULL */
    const int64_t *n_content;
    const og_tensor *const *data; /* per input: the constant's numbers, or NULL */
    const og_dim **out_content;   /* set by og_infer_set_content */
    int64_t *out_n_content;
    og_dims *dims;
    og_arena *arena;
    og_report *report;
    /* Types of a subgraph's outputs, given those of its inputs. */
    og_status (*graph_types)(struct og_infer *c, og_graph *body, int n_in, const og_type *const *in,
                             og_type *out);
    og_dim spare[OG_MAX_RANK + 1]; /* what og_infer_dims gives when memory is short */
} og_infer;

bool og_infer_has(const og_infer *c, int i); /* input i is given */
int og_infer_rank(const og_infer *c, int i);
og_dim og_infer_dim(const og_infer *c, int i, int axis);
og_status og_infer_fail(og_infer *c, og_status code, const char *format, ...) OG_PRINTF(3, 4);

/* An axis attribute against input i's rank (negative counts from the end); og_infer_axis only
 * checks. */
og_status og_infer_axis(og_infer *c, int i, int64_t axis);
og_status og_infer_resolve_axis(og_infer *c, int rank, int64_t axis, int *resolved);

/* Sets output k's shape (dims are copied); _unknown leaves its rank unknown; _elem its element
 * type. */
og_status og_infer_shape(og_infer *c, int k, int rank, const og_dim *dims);
og_status og_infer_unknown(og_infer *c, int k);
void og_infer_elem(og_infer *c, int k, og_elem elem);
og_dim *og_infer_dims(og_infer *c, int rank); /* room for `rank` sizes, never NULL for rank >= 0 */

og_status og_infer_same(og_infer *c);      /* every output has input 0's shape */
og_status og_infer_broadcast(og_infer *c); /* output 0: all inputs broadcast, numpy's rule */
og_status og_broadcast_dims(og_infer *c, int rank_a, const og_dim *a, int rank_b, const og_dim *b,
                            int *rank, og_dim *out); /* out has room for the larger rank */
/* The size along which two must agree: fails when both are known and differ, else gives the better
 * known. */
og_status og_infer_agree(og_infer *c, const char *what, og_dim a, og_dim b, og_dim *both);

/* int64 contents of input i (n of them, each perhaps symbolic), or NULL when they are not known. */
const og_dim *og_infer_content(const og_infer *c, int i, int64_t *n);
void og_infer_set_content(og_infer *c, int k, int64_t n, const og_dim *content);
/* int64/int32 contents of input i as numbers; false unless every one is a known number. */
bool og_infer_ints(const og_infer *c, int i, int64_t *n, const int64_t **numbers);

/* What those who filled a context call: elements of the outputs from their ports, then .infer. */
og_status og_infer_run(og_infer *c);

/* ---- Rewriting: upgrades of old versions, and expansions into simpler operators -------------- */

typedef struct og_rewrite {
    og_graph *g; /* new nodes go here */
    const og_op *op;
    const og_node *node; /* expansion: the node; NULL while loading */
    const void *attrs;   /* expansion: the operator's struct; NULL while loading */
    int from;            /* upgrade: the operator version of the file */
    int n_in, n_out;
    og_value **in;  /* upgrade may change inputs and n_in (room for 64) */
    og_value **out; /* results, set by og_replace; NULL: keep the node */
    og_attr *raw;   /* upgrade: attributes as found, ended by a NULL name (room for 16 more) */
    int n_raw;
    og_status (*fail)(struct og_rewrite *c, og_status code, const char *text);
} og_rewrite;

og_value *og_in(const og_rewrite *c, int i);         /* NULL where omitted */
void og_replace(og_rewrite *c, int k, og_value *by); /* output k is `by` */
bool og_wanted(const og_rewrite *c, int k);          /* expansion: output k has a reader or name */

/* Attributes as found in the file (upgrade). */
const og_attr *og_old(const og_rewrite *c, const char *name);
int64_t og_old_int(const og_rewrite *c, const char *name, int64_t absent);
float og_old_float(const og_rewrite *c, const char *name, float absent);
og_ints og_old_ints(const og_rewrite *c, const char *name); /* v = NULL when absent */
void og_drop_attr(og_rewrite *c, const char *name);
void og_set_attr(og_rewrite *c, og_attr attr);
void og_set_in(og_rewrite *c, int i, og_value *value); /* grows the inputs, gaps are omitted */
og_status og_rewrite_fail(og_rewrite *c, og_status code, const char *format, ...) OG_PRINTF(3, 4);

/* ---- Gradients ------------------------------------------------------------------------------- */

typedef struct og_grad {
    og_graph *g;
    og_node *node;
    const void *attrs;
    og_value **dy;    /* per output: its gradient, or NULL where none flows */
    og_value **dx;    /* per input: set by og_set_dx */
    const bool *want; /* per input: a gradient is needed */
    /* Derivative of a subgraph: a new body computing (inputs, output gradients) -> input gradients.
     */
    og_status (*graph_gradient)(struct og_grad *c, og_graph *body, og_graph **gradient);
} og_grad;

og_value *og_x(const og_grad *c, int i);  /* input i, NULL where omitted */
og_value *og_y(og_grad *c, int i);        /* output i; an omitted one is added to the node */
og_value *og_dy(const og_grad *c, int i); /* gradient of output i, NULL where none flows */
bool og_wants(const og_grad *c, int i);
void og_set_dx(og_grad *c, int i, og_value *dx);
/* Replaces the forward node by an operator with the same inputs and first outputs but more of them.
 */
void og_forward(og_grad *c, const char *op);

/* ---- Running --------------------------------------------------------------------------------- */

/* .prepare sees types and shapes (data of constants too) and states pieces and scratch from them
 * alone; .run does one piece, any thread, any order; .finish combines afterwards, alone.  Data
 * pointers may change between runs, so read in[i]->data in .run.  Kernels cannot fail; what only
 * data decides is tested by .check first. */
typedef struct og_call {
    const og_op *op;
    const void *attrs;
    int n_in, n_out;
    const og_tensor *const *in; /* NULL where omitted */
    og_tensor *const *out;      /* NULL where nobody reads it */
    /* stated by .prepare; pieces is 1 unless set */
    int64_t pieces;
    double cost;           /* of one piece, in about nanoseconds of one core */
    double flops;          /* of the whole call, of products and convolutions: for reports */
    size_t piece_scratch;  /* bytes, one block per piece that runs at a time */
    size_t shared_scratch; /* bytes, one block for the whole call: partial results */
    void *work;            /* the operator's own notes, from og_call_alloc */
    /* given to .run and .finish */
    void *shared;
    uint64_t seed, stream, run; /* of random operators: og_philox (seed, stream + run) */
    og_arena *arena;
    og_report *report;
    /* For .control: runs a subgraph (the results are views, valid until the same body runs again),
     * and makes output k, zeroed, with a shape that only now is known. */
    og_status (*graph_run)(struct og_call *c, og_graph *body, int n_in, const og_tensor *const *in,
                           int n_out, og_tensor *out);
    og_status (*output)(struct og_call *c, int k, og_elem elem, int rank, const int64_t *dims);
    struct plan_run *runner;
} og_call;

/* Zeroed memory that lives as long as the plan; NULL when memory is short.  The first block becomes
 * c->work. */
void *og_call_alloc(og_call *c, size_t size);
og_status og_call_fail(og_call *c, og_status code, const char *format, ...) OG_PRINTF(3, 4);

/* One loop over n elements: out[k][i] from in[j][i * step[j]], step 0 (one value for all) or 1.
 * Outputs may overlay inputs of step 1 and the same element size. */
typedef void og_loop(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                     const void *attrs);

/* ---- The descriptor -------------------------------------------------------------------------- */

typedef enum og_trait {
    OG_INPLACE = 1 << 0, /* output 0 may overlay input 0 of the same type and size */
    OG_ALIAS =
        1 << 1, /* output 0 is input 0's bytes with another shape: the planner may drop the copy */
    OG_ELEMENTWISE = 1 << 2, /* .loop computes it element by element under broadcasting */
    OG_RANDOM = 1 << 3,      /* never folded, merged or repeated */
    OG_SHAPE_ONLY = 1 << 4,  /* reads no data, only shapes */
    OG_ANY_RANK = 1 << 5,    /* .infer copes with unknown ranks */
    OG_ZERO_GRADIENT =
        1 << 6,            /* the derivative is zero wherever it exists (Sign, Floor, Equal …) */
    OG_COMMUTES = 1 << 7,  /* inputs 0 and 1 may be swapped */
    OG_COPIES = 1 << 8,    /* moves data only: any element type, by width */
    OG_UNKNOWN = 1 << 9,   /* stands for an operator this library does not have */
    OG_STRAIGHT = 1 << 10, /* output 0, of integers, carries a gradient: a float tensor, as
                            * rounding counts as the identity */
    OG_DERIVATIVE = 1 << 11, /* stands for derivatives of its graph, until og_differentiate has put
                              * them in its place; its struct is og_derivative_attrs */
    OG_TYPES_SINCE = 1 << 12 /* .valid_from_node knows of every element type */
} og_trait;

/* Values of the graph around the node by their names: its inputs are points for xs, then zs. */
typedef struct og_derivative_attrs {
    og_strings xs, zs;
    const char *y;
} og_derivative_attrs;

struct og_op {
    const char *name;
    const char *domain;  /* NULL: ai.onnx */
    const char *builder; /* name of the building function without og_; NULL: made from the name */
    int version;         /* the newest version, which everything here means */
    int valid_from;      /* the oldest version with the same meaning; 0: as version */
    int (*valid_from_node)(const og_node *node); /* where it depends on attributes or types */
    const char *versions; /* all older versions an upgrade takes, "1 6 7 13" */
    const char *doc;
    og_port in[18], out[10];
    og_attr_spec attr[18];
    size_t attr_size;
    unsigned traits;
    og_elems run_types; /* element types of input 0 (or .type_port) that .run takes; 0: OG_LOOPED */
    int type_port;
    int updates[4]; /* output k of training becomes input updates[k]; 0: none */
    bool (*set_training)(og_rewrite *c,
                         bool training); /* edits c->raw/c->out; false: nothing to change */

    og_status (*infer)(og_infer *c);
    void (*upgrade)(og_rewrite *c, int from);
    void (*expand)(og_rewrite *c);
    /* Gives outputs a simpler form (og_replace) where what is known of the inputs allows it, else
     * leaves them.  Tried when a file has been loaded and again in every plan. */
    void (*simplify)(og_rewrite *c);
    void (*gradient)(og_grad *c);
    og_status (*check)(og_call *c);
    og_status (*prepare)(og_call *c);
    void (*run)(const og_call *c, int64_t piece, void *scratch);
    void (*finish)(const og_call *c);
    /* In place of .run for operators with subgraphs, which may fail: fills *out[k] itself, through
     * c->output or with a view that c->graph_run gave. */
    og_status (*control)(og_call *c);
    /* OG_ELEMENTWISE: the loop for these element types, or NULL. */
    og_loop *(*loop)(const void *attrs, og_elem in, og_elem out);
    const char *const *samples;
};

/* "float[2,7] input; axis=1": inputs by name with their types, then attributes; see tests/ops. */
#define OG_SAMPLES(...)                                                                            \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

#endif
