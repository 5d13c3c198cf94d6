/*
 * Conv: y[n, o, p] = b[o] + sum over c, k of x[n, c, p stride - before + k dilation] w[o, c, k].
 *
 * Its gradients are operators of our own, which are bilinear as it is: each one's gradients are the
 * other two.
 */
#include "ops/nn/conv.h"

static og_status conv_infer(og_infer *c)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0) - 2;
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_conv_check(c, 0, 1));
    OG_TRY(og_conv_check_bias(c, og_infer_dim(c, 1, 0)));
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_infer_dim(c, 1, 0);
    OG_TRY(og_window_out(c, a, rank, c->in[0]->dims + 2, c->in[1]->dims + 2, dims + 2));
    return og_infer_shape(c, 0, rank + 2, dims);
}

static int conv_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 22);
}

static void conv_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *w = og_x(c, 1), *dy = og_dy(c, 0);
    og_attr attrs[8];

    og_window_attrs(c->attrs, true, attrs);
    if (og_wants(c, 0))
        og_set_dx(c, 0, OG_OP("onnxgrad::ConvInputGrad", attrs, dy, w, og_shape_of(x)));
    if (og_wants(c, 1))
        og_set_dx(c, 1, OG_OP("onnxgrad::ConvWeightGrad", attrs, x, dy, og_shape_of(w)));
    if (og_x(c, 2) && og_wants(c, 2))
        og_set_dx(c, 2, og_conv_bias_gradient(dy));
}

static og_status conv_prepare(og_call *c)
{
    const og_conv_shape shape = og_conv_shape_of(c->attrs, c->in[0], c->in[1], c->out[0]);

    return og_conv_prepare(c, &shape,
                           og_conv_plan(&shape, c->in[0]->elem, false, og_conv_memory, c));
}

static void conv_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *bias = c->n_in > 2 ? c->in[2] : NULL;

    og_conv_run(c->work, piece, c->in[0]->data, c->in[1]->data, bias ? bias->data : NULL,
                c->out[0]->data, scratch);
}

const og_op og_op_conv = {
    .name = "Conv",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = conv_valid_from,
    .versions = "1 11",
    .doc = "Convolution over any number of spatial axes.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),
            OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_CONV_ATTRS, OG_LIST_ATTR(og_window, kernel_shape, INTS) },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = conv_infer,
    .gradient = conv_gradient,
    .prepare = conv_prepare,
    .run = conv_run,
    .samples =
        OG_SAMPLES("float[2,3,5,6] X; float[4,3,3,3] W; float[4] B; pads=[1,1,1,1]",
                   "double[1,4,7,5] X; double[6,2,3,2] W; group=2; strides=[2,1]; dilations=[1,2]; "
                   "pads=[1,0,2,1]",
                   "float[2,2,9] X; float[3,2,4] W; float[3] B; auto_pad=SAME_UPPER; strides=[2]",
                   "float[1,2,3,4,5] X; float[2,2,2,3,2] W; auto_pad=SAME_LOWER",
                   "float[1,1,2,3,2,3] X; float[2,1,1,2,2,2] W",
                   "float[0,2,5,5] X; float[3,2,3,3] W; float[3] B",
                   "double[2,3,4,4] X; double[3,1,3,3] W; group=3; auto_pad=VALID"),
};
