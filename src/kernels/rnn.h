/*
 * rnn: one row (one sequence of the batch) of recurrent cells at one time step, forward and back.
 *
 * All arrays hold `n` hidden units or some gates of them side by side, float or double.  Products
 * with weights are the caller's; what is here is elementwise.
 */
#ifndef OG_RNN_H
#define OG_RNN_H

#include "base/base.h"

typedef enum og_act_kind {
    OG_ACT_SIGMOID, /* the first three have a derivative in terms of their result */
    OG_ACT_TANH,
    OG_ACT_RELU,
    OG_ACT_AFFINE,
    OG_ACT_LEAKY_RELU,
    OG_ACT_THRESHOLDED_RELU,
    OG_ACT_SCALED_TANH,
    OG_ACT_HARD_SIGMOID,
    OG_ACT_ELU,
    OG_ACT_SOFTSIGN,
    OG_ACT_SOFTPLUS,
    OG_ACT_COUNT
} og_act_kind;

typedef struct og_act {
    og_act_kind kind;
    double alpha, beta;
} og_act;

/* What all steps of one direction share. */
typedef struct og_rnn_cell {
    og_act act[3];      /* LSTM f, g, h; GRU f, g; RNN f */
    double clip;        /* of sums before their activation; INFINITY: none */
    bool input_forget;  /* LSTM: forget gate = 1 - input gate */
    bool linear_before; /* GRU: the reset gate multiplies behind the product */
    bool keeps_sums;    /* what is saved of the gates are the sums, not the activations of them */
} og_rnn_cell;

/* Gates in ONNX's order: input, output, forget, cell. */
typedef struct og_lstm_row {
    void *gates;          /* [4n] the sums, overwritten */
    void *saved;          /* [4n] or NULL: for the way back */
    const void *peephole; /* [3n] of input, output, forget; or NULL */
    void *cell;           /* [n] before and after */
    void *hidden;         /* [n] after */
} og_lstm_row;

typedef struct og_lstm_back {
    const void *saved, *before; /* [4n], [n] the cell before */
    const void *peephole;
    const void *dsaved; /* [4n] or NULL: a gradient of `saved` itself */
    const void *dh;     /* [n] gradient of the hidden state after */
    void *dc;           /* [n] of the cell after; becomes that of the cell before */
    void *dsums;        /* [4n] */
    void *room;         /* [6n] */
    double *dp;         /* [3n] or NULL: sums up the peepholes' gradient */
} og_lstm_back;

/* Gates: update, reset, hidden. */
typedef struct og_gru_row {
    void *gates; /* [3n] the sums, overwritten */
    void *saved; /* [3n] or NULL */
    void
        *inner; /* [n] linear_before: the hidden gate's product; else reset times hidden, written */
    void *hidden; /* [n] before and after */
} og_gru_row;

typedef struct og_gru_back {
    const void *saved, *before, *inner; /* [3n], [n] hidden state before, [n] */
    const void *dsaved, *dinner;        /* [3n], [n] or NULL: gradients of these themselves */
    void *dh;                           /* [n] of the state after; becomes that of the one before */
    void *dsums;                        /* [3n] */
    void *drecurrent; /* [3n] linear_before: what flows into the recurrent product */
    void *room;       /* [3n] kept between both halves */
    void *dproduct;   /* [n] not linear_before: dsums of the hidden gate times its weights */
} og_gru_back;

typedef struct og_rnn_loops {
    void (*lstm)(const og_rnn_cell *cell, const og_lstm_row *row, int64_t n);
    void (*lstm_back)(const og_rnn_cell *cell, const og_lstm_back *row, int64_t n);
    /* Up to the product of the reset hidden state, and from there. */
    void (*gru_reset)(const og_rnn_cell *cell, const og_gru_row *row, int64_t n);
    void (*gru_update)(const og_rnn_cell *cell, const og_gru_row *row, int64_t n);
    /* Back to that product, and from there. */
    void (*gru_back_update)(const og_rnn_cell *cell, const og_gru_back *row, int64_t n);
    void (*gru_back_reset)(const og_rnn_cell *cell, const og_gru_back *row, int64_t n);
    /* hidden = f(sums); saved may be NULL. */
    void (*simple)(const og_rnn_cell *cell, const void *sums, void *saved, void *hidden, int64_t n);
    /* dsums = (dh + dsaved where that is the activation) f' + dsaved where it is the sum. */
    void (*simple_back)(const og_rnn_cell *cell, const void *saved, const void *dsaved,
                        const void *dh, void *dsums, void *room, int64_t n);
    void (*add)(void *y, const void *x, int64_t n); /* y += x */
} og_rnn_loops;

/* The best loops that this machine has for float or double. */
const og_rnn_loops *og_rnn_find(og_elem elem);

#endif
