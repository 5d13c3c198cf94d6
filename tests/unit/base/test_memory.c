/*
 * Memory: alignment, overflow, counting, failures on request; arenas, lists and texts on top of it.
 */
#include "../test.h"

static void memory_basics(void **state)
{
    uint64_t before = og_alloc_count();
    unsigned char *zeros = og_calloc(3, 5), *grown;
    void *aligned, *huge, *empty = og_malloc(0);

    (void)state;
    assert_non_null(empty);
    for (int i = 0; i < 15; i++)
        assert_int_equal(zeros[i], 0);
    zeros[14] = 7;
    grown = og_realloc(zeros, 1000);
    assert_int_equal(grown[14], 7);
    aligned = og_malloc_aligned(1);
    huge = og_malloc_aligned((size_t)9 << 20);
    assert_int_equal((uintptr_t)aligned % 64, 0);
    assert_int_equal((uintptr_t)huge % 64, 0);
    memset(huge, 1, (size_t)9 << 20);
    assert_int_equal(og_alloc_count() - before, 5);
    og_free(empty);
    og_free(grown);
    og_free(NULL);
    og_free_aligned(aligned);
    og_free_aligned(huge);
    og_free_aligned(NULL);
}

static void memory_overflow(void **state)
{
    size_t size;
    int64_t count;

    (void)state;
    assert_null(og_calloc(SIZE_MAX / 2, 3));
    assert_null(og_malloc(SIZE_MAX));
    assert_null(og_malloc_aligned(SIZE_MAX - 3));
    assert_true(og_size_mul(SIZE_MAX, 1, &size) && size == SIZE_MAX);
    assert_true(og_size_mul(SIZE_MAX, 0, &size) && size == 0);
    assert_false(og_size_mul(SIZE_MAX / 2 + 1, 2, &size));
    assert_true(og_count_mul(INT64_MAX, 1, &count) && count == INT64_MAX);
    assert_false(og_count_mul(INT64_MAX / 2 + 1, 2, &count));
    assert_false(og_count_mul(-1, 0, &count));
}

static void memory_failures(void **state)
{
    void *first, *second;

    (void)state;
    og_fail_at(2);
    first = og_malloc(1);
    second = og_malloc(1);
    assert_non_null(first);
    assert_null(second);
    assert_null(og_calloc(1, 1));
    assert_null(og_malloc_aligned(1));
    assert_null(og_realloc(first, 100)); /* and `first` is still there */
    og_fail_at(0);
    second = og_malloc(1);
    assert_non_null(second);
    og_free(first);
    og_free(second);
}

static void arena_holds(void **state)
{
    og_arena *arena = og_arena_new();
    unsigned char *blocks[400];

    (void)state;
    for (size_t i = 0; i < 400; i++) {
        size_t size = i * i * 3;

        blocks[i] = og_arena_alloc(arena, size);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t j = 0; j < size; j++)
            assert_int_equal(blocks[i][j], 0);
        memset(blocks[i], (int)(i & 255), size);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < i * i * 3; j++)
            assert_int_equal(blocks[i][j], i & 255);
    assert_string_equal(og_arena_string(arena, "text"), "text");
    assert_string_equal(og_arena_print(arena, "%d-%s", 5, "x"), "5-x");
    assert_memory_equal(og_arena_copy(arena, "a\0b", 3), "a\0b", 3);
    assert_false(og_arena_failed(arena));
    og_arena_free(arena);
    og_arena_free(NULL);
}

static void arena_fails(void **state)
{
    og_arena *arena = og_arena_new();

    (void)state;
    assert_null(og_arena_alloc(arena, SIZE_MAX - 5));
    assert_true(og_arena_failed(arena));
    og_arena_free(arena);

    og_fail_at(1);
    assert_null(og_arena_new());
    og_fail_at(0);
    assert_true(og_arena_failed(NULL));
    assert_null(og_arena_alloc(NULL, 1));

    arena = og_arena_new();
    og_fail_at(1);
    assert_null(og_arena_print(arena, "%s", "x"));
    og_fail_at(0);
    assert_non_null(og_arena_alloc(arena, 1));
    assert_true(og_arena_failed(arena));
    og_arena_free(arena);
}

static void list_grows(void **state)
{
    og_arena *arena = og_arena_new();
    og_list(int64_t) list = { .v = NULL };
    size_t n = 0;

    (void)state;
    for (int64_t i = 0; i < 10000; i++)
        assert_true(og_list_push(arena, &list, i * i));
    assert_int_equal(list.n, 10000);
    for (int64_t i = 0; i < 10000; i++)
        assert_int_equal(list.v[i], i * i);

    og_fail_at(1);
    while (og_list_push(arena, &list, -1))
        n++;
    og_fail_at(0);
    assert_true(og_arena_failed(arena));
    assert_int_equal(list.n, 10000 + n);
    assert_int_equal(list.v[9999], 9999 * 9999);
    og_arena_free(arena);
}

static void text_grows(void **state)
{
    og_text text = { .data = NULL };

    (void)state;
    for (int i = 0; i < 1000; i++)
        og_text_print(&text, "%03d,", i);
    og_text_add(&text, "\0z", 2);
    assert_int_equal(text.size, 4002);
    assert_memory_equal(text.data + 3996, "999,\0z", 7);
    assert_false(text.failed);

    og_fail_at(1);
    og_text_add(&text, memset((char[9000]){ 0 }, 'x', 9000), 9000);
    og_fail_at(0);
    assert_true(text.failed);
    og_text_print(&text, "no hole");
    assert_int_equal(text.size, 4002);
    og_text_free(&text);
    assert_null(text.data);
    og_text_add(&text, "", 0);
    assert_string_equal(text.data, "");
    og_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_basics),   cmocka_unit_test(memory_overflow),
        cmocka_unit_test(memory_failures), cmocka_unit_test(arena_holds),
        cmocka_unit_test(arena_fails),     cmocka_unit_test(list_grows),
        cmocka_unit_test(text_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
