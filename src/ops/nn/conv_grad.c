/*
 * onnxgrad.ConvInputGrad and onnxgrad.ConvWeightGrad: the gradients of y = conv(x, w) by x and by
 * w.
 *
 * In standard operators the first is a ConvTranspose without padding, cut or widened to the size of
 * x; the second a Conv in which images and channels change places, and strides and dilations.
 */
#include "ops/nn/conv.h"

/* dy has the sizes of conv(x, w), whose own sizes are in `x`. */
static og_status conv_grad_check_dy(og_infer *c, int rank, const og_dim *x, const og_dim *kernel,
                                    og_dim channels, int dy)
{
    og_dim out[OG_MAX_RANK], both;

    OG_TRY(og_infer_agree(c, "the images", x[0], og_infer_dim(c, dy, 0), &both));
    OG_TRY(og_infer_agree(c, "the channels of dy", channels, og_infer_dim(c, dy, 1), &both));
    OG_TRY(og_window_out(c, c->attrs, rank, x + 2, kernel, out));
    for (int i = 0; i < rank; i++)
        OG_TRY(og_infer_agree(c, "a size of dy", out[i], og_infer_dim(c, dy, i + 2), &both));
    return OG_OK;
}

/* Input 2 is the shape of the result: its numbers, or unknown ones of that rank. */
static og_status conv_grad_shape(og_infer *c, int rank, og_dim *dims)
{
    int64_t n;
    const og_dim *content = og_infer_content(c, 2, &n);

    if (content && n != rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "input %s has %lld numbers, expected %d",
                             c->op->in[2].name, (long long)n, rank);
    for (int i = 0; i < rank; i++)
        dims[i] = content ? content[i] : og_dim_fresh(c->dims);
    return OG_OK;
}

static og_status input_grad_infer(og_infer *c)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim dims[OG_MAX_RANK], both;
    int64_t n;

    if (rank < 3 || og_infer_rank(c, 1) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "dy has rank %d and w %d, expected the same and at least 3", rank,
                             og_infer_rank(c, 1));
    OG_TRY(og_window_check(c, a, rank - 2));
    OG_TRY(conv_grad_shape(c, rank, dims));
    OG_TRY(og_infer_agree(c, "the channels", dims[1],
                          og_dim_mul(c->dims, og_infer_dim(c, 1, 1), a->group), &both));
    if (og_infer_content(c, 2, &n))
        OG_TRY(conv_grad_check_dy(c, rank - 2, dims, c->in[1]->dims + 2, og_infer_dim(c, 1, 0), 0));
    return og_infer_shape(c, 0, rank, dims);
}

static void input_grad_expand(og_rewrite *c)
{
    const og_window *a = c->attrs;
    og_value *dy = og_in(c, 0), *w = og_in(c, 1), *x = og_window_spatial(og_in(c, 2)), *full,
             *before;
    const int rank = og_rank(dy) - 2;
    og_attr attrs[8];

    full = OG_OP("ConvTranspose", og_window_attrs(a, false, attrs), dy, w);
    before = og_window_before(a, rank, x, og_window_spatial(og_shape_of(dy)),
                              og_window_spatial(og_shape_of(w)));
    og_replace(c, 0,
               og_window_pad(full, og_neg(before),
                             og_sub(og_add(x, before), og_window_spatial(og_shape_of(full)))));
}

static void input_grad_gradient(og_grad *c)
{
    og_value *dy = og_x(c, 0), *w = og_x(c, 1), *ddx = og_dy(c, 0);
    og_attr attrs[8];

    og_window_attrs(c->attrs, true, attrs);
    if (og_wants(c, 0))
        og_set_dx(c, 0, OG_OP("Conv", attrs, ddx, w));
    if (og_wants(c, 1))
        og_set_dx(c, 1, OG_OP("onnxgrad::ConvWeightGrad", attrs, ddx, dy, og_shape_of(w)));
}

static og_status input_grad_prepare(og_call *c)
{
    const og_conv_shape shape = og_conv_shape_of(c->attrs, c->out[0], c->in[1], c->in[0]);

    return og_conv_prepare(c, &shape,
                           og_conv_plan(&shape, c->in[0]->elem, true, og_conv_memory, c));
}

static void input_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    og_conv_run(c->work, piece, c->in[0]->data, c->in[1]->data, NULL, c->out[0]->data, scratch);
}

static og_status weight_grad_infer(og_infer *c)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim dims[OG_MAX_RANK], both;
    int64_t n;

    if (rank < 3 || og_infer_rank(c, 1) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "x has rank %d and dy %d, expected the same and at least 3", rank,
                             og_infer_rank(c, 1));
    OG_TRY(og_window_check(c, a, rank - 2));
    OG_TRY(conv_grad_shape(c, rank, dims));
    OG_TRY(og_infer_agree(c, "the channels", og_infer_dim(c, 0, 1),
                          og_dim_mul(c->dims, dims[1], a->group), &both));
    if (og_infer_content(c, 2, &n))
        OG_TRY(conv_grad_check_dy(c, rank - 2, c->in[0]->dims, dims + 2, dims[0], 1));
    return og_infer_shape(c, 0, rank, dims);
}

/* [n, groups * c, spatial] to [c, groups * n, spatial]. */
static og_value *weight_grad_images_inside(og_value *x, int64_t groups)
{
    const int rank = og_rank(x);
    og_value *spatial = og_window_spatial(og_shape_of(x)), *split, *shape;
    int64_t perm[OG_MAX_RANK];

    perm[0] = 1;
    perm[1] = 0;
    for (int i = 2; i < rank; i++)
        perm[i] = i;
    if (groups == 1)
        return og_transpose(x, (og_ints){ rank, perm });
    split = og_concat(0, 3,
                      (og_value *[]){ og_unsqueeze(og_size_along(x, 0), OG_INTS(0)),
                                      og_ints_like(x, OG_INTS(groups, -1)), spatial });
    perm[0] = 2;
    perm[1] = 1;
    perm[2] = 0;
    for (int i = 3; i <= rank; i++)
        perm[i] = i;
    shape = og_concat(0, 3,
                      (og_value *[]){ og_div(og_unsqueeze(og_size_along(x, 1), OG_INTS(0)),
                                             og_ints_like(x, OG_INTS(groups))),
                                      og_ints_like(x, OG_INTS(-1)), spatial });
    return og_reshape(og_transpose(og_reshape(x, split), (og_ints){ rank + 1, perm }), shape);
}

static void weight_grad_expand(og_rewrite *c)
{
    const og_window *a = c->attrs;
    og_value *x = og_in(c, 0), *dy = og_in(c, 1), *kernel = og_window_spatial(og_in(c, 2));
    og_value *in = og_window_spatial(og_shape_of(x)), *out = og_window_spatial(og_shape_of(dy));
    const int rank = og_rank(x) - 2;
    og_value *before = og_window_before(a, rank, in, out, kernel);
    og_value *cover = og_window_cover(a, rank, out, kernel);
    og_value *padded = og_window_pad(x, before, og_sub(og_sub(cover, in), before));
    const og_window turned = {
        .auto_pad = "NOTSET", .group = a->group, .strides = a->dilations, .dilations = a->strides
    };
    og_attr attrs[8];
    og_value *dw =
        OG_OP("Conv", og_window_attrs(&turned, false, attrs),
              weight_grad_images_inside(padded, a->group), weight_grad_images_inside(dy, 1));

    og_replace(c, 0, weight_grad_images_inside(dw, 1));
}

static void weight_grad_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *dy = og_x(c, 1), *ddw = og_dy(c, 0);
    og_attr attrs[8];

    og_window_attrs(c->attrs, true, attrs);
    if (og_wants(c, 0))
        og_set_dx(c, 0, OG_OP("onnxgrad::ConvInputGrad", attrs, dy, ddw, og_shape_of(x)));
    if (og_wants(c, 1))
        og_set_dx(c, 1, OG_OP("Conv", attrs, x, ddw));
}

static og_status weight_grad_prepare(og_call *c)
{
    const og_conv_shape shape = og_conv_shape_of(c->attrs, c->in[0], c->out[0], c->in[1]);
    og_conv_weight *plan = og_conv_weight_plan(&shape, c->in[0]->elem, og_conv_memory, c);
    og_conv_needs needs;

    if (!plan)
        return OG_NO_MEMORY;
    needs = og_conv_weight_needs(plan);
    c->pieces = needs.pieces;
    c->cost = needs.cost;
    c->flops = og_conv_flops(&shape);
    c->piece_scratch = needs.scratch;
    c->shared_scratch = needs.shared;
    return OG_OK;
}

static void weight_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    og_conv_weight_run(c->work, piece, c->in[0]->data, c->in[1]->data, scratch, c->shared);
}

static void weight_grad_finish(const og_call *c)
{
    og_conv_weight_finish(c->work, c->shared, c->out[0]->data);
}

const og_op og_op_conv_input_grad = {
    .name = "ConvInputGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of Conv by its input.",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("w", OG_SAME_AS(0)),
            OG_PORT("x_shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_CONV_ATTRS },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = input_grad_infer,
    .expand = input_grad_expand,
    .gradient = input_grad_gradient,
    .prepare = input_grad_prepare,
    .run = input_grad_run,
    .samples = OG_SAMPLES(
        "float[2,4,5,6] dy; float[4,3,3,3] w; int64[4] x_shape = 2 3 5 6; pads=[1,1,1,1]",
        "double[1,6,4,5] dy; double[6,2,3,2] w; int64[4] x_shape = 1 4 7 5; group=2; "
        "strides=[2,1]; "
        "dilations=[1,2]; pads=[1,0,2,2]",
        "float[2,3,5] dy; float[3,2,4] w; int64[3] x_shape = 2 2 9; auto_pad=SAME_UPPER; "
        "strides=[2]",
        "float[1,2,2,2] dy; float[2,2,2,1] w; int64[4] x_shape = 1 2 6 5; strides=[3,4]"),
};

const og_op og_op_conv_weight_grad = {
    .name = "ConvWeightGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of Conv by its weights.",
    .in = { OG_PORT("x", OG_FLOATS), OG_PORT("dy", OG_SAME_AS(0)),
            OG_PORT("w_shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("dw", OG_SAME_AS(0)) },
    .attr = { OG_CONV_ATTRS },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = weight_grad_infer,
    .expand = weight_grad_expand,
    .gradient = weight_grad_gradient,
    .prepare = weight_grad_prepare,
    .run = weight_grad_run,
    .finish = weight_grad_finish,
    .samples = OG_SAMPLES(
        "float[2,3,5,6] x; float[2,4,5,6] dy; int64[4] w_shape = 4 3 3 3; pads=[1,1,1,1]",
        "double[2,4,7,5] x; double[2,6,4,5] dy; int64[4] w_shape = 6 2 3 2; group=2; "
        "strides=[2,1]; "
        "dilations=[1,2]; pads=[1,0,2,2]",
        "float[2,2,9] x; float[2,3,5] dy; int64[3] w_shape = 3 2 4; auto_pad=SAME_UPPER; "
        "strides=[2]",
        "float[0,2,5,5] x; float[0,3,3,3] dy; int64[4] w_shape = 3 2 3 3"),
};
