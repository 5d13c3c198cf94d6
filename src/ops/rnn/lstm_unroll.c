/* LSTM and its way back, step by step as ordinary operators. */
#include "ops/rnn/rnn.h"

enum { OUT_HIDDEN = 4, OUT_CELL = 5, MOST = 2 }; /* outputs of LSTMTraining; directions */

/* Values of one direction. */
typedef struct {
    og_rnn_cell cell;
    og_value *r, *p[3]; /* peepholes of input, output, forget */
    og_value *h, *c;
    og_value **y, **gates, **before_h, **before_c;
} lstm_side;

static void side_start(const og_unroll *u, lstm_side *s, int d, int r, int p)
{
    og_value *peephole = og_unroll_direction(u, og_in(u->c, p), 0, d);

    *s = (lstm_side){ .cell = og_rnn_cell_of(u->c->op, u->a, d) };
    s->r = og_unroll_direction(u, og_in(u->c, r), 0, d);
    if (peephole)
        og_unroll_split(peephole, 3, s->p);
}

/* sum + p c, where there are peepholes. */
static og_value *peeped(og_value *sum, og_value *p, og_value *c)
{
    return p ? og_add(sum, og_mul(p, c)) : sum;
}

static void forward_step(const og_unroll *u, lstm_side *s, og_value *input, int64_t k)
{
    const og_rnn_cell *cell = &s->cell;
    og_value *sum[4], *gate[4], *c, *h;

    og_unroll_split(og_add(input, og_matmul(s->h, s->r)), 4, sum);
    sum[0] = peeped(sum[0], s->p[0], s->c);
    sum[2] = peeped(sum[2], s->p[2], s->c);
    gate[0] = og_unroll_gate(cell, 0, sum[0]);
    gate[2] = og_unroll_gate(cell, 0, sum[2]);
    gate[3] = og_unroll_gate(cell, 1, sum[3]);
    og_value *forget = cell->input_forget ? og_sub(og_scalar_like(gate[0], 1), gate[0]) : gate[2];
    c = og_add(og_mul(forget, s->c), og_mul(gate[0], gate[3]));
    sum[1] = peeped(sum[1], s->p[1], c);
    gate[1] = og_unroll_gate(cell, 0, sum[1]);
    h = og_mul(gate[1], og_unroll_act(&cell->act[2], c));
    s->before_h[k] = og_unroll_masked(u, k, s->h, NULL);
    s->before_c[k] = og_unroll_masked(u, k, s->c, NULL);
    s->gates[k] = og_unroll_masked(u, k, og_unroll_cat(4, cell->keeps_sums ? sum : gate), NULL);
    s->y[k] = og_unroll_masked(u, k, h, NULL);
    s->h = og_unroll_masked(u, k, h, s->h);
    s->c = og_unroll_masked(u, k, c, s->c);
}

static void forward_side(const og_unroll *u, lstm_side *s, int d)
{
    og_value *recurrent = NULL, *bias = NULL, *zero[4];

    side_start(u, s, d, RNN_R, RNN_P);
    s->r = og_transpose(s->r, OG_INTS(1, 0));
    if (og_in(u->c, RNN_B)) {
        bias = og_unroll_bias(u, d, &recurrent);
        bias = og_add(bias, recurrent);
    }
    og_value **inputs = og_unroll_inputs(u, bias, d);
    s->y = og_unroll_list(u, u->steps);
    s->gates = og_unroll_list(u, u->steps);
    s->before_h = og_unroll_list(u, u->steps);
    s->before_c = og_unroll_list(u, u->steps);
    if (!inputs || !s->y || !s->gates || !s->before_h || !s->before_c)
        return;
    og_unroll_split(inputs[0], 4, zero);
    s->h = og_in(u->c, RNN_H) ? og_unroll_state(u, og_in(u->c, RNN_H), d) : og_zeros_like(zero[0]);
    s->c = og_in(u->c, RNN_C) ? og_unroll_state(u, og_in(u->c, RNN_C), d) : og_zeros_like(zero[0]);
    for (int64_t k = 0; k < u->steps; k++)
        forward_step(u, s, inputs[k], k);
}

void og_lstm_expand(og_rewrite *c)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *y[MOST], *h[MOST], *cells[MOST], *gates[MOST], *before_h[MOST], *before_c[MOST];
    lstm_side s;
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, RNN_X), a->layout ? 1 : 0, RNN_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        forward_side(&u, &s, d);
        y[d] = og_unroll_join(&u, s.y, d);
        h[d] = og_unroll_masked(&u, 0, s.h, NULL);
        cells[d] = og_unroll_masked(&u, 0, s.c, NULL);
        gates[d] = og_unroll_join(&u, s.gates, d);
        before_h[d] = og_unroll_join(&u, s.before_h, d);
        before_c[d] = og_unroll_join(&u, s.before_c, d);
    }
    og_unroll_y(&u, y);
    og_unroll_final(&u, 1, h);
    og_unroll_final(&u, 2, cells);
    og_unroll_keep(&u, u.kind->kept, gates, true);
    og_unroll_keep(&u, OUT_HIDDEN, before_h, false);
    og_unroll_keep(&u, OUT_CELL, before_c, false);
}

/* ---- The way back ---------------------------------------------------------------------------- */

typedef struct {
    lstm_side side;
    og_value **gates, **before, **dy, **dgates, **dbefore, **dcell; /* a step each */
    og_value **dsums;
    og_value *dh, *dc, *dp[3];
} lstm_back;

static void add_to(og_value **sum, og_value *part)
{
    *sum = *sum ? og_add(*sum, part) : part;
}

/* dP of one step: what flows into a sum times the cell it saw, over the batch. */
static void back_peepholes(lstm_back *b, og_value *dsum[4], og_value *before, og_value *c)
{
    og_value *cell[3] = { before, c, before };

    for (int i = 0; i < 3; i++)
        add_to(&b->dp[i], og_reduce("ReduceSum", og_mul(dsum[i], cell[i]), OG_INTS(0, 1), false));
}

/* Gradients of the gates' sums at step k; dc becomes that of the cell before. */
static void back_gates(const og_unroll *u, lstm_back *b, int64_t k, og_value *dh, og_value **dc,
                       og_value *dsum[4])
{
    const og_rnn_cell *cell = &b->side.cell;
    og_value *saved[4], *gate[4], *dsaved[4] = { NULL }, *before = b->before[k], *one, *forget;

    og_unroll_split(b->gates[k], 4, saved);
    if (b->dgates[k])
        og_unroll_split(b->dgates[k], 4, dsaved);
    for (int i = 0; i < 4; i++)
        gate[i] = og_unroll_again(cell, i == 3, saved[i]);
    one = og_scalar_like(gate[0], 1);
    forget = cell->input_forget ? og_sub(one, gate[0]) : gate[2];
    og_value *c = og_add(og_mul(forget, before), og_mul(gate[0], gate[3]));
    og_value *hc = og_unroll_act(&cell->act[2], c);
    dsum[1] = og_unroll_back(cell, 0, saved[1], gate[1], dsaved[1], og_mul(dh, hc));
    *dc = og_add(*dc, og_unroll_slope(&cell->act[2], c, hc, og_mul(dh, gate[1])));
    *dc = peeped(*dc, b->side.p[1], dsum[1]);
    og_value *din = og_mul(*dc, gate[3]), *dforget = og_mul(*dc, before);
    if (cell->input_forget) {
        din = og_sub(din, dforget);
        dforget = og_zeros_like(din);
    }
    dsum[0] = og_unroll_back(cell, 0, saved[0], gate[0], dsaved[0], din);
    dsum[2] = og_unroll_back(cell, 0, saved[2], gate[2], dsaved[2], dforget);
    dsum[3] = og_unroll_back(cell, 1, saved[3], gate[3], dsaved[3], og_mul(*dc, gate[0]));
    for (int i = 0; i < 4; i++)
        dsum[i] = og_unroll_masked(u, k, dsum[i], NULL);
    *dc = peeped(peeped(og_mul(*dc, forget), b->side.p[0], dsum[0]), b->side.p[2], dsum[2]);
    if (og_wanted(u->c, 3))
        back_peepholes(b, dsum, before, c);
}

static void back_step(const og_unroll *u, lstm_back *b, int64_t k)
{
    og_value *dh = b->dy[k] ? og_add(b->dh, b->dy[k]) : b->dh, *dc = b->dc, *dsum[4];

    back_gates(u, b, k, dh, &dc, dsum);
    b->dsums[k] = og_unroll_cat(4, dsum);
    dh = og_matmul(b->dsums[k], b->side.r);
    if (b->dbefore[k])
        dh = og_add(dh, b->dbefore[k]);
    if (b->dcell[k])
        dc = og_add(dc, b->dcell[k]);
    b->dh = og_unroll_masked(u, k, dh, b->dh);
    b->dc = og_unroll_masked(u, k, dc, b->dc);
}

static og_value *back_start(const og_unroll *u, og_value *given, og_value *like, int d)
{
    return given ? og_unroll_masked(u, 0, og_unroll_state(u, given, d), NULL) : og_zeros_like(like);
}

static bool back_side(const og_unroll *u, lstm_back *b, int d)
{
    const og_rewrite *c = u->c;

    *b = (lstm_back){ 0 };
    side_start(u, &b->side, d, BACK_R, BACK_P);
    b->gates = og_unroll_kept(u, og_in(c, BACK_GATES), d);
    b->before = og_unroll_kept(u, og_in(c, BACK_CELL), d);
    b->dy = og_unroll_dy(u, og_in(c, BACK_DY), d);
    b->dgates = og_unroll_kept(u, og_in(c, BACK_DGATES), d);
    b->dbefore = og_unroll_kept(u, og_in(c, BACK_DBEFORE), d);
    b->dcell = og_unroll_kept(u, og_in(c, BACK_DCELL), d);
    b->dsums = og_unroll_list(u, u->steps);
    if (!b->gates || !b->before || !b->dy || !b->dgates || !b->dbefore || !b->dcell || !b->dsums)
        return false;
    b->dh = back_start(u, og_in(c, BACK_DY_H), b->before[0], d);
    b->dc = back_start(u, og_in(c, BACK_DY_C), b->before[0], d);
    for (int64_t k = u->steps; k-- > 0;)
        back_step(u, b, k);
    return true;
}

void og_lstm_grad_expand(og_rewrite *c)
{
    og_value *dsums[MOST], *dh[MOST], *dc[MOST], *dp[MOST];
    lstm_back b;
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, BACK_GATES), 1, BACK_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        if (!back_side(&u, &b, d))
            return;
        dsums[d] = og_unroll_join(&u, b.dsums, d);
        dh[d] = og_unroll_masked(&u, 0, b.dh, NULL);
        dc[d] = og_unroll_masked(&u, 0, b.dc, NULL);
        dp[d] = b.dp[0] ? og_unsqueeze(og_unroll_cat(3, b.dp), OG_INTS(0)) : NULL;
    }
    og_unroll_keep(&u, 0, dsums, false);
    og_unroll_final(&u, 1, dh);
    og_unroll_final(&u, 2, dc);
    if (dp[0])
        og_replace(c, 3, u.directions > 1 ? og_concat(0, 2, dp) : dp[0]);
}
