/*
 * Softmax, its logarithm and their gradients for one C type.  The includer defines T, EXP, LOG and
 * FN(name).
 *
 * A line holds the n elements that share one sum.  Lines either lie one behind the other, or side
 * by side as the columns of a matrix with row stride `stride`.  The maximum is taken away first;
 * one that is infinite or a NaN in the line makes the whole line NaN, as in PyTorch.
 */

enum { FN(STRIP) = 64 };

static inline T FN(line_max)(const T *x, int64_t n)
{
    T max = -INFINITY;

#pragma omp simd reduction(max : max)
    for (int64_t j = 0; j < n; j++)
        max = x[j] > max ? x[j] : max;
    return max;
}

static void FN(stats_lines)(const void *in, int64_t lines, int64_t n, void *max, void *log_sum)
{
    const T *x = in;
    T *m = max, *s = log_sum;

    for (int64_t i = 0; i < lines; i++, x += n) {
        const T top = FN(line_max)(x, n);
        T sum = 0;

#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < n; j++)
            sum += EXP(x[j] - top);
        m[i] = top;
        s[i] = LOG(sum);
    }
}

/* Maxima and sums of exponentials of up to STRIP columns. */
static inline void FN(strip)(const T *x, int64_t n, int64_t stride, int64_t width, T *m, T *s)
{
    for (int64_t j = 0; j < width; j++) {
        m[j] = -INFINITY;
        s[j] = 0;
    }
    for (int64_t i = 0; i < n; i++) {
        const T *row = x + i * stride;

        OG_SIMD
        for (int64_t j = 0; j < width; j++)
            m[j] = row[j] > m[j] ? row[j] : m[j];
    }
    for (int64_t i = 0; i < n; i++) {
        const T *row = x + i * stride;

        OG_SIMD
        for (int64_t j = 0; j < width; j++)
            s[j] += EXP(row[j] - m[j]);
    }
}

static void FN(stats_columns)(const void *in, int64_t n, int64_t stride, int64_t width, void *max,
                              void *log_sum)
{
    T *m = max, *s = log_sum;

    for (int64_t from = 0; from < width; from += FN(STRIP)) {
        const int64_t w = width - from < FN(STRIP) ? width - from : FN(STRIP);

        FN(strip)((const T *)in + from, n, stride, w, m + from, s + from);
        OG_SIMD
        for (int64_t j = 0; j < w; j++)
            s[from + j] = LOG(s[from + j]);
    }
}

static void FN(log_prob)(const void *in, const void *max, const void *log_sum, void *out, int64_t n,
                         int64_t lines, int64_t line, int64_t step)
{
    const T *x = in, *m = max, *s = log_sum;
    T *y = out;

    if (step == 1) {
        for (int64_t i = 0; i < lines; i++, x += line, y += line) {
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                y[j] = x[j] - m[i] - s[i];
        }
        return;
    }
    for (int64_t j = 0; j < n; j++, x += step, y += step) {
        OG_SIMD
        for (int64_t i = 0; i < lines; i++)
            y[i] = x[i] - m[i] - s[i];
    }
}

static void FN(softmax_lines)(bool log, const void *in, void *out, int64_t lines, int64_t n)
{
    const T *x = in;
    T *y = out;

    for (int64_t i = 0; i < lines; i++, x += n, y += n) {
        const T top = FN(line_max)(x, n);
        T sum = 0, shift, scale;

        if (log) {
#pragma omp simd reduction(+ : sum)
            for (int64_t j = 0; j < n; j++)
                sum += EXP(x[j] - top);
            shift = LOG(sum);
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                y[j] = x[j] - top - shift;
            continue;
        }
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = EXP(x[j] - top);
#pragma omp simd reduction(+ : sum)
        for (int64_t j = 0; j < n; j++)
            sum += y[j];
        scale = 1 / sum;
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] *= scale;
    }
}

static void FN(softmax_columns)(bool log, const void *in, void *out, int64_t n, int64_t stride,
                                int64_t width)
{
    for (int64_t from = 0; from < width; from += FN(STRIP)) {
        const int64_t w = width - from < FN(STRIP) ? width - from : FN(STRIP);
        const T *x = (const T *)in + from;
        T *y = (T *)out + from, m[FN(STRIP)], s[FN(STRIP)];

        FN(strip)(x, n, stride, w, m, s);
        for (int64_t j = 0; j < w; j++)
            s[j] = log ? LOG(s[j]) : 1 / s[j];
        for (int64_t i = 0; i < n; i++, x += stride, y += stride) {
            if (log) {
                OG_SIMD
                for (int64_t j = 0; j < w; j++)
                    y[j] = x[j] - m[j] - s[j];
            } else {
                OG_SIMD
                for (int64_t j = 0; j < w; j++)
                    y[j] = EXP(x[j] - m[j]) * s[j];
            }
        }
    }
}

/* dx = y (dy - sum(dy y)); of the logarithm dx = dy - exp(y) sum(dy). */
static void FN(gradient_lines)(bool log, const void *gradient, const void *result, void *out,
                               int64_t lines, int64_t n)
{
    const T *dy = gradient, *y = result;
    T *dx = out;

    for (int64_t i = 0; i < lines; i++, dy += n, y += n, dx += n) {
        T sum = 0;

        if (log) {
#pragma omp simd reduction(+ : sum)
            for (int64_t j = 0; j < n; j++)
                sum += dy[j];
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                dx[j] = dy[j] - EXP(y[j]) * sum;
        } else {
#pragma omp simd reduction(+ : sum)
            for (int64_t j = 0; j < n; j++)
                sum += dy[j] * y[j];
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                dx[j] = y[j] * (dy[j] - sum);
        }
    }
}

static void FN(gradient_columns)(bool log, const void *gradient, const void *result, void *out,
                                 int64_t n, int64_t stride, int64_t width)
{
    for (int64_t from = 0; from < width; from += FN(STRIP)) {
        const int64_t w = width - from < FN(STRIP) ? width - from : FN(STRIP);
        const T *dy = (const T *)gradient + from, *y = (const T *)result + from;
        T *dx = (T *)out + from, sum[FN(STRIP)] = { 0 };

        for (int64_t i = 0; i < n; i++) {
            OG_SIMD
            for (int64_t j = 0; j < w; j++)
                sum[j] += log ? dy[i * stride + j] : dy[i * stride + j] * y[i * stride + j];
        }
        for (int64_t i = 0; i < n; i++, dy += stride, y += stride, dx += stride) {
            OG_SIMD
            for (int64_t j = 0; j < w; j++)
                dx[j] = log ? dy[j] - EXP(y[j]) * sum[j] : y[j] * (dy[j] - sum[j]);
        }
    }
}

/* dx = (exp(log_prob) - [j = label]) scale, or -[j = label] scale without the exponential; 0 where
 * the label is negative (ignored). */
static void FN(cross_lines)(bool exponential, const void *log_prob, const int64_t *labels,
                            const double *scales, void *out, int64_t lines, int64_t n)
{
    const T *y = log_prob;
    T *dx = out;

    for (int64_t i = 0; i < lines; i++, y += n, dx += n) {
        const T scale = (T)scales[i];

        if (labels[i] < 0 || !exponential) {
            memset(dx, 0, (size_t)n * sizeof(T));
        } else {
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                dx[j] = EXP(y[j]) * scale;
        }
        if (labels[i] >= 0)
            dx[labels[i]] -= scale;
    }
}

static void FN(cross_columns)(bool exponential, const void *log_prob, const int64_t *labels,
                              const double *scales, void *out, int64_t n, int64_t stride,
                              int64_t width)
{
    for (int64_t i = 0; i < n; i++) {
        const T *y = (const T *)log_prob + i * stride;
        T *dx = (T *)out + i * stride;

        for (int64_t j = 0; j < width; j++)
            dx[j] = labels[j] >= 0 && exponential ? EXP(y[j]) * (T)scales[j] : 0;
    }
    for (int64_t j = 0; j < width; j++)
        if (labels[j] >= 0)
            ((T *)out)[labels[j] * stride + j] -= (T)scales[j];
}

static const og_soft_loops FN(soft) = {
    .stats_lines = FN(stats_lines),
    .stats_columns = FN(stats_columns),
    .log_prob = FN(log_prob),
    .softmax_lines = FN(softmax_lines),
    .softmax_columns = FN(softmax_columns),
    .gradient_lines = FN(gradient_lines),
    .gradient_columns = FN(gradient_columns),
    .cross_lines = FN(cross_lines),
    .cross_columns = FN(cross_columns),
};
#undef T
#undef EXP
#undef LOG
#undef FN
