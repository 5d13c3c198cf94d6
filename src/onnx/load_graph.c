/*
 * Graphs of a file: inputs, initializers, nodes, outputs.
 *
 * Until IR version 3 every initializer had to be an input too, so there it says nothing; since
 * version 4 an initializer that is an input is its default.
 */
#include "onnx/load.h"

static og_status where_value(og_loader *ld, const char *kind, const char *name)
{
    char shown[160];

    if (ld->report->code)
        og_report_where(ld->report, "%s '%s' in %s", kind, og_escape(shown, sizeof shown, name),
                        ld->root->file);
    return ld->report->code;
}

/* ---- Inputs ---------------------------------------------------------------------------------- */

/* Names of the initializers, with their place in the list from 1. */
static og_status list_initializers(og_loader *ld, const Onnx__GraphProto *proto, og_table *names)
{
    char shown[160];

    for (size_t i = 0; i < proto->n_initializer; i++) {
        char *name = proto->initializer[i]->name;

        if (!name || !*name)
            return og_fail(ld->report, OG_BAD_FILE, "initializer #%zu has no name", i);
        if (og_table_get(names, name))
            return og_fail(ld->report, OG_BAD_FILE, "two initializers are called '%s'",
                           og_escape(shown, sizeof shown, name));
        if (!og_table_set(names, name, (void *)(uintptr_t)(i + 1)))
            return og_load_no_memory(ld);
    }
    return OG_OK;
}

static og_status check_declared(og_loader *ld, const og_type *declared, const og_tensor *tensor)
{
    bool same = declared->kind == OG_TENSOR &&
                (!declared->elem || declared->elem == tensor->elem) &&
                (declared->rank < 0 || declared->rank == tensor->rank);
    char type[200], text[200];

    for (int i = 0; same && i < declared->rank; i++)
        same = !og_dim_known(declared->dims[i]) || declared->dims[i] == tensor->dims[i];
    if (same)
        return OG_OK;
    return og_fail(ld->report, OG_BAD_FILE, "the initializer is %s, but declared as %s",
                   og_tensor_text(text, sizeof text, tensor),
                   og_type_text(ld->root->dims, declared, type, sizeof type));
}

static og_status load_input(og_loader *ld, og_scope *scope, const Onnx__ValueInfoProto *proto,
                            bool constant, og_type *type)
{
    bool main = scope->graph == ld->root;

    OG_TRY(og_load_type(ld, proto->type, proto->name, type));
    if (main && type->kind == OG_TENSOR && !type->elem)
        return og_fail(ld->report, OG_BAD_FILE, "the input has no type");
    if (constant)
        return OG_OK;
    og_value *value = og_graph_add_input(scope->graph, proto->name, type);
    if (!value)
        return ld->report->code;
    if (proto->doc_string &&
        !(value->doc = og_arena_string(scope->graph->arena, proto->doc_string)))
        return og_load_no_memory(ld);
    return og_scope_define(ld, scope, proto->name, value);
}

static og_status load_inputs(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto,
                             const og_table *initializers, og_table *declared)
{
    bool main = scope->graph == ld->root, old = ld->model->ir_version < 4;
    char shown[160];

    for (size_t i = 0; i < proto->n_input; i++) {
        char *name = proto->input[i]->name;
        og_type *type = OG_NEW(ld->arena, og_type);

        if (!type)
            return og_load_no_memory(ld);
        if (!name || !*name)
            return og_fail(ld->report, OG_BAD_FILE, "input #%zu has no name", i);
        if (og_table_get(declared, name))
            return og_fail(ld->report, OG_BAD_FILE, "two inputs are called '%s'",
                           og_escape(shown, sizeof shown, name));
        if (load_input(ld, scope, proto->input[i], main && old && og_table_get(initializers, name),
                       type))
            return where_value(ld, "input", name);
        if (!og_table_set(declared, name, type))
            return og_load_no_memory(ld);
    }
    return OG_OK;
}

/* ---- Initializers ---------------------------------------------------------------------------- */

/* An input with an initializer: the main graph's gets a default, a subgraph's is always fed. */
static og_status set_default(og_loader *ld, og_scope *scope, og_value *input,
                             const og_tensor *tensor, const og_place *place)
{
    og_graph *g = scope->graph;

    if (g != ld->root)
        return OG_OK;
    input->data = og_graph_tensor(g, tensor->elem, tensor->rank, tensor->dims, tensor->data);
    if (!input->data || !og_list_push(g->arena, &g->initializers, input))
        return og_load_no_memory(ld);
    return og_scope_remember(ld, input->name, tensor, place);
}

static og_status load_initializer(og_loader *ld, og_scope *scope, const Onnx__TensorProto *proto,
                                  const og_table *declared)
{
    const og_type *type = og_table_get(declared, proto->name);
    og_value *input = og_table_get(scope->values, proto->name);
    og_tensor tensor;
    og_place place;

    OG_TRY(og_tensors_read(&ld->source->tensors, proto, proto->name, &tensor, &place));
    if (type)
        OG_TRY(check_declared(ld, type, &tensor));
    if (input && input->input)
        return set_default(ld, scope, input, &tensor, &place);
    return og_scope_constant(ld, scope, proto->name, &tensor, &place, true);
}

static og_status load_sparse(og_loader *ld, og_scope *scope, const Onnx__SparseTensorProto *proto)
{
    const char *name = proto->values ? og_or_empty(proto->values->name) : "";
    og_tensor tensor;

    if (!*name)
        return og_fail(ld->report, OG_BAD_FILE, "a sparse initializer has no name");
    if (og_tensors_read_sparse(&ld->source->tensors, proto, name, &tensor) ||
        og_scope_constant(ld, scope, name, &tensor, NULL, true))
        return where_value(ld, "initializer", name);
    return OG_OK;
}

static og_status load_initializers(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto,
                                   const og_table *declared)
{
    for (size_t i = 0; i < proto->n_initializer; i++)
        if (load_initializer(ld, scope, proto->initializer[i], declared))
            return where_value(ld, "initializer", proto->initializer[i]->name);
    for (size_t i = 0; i < proto->n_sparse_initializer; i++)
        OG_TRY(load_sparse(ld, scope, proto->sparse_initializer[i]));
    return OG_OK;
}

/* ---- Outputs --------------------------------------------------------------------------------- */

static og_status check_elem(og_loader *ld, const Onnx__ValueInfoProto *proto, const og_value *value)
{
    og_type declared;

    OG_TRY(og_load_type(ld, proto->type, proto->name, &declared));
    if (declared.kind != OG_TENSOR || !declared.elem || value->type.kind != OG_TENSOR ||
        !value->type.elem || declared.elem == value->type.elem)
        return OG_OK;
    return og_fail(ld->report, OG_BAD_TYPE, "declared as %s, but made as %s",
                   og_elem_name(declared.elem), og_elem_name(value->type.elem));
}

/* Where inference does not know the type, as behind an operator that the library does not have, or
 * the rank, the declared one is better than none; its sizes are not believed. */
static og_status adopt_type(og_loader *ld, const Onnx__ValueInfoProto *proto, og_value *value)
{
    og_type declared;
    og_dim *dims;

    if (value->type.kind != OG_TENSOR || (value->type.elem && value->type.rank >= 0) ||
        !value->node)
        return OG_OK;
    OG_TRY(og_load_type(ld, proto->type, proto->name, &declared));
    if (declared.kind != OG_TENSOR && value->type.elem)
        return OG_OK;
    value->type = declared;
    if (declared.kind != OG_TENSOR || declared.rank <= 0)
        return OG_OK;
    if (!(dims = OG_NEW_N(ld->root->arena, og_dim, declared.rank)))
        return og_load_no_memory(ld);
    for (int i = 0; i < declared.rank; i++)
        dims[i] = og_dim_known(declared.dims[i]) ? og_dim_fresh(ld->root->dims) : declared.dims[i];
    value->type.dims = dims;
    return OG_OK;
}

static og_status load_output(og_loader *ld, og_scope *scope, const Onnx__ValueInfoProto *proto)
{
    og_graph *g = scope->graph;
    og_value *value;

    OG_TRY(og_scope_value(ld, scope, proto->name, &value));
    if (!value)
        return og_fail(ld->report, OG_BAD_FILE, "the output is nothing");
    value = og_value_now(value);
    OG_TRY(check_elem(ld, proto, value));
    OG_TRY(adopt_type(ld, proto, value));
    if (g != ld->root) /* a body's outputs go by place; they may be values of an outer graph */
        return og_list_push(g->arena, &g->outputs, value) ? OG_OK : og_load_no_memory(ld);
    if (!(value = og_output(g, proto->name, value)))
        return og_graph_status(g);
    if (proto->doc_string && !(value->doc = og_arena_string(g->arena, proto->doc_string)))
        return og_load_no_memory(ld);
    return OG_OK;
}

static og_status load_outputs(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto)
{
    for (size_t i = 0; i < proto->n_output; i++) {
        const char *name = proto->output[i]->name;

        if (!name || !*name)
            return og_fail(ld->report, OG_BAD_FILE, "output #%zu has no name", i);
        if (load_output(ld, scope, proto->output[i]))
            return where_value(ld, "output", name);
    }
    return OG_OK;
}

/* What a file says about the values between must at least agree in the element type; their sizes
 * may be those of a fixed batch, so they are not believed. */
static og_status check_value_info(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto)
{
    for (size_t i = 0; i < proto->n_value_info; i++) {
        const Onnx__ValueInfoProto *info = proto->value_info[i];
        og_value *value = info->name ? og_table_get(scope->values, info->name) : NULL;

        if (value && value != &ld->omitted && check_elem(ld, info, value))
            return where_value(ld, "value", info->name);
    }
    return OG_OK;
}

og_status og_load_graph(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto)
{
    og_table *initializers = og_table_new(ld->arena), *declared = og_table_new(ld->arena);
    og_graph *g = scope->graph;

    if (!initializers || !declared)
        return og_load_no_memory(ld);
    if (proto->doc_string && !(g->doc = og_arena_string(g->arena, proto->doc_string)))
        return og_load_no_memory(ld);
    OG_TRY(og_scope_expect(ld, scope, proto->n_node, proto->node));
    OG_TRY(list_initializers(ld, proto, initializers));
    OG_TRY(load_inputs(ld, scope, proto, initializers, declared));
    OG_TRY(load_initializers(ld, scope, proto, declared));
    OG_TRY(og_load_nodes(ld, scope, proto->n_node, proto->node));
    OG_TRY(load_outputs(ld, scope, proto));
    return check_value_info(ld, scope, proto);
}
