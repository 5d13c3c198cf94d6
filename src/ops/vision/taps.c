/*
 * taps: for each place of a resized axis the weights of its neighbours in the source.
 *
 * Neighbours beyond an end count as the last one there, so weights that meet in one place are
 * added and the taps of a place are always a range.  Coordinates run one way, so the places that
 * use one source place are a range too.
 */
#include "ops/vision/resize.h"

/* v / scale */
static double unscaled(const og_resize_axis *x, double v)
{
    return x->scale != 0 ? (double)((float)v / x->scale) : v * x->den / x->num;
}

/* As many places as the target would have if places could be parts. */
static double width_of(const og_resize_axis *x)
{
    return x->scale != 0 ? (double)x->scale * (double)x->from : (double)x->from * x->num / x->den;
}

static double factor_of(const og_resize_axis *x)
{
    return x->scale != 0 ? (double)x->scale : x->num / x->den;
}

static double half_pixel(const og_resize_axis *x, double o)
{
    const double v = unscaled(x, o + 0.5) - 0.5;

    return x->scale != 0 ? (double)(float)v : v;
}

/* Centre upon centre, also where a part of a place was cut off. */
static double symmetric(const og_resize_axis *x, double o)
{
    const double offset = (double)x->from / 2 * (1 - (double)x->to / width_of(x));

    if (x->scale == 0)
        return offset + unscaled(x, o + 0.5) - 0.5;
    return (double)((float)offset + ((float)o + 0.5f) / x->scale - 0.5f);
}

static double coordinate(const og_resize_axis *x, og_resize_place place, int64_t target)
{
    const double width = width_of(x), last = (double)x->from - 1, o = (double)target;

    switch (place) {
    case RESIZE_ALIGN_CORNERS:
        return width == 1 || x->to == 1 ? 0 : o * last / (width - 1);
    case RESIZE_ASYMMETRIC:
        return unscaled(x, o);
    case RESIZE_TF_HALF_PIXEL_FOR_NN:
        return unscaled(x, o + 0.5);
    case RESIZE_TF_CROP_AND_RESIZE:
        if (width == 1)
            return (x->roi[0] + x->roi[1]) * last / 2;
        return x->roi[0] * last + o * (x->roi[1] - x->roi[0]) * last / (width - 1);
    case RESIZE_PYTORCH_HALF_PIXEL:
        return x->to > 1 ? half_pixel(x, o) : 0;
    case RESIZE_HALF_PIXEL_SYMMETRIC:
        return symmetric(x, o);
    default:
        return half_pixel(x, o);
    }
}

static bool is_outside(const og_resize_axis *x, og_resize_place place, double at)
{
    return place == RESIZE_TF_CROP_AND_RESIZE && !(at >= 0 && at <= (double)x->from - 1);
}

static int64_t inside(const og_resize_axis *x, double at)
{
    return at < 0 ? 0 : at > (double)x->from - 1 ? x->from - 1 : (int64_t)at;
}

int64_t og_resize_nearest(const og_resize_axis *axis, const og_resize_words *words, int64_t o)
{
    const double at = coordinate(axis, words->place, o);

    if (is_outside(axis, words->place, at))
        return -1;
    switch (words->round) {
    case RESIZE_ROUND_PREFER_FLOOR:
        return inside(axis, ceil(at - 0.5));
    case RESIZE_ROUND_PREFER_CEIL:
        return inside(axis, floor(at + 0.5));
    case RESIZE_FLOOR:
        return inside(axis, floor(at));
    default:
        return inside(axis, ceil(at));
    }
}

/* ---- Weights --------------------------------------------------------------------------------- */

/* Keys' cubic with parameter a at distance d. */
static double cubic(double d, double a)
{
    d = fabs(d);
    if (d <= 1)
        return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/* What the weights of a place depend on: their filter, stretched by 1 / factor. */
typedef struct {
    og_resize_mode mode;
    double a, factor;
    bool antialias, exclude;
} tap_filter;

static tap_filter filter_of(const og_resize_axis *x, const og_resize_attrs *a)
{
    const double factor = factor_of(x);

    return (tap_filter){ .mode = og_resize_read(a).mode,
                         .a = (double)a->cubic_coeff_a,
                         .factor = a->antialias && factor < 1 ? factor : 1,
                         .antialias = a->antialias != 0,
                         .exclude = a->exclude_outside != 0 };
}

static double filter_reach(const tap_filter *f)
{
    return (f->mode == RESIZE_CUBIC ? 2 : 1) / f->factor;
}

static double filter_weight(const tap_filter *f, double distance)
{
    const double d = fabs(distance * f->factor);

    if (f->mode == RESIZE_CUBIC)
        return cubic(d, f->a);
    return d < 1 ? 1 - d : 0;
}

/* Taps of one place at coordinate `at`: weights from w on; returns how many, *first the first. */
static int64_t taps_at(const og_resize_axis *x, const tap_filter *f, double at, int64_t *first,
                       double *w)
{
    const double reach = filter_reach(f);
    const double low = floor(at - reach) + 1, high = ceil(at + reach) - 1;
    int64_t begin = inside(x, low), end = inside(x, high) + 1;
    double sum = 0;

    memset(w, 0, (size_t)(end - begin) * sizeof *w);
    for (double i = low; i <= high; i++)
        if (!f->exclude || (i >= 0 && i < (double)x->from)) {
            const double weight = filter_weight(f, i - at);

            w[inside(x, i) - begin] += weight;
            sum += weight;
        }
    for (int64_t i = 0; (f->antialias || f->exclude) && sum != 0 && i < end - begin; i++)
        w[i] /= sum;
    *first = begin;
    return end - begin;
}

int64_t og_resize_room(const og_resize_axis *axis, const og_resize_attrs *a, bool late)
{
    const tap_filter f = filter_of(axis, a);
    const double reach = og_resize_read(a).mode == RESIZE_NEAREST ? 0 : ceil(filter_reach(&f));
    const bool all = (late && f.antialias) || !(2 * reach + 1 < (double)axis->from);
    const int64_t taps = all ? axis->from : (int64_t)(2 * reach + 1);
    const int64_t longer = axis->from > axis->to ? axis->from : axis->to;

    return 2 * longer + 1 + (longer + 7) / 8 + taps * axis->to;
}

/* Arrays of a table one behind the other; weights come last. */
static void lay_out(int64_t *room, og_blend *b, int64_t **first, int64_t **start, uint8_t **outside,
                    double **weight)
{
    *first = room;
    *start = room + b->to;
    *outside = (uint8_t *)(*start + b->to + 1);
    *weight = (double *)(*start + b->to + 1 + (b->to + 7) / 8);
    b->first = *first;
    b->start = *start;
    b->weight = *weight;
}

void og_resize_taps(const og_resize_axis *axis, const og_resize_attrs *a, int64_t *room,
                    og_blend *b)
{
    const og_resize_words words = og_resize_read(a);
    const tap_filter f = filter_of(axis, a);
    int64_t *first, *start;
    uint8_t *outside;
    double *weight;

    *b = (og_blend){ .from = axis->from, .to = axis->to, .value = (double)a->extrapolation_value };
    lay_out(room, b, &first, &start, &outside, &weight);
    start[0] = 0;
    for (int64_t o = 0; o < axis->to; o++) {
        const double at = coordinate(axis, words.place, o);

        first[o] = 0;
        start[o + 1] = start[o];
        outside[o] = is_outside(axis, words.place, at);
        if (outside[o]) {
            b->outside = outside;
        } else if (words.mode == RESIZE_NEAREST) {
            first[o] = og_resize_nearest(axis, &words, o);
            weight[start[o + 1]++] = 1;
        } else {
            start[o + 1] += taps_at(axis, &f, at, &first[o], weight + start[o]);
        }
    }
}

void og_resize_turn(const og_blend *taps, int64_t *room, og_blend *b)
{
    int64_t *first, *start;
    uint8_t *outside;
    double *weight;

    *b = (og_blend){ .from = taps->to, .to = taps->from };
    lay_out(room, b, &first, &start, &outside, &weight);
    for (int64_t i = 0; i <= b->to; i++) {
        first[i < b->to ? i : 0] = b->from;
        start[i] = 0;
    }
    for (int64_t o = 0; o < b->from; o++) /* start[i + 1]: behind the last place that uses i */
        for (int64_t k = 0; k < taps->start[o + 1] - taps->start[o]; k++) {
            const int64_t i = taps->first[o] + k;

            first[i] = o < first[i] ? o : first[i];
            start[i + 1] = o + 1 > start[i + 1] ? o + 1 : start[i + 1];
        }
    for (int64_t i = 0; i < b->to; i++) {
        first[i] = first[i] < b->from ? first[i] : 0;
        start[i + 1] += start[i] - first[i];
    }
    memset(weight, 0, (size_t)start[b->to] * sizeof *weight);
    for (int64_t o = 0; o < b->from; o++)
        for (int64_t k = taps->start[o]; k < taps->start[o + 1]; k++) {
            const int64_t i = taps->first[o] + k - taps->start[o];

            weight[start[i] + o - first[i]] = taps->weight[k];
        }
}

bool og_resize_same(const og_blend *b)
{
    if (b->from != b->to || b->outside)
        return false;
    for (int64_t o = 0; o < b->to; o++)
        for (int64_t k = b->start[o]; k < b->start[o + 1]; k++)
            if (b->weight[k] != (b->first[o] + k - b->start[o] == o))
                return false;
    return true;
}
