/* json: a whole JSON text as a tree in an arena, with errors by line and column, and what writing
 * needs. */
#ifndef OG_DATA_JSON_H
#define OG_DATA_JSON_H

#include "base/base.h"

enum { OG_JSON_DEPTH = 128 }; /* deepest nesting that is read */

typedef enum og_json_kind {
    OG_JSON_NULL,
    OG_JSON_BOOL,
    OG_JSON_NUMBER,
    OG_JSON_STRING,
    OG_JSON_ARRAY,
    OG_JSON_OBJECT
} og_json_kind;

typedef struct og_json og_json;
struct og_json {
    og_json_kind kind;
    const char *key; /* in an object; NULL elsewhere */
    bool boolean;
    bool
        is_integer; /* written without fraction and exponent and inside int64: `integer` is exact */
    double number;
    int64_t integer;
    const char *string; /* terminated; `size` bytes, which may include zero bytes */
    size_t size;
    og_json *items; /* [n] elements of an array or members of an object, in order */
    size_t n;
    og_table *members;   /* by key, where there are many */
    size_t line, column; /* where it begins, from 1; columns count bytes */
};

/* Reads `size` bytes of UTF-8 text; the tree lives in `arena`.  Refuses what RFC 8259 refuses, a
 * key given twice, and nesting beyond OG_JSON_DEPTH; the numbers NaN and (-)Infinity are read, as
 * Python writes them. */
og_status og_json_read(og_arena *arena, const char *text, size_t size, const og_json **root,
                       og_report *report);
og_status og_json_read_file(og_arena *arena, const char *path, const og_json **root,
                            og_report *report);

/* The member of an object; NULL where `json` is NULL, no object, or has none of that name, so that
 * calls nest. */
const og_json *og_json_get(const og_json *json, const char *key);

/* The value of a member, or `missing` where it is absent or of another kind. */
const char *og_json_string(const og_json *json, const char *key, const char *missing);
double og_json_number(const og_json *json, const char *key, double missing);
int64_t og_json_int(const og_json *json, const char *key, int64_t missing);
bool og_json_bool(const og_json *json, const char *key, bool missing);

/* Appends a quoted JSON string (broken UTF-8 becomes U+FFFD), or a number with the fewest digits
 * that read back the same (null for one that is not finite, which JSON cannot say). */
void og_json_add_string(og_text *text, const char *string, size_t size);
void og_json_add_number(og_text *text, double number);

#endif
