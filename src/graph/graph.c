/*
 * Graphs and the values without a producer: inputs, constants, state.
 *
 * A graph, its values and its nodes lie in one arena, which a subgraph shares with its outer graph.
 * The bytes of constants lie in stores, counted because clones share them.
 */
#include "graph/graph.h"

#include <stdatomic.h>
#include <stdio.h>

struct og_store {
    atomic_int users;
    og_arena *arena;
    og_list(og_map) maps;
};

static og_store *store_new(void)
{
    og_arena *arena = og_arena_new();
    og_store *store = arena ? OG_NEW(arena, og_store) : NULL;

    if (!store) {
        og_arena_free(arena);
        return NULL;
    }
    atomic_init(&store->users, 1);
    store->arena = arena;
    return store;
}

og_store *og_store_share(og_store *store)
{
    atomic_fetch_add(&store->users, 1);
    return store;
}

static void store_drop(og_store *store)
{
    if (atomic_fetch_sub(&store->users, 1) > 1)
        return;
    for (size_t i = 0; i < store->maps.n; i++)
        og_file_unmap(&store->maps.v[i]);
    og_arena_free(store->arena);
}

/* ---- The graph itself ------------------------------------------------------------------------ */

static og_graph *graph_in(og_arena *arena, const char *name)
{
    og_graph *g = OG_NEW(arena, og_graph);

    if (!g)
        return NULL;
    g->arena = arena;
    g->names = og_table_new(arena);
    g->name = og_arena_string(arena, name ? name : "");
    g->doc = g->producer = g->file = g->scope = "";
    return g->names && g->name ? g : NULL;
}

og_graph *og_graph_new(const char *name)
{
    og_arena *arena = og_arena_new();
    og_graph *g = arena ? graph_in(arena, name) : NULL;
    og_store *store = store_new();

    if (g)
        g->dims = og_dims_new();
    if (!g || !store || !g->dims || !og_list_push(arena, &g->stores, store)) {
        if (store)
            store_drop(store);
        if (g)
            og_dims_free(g->dims);
        og_arena_free(arena);
        return NULL;
    }
    return g;
}

og_graph *og_graph_new_inside(og_graph *outer, const char *name)
{
    og_graph *g = graph_in(outer->arena, name);

    if (!g)
        return NULL;
    g->outer = outer;
    g->dims = outer->dims;
    return g;
}

void og_graph_free(og_graph *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->stores.n; i++)
        store_drop(g->stores.v[i]);
    if (g->source_free)
        g->source_free(g->source);
    og_dims_free(g->dims);
    og_arena_free(g->arena);
}

og_graph *og_graph_root(const og_graph *g)
{
    while (g->outer)
        g = g->outer;
    return (og_graph *)g;
}

og_report *og_graph_errors(const og_graph *g)
{
    return &og_graph_root(g)->report;
}

og_status og_graph_status(const og_graph *g)
{
    if (!g)
        return OG_NO_MEMORY;
    if (!og_graph_root(g)->report.code && og_arena_failed(g->arena))
        og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory left for the graph");
    return og_graph_errors(g)->code;
}

const og_report *og_graph_report(const og_graph *g)
{
    static const og_report none = { .code = OG_NO_MEMORY, .what = "no memory for a graph" };

    return g ? og_graph_errors(g) : &none;
}

og_status og_graph_no_memory(og_graph *g)
{
    return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory left for the graph");
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

void *og_graph_bytes(og_graph *g, size_t size)
{
    return og_arena_alloc(og_graph_root(g)->stores.v[0]->arena, size ? size : 1);
}

og_status og_graph_keep_map(og_graph *g, og_map map)
{
    og_store *store = og_graph_root(g)->stores.v[0];

    return og_list_push(store->arena, &store->maps, map) ? OG_OK : og_graph_no_memory(g);
}

og_tensor *og_graph_tensor(og_graph *g, og_elem elem, int rank, const int64_t *dims, void *data)
{
    og_tensor *t = OG_NEW(g->arena, og_tensor);
    int64_t *copy = t ? og_arena_copy(g->arena, dims, sizeof(int64_t) * (size_t)rank) : NULL;

    if (!t || (rank && !copy))
        return NULL;
    *t = og_tensor_view(elem, rank, copy, data);
    return t;
}

/* A copy of the numbers in the graph's store; strings with their bytes. */
og_tensor *og_graph_copy_tensor(og_graph *g, const og_tensor *from)
{
    size_t size = og_tensor_bytes(from);
    void *data = og_graph_bytes(g, size);

    if (!data)
        return NULL;
    if (size)
        memcpy(data, from->data, size);
    if (from->elem == OG_STRING) {
        og_string *s = data;

        for (int64_t i = 0; i < from->count; i++) {
            char *bytes = og_graph_bytes(g, s[i].size + 1);

            if (!bytes)
                return NULL;
            if (s[i].size)
                memcpy(bytes, s[i].data, s[i].size);
            s[i].data = bytes;
        }
    }
    return og_graph_tensor(g, from->elem, from->rank, from->dims, data);
}

/* ---- Names ----------------------------------------------------------------------------------- */

og_value *og_graph_find(const og_graph *g, const char *name)
{
    return g && name ? og_table_get(g->names, name) : NULL;
}

const char *og_graph_free_name(og_graph *g, const char *base)
{
    const char *name = base;

    for (int i = 2; name && og_table_get(g->names, name); i++)
        name = og_arena_print(g->arena, "%s_%d", base, i);
    return name;
}

og_status og_value_rename(og_value *value, const char *name)
{
    og_graph *g = value->graph;
    char shown[160];

    if (value->name && !strcmp(value->name, name)) {
        value->named = true;
        return OG_OK;
    }
    if (og_table_get(g->names, name))
        return og_fail(og_graph_errors(g), OG_EXISTS, "the name '%s' is taken in graph '%s'",
                       og_escape(shown, sizeof shown, name), g->name);
    og_table_set(g->names, value->name, NULL);
    value->name = og_arena_string(g->arena, name);
    value->named = true;
    return value->name && og_table_set(g->names, value->name, value) ? OG_OK
                                                                     : og_graph_no_memory(g);
}

/* ---- Values ---------------------------------------------------------------------------------- */

og_value *og_value_new(og_graph *g, const char *name)
{
    og_value *v = OG_NEW(g->arena, og_value);
    char shown[160];

    if (!v)
        return og_graph_no_memory(g), NULL;
    v->graph = g;
    v->type.rank = -1;
    v->named = name && *name;
    if (v->named) {
        if (og_table_get(g->names, name)) {
            og_fail(og_graph_errors(g), OG_EXISTS, "two values are called '%s'",
                    og_escape(shown, sizeof shown, name));
            return NULL;
        }
        v->name = og_arena_string(g->arena, name);
    } else {
        do
            v->name = og_arena_print(g->arena, "_%llu", (unsigned long long)g->names_made++);
        while (v->name && og_table_get(g->names, v->name));
    }
    v->id = g->values.n;
    if (!v->name || !og_table_set(g->names, v->name, v) || !og_list_push(g->arena, &g->values, v))
        return og_graph_no_memory(g), NULL;
    return v;
}

static const og_dim *copy_dims(og_graph *g, int rank, const og_dim *dims)
{
    static const og_dim none[1];

    return rank > 0 ? og_arena_copy(g->arena, dims, sizeof(og_dim) * (size_t)rank) : none;
}

og_value *og_graph_add_input(og_graph *g, const char *name, const og_type *type)
{
    og_value *v = og_value_new(g, name);

    if (!v)
        return NULL;
    v->type = *type;
    v->input = true;
    v->type.dims = copy_dims(g, type->rank, type->dims);
    if (!v->type.dims || !og_list_push(g->arena, &g->inputs, v))
        return og_graph_no_memory(g), NULL;
    return v;
}

static og_value *add_with_data(og_graph *g, const char *name, const og_tensor *data)
{
    og_value *v = og_value_new(g, name);

    if (!v)
        return NULL;
    v->data = data;
    v->type = (og_type){ .elem = data->elem,
                         .rank = data->rank,
                         .dims = copy_dims(g, data->rank, data->dims) };
    return v->type.dims ? v : (og_graph_no_memory(g), NULL);
}

og_value *og_graph_add_constant(og_graph *g, const char *name, const og_tensor *data)
{
    return add_with_data(g, name, data);
}

og_value *og_graph_add_state(og_graph *g, const char *name, const og_tensor *initial)
{
    og_value *v = add_with_data(g, name, initial);

    if (!v)
        return NULL;
    v->state = true;
    if (!og_list_push(g->arena, &g->initializers, v))
        return og_graph_no_memory(g), NULL;
    return v;
}

/* ---- Public ends ----------------------------------------------------------------------------- */

og_value *og_input(og_graph *g, const char *name, const char *type)
{
    og_type parsed;

    if (!g || og_graph_status(g) ||
        og_type_parse(g->arena, g->dims, type, &parsed, og_graph_errors(g)))
        return NULL;
    return og_graph_add_input(g, name, &parsed);
}

og_value *og_input_dims(og_graph *g, const char *name, og_elem elem, int rank, const int64_t *dims)
{
    if (!g || og_graph_status(g))
        return NULL;
    if (rank < 0 || rank > OG_MAX_RANK || og_count(rank, dims) < 0)
        return og_fail(og_graph_errors(g), OG_BAD_SHAPE, "input '%s' has an impossible shape",
                       name),
               NULL;
    return og_graph_add_input(g, name, &(og_type){ .elem = elem, .rank = rank, .dims = dims });
}

og_value *og_output(og_graph *g, const char *name, og_value *value)
{
    char shown[160];

    if (!g || !value || og_graph_status(g))
        return NULL;
    value = og_value_now(value);
    og_value *taken = og_graph_find(g, name);
    if (taken && taken != value) {
        og_fail(og_graph_errors(g), OG_EXISTS, "output '%s': another value has that name",
                og_escape(shown, sizeof shown, name));
        return NULL;
    }
    if (!value->named && value->node) {
        if (og_value_rename(value, name))
            return NULL;
    } else if (strcmp(value->name, name)) { /* a value with a name of its own gets a second one */
        og_value *copy = og_node(g, "Identity", 1, &value, NULL);

        if (!copy || og_value_rename(copy, name))
            return NULL;
        value = copy;
    }
    return og_list_push(g->arena, &g->outputs, value) ? value : (og_graph_no_memory(g), NULL);
}

og_value *og_constant(og_graph *g, const og_tensor *tensor)
{
    if (!g || og_graph_status(g))
        return NULL;
    og_tensor *copy = og_graph_copy_tensor(g, tensor);
    return copy ? og_graph_add_constant(g, NULL, copy) : (og_graph_no_memory(g), NULL);
}

og_value *og_parameter(og_graph *g, const char *name, const og_tensor *initial)
{
    if (!g || og_graph_status(g))
        return NULL;
    og_tensor *copy = og_graph_copy_tensor(g, initial);
    og_value *v = copy ? og_graph_add_state(g, name, copy) : (og_graph_no_memory(g), NULL);
    if (v)
        v->trainable = true;
    return v;
}

og_value *og_scalar(og_graph *g, og_elem elem, double number)
{
    uint8_t bytes[16] = { 0 };
    og_tensor t = og_tensor_view(elem, 0, NULL, bytes);

    if (elem == OG_INT64 && number == (double)(int64_t)number)
        og_set_int(&t, 0, (int64_t)number);
    else
        og_set_double(&t, 0, number);
    return og_constant(g, &t);
}

og_value *og_int64s(og_graph *g, size_t n, const int64_t *numbers)
{
    int64_t dims[1] = { (int64_t)n };
    og_tensor t = og_tensor_view(OG_INT64, 1, dims, (void *)(uintptr_t)numbers);

    return og_constant(g, &t);
}

const char *og_value_name(const og_value *value)
{
    return value ? value->name : NULL;
}

og_graph *og_value_graph(const og_value *value)
{
    return value ? value->graph : NULL;
}

const char *og_value_type(const og_value *value)
{
    char text[512];

    if (!value)
        return NULL;
    og_type_text(value->graph->dims, &value->type, text, sizeof text);
    return og_arena_string(value->graph->arena, text);
}

og_value *og_graph_input(const og_graph *g, size_t i)
{
    return i < g->inputs.n ? g->inputs.v[i] : NULL;
}

og_value *og_graph_output(const og_graph *g, size_t i)
{
    return i < g->outputs.n ? g->outputs.v[i] : NULL;
}
