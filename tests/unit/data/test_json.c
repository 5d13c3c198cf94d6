/*
 * JSON: every row is a text and what it becomes when it is printed again, or the place and words of
 * the error.
 */
#include "../test.h"

#include "data/json.h"
#include "data/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct json_case {
    const char *text;
    const char *result; /* "!" and a part of the message for an error */
} json_case;

static const json_case cases[] = {
    { "null", "null" },
    { " true ", "true" },
    { "[]", "[]" },
    { "{}", "{}" },
    { "[1, 2.5, -3e2, 0]", "[1,2.5,-300,0]" },
    { "{\"a\": {\"b\": [false]}, \"c\": \"d\"}", "{\"a\":{\"b\":[false]},\"c\":\"d\"}" },
    { "9223372036854775807", "i9223372036854775807" },
    { "-9223372036854775808", "i-9223372036854775808" },
    { "9223372036854775808", "9.223372036854776e+18" },
    { "-0", "0" },
    { "[NaN, Infinity, -Infinity]", "[null,null,null]" },
    { "\"\\u0041\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"",
      "\"A\\n\\\"\\\\/\xc3\xa9\xf0\x9f\x98\x80\"" },
    { "\"a\\u0000b\"", "\"a\\u0000b\"" },
    { "2.2907819747924805", "2.2907819747924805" },
    { "1e-320", "1e-320" },
    { "4.9406564584124654e-324", "5e-324" },
    { "1.7976931348623157e308", "1.7976931348623157e+308" },
    { "9007199254740993.0", "9007199254740992" },
    { "0.1000000000000000055511151231257827", "0.1" },
    { "", "!line 1, column 1: expected a value, found the end of the text" },
    { "{\n  \"a\": 1,\n  b\n}", "!line 3, column 3: expected a string, found 'b'" },
    { "[1,]", "!line 1, column 4: expected a value, found ']'" },
    { "[1 2]", "!line 1, column 4: expected ',' or ']', found '2'" },
    { "{\"a\" 1}", "!column 6: expected ':', found '1'" },
    { "{\"a\": 1,}", "!column 9: expected a string, found '}'" },
    { "{\"a\": 1, \"a\": 2}", "!column 15: the key 'a' is given twice" },
    { "{\"a\\u0000\": 1}", "!a key without zero bytes" },
    { "[01]", "!column 3: expected ',' or ']', found '1'" },
    { "[1.]", "!column 4: expected a digit, found ']'" },
    { "[-]", "!column 3: expected a digit" },
    { "[+1]", "!expected a value, found '+'" },
    { "1e999", "!beyond the range of a double" },
    { "\"a", "!expected '\"' at the end of a string" },
    { "\"a\nb\"", "!found byte 0x0a" },
    { "\"\\x\"", "!after the backslash" },
    { "\"\\u12g4\"", "!hexadecimal" },
    { "\"\\ud83d\"", "!surrogate" },
    { "\"\\ude00\"", "!surrogate" },
    { "\"\\ud83d\\u0041\"", "!surrogate" },
    { "\"\xff\"", "!expected UTF-8" },
    { "\"\xc0\xaf\"", "!expected UTF-8" },
    { "\"\xed\xa0\x80\"", "!expected UTF-8" },
    { "\"\xe2\x82\"", "!expected UTF-8" },
    { "nul", "!expected a value" },
    { "1 2", "!expected the end of the text" },
};

static void print(og_text *out, const og_json *json)
{
    bool object = json->kind == OG_JSON_OBJECT;

    if (json->kind == OG_JSON_NULL)
        og_text_print(out, "null");
    else if (json->kind == OG_JSON_BOOL)
        og_text_print(out, json->boolean ? "true" : "false");
    else if (json->kind == OG_JSON_STRING)
        og_json_add_string(out, json->string, json->size);
    else if (json->kind == OG_JSON_NUMBER && json->is_integer && fabs(json->number) > 1e15)
        og_text_print(out, "i%lld", (long long)json->integer);
    else if (json->kind == OG_JSON_NUMBER)
        og_json_add_number(out, json->is_integer ? (double)json->integer : json->number);
    if (json->kind != OG_JSON_ARRAY && !object)
        return;
    og_text_print(out, object ? "{" : "[");
    for (size_t i = 0; i < json->n; i++) {
        if (i)
            og_text_print(out, ",");
        if (object) {
            og_json_add_string(out, json->items[i].key, strlen(json->items[i].key));
            og_text_print(out, ":");
        }
        print(out, &json->items[i]);
    }
    og_text_print(out, object ? "}" : "]");
}

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        og_report report = { 0 };
        og_arena *arena = og_arena_new();
        const og_json *root;
        og_text out = { 0 };
        og_status s = og_json_read(arena, cases[i].text, strlen(cases[i].text), &root, &report);

        if (*cases[i].result == '!') {
            assert_int_equal(s, OG_BAD_FILE);
            if (!strstr(report.what, cases[i].result + 1))
                fail_msg("%s: '%s' is not in '%s'", cases[i].text, cases[i].result + 1,
                         report.what);
        } else {
            assert_ok(s, &report);
            print(&out, root);
            assert_string_equal(out.data, cases[i].result);
        }
        og_text_free(&out);
        og_arena_free(arena);
    }
}

/* The deepest nesting is read, one more is refused, and a million brackets cost no stack. */
static void depth(void **state)
{
    enum { MANY = 1000000 };
    char *text = malloc(MANY);
    og_arena *arena = og_arena_new();
    og_report report = { 0 };
    const og_json *root;

    (void)state;
    memset(text, '[', OG_JSON_DEPTH);
    memset(text + OG_JSON_DEPTH, ']', OG_JSON_DEPTH);
    assert_ok(og_json_read(arena, text, 2 * OG_JSON_DEPTH, &root, &report), &report);
    memset(text, '[', MANY);
    assert_int_equal(og_json_read(arena, text, MANY, &root, &report), OG_BAD_FILE);
    assert_non_null(strstr(report.what, "levels deep"));
    og_arena_free(arena);
    free(text);
}

/* Objects with and without a hash table find their members; look-ups nest through what is absent.
 */
static void members(void **state)
{
    static const int sizes[] = { 1, 8, 9, 1000 };

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        og_arena *arena = og_arena_new();
        og_report report = { 0 };
        const og_json *root;
        og_text text = { 0 };
        char key[16];

        for (int i = 0; i < sizes[k]; i++)
            og_text_print(&text, "%s\"k%d\": %d", i ? "," : "{", i, i);
        og_text_print(&text, ", \"s\": \"text\", \"b\": true}");
        assert_ok(og_json_read(arena, text.data, text.size, &root, &report), &report);
        for (int i = 0; i < sizes[k]; i++) {
            snprintf(key, sizeof key, "k%d", i);
            assert_int_equal(og_json_int(root, key, -1), i);
        }
        assert_string_equal(og_json_string(root, "s", ""), "text");
        assert_true(og_json_bool(root, "b", false));
        assert_true(og_json_number(root, "s", -2) == -2);
        assert_null(og_json_get(og_json_get(og_json_get(root, "x"), "y"), "z"));
        og_text_free(&text);
        og_arena_free(arena);
    }
}

static void places(void **state)
{
    static const char text[] = "{\n \"a\": [1,\n   2]}";
    og_arena *arena = og_arena_new();
    og_report report = { 0 };
    const og_json *root, *item;

    (void)state;
    assert_ok(og_json_read(arena, text, strlen(text), &root, &report), &report);
    item = &og_json_get(root, "a")->items[1];
    assert_int_equal(item->line, 3);
    assert_int_equal(item->column, 4);
    og_arena_free(arena);
}

static void broken_text_is_replaced(void **state)
{
    og_text out = { 0 };

    (void)state;
    og_json_add_string(&out, "a\xff\x01", 3);
    assert_string_equal(out.data, "\"a\xef\xbf\xbd\\u0001\"");
    og_text_free(&out);
}

/* Against strtod, whose rounding is right; and back: what is written reads as the same number. */
static void numbers(void **state)
{
    og_philox random = { .seed = 1 };
    char text[OG_NUMBER_SIZE];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        uint64_t bits = (uint64_t)og_philox_u32(&random) << 32 | og_philox_u32(&random);
        double x, y;

        memcpy(&x, &bits, sizeof x);
        if (!isfinite(x))
            continue;
        og_number_write(text, x);
        assert_true(og_number_read(text, strlen(text), &y) && x == y);
        snprintf(text, sizeof text, "%.*g", 1 + i % 17, i % 2 ? x : x - floor(x));
        assert_true(og_number_read(text, strlen(text), &y) && y == strtod(text, NULL));
    }
}

static void no_numbers(void **state)
{
    static const char *const texts[] = {
        "",    "-",    "+",  ".",  "e5",    "1e",  "1e+", "nan",
        "inf", "0x10", "1 ", " 1", "1.2.3", "--1", "1,5", "1e5.0"
    };
    static const char *const numbers[] = { "1", "+1", "-.5", "5.", "1E3", "1e+03", "00012" };
    double x;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (og_number_read(texts[i], strlen(texts[i]), &x))
            fail_msg("'%s' was read as %g", texts[i], x);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!og_number_read(numbers[i], strlen(numbers[i]), &x) || x != strtod(numbers[i], NULL))
            fail_msg("'%s' was not read", numbers[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),      cmocka_unit_test(depth),
        cmocka_unit_test(members),    cmocka_unit_test(places),
        cmocka_unit_test(numbers),    cmocka_unit_test(broken_text_is_replaced),
        cmocka_unit_test(no_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
