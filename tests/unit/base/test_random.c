/*
 * Random numbers: published and numpy's values, resuming, ranges, moments.
 */
#include "../test.h"

#include <math.h>

/* The known answers that come with the paper's library (Random123). */
static void philox_known(void **state)
{
    static const struct {
        uint64_t seed, stream, block;
        uint32_t out[4];
    } rows[] = {
        { 0, 0, 0, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { UINT64_MAX, UINT64_MAX, UINT64_MAX, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { UINT64_C(0x299f31d0a4093822),
          UINT64_C(0x0370734413198a2e),
          UINT64_C(0x85a308d3243f6a88),
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    uint32_t out[4];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        og_philox_block(rows[i].seed, rows[i].stream, rows[i].block, out);
        assert_memory_equal(out, rows[i].out, sizeof out);
    }
}

static void philox_resumes(void **state)
{
    og_philox all = { .seed = 7, .stream = 3 };
    uint32_t words[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        words[i] = og_philox_u32(&all);
    assert_int_equal(all.position, 100);
    for (uint64_t i = 0; i < 100; i++) {
        og_philox one = { .seed = 7, .stream = 3, .position = i };

        assert_int_equal(og_philox_u32(&one), words[i]);
    }
}

/* The first of a block's two numbers is the one that a stream at its place gives. */
static void philox_normals(void **state)
{
    double pair[2];

    (void)state;
    for (uint64_t block = 0; block < 100; block++) {
        og_philox one = { .seed = 7, .stream = 3, .position = 4 * block };

        og_philox_normals(7, 3, block, pair);
        assert_true(pair[0] == og_philox_normal(&one));
        assert_true(pair[1] != pair[0]);
    }
}

/* Mean and variance of n numbers lie within five standard errors; the seeds are fixed. */
static void philox_moments(void **state)
{
    enum { N = 100000 };
    og_philox random = { .seed = 11 };
    double sum = 0, squares = 0, least = 1, most = 0;
    int counts[6] = { 0 };

    (void)state;
    for (int i = 0; i < N; i++) {
        double x = og_philox_uniform(&random);

        least = fmin(least, x);
        most = fmax(most, x);
        sum += x;
        squares += (x - 0.5) * (x - 0.5);
    }
    assert_true(least >= 0 && most < 1);
    assert_true(fabs(sum / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(squares / N - 1.0 / 12) < 5 * sqrt(1.0 / 180 / N));
    sum = squares = 0;
    for (int i = 0; i < N; i++) {
        double x = og_philox_normal(&random);

        assert_true(isfinite(x));
        sum += x;
        squares += x * x;
    }
    assert_true(fabs(sum / N) < 5 * sqrt(1.0 / N));
    assert_true(fabs(squares / N - 1) < 5 * sqrt(2.0 / N));
    for (int i = 0; i < N; i++)
        counts[og_philox_below(&random, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_true(fabs(counts[i] - N / 6.0) < 5 * sqrt(N / 6.0));
    assert_int_equal(og_philox_below(&random, 1), 0);
    for (int i = 0; i < 100; i++)
        assert_true(og_philox_below(&random, UINT64_C(0xFFFFFFFFFFFFFFF0)) <
                    UINT64_C(0xFFFFFFFFFFFFFFF0));
}

/* np.random.seed(s); np.random.uniform(size=3) */
static void mt_is_numpy(void **state)
{
    static const struct {
        uint32_t seed;
        double numbers[3];
    } rows[] = {
        { 0, { 0.5488135039273248, 0.7151893663724195, 0.6027633760716439 } },
        { 42, { 0.3745401188473625, 0.9507143064099162, 0.7319939418114051 } },
    };
    og_mt19937 mt;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        og_mt_seed(&mt, rows[i].seed);
        for (int j = 0; j < 3; j++)
            if (og_mt_double(&mt) != rows[i].numbers[j])
                fail_msg("seed %u, number %d", rows[i].seed, j);
    }
}

/* The 10,000th word of seed 5489 is 4123659995 (the C++ standard's check); a double takes two. */
static void mt_goes_on(void **state)
{
    og_mt19937 mt;
    double last = 0;

    (void)state;
    og_mt_seed(&mt, 5489);
    for (int i = 0; i < 5000; i++)
        last = og_mt_double(&mt);
    assert_int_equal((uint64_t)(last * 9007199254740992.0) & 0x3FFFFFF, 4123659995u >> 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known),   cmocka_unit_test(philox_resumes),
        cmocka_unit_test(philox_normals), cmocka_unit_test(philox_moments),
        cmocka_unit_test(mt_is_numpy),    cmocka_unit_test(mt_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
