/*
 * Every kernel of every instruction set this machine has, against the plain one: odd sizes, odd
 * addresses, guard bytes around the results, infinities, NaN and denormals; results over inputs;
 * accuracy against the C library in double.
 *
 * usage: kernels [--bench [products]]
 *
 * --bench prints speeds instead: GF/s of matrix products, then nanoseconds an element for each loop
 * of float and each variant.
 */
#include "kernels/kernels.h"
#include "products.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 1031, GUARD = 64, INPUTS = 9, OUTPUTS = 3, BENCH = 2048 };

static const char *const kernel_names[] = {
#define OG_LOOP_ALL(id, name) #name,
#define OG_LOOP_REAL(id, name) #name,
#define OG_LOOP_WHOLE(id, name) #name,
#include "kernels/loops.def"
};
static const og_elem type_elems[OG_T_COUNT] = {
    OG_FLOAT, OG_DOUBLE, OG_INT32,  OG_INT64,  OG_INT8,
    OG_INT16, OG_UINT8,  OG_UINT16, OG_UINT32, OG_UINT64,
};
static const int64_t sizes[] = {
    0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 65, 127, 129, 1000, MOST
};
static const og_loop_attrs attrs = { 0.7f, 0.4f, 1.3f, 0.2f, 0.5f, 1, 1 };

static int failures;

static void failed(const og_kernels *k, const char *name, og_elem elem, int64_t n, const char *what)
{
    failures++;
    printf("FAIL %s %s %s n=%lld: %s\n", k->isa, name, og_elem_name(elem), (long long)n, what);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

/* Rounding is all that may differ.  Where a formula cancels (1 - y^2, x + c), it counts against the
 * inputs. */
static bool cancels(int kernel)
{
    return kernel == OG_K_GELU || kernel == OG_K_GELU_TANH || kernel == OG_K_GELU_GRAD ||
           kernel == OG_K_TANH_GRAD || kernel == OG_K_SIGMOID_GRAD || kernel == OG_K_HARD_SIGMOID ||
           kernel == OG_K_HARD_SWISH || kernel == OG_K_ADAM_SCALE || kernel == OG_K_MOD ||
           kernel == OG_K_TAN;
}

static bool near(double a, double b, double eps, double scale)
{
    if (a == b || (isnan(a) && isnan(b)))
        return true;
    return fabs(a - b) <= 16 * eps * fmax(fmax(fabs(a), fabs(b)), scale);
}

static void fill(og_elem elem, char *data, uint64_t seed)
{
    static const double special[] = { 0,     -0.0,   1,    -1,    INFINITY, -INFINITY, NAN,
                                      1e-40, -1e-40, 3e38, -3e38, 1e-3,     100,       -100 };
    og_tensor t = { .elem = elem, .data = data };
    og_philox random = { .seed = seed };

    for (int64_t i = 0; i < MOST; i++) {
        const uint64_t r = og_philox_below(&random, 8);

        if (elem != OG_FLOAT && elem != OG_DOUBLE)
            og_set_int(&t, i,
                       r == 0   ? INT64_MIN
                       : r == 1 ? INT64_MAX
                       : r == 2 ? 0
                                : (int64_t)og_philox_below(&random, 256) - 128);
        else if (r == 0)
            og_set_double(&t, i,
                          special[og_philox_below(&random, sizeof special / sizeof *special)]);
        else
            og_set_double(&t, i, og_philox_normal(&random) * (r == 1 ? 30 : 1));
    }
}

/* ---- Loops ----------------------------------------------------------------------------------- */

static char inputs[INPUTS][MOST * 8 + 64];
static char plain[OUTPUTS][MOST * 8 + 2 * GUARD + 64], other[OUTPUTS][MOST * 8 + 2 * GUARD + 64];

static void run_loop(og_loop *loop, char (*results)[MOST * 8 + 2 * GUARD + 64], const int64_t *step,
                     int64_t n, size_t shift)
{
    const void *in[INPUTS];
    void *out[OUTPUTS];

    for (int j = 0; j < INPUTS; j++)
        in[j] = inputs[j] + shift;
    for (int k = 0; k < OUTPUTS; k++) {
        memset(results[k], 0xA5, sizeof results[k]);
        out[k] = results[k] + GUARD + shift;
    }
    loop(out, in, step, n, &attrs);
}

static bool guards_hold(size_t shift, size_t bytes)
{
    for (int k = 0; k < OUTPUTS; k++)
        for (size_t i = 0; i < sizeof other[k]; i++)
            if ((i < GUARD + shift || i >= GUARD + shift + bytes) &&
                (unsigned char)other[k][i] != 0xA5)
                return false;
    return true;
}

static bool same_results(int kernel, og_elem elem, bool tests, int64_t n, size_t shift)
{
    const bool real = elem == OG_FLOAT || elem == OG_DOUBLE;
    const double eps = elem == OG_FLOAT ? (double)FLT_EPSILON : DBL_EPSILON;

    for (int k = 0; k < OUTPUTS; k++) {
        const og_tensor a = { .elem = elem, .data = plain[k] + GUARD + shift };
        const og_tensor b = { .elem = elem, .data = other[k] + GUARD + shift };

        if (!real || tests) {
            if (memcmp(plain[k], other[k], sizeof plain[k]) != 0)
                return false;
            continue;
        }
        for (int64_t i = 0; i < n; i++) {
            double scale = 0;

            for (int j = 0; cancels(kernel) && j < 3; j++) {
                const og_tensor x = { .elem = elem, .data = inputs[j] + shift };
                const double size = fabs(og_get_double(&x, i));

                scale = size < INFINITY ? fmax(scale, size) : scale;
            }
            if (!near(og_get_double(&a, i), og_get_double(&b, i), eps, scale))
                return false;
        }
    }
    return true;
}

/* Whether the results are bools. */
static bool is_test(int kernel)
{
    return kernel == OG_K_IS_NAN || kernel == OG_K_IS_INF ||
           (kernel >= OG_K_EQUAL && kernel <= OG_K_GREATER_EQUAL);
}

static void test_loop(const og_kernels *k, int kernel, og_loop_type type, og_loop *reference,
                      og_loop *loop)
{
    static const int64_t steps[3][INPUTS] = { { 1, 1, 1 }, { 0, 1, 1 }, { 1, 0, 1 } };
    const og_elem elem = type_elems[type];
    const size_t size = is_test(kernel) ? 1 : (size_t)og_elem_bits(elem) / 8;

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int c = 0; c < (kernel >= OG_K_ADD ? 3 : 1); c++) {
            const size_t shift = s % 2 ? (size_t)og_elem_bits(elem) / 8 : 0;

            run_loop(reference, plain, steps[c], sizes[s], shift);
            run_loop(loop, other, steps[c], sizes[s], shift);
            if (!guards_hold(shift, size * (size_t)sizes[s]))
                failed(k, kernel_names[kernel], elem, sizes[s],
                       "bytes beside the result were written");
            else if (!same_results(kernel, elem, is_test(kernel), sizes[s], shift))
                failed(k, kernel_names[kernel], elem, sizes[s], "differs from the plain loop");
        }
}

/* The result over input 0, where the sizes of elements agree. */
static void test_in_place(const og_kernels *k, int kernel, og_elem elem, og_loop *loop)
{
    static const int64_t step[INPUTS] = { 1, 1, 1 };
    static char copy[MOST * 8 + 64];
    const size_t bytes = (size_t)MOST * (size_t)og_elem_bits(elem) / 8;
    const void *in[INPUTS];

    if (is_test(kernel) || kernel == OG_K_WHERE || kernel == OG_K_ADAM_SCALE)
        return;
    run_loop(loop, other, step, MOST, 0);
    memcpy(copy, inputs[0], sizeof copy);
    in[0] = copy;
    for (int j = 1; j < INPUTS; j++)
        in[j] = inputs[j];
    loop((void *[]){ copy }, in, step, MOST, &attrs);
    if (memcmp(copy, other[0] + GUARD, bytes) != 0)
        failed(k, kernel_names[kernel], elem, MOST, "in place differs from copied");
}

static void test_loops(const og_kernels *k)
{
    for (int type = 0; type < OG_T_COUNT; type++) {
        og_loop *const *table = k->loops->of[type], *const *reference =
                                                        og_kernels_at(0)->loops->of[type];

        for (int j = 0; j < INPUTS; j++)
            fill(type_elems[type], inputs[j], (uint64_t)j);
        for (int kernel = 0; table && kernel < OG_K_COUNT; kernel++)
            if (table[kernel]) {
                test_loop(k, kernel, (og_loop_type)type, reference[kernel], table[kernel]);
                test_in_place(k, kernel, type_elems[type], table[kernel]);
            }
    }
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

/* Bits, but for those of a NaN. */
static bool same_numbers(og_elem elem, const char *a, const char *b, int64_t n)
{
    const og_tensor x = { .elem = elem, .data = (void *)(uintptr_t)a };
    const og_tensor y = { .elem = elem, .data = (void *)(uintptr_t)b };

    for (int64_t i = 0; i < n; i++) {
        const double p = og_get_double(&x, i), q = og_get_double(&y, i);

        if (!(p == q && signbit(p) == signbit(q)) && !(isnan(p) && isnan(q)))
            return false;
    }
    return true;
}

/* One loop for two against the two, the result also over each input that has its length. */
static void test_pair(const og_kernels *k, const og_loop_pair *pair, og_loop_type type,
                      const int64_t *step, int64_t n)
{
    og_loop *const *table = k->loops->of[type];
    const og_elem elem = type_elems[type];
    const size_t size = (size_t)og_elem_bits(elem) / 8;
    char *const between = plain[1] + GUARD, *const end = plain[0] + GUARD;
    static const int over[] = { 0, 2 };

    run_loop(table[pair->first], plain, step, n, 0);
    memcpy(between, end, (size_t)n * size);
    table[pair->second]((void *[]){ end }, (const void *[]){ between, inputs[2] },
                        (const int64_t[]){ 1, 1 }, n, &attrs);
    run_loop(pair->both, other, step, n, 0);
    if (!guards_hold(0, size * (size_t)n))
        failed(k, kernel_names[pair->first], elem, n, "a pair wrote bytes beside the result");
    if (!same_numbers(elem, end, other[0] + GUARD, n))
        failed(k, kernel_names[pair->first], elem, n, "a pair differs from its two loops");
    for (int i = 0; i < 2; i++) {
        const void *in[INPUTS] = { inputs[0], inputs[1], inputs[2] };

        memcpy(other[1], inputs[over[i]], (size_t)n * size);
        in[over[i]] = other[1];
        pair->both((void *[]){ other[1] }, in, step, n, &attrs);
        if (!same_numbers(elem, end, other[1], n))
            failed(k, kernel_names[pair->first], elem, n, "a pair in place differs from copied");
    }
}

static void test_pairs(const og_kernels *k)
{
    static const int64_t steps[2][INPUTS] = { { 1, 1, 1 }, { 1, 0, 1 } };

    for (og_loop_type type = OG_T_FLOAT; type <= OG_T_DOUBLE; type++) {
        for (int j = 0; j < INPUTS; j++)
            fill(type_elems[type], inputs[j], (uint64_t)j + 20);
        for (const og_loop_pair *p = k->pairs[type]; p->first != OG_K_COUNT; p++)
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
                for (int c = 0; c < 2; c++)
                    test_pair(k, p, type, steps[c], sizes[s]);
    }
}

/* ---- Accuracy -------------------------------------------------------------------------------- */

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double softplus(double x)
{
    return x > 30 ? x : log1p(exp(x));
}

/* Errors in units of the last place of the correctly rounded result. */
static const struct {
    og_kernel kernel;
    double (*truth)(double);
    double low, high, units;
} accuracies[] = {
    { OG_K_EXP, exp, -104, 89, 1.1 },      { OG_K_LOG, log, 0, 100, 1 },
    { OG_K_LOG, log, 0.5, 2, 1 },          { OG_K_TANH, tanh, -10, 10, 3 },
    { OG_K_TANH, tanh, -0.01, 0.01, 3 },   { OG_K_ERF, erf, -5, 5, 6 },
    { OG_K_SIGMOID, sigmoid, -87, 30, 3 }, { OG_K_SIN, sin, -100, 100, 0.6 },
    { OG_K_COS, cos, -2e6, 2e6, 0.6 },     { OG_K_SOFTPLUS, softplus, -80, 40, 3 },
};

static double units_off(float y, double truth)
{
    const float rounded = (float)truth;

    if (isnan(truth) || isnan(y) || isinf(rounded) || isinf(y))
        return (isnan(truth) && isnan(y)) || rounded == y ? 0 : INFINITY;
    return fabs((double)y - truth) /
           (double)(nextafterf(fabsf(rounded), INFINITY) - fabsf(rounded));
}

static void test_accuracy(const og_kernels *k)
{
    static const float edges[] = { 0,       -0.0f,    INFINITY, -INFINITY, NAN, 1e-40f, -1e-40f,
                                   FLT_MAX, -FLT_MAX, FLT_MIN,  88.7f,     104, -104,   1 };
    static float x[MOST], y[MOST];
    const int64_t step = 1;

    for (size_t a = 0; a < sizeof accuracies / sizeof *accuracies; a++) {
        og_philox random = { .seed = a };
        double worst = 0;

        for (int round = 0; round < 100; round++) {
            for (int i = 0; i < MOST; i++)
                x[i] = (float)(accuracies[a].low + (accuracies[a].high - accuracies[a].low) *
                                                       og_philox_uniform(&random));
            if (round == 0)
                memcpy(x, edges, sizeof edges);
            k->loops->of[OG_T_FLOAT][accuracies[a].kernel]((void *[]){ y }, (const void *[]){ x },
                                                           &step, MOST, &attrs);
            for (int i = 0; i < MOST; i++)
                worst = fmax(worst, units_off(y[i], accuracies[a].truth((double)x[i])));
        }
        if (!(worst <= accuracies[a].units)) {
            char text[80];

            snprintf(text, sizeof text, "%.2f units from the truth, expected %.2f", worst,
                     accuracies[a].units);
            failed(k, kernel_names[accuracies[a].kernel], OG_FLOAT, MOST, text);
        }
    }
}

/* ---- Folds ----------------------------------------------------------------------------------- */

static bool same_sums(og_elem elem, const void *a, const void *b, int64_t n)
{
    const double *x = a, *y = b;

    if (elem != OG_FLOAT && elem != OG_DOUBLE)
        return memcmp(a, b, (size_t)n * 8) == 0;
    for (int64_t i = 0; i < n; i++)
        if (!near(x[i], y[i], DBL_EPSILON, 0))
            return false;
    return true;
}

static void test_fold(const og_kernels *k, int fold, og_elem elem, const og_fold_set *reference,
                      const og_fold_set *set)
{
    static uint64_t a[MOST + 1], b[MOST + 1];
    const char *name = "fold";

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int64_t n = sizes[s], rows = n ? MOST / n : 0;

        a[1] = b[1] = 0xA5;
        reference->start(a, 1);
        set->start(b, 1);
        reference->row(inputs[0], n, a);
        set->row(inputs[0], n, b);
        if (!same_sums(elem, a, b, 1) || b[1] != 0xA5)
            failed(k, name, elem, n,
                   fold == OG_FOLD_SUM ? "the sum of a row" : "a row differs from the plain one");
        b[n] = 0xA5;
        reference->start(a, n);
        set->start(b, n);
        reference->columns(inputs[0], rows, n, n, a);
        set->columns(inputs[0], rows, n, n, b);
        set->join(b, b, 0);
        if (!same_sums(elem, a, b, n) || b[n] != 0xA5)
            failed(k, name, elem, n, "columns differ from the plain ones");
    }
}

static void test_folds(const og_kernels *k)
{
    for (int type = 0; type < OG_T_COUNT; type++) {
        const og_fold_set *table = k->folds->of[type],
                          *reference = og_kernels_at(0)->folds->of[type];
        og_tensor t = { .elem = type_elems[type], .data = inputs[0] };
        og_philox random = { .seed = 5 };

        for (int64_t i = 0; i < MOST; i++) /* of one sign, so that sums do not cancel */
            og_set_double(&t, i, 1 + 2 * og_philox_uniform(&random));
        for (int fold = 0; table && fold < OG_FOLD_COUNT; fold++)
            test_fold(k, fold, type_elems[type], &reference[fold], &table[fold]);
    }
}

/* ---- Speed ----------------------------------------------------------------------------------- */

static double nanoseconds(og_loop *loop)
{
    static float data[INPUTS + OUTPUTS][BENCH];
    static const int64_t step[INPUTS] = { 1, 1, 1 };
    const void *in[INPUTS];
    void *out[OUTPUTS];
    og_philox random = { .seed = 3 };
    double best = INFINITY;

    for (int j = 0; j < INPUTS; j++) {
        in[j] = data[j];
        for (int i = 0; i < BENCH; i++)
            data[j][i] = (float)(og_philox_uniform(&random) * 4 - 2);
    }
    for (int j = 0; j < OUTPUTS; j++)
        out[j] = data[INPUTS + j];
    for (int round = 0; round < 30; round++) {
        const double start = og_seconds();

        for (int i = 0; i < 10; i++)
            loop(out, in, step, BENCH, &attrs);
        best = fmin(best, (og_seconds() - start) / 10 / BENCH * 1e9);
    }
    return best;
}

static void bench(void)
{
    for (int kernel = 0; kernel < OG_K_COUNT; kernel++) {
        if (!og_kernels_at(0)->loops->of[OG_T_FLOAT][kernel])
            continue;
        printf("%-18s", kernel_names[kernel]);
        for (int v = 0; v < og_kernels_count(); v++)
            printf("  %s %7.3f", og_kernels_at(v)->isa,
                   nanoseconds(og_kernels_at(v)->loops->of[OG_T_FLOAT][kernel]));
        printf("  ns\n");
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        bench_products();
        if (argc < 3)
            bench();
        return 0;
    }
    for (int v = 0; v < og_kernels_count(); v++) {
        test_loops(og_kernels_at(v));
        test_pairs(og_kernels_at(v));
        test_folds(og_kernels_at(v));
        test_accuracy(og_kernels_at(v));
    }
    printf("%d variants, %d failures\n", og_kernels_count(), failures);
    return failures > 0;
}
