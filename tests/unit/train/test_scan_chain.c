/* Chains with another clip or rate, as text. */
#include "../test.h"

#include "onnxgrad/scan.h"

#include <math.h>

static void vary(const char *chain, og_chain_change change, const char *expected,
                 double expected_rate)
{
    og_chain *varied;
    double rate;

    assert_int_equal(og_chain_vary(chain, &change, &varied, &rate), OG_OK);
    assert_string_equal(og_chain_text(varied), expected);
    if (isnan(expected_rate))
        assert_true(isnan(rate));
    else
        assert_true(rate == expected_rate);
    og_chain_free(varied);
}

static void test_clips(void **state)
{
    (void)state;
    vary("clip_norm(1.0) | adam(lr=1e-3)", (og_chain_change){ .clip = "" }, "adam(lr=0.001)", 1e-3);
    vary("sgd(lr=0.1)", (og_chain_change){ .clip = "" }, "sgd(lr=0.1)", 0.1);
    vary("sgd(lr=0.1)", (og_chain_change){ .clip = "clip_norm(2)" }, "clip_norm(2) | sgd(lr=0.1)",
         0.1);
    vary("sgd(lr=0.1)", (og_chain_change){ .clip = NULL }, "sgd(lr=0.1)", 0.1);
    vary("finite(skip) | accumulate(4) | clip_value(1) | clip_norm(2) | sgd(lr=0.1) | "
         "weight_clip(1)",
         (og_chain_change){ .clip = "autoclip(10)" },
         "finite(skip) | accumulate(4) | autoclip(10) | sgd(lr=0.1) | weight_clip(1)", 0.1);
    vary("norms=stats | sgd(lr=0.1)", (og_chain_change){ .clip = "clip_norm(1)" },
         "clip_norm(1) | norms=stats | sgd(lr=0.1)", 0.1);
    vary("groups{ *.bias: clip_norm(1) | sgd(lr=0.2); _: sgd(lr=0.1) }",
         (og_chain_change){ .clip = "clip_norm(3)" },
         "clip_norm(3) | groups{ *.bias: clip_norm(1) | sgd(lr=0.2); _: sgd(lr=0.1) }", 0.2);
    vary("clip_norm(1)@*.weight | sgd(lr=0.1)", (og_chain_change){ .clip = "" },
         "clip_norm(1)@*.weight | sgd(lr=0.1)", 0.1);
}

static void test_rates(void **state)
{
    (void)state;
    vary("clip_norm(1) | sgd(lr=0.5)", (og_chain_change){ .rate = 0.5 },
         "clip_norm(1) | sgd(lr=0.25)", 0.5);
    vary("trace(0.5) | lr(2)", (og_chain_change){ .rate = 3 }, "trace(0.5) | lr(6)", 2);
    vary("adam", (og_chain_change){ .rate = 2 }, "adam(lr=0.002)", 1e-3);
    vary("adam(beta1=0.8)", (og_chain_change){ .rate = 2 }, "adam(lr=0.002, beta1=0.8)", 1e-3);
    vary("adam(lr=cosine(1e-3, steps=100))", (og_chain_change){ .rate = 2 },
         "adam(lr=cosine(0.002, steps=100))", 1e-3);
    vary("sgd(lr=product(cosine(1, steps=10), 0.5))", (og_chain_change){ .rate = 2 },
         "sgd(lr=product(cosine(2, steps=10), by=0.5))", 1);
    vary("groups{ a: sgd(lr=1); _: (trace(0.5) | lr(2)) }", (og_chain_change){ .rate = 2 },
         "groups{ a: sgd(lr=2); _: (trace(0.5) | lr(4)) }", 1);
    vary("clip_norm(1)", (og_chain_change){ .rate = 2 }, "clip_norm(1)", NAN);
    vary("sgd(lr=cosine(1, steps=10))", (og_chain_change){ .rate = 1e-3, .sweep = 1.5 },
         "sgd(lr=exponential(0.001, gamma=1.5))", 1);
}

/* The caller's own text is what reports point into. */
static void test_bad(void **state)
{
    og_chain *varied;

    (void)state;
    assert_int_equal(og_chain_vary("clip_norm(1 | sgd", &(og_chain_change){ 0 }, &varied, NULL),
                     OG_BAD_CHAIN);
    assert_non_null(strstr(og_chain_report(varied)->where, "clip_norm(1 | sgd"));
    og_chain_free(varied);
    assert_int_equal(
        og_chain_vary("sgd(lr=1)", &(og_chain_change){ .clip = "clip_nrm(1)" }, &varied, NULL),
        OG_BAD_CHAIN);
    og_chain_free(varied);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clips),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
