/* The look at a file before protobuf-c unpacks it, driven by protobuf-c's descriptors. */
#include "onnx/scan.h"

#include <stdio.h>

/* The field in a slim tensor that holds its number; the largest that exists, and dropped where a
 * file has it. */
enum { SCAN_REFERENCE = 536870911 };

/* Bookkeeping of malloc for each block, and the graph's own node, value or attribute for a message.
 */
enum { SCAN_PER_BLOCK = 16, SCAN_PER_MESSAGE = 160 };

/* The messages around the one being read, for reports. */
typedef struct scan_frame {
    const struct scan_frame *outer;
    const ProtobufCMessageDescriptor *what;
    const uint8_t *data;
    size_t size;
    int depth;
} scan_frame;

/* ---- Reports --------------------------------------------------------------------------------- */

/* The innermost message around that has a name of its own says where. */
static void scan_where(og_scan *s, const scan_frame *frame)
{
    static const struct {
        const ProtobufCMessageDescriptor *what;
        uint32_t name, or_else;
        const char *kind;
    } named[] = {
        { &onnx__tensor_proto__descriptor, 8, 8, "tensor" },
        { &onnx__node_proto__descriptor, 3, 2, "node" },
        { &onnx__value_info_proto__descriptor, 1, 1, "value" },
        { &onnx__function_proto__descriptor, 1, 1, "function" },
    };
    char name[128], shown[160];
    og_field field;

    for (; frame; frame = frame->outer)
        for (size_t i = 0; i < sizeof named / sizeof *named; i++)
            if (frame->what == named[i].what &&
                (og_wire_find(frame->data, frame->size, named[i].name, &field) ||
                 og_wire_find(frame->data, frame->size, named[i].or_else, &field))) {
                size_t n = field.size < sizeof name ? field.size : sizeof name - 1;

                memcpy(name, field.data, n);
                name[n] = 0;
                og_report_where(s->report, "%s '%s' in %s", named[i].kind,
                                og_escape(shown, sizeof shown, name), s->path);
                return;
            }
    og_report_where(s->report, "%s", s->path);
}

static og_status scan_wrong(og_scan *s, const scan_frame *frame, const uint8_t *at,
                            const char *found)
{
    og_fail(s->report, OG_BAD_FILE, "not a well-formed ONNX file: at byte %zu, in a %s, found %s",
            (size_t)(at - s->data), frame->what->short_name, found);
    scan_where(s, frame);
    return s->report->code;
}

/* ---- The slim copy --------------------------------------------------------------------------- */

static void put_tag(og_scan *s, const og_field *field)
{
    uint8_t bytes[10];

    og_text_add(&s->slim, bytes, og_wire_put_tag(bytes, field->number, field->wire));
}

static void put_bytes(og_scan *s, const og_field *field)
{
    uint8_t bytes[10];

    put_tag(s, field);
    if (field->wire == OG_WIRE_BYTES)
        og_text_add(&s->slim, bytes, og_wire_put(bytes, field->size));
    og_text_add(&s->slim, field->data, field->size);
}

/* A length of five bytes, filled in once it is known. */
static size_t put_open_length(og_scan *s)
{
    og_text_add(&s->slim, "\0\0\0\0\0", 5);
    return s->slim.size;
}

static void close_length(og_scan *s, size_t begin)
{
    size_t n = s->slim.size - begin;

    if (s->slim.failed)
        return;
    for (size_t i = 0; i < 5; i++, n >>= 7)
        s->slim.data[begin - 5 + i] = (char)(uint8_t)((n & 127) | (i < 4 ? 128 : 0));
}

static void put_reference(og_scan *s, size_t number)
{
    uint8_t bytes[20];
    size_t n = og_wire_put_tag(bytes, SCAN_REFERENCE, OG_WIRE_VARINT);

    n += og_wire_put(bytes + n, number);
    og_text_add(&s->slim, bytes, n);
}

size_t og_scan_number(const Onnx__TensorProto *tensor)
{
    for (unsigned i = 0; i < tensor->base.n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *field = &tensor->base.unknown_fields[i];
        og_wire wire = og_wire_of(field->data, field->len);
        uint64_t number;

        if (field->tag == SCAN_REFERENCE && og_wire_varint(&wire, &number))
            return (size_t)number;
    }
    return SIZE_MAX;
}

/* ---- Walking --------------------------------------------------------------------------------- */

static og_status scan_charge(og_scan *s, size_t bytes)
{
    s->memory += bytes;
    if (s->memory <= s->max_memory)
        return OG_OK;
    og_fail(s->report, OG_LIMIT,
            "reading this file would take more than the %zu bytes of memory that are allowed",
            s->max_memory);
    og_report_where(s->report, "%s", s->path);
    return OG_LIMIT;
}

static og_wire_type wire_of(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return OG_WIRE_32;
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return OG_WIRE_64;
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return OG_WIRE_BYTES;
    default:
        return OG_WIRE_VARINT;
    }
}

static bool is_tensor_data(const ProtobufCMessageDescriptor *what, uint32_t number)
{
    return what == &onnx__tensor_proto__descriptor &&
           ((number >= 4 && number <= 7) || (number >= 9 && number <= 11));
}

static og_status scan_message(og_scan *s, const scan_frame *frame);

static og_status scan_nested(og_scan *s, const scan_frame *frame, const og_field *field,
                             const ProtobufCMessageDescriptor *what)
{
    const scan_frame inner = { frame, what, field->data, field->size, frame->depth + 1 };
    char found[64];

    if (inner.depth > OG_WIRE_MAX_DEPTH) {
        snprintf(found, sizeof found, "messages nested deeper than %d", OG_WIRE_MAX_DEPTH);
        return scan_wrong(s, frame, field->start, found);
    }
    put_tag(s, field);
    size_t begin = put_open_length(s);
    OG_TRY(scan_message(s, &inner));
    close_length(s, begin);
    return OG_OK;
}

/* A list of numbers without tags, as protobuf-c will read it. */
static bool packed_is_whole(const og_field *field, og_wire_type item)
{
    og_wire wire = og_wire_of(field->data, field->size);
    uint64_t value;

    if (item != OG_WIRE_VARINT)
        return field->size % (item == OG_WIRE_64 ? 8 : 4) == 0;
    while (wire.at < wire.end)
        if (!og_wire_varint(&wire, &value))
            return false;
    return true;
}

static og_status scan_field(og_scan *s, const scan_frame *frame, const og_field *field,
                            const ProtobufCFieldDescriptor *known)
{
    og_wire_type expected = wire_of(known->type);
    bool repeated = known->label == PROTOBUF_C_LABEL_REPEATED;
    bool packed = repeated && expected != OG_WIRE_BYTES && field->wire == OG_WIRE_BYTES;
    char found[224], shown[128];

    if (field->wire != expected && !packed) {
        snprintf(found, sizeof found, "%s of wire type %d, expected %d", known->name,
                 (int)field->wire, (int)expected);
        return scan_wrong(s, frame, field->start, found);
    }
    if (packed && !packed_is_whole(field, expected)) {
        snprintf(found, sizeof found, "%s that ends inside a number", known->name);
        return scan_wrong(s, frame, field->start, found);
    }
    if (is_tensor_data(frame->what, field->number))
        return OG_OK;
    OG_TRY(scan_charge(s, packed ? field->size * 8 : repeated ? 16 : 0));
    if (known->type == PROTOBUF_C_TYPE_MESSAGE)
        return scan_nested(s, frame, field, known->descriptor);
    if (expected == OG_WIRE_BYTES)
        OG_TRY(scan_charge(s, 2 * (field->size + SCAN_PER_BLOCK)));
    /* protobuf-c's strings end at a zero byte, so two names could become one. */
    if (known->type == PROTOBUF_C_TYPE_STRING && field->size &&
        memchr(field->data, 0, field->size)) {
        snprintf(found, sizeof found, "a zero byte in its %s '%s'", known->name,
                 og_escape(shown, sizeof shown, (const char *)field->data));
        return scan_wrong(s, frame, field->start, found);
    }
    put_bytes(s, field);
    return OG_OK;
}

/* A tensor that is given in two parts would have its data in two places. */
static og_status check_single(og_scan *s, const scan_frame *frame, const og_field *field,
                              const ProtobufCFieldDescriptor *known, uint64_t *seen)
{
    uint64_t bit = field->number < 64 ? (uint64_t)1 << field->number : 0;

    if (known->label == PROTOBUF_C_LABEL_REPEATED ||
        known->descriptor != (const void *)&onnx__tensor_proto__descriptor)
        return OG_OK;
    if (*seen & bit)
        return scan_wrong(s, frame, field->start, "the same tensor a second time");
    *seen |= bit;
    return OG_OK;
}

static og_status scan_message(og_scan *s, const scan_frame *frame)
{
    og_wire wire = og_wire_of(frame->data, frame->size);
    og_field field;
    uint64_t seen = 0;

    OG_TRY(scan_charge(s, frame->what->sizeof_message + SCAN_PER_BLOCK + SCAN_PER_MESSAGE));
    if (frame->what == &onnx__tensor_proto__descriptor) {
        put_reference(s, s->tensors.n);
        if (!og_list_push(s->arena, &s->tensors,
                          ((og_span){ (size_t)(frame->data - s->data), frame->size })))
            return og_fail(s->report, OG_NO_MEMORY, "no memory to read %s", s->path);
    }
    while (og_wire_next(&wire, &field)) {
        const ProtobufCFieldDescriptor *known =
            protobuf_c_message_descriptor_get_field(frame->what, field.number);

        if (!known) /* unknown fields stay in the file's bytes, and are saved with these */
            continue;
        OG_TRY(check_single(s, frame, &field, known, &seen));
        OG_TRY(scan_field(s, frame, &field, known));
    }
    return wire.wrong ? scan_wrong(s, frame, field.start, wire.wrong) : OG_OK;
}

/* ---- Unpacking ------------------------------------------------------------------------------- */

static void *allocator_alloc(void *unused, size_t size)
{
    (void)unused;
    return og_malloc(size ? size : 1);
}

static void allocator_free(void *unused, void *memory)
{
    (void)unused;
    og_free(memory);
}

const ProtobufCAllocator og_onnx_allocator = { .alloc = allocator_alloc, .free = allocator_free };

og_status og_scan_unpack(og_scan *s, const ProtobufCMessageDescriptor *what,
                         ProtobufCMessage **message)
{
    const scan_frame frame = { NULL, what, s->data, s->size, 1 };
    ProtobufCAllocator allocator = og_onnx_allocator;
    og_status status = scan_message(s, &frame);

    *message = NULL;
    if (!status && !s->slim.failed)
        *message = protobuf_c_message_unpack(what, &allocator, s->slim.size,
                                             (const uint8_t *)s->slim.data);
    og_text_free(&s->slim);
    /* The scan has proved that the copy is well-formed. */
    if (!status && !*message)
        status = og_fail(s->report, OG_NO_MEMORY, "no memory to read %s", s->path);
    return status;
}

void og_scan_release(ProtobufCMessage *message)
{
    ProtobufCAllocator allocator = og_onnx_allocator;

    if (message)
        protobuf_c_message_free_unpacked(message, &allocator);
}
