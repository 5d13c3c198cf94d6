/* Speed of matrix products: our tiles beside OpenBLAS, on the shapes of the zoo's training steps.
 */
#include "products.h"

#include "kernels/gemm.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>

#ifdef OG_HAVE_OPENBLAS
#include <cblas.h>
#endif

typedef struct {
    const char *what;
    int64_t m, n, k;
    bool trans_a, trans_b;
} shape;

static const shape shapes[] = {
    { "mlp fc1", 64, 128, 784, false, true },
    { "mlp fc1 dW", 128, 784, 64, true, false },
    { "mlp fc2", 64, 10, 128, false, true },
    { "mlp fc2 dx", 64, 128, 10, false, false },
    { "mlp fc2 dW", 10, 128, 64, true, false },
    { "mlp512 fc1", 128, 512, 784, false, true },
    { "mlp512 fc1 dW", 512, 784, 128, true, false },
    { "mlp512 fc2", 128, 512, 512, false, true },
    { "mlp512 fc2 dx", 128, 512, 512, false, false },
    { "mlp512 fc2 dW", 512, 512, 128, true, false },
    { "mlp512 fc3", 128, 10, 512, false, true },
    { "mlp512 fc3 dx", 128, 512, 10, false, false },
    { "mlp512 fc3 dW", 10, 512, 128, true, false },
    { "lenet fc1", 64, 128, 3136, false, true },
    { "lenet fc1 dx", 64, 3136, 128, false, false },
    { "lenet fc1 dW", 128, 3136, 64, true, false },
    { "digits fc1", 64, 64, 64, false, true },
    { "gpt qkv", 1024, 384, 128, false, true },
    { "gpt qkv dW", 384, 128, 1024, true, false },
    { "gpt scores", 128, 128, 32, false, true },
    { "gpt values", 128, 32, 128, false, false },
    { "gpt mlp", 1024, 512, 128, false, true },
    { "gpt mlp dx", 1024, 128, 512, false, false },
    { "gpt head", 1024, 65, 128, false, true },
    { "lstm step", 32, 512, 128, false, true },
    { "one row", 1, 512, 784, false, true },
    { "columns 16", 1024, 16, 144, false, false },
    { "square 8", 8, 8, 8, false, false },
    { "square 256", 256, 256, 256, false, false },
    { "square 1024", 1024, 1024, 1024, false, false },
};

#ifdef OG_HAVE_OPENBLAS
static void openblas(const og_gemm_args *g)
{
    cblas_sgemm(CblasRowMajor, g->trans_a ? CblasTrans : CblasNoTrans,
                g->trans_b ? CblasTrans : CblasNoTrans, (int)g->m, (int)g->n, (int)g->k, 1, g->a,
                (int)g->lda, g->b, (int)g->ldb, 0, g->c, (int)g->ldc);
}
#endif

/* As a step runs it: in the parts that threads would share. */
static void chosen(const og_gemm_args *g)
{
    const og_gemm_tiles tiles = og_gemm_split(g->m, g->n, g->k);

    for (int64_t i = 0; i < tiles.down * tiles.across; i++) {
        const og_gemm_args tile = og_gemm_tile(g, &tiles, i);

        og_gemm_run(&tile);
    }
}

static float *numbers(int64_t n)
{
    og_philox random = { .seed = 5 };
    float *x = og_calloc((size_t)n, sizeof *x);

    for (int64_t i = 0; x && i < n; i++)
        x[i] = (float)og_philox_normal(&random);
    return x;
}

static double seconds(void (*product)(const og_gemm_args *), const og_gemm_args *g, int times)
{
    const double start = og_seconds();

    for (int i = 0; i < times; i++)
        product(g);
    return (og_seconds() - start) / times;
}

/* Alternately, so that a busy moment of the machine hurts all alike. */
static void bench_one(const shape *s)
{
    const int64_t m = s->m, n = s->n, k = s->k;
    void (*const products[])(const og_gemm_args *) = {
        chosen,
        og_gemm_tiled,
#ifdef OG_HAVE_OPENBLAS
        openblas,
#endif
    };
    enum { COUNT = sizeof products / sizeof *products };
    const double flops = 2 * (double)m * (double)n * (double)k;
    const int times = (int)fmin(1000, 1 + 2e7 / flops);
    float *a = numbers(m * k), *b = numbers(k * n), *c = numbers(m * n);
    const og_gemm_args g = { .elem = OG_FLOAT,
                             .trans_a = s->trans_a,
                             .trans_b = s->trans_b,
                             .alpha = 1,
                             .m = m,
                             .n = n,
                             .k = k,
                             .a = a,
                             .lda = s->trans_a ? m : k,
                             .b = b,
                             .ldb = s->trans_b ? k : n,
                             .c = c,
                             .ldc = n };
    double best[COUNT] = { 0 };

    for (int round = 0; a && b && c && round < 60; round++)
        for (int i = 0; i < COUNT; i++)
            best[i] = fmax(best[i], flops / seconds(products[i], &g, times) / 1e9);
    printf("%-14s %4lldx%-4lldx%-4lld %s%s", s->what, (long long)m, (long long)n, (long long)k,
           s->trans_a ? "T" : "N", s->trans_b ? "T" : "N");
    for (int i = 0; i < COUNT; i++)
        printf(" %9.1f", best[i]);
    printf("\n");
    og_free(a), og_free(b), og_free(c);
}

void bench_products(void)
{
    og_blas_threads(1);
    printf("GF/s, %s      m    n    k       chosen     tiles  OpenBLAS\n", og_kernels_get()->isa);
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        bench_one(&shapes[i]);
}
