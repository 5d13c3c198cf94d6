/*
 * pack: messages made from what the library has, and written to a file without a copy of the
 * weights.
 */
#ifndef OG_ONNX_PACK_H
#define OG_ONNX_PACK_H

#include "graph/op.h"
#include "onnx/onnx.pb-c.h"

/* Fills in a message over a tensor; its bytes are not copied and must live until it is written.
 * False when memory is short. */
bool og_pack_tensor(og_arena *arena, const char *name, const og_tensor *tensor,
                    Onnx__TensorProto *proto);

/* Writes a message piece by piece. */
og_status og_pack_message(og_file *file, const ProtobufCMessage *message);

#endif
