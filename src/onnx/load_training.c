/*
 * Training steps in files (TrainingInfoProto).
 *
 * A step is checked always: bindings must join an initializer to an output that fits it.  On
 * request its algorithm is loaded too; it is read as one graph with the model's, whose names it
 * sees.
 */
#include "onnx/load.h"

typedef struct training {
    const Onnx__TrainingInfoProto *proto;
    og_table *initializers; /* TensorProto by name, of the model's graph and of the algorithm */
    og_table *bound;        /* keys of update bindings, of all steps */
} training;

static og_status training_wrong(og_loader *ld, const char *what, const char *name,
                                const char *expected)
{
    char shown[160];

    og_fail(ld->report, OG_BAD_FILE, "training info: %s '%s'%s", what,
            og_escape(shown, sizeof shown, name), expected);
    og_report_where(ld->report, "%s", ld->root->file);
    return OG_BAD_FILE;
}

static og_status add_initializers(og_loader *ld, const Onnx__GraphProto *graph,
                                  og_table *initializers)
{
    for (size_t i = 0; graph && i < graph->n_initializer; i++) {
        Onnx__TensorProto *t = graph->initializer[i];

        if (!t->name || !*t->name)
            continue;
        if (og_table_get(initializers, t->name))
            return training_wrong(ld, "the algorithm has an initializer", t->name,
                                  ", as the graph has: expected a new name");
        if (!og_table_set(initializers, t->name, t))
            return og_load_no_memory(ld);
    }
    return OG_OK;
}

/* ---- Bindings -------------------------------------------------------------------------------- */

static const Onnx__ValueInfoProto *find_output(const Onnx__GraphProto *graph, const char *name)
{
    for (size_t i = 0; graph && i < graph->n_output; i++)
        if (!strcmp(og_or_empty(graph->output[i]->name), name))
            return graph->output[i];
    return NULL;
}

/* What the output is declared as must be able to take the place of the initializer. */
static og_status check_fit(og_loader *ld, const Onnx__TensorProto *state,
                           const Onnx__ValueInfoProto *output)
{
    og_type type;

    OG_TRY(og_load_type(ld, output->type, output->name, &type));
    bool fits = type.kind == OG_TENSOR && (!type.elem || (int32_t)type.elem == state->data_type) &&
                (type.rank < 0 || (size_t)type.rank == state->n_dims);

    for (int i = 0; fits && i < type.rank; i++)
        fits = !og_dim_known(type.dims[i]) || type.dims[i] == state->dims[i];
    if (fits)
        return OG_OK;
    return training_wrong(ld, "a binding gives the initializer", state->name,
                          " values of another type or shape");
}

static og_status check_binding(og_loader *ld, const training *t,
                               const Onnx__StringStringEntryProto *b, const Onnx__GraphProto *from,
                               bool model_too)
{
    const char *key = og_or_empty(b->key), *value = og_or_empty(b->value);
    const Onnx__TensorProto *state = og_table_get(t->initializers, key);
    const Onnx__ValueInfoProto *output = find_output(from, value);

    if (!state)
        return training_wrong(ld, "a binding updates", key, ", which is not an initializer");
    if (!output && model_too)
        output = find_output(ld->model->graph, value);
    if (!output || !*value)
        return training_wrong(ld, "a binding takes", value, ", which is not an output");
    return check_fit(ld, state, output);
}

static og_status check_bindings(og_loader *ld, const training *t)
{
    const Onnx__TrainingInfoProto *p = t->proto;

    if (p->n_update_binding && !p->algorithm)
        return training_wrong(ld, "no algorithm for the binding of",
                              og_or_empty(p->update_binding[0]->key), "");
    for (size_t i = 0; i < p->n_update_binding; i++) {
        char *key = p->update_binding[i]->key;

        OG_TRY(check_binding(ld, t, p->update_binding[i], p->algorithm, true));
        if (og_table_get(t->bound, key))
            return training_wrong(ld, "two bindings update", key, "");
        if (!og_table_set(t->bound, key, key))
            return og_load_no_memory(ld);
    }
    for (size_t i = 0; i < p->n_initialization_binding; i++)
        OG_TRY(check_binding(ld, t, p->initialization_binding[i], p->initialization, false));
    return OG_OK;
}

/* ---- Loading --------------------------------------------------------------------------------- */

/* Inputs that the model has too are the same ones. */
static og_status load_inputs(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto)
{
    for (size_t i = 0; i < proto->n_input; i++) {
        const char *name = og_or_empty(proto->input[i]->name);
        og_type type;

        if (!*name || og_table_get(scope->values, name))
            continue;
        OG_TRY(og_load_type(ld, proto->input[i]->type, name, &type));
        og_value *value = og_graph_add_input(ld->root, name, &type);
        if (!value)
            return ld->report->code;
        OG_TRY(og_scope_define(ld, scope, name, value));
    }
    return OG_OK;
}

static og_status load_initializers(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto)
{
    for (size_t i = 0; i < proto->n_initializer; i++) {
        const char *name = og_or_empty(proto->initializer[i]->name);
        og_tensor tensor;
        og_place place;

        if (!*name)
            return training_wrong(ld, "an initializer of the algorithm has no name", "", "");
        OG_TRY(og_tensors_read(&ld->source->tensors, proto->initializer[i], name, &tensor, &place));
        OG_TRY(og_scope_constant(ld, scope, name, &tensor, &place, true));
    }
    return OG_OK;
}

static og_status bind(og_loader *ld, og_scope *scope, const Onnx__StringStringEntryProto *entry)
{
    og_binding b;

    OG_TRY(og_scope_value(ld, scope, entry->key, &b.state));
    OG_TRY(og_scope_value(ld, scope, entry->value, &b.update));
    b.state->state = true;
    b.state->input = false;
    return og_list_push(ld->root->arena, &ld->root->bindings, b) ? OG_OK : og_load_no_memory(ld);
}

static og_status load_algorithm(og_loader *ld, og_scope *scope, const Onnx__TrainingInfoProto *p)
{
    const Onnx__GraphProto *proto = p->algorithm;

    if (!proto)
        return OG_OK;
    OG_TRY(og_scope_expect(ld, scope, proto->n_node, proto->node));
    OG_TRY(load_inputs(ld, scope, proto));
    OG_TRY(load_initializers(ld, scope, proto));
    OG_TRY(og_load_nodes(ld, scope, proto->n_node, proto->node));
    for (size_t i = 0; i < proto->n_output; i++) {
        og_value *value;

        OG_TRY(og_scope_value(ld, scope, og_or_empty(proto->output[i]->name), &value));
        if (!value)
            return training_wrong(ld, "an output of the algorithm has no name", "", "");
        if (!og_output(ld->root, proto->output[i]->name, value))
            return og_graph_status(ld->root);
    }
    for (size_t i = 0; i < p->n_update_binding; i++)
        OG_TRY(bind(ld, scope, p->update_binding[i]));
    return OG_OK;
}

og_status og_load_training(og_loader *ld, og_scope *scope)
{
    training t = { .bound = og_table_new(ld->arena) };

    for (size_t i = 0; i < ld->model->n_training_info; i++) {
        t.proto = ld->model->training_info[i];
        if (!t.bound || !(t.initializers = og_table_new(ld->arena)))
            return og_load_no_memory(ld);
        OG_TRY(add_initializers(ld, ld->model->graph, t.initializers));
        OG_TRY(add_initializers(ld, t.proto->algorithm, t.initializers));
        OG_TRY(check_bindings(ld, &t));
        if (ld->options.training)
            OG_TRY(load_algorithm(ld, scope, t.proto));
    }
    return OG_OK;
}
