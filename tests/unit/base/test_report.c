/*
 * Reports: the first failure stays, long texts are cut between characters.
 */
#include "../test.h"

static void report_names(void **state)
{
    (void)state;
    assert_string_equal(og_status_name(OG_BAD_SHAPE), "OG_BAD_SHAPE");
    assert_string_equal(og_status_text(OG_OK), "no error");
    assert_non_null(og_status_name((og_status)1000));
    assert_non_null(og_status_text((og_status)-1));
    assert_string_equal(og_version(), OG_VERSION);
}

static void report_first_stays(void **state)
{
    og_report report = { .code = OG_OK };

    (void)state;
    og_report_where(&report, "nothing failed yet");
    assert_string_equal(report.where, "");
    assert_int_equal(og_fail(&report, OG_BAD_FILE, "found %d, expected %d", 1, 2), OG_BAD_FILE);
    assert_int_equal(og_fail(&report, OG_IO, "later"), OG_BAD_FILE);
    assert_int_equal(report.code, OG_BAD_FILE);
    assert_string_equal(report.what, "found 1, expected 2");
    og_report_where(&report, "node %s", "a");
    og_report_where(&report, "node %s", "b");
    og_report_hint(&report, "try %s", "c");
    assert_string_equal(report.where, "node a");
    assert_string_equal(report.hint, "try c");
    og_report_clear(&report);
    assert_int_equal(report.code, OG_OK);
    assert_string_equal(report.what, "");
    assert_int_equal(og_fail(NULL, OG_LIMIT, "nobody listens"), OG_LIMIT);
}

static void report_cut(void **state)
{
    og_report report = { .code = OG_OK };
    char text[2000];
    size_t length;

    (void)state;
    /* One byte, then characters of two: the cut may not fall into one, wherever it is. */
    for (size_t lead = 0; lead < 3; lead++) {
        memset(text, 'a', lead);
        for (size_t i = lead; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xC3\xA4", 3);
        og_report_clear(&report);
        og_fail(&report, OG_BAD_FILE, "%s", text);
        length = strlen(report.what);
        assert_true(length < sizeof report.what && length > sizeof report.what - 8);
        assert_string_equal(report.what + length - 3, "…");
        assert_int_equal((unsigned char)report.what[length - 4], 0xA4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report_names),
        cmocka_unit_test(report_first_stays),
        cmocka_unit_test(report_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
