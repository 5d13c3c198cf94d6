/* Attributes and types of the graph, as a file has them. */
#include "onnx/save.h"

#include <math.h>

/* ---- Types ----------------------------------------------------------------------------------- */

static og_status save_dim(og_saver *s, og_dim dim, Onnx__TensorShapeProto__Dimension **out)
{
    Onnx__TensorShapeProto__Dimension *proto = OG_NEW(s->arena, Onnx__TensorShapeProto__Dimension);
    char text[300];

    if (!(*out = proto))
        return og_save_no_memory(s);
    onnx__tensor_shape_proto__dimension__init(proto);
    if (og_dim_known(dim)) {
        proto->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        proto->dim_value = dim;
        return OG_OK;
    }
    if (og_dim_made_up(s->g->dims, dim))
        return OG_OK; /* nobody named it: a size without a value is an unknown one */
    proto->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    proto->dim_param = og_arena_string(s->arena, og_dim_text(s->g->dims, dim, text, sizeof text));
    return proto->dim_param ? OG_OK : og_save_no_memory(s);
}

static og_status save_shape(og_saver *s, const og_type *type, Onnx__TypeProto__Tensor *proto)
{
    Onnx__TensorShapeProto *shape = OG_NEW(s->arena, Onnx__TensorShapeProto);

    if (type->rank < 0)
        return OG_OK;
    if (!shape)
        return og_save_no_memory(s);
    onnx__tensor_shape_proto__init(shape);
    shape->n_dim = (size_t)type->rank;
    shape->dim = OG_NEW_N(s->arena, Onnx__TensorShapeProto__Dimension *, type->rank + 1);
    if (!shape->dim)
        return og_save_no_memory(s);
    for (int i = 0; i < type->rank; i++)
        OG_TRY(save_dim(s, type->dims[i], &shape->dim[i]));
    proto->shape = shape;
    return OG_OK;
}

static og_status save_nested(og_saver *s, const og_type *type, Onnx__TypeProto *proto)
{
    Onnx__TypeProto *of = NULL;

    if (type->of)
        OG_TRY(og_save_type(s, type->of, &of));
    if (type->kind == OG_SEQUENCE) {
        Onnx__TypeProto__Sequence *sequence = OG_NEW(s->arena, Onnx__TypeProto__Sequence);

        if (!sequence)
            return og_save_no_memory(s);
        onnx__type_proto__sequence__init(sequence);
        sequence->elem_type = of;
        proto->value_case = ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE;
        proto->sequence_type = sequence;
        return OG_OK;
    }
    Onnx__TypeProto__Optional *optional = OG_NEW(s->arena, Onnx__TypeProto__Optional);
    if (!optional)
        return og_save_no_memory(s);
    onnx__type_proto__optional__init(optional);
    optional->elem_type = of;
    proto->value_case = ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE;
    proto->optional_type = optional;
    return OG_OK;
}

og_status og_save_type(og_saver *s, const og_type *type, Onnx__TypeProto **out)
{
    Onnx__TypeProto *proto = OG_NEW(s->arena, Onnx__TypeProto);
    Onnx__TypeProto__Tensor *tensor;

    if (!(*out = proto))
        return og_save_no_memory(s);
    onnx__type_proto__init(proto);
    if (type->kind != OG_TENSOR)
        return save_nested(s, type, proto);
    if (!type->elem) /* not known, as of a Loop's values: said by leaving it out */
        return OG_OK;
    if (!(tensor = OG_NEW(s->arena, Onnx__TypeProto__Tensor)))
        return og_save_no_memory(s);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = true;
    tensor->elem_type = (int32_t)type->elem;
    proto->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    proto->tensor_type = tensor;
    return save_shape(s, type, tensor);
}

/* ---- Attributes ------------------------------------------------------------------------------ */

static og_status save_strings(og_saver *s, const og_attr *a, Onnx__AttributeProto *proto)
{
    proto->strings = OG_NEW_N(s->arena, ProtobufCBinaryData, a->u.strings.n + 1);
    if (!proto->strings)
        return og_save_no_memory(s);
    proto->n_strings = (size_t)a->u.strings.n;
    for (size_t i = 0; i < proto->n_strings; i++)
        proto->strings[i] = (ProtobufCBinaryData){ strlen(a->u.strings.v[i]),
                                                   (uint8_t *)og_save_text(a->u.strings.v[i]) };
    return OG_OK;
}

static og_status save_type_text(og_saver *s, const og_attr *a, Onnx__AttributeProto *proto)
{
    og_type type;

    OG_TRY(og_type_parse(s->g->arena, s->g->dims, a->u.type, &type, s->report));
    return og_save_type(s, &type, &proto->tp);
}

static og_status save_tensor(og_saver *s, const og_attr *a, Onnx__AttributeProto *proto)
{
    Onnx__TensorProto *tensor = OG_NEW(s->arena, Onnx__TensorProto);

    if (!tensor || !og_pack_tensor(s->arena, NULL, a->u.tensor, tensor))
        return og_save_no_memory(s);
    proto->t = tensor;
    return OG_OK;
}

static og_status save_value(og_saver *s, const og_node *node, const og_attr *a,
                            Onnx__AttributeProto *proto)
{
    char text[300];

    switch (a->kind) {
    case OG_ATTR_FLOAT:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        proto->has_f = true;
        proto->f = a->u.f;
        return OG_OK;
    case OG_ATTR_INT:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
        proto->has_i = true;
        proto->i = a->u.i;
        return OG_OK;
    case OG_ATTR_STRING:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
        proto->has_s = true;
        proto->s = (ProtobufCBinaryData){ a->u.s.size, (uint8_t *)og_save_text(a->u.s.data) };
        return OG_OK;
    case OG_ATTR_INTS:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
        proto->n_ints = (size_t)a->u.ints.n;
        proto->ints = (int64_t *)(uintptr_t)a->u.ints.v;
        return OG_OK;
    case OG_ATTR_FLOATS:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
        proto->n_floats = (size_t)a->u.floats.n;
        proto->floats = (float *)(uintptr_t)a->u.floats.v;
        return OG_OK;
    case OG_ATTR_STRINGS:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS;
        return save_strings(s, a, proto);
    case OG_ATTR_TENSOR:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
        return save_tensor(s, a, proto);
    case OG_ATTR_GRAPH:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH;
        return og_save_graph(s, a->u.graph, &proto->g);
    case OG_ATTR_TYPE:
        proto->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO;
        return save_type_text(s, a, proto);
    default:
        return og_fail(s->report, OG_UNSUPPORTED, "the attribute '%s' of %s cannot be saved",
                       a->name, og_node_text(node, text, sizeof text));
    }
}

/* An attribute that came with a later version is left out where it says what its absence says, so
 * that older versions can express the node. */
static bool says_nothing(const og_attr_spec *spec, const og_attr *a)
{
    if (!spec || !spec->since || spec->kind != a->kind)
        return false;
    return a->kind == OG_ATTR_INT      ? a->u.i == spec->i
           : a->kind == OG_ATTR_FLOAT  ? a->u.f == (float)spec->f
           : a->kind == OG_ATTR_STRING ? spec->s && !strcmp(a->u.s.data, spec->s)
                                       : false;
}

static const og_attr_spec *find_spec(const og_op *op, const char *name)
{
    for (size_t i = 0; i < sizeof op->attr / sizeof *op->attr && op->attr[i].name; i++)
        if (!strcmp(op->attr[i].name, name))
            return &op->attr[i];
    return NULL;
}

og_status og_save_attrs(og_saver *s, const og_node *node, Onnx__NodeProto *proto)
{
    size_t n = 0;

    while (node->raw && node->raw[n].name)
        n++;
    if (!(proto->attribute = OG_NEW_N(s->arena, Onnx__AttributeProto *, n + 1)))
        return og_save_no_memory(s);
    for (size_t i = 0; i < n; i++) {
        const og_attr *a = &node->raw[i];
        const og_attr_spec *spec = find_spec(node->op, a->name);
        Onnx__AttributeProto *to;

        if (says_nothing(spec, a))
            continue;
        if (spec && spec->since)
            OG_TRY(og_save_need(s, node->op->domain, spec->since));
        if (!(to = OG_NEW(s->arena, Onnx__AttributeProto)))
            return og_save_no_memory(s);
        onnx__attribute_proto__init(to);
        to->name = og_save_text(a->name);
        to->has_type = true;
        OG_TRY(save_value(s, node, a, to));
        proto->attribute[proto->n_attribute++] = to;
    }
    return OG_OK;
}
