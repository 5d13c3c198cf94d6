/* A graph as a message: nodes with the versions they need, ends, constants. */
#include "onnx/save.h"

/* Types that the first versions of operators had, and more that those had which only move data;
 * files with others need the newest version. */
enum {
    EARLY_TYPES = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE) | OG_BIT(OG_FLOAT16) | OG_BIT(OG_INT32) |
                  OG_BIT(OG_INT64) | OG_BIT(OG_BOOL) | OG_BIT(OG_UINT8) | OG_BIT(OG_STRING),
    EARLY_MOVED = EARLY_TYPES | OG_INTEGERS
};

/* By then all operators that calculate had learned to calculate with integers. */
enum { INTEGERS_SINCE = 14 };

og_status og_save_no_memory(og_saver *s)
{
    return og_fail(s->report, OG_NO_MEMORY, "no memory to save the graph");
}

og_status og_save_need(og_saver *s, const char *domain, int64_t version)
{
    domain = domain ? domain : "";
    for (size_t i = 0; i < s->imports.n; i++)
        if (!strcmp(s->imports.v[i]->domain, domain)) {
            if (s->imports.v[i]->version < version)
                s->imports.v[i]->version = version;
            return OG_OK;
        }
    Onnx__OperatorSetIdProto *import = OG_NEW(s->arena, Onnx__OperatorSetIdProto);
    if (!import || !og_list_push(s->arena, &s->imports, import))
        return og_save_no_memory(s);
    onnx__operator_set_id_proto__init(import);
    import->domain = og_save_text(domain);
    import->has_version = true;
    import->version = version;
    return OG_OK;
}

/* ---- Versions -------------------------------------------------------------------------------- */

static bool all_early(og_value *const *v, int n, og_elems early)
{
    for (int i = 0; i < n; i++)
        if (v[i] && (v[i]->type.kind != OG_TENSOR ||
                     (v[i]->type.elem && !og_elem_in(v[i]->type.elem, early))))
            return false;
    return true;
}

/* The oldest version of its operator that can express a node. */
static int node_version(const og_node *node)
{
    const og_op *op = node->op;
    const og_value *x = op->type_port < node->n_in ? node->in[op->type_port] : NULL;
    const bool moves = op->traits & (OG_COPIES | OG_ALIAS | OG_SHAPE_ONLY);
    const og_elems early = moves ? EARLY_MOVED : EARLY_TYPES;
    int version = op->valid_from ? op->valid_from : op->version;

    if (!(op->traits & OG_TYPES_SINCE) &&
        (!all_early(node->in, node->n_in, early) || !all_early(node->out, node->n_out, early)))
        return op->version;
    if (op->valid_from_node)
        return op->valid_from_node(node);
    if (!x || moves ||
        og_elem_in(x->type.elem, OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE) | OG_BIT(OG_FLOAT16)))
        return version;
    if (x->type.elem == OG_BOOL || op->version < INTEGERS_SINCE)
        return op->version;
    return version < INTEGERS_SINCE ? INTEGERS_SINCE : version;
}

static og_status need_node(og_saver *s, const og_node *node)
{
    const char *domain = node->op->domain ? node->op->domain : "";

    if (!(node->op->traits & OG_UNKNOWN))
        return og_save_need(s, domain, node_version(node));
    for (size_t i = 0; i < s->g->opsets.n; i++) /* not known here: as the file had it */
        if (!strcmp(s->g->opsets.v[i].domain, domain))
            return og_save_need(s, domain, s->g->opsets.v[i].version);
    return og_save_need(s, domain, 1);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static og_status save_names(og_saver *s, og_value *const *values, int n, size_t *n_names,
                            char ***names)
{
    char **list = OG_NEW_N(s->arena, char *, n + 1);

    if (!list)
        return og_save_no_memory(s);
    for (int i = 0; i < n; i++)
        list[i] = og_save_text(values[i] ? values[i]->name : "");
    *names = list;
    *n_names = (size_t)n;
    return OG_OK;
}

static og_status save_node(og_saver *s, const og_node *node, Onnx__NodeProto **out)
{
    Onnx__NodeProto *proto = OG_NEW(s->arena, Onnx__NodeProto);
    const char *domain = node->op->domain ? node->op->domain : "";

    if (!(*out = proto))
        return og_save_no_memory(s);
    onnx__node_proto__init(proto);
    if (node->name && *node->name)
        proto->name = og_save_text(node->name);
    if (node->doc && *node->doc)
        proto->doc_string = og_save_text(node->doc);
    OG_TRY(save_names(s, node->out, node->n_out, &proto->n_output, &proto->output));
    if (!strcmp(domain, "onnxgrad"))
        return og_save_call(s, node, proto);
    proto->op_type = og_save_text(node->op->name);
    if (*domain)
        proto->domain = og_save_text(domain);
    OG_TRY(need_node(s, node));
    OG_TRY(save_names(s, node->in, node->n_in, &proto->n_input, &proto->input));
    return og_save_attrs(s, node, proto);
}

og_status og_save_nodes(og_saver *s, const og_graph *g, size_t first, Onnx__NodeProto **nodes)
{
    char text[300];

    for (size_t i = 0; i < g->nodes.n; i++)
        if (save_node(s, g->nodes.v[i], &nodes[first + i])) {
            og_report_where(s->report, "%s", og_node_text(g->nodes.v[i], text, sizeof text));
            return s->report->code;
        }
    return OG_OK;
}

/* ---- Ends and constants ---------------------------------------------------------------------- */

typedef struct value_list {
    og_value **v;
    size_t n;
} value_list;

static og_status save_infos(og_saver *s, value_list values, size_t *n, Onnx__ValueInfoProto ***out)
{
    Onnx__ValueInfoProto **list = OG_NEW_N(s->arena, Onnx__ValueInfoProto *, values.n + 1);

    if (!list)
        return og_save_no_memory(s);
    for (size_t i = 0; i < values.n; i++) {
        if (!(list[i] = OG_NEW(s->arena, Onnx__ValueInfoProto)))
            return og_save_no_memory(s);
        onnx__value_info_proto__init(list[i]);
        list[i]->name = og_save_text(values.v[i]->name);
        if (values.v[i]->doc && *values.v[i]->doc)
            list[i]->doc_string = og_save_text(values.v[i]->doc);
        OG_TRY(og_save_type(s, &values.v[i]->type, &list[i]->type));
    }
    *n = values.n;
    *out = list;
    return OG_OK;
}

static void mark_readers(og_graph *g)
{
    og_graph *body;

    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            if (node->in[j])
                node->in[j]->mark = 1;
        for (int b = 0; (body = og_node_body(node, b)); b++)
            mark_readers(body);
    }
    for (size_t k = 0; k < g->outputs.n; k++)
        g->outputs.v[k]->mark = 1;
}

void og_save_mark_used(og_graph *g)
{
    for (size_t i = 0; i < g->values.n; i++)
        g->values.v[i]->mark = 0;
    mark_readers(g);
}

/* Initializers in the order of the file they came from, then the constants that something reads. */
static og_status save_initializers(og_saver *s, og_graph *g, Onnx__GraphProto *proto)
{
    proto->initializer = OG_NEW_N(s->arena, Onnx__TensorProto *, g->values.n + 1);
    if (!proto->initializer)
        return og_save_no_memory(s);
    og_save_mark_used(g);
    for (size_t i = 0; i < g->initializers.n + g->values.n; i++) {
        bool listed = i < g->initializers.n;
        og_value *v = listed ? g->initializers.v[i] : g->values.v[i - g->initializers.n];
        Onnx__TensorProto *tensor;

        if (!v->data || v->node || (!listed && v->mark != 1) || v->mark == 2)
            continue;
        v->mark = 2;
        if (!(tensor = OG_NEW(s->arena, Onnx__TensorProto)) ||
            !og_pack_tensor(s->arena, v->name, v->data, tensor))
            return og_save_no_memory(s);
        proto->initializer[proto->n_initializer++] = tensor;
    }
    return OG_OK;
}

og_status og_save_graph(og_saver *s, og_graph *g, Onnx__GraphProto **out)
{
    Onnx__GraphProto *proto = OG_NEW(s->arena, Onnx__GraphProto);

    if (!(*out = proto))
        return og_save_no_memory(s);
    onnx__graph_proto__init(proto);
    proto->name = og_save_text(g->name && *g->name ? g->name : "graph");
    if (g->doc && *g->doc)
        proto->doc_string = og_save_text(g->doc);
    OG_TRY(save_infos(s, (value_list){ g->inputs.v, g->inputs.n }, &proto->n_input, &proto->input));
    OG_TRY(save_infos(s, (value_list){ g->outputs.v, g->outputs.n }, &proto->n_output,
                      &proto->output));
    OG_TRY(save_initializers(s, g, proto));
    if (!(proto->node = OG_NEW_N(s->arena, Onnx__NodeProto *, g->nodes.n + 1)))
        return og_save_no_memory(s);
    proto->n_node = g->nodes.n;
    return og_save_nodes(s, g, 0, proto->node);
}
