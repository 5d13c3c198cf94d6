/* Sweeps of a learning rate whose answer is known. */
#include "../test.h"

#include "onnxgrad/scan.h"

#include <math.h>

enum { STEPS = 300 };

typedef struct curve {
    double rate[STEPS], loss[STEPS];
} curve;

/* From 2.3 down to 0.3 around rate `fall`, up again behind `grow`; noise of a tenth. */
static void make(curve *c, double fall, double grow, double noise)
{
    og_philox random = { .seed = 9 };

    for (int i = 0; i < STEPS; i++) {
        double x = 1e-6 * pow(1e8, i / (STEPS - 1.0));

        c->rate[i] = x;
        c->loss[i] =
            0.3 + 2 / (1 + pow(x / fall, 2)) + pow(x / grow, 2) + noise * og_philox_normal(&random);
        if (c->loss[i] > 50)
            c->loss[i] = NAN;
    }
}

static void check(double fall, double grow, double noise, double low, double high)
{
    curve c;
    og_rate_advice a;

    make(&c, fall, grow, noise);
    a = og_rate_suggest(STEPS, c.rate, c.loss, NULL);
    if (!(a.rate >= low && a.rate <= high))
        fail_msg("fall %g, growth %g: suggested %g, expected %g to %g (%s)", fall, grow, a.rate,
                 low, high, a.reason);
}

static void test_steepest(void **state)
{
    (void)state;
    check(1e-3, 1, 0, 5e-4, 1e-3);
    check(1e-3, 1, 0.1, 3e-4, 2e-3);
    check(0.1, 10, 0.1, 0.04, 0.1);
    check(3e-5, 1e-1, 0.1, 1e-5, 6e-5);
}

/* Where it diverges soon after, a quarter of that. */
static void test_capped(void **state)
{
    curve c;
    og_rate_advice a;

    (void)state;
    make(&c, 1e-2, 2e-2, 0);
    a = og_rate_suggest(STEPS, c.rate, c.loss, NULL);
    assert_true(a.rate <= a.grows / 4 && a.rate >= a.grows / 8);
    assert_non_null(strstr(a.reason, "a quarter of where it grows"));
}

static void test_nothing_learned(void **state)
{
    double rate[STEPS], loss[STEPS], smooth[STEPS];
    og_rate_advice a;

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        rate[i] = i + 1;
        loss[i] = 2.3;
    }
    a = og_rate_suggest(STEPS, rate, loss, smooth);
    assert_true(isnan(a.rate) && smooth[17] == 2.3);
    assert_non_null(strstr(a.reason, "falls at no rate"));
    loss[0] = NAN;
    assert_true(isnan(og_rate_suggest(STEPS, rate, loss, NULL).rate));
    assert_true(isnan(og_rate_suggest(0, rate, loss, NULL).rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steepest),
        cmocka_unit_test(test_capped),
        cmocka_unit_test(test_nothing_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
