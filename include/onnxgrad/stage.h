/* Stages: what a part of a chain is made of. Include this to write one of your own;
 * src/optim/stages has examples. */
#ifndef ONNXGRAD_STAGE_H
#define ONNXGRAD_STAGE_H

#include "onnxgrad/optim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a text may give for an argument. */
typedef enum og_arg_kind {
    OG_ARG_NUMBER, /* a number that may change while training, or a schedule */
    OG_ARG_FIXED,  /* a number that shapes the graph */
    OG_ARG_WHOLE,  /* a whole number that shapes the graph */
    OG_ARG_BOOL,
    OG_ARG_WORD
} og_arg_kind;

/* An argument as its stage declares it. */
typedef struct og_stage_arg {
    const char *name;
    og_arg_kind kind;
    const char *value; /* the default as text; NULL: must be given */
    const char *range; /* of a number "[0, 1)", of a word "raw corrected"; NULL: anything */
    const char *doc;
} og_stage_arg;

/* What a stage looks at to compute one element of its result. */
typedef enum og_stage_scope {
    OG_SCOPE_ELEMENT,
    OG_SCOPE_UNIT, /* a row of a tensor */
    OG_SCOPE_TENSOR,
    OG_SCOPE_GLOBAL /* all tensors in its reach */
} og_stage_scope;

typedef enum og_stage_trait {
    OG_STAGE_LR = 1 << 0,         /* multiplies by a learning rate and turns the sign */
    OG_STAGE_CLIP = 1 << 1,       /* bounds what it lets through */
    OG_STAGE_ADAPTIVE = 1 << 2,   /* divides by a measure of past gradients */
    OG_STAGE_MOMENTUM = 1 << 3,   /* adds past gradients */
    OG_STAGE_DECAY = 1 << 4,      /* adds a part of the parameter */
    OG_STAGE_FREEZE = 1 << 5,     /* its parameters are not trained */
    OG_STAGE_UNSCALE = 1 << 6,    /* takes the loss scale off */
    OG_STAGE_ACCUMULATE = 1 << 7, /* gathers several gradients */
    OG_STAGE_FINITE = 1 << 8,     /* decides about infinite and undefined numbers */
    OG_STAGE_WEIGHTS = 1 << 9,    /* works on the new weights, so it stands behind lr */
    OG_STAGE_OBSERVES = 1 << 10   /* lets everything through as it is */
} og_stage_trait;

/* Frameworks whose defaults and formulas a stage can take. */
typedef enum og_compat {
    OG_COMPAT_TORCH,
    OG_COMPAT_OPTAX,
    OG_COMPAT_ONNX,
    OG_COMPAT_KERAS,
    OG_COMPAT_COUNT
} og_compat;

/* What a stage's functions get. */
typedef struct og_stage_context og_stage_context;

struct og_stage {
    const char *name;
    const char *doc; /* one line */
    og_stage_scope scope;
    unsigned traits;
    int positional; /* arguments that the canonical form prints without their names */
    og_stage_arg arg[16];
    const char *compat[OG_COMPAT_COUNT]; /* defaults that differ: "eps=1e-7, rho=0.9" */

    /* One of two: a stage adds nodes, a short name writes the chain it stands for. */
    og_status (*build)(og_stage_context *c);
    void (*expand)(og_stage_context *c);
    /* Before there are gradients: what the whole step must know.  May be NULL. */
    og_status (*prepare)(og_stage_context *c);
};

/* ---- Arguments ------------------------------------------------------------------------------- */

/* As a double scalar of the graph: the state `opt/<label>/<name>`, or what a schedule gives for
 * this step. */
OG_API og_value *og_stage_argument(og_stage_context *c, const char *name);
/* As it was written: a number (NaN for a schedule), true or false, a word. */
OG_API double og_stage_number(const og_stage_context *c, const char *name);
OG_API bool og_stage_flag(const og_stage_context *c, const char *name);
OG_API const char *og_stage_word(const og_stage_context *c, const char *name);
OG_API og_compat og_stage_compat(const og_stage_context *c);

/* For a short name: adds to the chain it stands for; `$beta1` becomes the argument's text, `$$` a
 * dollar. */
OG_API void og_stage_write(og_stage_context *c, const char *text);

/* ---- Gradients ------------------------------------------------------------------------------- */

/* The parameters in reach of the stage, what arrives for each (the gradient as transformed so far),
 * what it lets through; without the last call a parameter's gradient passes unchanged. */
OG_API size_t og_stage_count(const og_stage_context *c);
OG_API og_value *og_stage_parameter(const og_stage_context *c, size_t i);
OG_API og_value *og_stage_in(const og_stage_context *c, size_t i);
OG_API void og_stage_out(og_stage_context *c, size_t i, og_value *update);

/* The loss of this run, as a double scalar. */
OG_API og_value *og_stage_loss(og_stage_context *c);

/* Norms of what arrives, as double scalars: of all parameters in reach together (p is 1, 2, inf or
 * any other), of one (p = 2).  A NaN anywhere comes out. */
OG_API og_value *og_stage_norm(og_stage_context *c, double p);
OG_API og_value *og_stage_tensor_norm(og_stage_context *c, size_t i);

/* Lets what arrives through, times a double scalar, cast once; its norm needs no second pass then.
 */
OG_API void og_stage_multiply(og_stage_context *c, size_t i, og_value *coef);

/* For a stage with OG_STAGE_LR: from here on the i-th update goes downhill, `rate` being the
 * learning rate (a double scalar) that it was multiplied by.  The second gives that rate, NULL
 * before. */
OG_API void og_stage_descends(og_stage_context *c, size_t i, og_value *rate);
OG_API og_value *og_stage_rate(const og_stage_context *c, size_t i);

/* The new parameter, for stages that work on it (OG_STAGE_WEIGHTS). */
OG_API og_value *og_stage_next(const og_stage_context *c, size_t i);
OG_API void og_stage_set_next(og_stage_context *c, size_t i, og_value *next);

/* A double scalar as the i-th parameter's element type. */
OG_API og_value *og_stage_cast(og_stage_context *c, size_t i, og_value *scalar);

/* ---- State ----------------------------------------------------------------------------------- */

/* The slot `opt/<label>/<slot>/<parameter>` of the parameter's type and shape, every element
 * `initial` at first; a double scalar or list of that name; the scalar or list of doubles
 * `opt/<label>/<slot>`. */
OG_API og_value *og_stage_slot(og_stage_context *c, size_t i, const char *slot, double initial);
OG_API og_value *og_stage_shaped_slot(og_stage_context *c, size_t i, const char *slot, int rank,
                                      const int64_t *dims, double initial); /* of another shape */
OG_API og_value *og_stage_copy_slot(og_stage_context *c, size_t i,
                                    const char *slot); /* begins as the parameter */
OG_API og_value *og_stage_tensor_slot(og_stage_context *c, size_t i, const char *slot,
                                      double initial);
OG_API og_value *og_stage_list_slot(og_stage_context *c, size_t i, const char *slot, int64_t n,
                                    double initial);
OG_API og_value *og_stage_shared_list(og_stage_context *c, const char *slot, int64_t n,
                                      double initial);
OG_API og_value *og_stage_shared(og_stage_context *c, const char *slot, og_elem elem,
                                 double initial);
/* What the slot holds after this step. */
OG_API void og_stage_keep(og_stage_context *c, og_value *slot, og_value *update);

/* Closes a gate: where `open` (a bool scalar) is false, all state that later stages keep, the
 * parameters and the clock stay as they are in this run.  Only for stages that reach every
 * parameter. */
OG_API og_status og_stage_gate(og_stage_context *c, og_value *open);

/* In .prepare: the loss is multiplied by this double scalar before gradients are taken. */
OG_API void og_stage_seed(og_stage_context *c, og_value *scale);

/* Evaluation and saved models use this slot instead of the i-th parameter. */
OG_API void og_stage_average(og_stage_context *c, size_t i, og_value *slot);

/* Updates applied before this one, as a double scalar: 0 in the first step. */
OG_API og_value *og_stage_clock(og_stage_context *c);

/* ---- Reports --------------------------------------------------------------------------------- */

/* Fails at the stage's place in the text. */
OG_API og_status og_stage_fail(og_stage_context *c, const char *format, ...) OG_PRINTF(2, 3);
OG_API og_graph *og_stage_graph(const og_stage_context *c);

#ifdef __cplusplus
}
#endif
#endif
