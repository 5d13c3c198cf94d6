/* Attributes and types of a file, as the graph room has them. */
#include "onnx/load.h"

#include <stdio.h>

enum { LOAD_MAX_ATTRS = 256 };

/* ---- Types ----------------------------------------------------------------------------------- */

static og_status type_wrong(og_loader *ld, const char *name, og_status code, const char *what)
{
    char shown[160];

    return og_fail(ld->report, code, "the type of '%s' %s", og_escape(shown, sizeof shown, name),
                   what);
}

/* Old exporters wrote a size they did not know as -1; an empty name is one too. */
static og_dim load_dim(og_loader *ld, const Onnx__TensorShapeProto__Dimension *dim)
{
    og_dims *dims = ld->root->dims;

    if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE &&
        dim->dim_value >= 0)
        return dim->dim_value;
    if (dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM && *dim->dim_param)
        return og_dim_symbol(dims, dim->dim_param);
    return og_dim_fresh(dims);
}

static og_status load_tensor_type(og_loader *ld, const Onnx__TypeProto__Tensor *proto,
                                  const char *name, og_type *type)
{
    const Onnx__TensorShapeProto *shape = proto->shape;
    char what[80];
    og_dim *dims;

    if (proto->elem_type < 0 || proto->elem_type >= OG_ELEM_COUNT) {
        snprintf(what, sizeof what, "has element type %d, expected 1 to %d", (int)proto->elem_type,
                 OG_ELEM_COUNT - 1);
        return type_wrong(ld, name, OG_BAD_FILE, what);
    }
    *type = (og_type){ .kind = OG_TENSOR, .elem = (og_elem)proto->elem_type, .rank = -1 };
    if (!shape)
        return OG_OK;
    if (shape->n_dim > OG_MAX_RANK) {
        snprintf(what, sizeof what, "has rank %zu, the limit is %d", shape->n_dim, OG_MAX_RANK);
        return type_wrong(ld, name, OG_LIMIT, what);
    }
    if (!(dims = OG_NEW_N(ld->root->arena, og_dim, shape->n_dim + 1)))
        return og_load_no_memory(ld);
    for (size_t i = 0; i < shape->n_dim; i++)
        dims[i] = load_dim(ld, shape->dim[i]);
    type->rank = (int)shape->n_dim;
    type->dims = dims;
    return OG_OK;
}

static og_status load_nested_type(og_loader *ld, og_kind kind, const Onnx__TypeProto *of,
                                  const char *name, og_type *type)
{
    og_type *inner = OG_NEW(ld->root->arena, og_type);

    *type = (og_type){ .kind = kind, .of = inner, .rank = -1 };
    return inner ? og_load_type(ld, of, name, inner) : og_load_no_memory(ld);
}

og_status og_load_type(og_loader *ld, const Onnx__TypeProto *proto, const char *name, og_type *type)
{
    *type = (og_type){ .rank = -1 };
    if (!proto)
        return OG_OK;
    switch (proto->value_case) {
    case ONNX__TYPE_PROTO__VALUE__NOT_SET:
        return OG_OK;
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
        return load_tensor_type(ld, proto->tensor_type, name, type);
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
        return load_nested_type(ld, OG_SEQUENCE, proto->sequence_type->elem_type, name, type);
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
        return load_nested_type(ld, OG_OPTIONAL, proto->optional_type->elem_type, name, type);
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
        return type_wrong(ld, name, OG_UNSUPPORTED, "is a map");
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        return type_wrong(ld, name, OG_UNSUPPORTED, "is a sparse tensor");
    default:
        return type_wrong(ld, name, OG_UNSUPPORTED, "is opaque");
    }
}

/* ---- Attributes ------------------------------------------------------------------------------ */

/* Files of the first versions do not say the type; then the field that is filled does. */
static int attr_type(const Onnx__AttributeProto *a)
{
    if (a->has_type && a->type)
        return (int)a->type;
    return a->has_f       ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
           : a->has_i     ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT
           : a->has_s     ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
           : a->t         ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR
           : a->g         ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH
           : a->n_floats  ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS
           : a->n_strings ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS
           : a->tp        ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO
                          : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
}

static og_status attr_tensor(og_loader *ld, const char *name, const Onnx__TensorProto *proto,
                             og_attr *to)
{
    og_tensor *tensor = OG_NEW(ld->arena, og_tensor);
    char shown[120];

    if (!proto)
        return og_fail(ld->report, OG_BAD_FILE, "attribute '%s' holds no tensor, as its type says",
                       og_escape(shown, sizeof shown, name));
    if (!tensor)
        return og_load_no_memory(ld);
    to->kind = OG_ATTR_TENSOR;
    to->u.tensor = tensor;
    return og_tensors_read(&ld->source->tensors, proto,
                           proto->name && *proto->name ? proto->name : name, tensor, NULL);
}

static og_status attr_graph(og_loader *ld, og_scope *scope, const char *name,
                            const Onnx__GraphProto *proto, og_attr *to)
{
    og_scope inner;
    char shown[120];

    if (!proto)
        return og_fail(ld->report, OG_BAD_FILE, "attribute '%s' holds no graph, as its type says",
                       og_escape(shown, sizeof shown, name));
    og_graph *g = og_graph_new_inside(scope->graph, og_or_empty(proto->name));
    if (!g)
        return og_load_no_memory(ld);
    to->kind = OG_ATTR_GRAPH;
    to->u.graph = g;
    OG_TRY(og_scope_open(ld, &inner, scope, g, scope->frame));
    return og_load_graph(ld, &inner, proto);
}

static og_status attr_strings(og_loader *ld, const Onnx__AttributeProto *a, og_attr *to)
{
    const char **v = OG_NEW_N(ld->arena, const char *, a->n_strings + 1);

    if (!v)
        return og_load_no_memory(ld);
    for (size_t i = 0; i < a->n_strings; i++) {
        char *text = og_arena_alloc(ld->arena, a->strings[i].len + 1);

        if (!text)
            return og_load_no_memory(ld);
        if (a->strings[i].len)
            memcpy(text, a->strings[i].data, a->strings[i].len);
        v[i] = text;
    }
    to->kind = OG_ATTR_STRINGS;
    to->u.strings = (og_strings){ (int64_t)a->n_strings, v };
    return OG_OK;
}

/* Terminated, so that an upgrade may compare it; the bytes of a message are not. */
static og_status attr_string(og_loader *ld, const Onnx__AttributeProto *a, og_attr *to)
{
    char *text = og_arena_alloc(ld->arena, a->s.len + 1);

    if (!text)
        return og_fail(ld->report, OG_NO_MEMORY, "no memory for an attribute");
    if (a->s.len)
        memcpy(text, a->s.data, a->s.len);
    to->u.s = (og_string){ text, a->s.len };
    return OG_OK;
}

static og_status attr_type_text(og_loader *ld, const Onnx__AttributeProto *a, og_attr *to)
{
    char text[512];
    og_type type;

    OG_TRY(og_load_type(ld, a->tp, a->name, &type));
    to->kind = OG_ATTR_TYPE;
    to->u.type = og_arena_string(ld->arena, og_type_text(ld->root->dims, &type, text, sizeof text));
    return to->u.type ? OG_OK : og_load_no_memory(ld);
}

static og_status load_attr(og_loader *ld, og_scope *scope, const Onnx__AttributeProto *a,
                           og_attr *to)
{
    char shown[120];

    *to = (og_attr){ .name = a->name };
    switch (attr_type(a)) {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
        to->kind = OG_ATTR_FLOAT;
        to->u.f = a->f;
        return OG_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
        to->kind = OG_ATTR_INT;
        to->u.i = a->i;
        return OG_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
        to->kind = OG_ATTR_STRING;
        return attr_string(ld, a, to);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
        to->kind = OG_ATTR_FLOATS;
        to->u.floats = (og_floats){ (int64_t)a->n_floats, a->floats };
        return OG_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
        to->kind = OG_ATTR_INTS;
        to->u.ints = (og_ints){ (int64_t)a->n_ints, a->ints };
        return OG_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
        return attr_tensor(ld, a->name, a->t, to);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH:
        return attr_graph(ld, scope, a->name, a->g, to);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRINGS:
        return attr_strings(ld, a, to);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTO:
        return attr_type_text(ld, a, to);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSORS:
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPHS:
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSOR:
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__SPARSE_TENSORS:
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TYPE_PROTOS:
        to->kind =
            OG_ATTR_NONE; /* no operator of ours has such a one: the check of kinds refuses it */
        return OG_OK;
    default:
        return og_fail(ld->report, OG_BAD_FILE, "attribute '%s' has type %d, expected 1 to 14",
                       og_escape(shown, sizeof shown, a->name), attr_type(a));
    }
}

/* In a function an attribute may stand for one of the call; one that was not given is left out. */
static og_status load_reference(og_loader *ld, const og_frame *frame, const Onnx__AttributeProto *a,
                                og_attr *to)
{
    char shown[120];

    *to = (og_attr){ 0 };
    if (!frame->function)
        return og_fail(ld->report, OG_BAD_FILE,
                       "attribute '%s' refers to an attribute of a function, outside of any",
                       og_escape(shown, sizeof shown, a->name));
    for (const og_attr *given = frame->given; given->name; given++) {
        if (strcmp(given->name, a->ref_attr_name))
            continue;
        *to = *given;
        to->name = a->name;
        if (given->kind == OG_ATTR_GRAPH)
            return og_fail(ld->report, OG_UNSUPPORTED, "a graph as attribute '%s' of a function",
                           og_escape(shown, sizeof shown, a->ref_attr_name));
        return OG_OK;
    }
    return OG_OK;
}

og_status og_load_attrs(og_loader *ld, og_scope *scope, size_t n, Onnx__AttributeProto **protos,
                        og_attr **attrs)
{
    og_attr *list = OG_NEW_N(ld->arena, og_attr, n + 1);
    size_t used = 0;
    char shown[120];

    if (!list)
        return og_load_no_memory(ld);
    if (n > LOAD_MAX_ATTRS)
        return og_fail(ld->report, OG_LIMIT, "%zu attributes on one node, the limit is %d", n,
                       LOAD_MAX_ATTRS);
    for (size_t i = 0; i < n; i++) {
        const Onnx__AttributeProto *a = protos[i];

        if (!a->name || !*a->name)
            return og_fail(ld->report, OG_BAD_FILE, "attribute #%zu has no name", i);
        for (size_t j = 0; j < used; j++)
            if (!strcmp(list[j].name, a->name))
                return og_fail(ld->report, OG_BAD_FILE, "attribute '%s' is given twice",
                               og_escape(shown, sizeof shown, a->name));
        OG_TRY(a->ref_attr_name && *a->ref_attr_name
                   ? load_reference(ld, scope->frame, a, &list[used])
                   : load_attr(ld, scope, a, &list[used]));
        used += list[used].name != NULL;
    }
    *attrs = list;
    return OG_OK;
}
