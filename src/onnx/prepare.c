/* A clone of the graph, made what a file shall hold. */
#include "onnx/save.h"

/* ---- State as inputs and outputs ------------------------------------------------------------- */

static og_status add_output(og_graph *g, const char *prefix, const char *name, const char *suffix,
                            og_value *value)
{
    const char *full = og_arena_print(g->arena, "%s%s%s", prefix, name, suffix);
    char shown[200];

    if (!full)
        return og_graph_no_memory(g);
    if (og_graph_find(g, full)) {
        og_fail(og_graph_errors(g), OG_EXISTS,
                "the output '%s' would clash with a value of the model",
                og_escape(shown, sizeof shown, full));
        og_report_hint(og_graph_errors(g), "give the new outputs another name with --prefix");
        return OG_EXISTS;
    }
    /* A value that has a name already gets a second one. */
    value = og_node(g, "Identity", 1, &value, NULL);
    return value && og_output(g, full, value) ? OG_OK : og_graph_status(g);
}

static bool is_output(const og_graph *g, const og_value *value)
{
    for (size_t i = 0; i < g->outputs.n; i++)
        if (g->outputs.v[i] == value)
            return true;
    return false;
}

/* Where the step is not to be applied, the new state is the old one. */
static og_status add_new_state(og_graph *g, const char *prefix, const og_binding *b)
{
    og_value *in[3] = { g->ok, b->update, b->state };
    og_value *value = g->ok ? og_node(g, "Where", 3, in, NULL) : b->update;

    if (!value)
        return og_graph_status(g);
    return add_output(g, prefix, b->state->name, "_new", value);
}

/* What only a run of ours uses goes, and every node that nothing of the file needs. */
og_status og_prepare_inference(og_graph *g)
{
    g->bindings.n = 0;
    g->watched.n = 0;
    g->ok = NULL;
    for (int i = 0; i < OG_INFO_COUNT; i++)
        g->info[i] = NULL;
    return og_graph_prune(g, NULL, 0);
}

og_status og_prepare_step(og_graph *g, const char *prefix)
{
    og_value *loss = g->info[OG_INFO_LOSS];

    if (loss && !is_output(g, loss))
        OG_TRY(add_output(g, prefix, "loss", "", loss));
    for (size_t i = 0; i < g->bindings.n; i++)
        OG_TRY(add_new_state(g, prefix, &g->bindings.v[i]));
    if (g->ok && g->bindings.n)
        OG_TRY(add_output(g, prefix, "finite", "", g->ok));
    return OG_OK;
}

og_status og_prepare_functional(og_graph *g, const char *prefix)
{
    OG_TRY(og_prepare_step(g, prefix));
    for (size_t i = 0; i < g->bindings.n; i++) {
        og_value *state = g->bindings.v[i].state;

        if (state->input)
            continue;
        state->input = true;
        if (!og_list_push(g->arena, &g->inputs, state))
            return og_graph_no_memory(g);
    }
    return og_prepare_inference(g);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

og_status og_prepare_numbers(og_graph *g, og_weights *weights, void *context)
{
    char shown[160];

    for (size_t i = 0; i < g->values.n; i++) {
        og_value *v = g->values.v[i];
        const og_tensor *t = v->data && !v->node ? weights(context, v->name) : NULL;

        if (!t)
            continue;
        if (t->elem != v->data->elem || t->count != v->data->count)
            return og_fail(og_graph_errors(g), OG_BAD_ARGUMENT,
                           "new numbers for '%s' are %lld of %s, expected %lld of %s",
                           og_escape(shown, sizeof shown, v->name), (long long)t->count,
                           og_elem_name(t->elem), (long long)v->data->count,
                           og_elem_name(v->data->elem));
        v->data = og_graph_tensor(g, t->elem, v->data->rank, v->data->dims, t->data);
        if (!v->data)
            return og_graph_no_memory(g);
    }
    return OG_OK;
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

static bool outer_has(const og_graph *g, const char *name)
{
    for (g = g->outer; g; g = g->outer)
        if (og_graph_find(g, name))
            return true;
    return false;
}

/* Names must be new even to the graphs around; made-up ones repeat from body to body. */
static og_status rename_values(og_graph *body, size_t number)
{
    for (size_t i = 0; i < body->values.n; i++) {
        og_value *v = body->values.v[i];

        if (v->named && !outer_has(body, v->name))
            continue;
        const char *name = og_arena_print(body->arena, "body%zu_%s", number, v->name);
        while (name && (og_graph_find(body, name) || outer_has(body, name)))
            name = og_arena_print(body->arena, "%s_", name);
        if (!name)
            return og_graph_no_memory(body);
        OG_TRY(og_value_rename(v, name));
    }
    return OG_OK;
}

/* Runtimes want each output of a body to be made in it, once. */
static og_status own_outputs(og_graph *body)
{
    for (size_t i = 0; i < body->outputs.n; i++) {
        og_value *v = body->outputs.v[i];
        bool again = false;

        for (size_t j = 0; j < i; j++)
            again = again || body->outputs.v[j] == v;
        if (v->node && v->graph == body && !again)
            continue;
        if (!(body->outputs.v[i] = og_node(body, "Identity", 1, &v, NULL)))
            return og_graph_status(body);
    }
    return OG_OK;
}

/* Nodes need no name, but runtimes refuse the same one twice. */
static og_status rename_nodes(og_graph *g, og_table *taken)
{
    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];
        const char *name = node->name;

        if (!name || !*name)
            continue;
        uintptr_t number = (uintptr_t)og_table_get(taken, name);
        while (name && og_table_get(taken, name))
            name = og_arena_print(g->arena, "%s_%zu", node->name, (size_t)++number);
        /* With each name stands the last number that was put behind it. */
        if (!name || !og_table_set(taken, node->name, (void *)(number ? number : 1)) ||
            (number && !og_table_set(taken, name, (void *)(uintptr_t)1)))
            return og_graph_no_memory(g);
        node->name = name;
    }
    return OG_OK;
}

static og_status prepare_bodies(og_graph *g, og_table *node_names, size_t *number)
{
    og_graph *body;

    OG_TRY(rename_nodes(g, node_names));
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int b = 0; (body = og_node_body(g->nodes.v[i], b)); b++) {
            OG_TRY(own_outputs(body));
            OG_TRY(rename_values(body, ++*number));
            OG_TRY(prepare_bodies(body, node_names, number));
        }
    return OG_OK;
}

og_status og_prepare_names(og_graph *g, og_table *node_names)
{
    size_t number = 0;

    if (!node_names && !(node_names = og_table_new(g->arena)))
        return og_graph_no_memory(g);
    return prepare_bodies(g, node_names, &number);
}
