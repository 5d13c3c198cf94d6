/* Activations of gates as ordinary operators: what kernels/rnn_loops.h computes. */
#include "ops/rnn/rnn.h"

#define ONE(op, ...) OG_OP(op, OG_ATTRS(__VA_ARGS__), x)

og_value *og_unroll_act(const og_act *f, og_value *x)
{
    const float alpha = (float)f->alpha, beta = (float)f->beta;

    switch (f->kind) {
    case OG_ACT_SIGMOID:
        return OG_OP("Sigmoid", NULL, x);
    case OG_ACT_TANH:
        return OG_OP("Tanh", NULL, x);
    case OG_ACT_RELU:
        return OG_OP("Relu", NULL, x);
    case OG_ACT_AFFINE:
        return og_plus(og_times(x, f->alpha), f->beta);
    case OG_ACT_LEAKY_RELU:
        return ONE("LeakyRelu", OG_SET_FLOAT("alpha", alpha));
    case OG_ACT_THRESHOLDED_RELU:
        return ONE("ThresholdedRelu", OG_SET_FLOAT("alpha", alpha));
    case OG_ACT_SCALED_TANH:
        return og_times(OG_OP("Tanh", NULL, og_times(x, f->beta)), f->alpha);
    case OG_ACT_HARD_SIGMOID:
        return ONE("HardSigmoid", OG_SET_FLOAT("alpha", alpha), OG_SET_FLOAT("beta", beta));
    case OG_ACT_ELU:
        return ONE("Elu", OG_SET_FLOAT("alpha", alpha));
    case OG_ACT_SOFTSIGN:
        return OG_OP("Softsign", NULL, x);
    default:
        return OG_OP("Softplus", NULL, x);
    }
}

/* dy (1 - y^2) */
static og_value *tanh_slope(og_value *y, og_value *dy)
{
    return og_sub(dy, og_mul(dy, og_mul(y, y)));
}

static og_value *above(og_value *x, double bound, og_value *dy, og_value *other)
{
    return og_where(og_greater(x, og_scalar_like(x, bound)), dy, other);
}

static og_value *hard_sigmoid_slope(const og_act *f, og_value *x, og_value *dy)
{
    og_value *y = og_plus(og_times(x, f->alpha), f->beta), *zero = og_scalar_like(x, 0);
    og_value *inside = og_and(og_greater(y, zero), og_less(y, og_scalar_like(x, 1)));

    return og_where(inside, og_times(dy, f->alpha), zero);
}

og_value *og_unroll_slope(const og_act *f, og_value *x, og_value *y, og_value *dy)
{
    og_value *zero = og_scalar_like(dy, 0), *part;

    switch (f->kind) {
    case OG_ACT_SIGMOID:
        return og_mul(og_mul(dy, y), og_sub(og_scalar_like(y, 1), y));
    case OG_ACT_TANH:
        return tanh_slope(y, dy);
    case OG_ACT_RELU:
        return above(y, 0, dy, zero);
    case OG_ACT_AFFINE:
        return og_times(dy, f->alpha);
    case OG_ACT_LEAKY_RELU:
        return above(x, 0, dy, og_times(dy, f->alpha));
    case OG_ACT_THRESHOLDED_RELU:
        return above(x, f->alpha, dy, zero);
    case OG_ACT_SCALED_TANH:
        return og_times(tanh_slope(OG_OP("Tanh", NULL, og_times(x, f->beta)), dy),
                        f->alpha * f->beta);
    case OG_ACT_HARD_SIGMOID:
        return hard_sigmoid_slope(f, x, dy);
    case OG_ACT_ELU: /* exp of min(x, 0), which does not overflow */
        part = og_exp(og_neg(OG_OP("Relu", NULL, og_neg(x))));
        return above(x, 0, dy, og_mul(dy, og_times(part, f->alpha)));
    case OG_ACT_SOFTSIGN:
        part = og_plus(og_abs(x), 1);
        return og_div(dy, og_mul(part, part));
    default:
        return og_mul(dy, OG_OP("Sigmoid", NULL, x));
    }
}

og_value *og_unroll_gate(const og_rnn_cell *cell, int act, og_value *x)
{
    if (cell->clip < INFINITY)
        x = OG_OP("Clip", NULL, x, og_scalar_like(x, -cell->clip), og_scalar_like(x, cell->clip));
    return og_unroll_act(&cell->act[act], x);
}

og_value *og_unroll_again(const og_rnn_cell *cell, int act, og_value *saved)
{
    return cell->keeps_sums ? og_unroll_gate(cell, act, saved) : saved;
}

og_value *og_unroll_back(const og_rnn_cell *cell, int act, og_value *saved, og_value *gate,
                         og_value *dsaved, og_value *d)
{
    const og_act *f = &cell->act[act];

    if (!cell->keeps_sums)
        return og_unroll_slope(f, NULL, gate, dsaved ? og_add(d, dsaved) : d);
    d = og_unroll_slope(f, saved, gate, d);
    if (cell->clip < INFINITY)
        d = og_where(og_greater(og_abs(saved), og_scalar_like(saved, cell->clip)),
                     og_scalar_like(d, 0), d);
    return dsaved ? og_add(d, dsaved) : d;
}
