/* Tensors in files of their own, as the data sets of ONNX's tests hold them. */
#include "onnx/pack.h"
#include "onnx/tensor.h"
#include "onnxgrad/file.h"

static void *arena_room(void *owner, size_t size)
{
    return og_arena_alloc(owner, size ? size : 1);
}

/* A SequenceProto or OptionalProto holds its tensors in the field where a TensorProto has a
 * segment, which nobody writes. */
static bool holds_tensors(const uint8_t *data, size_t size)
{
    og_field field;

    return og_wire_find(data, size, 3, &field);
}

static og_status read_tensor(const char *path, og_map map, og_arena *arena, og_tensor **tensor,
                             og_report *report)
{
    og_scan scan = { .data = map.data,
                     .size = map.size,
                     .path = path,
                     .max_memory = og_memory_limit(),
                     .report = report,
                     .arena = arena };
    og_tensors tensors = { .scan = &scan,
                           .max_memory = og_memory_limit(),
                           .report = report,
                           .arena = arena,
                           .room = arena_room,
                           .owner = arena };
    ProtobufCMessage *message = NULL;
    og_tensor view;

    if (holds_tensors(map.data, map.size))
        return og_fail(report, OG_UNSUPPORTED,
                       "the file holds a sequence or an optional, not a tensor");
    og_status status = og_scan_unpack(&scan, &onnx__tensor_proto__descriptor, &message);
    if (!status) {
        const Onnx__TensorProto *proto = (const Onnx__TensorProto *)message;

        status = og_tensors_read(&tensors, proto, proto->name ? proto->name : "", &view, NULL);
    }
    if (!status && !(*tensor = og_tensor_copy(&view)))
        status = og_fail(report, OG_NO_MEMORY, "no memory for the tensor in %s", path);
    og_scan_release(message);
    return status;
}

og_status og_tensor_load(const char *path, og_tensor **tensor, og_report *report)
{
    char shown[300];
    og_map map;

    *tensor = NULL;
    og_report_clear(report);
    OG_TRY(og_file_map(path, &map, report));
    og_arena *arena = og_arena_new();
    og_escape(shown, sizeof shown, path);
    if (!arena)
        og_fail(report, OG_NO_MEMORY, "no memory to read %s", shown);
    else
        read_tensor(shown, map, arena, tensor, report);
    if (report->code)
        og_report_where(report, "%s", shown);
    og_arena_free(arena);
    og_file_unmap(&map);
    return report->code;
}

og_status og_tensor_save(const char *path, const char *name, const og_tensor *tensor,
                         og_report *report)
{
    og_arena *arena = og_arena_new();
    og_file file = OG_NO_FILE;
    Onnx__TensorProto proto;
    og_status status;

    og_report_clear(report);
    if (!arena || !og_pack_tensor(arena, name, tensor, &proto))
        status = og_fail(report, OG_NO_MEMORY, "no memory to write a tensor");
    else if (!(status = og_file_create(&file, path, report)) &&
             !(status = og_pack_message(&file, &proto.base)))
        status = og_file_commit(&file);
    og_file_close(&file);
    og_arena_free(arena);
    return status;
}
