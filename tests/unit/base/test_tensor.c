/*
 * Tensors: sizes, overflow, ownership, copies of strings, texts; each allocation may fail.
 */
#include "../test.h"

static void counts(void **state)
{
    (void)state;
    assert_int_equal(og_count(0, NULL), 1);
    assert_int_equal(og_count(3, (const int64_t[]){ 2, 3, 4 }), 24);
    assert_int_equal(og_count(2, (const int64_t[]){ 2, -1 }), -1);
    assert_int_equal(og_count(2, (const int64_t[]){ INT64_MAX, 2 }), -1);
    /* An empty tensor has no elements, however large the other dimensions are. */
    assert_int_equal(og_count(3, (const int64_t[]){ INT64_MAX, INT64_MAX, 0 }), 0);
    assert_int_equal(og_count(2, (const int64_t[]){ 0, -1 }), -1);
}

static void bytes(void **state)
{
    static const struct {
        og_elem elem;
        int64_t count;
        size_t bytes;
    } rows[] = {
        { OG_FLOAT, 3, 12 },      { OG_UINT4, 3, 2 },
        { OG_INT2, 5, 2 },        { OG_INT2, 0, 0 },
        { OG_BOOL, 7, 7 },        { OG_STRING, 2, 2 * sizeof(og_string) },
        { OG_COMPLEX128, 1, 16 }, { OG_UINT2, INT64_MAX, (size_t)1 << 61 },
    };
    size_t size;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(og_elem_bytes(rows[i].elem, rows[i].count, &size));
        assert_int_equal(size, rows[i].bytes);
    }
    assert_false(og_elem_bytes(OG_DOUBLE, INT64_MAX / 2, &size));
    assert_false(og_elem_bytes(OG_FLOAT, -1, &size));
    assert_false(og_elem_bytes(OG_UNDEFINED, 1, &size));
}

static void owned(void **state)
{
    int64_t dims[] = { 2, 3 };
    og_tensor *tensor = og_tensor_new(OG_FLOAT, 2, dims), *copy;

    (void)state;
    dims[0] = 99;
    assert_int_equal(tensor->dims[0], 2);
    assert_int_equal(tensor->count, 6);
    assert_int_equal(og_tensor_bytes(tensor), 24);
    assert_int_equal((uintptr_t)tensor->data % 64, 0);
    for (int64_t i = 0; i < 6; i++)
        assert_true(og_get_double(tensor, i) == 0);
    og_set_double(tensor, 5, 2.5);
    copy = og_tensor_copy(tensor);
    tensor->data = NULL; /* what the caller does to the view does not matter to the owner */
    og_tensor_free(tensor);
    assert_true(og_get_double(copy, 5) == 2.5);
    og_tensor_free(copy);
    og_tensor_free(NULL);

    assert_null(og_tensor_new(OG_FLOAT, 2, (const int64_t[]){ INT64_MAX, 4 }));
    assert_null(og_tensor_new(OG_DOUBLE, 1, (const int64_t[]){ INT64_MAX / 4 }));
    assert_null(og_tensor_new(OG_FLOAT, 1, (const int64_t[]){ -1 }));
    assert_null(og_tensor_new(OG_UNDEFINED, 0, NULL));
    assert_null(og_tensor_new(OG_FLOAT, OG_MAX_RANK + 1, (const int64_t[OG_MAX_RANK + 1]){ 0 }));
    assert_null(og_tensor_new(OG_FLOAT, -1, NULL));
}

static void strings_are_copied(void **state)
{
    char word[] = "a\0b";
    og_string strings[] = { { word, 3 }, { NULL, 0 }, { "end", 3 } };
    og_tensor view = og_tensor_view(OG_STRING, 1, (const int64_t[]){ 3 }, strings);
    og_tensor *copy = og_tensor_copy(&view);
    const og_string *copied = copy->data;

    (void)state;
    memset(word, 'x', sizeof word);
    assert_int_equal(copied[0].size, 3);
    assert_memory_equal(copied[0].data, "a\0b", 3);
    assert_int_equal(copied[1].size, 0);
    assert_memory_equal(copied[2].data, "end", 3);
    og_tensor_free(copy);

    for (uint64_t n = 1; n <= 4; n++) {
        og_fail_at(n);
        copy = og_tensor_copy(&view);
        og_fail_at(0);
        assert_true(n <= 3 ? copy == NULL : copy != NULL);
        og_tensor_free(copy);
    }
}

static void texts(void **state)
{
    og_tensor tensor = og_tensor_view(OG_FLOAT, 2, (const int64_t[]){ 2, 30 }, NULL);
    char out[32];

    (void)state;
    assert_string_equal(og_tensor_text(out, sizeof out, &tensor), "float[2,30]");
    assert_string_equal(og_tensor_text(out, 9, &tensor), "float[2,");
    assert_string_equal(og_tensor_text(out, 1, &tensor), "");
    tensor.rank = 0;
    assert_string_equal(og_tensor_text(out, sizeof out, &tensor), "float");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts), cmocka_unit_test(bytes),
        cmocka_unit_test(owned),  cmocka_unit_test(strings_are_copied),
        cmocka_unit_test(texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
