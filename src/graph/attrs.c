/*
 * Attributes: copied into the graph, then read once into the operator's own struct by its table, so
 * that nothing looks them up by name afterwards.
 */
#include "graph/node.h"

#include <stdio.h>

static const char *const kind_names[] = {
    [OG_ATTR_NONE] = "nothing",    [OG_ATTR_FLOAT] = "a float",   [OG_ATTR_INT] = "an int",
    [OG_ATTR_STRING] = "a string", [OG_ATTR_TENSOR] = "a tensor", [OG_ATTR_GRAPH] = "a graph",
    [OG_ATTR_FLOATS] = "floats",   [OG_ATTR_INTS] = "ints",       [OG_ATTR_STRINGS] = "strings",
    [OG_ATTR_TENSORS] = "tensors", [OG_ATTR_GRAPHS] = "graphs",   [OG_ATTR_TYPE] = "a type",
};

static bool copy_strings(og_graph *g, og_strings *list)
{
    const char **v = OG_NEW_N(g->arena, const char *, list->n ? list->n : 1);

    for (int64_t i = 0; v && i < list->n; i++)
        if (!(v[i] = og_arena_string(g->arena, list->v[i])))
            return false;
    list->v = v;
    return v != NULL;
}

/* An empty list given in a file is not an absent one: its v is never NULL. */
static const void *copy_list(og_graph *g, const void *v, int64_t n, size_t size)
{
    return n ? og_arena_copy(g->arena, v, size * (size_t)n) : og_arena_alloc(g->arena, 1);
}

static bool copy_attr(og_graph *g, const og_attr *from, og_attr *to)
{
    char *text;

    *to = *from;
    if (!(to->name = og_arena_string(g->arena, from->name)))
        return false;
    switch (from->kind) {
    case OG_ATTR_STRING:
        text = og_arena_alloc(g->arena, from->u.s.size + 1);
        if (text && from->u.s.size)
            memcpy(text, from->u.s.data, from->u.s.size);
        to->u.s.data = text;
        return text != NULL;
    case OG_ATTR_INTS:
        return (to->u.ints.v = copy_list(g, from->u.ints.v, from->u.ints.n, sizeof(int64_t))) !=
               NULL;
    case OG_ATTR_FLOATS:
        return (to->u.floats.v = copy_list(g, from->u.floats.v, from->u.floats.n, sizeof(float))) !=
               NULL;
    case OG_ATTR_STRINGS:
        return copy_strings(g, &to->u.strings);
    case OG_ATTR_TENSOR:
        return (to->u.tensor = og_graph_copy_tensor(g, from->u.tensor)) != NULL;
    case OG_ATTR_TYPE:
        return (to->u.type = og_arena_string(g->arena, from->u.type)) != NULL;
    default:
        return true;
    }
}

const og_attr *og_attrs_copy(og_graph *g, const og_attr *attrs)
{
    size_t n = 0;

    while (attrs && attrs[n].name)
        n++;
    og_attr *copy = OG_NEW_N(g->arena, og_attr, n + 1);
    for (size_t i = 0; copy && i < n; i++)
        if (!copy_attr(g, &attrs[i], &copy[i]))
            return og_graph_no_memory(g), NULL;
    return copy ? copy : (og_graph_no_memory(g), NULL);
}

/* ---- Into the operator's struct -------------------------------------------------------------- */

static void set_default(const og_attr_spec *spec, void *field)
{
    switch (spec->kind) {
    case OG_ATTR_INT:
        *(int64_t *)field = spec->i;
        break;
    case OG_ATTR_FLOAT:
        *(float *)field = (float)spec->f;
        break;
    case OG_ATTR_STRING:
        *(const char **)field = spec->s;
        break;
    default:
        break; /* lists, tensors, graphs and types: all zero is absent */
    }
}

static og_status set_field(og_graph *g, const og_attr_spec *spec, const og_attr *attr, void *field)
{
    og_type *type;

    switch (spec->kind) {
    case OG_ATTR_INT:
        *(int64_t *)field = attr->u.i;
        break;
    case OG_ATTR_FLOAT:
        *(float *)field = attr->u.f;
        break;
    case OG_ATTR_STRING:
        *(const char **)field = attr->u.s.data;
        break;
    case OG_ATTR_INTS:
        *(og_ints *)field = attr->u.ints;
        break;
    case OG_ATTR_FLOATS:
        *(og_floats *)field = attr->u.floats;
        break;
    case OG_ATTR_STRINGS:
        *(og_strings *)field = attr->u.strings;
        break;
    case OG_ATTR_TENSOR:
        *(const og_tensor **)field = attr->u.tensor;
        break;
    case OG_ATTR_GRAPH:
        *(og_graph **)field = attr->u.graph;
        break;
    case OG_ATTR_TYPE:
        if (!(type = OG_NEW(g->arena, og_type)))
            return og_graph_no_memory(g);
        *(const og_type **)field = type;
        return og_type_parse(g->arena, g->dims, attr->u.type, type, og_graph_errors(g));
    default:
        return og_fail(og_graph_errors(g), OG_UNSUPPORTED, "attribute '%s' holds %s", spec->name,
                       kind_names[spec->kind]);
    }
    return OG_OK;
}

static const og_attr_spec *find_spec(const og_op *op, const char *name)
{
    for (const og_attr_spec *s = op->attr; s < op->attr + OG_MAX_ATTRS && s->name; s++)
        if (!strcmp(s->name, name))
            return s;
    return NULL;
}

static og_status unknown_attr(og_graph *g, const og_op *op, const char *name)
{
    const char *names[OG_MAX_ATTRS];
    size_t n = 0;
    char shown[100];

    while (n < OG_MAX_ATTRS && op->attr[n].name) {
        names[n] = op->attr[n].name;
        n++;
    }
    const char *near = og_nearest(name, names, n);
    og_status s = og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "%s has no attribute '%s'", op->name,
                          og_escape(shown, sizeof shown, name));
    if (near)
        og_report_hint(og_graph_errors(g), "did you mean '%s'?", near);
    return s;
}

og_status og_attrs_read(og_graph *g, const og_op *op, const og_attr *attrs, const void **out)
{
    uint8_t *fields = og_arena_alloc(g->arena, op->attr_size ? op->attr_size : 1);
    uint32_t seen = 0;
    char shown[100];

    if (!fields)
        return og_graph_no_memory(g);
    for (const og_attr_spec *s = op->attr; s < op->attr + OG_MAX_ATTRS && s->name; s++)
        set_default(s, fields + s->offset);
    for (const og_attr *a = attrs; a && a->name; a++) {
        const og_attr_spec *spec = find_spec(op, a->name);

        if (!spec)
            return unknown_attr(g, op, a->name);
        if (spec->kind != a->kind)
            return og_fail(og_graph_errors(g), OG_BAD_TYPE,
                           "attribute '%s' of %s is %s, expected %s", spec->name, op->name,
                           kind_names[a->kind], kind_names[spec->kind]);
        if (seen & 1u << (spec - op->attr))
            return og_fail(og_graph_errors(g), OG_BAD_FILE, "attribute '%s' of %s is given twice",
                           og_escape(shown, sizeof shown, a->name), op->name);
        seen |= 1u << (spec - op->attr);
        OG_TRY(set_field(g, spec, a, fields + spec->offset));
    }
    for (const og_attr_spec *s = op->attr; s < op->attr + OG_MAX_ATTRS && s->name; s++)
        if (s->required && !(seen & 1u << (s - op->attr)))
            return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT, "%s needs the attribute '%s'",
                           op->name, s->name);
    *out = fields;
    return OG_OK;
}

og_graph *og_node_body(const og_node *node, int i)
{
    for (const og_attr *a = node->raw; a && a->name; a++)
        if (a->kind == OG_ATTR_GRAPH && i-- == 0)
            return a->u.graph;
    return NULL;
}
