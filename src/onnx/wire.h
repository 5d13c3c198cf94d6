/*
 * wire: the encoding of protobuf, read from bytes that may be anything.
 *
 * A message is a row of fields, each a tag (number and wire type) and a content.  Whatever is read
 * lies inside the bytes given; lengths are compared with what is left before they are added to
 * anything.
 */
#ifndef OG_WIRE_H
#define OG_WIRE_H

#include "base/base.h"

typedef enum og_wire_type {
    OG_WIRE_VARINT = 0,
    OG_WIRE_64 = 1,
    OG_WIRE_BYTES = 2,
    OG_WIRE_GROUP = 3, /* an old way to nest; ONNX has none, unknown fields may */
    OG_WIRE_32 = 5
} og_wire_type;

enum {
    OG_WIRE_MAX_DEPTH = 200
}; /* messages inside messages; documented, protobuf itself stops at 100 */

typedef struct og_field {
    uint32_t number;
    og_wire_type wire;
    const uint8_t *start; /* its tag */
    const uint8_t *data;  /* its content: the bytes, or the encoded number */
    size_t size;          /* of the content */
    uint64_t value;       /* of a varint */
} og_field;

typedef struct og_wire {
    const uint8_t *at, *end;
    const char *wrong; /* why reading stopped early, or NULL */
} og_wire;

static inline og_wire og_wire_of(const void *data, size_t size)
{
    return (og_wire){ .at = data, .end = data ? (const uint8_t *)data + size : NULL };
}

/* The next field; false at the end, and where the bytes are wrong: then `wrong` says what. */
bool og_wire_next(og_wire *wire, og_field *field);

/* The next bare varint, of a packed list. */
bool og_wire_varint(og_wire *wire, uint64_t *value);

/* The last field of that number with bytes for content; false if there is none. */
bool og_wire_find(const void *data, size_t size, uint32_t number, og_field *field);

/* Writing: a varint, a tag.  Both return the bytes written; room for 10 is enough. */
size_t og_wire_put(uint8_t *out, uint64_t value);
size_t og_wire_put_tag(uint8_t *out, uint32_t number, og_wire_type wire);

#endif
