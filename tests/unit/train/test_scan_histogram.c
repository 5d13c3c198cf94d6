/* Histograms against distributions whose quantiles, tails and clip rates are known. */
#include "../test.h"

#include "onnxgrad/scan.h"

#include <math.h>

enum { MANY = 200000 };

/* A bucket's width. */
static const double width = 0.0906;

static void assert_near(double found, double expected, double relative)
{
    if (!(fabs(found - expected) <= relative * fabs(expected)))
        fail_msg("found %.6g, expected %.6g within %.2g %%", found, expected, 100 * relative);
}

static void test_empty_and_bad(void **state)
{
    og_histogram *h = og_histogram_new();
    double low, high;
    int64_t count;

    (void)state;
    og_histogram_add(h, NAN);
    og_histogram_add(h, (double)INFINITY);
    og_histogram_add(h, -1);
    assert_int_equal(og_histogram_count(h), 0);
    assert_int_equal(og_histogram_bad(h), 3);
    assert_true(isnan(og_histogram_mean(h)) && isnan(og_histogram_quantile(h, 0.5)));
    assert_true(isnan(og_histogram_above(h, 1)) && isnan(og_histogram_coef(h, 1)));
    assert_false(og_histogram_bucket(h, 0, &low, &high, &count));
    og_histogram_free(h);
}

/* One number: every quantile is it, exactly. */
static void test_constant(void **state)
{
    og_histogram *h = og_histogram_new();

    (void)state;
    for (int i = 0; i < 10; i++)
        og_histogram_add(h, 0.3);
    for (int i = 0; i <= 10; i++)
        assert_true(og_histogram_quantile(h, i / 10.0) == 0.3);
    assert_true(og_histogram_above(h, 0.3) == 0 && og_histogram_above(h, 0.29) == 1);
    assert_true(og_histogram_coef(h, 0.3) == 1);
    assert_near(og_histogram_coef(h, 0.15), 0.5, 1e-12);
    og_histogram_free(h);
}

/* Uniform on [0, 1): quantile q, clip rate 1 - c, E min(1, c / x) = c - c ln c. */
static void test_uniform(void **state)
{
    og_histogram *h = og_histogram_new();
    og_philox random = { .seed = 1 };

    (void)state;
    for (int i = 0; i < MANY; i++)
        og_histogram_add(h, og_philox_uniform(&random));
    assert_near(og_histogram_mean(h), 0.5, 0.01);
    for (int i = 1; i < 10; i++) {
        double q = i / 10.0;

        assert_near(og_histogram_quantile(h, q), q, 0.02);
        assert_near(og_histogram_above(h, q), 1 - q, 0.02);
        assert_near(og_histogram_coef(h, q), q - q * log(q), 0.02);
    }
    og_histogram_free(h);
}

/* Pareto with index a: the tail is a; quantile (1 - q)^(-1/a); over seven decades. */
static void test_pareto(void **state)
{
    (void)state;
    for (double a = 0.5; a <= 4; a *= 2) {
        og_histogram *h = og_histogram_new();
        og_philox random = { .seed = 2 };

        for (int i = 0; i < MANY; i++)
            og_histogram_add(h, pow(1 - og_philox_uniform(&random), -1 / a));
        assert_near(og_histogram_tail(h), a, 0.05);
        assert_near(og_histogram_quantile(h, 0.99), pow(0.01, -1 / a), width);
        og_histogram_free(h);
    }
}

/* Lognormal: median 1e-3, P84.13 is e times that; zeros lie below everything. */
static void test_lognormal_and_zeros(void **state)
{
    og_histogram *h = og_histogram_new();
    og_philox random = { .seed = 3 };

    (void)state;
    for (int i = 0; i < MANY; i++)
        og_histogram_add(h, 1e-3 * exp(og_philox_normal(&random)));
    assert_near(og_histogram_quantile(h, 0.5), 1e-3, 0.02);
    assert_near(og_histogram_quantile(h, 0.841345), 1e-3 * exp(1), 0.02);
    for (int i = 0; i < MANY; i++)
        og_histogram_add(h, 0);
    assert_true(og_histogram_quantile(h, 0.4) == 0);
    assert_near(og_histogram_quantile(h, 0.75), 1e-3, 0.02);
    assert_near(og_histogram_above(h, 1e-3), 0.25, 0.02);
    og_histogram_free(h);
}

/* The ends of the range and beyond. */
static void test_extremes(void **state)
{
    og_histogram *h = og_histogram_new();
    double low, high, sum = 0;
    int64_t count;

    (void)state;
    og_histogram_add(h, 1e-300);
    og_histogram_add(h, 1e300);
    og_histogram_add(h, 1);
    assert_true(og_histogram_quantile(h, 0) == 1e-300 && og_histogram_quantile(h, 1) == 1e300);
    assert_near(og_histogram_quantile(h, 0.5), 1, width);
    for (size_t i = 0; og_histogram_bucket(h, i, &low, &high, &count); i++) {
        assert_true(low < high);
        sum += (double)count;
    }
    assert_true(sum == 3);
    assert_near(og_histogram_above(h, 10), 1.0 / 3, 1e-9);
    og_histogram_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_and_bad),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_pareto),
        cmocka_unit_test(test_lognormal_and_zeros),
        cmocka_unit_test(test_extremes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
