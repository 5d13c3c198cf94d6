/*
 * Dense tensors from their messages.
 *
 * The numbers are read from the file's bytes, not from what protobuf-c unpacked: the scan left them
 * out.  Raw data and lists of one packed piece stay where they are when they are aligned for their
 * type; everything else is copied or decoded into memory of the owner.
 */
#include "onnx/tensor.h"

#include <stdio.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "numbers in ONNX files are little endian");

enum {
    FIELD_FLOAT = 4,
    FIELD_INT32,
    FIELD_STRING,
    FIELD_INT64,
    FIELD_RAW = 9,
    FIELD_DOUBLE,
    FIELD_UINT64
};

static const char *const field_names[] = {
    [FIELD_FLOAT] = "float_data",   [FIELD_INT32] = "int32_data", [FIELD_STRING] = "string_data",
    [FIELD_INT64] = "int64_data",   [FIELD_RAW] = "raw_data",     [FIELD_DOUBLE] = "double_data",
    [FIELD_UINT64] = "uint64_data",
};

/* What a tensor's message holds. */
typedef struct tensor_found {
    const uint8_t *message;
    size_t size;
    bool raw;
    const uint8_t *bytes; /* of raw_data, or of a list's only packed piece of fixed width */
    size_t n_bytes;
    uint32_t list; /* the field of the list that has entries; 0: none */
    int64_t entries, pieces;
} tensor_found;

uint32_t og_tensor_list_field(og_elem elem)
{
    switch (elem) {
    case OG_FLOAT:
    case OG_COMPLEX64:
        return FIELD_FLOAT;
    case OG_DOUBLE:
    case OG_COMPLEX128:
        return FIELD_DOUBLE;
    case OG_INT64:
        return FIELD_INT64;
    case OG_UINT32:
    case OG_UINT64:
        return FIELD_UINT64;
    case OG_STRING:
        return FIELD_STRING;
    default:
        return FIELD_INT32;
    }
}

/* Complex numbers are two entries; of types under 8 bits an entry holds a whole byte. */
int64_t og_tensor_list_entries(og_elem elem, int64_t count)
{
    int bits = og_elem_bits(elem);

    if (elem == OG_COMPLEX64 || elem == OG_COMPLEX128)
        return 2 * count;
    return bits < 8 ? (count * bits + 7) / 8 : count;
}

/* "tensor 'w' float[2,3]" */
static char *tensor_text(const char *name, const og_tensor *t, char *out, size_t size)
{
    char shown[140], type[160];

    snprintf(out, size, "tensor '%s' %s", og_escape(shown, sizeof shown, name),
             og_tensor_text(type, sizeof type, t));
    return out;
}

/* ---- Type and shape -------------------------------------------------------------------------- */

static og_status read_shape(og_tensors *t, const Onnx__TensorProto *proto, const char *name,
                            og_tensor *out, size_t *bytes)
{
    char shown[140];
    int64_t *dims;

    og_escape(shown, sizeof shown, name);
    if (proto->data_type <= 0 || proto->data_type >= OG_ELEM_COUNT)
        return og_fail(t->report,
                       proto->data_type == 27 || proto->data_type == 28 ? OG_UNSUPPORTED
                                                                        : OG_BAD_FILE,
                       "tensor '%s' has element type %d, expected 1 to %d", shown,
                       (int)proto->data_type, OG_ELEM_COUNT - 1);
    if (proto->n_dims > OG_MAX_RANK)
        return og_fail(t->report, OG_LIMIT, "tensor '%s' has rank %zu, the limit is %d", shown,
                       proto->n_dims, OG_MAX_RANK);
    if (proto->segment)
        return og_fail(t->report, OG_UNSUPPORTED, "tensor '%s' is a segment of a larger one",
                       shown);
    for (size_t i = 0; i < proto->n_dims; i++)
        if (proto->dims[i] < 0)
            return og_fail(t->report, OG_BAD_FILE, "tensor '%s': dimension %zu is %lld", shown, i,
                           (long long)proto->dims[i]);
    int rank = (int)proto->n_dims;
    int64_t count = og_count(rank, proto->dims);
    og_elem elem = (og_elem)proto->data_type;
    if (count < 0 || !og_elem_bytes(elem, count, bytes) || *bytes > PTRDIFF_MAX / 2)
        return og_fail(t->report, OG_BAD_FILE,
                       "tensor '%s': the product of its dimensions is beyond what memory can be",
                       shown);
    dims = OG_NEW_N(t->arena, int64_t, rank ? rank : 1);
    if (!dims)
        return og_fail(t->report, OG_NO_MEMORY, "no memory for tensor '%s'", shown);
    if (rank)
        memcpy(dims, proto->dims, sizeof(int64_t) * (size_t)rank);
    *out = og_tensor_view(elem, rank, dims, NULL);
    return OG_OK;
}

/* ---- Finding the numbers --------------------------------------------------------------------- */

static int64_t count_varints(const uint8_t *data, size_t size)
{
    int64_t n = 0;

    for (size_t i = 0; i < size; i++)
        n += data[i] < 128;
    return n;
}

static void found_list(tensor_found *f, const og_field *field)
{
    int64_t width = field->number == FIELD_FLOAT ? 4 : field->number == FIELD_DOUBLE ? 8 : 0;

    f->pieces++;
    if (field->wire != OG_WIRE_BYTES || field->number == FIELD_STRING)
        f->entries++;
    else if (width)
        f->entries += (int64_t)field->size / width;
    else
        f->entries += count_varints(field->data, field->size);
    if (width && !f->raw) {
        f->bytes = field->data;
        f->n_bytes = field->size;
    }
}

static og_status find_numbers(og_tensors *t, const char *about, tensor_found *f)
{
    og_wire wire = og_wire_of(f->message, f->size);
    og_field field;

    while (og_wire_next(&wire, &field)) {
        if (field.number == FIELD_RAW) {
            f->raw = true;
            f->bytes = field.data;
            f->n_bytes = field.size;
        } else if (field.number >= FIELD_FLOAT && field.number <= FIELD_UINT64 &&
                   field.number != 8 &&
                   (field.size || field.wire != OG_WIRE_BYTES || field.number == FIELD_STRING)) {
            if (f->list && f->list != field.number)
                return og_fail(t->report, OG_BAD_FILE, "%s has numbers both in %s and in %s", about,
                               field_names[f->list], field_names[field.number]);
            f->list = field.number;
            found_list(f, &field);
        }
    }
    if (f->raw && f->list)
        return og_fail(t->report, OG_BAD_FILE, "%s has numbers both in raw_data and in %s", about,
                       field_names[f->list]);
    return OG_OK;
}

static og_status check_amount(og_tensors *t, const char *about, const tensor_found *f,
                              const og_tensor *out, size_t bytes)
{
    uint32_t list = og_tensor_list_field(out->elem);
    int64_t entries = og_tensor_list_entries(out->elem, out->count);

    if (f->raw && out->elem == OG_STRING)
        return og_fail(t->report, OG_BAD_FILE, "%s: strings in raw_data, expected string_data",
                       about);
    if (f->raw && f->n_bytes != bytes)
        return og_fail(t->report, OG_BAD_FILE, "%s: raw_data holds %zu bytes, expected %zu", about,
                       f->n_bytes, bytes);
    if (f->list && f->list != list)
        return og_fail(t->report, OG_BAD_FILE, "%s: its numbers are in %s, expected %s", about,
                       field_names[f->list], field_names[list]);
    if (!f->raw && !f->list && entries)
        return og_fail(t->report, OG_BAD_FILE, "%s has no data, expected %lld elements", about,
                       (long long)out->count);
    if (!f->raw && f->entries != entries)
        return og_fail(t->report, OG_BAD_FILE, "%s: %s holds %lld entries, expected %lld", about,
                       field_names[list], (long long)f->entries, (long long)entries);
    return OG_OK;
}

/* ---- Decoding -------------------------------------------------------------------------------- */

og_status og_tensors_room(og_tensors *t, const char *about, size_t size, void **data)
{
    if (size > t->max_memory - t->used)
        return og_fail(t->report, OG_LIMIT,
                       "%s takes %zu bytes, more than is left of the %zu allowed", about, size,
                       t->max_memory);
    t->used += size;
    *data = t->room(t->owner, size);
    return *data ? OG_OK : og_fail(t->report, OG_NO_MEMORY, "no memory for %s", about);
}

/* Bytes as they are, copied only where their address does not suit the type. */
static og_status keep_bytes(og_tensors *t, const char *about, const uint8_t *bytes, size_t size,
                            og_tensor *out)
{
    size_t width = (size_t)og_elem_bits(out->elem) / 8, align = width > 8 ? 8 : width ? width : 1;
    bool fits = (uintptr_t)bytes % align == 0;

    /* A bool is 0 or 1 for everybody who reads it. */
    for (size_t i = 0; fits && out->elem == OG_BOOL && i < size; i++)
        fits = bytes[i] <= 1;
    if (fits && size) {
        out->data = (void *)(uintptr_t)bytes; /* nobody writes to the data of a constant */
        return OG_OK;
    }
    OG_TRY(og_tensors_room(t, about, size, &out->data));
    uint8_t *copy = out->data;
    if (size)
        memcpy(copy, bytes, size);
    for (size_t i = 0; out->elem == OG_BOOL && i < size; i++)
        copy[i] = copy[i] != 0;
    return OG_OK;
}

/* One entry of a list of varints into a tensor; false when the type cannot hold it. */
static bool put_number(og_tensor *out, int64_t i, uint64_t value)
{
    int bits = og_elem_bits(out->elem);
    int64_t x = (int64_t)value;

    if (bits == 64) {
        ((uint64_t *)out->data)[i] = value;
        return true;
    }
    if (out->elem == OG_BOOL) {
        ((uint8_t *)out->data)[i] = value != 0;
        return true;
    }
    bits = bits < 8 ? 8 : bits;
    /* Some writers store an unsigned number as the signed one of the same bits. */
    if (x < -((int64_t)1 << (bits - 1)) || x >= (int64_t)1 << bits)
        return false;
    if (bits == 32)
        ((uint32_t *)out->data)[i] = (uint32_t)value;
    else if (bits == 16)
        ((uint16_t *)out->data)[i] = (uint16_t)value;
    else
        ((uint8_t *)out->data)[i] = (uint8_t)value;
    return true;
}

static og_status decode_varints(og_tensors *t, const char *about, const tensor_found *f,
                                og_tensor *out)
{
    og_wire wire = og_wire_of(f->message, f->size);
    og_field field;
    int64_t i = 0;

    while (og_wire_next(&wire, &field)) {
        if (field.number != f->list)
            continue;
        og_wire list = og_wire_of(field.data, field.size);
        uint64_t value;

        while (list.at < list.end) {
            if (!og_wire_varint(&list, &value))
                return og_fail(t->report, OG_BAD_FILE, "%s: found %s in %s", about, list.wrong,
                               field_names[f->list]);
            if (!put_number(out, i++, value))
                return og_fail(t->report, OG_BAD_FILE,
                               "%s: entry %lld of %s is %lld, which does not fit", about,
                               (long long)i - 1, field_names[f->list], (long long)value);
        }
    }
    return OG_OK;
}

static void decode_fixed(const tensor_found *f, og_tensor *out)
{
    og_wire wire = og_wire_of(f->message, f->size);
    og_field field;
    uint8_t *to = out->data;

    while (og_wire_next(&wire, &field))
        if (field.number == f->list) {
            memcpy(to, field.data, field.size);
            to += field.size;
        }
}

/* Strings stay in the file; only where they begin and how long they are is noted. */
static og_status decode_strings(og_tensors *t, const char *about, const tensor_found *f,
                                og_tensor *out)
{
    og_wire wire = og_wire_of(f->message, f->size);
    og_field field;
    og_string *to = out->data;
    int64_t i = 0;

    while (og_wire_next(&wire, &field)) {
        if (field.number != FIELD_STRING)
            continue;
        if (!og_utf8_valid(field.data, field.size))
            return og_fail(t->report, OG_BAD_FILE, "%s: string %lld is not UTF-8", about,
                           (long long)i);
        to[i++] = (og_string){ (const char *)field.data, field.size };
    }
    return OG_OK;
}

static og_status decode(og_tensors *t, const char *about, const tensor_found *f, size_t bytes,
                        og_tensor *out)
{
    bool fixed = f->list == FIELD_FLOAT || f->list == FIELD_DOUBLE;

    if (f->raw || (fixed && f->pieces == 1))
        return keep_bytes(t, about, f->bytes, bytes, out);
    OG_TRY(og_tensors_room(t, about, bytes, &out->data));
    if (fixed)
        return decode_fixed(f, out), OG_OK;
    return out->elem == OG_STRING ? decode_strings(t, about, f, out)
                                  : decode_varints(t, about, f, out);
}

og_status og_tensors_read(og_tensors *t, const Onnx__TensorProto *proto, const char *name,
                          og_tensor *out, og_place *place)
{
    og_place nowhere;
    tensor_found f = { 0 };
    size_t bytes, number = og_scan_number(proto);
    char about[320];

    place = place ? place : &nowhere;
    *place = (og_place){ .message = number };
    if (number >= t->scan->tensors.n)
        return og_fail(t->report, OG_BUG, "a tensor that no scan has seen");
    OG_TRY(read_shape(t, proto, name, out, &bytes));
    tensor_text(name, out, about, sizeof about);
    f.message = t->scan->data + t->scan->tensors.v[number].offset;
    f.size = t->scan->tensors.v[number].size;
    if (proto->has_data_location &&
        proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL) {
        const uint8_t *data;

        if (out->elem == OG_STRING)
            return og_fail(t->report, OG_BAD_FILE, "%s: strings cannot be external data", about);
        OG_TRY(og_tensors_external(t, proto, name, bytes, &data, place));
        return keep_bytes(t, about, data, bytes, out);
    }
    OG_TRY(find_numbers(t, about, &f));
    OG_TRY(check_amount(t, about, &f, out, bytes));
    return decode(t, about, &f, bytes, out);
}
