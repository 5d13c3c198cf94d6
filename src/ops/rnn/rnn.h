/*
 * rnn: what LSTM, GRU and RNN share.
 *
 * Each comes as three operators: ONNX's; `…Training`, which also gives what the way back needs; and
 * `…Grad`, the way back along the sequence.  The way back ends at the gradients of the sums that
 * enter the gates (dsums), for all steps at once; gradients of X, W, R and B are products of these,
 * written with ordinary operators.
 *
 * What is kept lies by time, not by order of processing: gates [directions, time, batch, gates
 * times units], all else [directions, time times batch, units].  It is zero beyond a sequence's
 * length.
 */
#ifndef OG_OPS_RNN_H
#define OG_OPS_RNN_H

#include "kernels/gemm.h"
#include "kernels/rnn.h"
#include "kernels/tile.h"
#include "ops/ops.h"

typedef struct {
    og_strings activations;
    og_floats activation_alpha, activation_beta;
    const char *direction;
    int64_t hidden_size, input_forget, layout, linear_before_reset;
    float clip;
} og_rnn_attrs;

#define OG_RNN_ATTRS                                                                               \
    OG_LIST_ATTR(og_rnn_attrs, activations, STRINGS),                                              \
        OG_LIST_ATTR(og_rnn_attrs, activation_alpha, FLOATS),                                      \
        OG_LIST_ATTR(og_rnn_attrs, activation_beta, FLOATS),                                       \
        OG_FLOAT_ATTR(og_rnn_attrs, clip, NAN),                                                    \
        OG_STRING_ATTR(og_rnn_attrs, direction, "forward"),                                        \
        OG_INT_ATTR(og_rnn_attrs, hidden_size, OG_ABSENT, .positive = true),                       \
        OG_INT_ATTR(og_rnn_attrs, layout, 0)

#define OG_RNN_REAL (OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE))

/* Inputs of the forward operators. */
enum { RNN_X, RNN_W, RNN_R, RNN_B, RNN_LENS, RNN_H, RNN_C, RNN_P };

/* Inputs of the …Grad operators: these of all, then those of an LSTM and of a GRU. */
enum {
    BACK_GATES,
    BACK_R,
    BACK_LENS,
    BACK_DY,
    BACK_DY_H,
    BACK_DGATES,
    BACK_DBEFORE, /* of the hidden state before */
    BACK_CELL,
    BACK_P,
    BACK_DY_C,
    BACK_DCELL,
    BACK_BEFORE = BACK_CELL,
    BACK_INNER,
    BACK_DINNER
};

/* What tells the three kinds apart. */
typedef struct og_rnn_kind {
    char first; /* of the operators' names: L, G, R */
    int gates, acts;
    int kept; /* …Training's output `gates`; behind it hidden_before, cell_before or inner */
    const char *training, *grad;
    og_act_kind defaults[3];
} og_rnn_kind;
const og_rnn_kind *og_rnn_kind_of(const og_op *op);
bool og_rnn_is_training(const og_op *op);

int og_rnn_directions(const og_rnn_attrs *a);
bool og_rnn_reversed(const og_rnn_attrs *a, int d);
/* The cell of direction d; its attributes were checked by inference. */
og_rnn_cell og_rnn_cell_of(const og_op *op, const og_rnn_attrs *a, int d);

/* ---- Descriptors' functions (infer.c) -------------------------------------------------------- */

og_status og_rnn_infer(og_infer *c);
og_status og_rnn_back_infer(og_infer *c);
int og_rnn_valid_from(const og_node *node);
void og_rnn_upgrade(og_rewrite *c, int from);
og_status og_rnn_check(og_call *c); /* lengths within the sequence */
og_status og_rnn_back_check(og_call *c);

/* ---- Gradients (rules.c) --------------------------------------------------------------------- */

/* The Grad node's attributes: those of the forward node that it reads; ended by a NULL name. */
void og_rnn_back_attrs(const og_rnn_attrs *a, og_attr out[12]);
/* Sets the gradients by X, W and, of dsums and drecurrent, B; the recurrent product's own by R. */
void og_rnn_rule(og_grad *c, og_value *dsums, og_value *drecurrent, og_value *dR);
/* a^T b of stacks of matrices: [d, rows, m], [d, rows, n] -> [d, m, n]. */
og_value *og_rnn_product(og_value *a, og_value *b);

/* ---- Products with a fixed matrix (product.c) ------------------------------------------------ */

/* op(B) [k, n], packed into panels as wide as a tile when it is used often enough. */
typedef struct og_rnn_matrix {
    og_elem elem;
    bool trans;
    int64_t k, n, ld;
    const void *b;
    void *packed; /* NULL: not */
} og_rnn_matrix;
size_t og_rnn_packed_size(og_elem elem, int64_t k, int64_t n);
void og_rnn_pack(og_rnn_matrix *m);
/* Rows of C may be written up to og_rnn_ld(elem, n) columns. */
int64_t og_rnn_ld(og_elem elem, int64_t n);
/* C (+)= A op(B). */
void og_rnn_multiply(const og_rnn_matrix *m, int64_t rows, const void *a, int64_t lda, bool add,
                     void *c, int64_t ldc);

/* ---- Kernels (steps.c) ----------------------------------------------------------------------- */

/* A piece is some sequences of the batch in one direction, over all steps. */
typedef struct og_rnn_plan {
    og_elem elem;
    size_t size;
    const og_rnn_kind *kind;
    int directions, gates;
    int64_t steps, batch, inputs, n; /* n hidden units */
    int64_t tile, tiles, chunk;      /* rows of a piece, pieces a direction, steps of one product */
    int64_t x_t, x_b, y_t, y_d, y_b, s_d, s_b; /* strides of X, Y and the states, in elements */
    int64_t ld, ldn;                           /* of rows with all gates, of rows with one */
    bool packs;
    og_rnn_cell cell[2];
} og_rnn_plan;

typedef struct og_rnn_piece {
    const og_call *c;
    const og_rnn_plan *p;
    const og_rnn_cell *cell;
    const og_rnn_loops *loops;
    int d;
    bool reversed;
    int64_t first, rows;
    const int32_t *lens;                       /* of this piece's rows; NULL: all steps */
    og_rnn_matrix input, recurrent, candidate; /* the last: a GRU's hidden gate */
    char *x, *sums;                            /* [chunk, rows, inputs], [chunk, rows, ld] */
    char *bias, *inner_bias;
    char *h, *cells, *inner; /* [rows, ldn] */
    /* the way back */
    char *dh, *dc, *dproduct; /* [rows, ldn] */
    char *dsums, *drecurrent; /* [rows, ld] */
    char *room;
    double *dp;
} og_rnn_piece;

static inline bool og_rnn_active(const og_rnn_piece *s, int64_t row, int64_t k)
{
    return !s->lens || k < s->lens[row];
}

/* Row `row` of a state or of a step's gates. */
static inline char *og_rnn_row(const og_rnn_piece *s, char *from, int64_t row, int64_t ld)
{
    return from + (size_t)(row * ld) * s->p->size;
}

/* The place in what is kept, of `width` units, for step k of a row; NULL where it is absent. */
char *og_rnn_kept(const og_rnn_piece *s, const og_tensor *t, int64_t row, int64_t k, int64_t width);
void og_rnn_keep(const og_rnn_piece *s, int out, int64_t row, int64_t k, const void *from,
                 int64_t width);

typedef void og_rnn_step(og_rnn_piece *s, int64_t k, char *sums);
og_status og_rnn_prepare(og_call *c);
void og_rnn_run(const og_call *c, int64_t piece, void *scratch, og_rnn_step *step);
void og_rnn_emit(const og_rnn_piece *s, int64_t row, int64_t k); /* h into Y */

typedef void og_rnn_back_step(og_rnn_piece *s, int64_t k);
og_status og_rnn_back_prepare(og_call *c);
void og_rnn_back_run(const og_call *c, int64_t piece, void *scratch, og_rnn_back_step *step);
/* Adds row `row` of dY at step k to dh. */
void og_rnn_take_dy(const og_rnn_piece *s, int64_t row, int64_t k);
/* y += the row of a kept input; nothing where it is absent. */
void og_rnn_add_kept(const og_rnn_piece *s, int in, int64_t row, int64_t k, char *y);
const og_tensor *og_rnn_in(const og_call *c, int i); /* NULL where omitted */
og_tensor *og_rnn_out(const og_call *c, int k);

/* ---- Expansions (unroll.c) ------------------------------------------------------------------- */

/* A sequence as operators on [1, batch, units] a step, in a direction's order of processing. */
typedef struct og_unroll {
    og_rewrite *c;
    const og_rnn_kind *kind;
    const og_rnn_attrs *a;
    int directions;
    int64_t steps;
    og_value *lens;    /* int32[batch] or NULL */
    og_value **active; /* [steps] bool[1, batch, 1], or NULL */
} og_unroll;

/* False after a failure: the number of steps must be known.  `from` has it along `axis`. */
bool og_unroll_start(og_unroll *u, og_rewrite *c, og_value *from, int axis, int lens);
og_value **og_unroll_list(const og_unroll *u, int64_t n);
/* Direction d of a value that has them along an axis, without it. */
og_value *og_unroll_direction(const og_unroll *u, og_value *v, int axis, int d);
/* Direction d of a state as it is given, or NULL: [1, batch, units]. */
og_value *og_unroll_state(const og_unroll *u, og_value *v, int d);
/* Matrices to multiply by: W or R of direction d transposed, and both biases of the gates. */
og_value *og_unroll_weight(const og_unroll *u, int input, int d);
og_value *og_unroll_bias(const og_unroll *u, int d, og_value **recurrent);
/* X times W plus a bias (NULL: none), a step each. */
og_value **og_unroll_inputs(const og_unroll *u, og_value *bias, int d);
/* [time, batch, units] to steps, and back. */
og_value **og_unroll_steps(const og_unroll *u, og_value *v, int d);
og_value *og_unroll_join(const og_unroll *u, og_value **steps, int d);
/* Steps of what was kept (NULL: of nothing), and of dY. */
og_value **og_unroll_kept(const og_unroll *u, og_value *v, int d);
og_value **og_unroll_dy(const og_unroll *u, og_value *v, int d);
/* n parts along the last axis. */
void og_unroll_split(og_value *v, int n, og_value **out);
og_value *og_unroll_cat(int n, og_value *const *in);
/* `now` in rows that are active at step k, `before` (NULL: zero) in others. */
og_value *og_unroll_masked(const og_unroll *u, int64_t k, og_value *now, og_value *before);
/* As the loops have it: f, f(clip(x)); gates again; their gradient; dy times f'. */
og_value *og_unroll_act(const og_act *f, og_value *x);
og_value *og_unroll_gate(const og_rnn_cell *cell, int act, og_value *x);
og_value *og_unroll_again(const og_rnn_cell *cell, int act, og_value *saved);
og_value *og_unroll_slope(const og_act *f, og_value *x, og_value *y, og_value *dy);
og_value *og_unroll_back(const og_rnn_cell *cell, int act, og_value *saved, og_value *gate,
                         og_value *dsaved, og_value *d);
/* Outputs of the node from their directions' parts: Y from [time, batch, units]; a state from
 * [1, batch, units]; what is kept from [time, batch, units]. */
void og_unroll_y(const og_unroll *u, og_value **parts);
void og_unroll_final(const og_unroll *u, int k, og_value **parts);
void og_unroll_keep(const og_unroll *u, int k, og_value **parts, bool by_time);

void og_lstm_expand(og_rewrite *c);
void og_lstm_grad_expand(og_rewrite *c);
void og_gru_expand(og_rewrite *c);
void og_gru_grad_expand(og_rewrite *c);
void og_simple_expand(og_rewrite *c);
void og_simple_grad_expand(og_rewrite *c);

#endif
