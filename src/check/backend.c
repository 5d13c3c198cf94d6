/*
 * Cases in the layout of ONNX's backend tests: model.onnx, and folders test_data_set_N with
 * input_I.pb and output_I.pb in the order of the graph's inputs without initializer and of its
 * outputs.
 */
#include "check/check.h"

#include "onnxgrad/file.h"
#include "onnxgrad/session.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The tensors of one data set. */
typedef struct data_set {
    size_t n_in, n_out;
    og_feed *feeds;
    og_tensor **in, **out; /* owned */
    const char **fetches;
} data_set;

static og_status load(og_check *c, const char *set, const char *kind, size_t i, const og_value *v,
                      og_tensor **tensor)
{
    char name[160];

    if (v->type.kind != OG_TENSOR)
        return og_fail(c->report, OG_UNSUPPORTED, "%s '%s' is a sequence or an optional", kind,
                       og_escape(name, sizeof name, v->name));
    char *path = og_arena_print(c->arena, "%s/%s/%s_%zu.pb", c->folder, set, kind, i);

    if (!path)
        return og_fail(c->report, OG_NO_MEMORY, "no memory for a case");
    return og_tensor_load(path, tensor, c->report);
}

static bool exists(og_check *c, const char *set, const char *kind, size_t i)
{
    char *path = og_arena_print(c->arena, "%s/%s/%s_%zu.pb", c->folder, set, kind, i);

    return path && og_file_exists(path);
}

static og_status load_inputs(og_check *c, const og_graph *g, const char *set, data_set *d)
{
    size_t n = g->inputs.n;

    d->in = OG_NEW_N(c->arena, og_tensor *, n + 1);
    d->feeds = OG_NEW_N(c->arena, og_feed, n + 1);
    if (!d->in || !d->feeds)
        return og_fail(c->report, OG_NO_MEMORY, "no memory for a case");
    for (size_t i = 0; i < n; i++) {
        og_value *v = g->inputs.v[i];

        if (v->data) /* an initializer listed among the inputs, as old files do */
            continue;
        OG_TRY(load(c, set, "input", d->n_in, v, &d->in[d->n_in]));
        d->feeds[d->n_in] = (og_feed){ v->name, *d->in[d->n_in] };
        d->n_in++;
    }
    return OG_OK;
}

static og_status load_outputs(og_check *c, const og_graph *g, const char *set, data_set *d)
{
    size_t n = g->outputs.n;

    d->out = OG_NEW_N(c->arena, og_tensor *, n + 1);
    d->fetches = OG_NEW_N(c->arena, const char *, n + 1);
    if (!d->out || !d->fetches)
        return og_fail(c->report, OG_NO_MEMORY, "no memory for a case");
    for (; d->n_out < n && exists(c, set, "output", d->n_out); d->n_out++) {
        OG_TRY(load(c, set, "output", d->n_out, g->outputs.v[d->n_out], &d->out[d->n_out]));
        d->fetches[d->n_out] = g->outputs.v[d->n_out]->name;
    }
    if (!d->n_out)
        return og_fail(c->report, OG_NOT_FOUND, "%s has no output_0.pb", set);
    return OG_OK;
}

/* What float32 rounding alone may do to an output of a whole network, absolutely: sums cancel, so
 * an element near zero carries the error of the largest ones, and errors add up over the nodes like
 * steps of a random walk. ONNX's 1e-7 is for one operator; ONNX Runtime with and without its
 * optimisations differs by as much as this. */
static double rounding_floor(const og_graph *g, const og_tensor *expected)
{
    double largest = 0;

    if (g->nodes.n < 2 || expected->elem != OG_FLOAT)
        return 0;
    for (int64_t i = 0; i < expected->count; i++) {
        double x = fabs(og_get_double(expected, i));

        if (isfinite(x) && x > largest)
            largest = x;
    }
    return 4 * (double)FLT_EPSILON * sqrt((double)g->nodes.n) * largest;
}

static og_status compare_outputs(og_check *c, const og_graph *g, const data_set *d,
                                 const og_tensor *found)
{
    char what[200], name[160];

    for (size_t i = 0; i < d->n_out; i++) {
        snprintf(what, sizeof what, "output '%s'",
                 og_escape(name, sizeof name, g->outputs.v[i]->name));
        double atol = fmax(c->options.atol, rounding_floor(g, d->out[i]));
        OG_TRY(og_compare(what, &found[i], d->out[i], c->options.rtol, atol, c->report));
    }
    return OG_OK;
}

static og_status run_set(og_check *c, og_graph *g, og_session *s, const char *set, data_set *d)
{
    og_tensor *found = OG_NEW_N(c->arena, og_tensor, g->outputs.n + 1);

    if (!found)
        return og_fail(c->report, OG_NO_MEMORY, "no memory for a case");
    OG_TRY(load_inputs(c, g, set, d));
    OG_TRY(load_outputs(c, g, set, d));
    if (og_session_run(s, d->feeds, d->n_in, d->fetches, d->n_out, found, NULL)) {
        *c->report = *og_session_report(s);
        return c->report->code;
    }
    return compare_outputs(c, g, d, found);
}

static void free_set(data_set *d)
{
    for (size_t i = 0; d->in && i < d->n_in + 1; i++)
        og_tensor_free(d->in[i]);
    for (size_t i = 0; d->out && i < d->n_out + 1; i++)
        og_tensor_free(d->out[i]);
}

static og_status run_sets(og_check *c, og_graph *g, og_session *s)
{
    const char *const *names;
    size_t n, sets = 0;

    OG_TRY(og_directory_list(c->arena, c->folder, &n, &names, c->report));
    for (size_t i = 0; i < n; i++) {
        data_set d = { 0 };

        if (strncmp(names[i], "test_data_set_", 14))
            continue;
        sets++;
        og_status status = run_set(c, g, s, names[i], &d);
        free_set(&d);
        if (status) {
            og_report_where(c->report, "%s", names[i]);
            return status;
        }
    }
    return sets ? OG_OK : og_fail(c->report, OG_NOT_FOUND, "the case has no test_data_set_0");
}

og_status og_check_backend(og_check *c)
{
    og_session_options o = { .threads = c->options.threads, .max_memory = c->options.max_memory };
    char *path = og_path_join(c->arena, c->folder, "model.onnx");
    og_graph *g = NULL;
    og_session *s = NULL;
    og_status status;

    if (!path)
        return og_fail(c->report, OG_NO_MEMORY, "no memory for a case");
    if ((status = og_load(path, NULL, &g)))
        *c->report = *og_graph_report(g);
    else if ((status = og_session_new(g, &o, &s)))
        *c->report = *og_session_report(s);
    else
        status = run_sets(c, g, s);
    og_session_free(s);
    og_graph_free(g);
    return status;
}
