/*
 * Sessions: plans by the shapes of what is fed, and the protocol of one run: measure, check, then
 * commit.
 *
 * Nothing that a later run can see changes before the finite check has passed.
 */
#include "exec/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef OG_HAVE_OPENBLAS
void openblas_set_num_threads(int n);
#endif

struct og_session {
    const og_graph *graph;
    og_state *state;
    og_report report;
    plan_options options;
    uint64_t seed;
    int64_t runs, clipped; /* that had a coefficient of a clip; where it was below 1 */
    og_plan *plans, *last;
    og_arena *run_arena; /* of dynamic values: results stay until the next run */
    char *disable;
};

static const char random_counter[] = "random/run"; /* int64: committed runs of random operators */

const og_report *og_session_report(const og_session *s)
{
    static const og_report none = { .code = OG_NO_MEMORY, .what = "no memory for a session" };

    return s ? &s->report : &none;
}

const og_plan *og_session_last_plan(const og_session *s)
{
    return s->last;
}

og_report *og_session_errors(og_session *s)
{
    return &s->report;
}

const og_graph *og_session_graph(const og_session *s)
{
    return s->graph;
}

og_state *og_session_state(const og_session *s)
{
    return s->state;
}

og_plan_facts og_session_facts(const og_session *s)
{
    return s->last ? s->last->facts : (og_plan_facts){ 0 };
}

static og_status session_init(og_session *s, og_graph *graph, const og_session_options *o)
{
    const char *disable = o->disable ? o->disable : getenv("ONNXGRAD_DISABLE");

    if (!graph)
        return og_fail(&s->report, OG_BAD_ARGUMENT, "a session needs a graph");
    if (og_graph_status(graph)) {
        s->report = *og_graph_report(graph);
        return s->report.code;
    }
    s->graph = graph;
    s->seed = o->seed;
    s->state = o->state ? og_state_share(o->state) : og_state_new();
    if (disable) {
        if (!(s->disable = og_malloc(strlen(disable) + 1)))
            return og_fail(&s->report, OG_NO_MEMORY, "no memory for a session");
        strcpy(s->disable, disable);
    }
    s->options =
        (plan_options){ .state = s->state,
                        .pool = og_threads_new(o->threads > 0 ? o->threads : og_cpu_count()),
                        .max_memory = o->max_memory ? o->max_memory : og_memory_limit(),
                        .disable = s->disable,
                        .report = &s->report };
    if (!s->state || !s->options.pool)
        return og_fail(&s->report, OG_NO_MEMORY, "no memory for a session");
#ifdef OG_HAVE_OPENBLAS
    if (o->blas_threads >= 0)
        openblas_set_num_threads(o->blas_threads ? o->blas_threads : 1);
#endif
    return og_state_fill(s->state, graph, &s->report);
}

og_status og_session_new(og_graph *graph, const og_session_options *options, og_session **session)
{
    static const og_session_options defaults = { 0 };
    og_session *s = og_calloc(1, sizeof *s);

    *session = s;
    if (!s)
        return OG_NO_MEMORY;
    return session_init(s, graph, options ? options : &defaults);
}

void og_session_free(og_session *s)
{
    if (!s)
        return;
    for (og_plan *p = s->plans, *next; p; p = next) {
        next = p->next;
        og_plan_free(p);
    }
    og_threads_free(s->options.pool);
    og_arena_free(s->run_arena);
    og_state_free(s->state);
    og_free(s->disable);
    og_free(s);
}

/* ---- The finite check ------------------------------------------------------------------------ */

static int64_t count_nonfinite(const og_tensor *t)
{
    int64_t n = 0;

    for (int64_t i = 0; i < t->count; i++)
        n += !isfinite(og_get_double(t, i));
    return n;
}

/* The first gradient with an element that is not finite, and how many it has. */
static const plan_value *find_nonfinite(const og_plan *plan, int64_t *elements)
{
    for (size_t i = 0; i < plan->n_watched; i++)
        if ((*elements = count_nonfinite(&plan->watched[i]->tensor)))
            return plan->watched[i];
    return NULL;
}

static og_status report_nonfinite(og_session *s, const plan_value *bad, int64_t elements)
{
    char shown[160];

    if (!bad)
        return og_fail(&s->report, OG_NOT_FINITE, "the norm of the gradient is not finite");
    return og_fail(&s->report, OG_NOT_FINITE,
                   "'%s' is not finite: %lld of %lld elements are infinite or NaN",
                   og_escape(shown, sizeof shown, bad->value->name), (long long)elements,
                   (long long)bad->tensor.count);
}

static bool is_true(const og_tensor *t)
{
    return *(const uint8_t *)t->data != 0;
}

/* ---- One run --------------------------------------------------------------------------------- */

static void copy_tensor(og_tensor *to, const og_tensor *from)
{
    if (from->count && to->data != from->data)
        memcpy(to->data, from->data, og_tensor_bytes(from));
}

/* New state that was not made in place.  What is itself state is set aside first: two states may
 * swap. */
static void commit(og_plan *plan)
{
    for (size_t i = 0; i < plan->n_commits; i++)
        if (plan->commits[i].buffer)
            copy_tensor(&plan->commits[i].buffer->tensor, &plan->commits[i].update->tensor);
    for (size_t i = 0; i < plan->n_commits; i++) {
        plan_commit *c = &plan->commits[i];

        copy_tensor(&c->state->tensor, c->buffer ? &c->buffer->tensor : &c->update->tensor);
    }
}

static int64_t *random_state(og_session *s)
{
    int64_t zero = 0;
    og_tensor initial = og_tensor_view(OG_INT64, 0, NULL, &zero);
    og_tensor *t = og_state_slot(s->state, random_counter, &initial, &s->report);

    return t ? t->data : NULL;
}

static double info_number(const og_plan *plan, og_info which)
{
    const plan_value *v = plan->info[which];

    return v && v->tensor.count == 1 ? og_get_double(&v->tensor, 0) : NAN;
}

static void fill_info(og_session *s, const og_plan *plan, bool applied, og_run_info *info)
{
    double step = info_number(plan, OG_INFO_STEP), coef = info_number(plan, OG_INFO_CLIP_COEF);

    *info = (og_run_info){
        .applied = applied && info_number(plan, OG_INFO_APPLIED) != 0, /* NaN: there is no gate */
        .loss = info_number(plan, OG_INFO_LOSS),
        .grad_norm = info_number(plan, OG_INFO_GRAD_NORM),
        .grad_norm_after = info_number(plan, OG_INFO_GRAD_NORM_AFTER),
        .clip_coef = coef,
        .clip_rate = s->runs ? (double)s->clipped / (double)s->runs : (double)NAN,
        .lr = info_number(plan, OG_INFO_LR),
        .step = isnan(step) ? 0 : (int64_t)step,
    };
}

/* Decides whether the new state is committed, and takes the numbers of the step. */
static og_status judge(og_session *s, const og_plan *plan, bool *apply, og_run_info *info)
{
    double coef = info_number(plan, OG_INFO_CLIP_COEF);
    bool ok = !plan->ok || is_true(&plan->ok->tensor);
    const plan_value *bad = NULL;
    int64_t elements = 0;

    /* finite(skip) that counts is ok with a gradient that is not */
    if (!ok || !isfinite(info_number(plan, OG_INFO_GRAD_NORM)))
        bad = find_nonfinite(plan, &elements);
    *apply = ok || plan->graph->nonfinite == OG_NONFINITE_PASS;
    s->runs += !isnan(coef);
    s->clipped += coef < 1;
    if (info) {
        fill_info(s, plan, *apply, info);
        info->nonfinite = bad ? bad->value->name : NULL;
        info->nonfinite_elements = elements;
    }
    return !ok && plan->graph->nonfinite == OG_NONFINITE_ERROR ? report_nonfinite(s, bad, elements)
                                                               : OG_OK;
}

static og_status run_plan(og_session *s, og_plan *plan, og_run_info *info)
{
    int64_t *counter = plan->random ? random_state(s) : NULL;
    bool apply = true;

    if (plan->random && !counter)
        return s->report.code;
    plan_run r = { .plan = plan,
                   .options = &s->options,
                   .report = &s->report,
                   .arena = s->run_arena,
                   .seed = s->seed,
                   .run = counter ? (uint64_t)*counter : 0,
                   .max_memory = s->options.max_memory };
    og_status status = og_plan_run_steps(&r, 0, (size_t)plan->gate);
    if (!status) /* before the state is overwritten: the norm is of this step */
        status = judge(s, plan, &apply, info);
    if (!status && apply) {
        status = og_plan_run_steps(&r, (size_t)plan->gate, plan->n_steps);
        if (!status) {
            commit(plan);
            if (counter)
                ++*counter;
        }
    }
    s->run_arena = r.arena;
    return status;
}

og_status og_session_run(og_session *s, const og_feed *feeds, size_t n_feeds,
                         const char *const *fetches, size_t n_fetches, og_tensor *results,
                         og_run_info *info)
{
    if (!s)
        return OG_NO_MEMORY;
    if (!s->graph)
        return s->report.code;
    og_report_clear(&s->report);
    og_arena_free(s->run_arena);
    s->run_arena = NULL;
    og_plan *plan = s->last;
    if (!plan || !og_plan_fits(plan, feeds, n_feeds, fetches, n_fetches))
        plan = og_plan_find(&s->plans, s->graph, feeds, n_feeds, fetches, n_fetches, &s->options);
    if (!plan)
        return s->report.code;
    s->last = plan;
    og_plan_set_feeds(plan, feeds);
    OG_TRY(run_plan(s, plan, info));
    for (size_t i = 0; i < n_fetches; i++)
        results[i] = plan->fetches[i]->tensor;
    return OG_OK;
}

og_status og_session_plan(og_session *s, const og_feed *feeds, size_t n_feeds,
                          const char *const *fetches, size_t n_fetches)
{
    og_plan *plan;

    if (!s)
        return OG_NO_MEMORY;
    if (!s->graph)
        return s->report.code;
    og_report_clear(&s->report);
    if (!(plan =
              og_plan_find(&s->plans, s->graph, feeds, n_feeds, fetches, n_fetches, &s->options)))
        return s->report.code;
    s->last = plan;
    return OG_OK;
}
