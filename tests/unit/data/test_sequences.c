/* Made-up sequences: what the tasks say of every row. */
#include "../test.h"

#include "onnxgrad/data.h"

#include <math.h>

static og_dataset *open_set(const char *source)
{
    og_dataset *d;

    assert_ok(og_dataset_open(source, &d), og_dataset_report(d));
    return d;
}

static const float *numbers(const og_dataset *d, size_t i)
{
    return og_dataset_array(d, i)->tensor.data;
}

static void check_adding(const char *source, int64_t rows, int64_t length)
{
    og_dataset *d = open_set(source);
    const float *x = numbers(d, 0), *target = numbers(d, 1);

    assert_int_equal(og_dataset_rows(d), rows);
    assert_int_equal(og_dataset_array(d, 0)->tensor.dims[1], length);
    for (int64_t i = 0; i < rows; i++) {
        double sum = 0;
        int64_t marks = 0, first = -1, second = -1;

        for (int64_t t = 0; t < length; t++, x += 2) {
            assert_true(x[0] >= 0 && x[0] < 1 && (x[1] == 0 || x[1] == 1));
            sum += (double)(x[0] * x[1]);
            first = x[1] > 0 && first < 0 ? t : first;
            second = x[1] > 0 ? t : second;
            marks += x[1] > 0;
        }
        assert_int_equal(marks, 2);
        assert_true(first <= length / 10 && second < length / 2 + 1);
        assert_true(fabs(sum / 2 - (double)target[i]) < 1e-6);
    }
    og_dataset_free(d);
}

static void test_adding(void **state)
{
    (void)state;
    check_adding("adding?rows=50", 50, 100);
    check_adding("adding:test?rows=200&length=50", 200, 50);
    check_adding("adding?rows=300&length=3", 300, 3);
    check_adding("adding?rows=30&length=2", 30, 2);
}

static void test_order(void **state)
{
    og_dataset *d = open_set("order?rows=400");
    const float *x = numbers(d, 0);
    const int64_t *label = og_dataset_array(d, 1)->tensor.data;
    int64_t seen[4] = { 0 };

    (void)state;
    for (int i = 0; i < 400; i++) {
        int64_t which[2] = { -1, -1 }, found = 0;

        for (int t = 0; t < 50; t++, x += 6) {
            int64_t symbol = -1;

            for (int k = 0; k < 6; k++)
                if (x[k] != 0) {
                    assert_true(x[k] == 1 && symbol < 0);
                    symbol = k;
                }
            if (symbol < 2) {
                assert_true(found ? t >= 25 && t < 30 : t >= 5 && t < 10);
                which[found++] = symbol;
            }
        }
        assert_int_equal(found, 2);
        assert_int_equal(label[i], 2 * which[0] + which[1]);
        seen[label[i]]++;
    }
    for (int k = 0; k < 4; k++)
        assert_true(seen[k] > 60);
    og_dataset_free(d);
}

static void test_same_rows(void **state)
{
    og_dataset *few = open_set("adding?rows=3"), *many = open_set("adding?rows=30"),
               *other = open_set("adding?rows=3&seed=1"), *test = open_set("adding:test?rows=3");

    (void)state;
    assert_memory_equal(numbers(few, 0), numbers(many, 0), 3 * 200 * sizeof(float));
    assert_memory_not_equal(numbers(few, 0), numbers(other, 0), 200 * sizeof(float));
    assert_memory_not_equal(numbers(few, 0), numbers(test, 0), 200 * sizeof(float));
    og_dataset_free(few);
    og_dataset_free(many);
    og_dataset_free(other);
    og_dataset_free(test);
}

static void test_refused(void **state)
{
    static const char *const bad[] = { "adding?length=1",   "adding?rows=0", "order?rows=x",
                                       "order?length=1e12", "adding:x",      "adding?row=3",
                                       "adding?length=2.5" };
    og_dataset *d;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(og_dataset_open(bad[i], &d), OG_BAD_ARGUMENT);
        og_dataset_free(d);
    }
    assert_int_equal(og_dataset_open("adding?length=1e9&rows=1e9", &d), OG_LIMIT);
    og_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adding),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_same_rows),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
