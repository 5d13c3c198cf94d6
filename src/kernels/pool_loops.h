/*
 * Means and norms of windows, and the gradients of maxima and means, for one C type.  The includer
 * defines T, POW, ROOT and FN(name), and has included pool_max_loops.h.
 */

/* n windows of 2 x 2 side by side: dy where the first maximum of each is, in the upper or the lower
 * row. */
OG_INLINE void FN(pair_line)(const T *a, const T *b, const T *dy, int64_t n, const bool lower,
                             T *dx)
{
    OG_SIMD
    for (int64_t j = 0; j < n; j++) {
        const T g = dy[j], a1 = a[2 * j + 1], b0 = b[2 * j], b1 = b[2 * j + 1];
        T top = a[2 * j], first = g, second;

        second = TAKES(a1, top) ? g : 0;
        first = TAKES(a1, top) ? 0 : first;
        top = TAKES(a1, top) ? a1 : top;
        if (lower) {
            first = TAKES(b0, top) ? g : 0;
            second = 0;
        } else {
            first = TAKES(b0, top) ? 0 : first;
            second = TAKES(b0, top) ? 0 : second;
        }
        top = TAKES(b0, top) ? b0 : top;
        dx[2 * j] = TAKES(b1, top) ? 0 : first;
        dx[2 * j + 1] = TAKES(b1, top) ? lower ? g : 0 : second;
    }
}

/* The same of rows behind which nothing may be touched: through buffers with room for whole
 * vectors. */
static void FN(pair_end)(const T *x, int64_t width, const T *dy, int64_t n, T *dx)
{
    enum { MOST = 64 };
    T a[2 * MOST] = { 0 }, b[2 * MOST] = { 0 }, g[MOST] = { 0 }, d[2 * MOST];

    for (int64_t from = 0; from < n; from += MOST, x += 2 * MOST, dx += 2 * MOST) {
        const int64_t m = n - from < MOST ? n - from : MOST, whole = (m + 15) / 16 * 16;
        const size_t bytes = 2 * (size_t)m * sizeof(T);

        memcpy(a, x, bytes);
        memcpy(b, x + width, bytes);
        memcpy(g, dy + from, (size_t)m * sizeof(T));
        FN(pair_line)(a, b, g, whole, false, d);
        memcpy(dx, d, bytes);
        FN(pair_line)(a, b, g, whole, true, d);
        memcpy(dx + width, d, bytes);
    }
}

/* The rows are written in order, so that what the upper one has too much is overwritten by the
 * lower one. */
static void FN(max_gradient_pairs)(const og_pool *p, const T *dy, const T *x, T *dx)
{
    const int64_t width = p->s.in[1], n = p->s.out[1];

    for (int64_t i = 0; i < p->s.out[0]; i++, x += 2 * width, dx += 2 * width, dy += n) {
        const int64_t count = width == 2 * n ? pool_pairs(p, i) : n;

        if (count % 16) {
            FN(pair_end)(x, width, dy, n, dx);
            continue;
        }
        FN(pair_line)(x, x + width, dy, count, false, dx);
        FN(pair_line)(x, x + width, dy, count, true, dx + width);
    }
}

static void FN(max_gradient)(const og_pool *p, const void *gradient, const void *in, void *out)
{
    const og_conv_shape *s = &p->s;
    const int last = s->rank - 1;
    const int64_t lines = s->out[last] > 0 ? p->out_size / s->out[last] : 0;
    int64_t at[OG_MAX_RANK] = { 0 };
    const T *dy = gradient;
    T *dx = out;

    if (!p->pairs || p->in_size != 4 * p->out_size)
        memset(dx, 0, (size_t)p->in_size * sizeof(T));
    if (p->pairs) {
        FN(max_gradient_pairs)(p, dy, in, dx);
        return;
    }
    for (int64_t line = 0; line < lines; line++) {
        for (int64_t x0 = 0; x0 < s->out[last]; x0 += FN(ROW)) {
            const int64_t left = s->out[last] - x0, n = left < FN(ROW) ? left : FN(ROW);
            int32_t tap[FN(ROW)];
            T best[FN(ROW)];

            FN(max_row)(p, in, at, x0, n, best, tap);
            for (int64_t j = 0; j < n; j++) {
                at[last] = x0 + j;
                if (tap[j] >= 0)
                    dx[pool_place(s, at, tap[j], false)] += dy[line * s->out[last] + x0 + j];
            }
        }
        at[last] = 0;
        for (int i = last - 1; i >= 0 && ++at[i] == s->out[i]; i--)
            at[i] = 0;
    }
}

/* sum[j] (+)= f(from[j step]): the sum, or that of absolute values to the power p. */
OG_INLINE void FN(sum_line)(const T *from, const int64_t step, int64_t n, const int64_t power,
                            T *sum)
{
    if (power == 0) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            sum[j] += from[j * step];
    } else if (power == 1) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            sum[j] += from[j * step] < 0 ? -from[j * step] : from[j * step];
    } else if (power == 2) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            sum[j] += from[j * step] * from[j * step];
    } else {
        for (int64_t j = 0; j < n; j++)
            sum[j] += POW(from[j * step] < 0 ? -from[j * step] : from[j * step], (T)power);
    }
}

/* How many elements the mean at one position of a row counts, but for the last axis. */
static int64_t FN(row_count)(const og_pool *p, const int64_t *at)
{
    int64_t n = 1;

    for (int i = 0; i < p->s.rank - 1; i++)
        n *= p->counts[p->first[i] + at[i]];
    return n;
}

/* The lines that one row of the result reads are summed into it; or the row's gradient dy is added
 * to those of `add`. */
static void FN(sum_row)(const og_pool *p, const T *x, const int64_t *at, int64_t power, const T *dy,
                        T *row, T *add)
{
    const og_conv_shape *s = &p->s;
    const int last = s->rank - 1;
    const int64_t *counts = p->counts + p->first[last];
    const T count = (T)FN(row_count)(p, at);
    int64_t k[OG_MAX_RANK], taps = 1;

    for (int i = 0; i < last; i++) {
        k[i] = p->k_low[p->first[i] + at[i]];
        taps *= p->k_high[p->first[i] + at[i]] - k[i];
    }
    for (int64_t t = 0; t < taps; t++) {
        int64_t place = 0;

        for (int i = 0; i < last; i++)
            place = place * s->in[i] + at[i] * s->stride[i] - s->before[i] + k[i] * s->dilation[i];
        for (int64_t kx = 0; kx < s->kernel[last]; kx++) {
            const int64_t step = s->stride[last];
            int64_t low, high, first;

            pool_range(s, kx, 0, s->out[last], &low, &high);
            first = place * s->in[last] + low * step - s->before[last] + kx * s->dilation[last];
            if (low < high && add)
                for (int64_t j = low; j < high; j++)
                    add[first + (j - low) * step] +=
                        p->sum ? dy[j] : dy[j] / (count * (T)counts[j]);
            else if (low < high && step == 1)
                FN(sum_line)(x + first, 1, high - low, power, row + low);
            else if (low < high)
                FN(sum_line)(x + first, step, high - low, power, row + low);
        }
        for (int i = last - 1; i >= 0 && ++k[i] == p->k_high[p->first[i] + at[i]]; i--)
            k[i] = p->k_low[p->first[i] + at[i]];
    }
}

static void FN(rows)(const og_pool *p, const T *x, T *y, int64_t power)
{
    const int last = p->s.rank - 1;
    const int64_t n = p->s.out[last], lines = n > 0 ? p->out_size / n : 0;
    const int64_t *counts = p->counts + p->first[last];
    int64_t at[OG_MAX_RANK] = { 0 };

    memset(y, 0, (size_t)p->out_size * sizeof(T));
    for (int64_t line = 0; line < lines; line++, y += n) {
        const T count = (T)FN(row_count)(p, at);

        FN(sum_row)(p, x, at, power, NULL, y, NULL);
        if (power == 0)
            for (int64_t j = 0; j < n; j++)
                y[j] /= count * (T)counts[j];
        else if (power == 2)
            for (int64_t j = 0; j < n; j++)
                y[j] = ROOT(y[j]);
        else if (power > 2)
            for (int64_t j = 0; j < n; j++)
                y[j] = POW(y[j], 1 / (T)power);
        for (int i = last - 1; i >= 0 && ++at[i] == p->s.out[i]; i--)
            at[i] = 0;
    }
}

static void FN(mean)(const og_pool *p, const void *x, void *y)
{
    FN(rows)(p, x, y, 0);
}

static void FN(norm)(const og_pool *p, const void *x, void *y)
{
    FN(rows)(p, x, y, p->p);
}

static void FN(mean_gradient)(const og_pool *p, const void *gradient, void *out)
{
    const int last = p->s.rank - 1;
    const int64_t n = p->s.out[last], lines = n > 0 ? p->out_size / n : 0;
    int64_t at[OG_MAX_RANK] = { 0 };

    memset(out, 0, (size_t)p->in_size * sizeof(T));
    for (int64_t line = 0; line < lines; line++) {
        FN(sum_row)(p, NULL, at, 0, (const T *)gradient + line * n, NULL, out);
        for (int i = last - 1; i >= 0 && ++at[i] == p->s.out[i]; i--)
            at[i] = 0;
    }
}
