/* Trials whose outcome is plain, and those that must not be called different. */
#include "../test.h"

#include "onnxgrad/scan.h"

#include <math.h>

enum { SEEDS = 3, PAIRS = 400 };

static og_trial trial(const char *name, const double *loss)
{
    return (og_trial){ name, SEEDS, loss, 0.5, 0.25 };
}

#define TRIAL(name, ...) trial(name, (const double[SEEDS]){ __VA_ARGS__ })

static void test_sum(void **state)
{
    const og_trial some = TRIAL("some", 1, NAN, 3), none = TRIAL("none", NAN, NAN, NAN);
    og_trial_loss sum = og_trial_sum(&some);

    (void)state;
    assert_true(sum.mean == 2 && sum.least == 1 && sum.most == 3 && sum.diverged == 1);
    sum = og_trial_sum(&none);
    assert_true(isnan(sum.mean) && sum.diverged == 3);
}

static void test_better(void **state)
{
    const og_trial base = TRIAL("base", 1.0, 1.2, 1.1), lower = TRIAL("lower", 0.5, 0.7, 0.6);
    const og_trial mixed = TRIAL("mixed", 0.5, 1.3, 0.6), tiny = TRIAL("tiny", 0.999, 1.199, 1.099);
    const og_trial lost = TRIAL("lost", 0.1, NAN, 0.1), gone = TRIAL("gone", NAN, NAN, NAN);

    (void)state;
    assert_true(og_trial_better(&lower, &base) && !og_trial_better(&base, &lower));
    assert_false(og_trial_better(&mixed, &base)); /* not in every seed */
    assert_false(og_trial_better(&tiny, &base));  /* sure, but not worth a word */
    assert_false(og_trial_better(&base, &base));
    assert_true(og_trial_better(&base, &lost) && !og_trial_better(&lost, &base));
    assert_true(og_trial_better(&lost, &gone) && !og_trial_better(&gone, &gone));
}

/* Trials that differ by chance alone: with five seeds "in every seed" alone is wrong in 3 %. */
static void test_rarely_wrong(void **state)
{
    og_philox random = { .seed = 5 };
    int wrong = 0;

    (void)state;
    for (int i = 0; i < PAIRS; i++) {
        double a[5], b[5];
        og_trial x = { "a", 5, a, 0, 1 }, y = { "b", 5, b, 0, 1 };

        for (int k = 0; k < 5; k++) {
            a[k] = 1 + 0.1 * og_philox_normal(&random);
            b[k] = 1 + 0.1 * og_philox_normal(&random);
        }
        wrong += og_trial_better(&x, &y);
    }
    assert_true(wrong < PAIRS * 5 / 100);
}

static void test_stop(void **state)
{
    const og_trial trials[] = {
        TRIAL("none", 9, 9, 9),  TRIAL("best", 1, 1.1, 1.2),    TRIAL("as good", 1.1, 1, 1.3),
        TRIAL("bad", 5, 5.2, 5), TRIAL("worse", NAN, NAN, NAN), TRIAL("bad too", 4, 4, 4),
    };
    bool stop[6];

    (void)state;
    assert_int_equal(og_trial_best(trials, 6), 1);
    og_trial_stop(trials, 6, 10, stop);
    assert_false(stop[0] || stop[1] || stop[2]);
    assert_true(stop[3] && stop[4] && stop[5]);
    og_trial_stop(trials, 5, 10, stop); /* at most two of five: the worst */
    assert_true(stop[3] && stop[4]);
    og_trial_stop(trials, 4, 10, stop);
    assert_true(stop[3] && !stop[0]);
    og_trial_stop(trials, 1, 10, stop);
    assert_false(stop[0]);
}

/* On a plateau, a hundredth or two ahead is no reason to stop the others. */
static void test_plateau(void **state)
{
    const og_trial trials[] = {
        TRIAL("none", 1.02, 1.02, 1.02),
        TRIAL("ahead", 0.98, 0.98, 0.98),
        TRIAL("slow", 1.0, 1.0, 1.0),
        TRIAL("slower", 1.03, 1.03, 1.03),
    };
    bool stop[4];

    (void)state;
    assert_true(og_trial_better(&trials[1], &trials[3]));
    og_trial_stop(trials, 4, 1.5, stop);
    assert_false(stop[1] || stop[2] || stop[3]);
    og_trial_stop(trials, 4, 1.1, stop); /* it made most of the way, the last one half of it */
    assert_true(stop[3] && !stop[2]);
}

static void decide(og_trial none, og_trial clip, const og_trial *slower, og_advice advice,
                   const char *word)
{
    og_decision d = og_trial_decide(&none, &clip, slower);

    assert_int_equal(d.advice, advice);
    if (!strstr(d.reason, word))
        fail_msg("'%s' is not in: %s", word, d.reason);
}

static void test_decide(void **state)
{
    const og_trial none = TRIAL("none", 1.0, 1.2, 1.1), clip = TRIAL("clip_norm(1)", 0.5, 0.7, 0.6);
    const og_trial gone = TRIAL("gone", NAN, NAN, NAN), slow = TRIAL("slow", 0.9, 1.0, 1.0);

    (void)state;
    decide(none, clip, NULL, OG_ADVICE_CLIP, "50 % of the steps");
    decide(none, none, NULL, OG_ADVICE_SAME, "the seeds differ by 0.2");
    decide(clip, none, NULL, OG_ADVICE_SAME, "only costs");
    decide(gone, clip, NULL, OG_ADVICE_CLIP, "no clip diverged with every seed");
    decide(gone, gone, NULL, OG_ADVICE_DIVERGED, "every run diverged");
    decide(none, clip, &clip, OG_ADVICE_LOWER_RATE, "; clip_norm(1), ends as well at 0.6");
    decide(none, clip, &slow, OG_ADVICE_CLIP, "; slow, ends only at 0.9667");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),     cmocka_unit_test(test_better),
        cmocka_unit_test(test_stop),    cmocka_unit_test(test_rarely_wrong),
        cmocka_unit_test(test_plateau), cmocka_unit_test(test_decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
