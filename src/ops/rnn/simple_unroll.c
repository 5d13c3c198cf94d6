/* RNN and its way back, step by step as ordinary operators. */
#include "ops/rnn/rnn.h"

enum { OUT_HIDDEN = 3, MOST = 2 }; /* output of RNNTraining; directions */

typedef struct {
    og_value *h;
    og_value **y, **gates, **before;
} simple_side;

static bool forward_side(const og_unroll *u, simple_side *s, int d)
{
    const og_rnn_cell cell = og_rnn_cell_of(u->c->op, u->a, d);
    og_value *r = og_unroll_weight(u, RNN_R, d), *bias = NULL, *recurrent = NULL;

    if (og_in(u->c, RNN_B)) {
        bias = og_unroll_bias(u, d, &recurrent);
        bias = og_add(bias, recurrent);
    }
    og_value **inputs = og_unroll_inputs(u, bias, d), *given = og_in(u->c, RNN_H);
    s->y = og_unroll_list(u, u->steps);
    s->gates = og_unroll_list(u, u->steps);
    s->before = og_unroll_list(u, u->steps);
    if (!inputs || !s->y || !s->gates || !s->before)
        return false;
    s->h = given ? og_unroll_state(u, given, d) : og_zeros_like(inputs[0]);
    for (int64_t k = 0; k < u->steps; k++) {
        og_value *sum = og_add(inputs[k], og_matmul(s->h, r));
        og_value *h = og_unroll_gate(&cell, 0, sum);

        s->before[k] = og_unroll_masked(u, k, s->h, NULL);
        s->gates[k] = og_unroll_masked(u, k, cell.keeps_sums ? sum : h, NULL);
        s->y[k] = og_unroll_masked(u, k, h, NULL);
        s->h = og_unroll_masked(u, k, h, s->h);
    }
    return true;
}

void og_simple_expand(og_rewrite *c)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *y[MOST], *h[MOST], *gates[MOST], *before[MOST];
    simple_side s;
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, RNN_X), a->layout ? 1 : 0, RNN_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        if (!forward_side(&u, &s, d))
            return;
        y[d] = og_unroll_join(&u, s.y, d);
        h[d] = og_unroll_masked(&u, 0, s.h, NULL);
        gates[d] = og_unroll_join(&u, s.gates, d);
        before[d] = og_unroll_join(&u, s.before, d);
    }
    og_unroll_y(&u, y);
    og_unroll_final(&u, 1, h);
    og_unroll_keep(&u, u.kind->kept, gates, true);
    og_unroll_keep(&u, OUT_HIDDEN, before, false);
}

/* dsums of a direction, a step each; *dh becomes the gradient of the initial state. */
static og_value **back_side(const og_unroll *u, int d, og_value **dh)
{
    const og_rewrite *c = u->c;
    const og_rnn_cell cell = og_rnn_cell_of(c->op, u->a, d);
    og_value *r = og_unroll_direction(u, og_in(c, BACK_R), 0, d), *dy_h = og_in(c, BACK_DY_H);
    og_value **gates = og_unroll_kept(u, og_in(c, BACK_GATES), d);
    og_value **dgates = og_unroll_kept(u, og_in(c, BACK_DGATES), d);
    og_value **dbefore = og_unroll_kept(u, og_in(c, BACK_DBEFORE), d);
    og_value **dy = og_unroll_dy(u, og_in(c, BACK_DY), d);
    og_value **dsums = og_unroll_list(u, u->steps);

    if (!gates || !dgates || !dbefore || !dy || !dsums)
        return NULL;
    *dh =
        dy_h ? og_unroll_masked(u, 0, og_unroll_state(u, dy_h, d), NULL) : og_zeros_like(gates[0]);
    for (int64_t k = u->steps; k-- > 0;) {
        og_value *own = dy[k] ? og_add(*dh, dy[k]) : *dh;
        og_value *h = og_unroll_again(&cell, 0, gates[k]);

        dsums[k] =
            og_unroll_masked(u, k, og_unroll_back(&cell, 0, gates[k], h, dgates[k], own), NULL);
        own = og_matmul(dsums[k], r);
        own = dbefore[k] ? og_add(own, dbefore[k]) : own;
        *dh = og_unroll_masked(u, k, own, *dh);
    }
    return dsums;
}

void og_simple_grad_expand(og_rewrite *c)
{
    og_value *dsums[MOST], *dh[MOST];
    og_unroll u;

    if (!og_unroll_start(&u, c, og_in(c, BACK_GATES), 1, BACK_LENS))
        return;
    for (int d = 0; d < u.directions; d++) {
        og_value **steps = back_side(&u, d, &dh[d]);

        dsums[d] = og_unroll_join(&u, steps, d);
        dh[d] = og_unroll_masked(&u, 0, dh[d], NULL);
    }
    og_unroll_keep(&u, 0, dsums, false);
    og_unroll_final(&u, 1, dh);
}
