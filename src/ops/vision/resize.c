/*
 * Resize: the sizes of axes changed, each element a weighted mean of the source's neighbours or the
 * nearest of them.
 *
 * Nearest elements are moved by a map per axis, in every type; the other modes are sums along one
 * axis after the other.  The gradient is the transposed map, onnxgrad.ResizeGrad, whose own
 * gradient is Resize again.
 */
#include "ops/vision/resize.h"

static const og_resize_inputs resize_in = { .roi = 1, .scales = 2, .sizes = 3 };

static og_status resize_infer(og_infer *c)
{
    OG_TRY(og_resize_check_words(c));
    return og_resize_infer_target(c, resize_in, c->in[0]->rank, c->in[0]->dims);
}

static og_status resize_check(og_call *c)
{
    return og_resize_check(c, resize_in);
}

/* ---- Versions -------------------------------------------------------------------------------- */

static int resize_valid_from(const og_node *node)
{
    const og_resize_attrs *a = node->attrs;
    const og_resize_words w = og_resize_read(a);

    if (w.place == RESIZE_HALF_PIXEL_SYMMETRIC)
        return 19;
    if (w.place == RESIZE_TF_HALF_PIXEL_FOR_NN)
        return 11;
    return node->n_in < 3 || !node->in[1] || !node->in[2] || node->in[0]->type.elem == OG_BFLOAT16
               ? 13
               : 11;
}

/* ---- Kernels --------------------------------------------------------------------------------- */

static void resize_maps(const og_call *c, int64_t *maps)
{
    const og_tensor *x = c->in[0], *y = c->out[0];
    const og_resize_words words = og_resize_read(c->attrs);
    og_resize_axis axes[OG_MAX_RANK];

    og_resize_axes(c->attrs, resize_in, c->in, c->n_in, x->rank, x->dims, y->dims, axes);
    for (int i = 0; i < y->rank; i++)
        for (int64_t o = 0; o < y->dims[i]; o++)
            *maps++ = axes[i].resized ? og_resize_nearest(&axes[i], &words, o) : o;
}

static og_status resize_prepare(og_call *c)
{
    const og_resize_attrs *a = c->attrs;

    if (og_resize_read(a).mode == RESIZE_NEAREST)
        return og_embed_prepare(c, resize_maps, 1, 3);
    if (!og_elem_in(c->in[0]->elem, OG_NUMERIC))
        return og_call_fail(c, OG_UNSUPPORTED, "Resize in mode %s has no kernel for %s yet",
                            a->mode, og_elem_name(c->in[0]->elem));
    return og_separable_prepare(c, resize_in, false);
}

static void resize_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_resize_attrs *a = c->attrs;
    uint64_t outside[2] = { 0 };
    og_tensor value = og_tensor_view(c->in[0]->elem, 0, NULL, outside);

    if (og_resize_read(a).mode != RESIZE_NEAREST) {
        og_separable_run(c, piece, scratch);
        return;
    }
    if (og_elem_in(value.elem, OG_NUMERIC))
        og_set_double(&value, 0, (double)a->extrapolation_value);
    og_embed_run(c, piece, scratch, resize_maps, outside);
}

const og_op og_op_resize = {
    .name = "Resize",
    .builder = "resize",
    .version = 19,
    .valid_from_node = resize_valid_from,
    .versions = "10 11 13 18",
    .doc = "Axes of other sizes, by interpolation.",
    .in = { OG_PORT("X", OG_RESIZE_TYPES), OG_RESIZE_NUMBERS },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_RESIZE_ATTRS },
    .attr_size = sizeof(og_resize_attrs),
    .run_types = OG_RESIZE_TYPES,
    .infer = resize_infer,
    .upgrade = og_resize_upgrade,
    .expand = og_resize_expand,
    .gradient = og_resize_gradient,
    .check = resize_check,
    .prepare = resize_prepare,
    .run = resize_run,
    .samples = OG_SAMPLES(
        "double[1,2,3,2] X; int64[4] sizes = 1 2 5 7",
        "float[2,3,2] X; int64[2] sizes = 4 2; axes=[2,0]; nearest_mode=ceil; "
        "coordinate_transformation_mode=asymmetric",
        "double[2,4,5] X; int64[2] sizes = 7 3; axes=[1,2]; mode=linear",
        "double[2,4,5,3] X; int64[2] sizes = 3 9; axes=[-3,2]; mode=linear; "
        "coordinate_transformation_mode=align_corners",
        "double[4,5] X; int64[2] sizes = 9 3; mode=cubic; exclude_outside=1",
        "double[7,9] X; int64[2] sizes = 3 4; mode=cubic; antialias=1; cubic_coeff_a=-0.5",
        "double[7,2] X; int64[2] sizes = 3 5; mode=linear; antialias=1; exclude_outside=1",
        "double[4,3] X; double[4] roi = 0.125 -0.375 0.875 1.25; int64[2] sizes = 5 6; "
        "mode=linear; "
        "coordinate_transformation_mode=tf_crop_and_resize; extrapolation_value=7",
        "double[4,3] X; double[4] roi = 0.125 -0.375 0.875 1.25; int64[2] sizes = 5 6; "
        "coordinate_transformation_mode=tf_crop_and_resize; extrapolation_value=7",
        "double[5,4] X; int64[2] sizes = 8 7; keep_aspect_ratio_policy=not_larger; mode=linear",
        "double[5,4] X; int64[2] sizes = 8 7; keep_aspect_ratio_policy=not_smaller; mode=cubic; "
        "coordinate_transformation_mode=half_pixel_symmetric",
        "double[3,1] X; int64[2] sizes = 1 1; mode=linear; "
        "coordinate_transformation_mode=pytorch_half_pixel",
        "float[0,2,3] X; int64[2] sizes = 4 4; axes=[1,2]; mode=linear",
        "float[2,70,80] X; int64[2] sizes = 140 160; axes=[1,2]; mode=linear; !nogradient",
        "double[2,3] X; int64[2] sizes = 0 3; mode=linear",
        "float[1,2,3,2] X; float[4] scales = 1 1 2 1.5; mode=linear",
        "double[3,5] X; float[2] scales = 2 0.5; mode=cubic"),
};
