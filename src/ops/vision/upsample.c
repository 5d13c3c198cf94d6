/*
 * Upsample, the old name of Resize, and how Resize was until version 10.
 */
#include "ops/vision/resize.h"

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

void og_resize_upgrade(og_rewrite *c, int from)
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

/* ONNX dropped the operator with version 10: 11 stands for that, and every node is replaced at the
 * door. */
const og_op og_op_upsample = {
    .name = "Upsample",
    .builder = "upsample",
    .version = 11,
    .versions = "1 7 9 10",
    .doc = "The old name of Resize.",
    .in = { OG_PORT("X", OG_RESIZE_TYPES),
            OG_PORT("scales", OG_BIT(OG_FLOAT), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_STRING_ATTR(og_resize_attrs, mode, "nearest") },
    .attr_size = sizeof(og_resize_attrs),
    .infer = upsample_infer,
    .upgrade = upsample_upgrade,
    .expand = upsample_expand,
    .samples = OG_SAMPLES("float[1,1,2,3] X; float[4] scales = 1 1 2 3"),
};
