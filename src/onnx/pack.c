/* Messages made from what the library has, and written to a file without a copy of the weights. */
#include "onnx/pack.h"

static bool pack_strings(og_arena *arena, const og_tensor *tensor, Onnx__TensorProto *proto)
{
    const og_string *from = tensor->data;
    ProtobufCBinaryData *to = OG_NEW_N(arena, ProtobufCBinaryData, tensor->count + 1);

    for (int64_t i = 0; to && i < tensor->count; i++)
        to[i] = (ProtobufCBinaryData){ from[i].size, (uint8_t *)(uintptr_t)from[i].data };
    proto->string_data = to;
    proto->n_string_data = (size_t)tensor->count;
    return to != NULL;
}

bool og_pack_tensor(og_arena *arena, const char *name, const og_tensor *tensor,
                    Onnx__TensorProto *proto)
{
    onnx__tensor_proto__init(proto);
    if (tensor->rank)
        proto->dims = og_arena_copy(arena, tensor->dims, sizeof(int64_t) * (size_t)tensor->rank);
    if (tensor->rank && !proto->dims)
        return false;
    proto->n_dims = (size_t)tensor->rank;
    proto->has_data_type = true;
    proto->data_type = (int32_t)tensor->elem;
    if (name && *name)
        proto->name = (char *)(uintptr_t)name; /* protobuf-c reads what it writes through char * */
    if (tensor->elem == OG_STRING)
        return pack_strings(arena, tensor, proto);
    proto->has_raw_data = true;
    proto->raw_data = (ProtobufCBinaryData){ og_tensor_bytes(tensor), tensor->data };
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

typedef struct file_buffer {
    ProtobufCBuffer base;
    og_file *file;
    og_status status;
} file_buffer;

static void append(ProtobufCBuffer *base, size_t size, const uint8_t *data)
{
    file_buffer *buffer = (file_buffer *)base;

    if (!buffer->status)
        buffer->status = og_file_write(buffer->file, data, size);
}

og_status og_pack_message(og_file *file, const ProtobufCMessage *message)
{
    file_buffer buffer = { .base = { append }, .file = file };

    protobuf_c_message_pack_to_buffer(message, &buffer.base);
    return buffer.status;
}
