/* Matrix products against sums written as the definition reads: all types, transposes, strides,
 * factors, NaN. */
#include "kernels/gemm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { GAP = 3 }; /* extra elements in each row, which must stay as they are */

static void set(void *x, og_elem elem, int64_t i, double number)
{
    og_tensor view = og_tensor_view(elem, 1, &(int64_t){ i + 1 }, x);

    og_set_double(&view, i, number);
}

static double get(const void *x, og_elem elem, int64_t i)
{
    const og_tensor view = og_tensor_view(elem, 1, &(int64_t){ i + 1 }, (void *)(uintptr_t)x);

    return og_get_double(&view, i);
}

static void *matrix(og_elem elem, int64_t rows, int64_t columns, uint64_t seed)
{
    og_philox random = { .seed = seed };
    void *x = og_calloc((size_t)(rows * (columns + GAP)) + 1, 8);

    for (int64_t i = 0; i < rows * (columns + GAP); i++)
        set(x, elem, i, floor(og_philox_uniform(&random) * 19) - 9);
    return x;
}

typedef struct {
    int64_t m, n, k;
} size;

static void one(og_elem elem, size s, bool ta, bool tb, bool add, double alpha, bool tiled)
{
    void *a = ta ? matrix(elem, s.k, s.m, 1) : matrix(elem, s.m, s.k, 1);
    void *b = tb ? matrix(elem, s.n, s.k, 2) : matrix(elem, s.k, s.n, 2);
    void *c = matrix(elem, s.m, s.n, 3), *old = matrix(elem, s.m, s.n, 3);
    const int64_t lda = (ta ? s.m : s.k) + GAP, ldb = (tb ? s.k : s.n) + GAP, ldc = s.n + GAP;
    const og_gemm_args g = { .elem = elem,
                             .trans_a = ta,
                             .trans_b = tb,
                             .add = add,
                             .alpha = alpha,
                             .m = s.m,
                             .n = s.n,
                             .k = s.k,
                             .a = a,
                             .lda = lda,
                             .b = b,
                             .ldb = ldb,
                             .c = c,
                             .ldc = ldc };

    if (tiled)
        og_gemm_tiled(&g);
    else
        og_gemm_run(&g);
    for (int64_t i = 0; i < s.m; i++)
        for (int64_t j = 0; j < ldc; j++) {
            double want = get(old, elem, i * ldc + j), sum = 0;

            for (int64_t p = 0; p < s.k && j < s.n; p++)
                sum += get(a, elem, ta ? p * lda + i : i * lda + p) *
                       get(b, elem, tb ? j * ldb + p : p * ldb + j);
            if (j < s.n)
                want = (add ? want : 0) + alpha * sum;
            if (get(c, elem, i * ldc + j) != want)
                fail_msg("%s %lldx%lldx%lld ta %d tb %d add %d alpha %g: element %lld %lld is "
                         "%.9g, expected %.9g",
                         og_elem_name(elem), (long long)s.m, (long long)s.n, (long long)s.k, ta, tb,
                         add, alpha, (long long)i, (long long)j, get(c, elem, i * ldc + j), want);
        }
    og_free(a), og_free(b), og_free(c), og_free(old);
}

/* Small whole numbers, so that every order of summing gives the same bits. */
static void test_products(void **state)
{
    static const size sizes[] = { { 1, 1, 1 },    { 3, 5, 7 },   { 1, 40, 9 },    { 17, 1, 33 },
                                  { 64, 10, 20 }, { 15, 33, 8 }, { 29, 64, 300 }, { 100, 70, 5 },
                                  { 2, 3, 0 },    { 0, 3, 2 },   { 70, 13, 513 } };
    static const og_elem elems[] = { OG_FLOAT, OG_DOUBLE, OG_INT32, OG_INT64 };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int e = 0; e < 4; e++)
            for (int flags = 0; flags < 8; flags++) {
                one(elems[e], sizes[i], flags & 1, flags & 2, flags & 4, 1, false);
                one(elems[e], sizes[i], flags & 1, flags & 2, flags & 4, -2, false);
                if (e < 2 && sizes[i].k > 0)
                    one(elems[e], sizes[i], flags & 1, flags & 2, flags & 4, 0.5, true);
            }
}

/* Tiles of the split cover the product exactly. */
static void test_split(void **state)
{
    static const size sizes[] = {
        { 64, 784, 300 }, { 1000, 64, 128 }, { 500, 500, 500 }, { 1, 1, 1 }, { 113, 112, 999 }
    };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size s = sizes[i];
        const og_gemm_tiles t = og_gemm_split(s.m, s.n, s.k);
        const og_gemm_args g = { .elem = OG_FLOAT,
                                 .alpha = 1,
                                 .m = s.m,
                                 .n = s.n,
                                 .k = s.k,
                                 .lda = s.k,
                                 .ldb = s.n,
                                 .ldc = s.n };
        int64_t cells = 0;

        for (int64_t tile = 0; tile < t.down * t.across; tile++) {
            const og_gemm_args part = og_gemm_tile(&g, &t, tile);

            assert_true(part.m > 0 && part.n > 0);
            cells += part.m * part.n;
        }
        assert_int_equal(cells, s.m * s.n);
    }
}

/* A NaN in a factor reaches the result, also times 0. */
static void test_nan(void **state)
{
    float a[4] = { NAN, 0, 0, 0 }, b[4] = { 0, 0, 0, 0 }, c[4] = { 1, 1, 1, 1 };
    og_gemm_args g = { .elem = OG_FLOAT,
                       .alpha = 0,
                       .m = 2,
                       .n = 2,
                       .k = 2,
                       .a = a,
                       .lda = 2,
                       .b = b,
                       .ldb = 2,
                       .c = c,
                       .ldc = 2 };

    (void)state;
    og_gemm_run(&g);
    assert_true(isnan(c[0]) && isnan(c[1]) && c[2] == 0 && c[3] == 0);
    g.alpha = 1;
    og_gemm_run(&g);
    assert_true(isnan(c[0]) && isnan(c[1]) && c[2] == 0 && c[3] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_products),
                                        cmocka_unit_test(test_split), cmocka_unit_test(test_nan) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
