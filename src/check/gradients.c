/* Gradients of all operators, and of whole models, as lists of cases. */
#include "check/check.h"
#include "check/gradcheck.h"
#include "train/parameters.h"

#include <stdio.h>

/* ---- Operators ------------------------------------------------------------------------------- */

static og_status check_sample(const og_op *op, const char *text, int order, og_report *report)
{
    const og_gradcheck_options options = { .order = order, .elements = order == 2 ? 8 : 0 };
    og_gradcheck_result result;
    og_status s = og_gradcheck_sample(op, text, &options, &result, report);

    if (s ==
        OG_BAD_TYPE) { /* a sample of a type that has no double twin: nothing to differentiate */
        og_report_clear(report);
        return OG_OK;
    }
    if (!s && !result.passed)
        s = og_fail(report, OG_BAD_VALUE, "%s%s", order == 2 ? "second order: " : "", result.text);
    if (s)
        og_report_where(report, "%s \"%s\"", op->name, text);
    return s;
}

static og_status check_operator(og_cases *cases, const og_op *op)
{
    og_report report = { 0 };
    og_status s = OG_OK;
    char name[100];

    for (const char *const *text = op->samples; *text && !s; text++)
        for (int order = 1; order <= 2 && !s; order++)
            s = check_sample(op, *text, order, &report);
    snprintf(name, sizeof name, "%s%s%s", op->domain ? op->domain : "", op->domain ? "::" : "",
             op->name);
    return og_cases_add(cases, name, s, &report);
}

static bool differentiable(const og_op *op)
{
    return og_gradcheck_has(op) && op->samples && !(op->traits & OG_RANDOM);
}

og_status og_gradcheck_operators(const char *name, const og_cases_options *options, og_cases **out)
{
    og_cases *cases = *out = og_cases_new(options);
    char shown[160];

    if (!cases)
        return OG_NO_MEMORY;
    for (size_t i = 0; i < og_op_count(); i++) {
        const og_op *op = og_op_at(i);

        if ((!name || !strcmp(name, op->name)) && differentiable(op))
            OG_TRY(check_operator(cases, op));
    }
    if (!og_cases_at(cases, 0))
        return og_fail(og_cases_errors(cases), OG_BAD_ARGUMENT, "no operator '%s' has a gradient",
                       og_escape(shown, sizeof shown, name ? name : ""));
    return OG_OK;
}

/* ---- Models ---------------------------------------------------------------------------------- */

typedef struct model_check {
    og_cases *cases;
    og_graph *g; /* a clone, in double */
    og_arena *arena;
    og_list(og_feed) feeds;
    og_list(og_value *) wrt;
    og_list(og_tensor *) made;
} model_check;

static og_status no_memory(model_check *m)
{
    return og_fail(og_cases_errors(m->cases), OG_NO_MEMORY, "no memory to check a model");
}

/* Made-up inputs, whose sizes then are the graph's, so that those of its outputs are known. */
static og_status feed_inputs(model_check *m)
{
    for (size_t i = 0; i < m->g->inputs.n; i++) {
        og_value *v = m->g->inputs.v[i];
        og_tensor *t;

        if (og_input_has_default(m->g, i))
            continue;
        OG_TRY(og_input_random(m->g, i, 1, &t));
        og_feed feed = { v->name, *t };
        if (!og_list_push(m->arena, &m->made, t)) {
            og_tensor_free(t);
            return no_memory(m);
        }
        v->type.dims = og_arena_copy(m->g->arena, t->dims, sizeof(int64_t) * (size_t)t->rank);
        if (!og_list_push(m->arena, &m->feeds, feed) || (t->rank && !v->type.dims) ||
            (t->elem == OG_DOUBLE && !og_list_push(m->arena, &m->wrt, v)))
            return no_memory(m);
    }
    return og_graph_infer(m->g);
}

static og_status collect_parameters(model_check *m)
{
    og_candidates found;

    OG_TRY(og_candidates_find(m->g, m->arena, NULL, NULL, &found));
    OG_TRY(og_candidates_promote(m->g, &found));
    for (size_t i = 0; i < m->g->values.n; i++) {
        og_value *v = m->g->values.v[i];

        if (v->trainable && v->state && v->type.elem == OG_DOUBLE &&
            !og_list_push(m->arena, &m->wrt, v))
            return no_memory(m);
    }
    return OG_OK;
}

static og_status add_results(model_check *m, const og_gradcheck_result *each)
{
    char name[200];

    for (size_t i = 0; i < m->wrt.n; i++) {
        og_report report = { 0 };
        og_status s = each[i].passed ? OG_OK : og_fail(&report, OG_BAD_VALUE, "%s", each[i].text);

        og_escape(name, sizeof name, m->wrt.v[i]->name);
        OG_TRY(og_cases_add(m->cases, name, s, &report));
    }
    return OG_OK;
}

static og_status check_model(model_check *m, const og_cases_options *options)
{
    og_gradcheck_result all, *each;

    OG_TRY(og_graph_widen(m->g));
    OG_TRY(feed_inputs(m));
    OG_TRY(collect_parameters(m));
    og_value *loss = og_gradcheck_loss(m->g);
    OG_TRY(og_graph_status(m->g));
    if (!loss || !m->wrt.n)
        return og_fail(og_cases_errors(m->cases), OG_NO_GRADIENT, "the model has no real %s",
                       loss ? "input or parameter" : "output");
    if (!(each = OG_NEW_N(m->arena, og_gradcheck_result, m->wrt.n)))
        return no_memory(m);
    const og_gradcheck_options o = {
        .each = each, .elements = 8, .tolerance = 1e-6, .threads = options ? options->threads : 0
    };
    OG_TRY(og_gradcheck(m->g, loss, m->wrt.v, m->wrt.n, m->feeds.v, m->feeds.n, &o, &all,
                        og_cases_errors(m->cases)));
    return add_results(m, each);
}

og_status og_gradcheck_model(const og_graph *graph, const og_cases_options *options, og_cases **out)
{
    og_cases *cases = *out = og_cases_new(options);

    if (!cases)
        return OG_NO_MEMORY;
    model_check m = { .cases = cases, .g = og_graph_clone(graph), .arena = og_arena_new() };
    og_status s = m.g && m.arena ? check_model(&m, options) : no_memory(&m);
    if (s && m.g && og_graph_status(m.g))
        *og_cases_errors(cases) = *og_graph_report(m.g);
    for (size_t i = 0; i < m.made.n; i++)
        og_tensor_free(m.made.v[i]);
    og_arena_free(m.arena);
    og_graph_free(m.g);
    return s;
}
