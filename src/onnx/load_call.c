/* A call of a model-local function: its body is loaded in place of the node. */
#include "onnx/load.h"

static og_status call_fail(og_loader *ld, const og_function *f, const char *what, size_t found,
                           size_t expected)
{
    char shown[160];

    return og_fail(ld->report, OG_BAD_FILE,
                   "a call of function '%s' has %zu %s, at most %zu expected",
                   og_escape(shown, sizeof shown, f->proto->name), found, what, expected);
}

static bool given(const og_attr *attrs, const char *name)
{
    for (; attrs->name; attrs++)
        if (!strcmp(attrs->name, name))
            return true;
    return false;
}

/* The call's attributes, and the function's defaults for those that it leaves out. */
static og_status gather_attributes(og_loader *ld, og_scope *scope, const og_function *f,
                                   const og_attr *attrs, const og_attr **all)
{
    og_attr *defaults, *list;
    size_t n = 0, used;

    OG_TRY(og_load_attrs(ld, scope, f->proto->n_attribute_proto, f->proto->attribute_proto,
                         &defaults));
    while (attrs[n].name)
        n++;
    if (!(list = OG_NEW_N(ld->arena, og_attr, n + f->proto->n_attribute_proto + 1)))
        return og_load_no_memory(ld);
    memcpy(list, attrs, sizeof(og_attr) * n);
    used = n;
    for (const og_attr *d = defaults; d->name; d++)
        if (!given(attrs, d->name))
            list[used++] = *d;
    *all = list;
    return OG_OK;
}

static og_status bind_inputs(og_loader *ld, og_scope *scope, og_scope *body, const og_function *f,
                             const Onnx__NodeProto *proto)
{
    if (proto->n_input > f->proto->n_input)
        return call_fail(ld, f, "inputs", proto->n_input, f->proto->n_input);
    for (size_t i = 0; i < f->proto->n_input; i++) {
        og_value *value = NULL;

        if (i < proto->n_input)
            OG_TRY(og_scope_value(ld, scope, proto->input[i], &value));
        OG_TRY(og_scope_define(ld, body, f->proto->input[i], value));
    }
    return OG_OK;
}

static og_status name_outputs(og_loader *ld, og_scope *scope, og_frame *frame, const og_function *f,
                              const Onnx__NodeProto *proto)
{
    if (proto->n_output > f->proto->n_output)
        return call_fail(ld, f, "outputs", proto->n_output, f->proto->n_output);
    if (!(frame->final_names = og_table_new(ld->arena)))
        return og_load_no_memory(ld);
    for (size_t k = 0; k < proto->n_output; k++) {
        const char *name = og_scope_name(ld, scope, proto->output[k]);

        if (name && !og_table_get(frame->final_names, f->proto->output[k]) &&
            !og_table_set(frame->final_names, f->proto->output[k], (void *)(uintptr_t)name))
            return og_load_no_memory(ld);
    }
    return OG_OK;
}

og_status og_load_call(og_loader *ld, og_scope *scope, const og_function *f,
                       const Onnx__NodeProto *proto, size_t index, const og_attr *attrs)
{
    const char *called = proto->name && *proto->name ? proto->name : f->proto->name;
    og_frame frame = { .function = f,
                       .imports = { f->proto->n_opset_import, f->proto->opset_import } };
    og_scope body;

    frame.prefix = scope->caller ? og_arena_print(ld->arena, "%s/%s", scope->frame->prefix, called)
                                 : og_arena_print(ld->arena, "%s", called);
    if (!frame.prefix)
        return og_load_no_memory(ld);
    if (!frame.imports.n) /* not said: those of the model */
        frame.imports = (og_imports){ ld->model->n_opset_import, ld->model->opset_import };
    OG_TRY(gather_attributes(ld, scope, f, attrs, &frame.given));
    OG_TRY(name_outputs(ld, scope, &frame, f, proto));
    OG_TRY(og_scope_open(ld, &body, NULL, scope->graph, &frame));
    body.caller = scope;
    OG_TRY(og_scope_expect(ld, &body, f->proto->n_node, f->proto->node));
    OG_TRY(bind_inputs(ld, scope, &body, f, proto));
    size_t first = scope->graph->nodes.n;
    OG_TRY(og_load_nodes(ld, &body, f->proto->n_node, f->proto->node));
    for (size_t i = first; i < scope->graph->nodes.n; i++)
        scope->graph->nodes.v[i]->index = index;
    for (size_t k = 0; k < proto->n_output; k++) {
        og_value *value;

        OG_TRY(og_scope_value(ld, &body, f->proto->output[k], &value));
        OG_TRY(og_scope_define(ld, scope, proto->output[k], value));
    }
    return OG_OK;
}
