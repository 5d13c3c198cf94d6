/* Weighted sums along an axis for one C type; the includer defines T and FN(name). */

/* Rows of `inner` numbers: sums run along the rows. */
static void FN(blend_rows)(const double *w, int64_t n, const T *x, T *y, int64_t inner)
{
    const T first = n ? (T)w[0] : 0, second = n > 1 ? (T)w[1] : 0;

    if (n == 2)
        OG_SIMD
    for (int64_t i = 0; i < inner; i++)
        y[i] = first * x[i] + second * x[inner + i];
    else if (n) OG_SIMD for (int64_t i = 0; i < inner; i++) y[i] = first * x[i];
    else memset(y, 0, (size_t)inner * sizeof(T));
    for (int64_t k = n == 2 ? 2 : 1; k < n; k++) {
        const T weight = (T)w[k];

        OG_SIMD
        for (int64_t i = 0; i < inner; i++)
            y[i] += weight * x[k * inner + i];
    }
}

static void FN(blend)(const og_blend *b, const og_blend_part *p, const T *x, T *y)
{
    for (int64_t u = 0; u < p->outer; u++, x += p->rows * p->inner)
        for (int64_t o = p->begin; o < p->end; o++, y += p->inner) {
            const int64_t n = b->start[o + 1] - b->start[o];
            const double *w = b->weight + b->start[o];
            const T *at = x + (n ? b->first[o] - p->origin : 0) * p->inner;

            if (b->outside && b->outside[o]) {
                for (int64_t i = 0; i < p->inner; i++)
                    y[i] = (T)b->value;
            } else if (p->inner == 1) {
                T sum = 0;

                for (int64_t k = 0; k < n; k++)
                    sum += (T)w[k] * at[k];
                *y = sum;
            } else {
                FN(blend_rows)(w, n, at, y, p->inner);
            }
        }
}
#undef T
#undef FN
