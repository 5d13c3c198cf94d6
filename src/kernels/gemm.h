/*
 * gemm: products of matrices, C = alpha op(A) op(B) or C += alpha op(A) op(B), in one thread.
 *
 * Large ones go to OpenBLAS where the library was built with it.  The caller shares a product out
 * over threads by tiles whose bounds depend on the sizes alone, so the bits are the same for any
 * number of threads.
 */
#ifndef OG_GEMM_H
#define OG_GEMM_H

#include "base/base.h"

/* A is [m, k] as it enters the product: stored [m, k] with row stride lda, or [k, m] when
 * `trans_a`; B is [k, n] or, when `trans_b`, stored [n, k].  Strides count elements.  int32 and
 * int64 wrap around. */
typedef struct og_gemm_args {
    og_elem elem; /* float, double, int32 or int64 */
    bool trans_a, trans_b;
    bool add; /* to what C holds; otherwise C is only written */
    double alpha;
    int64_t m, n, k;
    const void *a;
    int64_t lda;
    const void *b;
    int64_t ldb;
    void *c;
    int64_t ldc;
} og_gemm_args;

void og_gemm_run(const og_gemm_args *g);

/* The same for float and double by our own tiles, k > 0. */
void og_gemm_tiled(const og_gemm_args *g);

/* Writes beta times a matrix over C: element (i, j) is from[i * row + j * column], a step of 0
 * repeats. */
void og_gemm_fill(const og_gemm_args *g, const void *from, int64_t row, int64_t column,
                  double beta);

/* How a product of m by n by k is cut: into `down` by `across` tiles of `rows` by `columns` (the
 * last ones smaller), none where m or n is 0. */
typedef struct og_gemm_tiles {
    int64_t rows, columns, down, across;
} og_gemm_tiles;
og_gemm_tiles og_gemm_split(int64_t m, int64_t n, int64_t k);

/* The product that makes tile i of `g`; its pointers lie inside g's. */
og_gemm_args og_gemm_tile(const og_gemm_args *g, const og_gemm_tiles *tiles, int64_t i);

/* About the nanoseconds that one core needs for a product. */
double og_gemm_cost(int64_t m, int64_t n, int64_t k);

/* The number of threads that OpenBLAS uses by itself, for the whole process; nothing without
 * OpenBLAS. */
void og_blas_threads(int n);

#endif
