/* Symbolic sizes: equal expressions are equal numbers, and what shape arithmetic needs cancels. */
#include "graph/graph.h"

#include "../test.h"

static void test_known(void **state)
{
    (void)state;
    og_dims *d = og_dims_new();

    assert_int_equal(og_dim_add(d, 3, 4), 7);
    assert_int_equal(og_dim_mul(d, 3, 4), 12);
    assert_int_equal(og_dim_div(d, 7, 2), 3);
    assert_int_equal(og_dim_max(d, 7, 2), 7);
    assert_int_equal(og_dim_min(d, 7, 2), 2);
    int64_t n = 0;
    assert_true(og_dim_const(d, og_dim_sub(d, 3, 5), &n));
    assert_int_equal(n, -2);
    assert_true(og_dim_const(d, og_dim_div(d, og_dim_int(d, -7), 2), &n));
    assert_int_equal(n, -4);                                      /* rounds down */
    assert_int_equal(og_dim_mul(d, INT64_MAX / 2, 3), INT64_MAX); /* saturates */
    og_dims_free(d);
}

static void test_symbols(void **state)
{
    (void)state;
    og_dims *d = og_dims_new();
    og_dim n = og_dim_symbol(d, "n"), m = og_dim_symbol(d, "m");

    assert_int_equal(og_dim_symbol(d, "n"), n);
    assert_int_not_equal(n, m);
    assert_int_equal(og_dim_add(d, n, m), og_dim_add(d, m, n));
    assert_int_equal(og_dim_add(d, og_dim_add(d, n, 2), 3), og_dim_add(d, n, 5));
    assert_int_equal(og_dim_sub(d, og_dim_add(d, n, 2), n), 2);
    assert_int_equal(og_dim_sub(d, og_dim_add(d, n, 2), 2), n);
    assert_int_equal(og_dim_mul(d, 1, n), n);
    assert_int_equal(og_dim_mul(d, n, 0), 0);
    assert_int_equal(og_dim_div(d, og_dim_mul(d, n, 784), 784), n);
    assert_int_equal(og_dim_div(d, og_dim_mul(d, 784, n), n), 784);
    assert_int_equal(og_dim_div(d, og_dim_mul(d, og_dim_mul(d, n, 4), m), og_dim_mul(d, m, 2)),
                     og_dim_mul(d, n, 2));
    assert_int_not_equal(og_dim_fresh(d), og_dim_fresh(d));
    og_dims_free(d);
}

static void test_text(void **state)
{
    (void)state;
    og_dims *d = og_dims_new();
    og_dim n = og_dim_symbol(d, "n");
    char text[64];

    assert_string_equal(og_dim_text(d, 12, text, sizeof text), "12");
    assert_string_equal(og_dim_text(d, n, text, sizeof text), "n");
    assert_string_equal(og_dim_text(d, og_dim_add(d, n, 2), text, sizeof text), "n+2");
    assert_string_equal(og_dim_text(d, og_dim_div(d, og_dim_sub(d, n, 3), 2), text, sizeof text),
                        "(n-3)/2");
    og_dims_free(d);
}

static void test_types(void **state)
{
    static const char *const good[] = { "float",         "float[]",
                                        "float[2,n]",    "int64[batch,1,28,28]",
                                        "seq(float[n])", "optional(seq(int64))" };
    static const char *const bad[] = { "",          "flot",       "float[",
                                       "float[2",   "float[2,]x", "float[-1]",
                                       "seq(float", "float[2] x", "map(int64,float)" };
    (void)state;
    og_dims *d = og_dims_new();
    og_arena *a = og_arena_new();
    char text[100];

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        og_report r = { 0 };
        og_type t;

        assert_ok(og_type_parse(a, d, good[i], &t, &r), &r);
        assert_string_equal(og_type_text(d, &t, text, sizeof text), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        og_report r = { 0 };
        og_type t;

        if (!og_type_parse(a, d, bad[i], &t, &r))
            fail_msg("'%s' was taken as a type", bad[i]);
        assert_int_equal(r.code, OG_BAD_TYPE);
    }
    og_arena_free(a);
    og_dims_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
