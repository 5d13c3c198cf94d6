/*
 * The gradient of Resize: onnxgrad.ResizeGrad, the transposed map, whose own gradient is Resize
 * again.
 */
#include "ops/vision/resize.h"

static const og_resize_inputs grad_in = { .roi = 2, .scales = 3, .sizes = 4 };

static og_status resize_grad_infer(og_infer *c)
{
    OG_TRY(og_resize_check_words(c));
    OG_TRY(og_infer_need_rank(c, 1, 1));
    OG_TRY(og_infer_shape_from(c, 1, 0));
    if (c->out[0].rank < 0)
        return OG_OK;
    if (c->out[0].rank != c->in[0]->rank)
        return og_infer_fail(c, OG_BAD_SHAPE, "dY has rank %d, the shape %d sizes", c->in[0]->rank,
                             c->out[0].rank);
    return og_resize_infer_turned(c, grad_in, &c->out[0]);
}

static og_status resize_grad_check(og_call *c)
{
    return og_resize_check(c, grad_in);
}

static og_status resize_grad_prepare(og_call *c)
{
    return og_separable_prepare(c, grad_in, true);
}

/* The attributes that are not the default ones, for another node; room for 16. */
static int resize_attrs_of(const og_resize_attrs *a, og_attr *out)
{
    const og_attr all[] = {
        OG_SET_STRING("mode", a->mode),
        OG_SET_STRING("coordinate_transformation_mode", a->coordinate_transformation_mode),
        OG_SET_STRING("nearest_mode", a->nearest_mode),
        OG_SET_FLOAT("cubic_coeff_a", a->cubic_coeff_a),
    };
    int n = sizeof all / sizeof *all;

    memcpy(out, all, sizeof all);
    if (a->exclude_outside)
        out[n++] = (og_attr)OG_SET_INT("exclude_outside", a->exclude_outside);
    if (a->antialias)
        out[n++] = (og_attr)OG_SET_INT("antialias", a->antialias);
    if (og_resize_read(a).policy != RESIZE_STRETCH)
        out[n++] = (og_attr)OG_SET_STRING("keep_aspect_ratio_policy", a->keep_aspect_ratio_policy);
    if (a->axes.v)
        out[n++] = (og_attr){ .name = "axes", .kind = OG_ATTR_INTS, .u.ints = a->axes };
    out[n] = (og_attr){ .name = NULL };
    return n;
}

/* Numbers of a constant input as an attribute: functions in files know their inputs' shapes, not
 * their numbers.  The input itself where it is no constant. */
static og_value *resize_fixed(og_value *v, const char *name, og_attr *out, int *n)
{
    const og_tensor *t = v && v->data && !v->state && !v->input ? v->data : NULL;

    if (!t)
        return v;
    if (t->elem == OG_INT64 && t->count) {
        out[(*n)++] =
            (og_attr){ .name = name, .kind = OG_ATTR_INTS, .u.ints = { t->count, t->data } };
    } else if (t->count) {
        float *numbers = OG_NEW_N(v->graph->arena, float, t->count);

        for (int64_t i = 0; numbers && i < t->count; i++)
            numbers[i] = (float)og_get_double(t, i);
        if (!numbers)
            return v;
        out[(*n)++] =
            (og_attr){ .name = name, .kind = OG_ATTR_FLOATS, .u.floats = { t->count, numbers } };
    }
    out[*n] = (og_attr){ .name = NULL };
    return NULL;
}

void og_resize_gradient(og_grad *c)
{
    const og_resize_attrs *a = c->attrs;
    const og_resize_words w = og_resize_read(a);
    og_value *roi = w.place == RESIZE_TF_CROP_AND_RESIZE ? og_x(c, 1) : NULL;
    og_value *sizes = w.policy != RESIZE_STRETCH ? og_x(c, 3) : NULL; /* else dY has them */
    og_attr attrs[16];
    int n = resize_attrs_of(a, attrs);

    roi = resize_fixed(roi, "roi", attrs, &n);
    og_value *scales = resize_fixed(og_x(c, 2), "scales", attrs, &n);
    sizes = resize_fixed(sizes, "sizes", attrs, &n);
    og_set_dx(c, 0,
              OG_OP("onnxgrad::ResizeGrad", attrs, og_dy(c, 0), og_shape_of(og_x(c, 0)), roi,
                    scales, sizes));
}

static og_value *resize_floats(og_grad *c, og_floats list, og_value *input)
{
    const og_tensor t = og_tensor_view(OG_FLOAT, 1, &list.n, (void *)(uintptr_t)list.v);

    return list.n ? og_constant(c->g, &t) : input;
}

/* Where neither scales nor sizes were kept, dY's own sizes are what was asked for. */
static void resize_grad_gradient(og_grad *c)
{
    const og_resize_attrs *a = c->attrs;
    og_value *roi = resize_floats(c, a->roi, og_x(c, 2));
    og_value *scales = resize_floats(c, a->scales, og_x(c, 3)), *sizes = og_x(c, 4);
    og_attr attrs[16];

    resize_attrs_of(a, attrs);
    if (a->sizes.n)
        sizes = og_int64s(c->g, (size_t)a->sizes.n, a->sizes.v);
    if (!scales && !sizes) {
        sizes = og_shape_of(og_x(c, 0));
        if (a->axes.v)
            sizes = OG_OP("Gather", NULL, sizes, og_ints_like(sizes, a->axes));
    }
    og_set_dx(c, 0, OG_OP("Resize", attrs, og_dy(c, 0), roi, scales, sizes));
}

const og_op og_op_resize_grad = {
    .name = "ResizeGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of Resize: each place's gradient shared out to those it was made of.",
    .in = { OG_PORT("dY", OG_FLOATS), OG_PORT("shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE),
            OG_RESIZE_NUMBERS },
    .out = { OG_PORT("dX", OG_SAME_AS(0)) },
    .attr = { OG_RESIZE_ATTRS, OG_LIST_ATTR(og_resize_attrs, roi, FLOATS),
              OG_LIST_ATTR(og_resize_attrs, scales, FLOATS),
              OG_LIST_ATTR(og_resize_attrs, sizes, INTS) },
    .attr_size = sizeof(og_resize_attrs),
    .run_types = OG_FLOATS,
    .infer = resize_grad_infer,
    .expand = og_resize_grad_expand,
    .gradient = resize_grad_gradient,
    .check = resize_grad_check,
    .prepare = resize_grad_prepare,
    .run = og_separable_run,
    .samples =
        OG_SAMPLES("double[1,2,5,7] dY; int64[4] shape = 1 2 3 2",
                   "double[2,7,3] dY; int64[3] shape = 2 4 5; axes=[-2,2]; mode=linear",
                   "double[6,8] dY; int64[2] shape = 4 5; sizes=[6,9]; mode=linear; "
                   "keep_aspect_ratio_policy=not_larger",
                   "double[3,4] dY; int64[2] shape = 7 9; mode=cubic; antialias=1",
                   "double[5,6] dY; int64[2] shape = 4 3; roi=[0.125,-0.375,0.875,1.25]; "
                   "mode=linear; coordinate_transformation_mode=tf_crop_and_resize",
                   "double[6,2] dY; int64[2] shape = 3 5; float[2] scales = 2 0.5; mode=cubic",
                   "float[0,4] dY; int64[2] shape = 0 2; mode=linear"),
};
