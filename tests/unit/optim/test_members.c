/* Who is in which group. */
#include "../test.h"

#include "base/base.h"
#include "onnxgrad/optim.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMES = 4 };
static const char *const names[NAMES] = { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" };

static const struct {
    const char *chain, *groups[NAMES], *stages[NAMES]; /* stages NULL: frozen */
} rows[] = {
    { "clip_norm(1) | adamw",
      { NULL },
      { "clip_norm, adamw", "clip_norm, adamw", "clip_norm, adamw", "clip_norm, adamw" } },
    /* the first group that matches, whatever comes behind */
    { "groups{ *.bias: sgd; fc1.*: adam; _: lion }",
      { "fc1.*", "*.bias", "_", "*.bias" },
      { "adam", "sgd", "lion", "sgd" } },
    { "groups{ *: sgd; *.bias: adam }", { "*", "*", "*", "*" }, { "sgd", "sgd", "sgd", "sgd" } },
    { "groups{ \"*\"-*.bias: sgd; _: freeze }",
      { "*-*.bias", "_", "*-*.bias", "_" },
      { "sgd", NULL, "sgd", NULL } },
    { "c=clip_norm(1)@fc1.* | groups{ fc1.*: groups{ *.bias: sgd; _: adam }; _: (sign | lr(1)) }",
      { "fc1.* / _", "fc1.* / *.bias", "_", "_" },
      { "c, adam", "c, sgd", "sign, lr", "sign, lr" } },
    /* frozen wherever freeze stands */
    { "sgd | adam@none | freeze@fc2.*", { NULL }, { "sgd", "sgd", NULL, NULL } },
    { "a=sgd@*.bias | sgd@*.weight", { NULL }, { "sgd", "a", "sgd", "a" } },
};

static bool same(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : !a == !b;
}

static void test_tables(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const og_chain_member *m;
        og_chain *chain;
        char *text;

        assert_ok(og_chain_parse(rows[k].chain, NULL, &chain), og_chain_report(chain));
        text = strdup(og_chain_text(chain));
        assert_ok(og_chain_members(chain, NAMES, names, &m), og_chain_report(chain));
        for (int i = 0; i < NAMES; i++) {
            assert_string_equal(m[i].parameter, names[i]);
            if (!same(m[i].group, rows[k].groups[i]) || !same(m[i].stages, rows[k].stages[i]) ||
                m[i].frozen != !rows[k].stages[i])
                fail_msg("%s: %s is in %s and meets %s", rows[k].chain, names[i],
                         m[i].group ? m[i].group : "none", m[i].stages ? m[i].stages : "none");
        }
        assert_string_equal(text, og_chain_text(chain)); /* the labels are not part of it */
        free(text);
        og_chain_free(chain);
    }
}

static void test_left_over(void **state)
{
    const og_chain_member *m;
    og_chain *chain;

    (void)state;
    assert_int_equal(og_chain_parse("sign | groups{ *.bias: sgd; fc1.*: sgd }", NULL, &chain), 0);
    assert_int_equal(og_chain_members(chain, NAMES, names, &m), OG_BAD_CHAIN);
    assert_non_null(strstr(og_chain_report(chain)->what,
                           "offset 7: no group matches the parameter 'fc2.weight'"));
    assert_null(m);
    og_chain_free(chain);
}

static bool failing_at(uint64_t n)
{
    const og_chain_member *m = NULL;
    og_chain *chain;
    og_status s;

    og_fail_at(n);
    s = og_chain_parse("c=clip_norm(1) | groups{ fc1.*: groups{ *.bias: sgd; _: adam }; _: lion | "
                       "clip_norm(2) }",
                       NULL, &chain);
    if (!s)
        s = og_chain_members(chain, NAMES, names, &m);
    og_fail_at(0);
    if (s && s != OG_NO_MEMORY)
        fail_msg("call %llu failed and the status is %s", (unsigned long long)n, og_status_name(s));
    og_chain_free(chain);
    return !s;
}

static void test_memory(void **state)
{
    uint64_t n = 1;

    (void)state;
    while (!failing_at(n) && n < 10000)
        n++;
    assert_true(n > 5 && n < 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_left_over),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
