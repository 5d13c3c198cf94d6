/*
 * NPY, versions 1 to 3 (numpy's format/lib documentation): a magic, the length of a header, the
 * header as a Python dictionary with the keys descr, fortran_order and shape, the numbers.  The
 * dictionary is read by a grammar of just these values, so nothing in a header can nest.
 */
#include "data/data.h"

#include <stdio.h>

static const char npy_magic[] = "\x93NUMPY";
enum { MAGIC = 6, ALIGN = 64 };

/* Types of numpy that a tensor can hold: kind and bytes. */
static const struct {
    char kind;
    int width;
    og_elem elem;
} npy_types[] = {
    { 'f', 2, OG_FLOAT16 },   { 'f', 4, OG_FLOAT },       { 'f', 8, OG_DOUBLE },
    { 'i', 1, OG_INT8 },      { 'i', 2, OG_INT16 },       { 'i', 4, OG_INT32 },
    { 'i', 8, OG_INT64 },     { 'u', 1, OG_UINT8 },       { 'u', 2, OG_UINT16 },
    { 'u', 4, OG_UINT32 },    { 'u', 8, OG_UINT64 },      { 'b', 1, OG_BOOL },
    { 'c', 8, OG_COMPLEX64 }, { 'c', 16, OG_COMPLEX128 },
};
enum { NPY_TYPES = sizeof npy_types / sizeof *npy_types };

typedef struct npy_header {
    bool has_descr, has_order, has_shape;
    bool fortran, big;
    og_elem elem;
    int width; /* bytes of an element */
    int rank;
    int64_t dims[OG_MAX_RANK];
} npy_header;

/* ---- The header ------------------------------------------------------------------------------ */

typedef struct npy_text {
    const char *p, *end;
    og_report *report;
} npy_text;

static void skip(npy_text *t)
{
    while (t->p < t->end && (*t->p == ' ' || *t->p == '\n' || *t->p == '\t' || *t->p == '\r'))
        t->p++;
}

static bool next_is(npy_text *t, char c)
{
    skip(t);
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

static og_status expected(npy_text *t, const char *what)
{
    char rest[24], found[80];
    size_t n = (size_t)(t->end - t->p);

    n = n < sizeof rest - 1 ? n : sizeof rest - 1;
    memcpy(rest, t->p, n);
    rest[n] = 0;
    return og_fail(t->report, OG_BAD_FILE, "NPY header: expected %s, found '%s'", what,
                   og_escape(found, sizeof found, rest));
}

/* A Python string without escapes into `out`. */
static og_status read_quoted(npy_text *t, char *out, size_t size)
{
    char quote;
    size_t n = 0;

    skip(t);
    if (t->p == t->end || (*t->p != '\'' && *t->p != '"'))
        return expected(t, "a string");
    quote = *t->p++;
    for (; t->p < t->end && *t->p != quote; t->p++)
        if (n + 1 < size)
            out[n++] = *t->p;
    out[n] = 0;
    return next_is(t, quote) ? OG_OK : expected(t, "the end of a string");
}

/* "<f4": order of the bytes, kind, bytes an element. */
static og_status read_descr(npy_text *t, npy_header *h)
{
    char text[32], shown[80];
    char name[16];

    skip(t);
    if (t->p < t->end && *t->p == '[')
        return og_fail(
            t->report, OG_UNSUPPORTED,
            "NPY header: 'descr' is a list of fields; expected one number type such as '<f4'");
    OG_TRY(read_quoted(t, text, sizeof text));
    og_escape(shown, sizeof shown, text);
    for (int i = 0; text[0] && strchr("<>|=", text[0]) && i < NPY_TYPES; i++) {
        snprintf(name, sizeof name, "%c%d", npy_types[i].kind, npy_types[i].width);
        if (strcmp(text + 1, name) != 0)
            continue;
        h->elem = npy_types[i].elem;
        h->width = npy_types[i].width;
        h->big = text[0] == '>' || (text[0] != '<' && OG_HOST_BIG);
        return OG_OK;
    }
    return og_fail(t->report, OG_UNSUPPORTED,
                   "NPY header: element type '%s'; expected bool, int, uint, float or complex "
                   "('|b1', '<i8', '<f4' ...)",
                   shown);
}

static og_status read_order(npy_text *t, npy_header *h)
{
    skip(t);
    if (t->end - t->p >= 4 && memcmp(t->p, "True", 4) == 0) {
        h->fortran = true;
        t->p += 4;
        return OG_OK;
    }
    if (t->end - t->p >= 5 && memcmp(t->p, "False", 5) == 0) {
        t->p += 5;
        return OG_OK;
    }
    return expected(t, "True or False as 'fortran_order'");
}

static og_status read_dim(npy_text *t, int64_t *dim)
{
    const char *first;

    skip(t);
    *dim = 0;
    for (first = t->p; t->p < t->end && *t->p >= '0' && *t->p <= '9'; t->p++) {
        int digit = *t->p - '0';

        if (*dim > (INT64_MAX - digit) / 10)
            return og_fail(t->report, OG_BAD_FILE,
                           "NPY header: a number of 'shape' overflows 64 bits");
        *dim = *dim * 10 + digit;
    }
    if (t->p == first)
        return expected(t, "a number in 'shape'");
    if (t->p < t->end && *t->p == 'L') /* Python 2's long */
        t->p++;
    return OG_OK;
}

static og_status read_shape(npy_text *t, npy_header *h)
{
    if (!next_is(t, '('))
        return expected(t, "a tuple as 'shape'");
    while (!next_is(t, ')')) {
        if (h->rank == OG_MAX_RANK)
            return og_fail(t->report, OG_LIMIT, "NPY header: 'shape' has more than %d dimensions",
                           OG_MAX_RANK);
        OG_TRY(read_dim(t, &h->dims[h->rank]));
        h->rank++;
        skip(t);
        if (!next_is(t, ',') && (t->p == t->end || *t->p != ')'))
            return expected(t, "',' or ')' in 'shape'");
    }
    return OG_OK;
}

static og_status read_item(npy_text *t, npy_header *h)
{
    char key[32], shown[80];
    bool *seen;

    OG_TRY(read_quoted(t, key, sizeof key));
    if (!next_is(t, ':'))
        return expected(t, "':'");
    seen = strcmp(key, "descr") == 0           ? &h->has_descr
           : strcmp(key, "fortran_order") == 0 ? &h->has_order
           : strcmp(key, "shape") == 0         ? &h->has_shape
                                               : NULL;
    if (!seen || *seen)
        return og_fail(t->report, OG_BAD_FILE, "NPY header: the key '%s' is %s",
                       og_escape(shown, sizeof shown, key), seen ? "given twice" : "unknown");
    *seen = true;
    return seen == &h->has_descr   ? read_descr(t, h)
           : seen == &h->has_order ? read_order(t, h)
                                   : read_shape(t, h);
}

static og_status read_header(npy_text *t, npy_header *h)
{
    if (!next_is(t, '{'))
        return expected(t, "'{'");
    while (!next_is(t, '}')) {
        OG_TRY(read_item(t, h));
        skip(t);
        if (!next_is(t, ',') && (t->p == t->end || *t->p != '}'))
            return expected(t, "',' or '}'");
    }
    skip(t);
    if (t->p < t->end)
        return expected(t, "its end");
    if (!h->has_descr || !h->has_order || !h->has_shape)
        return og_fail(t->report, OG_BAD_FILE, "NPY header: the key '%s' is missing",
                       !h->has_descr   ? "descr"
                       : !h->has_order ? "fortran_order"
                                       : "shape");
    return OG_OK;
}

/* The header's text behind magic and version; *data_at is where the numbers begin. */
static og_status find_header(const uint8_t *data, size_t size, npy_text *t, size_t *data_at)
{
    size_t before, length;

    if (size < MAGIC + 4 || memcmp(data, npy_magic, MAGIC) != 0)
        return og_fail(t->report, OG_BAD_FILE, "not an NPY file: the magic is missing");
    if (data[6] < 1 || data[6] > 3 || data[7] != 0)
        return og_fail(t->report, OG_UNSUPPORTED, "NPY version %d.%d; expected 1.0, 2.0 or 3.0",
                       data[6], data[7]);
    before = data[6] == 1 ? MAGIC + 4 : MAGIC + 6;
    if (size < before)
        return og_fail(t->report, OG_BAD_FILE, "NPY: the file ends before the header");
    length = data[6] == 1 ? og_le16(data + 8) : og_le32(data + 8);
    if (length > size - before)
        return og_fail(t->report, OG_BAD_FILE,
                       "NPY: the header takes %zu bytes, but the file has only %zu more", length,
                       size - before);
    t->p = (const char *)data + before;
    t->end = t->p + length;
    *data_at = before + length;
    return OG_OK;
}

/* ---- The numbers ----------------------------------------------------------------------------- */

/* Column-major `from` to row-major: the output is walked in order, the input by strides. */
static void from_fortran(const npy_header *h, const uint8_t *from, uint8_t *to, int64_t count)
{
    int64_t at[OG_MAX_RANK] = { 0 }, stride[OG_MAX_RANK], offset = 0;
    size_t width = (size_t)h->width;

    for (int d = 0; d < h->rank; d++)
        stride[d] = d == 0 ? 1 : stride[d - 1] * h->dims[d - 1];
    for (int64_t i = 0; i < count; i++, to += width) {
        memcpy(to, from + (size_t)offset * width, width);
        for (int d = h->rank - 1; d >= 0; d--) {
            offset += stride[d];
            if (++at[d] < h->dims[d])
                break;
            offset -= stride[d] * h->dims[d];
            at[d] = 0;
        }
    }
}

static void to_host(const npy_header *h, og_tensor *t)
{
    size_t width = (size_t)h->width;
    uint8_t *bytes = t->data;

    if (h->elem == OG_BOOL) /* any other byte than 0 and 1 is undefined behaviour as a C bool */
        for (int64_t i = 0; i < t->count; i++)
            bytes[i] = bytes[i] != 0;
    if (h->big == OG_HOST_BIG || width == 1)
        return;
    if (h->elem == OG_COMPLEX64 || h->elem == OG_COMPLEX128)
        og_bytes_swap(bytes, width / 2, t->count * 2);
    else
        og_bytes_swap(bytes, width, t->count);
}

og_status og_npy_read(const uint8_t *data, size_t size, og_tensor **tensor, og_report *report)
{
    npy_text text = { .report = report };
    npy_header h = { 0 };
    size_t at = 0, bytes = 0;
    int64_t count;

    *tensor = NULL;
    OG_TRY(find_header(data, size, &text, &at));
    OG_TRY(read_header(&text, &h));
    count = og_count(h.rank, h.dims);
    if (count < 0 || !og_elem_bytes(h.elem, count, &bytes))
        return og_fail(report, OG_BAD_FILE, "NPY: the product of 'shape' overflows 64 bits");
    if (bytes != size - at)
        return og_fail(report, OG_BAD_FILE,
                       "NPY: the shape needs %zu bytes of data, the file has %zu", bytes,
                       size - at);
    OG_TRY(og_memory_fits(bytes, report));
    if (!(*tensor = og_tensor_new(h.elem, h.rank, h.dims)))
        return og_fail(report, OG_NO_MEMORY, "out of memory for %zu bytes", bytes);
    if (bytes > 0 && h.fortran && h.rank > 1)
        from_fortran(&h, data + at, (*tensor)->data, count);
    else if (bytes > 0)
        memcpy((*tensor)->data, data + at, bytes);
    to_host(&h, *tensor);
    return OG_OK;
}

og_status og_npy_open(const char *path, og_tensor **tensor, og_report *report)
{
    og_map map = { 0 };
    og_status s;

    *tensor = NULL;
    OG_TRY(og_file_map(path, &map, report));
    s = og_npy_read(map.data, map.size, tensor, report);
    if (s)
        og_report_file(report, path);
    og_file_unmap(&map);
    return s;
}

og_status og_npy_header(const og_tensor *tensor, char header[OG_NPY_HEADER], size_t *size,
                        og_report *report)
{
    char *text = header + MAGIC + 4;
    size_t n = 0, length, room = OG_NPY_HEADER - MAGIC - 4;
    int type = 0;

    while (type < NPY_TYPES && npy_types[type].elem != tensor->elem)
        type++;
    if (type == NPY_TYPES)
        return og_fail(report, OG_UNSUPPORTED, "NPY has no element type for %s",
                       og_elem_name(tensor->elem));
    n += (size_t)snprintf(text + n, room - n,
                          "{'descr': '%c%c%d', 'fortran_order': False, 'shape': (",
                          npy_types[type].width == 1 ? '|'
                          : OG_HOST_BIG              ? '>'
                                                     : '<',
                          npy_types[type].kind, npy_types[type].width);
    for (int d = 0; d < tensor->rank; d++)
        n +=
            (size_t)snprintf(text + n, room - n, "%s%lld%s", d ? " " : "",
                             (long long)tensor->dims[d], d + 1 < tensor->rank || d == 0 ? "," : "");
    n += (size_t)snprintf(text + n, room - n, "), }");
    length = (MAGIC + 4 + n + 1 + ALIGN - 1) / ALIGN * ALIGN - MAGIC - 4;
    memset(text + n, ' ', length - n - 1);
    text[length - 1] = '\n';
    memcpy(header, npy_magic, MAGIC);
    header[6] = 1;
    header[7] = 0;
    header[8] = (char)(length & 0xff);
    header[9] = (char)(length >> 8);
    *size = MAGIC + 4 + length;
    return OG_OK;
}
