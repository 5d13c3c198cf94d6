/*
 * Maxima of windows for one C type.  The includer defines T, LOWEST, TAKES(v, best) and FN(name),
 * all of which stay.
 *
 * A row of the result is made at a time: for each kernel position in order, the elements that it
 * reads form a line with the stride as step.  A later element replaces the best only if it is
 * greater, so the first of equals wins; a NaN replaces everything.
 */

enum { FN(ROW) = 256 };

/* One kernel position along a line: best[j] and tap[j] against from[j * step]. */
OG_INLINE void FN(max_line)(const T *from, const int64_t step, int64_t n, int32_t k, T *best,
                            int32_t *tap)
{
    OG_SIMD
    for (int64_t j = 0; j < n; j++) {
        const T v = from[j * step];
        const bool takes = TAKES(v, best[j]);

        best[j] = takes ? v : best[j];
        tap[j] = takes ? k : tap[j];
    }
}

/* Positions x0 .. x0 + n of one row: the maxima, and which kernel position gave them, -1 where none
 * is inside. */
static void FN(max_row)(const og_pool *p, const T *x, const int64_t *at, int64_t x0, int64_t n,
                        T *best, int32_t *tap)
{
    const og_conv_shape *s = &p->s;
    const int last = s->rank - 1;
    int64_t k[OG_MAX_RANK], taps = 1;

    for (int64_t j = 0; j < n; j++) {
        best[j] = LOWEST;
        tap[j] = -1;
    }
    for (int i = 0; i < last; i++) {
        k[i] = p->k_low[p->first[i] + at[i]];
        taps *= p->k_high[p->first[i] + at[i]] - k[i];
    }
    for (int64_t t = 0; t < taps; t++) {
        int64_t place = 0, number = 0;

        for (int i = 0; i < last; i++) {
            place = place * s->in[i] + at[i] * s->stride[i] - s->before[i] + k[i] * s->dilation[i];
            number = number * s->kernel[i] + k[i];
        }
        for (int64_t kx = 0; kx < s->kernel[last]; kx++) {
            int64_t low, high;
            const T *from;

            pool_range(s, kx, x0, n, &low, &high);
            from = x + place * s->in[last] + (x0 + low) * s->stride[last] - s->before[last] +
                   kx * s->dilation[last];
            if (low < high && s->stride[last] == 1)
                FN(max_line)
            (from, 1, high - low, (int32_t)(number * s->kernel[last] + kx), best + low, tap + low);
            else if (low < high)
                FN(max_line)(from, s->stride[last], high - low,
                             (int32_t)(number * s->kernel[last] + kx), best + low, tap + low);
        }
        for (int i = last - 1; i >= 0 && ++k[i] == p->k_high[p->first[i] + at[i]]; i--)
            k[i] = p->k_low[p->first[i] + at[i]];
    }
}

static void FN(max_pairs)(const og_pool *p, const T *x, T *y)
{
    const int64_t width = p->s.in[1], n = p->s.out[1];

    for (int64_t i = 0; i < p->s.out[0]; i++, x += 2 * width, y += n) {
        const T *a = x, *b = x + width;
        const int64_t count = pool_pairs(p, i);

        OG_SIMD
        for (int64_t j = 0; j < count; j++) {
            T best = a[2 * j];

            best = TAKES(a[2 * j + 1], best) ? a[2 * j + 1] : best;
            best = TAKES(b[2 * j], best) ? b[2 * j] : best;
            y[j] = TAKES(b[2 * j + 1], best) ? b[2 * j + 1] : best;
        }
    }
}

static void FN(max)(const og_pool *p, const void *in, void *out, int64_t *indices, int64_t index)
{
    const og_conv_shape *s = &p->s;
    const int last = s->rank - 1;
    const int64_t lines = s->out[last] > 0 ? p->out_size / s->out[last] : 0;
    int64_t at[OG_MAX_RANK] = { 0 };
    T *y = out;

    if (p->pairs && !indices) {
        FN(max_pairs)(p, in, out);
        return;
    }
    for (int64_t line = 0; line < lines; line++) {
        for (int64_t x0 = 0; x0 < s->out[last]; x0 += FN(ROW)) {
            const int64_t left = s->out[last] - x0, n = left < FN(ROW) ? left : FN(ROW);
            int32_t tap[FN(ROW)];
            T best[FN(ROW)];

            FN(max_row)(p, in, at, x0, n, best, tap);
            if (y)
                memcpy(y + line * s->out[last] + x0, best, (size_t)n * sizeof(T));
            for (int64_t j = 0; indices && j < n; j++) {
                at[last] = x0 + j;
                indices[line * s->out[last] + x0 + j] =
                    tap[j] < 0 ? -1 : index + pool_place(s, at, tap[j], p->column_major);
            }
        }
        at[last] = 0;
        for (int i = last - 1; i >= 0 && ++at[i] == s->out[i]; i--)
            at[i] = 0;
    }
}
