/*
 * ConvTranspose: the gradient of a convolution by its input, as an operator: y[n, o, p stride -
 * before + k dilation] gets x[n, c, p] w[c, o, k].
 *
 * The padding is given, or follows from a size that the result must have.  Gradients are the
 * convolution itself and its gradient by the weights, with x and y exchanged; where the padding is
 * not given by plain numbers, dy is padded first.
 */
#include "ops/nn/conv.h"

static bool same(const og_window *a)
{
    return !strncmp(a->auto_pad, "SAME", 4);
}

/* The padding follows from the size of the result. */
static bool derived(const og_window *a)
{
    return a->output_shape.v || same(a);
}

static int64_t out_padding(const og_window *a, int axis)
{
    return a->output_padding.v ? a->output_padding.v[axis] : 0;
}

static int64_t pads_of(const og_window *a, int axis)
{
    return a->pads.v && !strcmp(a->auto_pad, "NOTSET") ? a->pads.v[axis] : 0;
}

static og_status transpose_infer(og_infer *c)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0) - 2;
    og_dims *d = c->dims;
    og_dim dims[OG_MAX_RANK], both;

    if (rank < 1 || og_infer_rank(c, 1) != rank + 2)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "X has rank %d and W %d, expected the same and at least 3", rank + 2,
                             og_infer_rank(c, 1));
    if (a->group < 1)
        return og_infer_fail(c, OG_BAD_VALUE, "group is %lld, expected at least 1",
                             (long long)a->group);
    OG_TRY(og_window_check(c, a, rank));
    OG_TRY(og_infer_agree(c, "the channels", og_infer_dim(c, 0, 1), og_infer_dim(c, 1, 0), &both));
    if (og_dim_known(both) && both % a->group != 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "X has %lld channels, expected a multiple of group %lld",
                             (long long)both, (long long)a->group);
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_dim_mul(d, og_infer_dim(c, 1, 1), a->group);
    OG_TRY(og_conv_check_bias(c, dims[1]));
    for (int i = 0; i < rank; i++) {
        const og_dim in = og_infer_dim(c, 0, i + 2), kernel = og_infer_dim(c, 1, i + 2);
        const int64_t s = og_window_stride(a, i);
        og_dim window = og_dim_mul(d, og_dim_sub(d, kernel, 1), og_window_dilation(a, i));

        if (kernel == 0)
            return og_infer_fail(c, OG_BAD_SHAPE, "W has size 0 along axis %d", i + 2);
        if (a->kernel_shape.v && og_dim_known(kernel) && a->kernel_shape.v[i] != kernel)
            return og_infer_fail(c, OG_BAD_SHAPE, "kernel_shape[%d] is %lld, but W has %lld", i,
                                 (long long)a->kernel_shape.v[i], (long long)kernel);
        window = og_dim_add(d, og_dim_add(d, og_dim_mul(d, og_dim_sub(d, in, 1), s), window),
                            out_padding(a, i) + 1);
        window = og_dim_sub(d, window, pads_of(a, i) + pads_of(a, rank + i));
        dims[i + 2] = a->output_shape.v ? a->output_shape.v[i]
                      : same(a)         ? og_dim_mul(d, in, s)
                                        : window;
    }
    return og_infer_shape(c, 0, rank + 2, dims);
}

/* Padding that makes the result as large as it is: the larger half before, except for SAME_UPPER.
 */
static og_conv_shape transpose_shape(const og_window *a, const og_tensor *x, const og_tensor *w,
                                     const og_tensor *y)
{
    og_window plain = *a;
    og_conv_shape s;

    if (derived(a) || strcmp(a->auto_pad, "NOTSET"))
        plain.pads = (og_ints){ 0 };
    plain.auto_pad = "NOTSET";
    s = og_conv_shape_of(&plain, y, w, x);
    for (int i = 0; i < s.rank && derived(a); i++) {
        const int64_t total = (s.out[i] - 1) * s.stride[i] + (s.kernel[i] - 1) * s.dilation[i] + 1 +
                              out_padding(a, i) - s.in[i];

        if (total > 0)
            s.before[i] = !strcmp(a->auto_pad, "SAME_UPPER") ? total / 2 : total - total / 2;
    }
    return s;
}

/* dy with the padding that a convolution without one needs. */
static og_value *transpose_padded(const og_window *a, og_value *dy, og_value *x, og_value *w)
{
    const int rank = og_rank(x) - 2;
    og_value *out = og_window_spatial(og_shape_of(dy)), *kernel = og_window_spatial(og_shape_of(w));
    og_value *cover = og_window_cover(a, rank, og_window_spatial(og_shape_of(x)), kernel);
    og_value *more = og_sub(cover, out), *total = more, *before;
    int64_t numbers[OG_MAX_RANK];

    if (!derived(a)) {
        for (int i = 0; i < rank; i++)
            numbers[i] = pads_of(a, i);
        before = og_ints_like(x, (og_ints){ rank, numbers });
    } else {
        for (int i = 0; i < rank; i++)
            numbers[i] = out_padding(a, i);
        total = og_add(total, og_ints_like(x, (og_ints){ rank, numbers }));
        total = OG_OP("Max", NULL, total, og_ints_like(x, OG_INTS(0)));
        before = og_div(total, og_ints_like(x, OG_INTS(2)));
        if (strcmp(a->auto_pad, "SAME_UPPER"))
            before = og_sub(total, before);
    }
    return og_window_pad(dy, before, og_sub(more, before));
}

static void transpose_gradient(og_grad *c)
{
    const og_window *a = c->attrs;
    og_value *x = og_x(c, 0), *w = og_x(c, 1), *dy = og_dy(c, 0), *padded = dy;
    bool plain = !derived(a);
    og_attr attrs[8];

    for (int i = 0; i < og_rank(x) - 2; i++)
        plain = plain && out_padding(a, i) < og_window_stride(a, i);
    og_window_attrs(a, plain, attrs);
    if (!plain)
        padded = transpose_padded(a, dy, x, w);
    if (og_wants(c, 0))
        og_set_dx(c, 0, OG_OP("Conv", attrs, padded, w));
    if (og_wants(c, 1))
        og_set_dx(c, 1, OG_OP("onnxgrad::ConvWeightGrad", attrs, padded, x, og_shape_of(w)));
    if (og_x(c, 2) && og_wants(c, 2))
        og_set_dx(c, 2, og_conv_bias_gradient(dy));
}

static og_status transpose_prepare(og_call *c)
{
    const og_conv_shape shape = transpose_shape(c->attrs, c->in[0], c->in[1], c->out[0]);

    return og_conv_prepare(c, &shape,
                           og_conv_plan(&shape, c->in[0]->elem, true, og_conv_memory, c));
}

static void transpose_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *bias = c->n_in > 2 ? c->in[2] : NULL;

    og_conv_run(c->work, piece, c->in[0]->data, c->in[1]->data, bias ? bias->data : NULL,
                c->out[0]->data, scratch);
}

static int transpose_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 22);
}

const og_op og_op_conv_transpose = {
    .name = "ConvTranspose",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = transpose_valid_from,
    .versions = "1 11",
    .doc = "Transposed convolution: the gradient of a convolution by its input.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("W", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT),
            OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_CONV_ATTRS, OG_LIST_ATTR(og_window, kernel_shape, INTS),
              OG_LIST_ATTR(og_window, output_padding, INTS),
              OG_LIST_ATTR(og_window, output_shape, INTS) },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = transpose_infer,
    .gradient = transpose_gradient,
    .prepare = transpose_prepare,
    .run = transpose_run,
    .samples = OG_SAMPLES(
        "float[2,3,4,5] X; float[3,2,3,3] W; float[2] B; strides=[2,1]; pads=[1,0,1,1]",
        "double[1,4,3,3] X; double[4,3,2,3] W; group=2; strides=[3,2]; dilations=[2,1]; "
        "output_padding=[1,1]",
        "float[2,2,5] X; float[2,3,4] W; auto_pad=SAME_UPPER; strides=[2]",
        "double[2,2,5] X; double[2,3,3] W; auto_pad=SAME_LOWER; strides=[3]; output_padding=[1]",
        "double[1,2,3,3] X; double[2,1,3,3] W; strides=[3,2]; output_shape=[10,8]",
        "float[1,2,3,4] X; float[2,2,2,2] W; strides=[2,2]; output_shape=[5,7]; "
        "auto_pad=SAME_UPPER",
        "double[1,1,2,2,3] X; double[1,2,2,2,2] W; dilations=[2,2,2]; output_padding=[1,0,1]",
        "double[1,2,3] X; double[2,1,2] W; auto_pad=VALID; strides=[2]",
        "float[0,2,3,3] X; float[2,2,3,3] W"),
};
