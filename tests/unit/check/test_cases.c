/* Cases in folders: what passes, what fails and why, what is unsupported. */
#include "../train/fixture.h"

#include "check/check.h"
#include "onnxgrad/file.h"

#include <math.h>

static void save_tensor(const char *folder, const char *name, const og_tensor *t)
{
    char path[500];
    og_report report;

    snprintf(path, sizeof path, "%s/test_data_set_0/%s.pb", folder, name);
    assert_ok(og_tensor_save(path, "t", t, &report), &report);
}

/* y = x + 1 for two numbers, and what the case says y is. */
static void write_case(const char *folder, float second)
{
    og_graph *g = og_graph_new("case");
    int64_t dims[1] = { 2 };
    float x[2] = { 1, 2 }, y[2] = { 2, second };
    og_tensor in = og_tensor_view(OG_FLOAT, 1, dims, x), out = og_tensor_view(OG_FLOAT, 1, dims, y);
    char path[500];
    og_report report = { 0 };

    snprintf(path, sizeof path, "%s/test_data_set_0", folder);
    assert_ok(og_directory_make(path, &report), &report);
    og_output(g, "y", og_plus(og_input(g, "x", "float[2]"), 1));
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    assert_ok(og_save(g, path, NULL), og_graph_report(g));
    save_tensor(folder, "input_0", &in);
    save_tensor(folder, "output_0", &out);
    og_graph_free(g);
}

static void verdicts(void **state)
{
    char base[300], folder[400];
    og_cases *cases;

    (void)state;
    folder_open(base, sizeof base);
    snprintf(folder, sizeof folder, "%s/good", base);
    write_case(folder, 3);
    snprintf(folder, sizeof folder, "%s/deeper/wrong", base);
    write_case(folder, 3.01f);
    assert_ok(og_cases_run(base, NULL, &cases), og_cases_report(cases));
    assert_int_equal(og_cases_count(cases, OG_PASSED), 1);
    assert_int_equal(og_cases_count(cases, OG_FAILED), 1);
    assert_string_equal(og_cases_at(cases, 0)->name, "wrong");
    assert_non_null(strstr(og_cases_at(cases, 0)->report.what, "output 'y'"));
    assert_non_null(strstr(og_cases_at(cases, 0)->report.what, "3.00999999"));
    og_cases_free(cases);
    folder_close(base);
}

static void nothing_there(void **state)
{
    char base[300];
    og_cases *cases;

    (void)state;
    folder_open(base, sizeof base);
    assert_int_equal(og_cases_run(base, NULL, &cases), OG_NOT_FOUND);
    og_cases_free(cases);
    folder_close(base);
    assert_int_equal(og_cases_run(base, NULL, &cases), OG_NOT_FOUND);
    og_cases_free(cases);
}

static og_status compare(og_elem elem, const void *a, const void *b, int64_t n)
{
    int64_t dims[1] = { n };
    og_tensor x = og_tensor_view(elem, 1, dims, (void *)(uintptr_t)a);
    og_tensor y = og_tensor_view(elem, 1, dims, (void *)(uintptr_t)b);
    og_report report = { 0 };

    return og_compare("x", &x, &y, 1e-3, 1e-7, &report);
}

static void comparison(void **state)
{
    const float one[] = { 1, NAN, INFINITY, 0 }, near[] = { 1.0009f, NAN, INFINITY, 0.9e-7f };
    const float far[] = { 1.0011f, NAN, INFINITY, 0 }, nan[] = { NAN, NAN, INFINITY, 0 };
    const float other_end[] = { 1, NAN, -INFINITY, 0 };
    const int64_t big[] = { INT64_MAX, 3 }, less[] = { INT64_MAX - 1, 3 };
    const og_string ab[] = { { "ab", 2 } }, ac[] = { { "ac", 2 } };

    (void)state;
    assert_int_equal(compare(OG_FLOAT, near, one, 4), OG_OK);
    assert_int_equal(compare(OG_FLOAT, far, one, 4), OG_BAD_VALUE);
    assert_int_equal(compare(OG_FLOAT, nan, one, 4), OG_BAD_VALUE);
    assert_int_equal(compare(OG_FLOAT, other_end, one, 4), OG_BAD_VALUE);
    assert_int_equal(compare(OG_INT64, big, big, 2), OG_OK);
    assert_int_equal(compare(OG_INT64, less, big, 2), OG_BAD_VALUE);
    assert_int_equal(compare(OG_STRING, ab, ab, 1), OG_OK);
    assert_int_equal(compare(OG_STRING, ab, ac, 1), OG_BAD_VALUE);
}

static void shapes_and_types_count(void **state)
{
    int64_t two[1] = { 2 }, square[2] = { 2, 1 };
    float numbers[2] = { 1, 2 };
    og_tensor a = og_tensor_view(OG_FLOAT, 1, two, numbers),
              b = og_tensor_view(OG_FLOAT, 2, square, numbers);
    og_tensor c = og_tensor_view(OG_INT32, 1, two, numbers);
    og_report report = { 0 };

    (void)state;
    assert_int_equal(og_compare("x", &a, &b, 1, 1, &report), OG_BAD_SHAPE);
    og_report_clear(&report);
    assert_int_equal(og_compare("x", &a, &c, 1, 1, &report), OG_BAD_TYPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(nothing_there),
        cmocka_unit_test(comparison),
        cmocka_unit_test(shapes_and_types_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
