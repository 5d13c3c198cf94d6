/*
 * Products by tiles for one C type.  The includer defines T and FN(name), and has turn.h.
 *
 * B is taken in panels of one tile's width and DEPTH rows: where it lies if its rows are whole
 * there and few tiles use them, else copied (turned, scaled, zeros behind the last column).  A is
 * broadcast, so any strides will do.
 */

enum { FN(DEPTH) = 256, FN(WIDTH) = 128 / sizeof(T), FN(ROWS) = 14, FN(LEAST_ROWS) = 112 };

typedef struct {
    const og_gemm_args *g;
    const og_tiles *tiles;
    const T *a;
    int64_t a_row, a_k;
    bool pack;
} FN(gemm);

/* Rows k .. k + depth and columns j .. j + columns of B as to[row][lane]. */
static void FN(pack)(const FN(gemm) * s, int64_t k, int64_t depth, int64_t j, int64_t columns,
                     int64_t lanes, T *to)
{
    const og_gemm_args *g = s->g;
    const T *b = g->b, alpha = (T)g->alpha;

    if (columns < lanes)
        memset(to, 0, (size_t)(depth * lanes) * sizeof(T));
    if (g->trans_b)
        FN(turn)(b + j * g->ldb + k, g->ldb, columns, depth, NULL, to, lanes);
    else
        for (int64_t p = 0; p < depth; p++)
            memcpy(to + p * lanes, b + (k + p) * g->ldb + j, (size_t)columns * sizeof(T));
    if (alpha != 1) {
        OG_SIMD
        for (int64_t i = 0; i < depth * lanes; i++)
            to[i] *= alpha;
    }
}

/* One tile whose last columns are not there: by way of a whole one. */
static void FN(ragged)(og_tile_product *t, int64_t columns)
{
    const bool add = t->add;
    const int64_t ldc = t->ldc;
    T whole[FN(ROWS) * FN(WIDTH)], *c = t->c;

    t->add = false;
    t->c = whole;
    t->ldc = FN(WIDTH);
    for (int r = 0; r < t->rows && add; r++)
        memcpy(whole + r * FN(WIDTH), c + r * ldc, (size_t)columns * sizeof(T));
    t->add = add;
    og_tiles_of(sizeof(T) == 4 ? OG_FLOAT : OG_DOUBLE)->product(t);
    for (int r = 0; r < t->rows; r++)
        memcpy(c + r * ldc, whole + r * FN(WIDTH), (size_t)columns * sizeof(T));
    t->ldc = ldc;
}

/* All rows of C in one panel. */
static void FN(panel)(const FN(gemm) * s, int64_t k, int64_t depth, int64_t j, int64_t columns)
{
    const og_gemm_args *g = s->g;
    const int64_t most = s->tiles->rows, blocks = (g->m + most - 1) / most, width = s->tiles->width;
    const int64_t lanes = columns <= width / 2 ? width / 2 : width;
    T copy[FN(DEPTH) * FN(WIDTH)];
    og_tile_product t = { .narrow = lanes < width,
                          .runs = 1,
                          .k = depth,
                          .a_row = s->a_row,
                          .a_k = s->a_k,
                          .b = copy,
                          .b_k = lanes,
                          .ldc = g->ldc,
                          .add = g->add || k > 0 };

    if (s->pack || columns < lanes) {
        FN(pack)(s, k, depth, j, columns, lanes, copy);
    } else {
        t.b = (const T *)g->b + k * g->ldb + j;
        t.b_k = g->ldb;
    }
    for (int64_t block = 0; block < blocks; block++) {
        const int64_t i = g->m * block / blocks;

        t.rows = (int)(g->m * (block + 1) / blocks - i);
        t.a = s->a + i * s->a_row + k * s->a_k;
        t.c = (T *)g->c + i * g->ldc + j;
        if (columns < lanes)
            FN(ragged)(&t, columns);
        else
            s->tiles->product(&t);
    }
}

static void FN(block)(const og_gemm_args *g)
{
    const og_tiles *tiles = og_tiles_of(sizeof(T) == 4 ? OG_FLOAT : OG_DOUBLE);
    const FN(gemm) s = { .g = g,
                         .tiles = tiles,
                         .a = g->a,
                         .a_row = g->trans_a ? 1 : g->lda,
                         .a_k = g->trans_a ? g->lda : 1,
                         .pack = g->trans_b || (T)g->alpha != 1 || g->m > 4 * tiles->rows };

    for (int64_t j = 0; j < g->n; j += tiles->width) {
        const int64_t columns = g->n - j < tiles->width ? g->n - j : tiles->width;

        for (int64_t k = 0; k < g->k; k += FN(DEPTH))
            FN(panel)(&s, k, g->k - k < FN(DEPTH) ? g->k - k : FN(DEPTH), j, columns);
    }
}

/* Rows of A that stay in the cache while all panels of B pass. */
static void FN(tiled)(const og_gemm_args *g)
{
    const int64_t fit = (1 << 19) / (int64_t)sizeof(T) / g->k;
    const int64_t rows = fit < FN(LEAST_ROWS) ? FN(LEAST_ROWS) : fit;
    const int64_t blocks = (g->m + rows - 1) / rows;

    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = g->m * b / blocks;
        og_gemm_args part = *g;

        part.m = g->m * (b + 1) / blocks - first;
        part.a = (const T *)g->a + first * (g->trans_a ? 1 : g->lda);
        part.c = (T *)g->c + first * g->ldc;
        FN(block)(&part);
    }
}
#undef T
#undef FN
