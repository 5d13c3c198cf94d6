/*
 * Gradients of X, W, R and B from those of the gates' sums: sums = X W^T + h R^T + Wb + Rb, so they
 * are products and sums over all steps at once.
 */
#include "ops/rnn/rnn.h"

void og_rnn_back_attrs(const og_rnn_attrs *a, og_attr out[12])
{
    int n = 0;

    out[n++] = (og_attr)OG_SET_STRING("direction", a->direction);
    out[n++] = (og_attr)OG_SET_INT("layout", a->layout);
    if (a->input_forget)
        out[n++] = (og_attr)OG_SET_INT("input_forget", a->input_forget);
    if (a->linear_before_reset)
        out[n++] = (og_attr)OG_SET_INT("linear_before_reset", a->linear_before_reset);
    if (!isnan(a->clip))
        out[n++] = (og_attr)OG_SET_FLOAT("clip", a->clip);
    if (a->activations.v)
        out[n++] = (og_attr){ .name = "activations",
                              .kind = OG_ATTR_STRINGS,
                              .u.strings = a->activations };
    if (a->activation_alpha.v)
        out[n++] = (og_attr){ .name = "activation_alpha",
                              .kind = OG_ATTR_FLOATS,
                              .u.floats = a->activation_alpha };
    if (a->activation_beta.v)
        out[n++] = (og_attr){ .name = "activation_beta",
                              .kind = OG_ATTR_FLOATS,
                              .u.floats = a->activation_beta };
    out[n] = (og_attr){ .name = NULL };
}

og_value *og_rnn_product(og_value *a, og_value *b)
{
    return OG_OP("onnxgrad::MatMulT", OG_ATTRS(OG_SET_INT("transA", 1)), a, b);
}

static og_value *rule_dx(og_grad *c, og_value *x, og_value *dsums)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *dx = og_matmul(dsums, og_x(c, RNN_W)); /* [directions, time times batch, inputs] */

    if (og_rnn_directions(a) > 1)
        dx = og_reduce("ReduceSum", dx, OG_INTS(0), false);
    dx = og_reshape_like(dx, x);
    return a->layout ? og_transpose(dx, OG_INTS(1, 0, 2)) : dx;
}

void og_rnn_rule(og_grad *c, og_value *dsums, og_value *drecurrent, og_value *dR)
{
    const og_rnn_attrs *a = c->attrs;
    og_value *x = a->layout ? og_transpose(og_x(c, RNN_X), OG_INTS(1, 0, 2)) : og_x(c, RNN_X);

    if (og_wants(c, RNN_X))
        og_set_dx(c, RNN_X, rule_dx(c, x, dsums));
    if (og_wants(c, RNN_W))
        og_set_dx(c, RNN_W, og_rnn_product(dsums, og_flatten(x, 2)));
    og_set_dx(c, RNN_R, dR);
    if (og_wants(c, RNN_B)) {
        og_value *dw = og_reduce("ReduceSum", dsums, OG_INTS(1), false), *dr = dw;

        if (drecurrent != dsums)
            dr = og_reduce("ReduceSum", drecurrent, OG_INTS(1), false);
        og_set_dx(c, RNN_B, og_concat(1, 2, (og_value *[]){ dw, dr }));
    }
}
