/* The encoding of protobuf: fields, varints, and groups, which are stepped over. */
#include "onnx/wire.h"

bool og_wire_varint(og_wire *wire, uint64_t *value)
{
    uint64_t x = 0;

    for (int i = 0; wire->at < wire->end; i++) {
        uint8_t byte = *wire->at++;

        if (i == 9 && byte > 1) { /* the tenth byte holds the top bit and nothing else */
            wire->wrong = "a number longer than 64 bits";
            return false;
        }
        x |= (uint64_t)(byte & 127) << (7 * i);
        if (byte < 128) {
            *value = x;
            return true;
        }
    }
    wire->wrong = "the end inside a number";
    return false;
}

static bool take(og_wire *wire, og_field *field, uint64_t size)
{
    if (size > (uint64_t)(wire->end - wire->at)) {
        wire->wrong = "a field that is longer than what is left";
        return false;
    }
    field->data = wire->at;
    field->size = (size_t)size;
    wire->at += size;
    return true;
}

/* One tag; wire type 4, the end of a group, is passed on as number. */
static bool read_tag(og_wire *wire, uint32_t *number, unsigned *type)
{
    uint64_t tag;

    if (!og_wire_varint(wire, &tag))
        return false;
    *number = (uint32_t)(tag >> 3);
    *type = (unsigned)(tag & 7);
    if (tag >> 32 || !*number)
        wire->wrong = "an impossible field number";
    else if (*type > 5)
        wire->wrong = "a wire type that does not exist";
    return !wire->wrong;
}

static bool read_content(og_wire *wire, og_field *field)
{
    uint64_t size;

    switch (field->wire) {
    case OG_WIRE_VARINT:
        field->data = wire->at;
        if (!og_wire_varint(wire, &field->value))
            return false;
        field->size = (size_t)(wire->at - field->data);
        return true;
    case OG_WIRE_64:
        return take(wire, field, 8);
    case OG_WIRE_32:
        return take(wire, field, 4);
    default:
        return og_wire_varint(wire, &size) && take(wire, field, size);
    }
}

/* From behind a group's first tag to behind its last one. */
static bool skip_group(og_wire *wire, uint32_t number)
{
    uint32_t open[OG_WIRE_MAX_DEPTH] = { number };
    int depth = 1;

    while (depth && wire->at < wire->end) {
        og_field field = { 0 };
        unsigned type;

        if (!read_tag(wire, &field.number, &type))
            return false;
        if (type == 3) {
            if (depth == OG_WIRE_MAX_DEPTH) {
                wire->wrong = "groups nested too deep";
                return false;
            }
            open[depth++] = field.number;
        } else if (type == 4) {
            if (open[--depth] != field.number) {
                wire->wrong = "a group that ends as another one";
                return false;
            }
        } else {
            field.wire = (og_wire_type)type;
            if (!read_content(wire, &field))
                return false;
        }
    }
    if (depth)
        wire->wrong = "a group that is never closed";
    return !depth;
}

bool og_wire_next(og_wire *wire, og_field *field)
{
    unsigned type;

    *field = (og_field){ .start = wire->at };
    if (wire->wrong || wire->at == wire->end || !read_tag(wire, &field->number, &type))
        return false;
    if (type == 4) {
        wire->wrong = "the end of a group that was not opened";
        return false;
    }
    field->wire = (og_wire_type)type;
    if (type != 3)
        return read_content(wire, field);
    field->data = wire->at;
    if (!skip_group(wire, field->number))
        return false;
    field->size = (size_t)(wire->at - field->data);
    return true;
}

bool og_wire_find(const void *data, size_t size, uint32_t number, og_field *field)
{
    og_wire wire = og_wire_of(data, size);
    og_field next;
    bool found = false;

    while (og_wire_next(&wire, &next))
        if (next.number == number && next.wire == OG_WIRE_BYTES) {
            *field = next;
            found = true;
        }
    return found;
}

size_t og_wire_put(uint8_t *out, uint64_t value)
{
    size_t n = 0;

    for (; value > 127; value >>= 7)
        out[n++] = (uint8_t)(value | 128);
    out[n++] = (uint8_t)value;
    return n;
}

size_t og_wire_put_tag(uint8_t *out, uint32_t number, og_wire_type wire)
{
    return og_wire_put(out, (uint64_t)number << 3 | (uint64_t)wire);
}
