/* Making a plan: the graph is cloned for the shapes at hand, simplified, scheduled, laid out and
 * lowered. */
#include "exec/plan.h"

#include <stdio.h>

bool og_pass_enabled(const plan_options *options, const char *name)
{
    const char *list = options->disable;
    size_t n = strlen(name);

    for (const char *at = list; at && (at = strstr(at, name)); at += n)
        if ((at == list || at[-1] == ',') && (!at[n] || at[n] == ','))
            return false;
    return true;
}

void og_plan_free(og_plan *plan)
{
    if (!plan)
        return;
    for (size_t i = 0; i < plan->n_steps; i++)
        og_bodies_free(&plan->steps[i]);
    og_free_aligned(plan->block);
    og_free_aligned(plan->scratch);
    og_free_aligned(plan->shared);
    og_graph_free(plan->graph);
    og_arena_free(plan->arena);
}

/* ---- Feeds ----------------------------------------------------------------------------------- */

typedef struct symbol {
    og_dim dim;
    int64_t size;
} symbol;

static og_status unknown_input(const og_graph *g, const char *name, og_report *report)
{
    const char *names[64];
    size_t n = 0;
    char shown[160];

    for (size_t i = 0; i < g->inputs.n && n < 64; i++)
        names[n++] = g->inputs.v[i]->name;
    og_fail(report, OG_NOT_FOUND, "the graph has no input '%s'",
            og_escape(shown, sizeof shown, name));
    const char *near = og_nearest(name, names, n);
    if (near)
        og_report_hint(report, "did you mean '%s'?", og_escape(shown, sizeof shown, near));
    return report->code;
}

static og_status bad_feed(const og_graph *g, const og_value *input, const og_tensor *t,
                          og_report *report)
{
    char found[200], expected[300], shown[160];

    return og_fail(report, input->type.elem == t->elem ? OG_BAD_SHAPE : OG_BAD_TYPE,
                   "input '%s' is given %s, expected %s",
                   og_escape(shown, sizeof shown, input->name),
                   og_tensor_text(found, sizeof found, t),
                   og_type_text(g->dims, &input->type, expected, sizeof expected));
}

/* The size of a symbol must be the same wherever it stands. */
static bool bind_symbol(symbol *symbols, size_t *n, size_t max, og_dim dim, int64_t size)
{
    for (size_t i = 0; i < *n; i++)
        if (symbols[i].dim == dim)
            return symbols[i].size == size;
    if (*n < max)
        symbols[(*n)++] = (symbol){ dim, size };
    return true;
}

static og_status set_input(og_graph *g, og_value *input, const og_tensor *t, symbol *symbols,
                           size_t *n, og_report *report)
{
    if (input->type.elem && input->type.elem != t->elem)
        return bad_feed(g, input, t, report);
    if (input->type.rank >= 0 && input->type.rank != t->rank)
        return bad_feed(g, input, t, report);
    for (int i = 0; i < input->type.rank; i++) {
        og_dim d = input->type.dims[i];

        if (og_dim_known(d) ? d != t->dims[i] : !bind_symbol(symbols, n, 64, d, t->dims[i]))
            return bad_feed(g, input, t, report);
    }
    og_dim *dims = OG_NEW_N(g->arena, og_dim, t->rank + 1);
    if (!dims)
        return og_fail(report, OG_NO_MEMORY, "no memory left for a plan");
    for (int i = 0; i < t->rank; i++)
        dims[i] = t->dims[i];
    input->type = (og_type){ .elem = t->elem, .rank = t->rank, .dims = dims };
    input->data = NULL; /* what is fed comes before a default */
    return OG_OK;
}

static og_status set_inputs(og_plan *plan, const og_feed *feeds, size_t n, og_report *report)
{
    og_graph *g = plan->graph;
    symbol symbols[64];
    size_t n_symbols = 0;

    for (size_t i = 0; i < g->values.n; i++)
        g->values.v[i]->mark = 0;
    for (size_t i = 0; i < n; i++) {
        og_value *v = og_graph_find(g, feeds[i].name);

        if (!v || !v->input)
            return unknown_input(g, feeds[i].name, report);
        OG_TRY(set_input(g, v, &feeds[i].tensor, symbols, &n_symbols, report));
        v->mark = i + 1;
    }
    for (size_t i = 0; i < g->inputs.n; i++) {
        og_value *v = g->inputs.v[i];

        if (!v->mark && v->data)
            v->input = false; /* its default stands */
        v->state = v->state && !v->mark;
    }
    return OG_OK;
}

/* What the plan reads must have been fed. */
static og_status require_inputs(og_plan *plan, og_report *report)
{
    og_graph *g = plan->graph;
    char shown[160], type[300];

    for (size_t i = 0; i < g->nodes.n; i++)
        for (int j = 0; j < g->nodes.v[i]->n_in; j++) {
            const og_value *v = g->nodes.v[i]->in[j];

            if (v && v->input && !v->mark)
                return og_fail(report, OG_NOT_FOUND, "input '%s' (%s) is not given",
                               og_escape(shown, sizeof shown, v->name),
                               og_type_text(g->dims, &v->type, type, sizeof type));
        }
    return OG_OK;
}

/* ---- Fetches --------------------------------------------------------------------------------- */

static og_status set_fetches(og_plan *plan, const char *const *fetches, size_t n, og_report *report)
{
    og_graph *g = plan->graph;
    char shown[160];

    g->outputs.n = 0;
    for (size_t i = 0; i < n; i++) {
        og_value *v = og_graph_find(g, fetches[i]);

        if (!v)
            return og_fail(report, OG_NOT_FOUND, "the graph has no value '%s'",
                           og_escape(shown, sizeof shown, fetches[i]));
        v->named = true;
        if (!og_list_push(g->arena, &g->outputs, v))
            return og_fail(report, OG_NO_MEMORY, "no memory left for a plan");
    }
    if (og_graph_prune(g, NULL, 0)) {
        *report = *og_graph_errors(g);
        return report->code;
    }
    return OG_OK;
}

static og_status make_key(og_plan *plan, const og_feed *feeds, size_t n_feeds,
                          const char *const *fetches, size_t n_fetches, og_report *report)
{
    og_arena *a = plan->arena;

    plan->n_feeds = n_feeds;
    plan->n_fetches = n_fetches;
    plan->feed_names = OG_NEW_N(a, const char *, n_feeds + 1);
    plan->feed_shapes = OG_NEW_N(a, og_tensor, n_feeds + 1);
    plan->feeds = OG_NEW_N(a, plan_value *, n_feeds + 1);
    plan->fetch_names = OG_NEW_N(a, const char *, n_fetches + 1);
    plan->fetches = OG_NEW_N(a, plan_value *, n_fetches + 1);
    for (size_t i = 0; i < n_feeds && !og_arena_failed(a); i++) {
        const og_tensor *t = &feeds[i].tensor;

        plan->feed_names[i] = og_arena_string(a, feeds[i].name);
        plan->feed_shapes[i] = *t;
        plan->feed_shapes[i].dims = og_arena_copy(a, t->dims, sizeof(int64_t) * (size_t)t->rank);
    }
    for (size_t i = 0; i < n_fetches && !og_arena_failed(a); i++)
        plan->fetch_names[i] = og_arena_string(a, fetches[i]);
    return og_arena_failed(a) ? og_fail(report, OG_NO_MEMORY, "no memory left for a plan") : OG_OK;
}

static plan_value *value_of(og_plan *plan, const og_value *v)
{
    return v ? &plan->values[v->id] : NULL;
}

static og_status link_ends(og_plan *plan, og_report *report)
{
    og_graph *g = plan->graph;

    for (size_t i = 0; i < plan->n_feeds; i++) {
        og_value *v = og_graph_find(g, plan->feed_names[i]);

        plan->feeds[i] = v && v->input ? value_of(plan, v) : NULL;
    }
    for (size_t i = 0; i < plan->n_fetches; i++)
        plan->fetches[i] = value_of(plan, g->outputs.v[i]);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        plan->info[i] = value_of(plan, g->info[i]);
    plan->ok = value_of(plan, g->ok);
    plan->n_watched = g->watched.n;
    plan->watched = OG_NEW_N(plan->arena, plan_value *, g->watched.n + 1);
    if (!plan->watched)
        return og_fail(report, OG_NO_MEMORY, "no memory left for a plan");
    for (size_t i = 0; i < g->watched.n; i++)
        plan->watched[i] = value_of(plan, g->watched.v[i]);
    return OG_OK;
}

static og_status make(og_plan *plan, const og_feed *feeds, size_t n_feeds,
                      const char *const *fetches, size_t n_fetches, const plan_options *options)
{
    OG_TRY(make_key(plan, feeds, n_feeds, fetches, n_fetches, options->report));
    OG_TRY(set_inputs(plan, feeds, n_feeds, options->report));
    OG_TRY(set_fetches(plan, fetches, n_fetches, options->report));
    OG_TRY(require_inputs(plan, options->report));
    OG_TRY(og_plan_simplify(plan->graph, &plan->facts, options));
    OG_TRY(og_plan_schedule(plan, options));
    OG_TRY(og_plan_memory(plan, options));
    OG_TRY(og_plan_lower(plan, options));
    return link_ends(plan, options->report);
}

og_plan *og_plan_new(const og_graph *graph, const og_feed *feeds, size_t n_feeds,
                     const char *const *fetches, size_t n_fetches, const plan_options *options)
{
    og_arena *arena = og_arena_new();
    og_plan *plan = arena ? OG_NEW(arena, og_plan) : NULL;

    if (!plan) {
        og_arena_free(arena);
        og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
        return NULL;
    }
    plan->arena = arena;
    plan->pool = options->pool;
    plan->threads = og_threads_count(options->pool);
    plan->graph = og_graph_clone(graph);
    if (!plan->graph)
        og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    if (!plan->graph || make(plan, feeds, n_feeds, fetches, n_fetches, options)) {
        og_plan_free(plan);
        return NULL;
    }
    return plan;
}

/* ---- Finding --------------------------------------------------------------------------------- */

bool og_plan_fits(const og_plan *p, const og_feed *feeds, size_t n_feeds,
                  const char *const *fetches, size_t n_fetches)
{
    if (p->n_feeds != n_feeds || p->n_fetches != n_fetches)
        return false;
    for (size_t i = 0; i < n_feeds; i++) {
        const og_tensor *a = &p->feed_shapes[i], *b = &feeds[i].tensor;

        if (a->elem != b->elem || a->rank != b->rank || strcmp(p->feed_names[i], feeds[i].name) ||
            (a->rank && memcmp(a->dims, b->dims, sizeof(int64_t) * (size_t)a->rank)))
            return false;
    }
    for (size_t i = 0; i < n_fetches; i++)
        if (strcmp(p->fetch_names[i], fetches[i]))
            return false;
    return true;
}

og_plan *og_plan_find(og_plan **list, const og_graph *graph, const og_feed *feeds, size_t n_feeds,
                      const char *const *fetches, size_t n_fetches, const plan_options *options)
{
    for (og_plan *p = *list; p; p = p->next)
        if (og_plan_fits(p, feeds, n_feeds, fetches, n_fetches))
            return p;
    og_plan *p = og_plan_new(graph, feeds, n_feeds, fetches, n_fetches, options);
    if (p) {
        p->next = *list;
        *list = p;
    }
    return p;
}

void og_plan_set_feeds(og_plan *plan, const og_feed *feeds)
{
    for (size_t i = 0; i < plan->n_feeds; i++)
        if (plan->feeds[i])
            plan->feeds[i]->tensor.data = feeds[i].tensor.data;
    for (size_t i = 0; i < plan->n_feed_views; i++)
        plan->feed_views[i]->tensor.data = plan->feed_views[i]->root->tensor.data;
}
