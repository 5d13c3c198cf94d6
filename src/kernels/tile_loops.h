/*
 * Tiles for one C type.  The includer defines T, FN(name) and, once for all types, TILE_ROWS and
 * TILE_BYTES.
 *
 * The row loops are unrolled for each number of rows, so that the sums stay in registers.
 */

typedef T FN(vector) __attribute__((vector_size(TILE_BYTES), aligned(sizeof(T)), may_alias));
enum { FN(LANES) = TILE_BYTES / sizeof(T) };

OG_INLINE void FN(put)(T *c, FN(vector) sum, bool add)
{
    FN(vector) *to = (FN(vector) *)c;

    if (add)
        sum += *to;
    *to = sum;
}

OG_INLINE void FN(gather_rows)(const int rows, int64_t k, const T *a, const T *b,
                               const int64_t *offsets, bool add, T *c, int64_t ldc)
{
    FN(vector) sum[TILE_ROWS][2];

#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = (FN(vector)){ 0 };
    for (int64_t p = 0; p < k; p++, a += rows) {
        const T *at = b + offsets[p];
        const FN(vector) b0 = *(const FN(vector) *)at, b1 = *(const FN(vector) *)(at + FN(LANES));

#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            sum[r][0] += a[r] * b0;
            sum[r][1] += a[r] * b1;
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        FN(put)(c + r * ldc, sum[r][0], add);
        FN(put)(c + r * ldc + FN(LANES), sum[r][1], add);
    }
}

OG_INLINE void FN(product_rows)(const int rows, const og_tile_product *p)
{
    const T *a_run = p->a, *b_run = p->b;
    const int64_t a_k = p->a_k, b_k = p->b_k, a_row = p->a_row;
    FN(vector) sum[TILE_ROWS][2];
    T *c = p->c;

#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        sum[r][0] = sum[r][1] = (FN(vector)){ 0 };
    for (int64_t run = 0; run < p->runs; run++, a_run += p->a_run, b_run += p->b_run) {
        const T *a = a_run, *b = b_run;

        for (int64_t i = 0; i < p->k; i++, a += a_k, b += b_k) {
            const FN(vector) b0 = *(const FN(vector) *)b, b1 = *(const FN(vector) *)(b + FN(LANES));

#pragma GCC unroll 16
            for (int r = 0; r < rows; r++) {
                sum[r][0] += a[r * a_row] * b0;
                sum[r][1] += a[r * a_row] * b1;
            }
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
        FN(put)(c + r * p->ldc, sum[r][0], p->add);
        FN(put)(c + r * p->ldc + FN(LANES), sum[r][1], p->add);
    }
}

/* One vector of columns. */
OG_INLINE void FN(narrow_rows)(const int rows, const og_tile_product *p)
{
    const T *a_run = p->a, *b_run = p->b;
    const int64_t a_k = p->a_k, b_k = p->b_k, a_row = p->a_row;
    FN(vector) sum[TILE_ROWS];
    T *c = p->c;

#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        sum[r] = (FN(vector)){ 0 };
    for (int64_t run = 0; run < p->runs; run++, a_run += p->a_run, b_run += p->b_run) {
        const T *a = a_run, *b = b_run;

        for (int64_t i = 0; i < p->k; i++, a += a_k, b += b_k) {
            const FN(vector) b0 = *(const FN(vector) *)b;

#pragma GCC unroll 16
            for (int r = 0; r < rows; r++)
                sum[r] += a[r * a_row] * b0;
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
        FN(put)(c + r * p->ldc, sum[r], p->add);
}

OG_INLINE void FN(dot_lines)(const int lines, int64_t n, const T *a, const T *b,
                             const int64_t *offsets, T *sums)
{
    FN(vector) sum[TILE_DOTS];

#pragma GCC unroll 16
    for (int t = 0; t < lines; t++)
        sum[t] = (FN(vector)){ 0 };
    for (int64_t i = 0; i < n; i += FN(LANES)) {
        const FN(vector) x = *(const FN(vector) *)(a + i);

#pragma GCC unroll 16
        for (int t = 0; t < lines; t++)
            sum[t] += x * *(const FN(vector) *)(b + offsets[t] + i);
    }
    for (int t = 0; t < lines; t++)
        for (int j = 0; j < FN(LANES); j++)
            sums[t] += sum[t][j];
}

static void FN(dots)(int64_t n, const void *a, const void *b, const int64_t *offsets, int64_t count,
                     void *sums)
{
    int64_t t = 0;

    for (; t + TILE_DOTS <= count; t += TILE_DOTS)
        FN(dot_lines)(TILE_DOTS, n, a, b, offsets + t, (T *)sums + t);
    for (; t < count; t++)
        FN(dot_lines)(1, n, a, b, offsets + t, (T *)sums + t);
}

static void FN(gather)(int rows, int64_t k, const void *a, const void *b, const int64_t *offsets,
                       bool add, void *c, int64_t ldc)
{
    switch (rows) {
#define TILE_CASE(n)                                                                               \
    case n:                                                                                        \
        FN(gather_rows)(n, k, a, b, offsets, add, c, ldc);                                         \
        break;
        TILE_CASES
#undef TILE_CASE
    }
}

static void FN(product)(const og_tile_product *p)
{
    switch (p->narrow ? -p->rows : p->rows) {
#define TILE_CASE(n)                                                                               \
    case n:                                                                                        \
        FN(product_rows)(n, p);                                                                    \
        break;                                                                                     \
    case -(n):                                                                                     \
        FN(narrow_rows)(n, p);                                                                     \
        break;
        TILE_CASES
#undef TILE_CASE
    }
}

static const og_tiles FN(tiles) = {
    .rows = TILE_ROWS,
    .width = 2 * FN(LANES),
    .product = FN(product),
    .gather = FN(gather),
    .dots = FN(dots),
};
#undef T
#undef FN
