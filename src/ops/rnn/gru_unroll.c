/* GRU and its way back, step by step as ordinary operators. */
#include "ops/rnn/rnn.h"

enum { OUT_HIDDEN = 3, OUT_INNER = 4, MOST = 2 }; /* outputs of GRUTraining; directions */

/* Values of one direction. */
typedef struct {
    og_rnn_cell cell;
    og_value *r, *r_hidden; /* of update and reset gate, of the hidden gate */
    og_value *inner_bias;
    og_value *h;
    og_value **y, **gates, **before, **inner;
} gru_side;

/* R of a direction, [3 units, units], and its parts; transposed for the way forward. */
static void side_start(const og_unroll *u, gru_side *s, int d, int r)
{
    const bool forward = r == RNN_R;
    og_value *all = og_unroll_direction(u, og_in(u->c, r), 0, d), *parts[3];

    *s = (gru_side){ .cell = og_rnn_cell_of(u->c->op, u->a, d) };
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 0), OG_SET_INT("num_outputs", 3)), 1, &all, 3,
              parts);
    s->r = og_concat(0, 2, parts);
    s->r_hidden = parts[2];
    if (forward) {
        s->r = og_transpose(s->r, OG_INTS(1, 0));
        s->r_hidden = og_transpose(s->r_hidden, OG_INTS(1, 0));
    }
}

static void forward_step(const og_unroll *u, gru_side *s, og_value *input, int64_t k)
{
    const og_rnn_cell *cell = &s->cell;
    og_value *sum[3], *gate[3], *recurrent[2], *inner, *h;

    og_unroll_split(input, 3, sum);
    og_unroll_split(og_matmul(s->h, s->r), 2, recurrent);
    for (int i = 0; i < 2; i++) {
        sum[i] = og_add(sum[i], recurrent[i]);
        gate[i] = og_unroll_gate(cell, 0, sum[i]);
    }
    if (cell->linear_before) {
        inner = og_matmul(s->h, s->r_hidden);
        inner = s->inner_bias ? og_add(inner, s->inner_bias) : inner;
        sum[2] = og_add(sum[2], og_mul(gate[1], inner));
    } else {
        inner = og_mul(gate[1], s->h);
        sum[2] = og_add(sum[2], og_matmul(inner, s->r_hidden));
    }
    gate[2] = og_unroll_gate(cell, 1, sum[2]);
    h = og_add(og_mul(og_sub(og_scalar_like(gate[0], 1), gate[0]), gate[2]), og_mul(gate[0], s->h));
    s->before[k] = og_unroll_masked(u, k, s->h, NULL);
    s->inner[k] = og_unroll_masked(u, k, inner, NULL);
    s->gates[k] = og_unroll_masked(u, k, og_unroll_cat(3, cell->keeps_sums ? sum : gate), NULL);
    s->y[k] = og_unroll_masked(u, k, h, NULL);
    s->h = og_unroll_masked(u, k, h, s->h);
}

/* The recurrent bias of the hidden gate stands inside the reset with linear_before_reset. */
static og_value *side_bias(const og_unroll *u, gru_side *s, int d)
{
    og_value *recurrent, *parts[3], *bias;

    if (!og_in(u->c, RNN_B))
        return NULL;
    bias = og_unroll_bias(u, d, &recurrent);
    if (!s->cell.linear_before)
        return og_add(bias, recurrent);
    og_unroll_split(recurrent, 3, parts);
    s->inner_bias = parts[2];
    parts[2] = og_zeros_like(parts[2]);
    return og_add(bias, og_unroll_cat(3, parts));
}

static void forward_side(const og_unroll *u, gru_side *s, int d)
{
    og_value *zero[3];

    side_start(u, s, d, RNN_R);
    og_value **inputs = og_unroll_inputs(u, side_bias(u, s, d), d);
    s->y = og_unroll_list(u, u->steps);
    s->gates = og_unroll_list(u, u->steps);
    s->before = og_unroll_list(u, u->steps);
    s->inner = og_unroll_list(u, u->steps);
    if (!inputs || !s->y || !s->gates || !s->before || !s->inner)
        return;
    og_unroll_split(inputs[0], 3, zero);
    s->h = og_in(u->c, RNN_H) ? og_unroll_state(u, og_in(u->c, RNN_H), d) : og_zeros_like(zero[0]);
    for (int64_t k = 0; k < u->steps; k++)
        forward_step(u, s, inputs[k], k);
}

void og_gru_expand(og_rewrite *c)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *y[MOST], *h[MOST], *gates[MOST], *before[MOST], *inner[MOST];
    gru_side s;
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, RNN_X), a->layout ? 1 : 0, RNN_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        forward_side(&u, &s, d);
        y[d] = og_unroll_join(&u, s.y, d);
        h[d] = og_unroll_masked(&u, 0, s.h, NULL);
        gates[d] = og_unroll_join(&u, s.gates, d);
        before[d] = og_unroll_join(&u, s.before, d);
        inner[d] = og_unroll_join(&u, s.inner, d);
    }
    og_unroll_y(&u, y);
    og_unroll_final(&u, 1, h);
    og_unroll_keep(&u, u.kind->kept, gates, true);
    og_unroll_keep(&u, OUT_HIDDEN, before, false);
    og_unroll_keep(&u, OUT_INNER, inner, false);
}

/* ---- The way back ---------------------------------------------------------------------------- */

typedef struct {
    gru_side side;
    og_value **gates, **before, **inner, **dy, **dgates, **dbefore, **dinner; /* a step each */
    og_value **dsums, **drecurrent;
    og_value *dh;
} gru_back;

static og_value *plus(og_value *x, og_value *more)
{
    return more ? og_add(x, more) : x;
}

/* Back through the hidden gate's product: dreset of the activation, what is left for dh. */
static void back_inner(gru_back *b, int64_t k, og_value *reset, og_value *dhidden,
                       og_value **dreset, og_value **dproduct, og_value **dh)
{
    if (b->side.cell.linear_before) {
        *dreset = og_mul(dhidden, b->inner[k]);
        *dproduct = plus(og_mul(dhidden, reset), b->dinner[k]);
        *dh = og_add(*dh, og_matmul(*dproduct, b->side.r_hidden));
        return;
    }
    og_value *dinner = plus(og_matmul(dhidden, b->side.r_hidden), b->dinner[k]);
    *dreset = og_mul(dinner, b->before[k]);
    *dproduct = NULL;
    *dh = og_add(*dh, og_mul(dinner, reset));
}

static void back_step(const og_unroll *u, gru_back *b, int64_t k)
{
    const og_rnn_cell *cell = &b->side.cell;
    og_value *saved[3], *gate[3], *dsaved[3] = { NULL }, *dsum[3], *dreset, *dproduct;
    og_value *dh = plus(b->dh, b->dy[k]), *left;

    og_unroll_split(b->gates[k], 3, saved);
    if (b->dgates[k])
        og_unroll_split(b->dgates[k], 3, dsaved);
    for (int i = 0; i < 3; i++)
        gate[i] = og_unroll_again(cell, i == 2, saved[i]);
    dsum[0] = og_unroll_back(cell, 0, saved[0], gate[0], dsaved[0],
                             og_mul(dh, og_sub(b->before[k], gate[2])));
    dsum[2] = og_unroll_back(cell, 1, saved[2], gate[2], dsaved[2],
                             og_mul(dh, og_sub(og_scalar_like(gate[0], 1), gate[0])));
    left = og_mul(dh, gate[0]);
    back_inner(b, k, gate[1], dsum[2], &dreset, &dproduct, &left);
    dsum[1] = og_unroll_back(cell, 0, saved[1], gate[1], dsaved[1], dreset);
    left = plus(og_add(left, og_matmul(og_unroll_cat(2, dsum), b->side.r)), b->dbefore[k]);
    b->dsums[k] = og_unroll_masked(u, k, og_unroll_cat(3, dsum), NULL);
    if (dproduct) {
        dsum[2] = dproduct;
        b->drecurrent[k] = og_unroll_masked(u, k, og_unroll_cat(3, dsum), NULL);
    }
    b->dh = og_unroll_masked(u, k, left, b->dh);
}

static bool back_side(const og_unroll *u, gru_back *b, int d)
{
    const og_rewrite *c = u->c;
    og_value *dy_h = og_in(c, BACK_DY_H);

    *b = (gru_back){ 0 };
    side_start(u, &b->side, d, BACK_R);
    b->gates = og_unroll_kept(u, og_in(c, BACK_GATES), d);
    b->before = og_unroll_kept(u, og_in(c, BACK_BEFORE), d);
    b->inner = og_unroll_kept(u, og_in(c, BACK_INNER), d);
    b->dy = og_unroll_dy(u, og_in(c, BACK_DY), d);
    b->dgates = og_unroll_kept(u, og_in(c, BACK_DGATES), d);
    b->dbefore = og_unroll_kept(u, og_in(c, BACK_DBEFORE), d);
    b->dinner = og_unroll_kept(u, og_in(c, BACK_DINNER), d);
    b->dsums = og_unroll_list(u, u->steps);
    b->drecurrent = og_unroll_list(u, u->steps);
    if (!b->gates || !b->before || !b->inner || !b->dy || !b->dgates || !b->dbefore || !b->dinner ||
        !b->dsums || !b->drecurrent)
        return false;
    b->dh = dy_h ? og_unroll_masked(u, 0, og_unroll_state(u, dy_h, d), NULL)
                 : og_zeros_like(b->before[0]);
    for (int64_t k = u->steps; k-- > 0;)
        back_step(u, b, k);
    return true;
}

void og_gru_grad_expand(og_rewrite *c)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *dsums[MOST], *drecurrent[MOST], *dh[MOST];
    gru_back b;
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, BACK_GATES), 1, BACK_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        if (!back_side(&u, &b, d))
            return;
        dsums[d] = og_unroll_join(&u, b.dsums, d);
        dh[d] = og_unroll_masked(&u, 0, b.dh, NULL);
        drecurrent[d] = og_unroll_join(&u, a->linear_before_reset ? b.drecurrent : b.dsums, d);
    }
    og_unroll_keep(&u, 0, dsums, false);
    og_unroll_final(&u, 1, dh);
    og_unroll_keep(&u, 2, drecurrent, false);
}
