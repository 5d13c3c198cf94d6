/* Constant nodes: their value, whichever attribute holds it, becomes a constant of the main graph.
 */
#include "onnx/load.h"

static og_status constant_from(og_loader *ld, og_scope *scope, const char *name, og_elem elem,
                               int64_t count, bool scalar, const void *numbers)
{
    size_t size;
    og_tensor tensor = og_tensor_view(elem, scalar ? 0 : 1, &count, NULL);

    if (!og_elem_bytes(elem, count, &size) || !(tensor.data = og_graph_bytes(ld->root, size)))
        return og_load_no_memory(ld);
    if (size)
        memcpy(tensor.data, numbers, size);
    return og_scope_constant(ld, scope, name, &tensor, NULL, false);
}

/* Strings of attributes outlive loading only when they are copied. */
static og_status constant_strings(og_loader *ld, og_scope *scope, const char *name, size_t n,
                                  const ProtobufCBinaryData *strings, bool scalar)
{
    og_string *list = OG_NEW_N(ld->arena, og_string, n + 1);

    if (!list)
        return og_load_no_memory(ld);
    for (size_t i = 0; i < n; i++) {
        char *bytes = og_graph_bytes(ld->root, strings[i].len);

        if (!bytes)
            return og_load_no_memory(ld);
        if (strings[i].len)
            memcpy(bytes, strings[i].data, strings[i].len);
        list[i] = (og_string){ bytes, strings[i].len };
    }
    return constant_from(ld, scope, name, OG_STRING, (int64_t)n, scalar, list);
}

static og_status constant_tensor(og_loader *ld, og_scope *scope, const char *name,
                                 const Onnx__TensorProto *proto)
{
    og_tensor tensor;
    og_place place;

    if (!proto)
        return og_fail(ld->report, OG_BAD_FILE, "the attribute 'value' holds no tensor");
    OG_TRY(og_tensors_read(&ld->source->tensors, proto, name, &tensor, &place));
    return og_scope_constant(ld, scope, name, &tensor, &place, false);
}

static og_status constant_sparse(og_loader *ld, og_scope *scope, const char *name,
                                 const Onnx__SparseTensorProto *proto)
{
    og_tensor tensor;

    if (!proto)
        return og_fail(ld->report, OG_BAD_FILE, "the attribute 'sparse_value' holds no tensor");
    OG_TRY(og_tensors_read_sparse(&ld->source->tensors, proto, name, &tensor));
    return og_scope_constant(ld, scope, name, &tensor, NULL, false);
}

/* A value that an attribute of the surrounding function gave. */
static og_status constant_given(og_loader *ld, og_scope *scope, const char *name, const og_attr *a)
{
    switch (a->kind) {
    case OG_ATTR_TENSOR:
        return og_scope_constant(ld, scope, name, a->u.tensor, NULL, false);
    case OG_ATTR_FLOAT:
        return constant_from(ld, scope, name, OG_FLOAT, 1, true, &a->u.f);
    case OG_ATTR_INT:
        return constant_from(ld, scope, name, OG_INT64, 1, true, &a->u.i);
    case OG_ATTR_FLOATS:
        return constant_from(ld, scope, name, OG_FLOAT, a->u.floats.n, false, a->u.floats.v);
    case OG_ATTR_INTS:
        return constant_from(ld, scope, name, OG_INT64, a->u.ints.n, false, a->u.ints.v);
    case OG_ATTR_STRING: {
        ProtobufCBinaryData text = { a->u.s.size, (uint8_t *)(uintptr_t)a->u.s.data };

        return constant_strings(ld, scope, name, 1, &text, true);
    }
    default:
        return og_fail(ld->report, OG_UNSUPPORTED, "a Constant of this kind inside a function");
    }
}

og_status og_load_constant(og_loader *ld, og_scope *scope, const Onnx__NodeProto *proto)
{
    const char *name = proto->n_output == 1 ? proto->output[0] : "";
    og_attr *attrs;
    char shown[120];

    if (!*name)
        return og_fail(ld->report, OG_BAD_FILE, "Constant has %zu outputs, expected 1 with a name",
                       proto->n_output);
    if (proto->n_attribute != 1 || !proto->attribute[0]->name)
        return og_fail(ld->report, OG_BAD_FILE, "Constant has %zu values, expected 1",
                       proto->n_attribute);
    const Onnx__AttributeProto *a = proto->attribute[0];
    bool reference = a->ref_attr_name && *a->ref_attr_name;
    if (reference || (!strncmp(a->name, "value_", 6) && strncmp(a->name, "value_string", 12))) {
        OG_TRY(og_load_attrs(ld, scope, 1, proto->attribute, &attrs));
        return attrs->name ? constant_given(ld, scope, name, attrs)
                           : og_fail(ld->report, OG_BAD_FILE, "the call gives no attribute '%s'",
                                     og_escape(shown, sizeof shown, a->ref_attr_name));
    }
    if (!strcmp(a->name, "value"))
        return constant_tensor(ld, scope, name, a->t);
    if (!strcmp(a->name, "sparse_value"))
        return constant_sparse(ld, scope, name, a->sparse_tensor);
    if (!strcmp(a->name, "value_string"))
        return constant_strings(ld, scope, name, 1, &a->s, true);
    if (!strcmp(a->name, "value_strings"))
        return constant_strings(ld, scope, name, a->n_strings, a->strings, false);
    return og_fail(ld->report, OG_BAD_FILE, "Constant has no attribute '%s'",
                   og_escape(shown, sizeof shown, a->name));
}
