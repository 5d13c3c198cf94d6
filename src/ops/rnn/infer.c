/*
 * LSTM, GRU and RNN: their kinds, types and attributes.
 *
 * Where ONNX leaves a choice this is what ONNX Runtime does: `clip` bounds the sums of the gates,
 * not the cell; numbers of activations go to those that take one, in order; a sequence of length 0
 * ends in zeros; the reverse direction begins at a sequence's own last step.
 */
#include "ops/rnn/rnn.h"

#include <strings.h>

static const og_rnn_kind kinds[] = {
    { .first = 'L',
      .gates = 4,
      .acts = 3,
      .kept = 3,
      .training = "LSTMTraining",
      .grad = "onnxgrad::LSTMGrad",
      .defaults = { OG_ACT_SIGMOID, OG_ACT_TANH, OG_ACT_TANH } },
    { .first = 'G',
      .gates = 3,
      .acts = 2,
      .kept = 2,
      .training = "GRUTraining",
      .grad = "onnxgrad::GRUGrad",
      .defaults = { OG_ACT_SIGMOID, OG_ACT_TANH } },
    { .first = 'R',
      .gates = 1,
      .acts = 1,
      .kept = 2,
      .training = "RNNTraining",
      .grad = "onnxgrad::RNNGrad",
      .defaults = { OG_ACT_TANH } },
};

const og_rnn_kind *og_rnn_kind_of(const og_op *op)
{
    const og_rnn_kind *kind = kinds;

    while (kind->first != op->name[0])
        kind++;
    return kind;
}

bool og_rnn_is_training(const og_op *op)
{
    return op->out[og_rnn_kind_of(op)->kept].name != NULL;
}

int og_rnn_directions(const og_rnn_attrs *a)
{
    return a->direction[0] == 'b' ? 2 : 1;
}

bool og_rnn_reversed(const og_rnn_attrs *a, int d)
{
    return d == 1 || a->direction[0] == 'r';
}

/* ---- Activations ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    bool alpha, beta; /* takes these numbers */
    double a, b;      /* unless given */
} act_words[OG_ACT_COUNT] = {
    [OG_ACT_SIGMOID] = { .name = "Sigmoid" },
    [OG_ACT_TANH] = { .name = "Tanh" },
    [OG_ACT_RELU] = { .name = "Relu" },
    [OG_ACT_AFFINE] = { .name = "Affine", .alpha = true, .beta = true, .a = 1, .b = 0 },
    [OG_ACT_LEAKY_RELU] = { .name = "LeakyRelu", .alpha = true, .a = 0.01f },
    [OG_ACT_THRESHOLDED_RELU] = { .name = "ThresholdedRelu", .alpha = true, .a = 1 },
    [OG_ACT_SCALED_TANH] = { .name = "ScaledTanh", .alpha = true, .beta = true, .a = 1, .b = 1 },
    [OG_ACT_HARD_SIGMOID] = { .name = "HardSigmoid",
                              .alpha = true,
                              .beta = true,
                              .a = 0.2f,
                              .b = 0.5 },
    [OG_ACT_ELU] = { .name = "Elu", .alpha = true, .a = 1 },
    [OG_ACT_SOFTSIGN] = { .name = "Softsign" },
    [OG_ACT_SOFTPLUS] = { .name = "Softplus" },
};

/* OG_ACT_COUNT for an unknown word; writing them in any case is common in files. */
static og_act_kind act_find(const char *word)
{
    int i = 0;

    while (i < OG_ACT_COUNT && strcasecmp(act_words[i].name, word))
        i++;
    return (og_act_kind)i;
}

og_rnn_cell og_rnn_cell_of(const og_op *op, const og_rnn_attrs *a, int d)
{
    const og_rnn_kind *kind = og_rnn_kind_of(op);
    og_rnn_cell cell = { .clip = isnan(a->clip) ? INFINITY : (double)a->clip,
                         .input_forget = a->input_forget != 0,
                         .linear_before = a->linear_before_reset != 0 };
    int64_t alphas = 0, betas = 0;

    cell.keeps_sums = cell.clip < INFINITY;
    for (int i = 0; i < (d + 1) * kind->acts; i++) {
        const int own = i - d * kind->acts;
        og_act act = { .kind = a->activations.v ? act_find(a->activations.v[i])
                                                : kind->defaults[i % kind->acts] };

        act.alpha = act_words[act.kind].a;
        act.beta = act_words[act.kind].b;
        if (act_words[act.kind].alpha && alphas < a->activation_alpha.n)
            act.alpha = (double)a->activation_alpha.v[alphas++];
        if (act_words[act.kind].beta && betas < a->activation_beta.n)
            act.beta = (double)a->activation_beta.v[betas++];
        if (own < 0)
            continue;
        cell.act[own] = act;
        /* an LSTM's third is of the cell, whose sum is at hand on the way back */
        cell.keeps_sums = cell.keeps_sums || (own < 2 && act.kind > OG_ACT_RELU);
    }
    return cell;
}

/* ---- Types ----------------------------------------------------------------------------------- */

static og_status infer_attrs(og_infer *c, const og_rnn_attrs *a)
{
    const og_rnn_kind *kind = og_rnn_kind_of(c->op);
    const int wanted = og_rnn_directions(a) * kind->acts;
    char shown[60];

    if (strcmp(a->direction, "forward") && strcmp(a->direction, "reverse") &&
        strcmp(a->direction, "bidirectional"))
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "direction is '%s', expected forward, reverse or bidirectional",
                             og_escape(shown, sizeof shown, a->direction));
    if (a->layout != 0 && a->layout != 1)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "layout is %lld, expected 0 or 1",
                             (long long)a->layout);
    if (a->clip < 0)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "clip is %g, expected at least 0",
                             (double)a->clip);
    /* RNN's default names two, whatever the direction. */
    if (a->activations.v && a->activations.n != wanted &&
        !(kind->first == 'R' && a->activations.n > wanted))
        return og_infer_fail(c, OG_BAD_ARGUMENT, "%lld activations, expected %d",
                             (long long)a->activations.n, wanted);
    for (int i = 0; a->activations.v && i < wanted; i++)
        if (act_find(a->activations.v[i]) == OG_ACT_COUNT)
            return og_infer_fail(c, OG_BAD_ARGUMENT, "there is no activation '%s'",
                                 og_escape(shown, sizeof shown, a->activations.v[i]));
    return OG_OK;
}

/* Input i is [dims…]; sizes that are known on one side only are taken over. */
static og_status infer_input(og_infer *c, int i, int rank, og_dim *const *dims)
{
    if (!og_infer_has(c, i))
        return OG_OK;
    if (og_infer_rank(c, i) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "%s has rank %d, expected %d", c->op->in[i].name,
                             og_infer_rank(c, i), rank);
    for (int j = 0; j < rank; j++)
        OG_TRY(og_infer_agree(c, c->op->in[i].name, *dims[j], og_infer_dim(c, i, j), dims[j]));
    return OG_OK;
}

typedef struct {
    og_dim steps, batch, inputs, n, directions;
} rnn_dims;

static og_status infer_state(og_infer *c, int i, bool batch_first, rnn_dims *s)
{
    return batch_first ? infer_input(c, i, 3, (og_dim *[]){ &s->batch, &s->directions, &s->n })
                       : infer_input(c, i, 3, (og_dim *[]){ &s->directions, &s->batch, &s->n });
}

static og_status infer_inputs(og_infer *c, const og_rnn_attrs *a, rnn_dims *s)
{
    const int gates = og_rnn_kind_of(c->op)->gates;
    og_dim rows, twice, peepholes;

    if (og_infer_rank(c, RNN_X) != 3 || og_infer_rank(c, RNN_R) != 3)
        return og_infer_fail(c, OG_BAD_SHAPE, "X has rank %d and R %d, expected 3 and 3",
                             og_infer_rank(c, RNN_X), og_infer_rank(c, RNN_R));
    s->steps = og_infer_dim(c, RNN_X, a->layout ? 1 : 0);
    s->batch = og_infer_dim(c, RNN_X, a->layout ? 0 : 1);
    s->inputs = og_infer_dim(c, RNN_X, 2);
    s->directions = og_rnn_directions(a);
    s->n = og_infer_dim(c, RNN_R, 2);
    if (a->hidden_size != OG_ABSENT)
        OG_TRY(og_infer_agree(c, "hidden_size and R", a->hidden_size, s->n, &s->n));
    rows = og_dim_mul(c->dims, gates, s->n);
    twice = og_dim_mul(c->dims, 2 * gates, s->n);
    OG_TRY(infer_input(c, RNN_W, 3, (og_dim *[]){ &s->directions, &rows, &s->inputs }));
    OG_TRY(infer_input(c, RNN_R, 3, (og_dim *[]){ &s->directions, &rows, &s->n }));
    OG_TRY(infer_input(c, RNN_B, 2, (og_dim *[]){ &s->directions, &twice }));
    OG_TRY(infer_input(c, RNN_LENS, 1, (og_dim *[]){ &s->batch }));
    OG_TRY(infer_state(c, RNN_H, a->layout != 0, s));
    if (og_rnn_kind_of(c->op)->first != 'L')
        return OG_OK;
    peepholes = og_dim_mul(c->dims, 3, s->n);
    OG_TRY(infer_state(c, RNN_C, a->layout != 0, s));
    return infer_input(c, RNN_P, 2, (og_dim *[]){ &s->directions, &peepholes });
}

static og_status infer_state_out(og_infer *c, int k, bool batch_first, const rnn_dims *s)
{
    return og_infer_shape(c, k, 3,
                          batch_first ? (og_dim[]){ s->batch, s->directions, s->n }
                                      : (og_dim[]){ s->directions, s->batch, s->n });
}

og_status og_rnn_infer(og_infer *c)
{
    const og_rnn_attrs *a = c->attrs;
    const og_rnn_kind *kind = og_rnn_kind_of(c->op);
    rnn_dims s;

    OG_TRY(infer_attrs(c, a));
    OG_TRY(infer_inputs(c, a, &s));
    if (a->layout)
        OG_TRY(og_infer_shape(c, 0, 4, (og_dim[]){ s.batch, s.steps, s.directions, s.n }));
    else
        OG_TRY(og_infer_shape(c, 0, 4, (og_dim[]){ s.steps, s.directions, s.batch, s.n }));
    for (int k = 1; k < kind->kept; k++)
        OG_TRY(infer_state_out(c, k, a->layout != 0, &s));
    if (!og_rnn_is_training(c->op))
        return OG_OK;
    OG_TRY(og_infer_shape(
        c, kind->kept, 4,
        (og_dim[]){ s.directions, s.steps, s.batch, og_dim_mul(c->dims, kind->gates, s.n) }));
    for (int k = kind->kept + 1; k < c->n_out; k++)
        OG_TRY(og_infer_shape(
            c, k, 3, (og_dim[]){ s.directions, og_dim_mul(c->dims, s.steps, s.batch), s.n }));
    return OG_OK;
}

og_status og_rnn_back_infer(og_infer *c)
{
    const og_rnn_attrs *a = c->attrs;
    const og_rnn_kind *kind = og_rnn_kind_of(c->op);
    const bool lstm = kind->first == 'L';
    rnn_dims s;

    OG_TRY(infer_attrs(c, a));
    if (og_infer_rank(c, BACK_GATES) != 4 || og_infer_rank(c, BACK_R) != 3)
        return og_infer_fail(c, OG_BAD_SHAPE, "gates have rank %d and R %d, expected 4 and 3",
                             og_infer_rank(c, BACK_GATES), og_infer_rank(c, BACK_R));
    s.directions = og_rnn_directions(a);
    s.steps = og_infer_dim(c, BACK_GATES, 1);
    s.batch = og_infer_dim(c, BACK_GATES, 2);
    s.n = og_infer_dim(c, BACK_R, 2);
    og_dim width = og_dim_mul(c->dims, kind->gates, s.n);
    og_dim rows = og_dim_mul(c->dims, s.steps, s.batch), peepholes = og_dim_mul(c->dims, 3, s.n);
    og_dim *const gates[] = { &s.directions, &s.steps, &s.batch, &width };
    og_dim *const kept[] = { &s.directions, &rows, &s.n };
    OG_TRY(infer_input(c, BACK_GATES, 4, gates));
    OG_TRY(infer_input(c, BACK_R, 3, (og_dim *[]){ &s.directions, &width, &s.n }));
    OG_TRY(infer_input(c, BACK_LENS, 1, (og_dim *[]){ &s.batch }));
    OG_TRY(infer_input(c, BACK_DGATES, 4, gates));
    OG_TRY(infer_input(c, BACK_DBEFORE, 3, kept));
    OG_TRY(infer_input(c, BACK_DY, 4,
                       a->layout ? (og_dim *[]){ &s.batch, &s.steps, &s.directions, &s.n }
                                 : (og_dim *[]){ &s.steps, &s.directions, &s.batch, &s.n }));
    OG_TRY(infer_state(c, BACK_DY_H, a->layout != 0, &s));
    if (lstm)
        OG_TRY(infer_state(c, BACK_DY_C, a->layout != 0, &s));
    for (int i = BACK_CELL; i <= BACK_DCELL; i++)
        if (lstm && i == BACK_P)
            OG_TRY(infer_input(c, i, 2, (og_dim *[]){ &s.directions, &peepholes }));
        else if (!lstm || i != BACK_DY_C)
            OG_TRY(infer_input(c, i, 3, kept));
    OG_TRY(og_infer_shape(c, 0, 3, (og_dim[]){ s.directions, rows, width }));
    OG_TRY(infer_state_out(c, 1, a->layout != 0, &s));
    if (kind->first == 'G')
        return og_infer_shape(c, 2, 3, (og_dim[]){ s.directions, rows, width });
    if (lstm) {
        OG_TRY(infer_state_out(c, 2, a->layout != 0, &s));
        OG_TRY(og_infer_shape(c, 3, 2, (og_dim[]){ s.directions, peepholes }));
    }
    return OG_OK;
}

/* ---- Versions and data ----------------------------------------------------------------------- */

int og_rnn_valid_from(const og_node *node)
{
    const og_rnn_attrs *a = node->attrs;

    if (node->in[0] && node->in[0]->type.elem == OG_BFLOAT16)
        return 22;
    return a->layout ? 14 : 7;
}

/* At first an attribute said whether the whole sequence is wanted; its place as an output says it.
 */
void og_rnn_upgrade(og_rewrite *c, int from)
{
    if (from < 7)
        og_drop_attr(c, "output_sequence");
}

static og_status check_lens(og_call *c, const og_tensor *lens, int64_t steps)
{
    for (int64_t i = 0; lens && i < lens->count; i++) {
        const int64_t n = og_get_int(lens, i);

        if (n < 0 || n > steps)
            return og_call_fail(c, OG_BAD_VALUE,
                                "sequence_lens[%lld] is %lld, expected 0 to %lld steps",
                                (long long)i, (long long)n, (long long)steps);
    }
    return OG_OK;
}

og_status og_rnn_check(og_call *c)
{
    const og_rnn_attrs *a = c->attrs;

    return check_lens(c, og_rnn_in(c, RNN_LENS), c->in[RNN_X]->dims[a->layout ? 1 : 0]);
}

og_status og_rnn_back_check(og_call *c)
{
    return check_lens(c, og_rnn_in(c, BACK_LENS), c->in[BACK_GATES]->dims[1]);
}
