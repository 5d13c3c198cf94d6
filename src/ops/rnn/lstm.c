/*
 * LSTM, and onnxgrad.LSTMTraining, the same with what onnxgrad.LSTMGrad needs.
 *
 *   i, f = f(sums + P c), c' = f c + i g(sum), o = f(sum + P c'), h = o h(c')
 */
#include "ops/rnn/rnn.h"

enum { KEPT_GATES = 3, KEPT_HIDDEN, KEPT_CELL };

static void lstm_step(og_rnn_piece *s, int64_t k, char *sums)
{
    const og_rnn_plan *p = s->p;
    const og_tensor *peephole = og_rnn_in(s->c, RNN_P);

    og_rnn_multiply(&s->recurrent, s->rows, s->h, p->ldn, true, sums, p->ld);
    for (int64_t r = 0; r < s->rows; r++) {
        char *h = og_rnn_row(s, s->h, r, p->ldn), *cell = og_rnn_row(s, s->cells, r, p->ldn);

        if (!og_rnn_active(s, r, k))
            continue;
        og_rnn_keep(s, KEPT_HIDDEN, r, k, h, p->n);
        og_rnn_keep(s, KEPT_CELL, r, k, cell, p->n);
        s->loops->lstm(
            s->cell,
            &(og_lstm_row){ .gates = og_rnn_row(s, sums, r, p->ld),
                            .saved = og_rnn_kept(s, og_rnn_out(s->c, KEPT_GATES), r, k, 4 * p->n),
                            .peephole =
                                peephole ? og_rnn_row(s, peephole->data, s->d * 3, p->n) : NULL,
                            .cell = cell,
                            .hidden = h },
            p->n);
        og_rnn_emit(s, r, k);
    }
}

static void lstm_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_run(c, piece, scratch, lstm_step);
}

/* The sums of dsums give B's and, with X and h, the weights' gradients; see rules.c. */
static void lstm_gradient(og_grad *c)
{
    og_attr attrs[12];
    og_value *d[4];

    if (!og_rnn_is_training(c->node->op))
        og_forward(c, "LSTMTraining");
    og_rnn_back_attrs(c->attrs, attrs);
    og_value *gates = og_y(c, KEPT_GATES), *before = og_y(c, KEPT_HIDDEN);
    og_value *cell = og_y(c, KEPT_CELL);
    og_value *in[] = { gates,          og_x(c, RNN_R),       og_x(c, RNN_LENS),     og_dy(c, 0),
                       og_dy(c, 1),    og_dy(c, KEPT_GATES), og_dy(c, KEPT_HIDDEN), cell,
                       og_x(c, RNN_P), og_dy(c, 2),          og_dy(c, KEPT_CELL) };

    og_ops_on("onnxgrad::LSTMGrad", attrs, (int)(sizeof in / sizeof *in), in,
              og_x(c, RNN_P) ? 4 : 3, d);
    og_rnn_rule(c, d[0], d[0], og_rnn_product(d[0], before));
    og_set_dx(c, RNN_H, d[1]);
    og_set_dx(c, RNN_C, d[2]);
    if (og_x(c, RNN_P))
        og_set_dx(c, RNN_P, d[3]);
}

static void lstm_back_step(og_rnn_piece *s, int64_t k)
{
    const og_rnn_plan *p = s->p;
    const og_call *c = s->c;
    const og_tensor *peephole = og_rnn_in(c, BACK_P);

    for (int64_t r = 0; r < s->rows; r++) {
        char *dh = og_rnn_row(s, s->dh, r, p->ldn), *dc = og_rnn_row(s, s->dc, r, p->ldn);
        char *dsums = og_rnn_row(s, s->dsums, r, p->ld);

        if (!og_rnn_active(s, r, k)) {
            memset(dsums, 0, (size_t)(4 * p->n) * p->size);
            continue;
        }
        og_rnn_take_dy(s, r, k);
        s->loops->lstm_back(
            s->cell,
            &(og_lstm_back){ .saved = og_rnn_kept(s, c->in[BACK_GATES], r, k, 4 * p->n),
                             .before = og_rnn_kept(s, c->in[BACK_CELL], r, k, p->n),
                             .peephole =
                                 peephole ? og_rnn_row(s, peephole->data, s->d * 3, p->n) : NULL,
                             .dsaved = og_rnn_kept(s, og_rnn_in(c, BACK_DGATES), r, k, 4 * p->n),
                             .dh = dh,
                             .dc = dc,
                             .dsums = dsums,
                             .room = s->room,
                             .dp = og_rnn_out(c, 3) ? s->dp : NULL },
            p->n);
        og_rnn_keep(s, 0, r, k, dsums, 4 * p->n);
        memset(dh, 0, (size_t)p->n * p->size);
        og_rnn_add_kept(s, BACK_DBEFORE, r, k, dh);
        og_rnn_add_kept(s, BACK_DCELL, r, k, dc);
    }
    og_rnn_multiply(&s->recurrent, s->rows, s->dsums, p->ld, true, s->dh, p->ldn);
}

static void lstm_back_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_back_run(c, piece, scratch, lstm_back_step);
}

/* The pieces of a direction in order. */
static void lstm_back_finish(const og_call *c)
{
    const og_rnn_plan *p = c->work;
    const double *sums = c->shared;
    og_tensor *dp = og_rnn_out(c, 3);

    for (int64_t i = 0; dp && i < dp->count; i++) {
        const int64_t d = i / (3 * p->n), at = i % (3 * p->n);
        double sum = 0;

        for (int64_t t = 0; t < p->tiles; t++)
            sum += sums[(d * p->tiles + t) * 3 * p->n + at];
        og_set_double(dp, i, sum);
    }
}

#define LSTM_IN                                                                                    \
    OG_PORT("X", OG_FLOATS), OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                  \
        OG_PORT("R", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                                       \
        OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS),                       \
        OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true, .role = OG_ROLE_SHAPE),       \
        OG_PORT("initial_h", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_STATE),              \
        OG_PORT("initial_c", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_STATE),              \
        OG_PORT("P", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_WEIGHT)
#define LSTM_OUT                                                                                   \
    OG_PORT("Y", OG_SAME_AS(0), .optional = true),                                                 \
        OG_PORT("Y_h", OG_SAME_AS(0), .optional = true),                                           \
        OG_PORT("Y_c", OG_SAME_AS(0), .optional = true)
#define LSTM_ATTRS OG_RNN_ATTRS, OG_INT_ATTR(og_rnn_attrs, input_forget, 0)
#define LSTM_SAMPLES(N)                                                                            \
    "float[3,2,4] X; float[1,12,4] W in -1..1; float[1,12,3] R in -1..1; !outputs " N,             \
        "double[4,3,2] X; double[2,20,2] W in -1..1; double[2,20,5] R in -1..1; "                  \
        "double[2,40] B; int32[3] sequence_lens = 2 4 0; double[2,3,5] initial_h; "                \
        "double[2,3,5] initial_c; double[2,15] P; direction=bidirectional; !outputs " N,           \
        "double[2,3,2] X; double[1,8,2] W in -1..1; double[1,8,2] R in -1..1; "                    \
        "double[1,16] B; int32[2] sequence_lens = 3 1; double[2,1,2] initial_h; "                  \
        "double[2,1,2] initial_c; double[1,6] P; direction=reverse; layout=1; "                    \
        "clip=0.6; input_forget=1; !outputs " N,                                                   \
        "double[9,33,3] X; double[1,36,3] W in -1..1; double[1,36,9] R in -1..1; "                 \
        "activations=[HardSigmoid,ScaledTanh,Softsign]; activation_alpha=[0.3,1.2]; "              \
        "activation_beta=[0.4,0.7]; !outputs " N,                                                  \
        "float[2,0,4] X; float[1,12,4] W; float[1,12,3] R; !outputs " N,                           \
        "float[40,1,3] X; float[1,76,3] W in -0.5..0.5; float[1,76,19] R in "                      \
        "-0.5..0.5; !outputs " N

const og_op og_op_lstm = {
    .name = "LSTM",
    .builder = "lstm",
    .version = 22,
    .valid_from = 7,
    .valid_from_node = og_rnn_valid_from,
    .versions = "1 7 14",
    .doc = "Long short-term memory: a recurrence with input, output and forget gates.",
    .in = { LSTM_IN },
    .out = { LSTM_OUT },
    .attr = { LSTM_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .upgrade = og_rnn_upgrade,
    .expand = og_lstm_expand,
    .gradient = lstm_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = lstm_run,
    .samples = OG_SAMPLES(LSTM_SAMPLES("3")),
};

const og_op og_op_lstm_training = {
    .name = "LSTMTraining",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "LSTM that keeps its gates and the states before each step.",
    .in = { LSTM_IN },
    .out = { LSTM_OUT, OG_PORT("gates", OG_SAME_AS(0), .optional = true),
             OG_PORT("hidden_before", OG_SAME_AS(0), .optional = true),
             OG_PORT("cell_before", OG_SAME_AS(0), .optional = true) },
    .attr = { LSTM_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .expand = og_lstm_expand,
    .gradient = lstm_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = lstm_run,
    .samples = OG_SAMPLES(LSTM_SAMPLES("6")),
};

const og_op og_op_lstm_grad = {
    .name = "LSTMGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The way back through an LSTM: gradients of the sums that enter its gates.",
    .in = { OG_PORT("gates", OG_FLOATS), OG_PORT("R", OG_SAME_AS(0)),
            OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true),
            OG_PORT("dY", OG_SAME_AS(0), .optional = true),
            OG_PORT("dY_h", OG_SAME_AS(0), .optional = true),
            OG_PORT("dgates", OG_SAME_AS(0), .optional = true),
            OG_PORT("dhidden_before", OG_SAME_AS(0), .optional = true),
            OG_PORT("cell_before", OG_SAME_AS(0)), OG_PORT("P", OG_SAME_AS(0), .optional = true),
            OG_PORT("dY_c", OG_SAME_AS(0), .optional = true),
            OG_PORT("dcell_before", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("dsums", OG_SAME_AS(0)),
             OG_PORT("dinitial_h", OG_SAME_AS(0), .optional = true),
             OG_PORT("dinitial_c", OG_SAME_AS(0), .optional = true),
             OG_PORT("dP", OG_SAME_AS(0), .optional = true) },
    .attr = { LSTM_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_back_infer,
    .expand = og_lstm_grad_expand,
    .check = og_rnn_back_check,
    .prepare = og_rnn_back_prepare,
    .run = lstm_back_run,
    .finish = lstm_back_finish,
    .samples = OG_SAMPLES(
        "double[1,3,2,12] gates in 0.1..0.9; double[1,12,3] R in -1..1; double[3,1,2,3] dY; "
        "double[1,6,3] cell_before; !outputs 4",
        "double[2,2,3,8] gates in 0.1..0.9; double[2,8,2] R in -1..1; "
        "int32[3] sequence_lens = 2 1 0; double[2,3,2] dY_h; double[2,2,3,8] dgates; "
        "double[2,6,2] dhidden_before; double[2,6,2] cell_before; double[2,6] P; "
        "double[2,3,2] dY_c; double[2,6,2] dcell_before; direction=bidirectional; !outputs 4"),
};
