/*
 * Matrix products in plain C for one C type.  The includer defines T (what is stored and summed;
 * unsigned for integers, so that they wrap), SCALED(x, alpha) and FN(name).
 */

/* One row of C: sums of rows of B; the inner loop runs along both. */
static void FN(row)(const og_gemm_args *g, int64_t i, T *c)
{
    const T *a = g->a, *b = g->b;
    const int64_t step = g->trans_a ? g->lda : 1;
    const T *row = a + i * (g->trans_a ? 1 : g->lda);

    for (int64_t p = 0; p < g->k; p++) {
        const T x = row[p * step];
        const T *y = b + p * g->ldb;

        OG_SIMD
        for (int64_t j = 0; j < g->n; j++)
            c[j] = (T)(c[j] + x * y[j]);
    }
}

/* The same with B transposed: each element is the product of two rows. */
static void FN(row_dots)(const og_gemm_args *g, int64_t i, T *c)
{
    const T *a = g->a, *b = g->b;
    const int64_t step = g->trans_a ? g->lda : 1;
    const T *row = a + i * (g->trans_a ? 1 : g->lda);

    for (int64_t j = 0; j < g->n; j++) {
        const T *y = b + j * g->ldb;
        T sum = 0;

        for (int64_t p = 0; p < g->k; p++)
            sum = (T)(sum + row[p * step] * y[p]);
        c[j] = (T)(c[j] + sum);
    }
}

static void FN(product)(const og_gemm_args *g)
{
    enum { STRIP = 512 };
    T sums[STRIP];

    for (int64_t i = 0; i < g->m; i++) {
        T *c = (T *)g->c + i * g->ldc;

        for (int64_t from = 0; from < g->n; from += STRIP) {
            const int64_t n = g->n - from < STRIP ? g->n - from : STRIP;
            og_gemm_args strip = *g;

            strip.n = n;
            strip.b = (const T *)g->b + from * (g->trans_b ? g->ldb : 1);
            memset(sums, 0, (size_t)n * sizeof(T));
            if (g->trans_b)
                FN(row_dots)(&strip, i, sums);
            else
                FN(row)(&strip, i, sums);
            for (int64_t j = 0; j < n; j++) {
                const T x = SCALED(sums[j], g->alpha);

                c[from + j] = g->add ? (T)(c[from + j] + x) : x;
            }
        }
    }
}

/* C becomes beta times a matrix that is read with any strides (0 repeats). */
static void FN(fill)(const og_gemm_args *g, const void *from, int64_t row, int64_t column,
                     double beta)
{
    const T *x = from;

    for (int64_t i = 0; i < g->m; i++, x += row) {
        T *c = (T *)g->c + i * g->ldc;

        if (beta == 1 && column == 1)
            memcpy(c, x, (size_t)g->n * sizeof(T));
        else
            for (int64_t j = 0; j < g->n; j++)
                c[j] = SCALED(x[j * column], beta);
    }
}
#undef T
#undef FN
#undef SCALED
