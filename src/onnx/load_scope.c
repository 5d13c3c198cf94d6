/* Names of a file: what each means where it stands, and what its value is called in the graph. */
#include "onnx/load.h"

og_status og_load_no_memory(og_loader *ld)
{
    return og_fail(ld->report, OG_NO_MEMORY, "no memory to load %s", ld->root->file);
}

og_status og_scope_open(og_loader *ld, og_scope *scope, const og_scope *outer, og_graph *graph,
                        const og_frame *frame)
{
    *scope = (og_scope){ .outer = outer, .graph = graph, .frame = frame };
    scope->values = og_table_new(ld->arena);
    scope->later = og_table_new(ld->arena);
    return scope->values && scope->later ? OG_OK : og_load_no_memory(ld);
}

og_status og_scope_expect(og_loader *ld, og_scope *scope, size_t n, Onnx__NodeProto **nodes)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < nodes[i]->n_output; k++) {
            char *name = nodes[i]->output[k];

            if (*name && !og_table_set(scope->later, name, (void *)(uintptr_t)(i + 1)))
                return og_load_no_memory(ld);
        }
    return OG_OK;
}

og_status og_scope_check_new(og_loader *ld, const og_scope *scope, const char *name)
{
    char shown[160];

    if (!*name)
        return OG_OK;
    for (const og_scope *s = scope; s; s = s->outer)
        if (og_table_get(s->values, name))
            return og_fail(ld->report, OG_BAD_FILE, "the value '%s' is %s",
                           og_escape(shown, sizeof shown, name),
                           s == scope ? "given a second time"
                                      : "given again in a subgraph, expected a new name");
    return OG_OK;
}

og_status og_scope_define(og_loader *ld, og_scope *scope, const char *name, og_value *value)
{
    if (!*name)
        return OG_OK;
    OG_TRY(og_scope_check_new(ld, scope, name));
    return og_table_set(scope->values, name, value ? value : &ld->omitted) ? OG_OK
                                                                           : og_load_no_memory(ld);
}

/* What a derivative was put in place of may still be under its name. */
static og_value *find(const og_scope *scope, const char *name)
{
    og_value *found = NULL;

    for (const og_scope *s = scope; s && !found; s = s->outer)
        found = og_table_get(s->values, name);
    return og_value_now(found);
}

og_value *og_scope_find(const og_loader *ld, const og_scope *scope, const char *name)
{
    og_value *found = find(scope, name);

    return found == &ld->omitted ? NULL : found;
}

og_status og_scope_value(og_loader *ld, const og_scope *scope, const char *name, og_value **value)
{
    char shown[160];

    *value = NULL;
    if (!*name)
        return OG_OK;
    if (find(scope, name)) {
        *value = og_scope_find(ld, scope, name);
        return OG_OK;
    }
    og_escape(shown, sizeof shown, name);
    for (const og_scope *s = scope; s; s = s->outer) {
        uintptr_t maker = (uintptr_t)og_table_get(s->later, name);

        if (maker)
            return og_fail(
                ld->report, OG_BAD_FILE,
                "'%s' is read before node #%zu gives it: nodes must be in order, without cycles",
                shown, (size_t)maker - 1);
    }
    return og_fail(ld->report, OG_BAD_FILE, "there is no value '%s'", shown);
}

/* ---- Names in the graph ---------------------------------------------------------------------- */

static bool taken(const og_scope *scope, og_graph *graph, const char *name)
{
    if (og_graph_find(graph, name))
        return true;
    for (const og_scope *s = scope; s; s = s->caller ? s->caller : s->outer)
        if (s->graph == graph && og_table_get(s->later, name))
            return true;
    return false;
}

/* Counting goes on where it ended for the same base: a file may ask for the same name many times.
 */
const char *og_scope_free_name(og_loader *ld, const og_scope *scope, og_graph *graph,
                               const char *base)
{
    size_t number = (size_t)(uintptr_t)og_table_get(ld->numbers, base);
    const char *name = base;

    while (name && taken(scope, graph, name)) {
        number = number < 2 ? 2 : number + 1;
        name = og_arena_print(graph->arena, "%s_%zu", base, number);
    }
    if (name != base && !og_table_set(ld->numbers, base, (void *)(uintptr_t)number))
        return NULL;
    return name;
}

/* Inside a function names get its prefix, but its outputs are called as the caller calls them. */
static const char *base_name(og_loader *ld, const og_scope *scope, const char *name, bool *final)
{
    const char *given = scope->caller ? og_table_get(scope->frame->final_names, name) : name;

    *final = given != NULL;
    return given ? given : og_arena_print(ld->arena, "%s/%s", scope->frame->prefix, name);
}

const char *og_scope_name(og_loader *ld, const og_scope *scope, const char *name)
{
    bool final;

    if (!*name)
        return NULL;
    const char *base = base_name(ld, scope, name, &final);
    return final || !base ? base : og_scope_free_name(ld, scope, scope->graph, base);
}

og_status og_scope_remember(og_loader *ld, const char *name, const og_tensor *tensor,
                            const og_place *place)
{
    og_source *source = ld->source;
    og_weight weight = { .place = *place, .elem = tensor->elem, .count = tensor->count };

    weight.name = og_arena_string(source->arena, name);
    if (!weight.name || !og_list_push(source->arena, &source->weights, weight) ||
        !og_table_set(source->by_name, weight.name, (void *)(uintptr_t)source->weights.n))
        return og_load_no_memory(ld);
    return OG_OK;
}

og_status og_scope_constant(og_loader *ld, og_scope *scope, const char *name,
                            const og_tensor *tensor, const og_place *place, bool initializer)
{
    og_graph *g = ld->root;
    bool final;
    const char *base = base_name(ld, scope, name, &final);
    og_tensor *data = og_graph_tensor(g, tensor->elem, tensor->rank, tensor->dims, tensor->data);

    if (!base || !data)
        return og_load_no_memory(ld);
    if (!final || scope->graph != g)
        base = og_scope_free_name(ld, scope, g, base);
    og_value *value = base ? og_graph_add_constant(g, base, data) : NULL;
    if (!base)
        return og_load_no_memory(ld);
    if (!value)
        return ld->report->code;
    if (initializer && !og_list_push(g->arena, &g->initializers, value))
        return og_load_no_memory(ld);
    if (place)
        OG_TRY(og_scope_remember(ld, value->name, tensor, place));
    return og_scope_define(ld, scope, name, value);
}
