/*
 * Resize: the sizes of axes changed, each element a weighted mean of the source's neighbours or the
 * nearest of them; and Upsample, its old name.
 *
 * Nearest elements are moved by a map per axis, in every type; the other modes are sums along one
 * axis after the other.  The gradient is the transposed map, onnxgrad.ResizeGrad, whose own
 * gradient is Resize again.
 */
#include "ops/vision/resize.h"

static const og_resize_inputs resize_in = { .roi = 1, .scales = 2, .sizes = 3 };
static const og_resize_inputs grad_in = { .roi = 2, .scales = 3, .sizes = 4 };

static og_status resize_infer(og_infer *c)
{
    OG_TRY(og_resize_check_words(c));
    return og_resize_infer_target(c, resize_in, c->in[0]->rank, c->in[0]->dims);
}

static og_status resize_grad_infer(og_infer *c)
{
    OG_TRY(og_resize_check_words(c));
    OG_TRY(og_infer_need_rank(c, 1, 1));
    OG_TRY(og_infer_shape_from(c, 1, 0));
    if (c->out[0].rank < 0)
        return OG_OK;
    if (c->out[0].rank != c->in[0]->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "dY has rank %d, the shape %d sizes",
                             c->in[0]->rank, c->out[0].rank);
    /* what Resize would make of the shape has to be dY's */
    const og_type source = c->out[0];
    OG_TRY(og_resize_infer_target(c, grad_in, source.rank, source.dims));
    for (int i = 0; i < source.rank; i++)
        OG_TRY(og_infer_agree(c, "dY and the resized shape", c->out[0].dims[i],
                              c->in[0]->dims[i], NULL));
    c->out[0] = source;
    return OG_OK;
}

static og_status resize_check(og_call *c)
{
    return og_resize_check(c, c->op->domain ? grad_in : resize_in);
}

/* ---- Versions ------------------------------------------------------------------------------------- */

static int resize_valid_from(const og_node *node)
{
    const og_resize_attrs *a = node->attrs;
    const og_resize_words w = og_resize_read(a);

    if (w.place == RESIZE_HALF_PIXEL_SYMMETRIC)
        return 19;
    if (a->antialias || a->axes.v || w.policy != RESIZE_STRETCH)
        return 18;
    if (w.place == RESIZE_TF_HALF_PIXEL_FOR_NN)
        return 11;
    return node->n_in < 3 || !node->in[1] || !node->in[2] ||
                   node->in[0]->type.elem == OG_BFLOAT16
               ? 13
               : 11;
}

/* Until version 10, and as Upsample: places from 0 on, nearest ones downwards, but upwards on axes
 * that shrink. */
static og_value *resize_old(og_value *x, og_value *scales, const char *mode, bool shrink)
{
    const bool nearest = !strcmp(mode, "nearest");

    return OG_OP("Resize",
                 OG_ATTRS(OG_SET_STRING("mode", nearest ? "nearest" : "linear"),
                          OG_SET_STRING("coordinate_transformation_mode", "asymmetric"),
                          OG_SET_STRING("nearest_mode", shrink ? "ceil" : "floor")),
                 x, NULL, scales);
}

/* The scales on one side of 1, the others 1; NULL where that leaves none. */
static og_value *scales_part(og_value *scales, bool shrink)
{
    const og_tensor *t = scales ? scales->data : NULL;
    bool any = false;

    if (!t)
        return shrink ? NULL : scales;
    og_tensor *part = og_tensor_copy(t);
    for (int64_t i = 0; part && i < part->count; i++) {
        const double s = og_get_double(part, i);

        if ((s < 1) == shrink)
            any = any || s != 1;
        else
            og_set_double(part, i, 1);
    }
    og_value *v = part && (any || !shrink) ? og_constant(scales->graph, part) : NULL;
    og_tensor_free(part);
    return v;
}

static void resize_replace(og_rewrite *c, og_value *x, og_value *scales, const char *mode)
{
    const bool nearest = !strcmp(mode, "nearest");
    og_value *shrink = nearest ? scales_part(scales, true) : NULL;
    og_value *y = resize_old(x, nearest ? scales_part(scales, false) : scales, mode, false);

    og_replace(c, 0, shrink ? resize_old(y, shrink, mode, true) : y);
}

static const char *old_mode(const og_rewrite *c)
{
    const og_attr *mode = og_old(c, "mode");

    return mode && mode->kind == OG_ATTR_STRING ? mode->u.s.data : "nearest";
}

static void resize_upgrade(og_rewrite *c, int from)
{
    if (from < 11)
        resize_replace(c, og_in(c, 0), og_in(c, 1), old_mode(c));
}

static og_value *scales_of(og_rewrite *c, int64_t n, const float *numbers)
{
    const og_tensor t = og_tensor_view(OG_FLOAT, 1, &n, (void *)(uintptr_t)numbers);

    return og_constant(c->g, &t);
}

static void upsample_upgrade(og_rewrite *c, int from)
{
    const og_attr *list = og_old(c, "scales");
    const float numbers[] = { 1, 1, og_old_float(c, "height_scale", 1),
                              og_old_float(c, "width_scale", 1) };
    og_value *scales = og_in(c, 1);

    if (from < 7)
        scales = scales_of(c, 4, numbers);
    else if (from < 9 && list && list->kind == OG_ATTR_FLOATS)
        scales = scales_of(c, list->u.floats.n, list->u.floats.v);
    if (!scales)
        og_rewrite_fail(c, OG_BAD_FILE, "Upsample has no scales");
    else
        resize_replace(c, og_in(c, 0), scales, old_mode(c));
}

static og_status upsample_infer(og_infer *c)
{
    return og_resize_infer_target(c, (og_resize_inputs){ .roi = 2, .scales = 1, .sizes = 3 },
                                  c->in[0]->rank, c->in[0]->dims);
}

static void upsample_expand(og_rewrite *c)
{
    const og_resize_attrs *a = c->attrs;

    resize_replace(c, og_in(c, 0), og_in(c, 1), a->mode);
}

/* ---- Gradient --------------------------------------------------------------------------------------- */

void og_resize_attrs_of(const og_resize_attrs *a, og_attr out[12])
{
    const og_attr all[] = {
        OG_SET_STRING("mode", a->mode),
        OG_SET_STRING("coordinate_transformation_mode", a->coordinate_transformation_mode),
        OG_SET_STRING("nearest_mode", a->nearest_mode),
        OG_SET_STRING("keep_aspect_ratio_policy", a->keep_aspect_ratio_policy),
        OG_SET_INT("antialias", a->antialias),
        OG_SET_INT("exclude_outside", a->exclude_outside),
        OG_SET_FLOAT("cubic_coeff_a", a->cubic_coeff_a),
        { .name = a->axes.v ? "axes" : NULL, .kind = OG_ATTR_INTS, .u.ints = a->axes },
        { .name = NULL },
    };

    memcpy(out, all, sizeof all);
}

static void resize_gradient(og_grad *c)
{
    og_attr attrs[12];

    og_resize_attrs_of(c->attrs, attrs);
    og_set_dx(c, 0,
              OG_OP("onnxgrad::ResizeGrad", attrs, og_dy(c, 0), og_shape_of(og_x(c, 0)),
                    og_x(c, 1), og_x(c, 2), og_x(c, 3)));
}

static void resize_grad_gradient(og_grad *c)
{
    og_attr attrs[12];

    og_resize_attrs_of(c->attrs, attrs);
    og_set_dx(c, 0, OG_OP("Resize", attrs, og_dy(c, 0), og_x(c, 2), og_x(c, 3), og_x(c, 4)));
}

/* ---- Kernels --------------------------------------------------------------------------------------------- */

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

static og_status resize_grad_prepare(og_call *c)
{
    return og_separable_prepare(c, grad_in, true);
}

#define RESIZE_TYPES                                                                               \
    (OG_NUMERIC | OG_BIT(OG_STRING) | OG_BIT(OG_BOOL) | OG_BIT(OG_COMPLEX64) |                     \
     OG_BIT(OG_COMPLEX128))
#define RESIZE_NUMBERS                                                                             \
    OG_PORT("roi", OG_FLOATS & ~OG_BIT(OG_BFLOAT16), .optional = true, .role = OG_ROLE_SHAPE),     \
        OG_PORT("scales", OG_BIT(OG_FLOAT), .optional = true, .role = OG_ROLE_SHAPE),              \
        OG_PORT("sizes", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE)

const og_op og_op_resize = {
    .name = "Resize",
    .builder = "resize",
    .version = 19,
    .valid_from_node = resize_valid_from,
    .versions = "10 11 13 18",
    .doc = "Axes of other sizes, by interpolation.",
    .in = { OG_PORT("X", RESIZE_TYPES), RESIZE_NUMBERS },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_RESIZE_ATTRS },
    .attr_size = sizeof(og_resize_attrs),
    .run_types = RESIZE_TYPES,
    .infer = resize_infer,
    .upgrade = resize_upgrade,
    .expand = og_resize_expand,
    .gradient = resize_gradient,
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
        "double[4,3] X; double[4] roi = 0.125 -0.375 0.875 1.25; int64[2] sizes = 5 6; mode=linear; "
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

const og_op og_op_resize_grad = {
    .name = "ResizeGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of Resize: each place's gradient shared out to those it was made of.",
    .in = { OG_PORT("dY", OG_FLOATS), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE),
            RESIZE_NUMBERS },
    .out = { OG_PORT("dX", OG_SAME_AS(0)) },
    .attr = { OG_RESIZE_ATTRS },
    .attr_size = sizeof(og_resize_attrs),
    .run_types = OG_FLOATS,
    .infer = resize_grad_infer,
    .expand = og_resize_grad_expand,
    .gradient = resize_grad_gradient,
    .check = resize_check,
    .prepare = resize_grad_prepare,
    .run = og_separable_run,
    .samples = OG_SAMPLES(
        "double[1,2,5,7] dY; int64[4] shape = 1 2 3 2; int64[4] sizes = 1 2 5 7",
        "double[2,7,3] dY; int64[3] shape = 2 4 5; int64[2] sizes = 7 3; axes=[1,2]; mode=linear",
        "double[3,4] dY; int64[2] shape = 7 9; int64[2] sizes = 3 4; mode=cubic; antialias=1",
        "double[5,6] dY; int64[2] shape = 4 3; double[4] roi = 0.125 -0.375 0.875 1.25; "
        "int64[2] sizes = 5 6; mode=linear; coordinate_transformation_mode=tf_crop_and_resize",
        "double[6,2] dY; int64[2] shape = 3 5; float[2] scales = 2 0.5; mode=cubic",
        "float[0,4] dY; int64[2] shape = 0 2; int64[2] sizes = 0 4; mode=linear"),
};

/* ONNX dropped the operator with version 10: 11 stands for that, and every node is replaced at the
 * door. */
const og_op og_op_upsample = {
    .name = "Upsample",
    .builder = "upsample",
    .version = 11,
    .versions = "1 7 9 10",
    .doc = "The old name of Resize.",
    .in = { OG_PORT("X", RESIZE_TYPES),
            OG_PORT("scales", OG_BIT(OG_FLOAT), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_STRING_ATTR(og_resize_attrs, mode, "nearest") },
    .attr_size = sizeof(og_resize_attrs),
    .infer = upsample_infer,
    .upgrade = upsample_upgrade,
    .expand = upsample_expand,
    .samples = OG_SAMPLES("float[1,1,2,3] X; float[4] scales = 1 1 2 3"),
};
