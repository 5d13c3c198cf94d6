/*
 * Names: tables, escapes, patterns, likeness.
 */
#include "../test.h"

#include <stdio.h>

static void table_against_array(void **state)
{
    enum { KEYS = 2000 };
    static char keys[KEYS][16];
    static void *values[KEYS];
    og_arena *arena = og_arena_new();
    og_table *table = og_table_new(arena);
    og_philox random = { .seed = 1 };

    (void)state;
    memset(values, 0, sizeof values);
    for (int i = 0; i < KEYS; i++)
        (void)snprintf(keys[i], sizeof keys[i], "key%d", i);
    assert_null(og_table_get(table, "key1"));
    for (int turn = 0; turn < 50000; turn++) {
        size_t i = (size_t)og_philox_below(&random, KEYS);
        bool removes = og_philox_below(&random, 3) == 0;
        char passing[16];

        values[i] = removes ? NULL : &values[og_philox_below(&random, KEYS)];
        /* A removal may be asked for with a text that goes away. */
        memcpy(passing, keys[i], sizeof passing);
        assert_true(og_table_set(table, removes ? passing : keys[i], values[i]));
        memset(passing, 'x', sizeof passing - 1);
        i = (size_t)og_philox_below(&random, KEYS);
        assert_ptr_equal(og_table_get(table, keys[i]), values[i]);
    }
    assert_true(og_table_set(table, "", keys));
    assert_ptr_equal(og_table_get(table, ""), keys);
    assert_null(og_table_get(NULL, "key"));
    og_arena_free(arena);
}

static void table_fails(void **state)
{
    og_arena *arena = og_arena_new();
    og_table *table = og_table_new(arena);
    int n = 0;
    static char keys[5000][12];

    (void)state;
    og_fail_at(2);
    for (; n < 5000; n++) {
        (void)snprintf(keys[n], sizeof keys[n], "%d", n);
        if (!og_table_set(table, keys[n], keys[n]))
            break;
    }
    og_fail_at(0);
    assert_in_range(n, 1, 4999);
    for (int i = 0; i < n; i++)
        assert_ptr_equal(og_table_get(table, keys[i]), keys[i]);
    assert_null(og_table_get(table, keys[n]));
    og_arena_free(arena);
}

static void hash_spreads(void **state)
{
    uint64_t all = og_hash_bytes(0, "", 0);

    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char bytes[40] = { 0 };
        uint64_t plain = og_hash_bytes(0, bytes, size);

        assert_true(size == 0 || plain != all);
        assert_true(og_hash_bytes(1, bytes, size) != plain);
        for (size_t i = 0; i < size; i++) {
            bytes[i] = 1;
            assert_true(og_hash_bytes(0, bytes, size) != plain);
            bytes[i] = 0;
        }
    }
}

static void escape_table(void **state)
{
    static const struct {
        const char *text, *escaped;
        size_t size;
    } rows[] = {
        { "conv1.weight", "conv1.weight", 100 },
        { "a\nb\t\x1b[31m", "a\\nb\\t\\x1b[31m", 100 },
        { "it's \"x\" \\", "it\\'s \\\"x\\\" \\\\", 100 },
        { "Größe 重み 🙂", "Größe 重み 🙂", 100 },
        { "\xff\xc3(", "\\xff\\xc3(", 100 },
        { "\xed\xa0\x80", "\\xed\\xa0\\x80", 100 },                   /* a surrogate */
        { "\xc0\x80\xe0\x80\x80", "\\xc0\\x80\\xe0\\x80\\x80", 100 }, /* longer than needed */
        { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", 100 },          /* beyond U+10FFFF */
        { "\xc3", "\\xc3", 100 },
        { "a\xe2\x80\xae"
          "b",
          "a\\u202eb", 100 }, /* turns the direction */
        { "\xc2\x9b"
          "2J",
          "\\u009b2J", 100 },
        { "abcdef", "abcdef", 7 },
        { "abcdef", "ab…", 6 },
        { "äöü", "ä…", 6 },
        { "\n\n\n", "\\n…", 6 },
        { "abcdef", "…", 4 },
        { "abcdef", "", 3 },
        { "abcdef", "", 1 },
        { "", "", 1 },
    };
    char out[100];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(og_escape(out, rows[i].size, rows[i].text), rows[i].escaped);
    assert_string_equal(og_escape(out, sizeof out, NULL), "");
}

static void glob_table(void **state)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } rows[] = {
        { "*", "", true },
        { "*", "a.b/c", true },
        { "", "", true },
        { "", "a", false },
        { "*.bias", "fc1.bias", true },
        { "*.bias", "fc1.bias2", false },
        { "fc?.*", "fc1.weight", true },
        { "fc?.*", "fc12.weight", false },
        { "?", "ä", true },
        { "??", "ä", false },
        { "a*b*c", "a1b2b3c", true },
        { "a*b*c", "a1b2b3", false },
        { "*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
        { "a", "A", false },
        { "**", "x", true },
        { "x*", "x", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (og_glob(rows[i].pattern, rows[i].name) != rows[i].matches)
            fail_msg("'%s' and '%s'", rows[i].pattern, rows[i].name);
}

static void nearest_table(void **state)
{
    static const char *const names[] = { "adam",    "adamw",     "adagrad",
                                         "sgd",     "clip_norm", "clip_value",
                                         "rmsprop", "lr",        "cross_entropy" };
    static const struct {
        const char *name, *nearest;
    } rows[] = {
        { "Adam", "adam" },
        { "adma", "adam" },
        { "adamx", "adam" },
        { "clipnorm", "clip_norm" },
        { "clip_vaule", "clip_value" },
        { "sdg", "sgd" },
        { "cross", "cross_entropy" },
        { "rmsporp", "rmsprop" },
        { "zzz", NULL },
        { "x", NULL },
        { "", NULL },
        { "transformer", NULL },
    };
    char longest[500];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *found = og_nearest(rows[i].name, names, sizeof names / sizeof *names);

        if (rows[i].nearest ? !found || strcmp(found, rows[i].nearest) != 0 : found != NULL)
            fail_msg("'%s' gives '%s'", rows[i].name, found ? found : "nothing");
    }
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_null(og_nearest(longest, names, 9));
    assert_null(og_nearest("adam", &(const char *){ longest }, 1));
    assert_null(og_nearest("adam", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_against_array), cmocka_unit_test(table_fails),
        cmocka_unit_test(hash_spreads),        cmocka_unit_test(escape_table),
        cmocka_unit_test(glob_table),          cmocka_unit_test(nearest_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
