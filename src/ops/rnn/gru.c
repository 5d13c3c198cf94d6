/*
 * GRU, and onnxgrad.GRUTraining, the same with what onnxgrad.GRUGrad needs.
 *
 *   z, r = f(sums), c = g(X W^T + inner), h' = (1 - z) c + z h, where inner is (r h) R^T, or with
 *   linear_before_reset r (h R^T + Rb).
 *
 * `inner` as it is kept is r h, or h R^T + Rb.
 */
#include "ops/rnn/rnn.h"

enum { KEPT_GATES = 2, KEPT_HIDDEN, KEPT_INNER };

static og_gru_row gru_row(const og_rnn_piece *s, int64_t r, int64_t k, char *sums)
{
    const og_rnn_plan *p = s->p;

    return (og_gru_row){ .gates = og_rnn_row(s, sums, r, p->ld),
                         .saved = og_rnn_kept(s, og_rnn_out(s->c, KEPT_GATES), r, k, 3 * p->n),
                         .inner = og_rnn_row(s, s->inner, r, p->ldn),
                         .hidden = og_rnn_row(s, s->h, r, p->ldn) };
}

/* inner = h R^T + Rb of the hidden gate. */
static void gru_linear(const og_rnn_piece *s)
{
    const og_rnn_plan *p = s->p;

    for (int64_t r = 0; r < s->rows; r++)
        memcpy(og_rnn_row(s, s->inner, r, p->ldn), s->inner_bias, (size_t)p->n * p->size);
    og_rnn_multiply(&s->candidate, s->rows, s->h, p->ldn, true, s->inner, p->ldn);
}

static void gru_step(og_rnn_piece *s, int64_t k, char *sums)
{
    const og_rnn_plan *p = s->p;

    og_rnn_multiply(&s->recurrent, s->rows, s->h, p->ldn, true, sums, p->ld);
    if (s->cell->linear_before)
        gru_linear(s);
    for (int64_t r = 0; r < s->rows; r++)
        if (og_rnn_active(s, r, k)) {
            const og_gru_row row = gru_row(s, r, k, sums);

            s->loops->gru_reset(s->cell, &row, p->n);
        } else {
            memset(og_rnn_row(s, s->inner, r, p->ldn), 0, (size_t)p->n * p->size);
        }
    if (!s->cell->linear_before)
        og_rnn_multiply(&s->candidate, s->rows, s->inner, p->ldn, true,
                        sums + (size_t)(2 * p->n) * p->size, p->ld);
    for (int64_t r = 0; r < s->rows; r++) {
        const og_gru_row row = gru_row(s, r, k, sums);

        if (!og_rnn_active(s, r, k))
            continue;
        og_rnn_keep(s, KEPT_HIDDEN, r, k, row.hidden, p->n);
        og_rnn_keep(s, KEPT_INNER, r, k, row.inner, p->n);
        s->loops->gru_update(s->cell, &row, p->n);
        og_rnn_emit(s, r, k);
    }
}

static void gru_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_run(c, piece, scratch, gru_step);
}

/* dR: the hidden gate's product is of h, or of r h. */
static og_value *gru_dr(bool linear, og_value *dsums, og_value *drecurrent, og_value *before,
                        og_value *inner)
{
    og_value *d[3], *parts[2];

    if (linear)
        return og_rnn_product(drecurrent, before);
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 2), OG_SET_INT("num_outputs", 3)), 1, &dsums, 3,
              d);
    parts[0] = og_rnn_product(og_concat(2, 2, d), before);
    parts[1] = og_rnn_product(d[2], inner);
    return og_concat(1, 2, parts);
}

static void gru_gradient(og_grad *c)
{
    og_attr attrs[12];
    og_value *d[3];

    if (!og_rnn_is_training(c->node->op))
        og_forward(c, "GRUTraining");
    const og_rnn_attrs *a = c->attrs;
    const bool linear = a->linear_before_reset != 0;
    og_value *gates = og_y(c, KEPT_GATES), *before = og_y(c, KEPT_HIDDEN);
    og_value *inner = og_y(c, KEPT_INNER);
    og_value *in[] = { gates,       og_x(c, RNN_R),       og_x(c, RNN_LENS),     og_dy(c, 0),
                       og_dy(c, 1), og_dy(c, KEPT_GATES), og_dy(c, KEPT_HIDDEN), before,
                       inner,       og_dy(c, KEPT_INNER) };

    og_rnn_back_attrs(a, attrs);
    og_ops_on("onnxgrad::GRUGrad", attrs, (int)(sizeof in / sizeof *in), in, linear ? 3 : 2, d);
    og_value *drecurrent = linear ? d[2] : d[0];
    og_rnn_rule(c, d[0], drecurrent,
                og_wants(c, RNN_R) ? gru_dr(linear, d[0], drecurrent, before, inner) : NULL);
    og_set_dx(c, RNN_H, d[1]);
}

static og_gru_back gru_back_row(const og_rnn_piece *s, int64_t r, int64_t k)
{
    const og_rnn_plan *p = s->p;
    const og_call *c = s->c;

    return (og_gru_back){
        .saved = og_rnn_kept(s, c->in[BACK_GATES], r, k, 3 * p->n),
        .before = og_rnn_kept(s, c->in[BACK_BEFORE], r, k, p->n),
        .inner = og_rnn_kept(s, c->in[BACK_INNER], r, k, p->n),
        .dsaved = og_rnn_kept(s, og_rnn_in(c, BACK_DGATES), r, k, 3 * p->n),
        .dinner = og_rnn_kept(s, og_rnn_in(c, BACK_DINNER), r, k, p->n),
        .dh = og_rnn_row(s, s->dh, r, p->ldn),
        .dsums = og_rnn_row(s, s->dsums, r, p->ld),
        .drecurrent = og_rnn_row(s, s->drecurrent, r, p->ld),
        .room = og_rnn_row(s, s->room, r, 6 * p->n),
        .dproduct = og_rnn_row(s, s->dproduct, r, p->ldn),
    };
}

static void gru_back_step(og_rnn_piece *s, int64_t k)
{
    const og_rnn_plan *p = s->p;
    const bool linear = s->cell->linear_before;
    const size_t bytes = (size_t)(3 * p->n) * p->size;

    for (int64_t r = 0; r < s->rows; r++) {
        const og_gru_back row = gru_back_row(s, r, og_rnn_active(s, r, k) ? k : 0);

        if (og_rnn_active(s, r, k)) {
            og_rnn_take_dy(s, r, k);
            s->loops->gru_back_update(s->cell, &row, p->n);
        } else {
            memset(row.dsums, 0, bytes);
            memset(row.drecurrent, 0, bytes);
        }
    }
    if (!linear)
        og_rnn_multiply(&s->candidate, s->rows, s->dsums + (size_t)(2 * p->n) * p->size, p->ld,
                        false, s->dproduct, p->ldn);
    for (int64_t r = 0; r < s->rows; r++) {
        if (!og_rnn_active(s, r, k))
            continue;
        const og_gru_back row = gru_back_row(s, r, k);

        if (!linear)
            s->loops->gru_back_reset(s->cell, &row, p->n);
        og_rnn_keep(s, 2, r, k, linear ? row.drecurrent : row.dsums, 3 * p->n);
        og_rnn_keep(s, 0, r, k, row.dsums, 3 * p->n);
        og_rnn_add_kept(s, BACK_DBEFORE, r, k, row.dh);
    }
    og_rnn_multiply(&s->recurrent, s->rows, linear ? s->drecurrent : s->dsums, p->ld, true, s->dh,
                    p->ldn);
}

static void gru_back_run(const og_call *c, int64_t piece, void *scratch)
{
    og_rnn_back_run(c, piece, scratch, gru_back_step);
}

#define GRU_IN                                                                                     \
    OG_PORT("X", OG_FLOATS), OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                  \
        OG_PORT("R", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),                                       \
        OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS),                       \
        OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true, .role = OG_ROLE_SHAPE),       \
        OG_PORT("initial_h", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_STATE)
#define GRU_OUT                                                                                    \
    OG_PORT("Y", OG_SAME_AS(0), .optional = true), OG_PORT("Y_h", OG_SAME_AS(0), .optional = true)
#define GRU_ATTRS OG_RNN_ATTRS, OG_INT_ATTR(og_rnn_attrs, linear_before_reset, 0)
#define GRU_SAMPLES(N)                                                                             \
    "float[3,2,4] X; float[1,9,4] W in -1..1; float[1,9,3] R in -1..1; !outputs " N,               \
        "double[4,3,2] X; double[2,15,2] W in -1..1; double[2,15,5] R in -1..1; "                  \
        "double[2,30] B; int32[3] sequence_lens = 2 4 0; double[2,3,5] initial_h; "                \
        "direction=bidirectional; linear_before_reset=1; !outputs " N,                             \
        "double[2,3,2] X; double[1,6,2] W in -1..1; double[1,6,2] R in -1..1; "                    \
        "double[1,12] B; int32[2] sequence_lens = 3 1; double[2,1,2] initial_h; "                  \
        "direction=reverse; layout=1; clip=0.6; !outputs " N,                                      \
        "double[9,33,3] X; double[1,27,3] W in -1..1; double[1,27,9] R in -1..1; "                 \
        "activations=[HardSigmoid,Affine]; activation_alpha=[0.3,0.7]; "                           \
        "activation_beta=[0.4,0.1]; linear_before_reset=1; !outputs " N,                           \
        "float[2,0,4] X; float[1,9,4] W; float[1,9,3] R; !outputs " N,                             \
        "float[40,1,3] X; float[1,57,3] W in -0.5..0.5; float[1,57,19] R in "                      \
        "-0.5..0.5; !outputs " N

const og_op og_op_gru = {
    .name = "GRU",
    .builder = "gru",
    .version = 22,
    .valid_from = 7,
    .valid_from_node = og_rnn_valid_from,
    .versions = "1 3 7 14",
    .doc = "Gated recurrent unit: a recurrence with update and reset gates.",
    .in = { GRU_IN },
    .out = { GRU_OUT },
    .attr = { GRU_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .upgrade = og_rnn_upgrade,
    .expand = og_gru_expand,
    .gradient = gru_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = gru_run,
    .samples = OG_SAMPLES(GRU_SAMPLES("2")),
};

const og_op og_op_gru_training = {
    .name = "GRUTraining",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "GRU that keeps its gates and the state before each step.",
    .in = { GRU_IN },
    .out = { GRU_OUT, OG_PORT("gates", OG_SAME_AS(0), .optional = true),
             OG_PORT("hidden_before", OG_SAME_AS(0), .optional = true),
             OG_PORT("inner", OG_SAME_AS(0), .optional = true) },
    .attr = { GRU_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_infer,
    .expand = og_gru_expand,
    .gradient = gru_gradient,
    .check = og_rnn_check,
    .prepare = og_rnn_prepare,
    .run = gru_run,
    .samples = OG_SAMPLES(GRU_SAMPLES("5")),
};

const og_op og_op_gru_grad = {
    .name = "GRUGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The way back through a GRU: gradients of the sums that enter its gates.",
    .in = { OG_PORT("gates", OG_FLOATS), OG_PORT("R", OG_SAME_AS(0)),
            OG_PORT("sequence_lens", OG_BIT(OG_INT32), .optional = true),
            OG_PORT("dY", OG_SAME_AS(0), .optional = true),
            OG_PORT("dY_h", OG_SAME_AS(0), .optional = true),
            OG_PORT("dgates", OG_SAME_AS(0), .optional = true),
            OG_PORT("dhidden_before", OG_SAME_AS(0), .optional = true),
            OG_PORT("hidden_before", OG_SAME_AS(0)), OG_PORT("inner", OG_SAME_AS(0)),
            OG_PORT("dinner", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("dsums", OG_SAME_AS(0)),
             OG_PORT("dinitial_h", OG_SAME_AS(0), .optional = true),
             OG_PORT("drecurrent", OG_SAME_AS(0), .optional = true) },
    .attr = { GRU_ATTRS },
    .attr_size = sizeof(og_rnn_attrs),
    .run_types = OG_RNN_REAL,
    .infer = og_rnn_back_infer,
    .expand = og_gru_grad_expand,
    .check = og_rnn_back_check,
    .prepare = og_rnn_back_prepare,
    .run = gru_back_run,
    .samples = OG_SAMPLES(
        "double[1,3,2,9] gates in 0.1..0.9; double[1,9,3] R in -1..1; double[3,1,2,3] dY; "
        "double[1,6,3] hidden_before; double[1,6,3] inner; !outputs 3",
        "double[2,2,3,6] gates in 0.1..0.9; double[2,6,2] R in -1..1; "
        "int32[3] sequence_lens = 2 1 0; double[2,3,2] dY_h; double[2,2,3,6] dgates; "
        "double[2,6,2] dhidden_before; double[2,6,2] hidden_before; double[2,6,2] inner; "
        "double[2,6,2] dinner; direction=bidirectional; linear_before_reset=1; !outputs 3"),
};
