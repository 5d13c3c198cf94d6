/*
 * optim: chains of gradient transforms. Text is parsed to a tree of stages; each stage adds its
 * nodes to the graph.
 *
 * A stage is one file in src/optim/stages with one descriptor; short names (adam) are stages that
 * are written out as a chain of others. The registry is generated from the descriptors.
 */
#ifndef OG_OPTIM_H
#define OG_OPTIM_H

#include "onnxgrad/stage.h"
#include "ops/ops.h"

extern const og_stage *const og_stage_registry[]; /* generated; ended by NULL */

/* ---- Lexing ---------------------------------------------------------------------------------- */

/* The text being read. Words are [A-Za-z0-9_.*?/]+, everything else is quoted. */
typedef struct og_lexer {
    const char *text;
    size_t at;          /* the next character, white space skipped */
    const char *kind;   /* "chain", "loss", "selector": for reports */
    const char *inside; /* the stage whose arguments are being read, or NULL */
    og_arena *arena;
    og_report *report;
} og_lexer;

void og_lex_start(og_lexer *lexer, const char *kind, const char *text, og_arena *arena,
                  og_report *report);
bool og_lex_end(const og_lexer *lexer);
char og_lex_peek(const og_lexer *lexer);   /* '\0' at the end */
bool og_lex_take(og_lexer *lexer, char c); /* steps over c if it comes next */
size_t og_lex_word(const og_lexer *lexer); /* length of the word that comes next, 0 for none */
char og_lex_after_word(
    const og_lexer *lexer); /* the character that follows it, white space skipped */
bool og_lex_is(const og_lexer *lexer, const char *word);
char *og_lex_take_word(og_lexer *lexer);               /* a copy; the word must be there */
og_status og_lex_string(og_lexer *lexer, char **text); /* the quoted string that comes next */
/* The number that comes next; *found is false where there is none (a word, say). */
og_status og_lex_number(og_lexer *lexer, double *number, bool *found);
/* A number and a `*` behind it. */
og_status og_lex_factor(og_lexer *lexer, double *number, bool *found);

/* "offset 14: expected X, found Y", with the caret. */
og_status og_lex_expected(og_lexer *lexer, const char *expected);
og_status og_lex_fail(og_lexer *lexer, size_t at, const char *format, ...) OG_PRINTF(3, 4);

/* The shortest text that reads back as the number. */
char *og_number_text(char out[32], double number);
/* A word that would be read as something else when it stands bare as a value. */
bool og_word_needs_quotes(const char *word);
void og_print_quoted(og_text *out, const char *word);

/* ---- Selectors ------------------------------------------------------------------------------- */

typedef struct og_selector {
    size_t at;
    size_t n_plus, n_minus;
    const char **plus, **minus;
} og_selector;

og_status og_selector_read(og_lexer *lexer, og_selector *selector);
bool og_selector_matches(const og_selector *selector, const char *name);
void og_selector_print(og_text *out, const og_selector *selector);

/* ---- The tree of a chain --------------------------------------------------------------------- */

typedef enum og_given { OG_GIVEN_NUMBER, OG_GIVEN_BOOL, OG_GIVEN_WORD, OG_GIVEN_CALL } og_given;

typedef struct og_chain_call og_chain_call;

/* A value with the key it was given, or NULL; og_signature_check sets `spec` and orders by it. */
typedef struct og_chain_arg {
    const char *key;
    const og_stage_arg *spec;
    const og_stage_arg *origin; /* the argument of the short name that was written out here */
    size_t at, value_at;
    og_given type;
    double number; /* of a bool: 0 or 1 */
    const char *word;
    og_chain_call *call;
} og_chain_arg;

/* name(arguments): a stage, or a schedule that is an argument. */
struct og_chain_call {
    const char *name;
    size_t at;
    size_t n;
    og_chain_arg *args;
};

typedef struct og_chain_tree og_chain_tree;

typedef struct og_chain_group {
    og_selector selector; /* n_plus 0: `_`, the rest */
    og_chain_tree *chain;
    const struct og_chain_group
        *around; /* the group that these groups stand in, known while walking */
} og_chain_group;

typedef enum og_link_kind { OG_LINK_STAGE, OG_LINK_CHAIN, OG_LINK_GROUPS } og_link_kind;

/* One part between two bars. */
typedef struct og_chain_link {
    og_link_kind kind;
    size_t at;
    const char *label;     /* NULL: none given */
    og_chain_call call;    /* of a stage */
    const og_stage *stage; /* of a stage: NULL where the name is not known */
    bool part;             /* of what a short name stands for */
    og_compat compat;
    og_chain_arg *values;     /* of a known stage: all its arguments, given or not */
    og_chain_tree *expansion; /* of a short name: what it stands for */
    og_chain_tree *inner;     /* of a chain in parentheses */
    size_t n_groups;
    og_chain_group *groups;
    og_selector *selector; /* NULL: all */
} og_chain_link;

struct og_chain_tree {
    size_t n;
    og_chain_link *links;
};

/* ---- Signatures ------------------------------------------------------------------------------ */

enum { OG_MOST_ARGS = 16 };

/* A function of the language: a stage, a schedule or a term of a loss. */
typedef struct og_signature {
    const char *name;
    const og_stage_arg *arg; /* [OG_MOST_ARGS], the rest without a name */
    int positional;
    bool compat; /* takes compat= too */
} og_signature;

og_signature og_stage_signature(const og_stage *stage);
int og_signature_count(const og_signature *signature);

/* Gives every argument its spec, checks kinds, ranges and that nothing required is missing; then
 * orders them as they are declared and drops the keys of those that stand by position. */
og_status og_signature_check(og_lexer *lexer, const og_signature *signature, og_chain_call *call);

/* "clip_norm(c, p=2, eps=1e-6)" as the hint of the report. */
void og_signature_hint(og_report *report, const og_signature *signature, const char *nearest);

/* The value of argument k of the signature: given, else `defaults` ("eps=0, rho=0.9", or NULL),
 * else the default. */
og_status og_signature_value(og_lexer *lexer, const og_signature *signature,
                             const og_chain_call *call, const char *defaults, int k,
                             og_chain_arg *value);

/* A range such as "[0, 1)"; NULL is any number. */
og_bounds og_bounds_read(const char *text);

/* ---- Chains ---------------------------------------------------------------------------------- */

/* Whose stages and defaults a chain is read with. */
typedef struct og_dialect {
    og_compat compat;
    const og_stage *const *stages; /* the caller's, or NULL */
} og_dialect;

og_status og_dialect_set(og_dialect *dialect, const og_step_options *options, og_report *report);
const og_stage *og_stage_find(const og_dialect *dialect, const char *name);

/* Looks up the stages of a tree, checks their arguments, fills in the values and writes short names
 * out.  Unknown stages are errors, or left alone if `lenient`. */
og_status og_chain_resolve(og_lexer *lexer, const og_dialect *dialect, og_chain_tree *tree,
                           bool lenient);

/* Reads and resolves; the hint of a syntax error is the signature of the stage it is in. */
og_status og_chain_compile(og_lexer *lexer, const og_dialect *dialect, og_chain_tree **tree);

/* ---- Building -------------------------------------------------------------------------------- */

/* What flows for one parameter, and what is known of its norm: `squares` is the sum of the squares
 * of value / (scale * coef), a double scalar, or NULL while nobody asked; scale and coef are NULL
 * for 1. */
typedef struct og_flow {
    og_value *value, *squares, *scale, *coef;
} og_flow;

typedef struct og_step_param {
    og_value *parameter;
    og_value *gradient; /* of the loss, times the seed */
    og_flow now;
    og_flow before; /* as it entered the first stage that is no preparation (accumulate, unscale,
                       finite) … */
    og_flow after;  /* … and the first that is neither that nor a clip; value NULL until then */
    og_value *next; /* the new parameter, once a stage works on it */
    const og_chain_link *lr; /* the learning rate it met */
    og_value *rate;          /* what it was multiplied by, once it descends */
    bool frozen;
} og_step_param;

/* A double scalar cast to an element type. */
typedef struct og_step_cast {
    og_value *from, *to;
} og_step_cast;

/* An argument of a stage that is a value of the graph already. */
typedef struct og_step_argument {
    const og_chain_arg *given;
    og_value *value;
} og_step_argument;

typedef struct og_step {
    og_graph *graph;
    og_arena *arena; /* of the build */
    og_lexer lexer;
    og_dialect dialect;
    bool strict, norms;
    size_t n;
    og_step_param *params;
    og_value *count, *clock; /* `opt/step` and its double */
    og_value *gate;          /* bool: what follows is done in this run; NULL: always */
    og_value *loss;
    og_value *seed; /* what the gradients are multiplied by from the start; NULL: 1 */
    og_value *lr;   /* the first learning rate */
    og_list(og_step_cast) casts;
    const og_chain_group *group; /* that a walk is in, or NULL */
    og_chain_member *members;    /* of a table of groups */
    og_list(og_step_argument) arguments;
    og_list(const char *) labels; /* taken */
    og_list(og_tensor *) fills;   /* blocks of equal numbers, shared by slots */
} og_step;

/* Where og_stage_write put the text of an argument. */
typedef struct og_written {
    size_t at;
    const og_chain_arg *arg;
} og_written;

struct og_stage_context {
    og_step *step; /* NULL while a short name is written out */
    og_lexer *lexer;
    const og_chain_link *link;
    const char *label;
    og_text *out; /* what og_stage_write has written */
    og_list(og_written) written;
    size_t n; /* parameters in reach, as places in the step */
    const size_t *reach;
};

/* Calls `visit` for every stage of a tree, short names written out, with the parameters in its
 * reach. A parameter that no group matches is an error. */
typedef og_status og_step_visit(og_step *step, og_stage_context *c);
og_status og_step_walk(og_step *step, const og_chain_tree *tree, og_step_visit *visit);
og_step_visit og_visit_freeze; /* marks who is frozen */
og_status og_step_labels(og_step *step, og_chain_tree *tree);

const og_chain_arg *og_stage_given(const og_stage_context *c, const char *name);

/* A number of the text as a double scalar: the state `opt/<label>/<name>`, or the schedule's value
 * for this step.  It can be changed by that name while training unless it is `inner`: one that a
 * short name wrote and its user did not. */
og_value *og_step_number(og_step *step, const og_chain_arg *value, const char *label,
                         const char *name, bool inner);
og_value *og_step_constant(og_step *step, double number);
/* A state of any shape whose elements are all `initial`. */
og_value *og_step_state(og_step *step, const char *name, og_elem elem, int rank,
                        const int64_t *dims, double initial);
/* Binds through the gate. */
void og_step_bind(og_step *step, og_value *state, og_value *update);

og_value *og_stage_norm_of(og_stage_context *c, og_value *x); /* p = 2, of any value */
og_value *og_divisor(og_value *x);                            /* x, or 1 where it is 0 */
/* min(1, bound / (norm + the argument "eps")). */
og_value *og_stage_clip_coef(og_stage_context *c, og_value *bound, og_value *norm);

/* The sensitivity of the loss at other parameters: gradients[i] for the i-th in reach, where the
 * parameters in reach are at[i].  Clones the part of the graph between them and the loss. */
og_status og_stage_gradient(og_stage_context *c, og_value *const at[], og_value *gradients[]);
/* The loss there, as a double scalar, by nodes in the graph of the step or in a body inside it. */
og_status og_stage_loss_at(og_stage_context *c, og_graph *into, og_value *const at[],
                           og_value **loss);
/* The Hessian of the loss times v: products[i] for the i-th parameter in reach, of whose type and
 * shape v[i] is; zeros where the gradient does not depend on it. */
og_status og_stage_hessian_product(og_stage_context *c, og_value *const v[], og_value *products[]);

/* out[i] is values[i] where `due` holds, others[i] elsewhere.  What only values[i] need is computed
 * where it holds; so this comes last in a stage, which must not go on with such values. */
og_status og_stage_when(og_stage_context *c, og_value *due, size_t n, og_value *const values[],
                        og_value *const others[], og_value *out[]);

og_value *og_flows_norm(og_step *step, size_t n, og_flow *const *flows);
/* Sets the infos of the norms, `ok` and what it watches. */
og_status og_step_watch(og_step *step); /* before the chain */
og_status og_step_infos(og_step *step); /* after it */

/* Adds a warning about the text at an offset to the graph; an error if strict. */
og_status og_step_warn(og_step *step, size_t at, const char *format, ...) OG_PRINTF(3, 4);
/* Tells likely mistakes in the order of stages: one of each pair at most. */
typedef og_status og_lint_tell(void *to, size_t at, const char *text);
og_status og_chain_lint(og_arena *arena, og_report *report, const og_chain_tree *tree,
                        og_lint_tell *tell, void *to);

/* What og_chain_members gives, in the lexer's arena. */
og_status og_members_find(og_lexer *lexer, const og_dialect *dialect, size_t n,
                          const char *const names[], const og_chain_member **members);

/* What og_chain_explain gives. */
og_status og_chain_explain_tree(og_text *out, og_lexer *lexer, const og_dialect *dialect,
                                const og_chain_tree *tree);

/* ---- Schedules ------------------------------------------------------------------------------- */

typedef struct og_schedule og_schedule;

typedef struct og_schedule_context {
    og_step *step;
    const og_schedule *schedule;
    const og_chain_call *call;
    const char *label, *name; /* of the stage, and of the argument it stands for */
    bool inner;
    og_value *t; /* the clock, behind the warm-up */
} og_schedule_context;

struct og_schedule {
    const char *name, *doc;
    int positional;
    og_stage_arg arg[OG_MOST_ARGS];
    og_value *(*build)(og_schedule_context *c);
};

extern const og_schedule og_schedules[]; /* ended by one without name */
const og_schedule *og_schedule_find(const char *name);
og_signature og_schedule_signature(const og_schedule *schedule);
og_value *og_schedule_build(og_step *step, const og_chain_call *call, const char *label,
                            const char *name, bool inner);

/* ---- Plateaus -------------------------------------------------------------------------------- */

#define OG_PLATEAU_ARGS                                                                            \
    { "factor", OG_ARG_NUMBER, "0.1", "(0, 1)", "how much is left after a reduction" },            \
        { "patience", OG_ARG_NUMBER, "10", "[0, inf)", "losses without a new best that pass" },    \
        { "threshold", OG_ARG_NUMBER, "1e-4", "[0, inf)", "how much better the best must be" },    \
        { "mode", OG_ARG_WORD, "rel", "rel abs",                                                   \
          "the threshold is a part of the loss, or apart" },                                       \
        { "cooldown", OG_ARG_NUMBER, "0", "[0, inf)", "losses not looked at after a reduction" },  \
    {                                                                                              \
        "every", OG_ARG_NUMBER, "100", "[1, inf)", "runs whose mean loss counts as one"            \
    }

/* The arguments as double scalars; slots are named prefix + best, bad, rest, scale, sum, count. */
typedef struct og_plateau {
    og_step *step;
    const char *prefix;
    og_value *factor, *patience, *threshold, *cooldown, *every;
    bool relative;
} og_plateau;

/* The factor after this run's loss; *before is that before it. */
og_value *og_plateau_build(const og_plateau *p, og_value **before);

/* ---- Reading and printing -------------------------------------------------------------------- */

og_status og_chain_read(og_lexer *lexer, og_chain_tree **tree);
og_status og_call_read(og_lexer *lexer, og_chain_call *call); /* name and arguments */
void og_chain_print(og_text *out, const og_chain_tree *tree);
void og_chain_print_expanded(og_text *out, const og_chain_tree *tree); /* short names written out */
void og_call_print(og_text *out, const og_chain_call *call);
void og_value_print(og_text *out, const og_chain_arg *arg); /* without the key */

/* ---- Losses ---------------------------------------------------------------------------------- */

/* What a term's function gets; the words it names are looked up as values. */
typedef struct og_term_context {
    og_graph *graph;
    og_lexer *lexer;
    const og_signature *signature;
    const og_chain_call *call;
    og_arena *arena;
    og_value *x;  /* the prediction */
    og_value *t;  /* the label, or NULL for a term without one */
    int64_t axis; /* of the classes, from 0; -1 without classes */
} og_term_context;

typedef enum og_term_label {
    OG_LABEL_NONE,
    OG_LABEL_LIKE,   /* as the prediction */
    OG_LABEL_CLASSES /* int64, the prediction's shape without the axis of the classes */
} og_term_label;

/* A kind of term; the first two arguments are prediction and label, or the first alone. */
typedef struct og_loss_term {
    const char *name, *alias; /* alias: another word for it, or NULL */
    og_term_label label;
    og_stage_arg arg[OG_MOST_ARGS];
    og_value *(*build)(og_term_context *c);
} og_loss_term;

extern const og_loss_term og_loss_terms[]; /* ended by one without name */

double og_term_number(const og_term_context *c, const char *name);
const char *og_term_word(const og_term_context *c, const char *name);
og_value *og_term_value(og_term_context *c,
                        const char *name); /* what the word names; NULL for "" */

/* Parses `chain` and adds it behind the gradients of `loss` to `graph`: bindings for parameters and
 * slots, `ok`, the infos.  Trainable values are those with value->trainable. */
og_status og_step_build(og_graph *graph, og_value *loss, const char *chain,
                        const og_step_options *options);

#endif
