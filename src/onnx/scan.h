/*
 * scan: the look at a file before protobuf-c unpacks it.
 *
 * protobuf-c has no limit of its own on depth or memory and copies all bytes.  So the bytes are
 * walked first, by protobuf-c's own descriptors: depth, lengths, wire types and the memory that
 * unpacking would take are checked, and a slim copy is made without the data of tensors, which stay
 * where they are in the mapped file.  What is unpacked is the slim copy; in it each tensor carries
 * the number of its place in the file.
 */
#ifndef OG_SCAN_H
#define OG_SCAN_H

#include "onnx/onnx.pb-c.h"
#include "onnx/wire.h"

typedef struct og_span {
    size_t offset, size;
} og_span;

typedef struct og_scan {
    const uint8_t *data; /* the file; must outlive the scan */
    size_t size;
    const char *path;  /* for reports */
    size_t max_memory; /* bytes that unpacking may take */
    og_report *report;
    og_arena *arena;          /* for `tensors` */
    og_list(og_span) tensors; /* the contents of every TensorProto message, in file order */
    size_t memory;            /* what unpacking takes, estimated from above */
    og_text slim;
} og_scan;

/* Checks the bytes as a message of kind `what` and unpacks it; freed by og_scan_release. */
og_status og_scan_unpack(og_scan *scan, const ProtobufCMessageDescriptor *what,
                         ProtobufCMessage **message);
void og_scan_release(ProtobufCMessage *message);

/* The number of an unpacked tensor in `tensors`; SIZE_MAX for one that no scan made. */
size_t og_scan_number(const Onnx__TensorProto *tensor);

/* protobuf-c's allocations through base. */
extern const ProtobufCAllocator og_onnx_allocator;

#endif
