/* Windows over spatial axes: attributes, sizes and paddings, with numbers and as graph values. */
#include "ops/nn/window.h"

#include <stdio.h>

int64_t og_window_stride(const og_window *a, int axis)
{
    return a->strides.v ? a->strides.v[axis] : 1;
}

int64_t og_window_dilation(const og_window *a, int axis)
{
    return a->dilations.v ? a->dilations.v[axis] : 1;
}

static bool same_upper(const og_window *a)
{
    return !strcmp(a->auto_pad, "SAME_UPPER");
}

static bool same(const og_window *a)
{
    return same_upper(a) || !strcmp(a->auto_pad, "SAME_LOWER");
}

static bool explicit_pads(const og_window *a)
{
    return a->pads.v && !strcmp(a->auto_pad, "NOTSET");
}

static og_status check_list(og_infer *c, const char *name, og_ints list, int64_t n, int64_t least)
{
    if (!list.v)
        return OG_OK;
    if (list.n != n)
        return og_infer_fail(c, OG_BAD_VALUE, "attribute %s has %lld numbers, expected %lld", name,
                             (long long)list.n, (long long)n);
    for (int64_t i = 0; i < n; i++)
        if (list.v[i] < least || list.v[i] > INT32_MAX)
            return og_infer_fail(c, OG_BAD_VALUE, "attribute %s has %lld, expected %lld to %d",
                                 name, (long long)list.v[i], (long long)least, INT32_MAX);
    return OG_OK;
}

og_status og_window_check(og_infer *c, const og_window *a, int rank)
{
    for (int64_t k = 0; k < a->pads.n && strcmp(a->auto_pad, "NOTSET"); k++)
        if (a->pads.v[k])
            return og_infer_fail(c, OG_BAD_SHAPE, "pads are given together with auto_pad '%s'",
                                 a->auto_pad);
    if (!same(a) && strcmp(a->auto_pad, "NOTSET") && strcmp(a->auto_pad, "VALID"))
        return og_infer_fail(c, OG_BAD_VALUE,
                             "auto_pad is '%s', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID",
                             a->auto_pad);
    OG_TRY(check_list(c, "kernel_shape", a->kernel_shape, rank, 1));
    OG_TRY(check_list(c, "strides", a->strides, rank, 1));
    OG_TRY(check_list(c, "dilations", a->dilations, rank, 1));
    OG_TRY(check_list(c, "pads", a->pads, 2 * (int64_t)rank, 0));
    OG_TRY(check_list(c, "output_padding", a->output_padding, rank, 0));
    return check_list(c, "output_shape", a->output_shape, rank, 0);
}

/* A window that starts behind the input, in the padding, is left out of those that ceil_mode adds.
 */
og_status og_window_out(og_infer *c, const og_window *a, int rank, const og_dim *in,
                        const og_dim *kernel, og_dim *out)
{
    og_dims *d = c->dims;

    for (int i = 0; i < rank; i++) {
        const int64_t s = og_window_stride(a, i), before = explicit_pads(a) ? a->pads.v[i] : 0;
        const int64_t after = explicit_pads(a) ? a->pads.v[rank + i] : 0;
        og_dim window, free;
        int64_t number;

        if (same(a)) {
            out[i] = og_dim_div(d, og_dim_add(d, in[i], s - 1), s);
            continue;
        }
        window = og_dim_mul(d, og_dim_sub(d, kernel[i], 1), og_window_dilation(a, i));
        free = og_dim_sub(d, og_dim_add(d, in[i], before + after), og_dim_add(d, window, 1));
        if (og_dim_const(d, free, &number) && number < 0)
            return og_infer_fail(
                c, OG_BAD_SHAPE,
                "along spatial axis %d a window of %lld does not fit into %lld with padding", i,
                (long long)window + 1, (long long)(in[i] + before + after));
        out[i] =
            og_dim_add(d, og_dim_div(d, a->ceil_mode ? og_dim_add(d, free, s - 1) : free, s), 1);
        if (a->ceil_mode)
            out[i] = og_dim_min(
                d, out[i],
                og_dim_add(d, og_dim_div(d, og_dim_sub(d, og_dim_add(d, in[i], before), 1), s), 1));
    }
    return OG_OK;
}

void og_window_fill(const og_window *a, og_conv_shape *shape)
{
    for (int i = 0; i < shape->rank; i++) {
        const int64_t s = og_window_stride(a, i), d = og_window_dilation(a, i);
        const int64_t total =
            (shape->out[i] - 1) * s + (shape->kernel[i] - 1) * d + 1 - shape->in[i];

        shape->stride[i] = s;
        shape->dilation[i] = d;
        shape->before[i] = explicit_pads(a) ? a->pads.v[i] : 0;
        if (same(a) && total > 0)
            shape->before[i] = same_upper(a) ? total / 2 : total - total / 2;
    }
}

og_value *og_window_spatial(og_value *shape)
{
    return og_slice(shape, og_ints_like(shape, OG_INTS(2)), og_ints_like(shape, OG_INTS(INT32_MAX)),
                    og_ints_like(shape, OG_INTS(0)), og_ints_like(shape, OG_INTS(1)));
}

/* A list of the attribute's numbers, or of ones. */
static og_value *list_value(og_value *like, int rank, og_ints list)
{
    int64_t ones[OG_MAX_RANK];

    for (int i = 0; i < rank; i++)
        ones[i] = 1;
    return og_ints_like(like, list.v ? list : (og_ints){ rank, ones });
}

og_value *og_window_cover(const og_window *a, int rank, og_value *out, og_value *kernel)
{
    og_value *one = og_ints_like(out, OG_INTS(1));
    og_value *steps = og_mul(og_sub(out, one), list_value(out, rank, a->strides));
    og_value *window = og_mul(og_sub(kernel, one), list_value(out, rank, a->dilations));

    return og_add(og_add(steps, window), one);
}

og_value *og_window_before(const og_window *a, int rank, og_value *in, og_value *out,
                           og_value *kernel)
{
    const int64_t zeros[OG_MAX_RANK] = { 0 };
    og_value *total, *half;

    if (!same(a))
        return og_ints_like(in, explicit_pads(a) ? (og_ints){ rank, a->pads.v }
                                                 : (og_ints){ rank, zeros });
    total = og_sub(og_window_cover(a, rank, out, kernel), in);
    total = OG_OP("Max", NULL, total, og_ints_like(in, OG_INTS(0)));
    half = og_div(total, og_ints_like(in, OG_INTS(2)));
    return same_upper(a) ? half : og_sub(total, half);
}

og_value *og_window_pad(og_value *x, og_value *before, og_value *after)
{
    og_value *none = og_ints_like(x, OG_INTS(0, 0));

    return OG_OP("Pad", NULL, x, og_concat(0, 4, (og_value *[]){ none, before, none, after }));
}

const og_attr *og_window_attrs(const og_window *a, bool padding, og_attr *attrs)
{
    int n = 0;

    attrs[n++] = (og_attr)OG_SET_INT("group", a->group);
    if (a->strides.v)
        attrs[n++] = (og_attr){ .name = "strides", .kind = OG_ATTR_INTS, .u.ints = a->strides };
    if (a->dilations.v)
        attrs[n++] = (og_attr){ .name = "dilations", .kind = OG_ATTR_INTS, .u.ints = a->dilations };
    if (padding && explicit_pads(a))
        attrs[n++] = (og_attr){ .name = "pads", .kind = OG_ATTR_INTS, .u.ints = a->pads };
    if (padding && strcmp(a->auto_pad, "NOTSET"))
        attrs[n++] = (og_attr)OG_SET_STRING("auto_pad", a->auto_pad);
    attrs[n] = (og_attr){ .name = NULL };
    return attrs;
}
