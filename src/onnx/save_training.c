/*
 * A training step as ONNX's TrainingInfoProto: the algorithm holds its own forward pass, since
 * training may have changed nodes of it, and shares inputs and parameters with the model's graph by
 * name.
 */
#include "onnx/save.h"

void og_save_forget_training(og_graph *g)
{
    size_t inputs = 0, initializers = 0;

    og_save_mark_used(g);
    for (size_t i = 0; i < g->inputs.n; i++)
        if (g->inputs.v[i]->mark)
            g->inputs.v[inputs++] = g->inputs.v[i];
    g->inputs.n = inputs;
    for (size_t i = 0; i < g->initializers.n; i++) {
        og_value *v = g->initializers.v[i];

        if (v->mark || !v->state) {
            g->initializers.v[initializers++] = v;
            continue;
        }
        v->data = NULL;
        og_table_set(g->names, v->name, NULL); /* removing cannot fail */
    }
    g->initializers.n = initializers;
}

/* What the algorithm shares with the model: inputs, and state that the model's graph has too. */
static bool shared(const og_value *v, const og_graph *inference)
{
    const og_value *other = og_graph_find(inference, v->name);

    return !v->node && v->named && other && !other->node && (v->input || (v->data && other->data));
}

/* The model and the algorithm are read as one graph, so no other name may be in both. */
static og_status rename_values(og_graph *step, const og_graph *inference)
{
    for (size_t i = 0; i < step->values.n; i++) {
        og_value *v = step->values.v[i];

        if (shared(v, inference) || (v->named && !og_graph_find(inference, v->name)))
            continue;
        const char *name = og_arena_print(step->arena, "training/%s", v->name);
        while (name && (og_graph_find(step, name) || og_graph_find(inference, name)))
            name = og_arena_print(step->arena, "%s_", name);
        if (!name)
            return og_graph_no_memory(step);
        OG_TRY(og_value_rename(v, name));
    }
    return OG_OK;
}

/* Shared initializers stand in the model's graph. */
static void drop_shared(og_graph *step, const og_graph *inference)
{
    size_t n = 0;

    for (size_t i = 0; i < step->initializers.n; i++)
        if (!shared(step->initializers.v[i], inference))
            step->initializers.v[n++] = step->initializers.v[i];
    step->initializers.n = n;
    for (size_t i = 0; i < step->values.n; i++)
        if (shared(step->values.v[i], inference))
            step->values.v[i]->data = NULL;
}

static og_status bind(og_saver *s, const char *state, const char *update)
{
    Onnx__TrainingInfoProto *t = s->training;
    Onnx__StringStringEntryProto *entry = OG_NEW(s->arena, Onnx__StringStringEntryProto);

    if (!entry)
        return og_save_no_memory(s);
    onnx__string_string_entry_proto__init(entry);
    entry->key = og_save_text(state);
    entry->value = og_save_text(update);
    t->update_binding[t->n_update_binding++] = entry;
    return OG_OK;
}

og_status og_save_training(og_saver *s, og_graph *inference, og_graph *step, const char *prefix)
{
    size_t n = step->bindings.n, first;

    if (!n)
        return og_fail(s->report, OG_BAD_ARGUMENT, "the graph has no training step to save");
    if (!(s->training = OG_NEW(s->arena, Onnx__TrainingInfoProto)))
        return og_save_no_memory(s);
    onnx__training_info_proto__init(s->training);
    s->training->update_binding = OG_NEW_N(s->arena, Onnx__StringStringEntryProto *, n);
    if (!s->training->update_binding)
        return og_save_no_memory(s);
    og_binding *bindings = og_arena_copy(s->arena, step->bindings.v, sizeof(og_binding) * n);
    if (!bindings)
        return og_save_no_memory(s);
    step->outputs.n = 0; /* those of the model are in its graph */
    OG_TRY(og_prepare_step(step, prefix));
    first = step->outputs.n - n - (step->ok ? 1 : 0);
    OG_TRY(og_prepare_inference(step));
    OG_TRY(rename_values(step, inference));
    for (size_t i = 0; i < n; i++)
        OG_TRY(bind(s, bindings[i].state->name, step->outputs.v[first + i]->name));
    drop_shared(step, inference);
    return OG_OK;
}
