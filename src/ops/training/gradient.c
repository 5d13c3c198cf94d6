/*
 * Gradient of ONNX: derivatives of one value of the graph around it by others, all given by name.
 *
 * The node only stands in a graph that is being loaded: src/autodiff puts the derivatives in its
 * place as soon as the nodes around it are there. A y of several numbers counts as their sum.
 */
#include "ops/ops.h"

static og_status gradient_infer(og_infer *c)
{
    const og_derivative_attrs *a = c->attrs;

    if (c->n_in != a->xs.n + a->zs.n)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "Gradient has %d inputs, expected one for each of the %lld names in "
                             "xs and the %lld in zs",
                             c->n_in, (long long)a->xs.n, (long long)a->zs.n);
    if (c->n_out > a->xs.n)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "Gradient has %d outputs, expected one for each of the %lld names in "
                             "xs",
                             c->n_out, (long long)a->xs.n);
    for (int i = 0; i < c->n_in; i++) {
        const og_type *x = c->in[i];

        if (!x)
            return og_infer_fail(c, OG_BAD_ARGUMENT, "input %d of Gradient is left out", i);
        if (i < a->xs.n && x->elem && !og_elem_in(x->elem, OG_FLOATS))
            return og_infer_fail(c, OG_BAD_TYPE,
                                 "input %d of Gradient is %s, expected real numbers", i,
                                 og_elem_name(x->elem));
        if (i >= c->n_out)
            continue;
        og_infer_elem(c, i, x->elem);
        OG_TRY(x->rank < 0 ? og_infer_unknown(c, i) : og_infer_shape(c, i, x->rank, x->dims));
    }
    return OG_OK;
}

static void gradient_expand(og_rewrite *c)
{
    og_rewrite_fail(c, OG_UNSUPPORTED,
                    "Gradient is known by the names in a file and replaced when that is loaded; a "
                    "graph built in C asks og_gradients");
}

const og_op og_op_onnx_gradient = {
    .name = "Gradient",
    .domain = "ai.onnx.preview.training",
    .version = 1,
    .doc = "Derivatives of the value y by the values xs, zs being constant.",
    .in = { OG_PORT("Inputs", OG_ANY, .variadic = true, .heterogeneous = true) },
    .out = { OG_PORT("Outputs", OG_FLOATS, .variadic = true, .heterogeneous = true) },
    .attr = { OG_NEED_ATTR(og_derivative_attrs, xs, STRINGS),
              OG_LIST_ATTR(og_derivative_attrs, zs, STRINGS),
              OG_NEED_ATTR(og_derivative_attrs, y, STRING) },
    .attr_size = sizeof(og_derivative_attrs),
    .traits = OG_ANY_RANK | OG_DERIVATIVE,
    .infer = gradient_infer,
    .expand = gradient_expand,
};
