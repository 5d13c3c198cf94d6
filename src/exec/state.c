/* The named tensors that training changes. */
#include "exec/plan.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct state_entry {
    const char *name;
    og_tensor *tensor;
} state_entry;

struct og_state {
    atomic_int users;
    og_arena *arena;
    og_table *table; /* og_tensor by name */
    og_list(state_entry) entries;
};

og_state *og_state_new(void)
{
    og_arena *arena = og_arena_new();
    og_state *state = arena ? OG_NEW(arena, og_state) : NULL;

    if (state)
        state->table = og_table_new(arena);
    if (!state || !state->table) {
        og_arena_free(arena);
        return NULL;
    }
    atomic_init(&state->users, 1);
    state->arena = arena;
    return state;
}

og_state *og_state_share(og_state *state)
{
    if (state)
        atomic_fetch_add(&state->users, 1);
    return state;
}

void og_state_free(og_state *state)
{
    if (!state || atomic_fetch_sub(&state->users, 1) > 1)
        return;
    for (size_t i = 0; i < state->entries.n; i++)
        og_tensor_free(state->entries.v[i].tensor);
    og_arena_free(state->arena);
}

size_t og_state_size(const og_state *state)
{
    return state->entries.n;
}

const char *og_state_name(const og_state *state, size_t i)
{
    return i < state->entries.n ? state->entries.v[i].name : NULL;
}

og_tensor *og_state_tensor(const og_state *state, const char *name)
{
    return og_table_get(state->table, name);
}

og_tensor *og_state_slot(og_state *state, const char *name, const og_tensor *initial,
                         og_report *report)
{
    og_tensor *t = og_state_tensor(state, name);
    state_entry entry;

    if (t)
        return t;
    entry.name = og_arena_string(state->arena, name);
    entry.tensor = og_tensor_copy(initial);
    if (!entry.name || !entry.tensor || !og_list_push(state->arena, &state->entries, entry)) {
        og_tensor_free(entry.tensor);
        og_fail(report, OG_NO_MEMORY, "no memory left for the state '%s'", name);
        return NULL;
    }
    if (!og_table_set(state->table, entry.name, entry.tensor)) {
        og_fail(report, OG_NO_MEMORY, "no memory left for the state '%s'", name);
        return NULL;
    }
    return entry.tensor;
}

static bool same_shape(const og_tensor *a, const og_tensor *b)
{
    return a->elem == b->elem && a->rank == b->rank &&
           (!a->rank || !memcmp(a->dims, b->dims, sizeof(int64_t) * (size_t)a->rank));
}

og_status og_state_set(og_state *state, const char *name, const og_tensor *tensor,
                       og_report *report)
{
    og_tensor *t = og_state_slot(state, name, tensor, report);
    char found[200], expected[200], shown[160];

    if (!t)
        return report->code;
    if (!same_shape(t, tensor))
        return og_fail(report, OG_BAD_SHAPE, "state '%s' is %s, expected %s",
                       og_escape(shown, sizeof shown, name),
                       og_tensor_text(found, sizeof found, tensor),
                       og_tensor_text(expected, sizeof expected, t));
    if (tensor->count)
        memcpy(t->data, tensor->data, og_tensor_bytes(t));
    return OG_OK;
}

og_status og_state_fill(og_state *state, const og_graph *graph, og_report *report)
{
    char shown[160], found[200], expected[200];

    for (size_t i = 0; i < graph->values.n; i++) {
        const og_value *v = graph->values.v[i];

        if (!v->state || !v->data)
            continue;
        og_tensor *t = og_state_slot(state, v->name, v->data, report);
        if (!t)
            return report->code;
        if (!same_shape(t, v->data))
            return og_fail(report, OG_BAD_SHAPE, "the state holds '%s' as %s, the graph has %s",
                           og_escape(shown, sizeof shown, v->name),
                           og_tensor_text(found, sizeof found, t),
                           og_tensor_text(expected, sizeof expected, v->data));
    }
    return OG_OK;
}
