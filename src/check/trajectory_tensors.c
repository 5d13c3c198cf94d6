/* The tensors of a trajectory: first gradients, last parameters, averages and statistics, each
 * within its tolerance. */
#include "check/trajectory.h"

#include <math.h>
#include <stdio.h>

/* Ranges of elements whose true gradient is zero: rounding noise moves them, so they have a
 * tolerance of their own. */
static bool is_noise(const og_json *ranges, int64_t i)
{
    for (size_t k = 0; ranges && k < ranges->n; k++)
        if (ranges->items[k].n == 2 && i >= ranges->items[k].items[0].integer &&
            i < ranges->items[k].items[1].integer)
            return true;
    return false;
}

static og_status compare(og_trajectory *t, const char *kind, const char *name,
                         const og_tensor *found, const og_tensor *expected)
{
    const og_json *tolerance = og_json_get(t->json, "tolerance");
    double allowed = og_json_number(og_json_get(tolerance, kind), name, 0);
    double noise = og_json_number(og_json_get(tolerance, "noise_elements"), kind, 0);
    const og_json *ranges = og_json_get(og_json_get(t->json, "noise_elements"), name);
    char a[200], b[200];

    if (found->count != expected->count || found->elem != expected->elem)
        return og_fail(t->check->report, OG_BAD_SHAPE, "%s: '%s' is %s, expected %s", kind, name,
                       og_tensor_text(a, sizeof a, found), og_tensor_text(b, sizeof b, expected));
    for (int64_t i = 0; i < found->count; i++) {
        double within = is_noise(ranges, i) ? noise : allowed;
        double x = og_get_double(found, i), y = og_get_double(expected, i);

        if (!(fabs(x - y) <= within))
            return og_fail(t->check->report, OG_BAD_VALUE,
                           "%s: element %lld of '%s' is %.9g, expected %.9g within %.3g", kind,
                           (long long)i, name, x, y, within);
    }
    return OG_OK;
}

/* Calls `found` for every tensor of a file of the case and compares; a case without the file has
 * nothing to compare. */
static og_status compare_file(og_trajectory *t, const char *file, const char *kind,
                              const og_tensor *(*find)(og_trajectory *t, void *context,
                                                       const char *name),
                              void *context)
{
    const char *path = og_path_join(t->check->arena, t->check->folder, file);
    og_arrays *arrays = NULL;
    og_status status = OG_OK;

    if (!path || !og_file_exists(path))
        return path ? OG_OK : og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
    if ((status = og_arrays_open(path, &arrays)))
        *t->check->report = *og_arrays_report(arrays);
    for (size_t i = 0; !status && i < og_arrays_count(arrays); i++) {
        const char *name = og_arrays_name(arrays, i);
        const og_tensor *found;

        if (!strncmp(name, "torch:", 6)) /* the same number as torch counts it */
            continue;
        found = find(t, context, name);
        status = found
                     ? compare(t, kind, name, found, og_arrays_tensor(arrays, i))
                     : og_fail(t->check->report, OG_NOT_FOUND, "%s: there is no '%s'", kind, name);
    }
    og_arrays_free(arrays);
    return status;
}

/* ---- First gradients ------------------------------------------------------------------------- */

typedef struct gradients {
    size_t n;
    const char **names, **fetches;
    og_tensor **sums; /* mean over the micro-batches */
} gradients;

static og_status add_gradients(og_trajectory *t, og_graph *g, gradients *d)
{
    size_t max = g->initializers.n + 1;
    og_value **wrt = OG_NEW_N(t->check->arena, og_value *, max);
    og_value **grads = OG_NEW_N(t->check->arena, og_value *, max);

    d->names = OG_NEW_N(t->check->arena, const char *, max);
    d->fetches = OG_NEW_N(t->check->arena, const char *, max);
    d->sums = OG_NEW_N(t->check->arena, og_tensor *, max);
    if (!wrt || !grads || !d->names || !d->fetches || !d->sums)
        return og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
    for (size_t i = 0; i < g->initializers.n; i++)
        if (g->initializers.v[i]->trainable)
            wrt[d->n++] = g->initializers.v[i];
    if (og_gradients(g, og_graph_find(g, t->loss), wrt, d->n, grads)) {
        *t->check->report = *og_graph_report(g);
        return t->check->report->code;
    }
    for (size_t i = 0; i < d->n; i++) {
        d->names[i] = wrt[i]->name;
        d->fetches[i] = og_value_now(grads[i])->name;
    }
    return OG_OK;
}

static og_status run_gradients(og_trajectory *t, og_session *s, gradients *d)
{
    og_tensor *results = OG_NEW_N(t->check->arena, og_tensor, d->n + 1);

    for (int64_t micro = 0; results && micro < t->accumulate; micro++) {
        OG_TRY(og_trajectory_feed(t, 0, micro));
        if (og_session_run(s, t->feeds, t->n_feeds, d->fetches, d->n, results, NULL)) {
            *t->check->report = *og_session_report(s);
            return t->check->report->code;
        }
        for (size_t i = 0; i < d->n; i++) {
            if (!micro &&
                !(d->sums[i] = og_tensor_new(results[i].elem, results[i].rank, results[i].dims)))
                return og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
            for (int64_t k = 0; k < results[i].count; k++)
                og_set_double(d->sums[i], k,
                              og_get_double(d->sums[i], k) +
                                  og_get_double(&results[i], k) / (double)t->accumulate);
        }
    }
    return OG_OK;
}

static const og_tensor *find_gradient(og_trajectory *t, void *context, const char *name)
{
    gradients *d = context;

    (void)t;
    for (size_t i = 0; i < d->n; i++)
        if (!strcmp(d->names[i], name))
            return d->sums[i];
    return NULL;
}

og_status og_trajectory_gradients(og_trajectory *t)
{
    og_graph *g = og_trajectory_measuring(t);
    og_session *s = NULL;
    gradients d = { 0 };
    og_status status = g ? add_gradients(t, g, &d)
                         : og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");

    if (!status)
        status = og_trajectory_session(t, g, NULL, &s);
    if (!status)
        status = run_gradients(t, s, &d);
    if (!status)
        status = compare_file(t, "grads_step0.npz", "grads_step0", find_gradient, &d);
    for (size_t i = 0; i < d.n; i++)
        og_tensor_free(d.sums[i]);
    og_session_free(s);
    og_graph_free(g);
    return status;
}

/* ---- Last numbers ---------------------------------------------------------------------------- */

/* Parameters and statistics that training changed are state, others are still the file's. */
static const og_tensor *find_final(og_trajectory *t, void *context, const char *name)
{
    const og_tensor *now = og_state_tensor(og_session_state(t->learning), name);
    const og_value *v = og_graph_find(t->base, name);

    (void)context;
    return now ? now : v ? v->data : NULL;
}

/* The average of a parameter is a slot of the stage that keeps it, whatever its label. */
static const og_tensor *find_average(og_trajectory *t, void *context, const char *name)
{
    og_state *state = og_session_state(t->learning);
    char ending[600];
    size_t n = (size_t)snprintf(ending, sizeof ending, "/average/%s", name);

    (void)context;
    for (size_t i = 0; n < sizeof ending && i < og_state_size(state); i++) {
        const char *slot = og_state_name(state, i);

        if (!strncmp(slot, "opt/", 4) && strlen(slot) > n &&
            !strcmp(slot + strlen(slot) - n, ending))
            return og_state_tensor(state, slot);
    }
    return NULL;
}

og_status og_trajectory_finals(og_trajectory *t)
{
    OG_TRY(compare_file(t, "params_final.npz", "params_final", find_final, NULL));
    OG_TRY(compare_file(t, "buffers_final.npz", "buffers_final", find_final, NULL));
    return compare_file(t, "params_ema.npz", "params_ema", find_average, NULL);
}
