/*
 * JSON: one pass over the text with a depth limit.  Every node remembers its line and column,
 * because the readers of case files and checkpoints complain about nodes long after the text was
 * read.
 */
#include "data/json.h"

#include "data/data.h"
#include "data/number.h"

#include <math.h>
#include <stdio.h>

enum { TABLE_FROM = 9 }; /* members from which an object gets a hash table */

typedef struct reader {
    const char *p, *end, *line_start;
    size_t line;
    int depth;
    og_arena *arena;
    og_report *report;
} reader;

typedef og_list(og_json) json_list;

static og_status read_value(reader *r, og_json *out);

/* "expected `what`, found …" at the reader's place. */
static og_status json_expected(reader *r, const char *what)
{
    char found[24] = "the end of the text", one[2] = { 0 };

    if (r->p < r->end) {
        unsigned char c = (unsigned char)*r->p;

        one[0] = (char)c;
        if (c >= 0x20 && c < 0x7f)
            snprintf(found, sizeof found, "'%s'", one);
        else
            snprintf(found, sizeof found, "byte 0x%02x", c);
    }
    return og_fail(r->report, OG_BAD_FILE, "JSON line %zu, column %zu: expected %s, found %s",
                   r->line, (size_t)(r->p - r->line_start) + 1, what, found);
}

static og_status json_wrong(reader *r, const og_json *node, const char *what)
{
    return og_fail(r->report, OG_BAD_FILE, "JSON line %zu, column %zu: %s", node->line,
                   node->column, what);
}

static og_status json_no_memory(reader *r)
{
    return og_fail(r->report, OG_NO_MEMORY, "out of memory while reading JSON");
}

static void skip_space(reader *r)
{
    for (; r->p < r->end; r->p++) {
        if (*r->p == '\n') {
            r->line++;
            r->line_start = r->p + 1;
        } else if (*r->p != ' ' && *r->p != '\t' && *r->p != '\r') {
            break;
        }
    }
}

static bool next_is(reader *r, char c)
{
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* ---- Strings --------------------------------------------------------------------------------- */

/* Bytes of the well-formed UTF-8 character at p (RFC 3629: no overlong form, no surrogate), or 0.
 */
static size_t utf8_size(const unsigned char *p, size_t left)
{
    size_t size = p[0] < 0x80   ? 1
                  : p[0] < 0xc2 ? 0
                  : p[0] < 0xe0 ? 2
                  : p[0] < 0xf0 ? 3
                  : p[0] < 0xf5 ? 4
                                : 0;

    if (size == 0 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return size;
}

static char *utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

static og_status read_hex4(reader *r, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = r->p < r->end ? *r->p : 0;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;

        if (digit < 0)
            return json_expected(r, "four hexadecimal digits");
        *out = *out << 4 | (uint32_t)digit;
        r->p++;
    }
    return OG_OK;
}

/* Behind "\u": one code point, or the two halves of a surrogate pair. */
static og_status read_code_point(reader *r, uint32_t *out)
{
    uint32_t low;

    OG_TRY(read_hex4(r, out));
    if (*out < 0xd800 || *out > 0xdfff)
        return OG_OK;
    if (*out > 0xdbff || r->end - r->p < 2 || r->p[0] != '\\' || r->p[1] != 'u')
        return json_expected(r, "both halves of a surrogate pair");
    r->p += 2;
    OG_TRY(read_hex4(r, &low));
    if (low < 0xdc00 || low > 0xdfff)
        return json_expected(r, "the low half of a surrogate pair before this");
    *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
    return OG_OK;
}

static og_status read_escape(reader *r, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *found;
    uint32_t c;

    if (next_is(r, 'u')) {
        OG_TRY(read_code_point(r, &c));
        *out = utf8_put(*out, c);
        return OG_OK;
    }
    found = r->p < r->end && *r->p ? strchr(from, *r->p) : NULL;
    if (!found)
        return json_expected(r, "one of \"\\/bfnrtu after the backslash");
    *(*out)++ = to[found - from];
    r->p++;
    return OG_OK;
}

/* Where the closing quote is, or the end: a string never grows when its escapes are read. */
static size_t string_extent(const reader *r)
{
    const char *p = r->p;

    while (p < r->end && *p != '"')
        p += *p == '\\' && r->end - p > 1 ? 2 : 1;
    return (size_t)(p - r->p);
}

static og_status read_string(reader *r, const char **string, size_t *size)
{
    char *text, *out;

    if (!next_is(r, '"'))
        return json_expected(r, "a string");
    out = text = og_arena_alloc(r->arena, string_extent(r) + 1);
    if (!text)
        return json_no_memory(r);
    while (!next_is(r, '"')) {
        size_t n;

        if (r->p == r->end || (unsigned char)*r->p < 0x20)
            return json_expected(r, "'\"' at the end of a string");
        if (next_is(r, '\\')) {
            OG_TRY(read_escape(r, &out));
            continue;
        }
        if (!(n = utf8_size((const unsigned char *)r->p, (size_t)(r->end - r->p))))
            return json_expected(r, "UTF-8");
        memcpy(out, r->p, n);
        out += n;
        r->p += n;
    }
    *out = 0;
    *string = text;
    *size = (size_t)(out - text);
    return OG_OK;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static og_status skip_digits(reader *r)
{
    const char *first = r->p;

    while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
        r->p++;
    return r->p > first ? OG_OK : json_expected(r, "a digit");
}

static void set_integer(og_json *out, const char *text, const char *end)
{
    bool negative = *text == '-';
    uint64_t limit = (uint64_t)INT64_MAX + negative, x = 0;

    for (text += negative; text < end; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (x > (limit - digit) / 10)
            return;
        x = x * 10 + digit;
    }
    out->is_integer = true;
    out->integer = negative ? -(int64_t)(x - (x > 0)) - (x > 0) : (int64_t)x;
}

static og_status read_number(reader *r, og_json *out)
{
    const char *first = r->p;
    bool whole = true;

    out->kind = OG_JSON_NUMBER;
    next_is(r, '-');
    if (!next_is(r, '0'))
        OG_TRY(skip_digits(r));
    if (next_is(r, '.')) {
        whole = false;
        OG_TRY(skip_digits(r));
    }
    if (r->p < r->end && (*r->p == 'e' || *r->p == 'E')) {
        whole = false;
        r->p++;
        if (!next_is(r, '+'))
            next_is(r, '-');
        OG_TRY(skip_digits(r));
    }
    if (!og_number_read(first, (size_t)(r->p - first), &out->number))
        return json_wrong(r, out, "the number is beyond the range of a double");
    if (whole)
        set_integer(out, first, r->p);
    return OG_OK;
}

static og_status read_word(reader *r, og_json *out)
{
    static const struct {
        const char *word;
        og_json value;
    } words[] = {
        { "null", { .kind = OG_JSON_NULL } },
        { "true", { .kind = OG_JSON_BOOL, .boolean = true } },
        { "false", { .kind = OG_JSON_BOOL, .boolean = false } },
        { "NaN", { .kind = OG_JSON_NUMBER, .number = NAN } },
        { "Infinity", { .kind = OG_JSON_NUMBER, .number = INFINITY } },
        { "-Infinity", { .kind = OG_JSON_NUMBER, .number = -INFINITY } },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);

        if ((size_t)(r->end - r->p) >= n && memcmp(r->p, words[i].word, n) == 0) {
            out->kind = words[i].value.kind;
            out->boolean = words[i].value.boolean;
            out->number = words[i].value.number;
            r->p += n;
            return OG_OK;
        }
    }
    return json_expected(r, "a value");
}

static og_status index_members(reader *r, og_json *object)
{
    char name[80];

    if (object->n >= TABLE_FROM && !(object->members = og_table_new(r->arena)))
        return json_no_memory(r);
    for (size_t i = 0; i < object->n; i++) {
        og_json *item = &object->items[i];
        bool twice = false;

        if (object->members) {
            twice = og_table_get(object->members, item->key) != NULL;
            if (!og_table_set(object->members, item->key, item))
                return json_no_memory(r);
        }
        for (size_t k = 0; !object->members && k < i; k++)
            twice = twice || strcmp(object->items[k].key, item->key) == 0;
        if (twice)
            return og_fail(r->report, OG_BAD_FILE,
                           "JSON line %zu, column %zu: the key '%s' is given twice", item->line,
                           item->column, og_escape(name, sizeof name, item->key));
    }
    return OG_OK;
}

static og_status read_member(reader *r, og_json *item)
{
    size_t size;

    OG_TRY(read_string(r, &item->key, &size));
    if (strlen(item->key) != size)
        return json_expected(r, "a key without zero bytes before this");
    skip_space(r);
    return next_is(r, ':') ? OG_OK : json_expected(r, "':'");
}

/* Behind the opening bracket, to the closing one. */
static og_status read_items(reader *r, og_json *out, bool object)
{
    json_list list = { 0 };
    char close = object ? '}' : ']';

    out->kind = object ? OG_JSON_OBJECT : OG_JSON_ARRAY;
    if (r->depth >= OG_JSON_DEPTH)
        return json_wrong(r, out, "nested more than 128 levels deep");
    r->depth++;
    skip_space(r);
    while (!next_is(r, close)) {
        og_json item = { 0 };

        if (list.n > 0 && !next_is(r, ','))
            return json_expected(r, object ? "',' or '}'" : "',' or ']'");
        skip_space(r);
        if (object)
            OG_TRY(read_member(r, &item));
        OG_TRY(read_value(r, &item));
        if (!og_list_push(r->arena, &list, item))
            return json_no_memory(r);
        skip_space(r);
    }
    r->depth--;
    out->items = list.v;
    out->n = list.n;
    return object ? index_members(r, out) : OG_OK;
}

static og_status read_value(reader *r, og_json *out)
{
    skip_space(r);
    out->line = r->line;
    out->column = (size_t)(r->p - r->line_start) + 1;
    if (next_is(r, '{'))
        return read_items(r, out, true);
    if (next_is(r, '['))
        return read_items(r, out, false);
    if (r->p < r->end && *r->p == '"') {
        out->kind = OG_JSON_STRING;
        return read_string(r, &out->string, &out->size);
    }
    if (r->p < r->end &&
        ((*r->p >= '0' && *r->p <= '9') || (*r->p == '-' && r->end - r->p > 1 && r->p[1] != 'I')))
        return read_number(r, out);
    return read_word(r, out);
}

og_status og_json_read(og_arena *arena, const char *text, size_t size, const og_json **root,
                       og_report *report)
{
    reader r = { .p = text,
                 .end = text + size,
                 .line_start = text,
                 .line = 1,
                 .arena = arena,
                 .report = report };
    og_json *out = OG_NEW(arena, og_json);

    *root = NULL;
    if (!out)
        return json_no_memory(&r);
    OG_TRY(read_value(&r, out));
    skip_space(&r);
    if (r.p < r.end)
        return json_expected(&r, "the end of the text");
    *root = out;
    return OG_OK;
}

og_status og_json_read_file(og_arena *arena, const char *path, const og_json **root,
                            og_report *report)
{
    og_map map = { 0 };
    og_status s;

    *root = NULL;
    if ((s = og_file_map(path, &map, report)))
        return s;
    s = og_json_read(arena, map.data ? (const char *)map.data : "", map.size, root, report);
    if (s)
        og_report_file(report, path);
    og_file_unmap(&map);
    return s;
}

/* ---- Looking things up ----------------------------------------------------------------------- */

const og_json *og_json_get(const og_json *json, const char *key)
{
    if (!json || json->kind != OG_JSON_OBJECT)
        return NULL;
    if (json->members)
        return og_table_get(json->members, key);
    for (size_t i = 0; i < json->n; i++)
        if (strcmp(json->items[i].key, key) == 0)
            return &json->items[i];
    return NULL;
}

const char *og_json_string(const og_json *json, const char *key, const char *missing)
{
    const og_json *item = og_json_get(json, key);

    return item && item->kind == OG_JSON_STRING ? item->string : missing;
}

double og_json_number(const og_json *json, const char *key, double missing)
{
    const og_json *item = og_json_get(json, key);

    return item && item->kind == OG_JSON_NUMBER ? item->number : missing;
}

int64_t og_json_int(const og_json *json, const char *key, int64_t missing)
{
    const og_json *item = og_json_get(json, key);

    return item && item->kind == OG_JSON_NUMBER && item->is_integer ? item->integer : missing;
}

bool og_json_bool(const og_json *json, const char *key, bool missing)
{
    const og_json *item = og_json_get(json, key);

    return item && item->kind == OG_JSON_BOOL ? item->boolean : missing;
}

/* ---- Writing --------------------------------------------------------------------------------- */

void og_json_add_string(og_text *text, const char *string, size_t size)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

    og_text_add(text, "\"", 1);
    for (size_t i = 0; i < size;) {
        unsigned char c = (unsigned char)string[i];
        const char *found = c ? strchr(from, c) : NULL;
        size_t n = utf8_size((const unsigned char *)string + i, size - i);

        if (found)
            og_text_print(text, "\\%c", to[found - from]);
        else if (c < 0x20)
            og_text_print(text, "\\u%04x", c);
        else if (n == 0)
            og_text_add(text, "\xef\xbf\xbd", 3);
        else
            og_text_add(text, string + i, n);
        i += n ? n : 1;
    }
    og_text_add(text, "\"", 1);
}

void og_json_add_number(og_text *text, double number)
{
    char out[OG_NUMBER_SIZE];

    og_text_print(text, "%s", isfinite(number) ? og_number_write(out, number) : "null");
}
