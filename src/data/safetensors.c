/*
 * safetensors: the length of a JSON header (64 bits, little-endian), the header, the numbers.  The
 * header maps names to type, shape and byte range, `__metadata__` to texts; the ranges must cover
 * the rest of the file without a gap, so that a file cannot hold what its header does not show.
 */
#include "data/data.h"
#include "data/json.h"

#include <stdlib.h>

enum { LONGEST_HEADER = 100000000 }; /* the format's own limit */

/* Types that both sides know.  F6_E2M3 and F6_E3M2 have no ONNX type; int4, uint4, int2 and uint2
 * no name. */
static const struct {
    const char *name;
    og_elem elem;
} types[] = {
    { "F64", OG_DOUBLE },
    { "F32", OG_FLOAT },
    { "F16", OG_FLOAT16 },
    { "BF16", OG_BFLOAT16 },
    { "F8_E4M3", OG_FLOAT8E4M3FN },
    { "F8_E5M2", OG_FLOAT8E5M2 },
    { "F8_E4M3FNUZ", OG_FLOAT8E4M3FNUZ },
    { "F8_E5M2FNUZ", OG_FLOAT8E5M2FNUZ },
    { "F8_E8M0", OG_FLOAT8E8M0 },
    { "F4", OG_FLOAT4E2M1 },
    { "I64", OG_INT64 },
    { "I32", OG_INT32 },
    { "I16", OG_INT16 },
    { "I8", OG_INT8 },
    { "U64", OG_UINT64 },
    { "U32", OG_UINT32 },
    { "U16", OG_UINT16 },
    { "U8", OG_UINT8 },
    { "BOOL", OG_BOOL },
    { "C64", OG_COMPLEX64 },
    { "C128", OG_COMPLEX128 },
};
enum { TYPES = sizeof types / sizeof *types };

/* ---- Reading --------------------------------------------------------------------------------- */

typedef struct range {
    const char *name;
    size_t begin, end;
} range;

/* A whole, non-negative number of at most `limit`. */
static bool is_count(const og_json *json, int64_t limit)
{
    return json->kind == OG_JSON_NUMBER && json->is_integer && json->integer >= 0 &&
           json->integer <= limit;
}

static og_status read_elem(const og_json *item, og_elem *elem, og_report *report)
{
    const char *name = og_json_string(item, "dtype", NULL);
    char shown[64];

    for (int i = 0; name && i < TYPES; i++)
        if (strcmp(name, types[i].name) == 0) {
            *elem = types[i].elem;
            return OG_OK;
        }
    if (!name)
        return og_fail(report, OG_BAD_FILE, "safetensors: 'dtype' is missing");
    return og_fail(report, OG_UNSUPPORTED, "safetensors: element type '%s' is not known",
                   og_escape(shown, sizeof shown, name));
}

static og_status read_shape(const og_json *item, int64_t dims[], int *rank, og_report *report)
{
    const og_json *shape = og_json_get(item, "shape");

    if (!shape || shape->kind != OG_JSON_ARRAY)
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: 'shape' is %s; expected a list of numbers",
                       shape ? "no list" : "missing");
    if (shape->n > OG_MAX_RANK)
        return og_fail(report, OG_LIMIT, "safetensors: %zu dimensions; at most %d are possible",
                       shape->n, OG_MAX_RANK);
    *rank = (int)shape->n;
    for (size_t i = 0; i < shape->n; i++) {
        if (!is_count(&shape->items[i], INT64_MAX))
            return og_fail(report, OG_BAD_FILE,
                           "safetensors: dimension %zu of 'shape' is not a whole number from 0", i);
        dims[i] = shape->items[i].integer;
    }
    return OG_OK;
}

static og_status read_range(const og_json *item, size_t size, range *out, og_report *report)
{
    const og_json *offsets = og_json_get(item, "data_offsets");

    if (!offsets || offsets->kind != OG_JSON_ARRAY || offsets->n != 2)
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: 'data_offsets' is %s; expected two numbers",
                       offsets ? "something else" : "missing");
    for (int i = 0; i < 2; i++)
        if (!is_count(&offsets->items[i], INT64_MAX) || (uint64_t)offsets->items[i].integer > size)
            return og_fail(report, OG_BAD_FILE,
                           "safetensors: %s of 'data_offsets' is outside the %zu bytes of data",
                           i == 0 ? "the first" : "the second", size);
    out->begin = (size_t)offsets->items[0].integer;
    out->end = (size_t)offsets->items[1].integer;
    if (out->begin > out->end)
        return og_fail(report, OG_BAD_FILE, "safetensors: 'data_offsets' ends before it begins");
    return OG_OK;
}

static og_status read_tensor(og_arrays *arrays, const og_json *item, const uint8_t *data,
                             size_t size, range *out)
{
    og_report *report = &arrays->report;
    int64_t dims[OG_MAX_RANK], count;
    og_elem elem = OG_UNDEFINED;
    og_tensor *tensor;
    size_t bytes;
    int rank = 0;

    if (item->kind != OG_JSON_OBJECT)
        return og_fail(report, OG_BAD_FILE, "safetensors: expected an object with dtype and shape");
    OG_TRY(read_elem(item, &elem, report));
    OG_TRY(read_shape(item, dims, &rank, report));
    OG_TRY(read_range(item, size, out, report));
    count = og_count(rank, dims);
    if (count < 0 || !og_elem_bytes(elem, count, &bytes))
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: the product of 'shape' overflows 64 bits");
    if (bytes != out->end - out->begin)
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: the shape needs %zu bytes, 'data_offsets' spans %zu", bytes,
                       out->end - out->begin);
    OG_TRY(og_memory_fits(bytes, report));
    if (!(tensor = og_tensor_new(elem, rank, dims)))
        return og_fail(report, OG_NO_MEMORY, "out of memory for %zu bytes", bytes);
    if (bytes > 0)
        memcpy(tensor->data, data + out->begin, bytes);
    return og_arrays_take(arrays, item->key, tensor);
}

static og_status read_metadata(og_arrays *arrays, const og_json *item)
{
    if (item->kind != OG_JSON_OBJECT)
        return og_fail(&arrays->report, OG_BAD_FILE,
                       "safetensors: '__metadata__' is not an object");
    for (size_t i = 0; i < item->n; i++) {
        const og_json *text = &item->items[i];

        if (text->kind != OG_JSON_STRING || strlen(text->string) != text->size)
            return og_fail(&arrays->report, OG_BAD_FILE,
                           "safetensors: a value of '__metadata__' is not a text");
        OG_TRY(og_arrays_set_metadata(arrays, text->key, text->string));
    }
    return OG_OK;
}

static int by_place(const void *a, const void *b)
{
    const range *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* The ranges, sorted, follow each other from 0 to the end of the file. */
static og_status check_cover(range *ranges, size_t n, size_t size, og_report *report)
{
    size_t at = 0;

    qsort(ranges, n, sizeof *ranges, by_place);
    for (size_t i = 0; i < n; at = ranges[i++].end) {
        char shown[200];

        if (ranges[i].begin == at)
            continue;
        og_fail(report, OG_BAD_FILE, "safetensors: the data begin at %zu, %s %zu", ranges[i].begin,
                ranges[i].begin < at ? "inside the tensor that ends at"
                                     : "behind a hole from the tensor that ends at",
                at);
        og_report_where(report, "tensor '%s'", og_escape(shown, sizeof shown, ranges[i].name));
        return OG_BAD_FILE;
    }
    if (at != size)
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: the tensors end at %zu of %zu bytes of data", at, size);
    return OG_OK;
}

static og_status read_items(og_arrays *arrays, og_arena *arena, const og_json *root,
                            const uint8_t *data, size_t size)
{
    range *ranges = OG_NEW_N(arena, range, root->n + 1);
    size_t n = 0;

    if (!ranges)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory while reading safetensors");
    for (size_t i = 0; i < root->n; i++) {
        const og_json *item = &root->items[i];
        char shown[200];
        og_status s;

        if (strcmp(item->key, "__metadata__") == 0) {
            OG_TRY(read_metadata(arrays, item));
            continue;
        }
        ranges[n].name = item->key;
        if ((s = read_tensor(arrays, item, data, size, &ranges[n++]))) {
            og_report_where(&arrays->report, "tensor '%s'",
                            og_escape(shown, sizeof shown, item->key));
            return s;
        }
    }
    return check_cover(ranges, n, size, &arrays->report);
}

og_status og_safetensors_read(og_arrays *arrays, const uint8_t *data, size_t size)
{
    og_report *report = &arrays->report;
    const og_json *root;
    og_arena *arena;
    uint64_t header;
    og_status s;

    if (size < 8)
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: the file has %zu bytes; expected at least 10", size);
    header = og_le64(data);
    if (header < 2 || header > size - 8 || header > LONGEST_HEADER || data[8] != '{')
        return og_fail(report, OG_BAD_FILE,
                       "safetensors: expected a header of 2 to %zu bytes, found a length of %llu%s",
                       size - 8, (unsigned long long)header,
                       size > 8 && data[8] != '{' ? " and no '{'" : "");
    if (!(arena = og_arena_new()))
        return og_fail(report, OG_NO_MEMORY, "out of memory while reading safetensors");
    s = og_json_read(arena, (const char *)data + 8, (size_t)header, &root, report);
    if (!s)
        s = read_items(arrays, arena, root, data + 8 + header, size - 8 - (size_t)header);
    og_arena_free(arena);
    return s;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static const char *type_name(og_elem elem)
{
    for (int i = 0; i < TYPES; i++)
        if (types[i].elem == elem)
            return types[i].name;
    return NULL;
}

static og_status add_tensor(og_text *text, const og_arrays_entry *e, size_t *at, og_report *report)
{
    const char *type = type_name(e->tensor.elem);
    size_t bytes = og_tensor_bytes(&e->tensor);
    char shown[200];

    if (!type || (e->tensor.elem == OG_FLOAT4E2M1 && e->tensor.count % 2 != 0))
        return og_fail(report, OG_UNSUPPORTED, "safetensors cannot hold tensor '%s' of type %s%s",
                       og_escape(shown, sizeof shown, e->name), og_elem_name(e->tensor.elem),
                       type ? " with an odd number of elements" : "");
    og_json_add_string(text, e->name, strlen(e->name));
    og_text_print(text, ":{\"dtype\":\"%s\",\"shape\":[", type);
    for (int d = 0; d < e->tensor.rank; d++)
        og_text_print(text, "%s%lld", d ? "," : "", (long long)e->tensor.dims[d]);
    og_text_print(text, "],\"data_offsets\":[%zu,%zu]}", *at, *at + bytes);
    *at += bytes;
    return OG_OK;
}

static og_status make_header(og_arrays *arrays, og_text *text)
{
    size_t at = 0;

    og_text_add(text, "{", 1);
    for (size_t i = 0; i < arrays->metadata.n; i++) {
        const og_arrays_text *m = &arrays->metadata.v[i];

        og_text_print(text, "%s", i ? "," : "\"__metadata__\":{");
        og_json_add_string(text, m->key, strlen(m->key));
        og_text_add(text, ":", 1);
        og_json_add_string(text, m->text, strlen(m->text));
    }
    if (arrays->metadata.n > 0)
        og_text_add(text, "}", 1);
    for (size_t i = 0; i < arrays->entries.n; i++) {
        if (i > 0 || arrays->metadata.n > 0)
            og_text_add(text, ",", 1);
        OG_TRY(add_tensor(text, &arrays->entries.v[i], &at, &arrays->report));
    }
    og_text_add(text, "}", 1);
    while (text->size % 8 != 0 && !text->failed) /* so that 8-byte numbers lie aligned */
        og_text_add(text, " ", 1);
    if (text->failed)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for the header");
    return OG_OK;
}

og_status og_safetensors_write(og_arrays *arrays, og_file *file)
{
    og_text header = { 0 };
    uint8_t length[8];
    og_status s;

    _Static_assert(!OG_HOST_BIG,
                   "numbers are written as they lie in memory, which must be little-endian");
    if ((s = make_header(arrays, &header)))
        goto done;
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)header.size >> (8 * i));
    if ((s = og_file_write(file, length, sizeof length)))
        goto done;
    s = og_file_write(file, header.data, header.size);
    for (size_t i = 0; i < arrays->entries.n && !s; i++)
        s = og_file_write(file, arrays->entries.v[i].tensor.data,
                          og_tensor_bytes(&arrays->entries.v[i].tensor));
done:
    og_text_free(&header);
    return s;
}
