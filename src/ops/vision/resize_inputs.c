/* What Resize reads from its attributes and inputs: words, sizes, scales and the region. */
#include "ops/vision/resize.h"

/* The first where there is none: Upsample has but one of the attributes. */
static int word_find(const char *const *words, int n, const char *word)
{
    int i = 0;

    while (word && i < n && strcmp(words[i], word))
        i++;
    return i;
}

og_resize_words og_resize_read(const og_resize_attrs *a)
{
    static const char *const modes[] = { "nearest", "linear", "cubic" };
    static const char *const places[] = { "half_pixel",         "half_pixel_symmetric",
                                          "pytorch_half_pixel", "align_corners",
                                          "asymmetric",         "tf_half_pixel_for_nn",
                                          "tf_crop_and_resize" };
    static const char *const rounds[] = { "round_prefer_floor", "round_prefer_ceil", "floor",
                                          "ceil" };
    static const char *const policies[] = { "stretch", "not_larger", "not_smaller" };

    return (og_resize_words){
        .mode = (og_resize_mode)word_find(modes, RESIZE_MODES, a->mode),
        .place =
            (og_resize_place)word_find(places, RESIZE_PLACES, a->coordinate_transformation_mode),
        .round = (og_resize_round)word_find(rounds, RESIZE_ROUNDS, a->nearest_mode),
        .policy =
            (og_resize_policy)word_find(policies, RESIZE_POLICIES, a->keep_aspect_ratio_policy),
    };
}

static og_status bad_word(og_infer *c, const char *attribute, const char *word)
{
    char shown[60];

    return og_infer_fail(c, OG_BAD_ARGUMENT, "there is no %s '%s'", attribute,
                         og_escape(shown, sizeof shown, word));
}

og_status og_resize_check_words(og_infer *c)
{
    const og_resize_attrs *a = c->attrs;
    const og_resize_words w = og_resize_read(a);

    if (w.mode == RESIZE_MODES)
        return bad_word(c, "mode", a->mode);
    if (w.place == RESIZE_PLACES)
        return bad_word(c, "coordinate_transformation_mode", a->coordinate_transformation_mode);
    if (w.round == RESIZE_ROUNDS)
        return bad_word(c, "nearest_mode", a->nearest_mode);
    if (w.policy == RESIZE_POLICIES)
        return bad_word(c, "keep_aspect_ratio_policy", a->keep_aspect_ratio_policy);
    if (a->antialias && w.mode == RESIZE_NEAREST)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "antialias needs mode linear or cubic");
    return OG_OK;
}

/* ---- Types ----------------------------------------------------------------------------------- */

/* An input that is there and not empty, which means the same. */
static bool given(const og_infer *c, int i)
{
    int64_t n;

    return og_infer_has(c, i) && !(og_infer_length(c, i, &n) && n == 0);
}

static og_status check_length(og_infer *c, int i, int64_t expected)
{
    int64_t n;

    OG_TRY(og_infer_need_rank(c, i, 1));
    if (og_infer_length(c, i, &n) && n != expected)
        return og_infer_fail(c, OG_BAD_SHAPE, "%s has %lld numbers, expected %lld",
                             c->op->in[i].name, (long long)n, (long long)expected);
    return OG_OK;
}

static bool scale_fits(double scale)
{
    return scale > 0 && scale < INFINITY;
}

/* A size times a scale, in float as ONNX Runtime has it. */
static og_status scaled(og_infer *c, og_dim size, float scale, og_dim *out)
{
    const float whole = floorf(scale), back = 1 / scale;

    if (!scale_fits((double)scale))
        return og_infer_fail(c, OG_BAD_VALUE, "a scale is %g, expected a number above 0",
                             (double)scale);
    if (og_dim_known(size)) {
        const float wanted = (float)size * scale;

        if (!(wanted < 0x1p62f))
            return og_infer_fail(c, OG_LIMIT, "size %lld times %g is too large", (long long)size,
                                 (double)scale);
        *out = (og_dim)wanted;
    } else if (scale == whole && scale < 0x1p24f) {
        *out = og_dim_mul(c->dims, size, (int64_t)scale);
    } else if (back == floorf(back) && 1 / back == scale && back < 0x1p24f) {
        *out = og_dim_div(c->dims, size, (int64_t)back);
    } else {
        *out = og_dim_fresh(c->dims);
    }
    return OG_OK;
}

static og_status sizes_by_scales(og_infer *c, int i, const int *axis, int64_t n, og_dim *dims)
{
    const og_tensor *scales = c->data ? c->data[i] : NULL;

    OG_TRY(check_length(c, i, n));
    for (int64_t k = 0; k < n; k++)
        if (scales)
            OG_TRY(scaled(c, dims[axis[k]], (float)og_get_double(scales, k), &dims[axis[k]]));
        else
            dims[axis[k]] = og_dim_fresh(c->dims);
    return OG_OK;
}

/* One factor for all axes: the smallest or largest of what the sizes ask for. */
static double common_factor(og_resize_policy policy, int64_t n, const double *ratios,
                            int64_t *which)
{
    *which = 0;
    for (int64_t k = 1; k < n; k++)
        if (policy == RESIZE_NOT_LARGER ? ratios[k] < ratios[*which] : ratios[k] > ratios[*which])
            *which = k;
    return n ? ratios[*which] : 1;
}

static void keep_ratio(og_infer *c, og_resize_policy policy, const int *axis, int64_t n,
                       const og_dim *sizes, og_dim *dims)
{
    double ratios[OG_MAX_RANK];
    int64_t which;
    bool known = true;

    for (int64_t k = 0; k < n; k++) {
        known = known && og_dim_known(sizes[k]) && og_dim_known(dims[axis[k]]);
        ratios[k] = (double)sizes[k] / (double)dims[axis[k]];
    }
    const double factor = common_factor(policy, n, ratios, &which);
    for (int64_t k = 0; k < n; k++)
        dims[axis[k]] = known && dims[axis[k]] > 0 && factor * (double)dims[axis[k]] < 0x1p62
                            ? (og_dim)(factor * (double)dims[axis[k]] + 0.5)
                        : known && !dims[axis[k]] ? 0
                                                  : og_dim_fresh(c->dims);
}

static og_status sizes_by_sizes(og_infer *c, int i, const int *axis, int64_t n, og_dim *dims)
{
    const og_resize_policy policy = og_resize_read(c->attrs).policy;
    int64_t count;
    const og_dim *sizes = og_infer_content(c, i, &count);

    OG_TRY(check_length(c, i, n));
    if (!sizes) {
        for (int64_t k = 0; k < n; k++)
            dims[axis[k]] = og_dim_fresh(c->dims);
        return OG_OK;
    }
    OG_TRY(og_infer_not_negative(c, i, count, sizes));
    if (policy != RESIZE_STRETCH) {
        keep_ratio(c, policy, axis, n, sizes, dims);
        return OG_OK;
    }
    for (int64_t k = 0; k < n; k++)
        dims[axis[k]] = sizes[k];
    return OG_OK;
}

og_status og_resize_infer_target(og_infer *c, og_resize_inputs in, int rank, const og_dim *from)
{
    const og_resize_attrs *a = c->attrs;
    const int64_t n = a->axes.v ? a->axes.n : rank;
    const bool scales = given(c, in.scales), sizes = given(c, in.sizes);
    int axis[OG_MAX_RANK];
    bool mask[OG_MAX_RANK];
    og_dim dims[OG_MAX_RANK];

    if (rank > OG_MAX_RANK || n > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "more than %d axes", OG_MAX_RANK);
    for (int i = 0; i < rank; i++) {
        axis[i] = i;
        dims[i] = from[i];
    }
    if (a->axes.v)
        OG_TRY(og_axes_resolve(c, rank, n, a->axes.v, axis, mask));
    if (scales == sizes)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "%s",
                             scales ? "scales and sizes are both given, expected one of them"
                                    : "neither scales nor sizes are given");
    if (og_resize_read(a).place == RESIZE_TF_CROP_AND_RESIZE) {
        if (!given(c, in.roi))
            return og_infer_fail(c, OG_BAD_ARGUMENT, "tf_crop_and_resize needs the input roi");
        OG_TRY(check_length(c, in.roi, 2 * n));
    }
    OG_TRY(scales ? sizes_by_scales(c, in.scales, axis, n, dims)
                  : sizes_by_sizes(c, in.sizes, axis, n, dims));
    for (int i = 0; i < rank; i++)
        if (from[i] == 0 && og_dim_known(dims[i]) && dims[i] > 0)
            return og_infer_fail(c, OG_BAD_SHAPE, "axis %d has 0 elements, %lld are asked for", i,
                                 (long long)dims[i]);
    return og_infer_shape(c, 0, rank, dims);
}

og_status og_resize_infer_turned(og_infer *c, og_resize_inputs in, const og_type *source)
{
    const og_resize_attrs *a = c->attrs;
    const int64_t n = a->axes.v ? a->axes.n : source->rank;
    int axis[OG_MAX_RANK];
    bool mask[OG_MAX_RANK] = { false };

    if (n > OG_MAX_RANK)
        return og_infer_fail(c, OG_LIMIT, "more than %d axes", OG_MAX_RANK);
    if (a->axes.v)
        OG_TRY(og_axes_resolve(c, source->rank, n, a->axes.v, axis, mask));
    for (int i = 0; i < source->rank; i++)
        if (a->axes.v && !mask[i])
            OG_TRY(og_infer_agree(c, "dY and an axis that stays", source->dims[i],
                                  c->in[0]->dims[i], NULL));
    for (int i = in.roi; i <= in.sizes; i++)
        if (given(c, i))
            OG_TRY(check_length(c, i, i == in.roi ? 2 * n : n));
    if ((a->roi.v && a->roi.n != 2 * n) || (a->scales.v && a->scales.n != n) ||
        (a->sizes.v && a->sizes.n != n))
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "%lld axes, but %lld scales, %lld sizes and %lld numbers of a region",
                             (long long)n, (long long)a->scales.n, (long long)a->sizes.n,
                             (long long)a->roi.n);
    return OG_OK;
}

/* ---- Data ------------------------------------------------------------------------------------ */

og_status og_resize_check(og_call *c, og_resize_inputs in)
{
    const og_resize_attrs *a = c->attrs;
    const og_tensor *scales = og_call_input(c, in.scales);

    for (int64_t i = 0; i < (scales ? scales->count : a->scales.n); i++) {
        const double scale = scales ? og_get_double(scales, i) : (double)a->scales.v[i];

        if (!scale_fits(scale))
            return og_call_fail(c, OG_BAD_VALUE, "scales[%lld] is %g, expected a number above 0",
                                (long long)i, scale);
    }
    return OG_OK;
}

bool og_resize_late(const og_call *c, og_resize_inputs in)
{
    const og_resize_words w = og_resize_read(c->attrs);
    const og_tensor *scales = og_call_input(c, in.scales);

    if (w.place == RESIZE_TF_CROP_AND_RESIZE && og_call_late(c, in.roi))
        return true;
    if (scales && scales->count)
        return og_call_late(c, in.scales);
    return w.policy != RESIZE_STRETCH && og_call_late(c, in.sizes);
}

/* The numbers of one of the inputs, which may be attributes instead. */
typedef struct {
    const og_tensor *t;
    const float *floats;
    const int64_t *ints;
} resize_numbers;

static resize_numbers numbers(const og_tensor *const *inputs, int n_in, int i, og_floats floats,
                              og_ints ints)
{
    const og_tensor *t = i < n_in ? inputs[i] : NULL;

    return (resize_numbers){ .t = t && t->count && t->data ? t : NULL,
                             .floats = floats.n ? floats.v : NULL,
                             .ints = ints.n ? ints.v : NULL };
}

static double number_at(const resize_numbers *n, int64_t i, double absent)
{
    if (n->t)
        return og_get_double(n->t, i);
    return n->floats ? (double)n->floats[i] : n->ints ? (double)n->ints[i] : absent;
}

void og_resize_axes(const og_resize_attrs *a, og_resize_inputs in, const og_tensor *const *inputs,
                    int n_in, int rank, const int64_t *from, const int64_t *to,
                    og_resize_axis *axes)
{
    const int64_t n = a->axes.v ? a->axes.n : rank;
    const resize_numbers scales = numbers(inputs, n_in, in.scales, a->scales, (og_ints){ 0 });
    const resize_numbers sizes = numbers(inputs, n_in, in.sizes, (og_floats){ 0 }, a->sizes);
    const resize_numbers roi = numbers(inputs, n_in, in.roi, a->roi, (og_ints){ 0 });
    const og_resize_policy policy = og_resize_read(a).policy;
    double ratios[OG_MAX_RANK];
    int64_t axis[OG_MAX_RANK], which;

    for (int i = 0; i < rank; i++)
        axes[i] = (og_resize_axis){ .from = from[i], .to = to[i], .num = 1, .den = 1 };
    for (int64_t k = 0; k < n; k++) {
        axis[k] = a->axes.v ? a->axes.v[k] + (a->axes.v[k] < 0 ? rank : 0) : k;
        og_resize_axis *x = &axes[axis[k]];

        x->resized = true;
        x->num = (double)x->to;
        x->den = (double)x->from;
        x->scale = (float)number_at(&scales, k, 0);
        x->roi[0] = number_at(&roi, k, 0);
        x->roi[1] = number_at(&roi, n + k, 1);
        ratios[k] = number_at(&sizes, k, x->num) / x->den;
    }
    if (policy == RESIZE_STRETCH || !n || axes[axis[0]].scale != 0 || !(sizes.t || sizes.ints))
        return;
    common_factor(policy, n, ratios, &which);
    for (int64_t k = 0; k < n; k++) {
        axes[axis[k]].num = number_at(&sizes, which, 1);
        axes[axis[k]].den = (double)from[axis[which]];
    }
}
