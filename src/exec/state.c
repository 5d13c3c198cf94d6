/*
 * The named tensors that training changes.
 *
 * Those of one graph lie in one block, on huge pages where the machine has them: an update walks
 * through all of them, and small pages would cost it a tenth of its speed.
 */
#include "exec/plan.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct state_entry {
    const char *name;
    og_tensor *tensor;
    bool owned; /* apart from the blocks */
} state_entry;

struct og_state {
    atomic_int users;
    og_arena *arena;
    og_table *table; /* og_tensor by name */
    og_list(state_entry) entries;
    og_list(void *) blocks;
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
        if (state->entries.v[i].owned)
            og_tensor_free(state->entries.v[i].tensor);
    for (size_t i = 0; i < state->blocks.n; i++)
        og_free_aligned(state->blocks.v[i]);
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

/* A copy of `initial`, in `memory` unless that is NULL. */
static og_tensor *state_copy(og_state *state, const og_tensor *initial, void *memory)
{
    const size_t rank = (size_t)initial->rank;
    og_tensor *t;
    int64_t *dims;

    if (!memory)
        return og_tensor_copy(initial);
    t = OG_NEW(state->arena, og_tensor);
    dims = og_arena_copy(state->arena, initial->dims, rank * sizeof(int64_t));
    if (!t || !dims)
        return NULL;
    *t = og_tensor_view(initial->elem, initial->rank, dims, memory);
    if (t->count)
        memcpy(memory, initial->data, og_tensor_bytes(t));
    return t;
}

static og_tensor *state_add(og_state *state, const char *name, const og_tensor *initial,
                            void *memory, og_report *report)
{
    state_entry entry = { .owned = !memory };

    entry.name = og_arena_string(state->arena, name);
    entry.tensor = state_copy(state, initial, memory);
    if (!entry.name || !entry.tensor || !og_list_push(state->arena, &state->entries, entry)) {
        if (entry.owned)
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

og_tensor *og_state_slot(og_state *state, const char *name, const og_tensor *initial,
                         og_report *report)
{
    og_tensor *t = og_state_tensor(state, name);

    return t ? t : state_add(state, name, initial, NULL, report);
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

/* Bytes of a tensor in a block; strings own more than their bytes and stay apart. */
static size_t block_bytes(const og_tensor *t)
{
    return t->elem == OG_STRING ? 0 : (og_tensor_bytes(t) + 63) & ~(size_t)63;
}

static bool is_missing(const og_state *state, const og_value *v)
{
    return v->state && v->data && !og_state_tensor(state, v->name);
}

static og_status state_block(og_state *state, const og_graph *graph, char **block,
                             og_report *report)
{
    size_t bytes = 0;

    for (size_t i = 0; i < graph->values.n; i++)
        if (is_missing(state, graph->values.v[i]))
            bytes += block_bytes(graph->values.v[i]->data);
    *block = bytes ? og_malloc_aligned(bytes) : NULL;
    if (bytes && (!*block || !og_list_push(state->arena, &state->blocks, *block))) {
        og_free_aligned(*block);
        return og_fail(report, OG_NO_MEMORY, "no memory left for %zu MB of state", bytes >> 20);
    }
    return OG_OK;
}

og_status og_state_fill(og_state *state, const og_graph *graph, og_report *report)
{
    char shown[160], found[200], expected[200], *block;

    OG_TRY(state_block(state, graph, &block, report));
    for (size_t i = 0; i < graph->values.n; i++) {
        const og_value *v = graph->values.v[i];

        if (!v->state || !v->data)
            continue;
        if (is_missing(state, v)) {
            const size_t bytes = block_bytes(v->data);

            if (!state_add(state, v->name, v->data, bytes ? block : NULL, report))
                return report->code;
            block += bytes;
        }
        const og_tensor *t = og_state_tensor(state, v->name);
        if (!same_shape(t, v->data))
            return og_fail(report, OG_BAD_SHAPE, "the state holds '%s' as %s, the graph has %s",
                           og_escape(shown, sizeof shown, v->name),
                           og_tensor_text(found, sizeof found, t),
                           og_tensor_text(expected, sizeof expected, v->data));
    }
    return OG_OK;
}
