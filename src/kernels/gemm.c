/*
 * Matrix products: our own tiles for float and double, OpenBLAS for products with vectors and with
 * so few columns that tiles would be half empty, plain loops for integers and for alpha = 0, on
 * which kernels disagree about NaN.
 */
#include "kernels/gemm.h"
#include "kernels/simd.h"

#ifdef OG_HAVE_OPENBLAS
#include <cblas.h>
#endif

enum { FEW_COLUMNS = 12, BIG = 512, BIG_ROWS = 256 };

#define T float
#define FN(name) float_##name
#define SCALED(x, alpha) ((float)((alpha) * (double)(x)))
#include "kernels/gemm_loops.h"

#define T double
#define FN(name) double_##name
#define SCALED(x, alpha) ((alpha) * (x))
#include "kernels/gemm_loops.h"

#define T uint32_t
#define FN(name) int32_##name
#define SCALED(x, alpha) ((alpha) == 1 ? (x) : (uint32_t)(int32_t)((alpha) * (int32_t)(x)))
#include "kernels/gemm_loops.h"

#define T uint64_t
#define FN(name) int64_##name
#define SCALED(x, alpha) ((alpha) == 1 ? (x) : (uint64_t)(int64_t)((alpha) * (double)(int64_t)(x)))
#include "kernels/gemm_loops.h"

static void plain_product(const og_gemm_args *g)
{
    switch (g->elem) {
    case OG_FLOAT:
        float_product(g);
        break;
    case OG_DOUBLE:
        double_product(g);
        break;
    case OG_INT32:
        int32_product(g);
        break;
    default:
        int64_product(g);
        break;
    }
}

#ifdef OG_HAVE_OPENBLAS

static void zero_rows(const og_gemm_args *g, size_t size)
{
    for (int64_t i = 0; i < g->m; i++)
        memset((char *)g->c + (size_t)(i * g->ldc) * size, 0, (size_t)g->n * size);
}

/* One row or one column of C is a matrix times a vector.  C is zeroed first and added to, because
 * the beta = 0 of a gemv may read what C holds. */
static bool blas_vector(const og_gemm_args *g)
{
    const bool row = g->m == 1;
    const bool trans = row ? !g->trans_b : g->trans_a;
    const void *matrix = row ? g->b : g->a, *vector = row ? g->a : g->b;
    const int64_t ld = row ? g->ldb : g->lda;
    const int64_t inputs = g->k, outputs = row ? g->n : g->m;
    const int64_t step = row ? (g->trans_a ? g->lda : 1) : (g->trans_b ? 1 : g->ldb);
    const int rows = (int)(trans ? inputs : outputs), columns = (int)(trans ? outputs : inputs);
    const int to = row ? 1 : (int)g->ldc;

    if (g->m != 1 && g->n != 1)
        return false;
    if (!g->add)
        zero_rows(g, g->elem == OG_FLOAT ? sizeof(float) : sizeof(double));
    if (g->elem == OG_FLOAT)
        cblas_sgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, rows, columns,
                    (float)g->alpha, matrix, (int)ld, vector, (int)step, 1, g->c, to);
    else
        cblas_dgemv(CblasRowMajor, trans ? CblasTrans : CblasNoTrans, rows, columns, g->alpha,
                    matrix, (int)ld, vector, (int)step, 1, g->c, to);
    return true;
}

static void blas_product(const og_gemm_args *g)
{
    const int a = g->trans_a ? CblasTrans : CblasNoTrans,
              b = g->trans_b ? CblasTrans : CblasNoTrans;
    const int m = (int)g->m, n = (int)g->n, k = (int)g->k;
    const int lda = (int)g->lda, ldb = (int)g->ldb, ldc = (int)g->ldc;

    if (blas_vector(g))
        return;
    if (g->elem == OG_FLOAT)
        cblas_sgemm(CblasRowMajor, (CBLAS_TRANSPOSE)a, (CBLAS_TRANSPOSE)b, m, n, k, (float)g->alpha,
                    g->a, lda, g->b, ldb, g->add ? 1 : 0, g->c, ldc);
    else
        cblas_dgemm(CblasRowMajor, (CBLAS_TRANSPOSE)a, (CBLAS_TRANSPOSE)b, m, n, k, g->alpha, g->a,
                    lda, g->b, ldb, g->add ? 1 : 0, g->c, ldc);
}

/* What OpenBLAS does faster than the tiles. */
static bool blas_takes(const og_gemm_args *g)
{
    const bool vector = g->m == 1 || g->n <= FEW_COLUMNS;
    const bool big = g->m >= BIG_ROWS && g->n >= BIG && g->k >= BIG;

    return (vector || big) && g->m <= INT32_MAX && g->n <= INT32_MAX && g->k <= INT32_MAX &&
           g->lda <= INT32_MAX && g->ldb <= INT32_MAX && g->ldc <= INT32_MAX;
}

void og_blas_threads(int n)
{
    openblas_set_num_threads(n);
}

#else

static bool blas_takes(const og_gemm_args *g)
{
    (void)g;
    return false;
}

static void blas_product(const og_gemm_args *g)
{
    (void)g;
}

void og_blas_threads(int n)
{
    (void)n;
}

#endif

void og_gemm_run(const og_gemm_args *g)
{
    const bool real = g->elem == OG_FLOAT || g->elem == OG_DOUBLE;

    if (g->m == 0 || g->n == 0)
        return;
    if (!real || (float)g->alpha == 0 || g->k == 0)
        plain_product(g);
    else if (blas_takes(g))
        blas_product(g);
    else
        og_gemm_tiled(g);
}

void og_gemm_fill(const og_gemm_args *g, const void *from, int64_t row, int64_t column, double beta)
{
    switch (g->elem) {
    case OG_FLOAT:
        float_fill(g, from, row, column, beta);
        break;
    case OG_DOUBLE:
        double_fill(g, from, row, column, beta);
        break;
    case OG_INT32:
        int32_fill(g, from, row, column, beta);
        break;
    default:
        int64_fill(g, from, row, column, beta);
        break;
    }
}

/* Tiles of at least 2 MFLOP and at most 32 of them, along the longer side, whose bounds fit the
 * tiles in registers.  Rows are divided into larger parts than columns, because each part copies
 * the whole of B. */
og_gemm_tiles og_gemm_split(int64_t m, int64_t n, int64_t k)
{
    const double work = 2.0 * (double)m * (double)n * (double)k, wanted = work / 2e6;
    const int64_t parts = wanted < 1 ? 1 : wanted > 32 ? 32 : (int64_t)wanted;
    const int64_t step = m > n ? 112 : 64;
    og_gemm_tiles t = { .rows = m, .columns = n, .down = m > 0 && n > 0, .across = m > 0 && n > 0 };
    int64_t *size = m > n ? &t.rows : &t.columns, *count = m > n ? &t.down : &t.across;
    int64_t each = (*size + parts - 1) / parts;

    each = (each + step - 1) / step * step;
    if (m >= BIG && n >= BIG && k >= BIG)
        return (og_gemm_tiles){ .rows = BIG_ROWS,
                                .columns = BIG,
                                .down = (m + BIG_ROWS - 1) / BIG_ROWS,
                                .across = (n + BIG - 1) / BIG };
    if (parts > 1 && each < *size) {
        *count = (*size + each - 1) / each;
        *size = each;
    }
    return t;
}

og_gemm_args og_gemm_tile(const og_gemm_args *g, const og_gemm_tiles *tiles, int64_t i)
{
    const int64_t row = i / tiles->across * tiles->rows,
                  column = i % tiles->across * tiles->columns;
    const size_t size = g->elem == OG_FLOAT || g->elem == OG_INT32 ? 4 : 8;
    og_gemm_args tile = *g;

    tile.m = g->m - row < tiles->rows ? g->m - row : tiles->rows;
    tile.n = g->n - column < tiles->columns ? g->n - column : tiles->columns;
    tile.a = (const char *)g->a + (size_t)(row * (g->trans_a ? 1 : g->lda)) * size;
    tile.b = (const char *)g->b + (size_t)(column * (g->trans_b ? g->ldb : 1)) * size;
    tile.c = (char *)g->c + (size_t)(row * g->ldc + column) * size;
    return tile;
}

double og_gemm_cost(int64_t m, int64_t n, int64_t k)
{
    return 50 + (double)m * (double)n * (double)k / 40;
}
