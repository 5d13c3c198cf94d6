/*
 * Trajectories: case.json holds a training of some steps by another framework, step by step. Here
 * the same steps are made from the same files, and every number is compared within the case's own
 * tolerance: losses, norms, rates, how often a clip acted, the first gradients, the last parameters
 * and statistics, and which tensors are trained.
 */
#include "check/trajectory.h"

#include "onnxgrad/file.h"
#include "train/mode.h"
#include "train/parameters.h"

#include <math.h>
#include <stdio.h>

/* ---- The case's texts ------------------------------------------------------------------------ */

static const og_json *member(og_trajectory *t, const og_json *from, const char *key,
                             og_json_kind kind)
{
    const og_json *j = og_json_get(from, key);

    if (!j || j->kind != kind)
        og_fail(t->check->report, OG_BAD_FILE, "case.json: '%s' is missing or of another kind",
                key);
    return j && j->kind == kind ? j : NULL;
}

/* "0.5*nll("logp", "label", class_axis=1)" for each term, joined by +. */
static og_status loss_text(og_trajectory *t, og_text *text)
{
    static const char *const numbers[] = { "class_axis", "ignore_index", "label_smoothing" };
    const og_json *terms = member(t, t->json, "loss", OG_JSON_ARRAY);

    for (size_t i = 0; terms && i < terms->n; i++) {
        const og_json *term = &terms->items[i];

        og_text_print(text, "%s%.17g*%s(\"%s\", \"%s\"", i ? " + " : "",
                      og_json_number(term, "weight", 1), og_json_string(term, "kind", ""),
                      og_json_string(term, "prediction", ""), og_json_string(term, "target", ""));
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
            if (og_json_get(term, numbers[k]))
                og_text_print(text, ", %s=%.17g", numbers[k], og_json_number(term, numbers[k], 0));
        og_text_print(text, ", reduction=%s)", og_json_string(term, "reduction", "mean"));
    }
    return text->failed ? og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case")
                        : t->check->report->code;
}

/* ---- Graphs and sessions --------------------------------------------------------------------- */

static og_status graph_failed(og_trajectory *t, const og_graph *g)
{
    *t->check->report = *og_graph_report(g);
    return t->check->report->code;
}

/* The parameters found must be the case's, frozen ones included. */
static og_status check_parameters(og_trajectory *t, const og_candidates *found)
{
    const og_json *lists[2] = { og_json_get(t->json, "trainable"), og_json_get(t->json, "frozen") };
    size_t expected = 0, trained = 0;

    for (size_t i = 0; i < found->n; i++)
        trained += found->v[i].trained;
    for (int l = 0; l < 2; l++)
        for (size_t i = 0; lists[l] && i < lists[l]->n; i++, expected++) {
            const char *name = lists[l]->items[i].string, *why = "it is no floating constant";
            bool is = false;

            for (size_t k = 0; k < found->n; k++)
                if (!strcmp(found->v[k].value->name, name)) {
                    is = found->v[k].trained;
                    why = found->v[k].why;
                }
            if (!is)
                return og_fail(t->check->report, OG_BAD_VALUE,
                               "'%s' is not found to be a parameter: %s", name, why);
        }
    if (trained != expected)
        return og_fail(t->check->report, OG_BAD_VALUE,
                       "%zu tensors are found to be parameters, expected %zu", trained, expected);
    return OG_OK;
}

static og_status open_base(og_trajectory *t)
{
    const char *path = og_path_join(t->check->arena, t->check->folder, "model.onnx");
    og_mode_change mode =
        strcmp(og_json_string(t->json, "mode", "train"), "eval") ? OG_MODE_LEARN : OG_MODE_INFER;
    og_candidates found;
    og_text text = { 0 };
    og_loss loss = { 0 };
    og_status status;

    if (og_load(path, NULL, &t->base) ||
        og_candidates_find(t->base, t->check->arena, NULL, NULL, &found))
        return graph_failed(t, t->base);
    OG_TRY(check_parameters(t, &found));
    if (og_candidates_promote(t->base, &found) || og_modes_statistics(t->base) ||
        og_modes_set(t->base, mode, OG_MODE_FILE, NULL))
        return graph_failed(t, t->base);
    if (!(status = loss_text(t, &text)) && og_loss_build(t->base, text.data, &loss))
        status = graph_failed(t, t->base);
    og_text_free(&text);
    if (!status && !(t->loss = og_arena_string(t->check->arena, loss.value->name)))
        status = og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
    return status;
}

static og_status open_session(og_trajectory *t, og_graph *g, og_state *state, og_session **s)
{
    og_session_options o = { .threads = t->check->options.threads,
                             .state = state,
                             .max_memory = t->check->options.max_memory };

    if (!g)
        return og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
    if (og_session_new(g, &o, s))
        *t->check->report = *og_session_report(*s);
    return t->check->report->code;
}

/* A clone that only measures the loss: nothing is bound in it. */
static og_graph *measuring(const og_trajectory *t)
{
    og_graph *g = og_graph_clone(t->base);

    if (g)
        g->bindings.n = 0;
    return g;
}

static og_status open_step(og_trajectory *t)
{
    const char *chain = og_json_string(t->json, "chain", "");
    og_step_options o = { 0 };

    if (!(t->learn = og_graph_clone(t->base)))
        return og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
    if (og_train_step_with(t->learn, og_graph_find(t->learn, t->loss), chain, &o)) {
        graph_failed(t, t->learn);
        if (strstr(t->check->report->what,
                   "there is no stage")) /* the case is right, the library lacks it */
            t->check->report->code = OG_UNSUPPORTED;
        return t->check->report->code;
    }
    OG_TRY(open_session(t, t->learn, NULL, &t->learning));
    t->measure = measuring(t);
    return open_session(t, t->measure, og_session_state(t->learning), &t->measuring);
}

/* ---- Feeding --------------------------------------------------------------------------------- */

static og_status open_feeds(og_trajectory *t)
{
    const og_json *batches = og_json_get(t->json, "batches");
    const char *file = og_json_string(batches, "file", "batches.npz");
    const char *path = og_path_join(t->check->arena, t->check->folder, file);

    t->distinct = og_json_int(batches, "distinct", 1);
    t->accumulate = og_json_int(batches, "accumulate", 1);
    t->steps = og_json_int(t->json, "steps", 0);
    if (t->distinct < 1 || t->accumulate < 1 || t->steps < 1)
        return og_fail(t->check->report, OG_BAD_FILE,
                       "case.json: batches and steps are not positive");
    if (og_arrays_open(path, &t->batches)) {
        *t->check->report = *og_arrays_report(t->batches);
        return t->check->report->code;
    }
    t->n_feeds = og_arrays_count(t->batches);
    t->feeds = OG_NEW_N(t->check->arena, og_feed, t->n_feeds + 1);
    return t->feeds ? OG_OK : og_fail(t->check->report, OG_NO_MEMORY, "no memory for a case");
}

/* Points the feeds at micro-batch `micro` of batch `step`. */
static og_status feed(og_trajectory *t, int64_t step, int64_t micro)
{
    int skip = t->accumulate > 1 ? 2 : 1;

    for (size_t i = 0; i < t->n_feeds; i++) {
        const og_tensor *all = og_arrays_tensor(t->batches, i);
        const char *name = og_arrays_name(t->batches, i);
        int64_t at = step % t->distinct * t->accumulate + micro;

        if (all->rank < skip || all->dims[0] < t->distinct ||
            (skip == 2 && all->dims[1] != t->accumulate))
            return og_fail(t->check->report, OG_BAD_SHAPE, "batches: '%s' has no %lld batches",
                           name, (long long)t->distinct);
        og_tensor one = og_tensor_view(all->elem, all->rank - skip, all->dims + skip, NULL);
        one.data = (char *)all->data + (size_t)at * og_tensor_bytes(&one);
        t->feeds[i] = (og_feed){ name, one };
    }
    return OG_OK;
}

static og_status run(og_trajectory *t, og_session *s, const char *const *fetches, size_t n,
                     og_tensor *results, og_run_info *info)
{
    if (og_session_run(s, t->feeds, t->n_feeds, fetches, n, results, info))
        *t->check->report = *og_session_report(s);
    return t->check->report->code;
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static og_status number(og_trajectory *t, const char *what, int64_t step, double found,
                        double expected, double tolerance)
{
    if (fabs(found - expected) <= tolerance)
        return OG_OK;
    return og_fail(t->check->report, OG_BAD_VALUE,
                   "step %lld: %s is %.9g, expected %.9g within %.3g", (long long)step, what, found,
                   expected, tolerance);
}

/* Element `step` of an array of the case, or NaN. */
static double at(const og_json *from, const char *key, int64_t step)
{
    const og_json *list = og_json_get(from, key);

    return list && list->kind == OG_JSON_ARRAY && (size_t)step < list->n ? list->items[step].number
                                                                         : NAN;
}

/* The rate that reaches the update: the case's, and what AdaGrad makes of it as steps go by. */
static double rate(const og_trajectory *t, int64_t step)
{
    const og_json *groups = og_json_get(og_json_get(t->json, "optimizer"), "groups");
    double decay = groups && groups->n ? og_json_number(&groups->items[0], "lr_decay", 0) : 0;

    return at(t->json, "lr", step) / (1 + (double)step * decay);
}

static og_status check_step(og_trajectory *t, int64_t step, double loss, const og_run_info *info)
{
    const og_json *tolerance = og_json_get(t->json, "tolerance");
    double norm = at(tolerance, "grad_norm", step), lr = rate(t, step);

    OG_TRY(
        number(t, "loss", step, loss, at(t->json, "loss_f32", step), at(tolerance, "loss", step)));
    OG_TRY(number(t, "grad_norm", step, info->grad_norm, at(t->json, "grad_norm", step), norm));
    OG_TRY(number(t, "grad_norm_after", step, info->grad_norm_after,
                  at(t->json, "grad_norm_after_clip", step), norm));
    return number(t, "lr", step, info->lr, lr, 1e-6 * fabs(lr) + 1e-12);
}

static og_status learn(og_trajectory *t)
{
    int64_t acted = 0, expected = og_json_int(t->json, "clip_acts", -1);

    for (int64_t step = 0; step < t->steps; step++) {
        og_run_info info = { 0 };
        double loss = 0;

        for (int64_t micro = 0; micro < t->accumulate; micro++) {
            OG_TRY(feed(t, step, micro));
            OG_TRY(run(t, t->learning, NULL, 0, NULL, &info));
            loss += info.loss / (double)t->accumulate;
        }
        OG_TRY(check_step(t, step, loss, &info));
        acted += info.clip_coef < 1;
    }
    if (expected >= 0 && acted != expected)
        return og_fail(t->check->report, OG_BAD_VALUE, "a clip acted in %lld steps, expected %lld",
                       (long long)acted, (long long)expected);
    return OG_OK;
}

static og_status loss_after(og_trajectory *t)
{
    double loss = 0;
    og_tensor result;

    for (int64_t micro = 0; micro < t->accumulate; micro++) {
        OG_TRY(feed(t, 0, micro));
        OG_TRY(run(t, t->measuring, &t->loss, 1, &result, NULL));
        loss += og_get_double(&result, 0) / (double)t->accumulate;
    }
    return number(t, "loss afterwards", t->steps, loss, og_json_number(t->json, "loss_after", NAN),
                  og_json_number(og_json_get(t->json, "tolerance"), "loss_after", NAN));
}

/* ---- All of it ------------------------------------------------------------------------------- */

static og_status run_case(og_trajectory *t)
{
    const char *path = og_path_join(t->check->arena, t->check->folder, "case.json");

    OG_TRY(og_json_read_file(t->check->arena, path, &t->json, t->check->report));
    OG_TRY(open_base(t));
    OG_TRY(open_feeds(t));
    OG_TRY(open_step(t));
    OG_TRY(og_trajectory_gradients(t));
    OG_TRY(learn(t));
    OG_TRY(loss_after(t));
    return og_trajectory_finals(t);
}

og_status og_check_trajectory(og_check *check)
{
    og_trajectory t = { .check = check };
    og_status status = run_case(&t);

    og_session_free(t.learning);
    og_session_free(t.measuring);
    og_graph_free(t.learn);
    og_graph_free(t.measure);
    og_graph_free(t.base);
    og_arrays_free(t.batches);
    return status;
}

og_status og_trajectory_feed(og_trajectory *t, int64_t step, int64_t micro)
{
    return feed(t, step, micro);
}
og_graph *og_trajectory_measuring(const og_trajectory *t)
{
    return measuring(t);
}
og_status og_trajectory_session(og_trajectory *t, og_graph *g, og_state *state, og_session **s)
{
    return open_session(t, g, state, s);
}
