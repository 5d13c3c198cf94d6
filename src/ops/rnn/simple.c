/*
 * RNN, and onnxgrad.RNNTraining, the same with what onnxgrad.RNNGrad needs: h' = f(sums).
 */
#include "ops/rnn/rnn.h"

enum { KEPT_GATES = 2, KEPT_HIDDEN };

static void simple_step(og_rnn_piece *s, int64_t k, char *sums)
{
    const og_rnn_plan *p = s->p;
    const og_tensor *gates = og_rnn_out(s->c, KEPT_GATES);

    og_rnn_multiply(&s->recurrent, s->rows, s->h, p->ldn, true, sums, p->ld);
    for (int64_t r = 0; r < s->rows; r++) {
        char *h = og_rnn_row(s, s->h, r, p->ldn);

        if (!og_rnn_active(s, r, k))
            continue;
        og_rnn_keep(s, KEPT_HIDDEN, r, k, h, p->n);
        s->loops->simple(s->cell, og_rnn_row(s, sums, r, p->ld), og_rnn_kept(s, gates, r, k, p->n),
                         h, p->n);
        og_rnn_emit(s, r, k);
    }
}

static void simple_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_run(c, piece, scratch, simple_step);
}

static void simple_gradient(og_grad *c)
{
    og_attr attrs[12];
    og_value *d[2];

    if (!og_rnn_is_training(c->node->op))
        og_forward(c, "RNNTraining");
    og_rnn_back_attrs(c->attrs, attrs);
    og_value *gates = og_y(c, KEPT_GATES), *before = og_y(c, KEPT_HIDDEN);
    og_value *in[] = { gates,       og_x(c, RNN_R),       og_x(c, RNN_LENS),    og_dy(c, 0),
                       og_dy(c, 1), og_dy(c, KEPT_GATES), og_dy(c, KEPT_HIDDEN) };

    og_ops_on("onnxgrad::RNNGrad", attrs, (int)(sizeof in / sizeof *in), in, 2, d);
    og_rnn_rule(c, d[0], d[0], og_rnn_product(d[0], before));
    og_set_dx(c, RNN_H, d[1]);
}

static void simple_back_step(og_rnn_piece *s, int64_t k)
{
    const og_rnn_plan *p = s->p;
    const og_call *c = s->c;

    for (int64_t r = 0; r < s->rows; r++) {
        char *dh = og_rnn_row(s, s->dh, r, p->ldn), *dsums = og_rnn_row(s, s->dsums, r, p->ld);

        if (!og_rnn_active(s, r, k)) {
            memset(dsums, 0, (size_t)p->n * p->size);
            continue;
        }
        og_rnn_take_dy(s, r, k);
        s->loops->simple_back(s->cell, og_rnn_kept(s, c->in[BACK_GATES], r, k, p->n),
                              og_rnn_kept(s, og_rnn_in(c, BACK_DGATES), r, k, p->n), dh, dsums,
                              s->room, p->n);
        og_rnn_keep(s, 0, r, k, dsums, p->n);
        memset(dh, 0, (size_t)p->n * p->size);
        og_rnn_add_kept(s, BACK_DBEFORE, r, k, dh);
    }
    og_rnn_multiply(&s->recurrent, s->rows, s->dsums, p->ld, true, s->dh, p->ldn);
}

static void simple_back_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_back_run(c, piece, scratch, simple_back_step);
}

#define RNN_IN                                                                                     \
    OG_PORT("X", OG_FLOATS), OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                  \
        OG_PORT("R", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                                       \
        OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS),                       \
        OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true, .role = OG_ROLE_SHAPE),       \
        OG_PORT("initial_h", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_STATE)
#define RNN_OUT                                                                                    \
    OG_PORT("Y", OG_SAME_AS(0), .optional = true), OG_PORT("Y_h", OG_SAME_AS(0), .optional = true)
#define RNN_SAMPLES(N)                                                                             \
    "float[3,2,4] X; float[1,3,4] W in -1..1; float[1,3,3] R in -1..1; !outputs " N,               \
        "double[4,3,2] X; double[2,5,2] W in -1..1; double[2,5,5] R in -1..1; "                    \
        "double[2,10] B; int32[3] sequence_lens = 2 4 0; double[2,3,5] initial_h; "                \
        "direction=bidirectional; activations=[Sigmoid,Softplus]; !outputs " N,                    \
        "double[2,3,2] X; double[1,2,2] W in -1..1; double[1,2,2] R in -1..1; "                    \
        "double[1,4] B; int32[2] sequence_lens = 3 1; double[2,1,2] initial_h; "                   \
        "direction=reverse; layout=1; clip=0.6; !outputs " N,                                      \
        "double[9,33,3] X; double[1,9,3] W in -1..1; double[1,9,9] R in -0.3..0.3; "               \
        "activations=[LeakyRelu]; activation_alpha=[0.3]; !outputs " N,                            \
        "double[3,2,3] X; double[1,4,3] W in -1..1; double[1,4,4] R in -0.3..0.3; "                \
        "activations=[Relu]; !outputs " N,                                                         \
        "double[3,2,3] X; double[1,4,3] W in -1..1; double[1,4,4] R in -0.3..0.3; "                \
        "activations=[Elu]; activation_alpha=[0.7]; !outputs " N,                                  \
        "double[3,2,3] X; double[1,4,3] W in -1..1; double[1,4,4] R in -0.3..0.3; "                \
        "activations=[ThresholdedRelu]; activation_alpha=[0.2]; !outputs " N,                      \
        "float[2,0,4] X; float[1,3,4] W; float[1,3,3] R; !outputs " N,                             \
        "float[40,1,3] X; float[1,19,3] W in -0.5..0.5; float[1,19,19] R in "                      \
        "-0.5..0.5; !outputs " N

const og_op og_op_rnn = {
    .name = "RNN",
    .builder = "rnn",
    .version = 22,
    .valid_from = 7,
    .valid_from_node = og_rnn_valid_from,
    .versions = "1 7 14",
    .doc = "A recurrence: each hidden state is a function of an input and the state before.",
    .in = { RNN_IN },
    .out = { RNN_OUT },
    .attr = { OG_RNN_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .upgrade = og_rnn_upgrade,
    .expand = og_simple_expand,
    .gradient = simple_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = simple_run,
    .samples = OG_SAMPLES(RNN_SAMPLES("2")),
};

const og_op og_op_rnn_training = {
    .name = "RNNTraining",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "RNN that keeps its gates and the state before each step.",
    .in = { RNN_IN },
    .out = { RNN_OUT, OG_PORT("gates", OG_SAME_AS(0), .optional = true),
             OG_PORT("hidden_before", OG_SAME_AS(0), .optional = true) },
    .attr = { OG_RNN_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .expand = og_simple_expand,
    .gradient = simple_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = simple_run,
    .samples = OG_SAMPLES(RNN_SAMPLES("4")),
};

const og_op og_op_rnn_grad = {
    .name = "RNNGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The way back through an RNN: gradients of the sums that enter its activation.",
    .in = { OG_PORT("gates", OG_FLOATS), OG_PORT("R", OG_SAME_AS(0)),
            OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true),
            OG_PORT("dY", OG_SAME_AS(0), .optional = true),
            OG_PORT("dY_h", OG_SAME_AS(0), .optional = true),
            OG_PORT("dgates", OG_SAME_AS(0), .optional = true),
            OG_PORT("dhidden_before", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("dsums", OG_SAME_AS(0)),
             OG_PORT("dinitial_h", OG_SAME_AS(0), .optional = true) },
    .attr = { OG_RNN_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_back_infer,
    .expand = og_simple_grad_expand,
    .check = og_rnn_back_check,
    .prepare = og_rnn_back_prepare,
    .run = simple_back_run,
    .samples = OG_SAMPLES("double[1,3,2,3] gates in 0.1..0.9; double[1,3,3] R in -1..1; "
                          "double[3,1,2,3] dY; double[1,2,3] dY_h; !outputs 2",
                          "double[2,2,3,2] gates in 0.1..0.9; double[2,2,2] R in -1..1; "
                          "int32[3] sequence_lens = 2 1 0; double[2,2,3,2] dgates; "
                          "double[2,6,2] dhidden_before; direction=bidirectional; !outputs 2"),
};
