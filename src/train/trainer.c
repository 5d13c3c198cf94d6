/* The trainer: made, stepped through epochs, asked, freed. */
#include "train/train.h"
#include "train/mode.h"
#include "train/parameters.h"

#include <math.h>
#include <stdio.h>

static const char default_chain[] = "clip_norm(1.0) | adam(lr=1e-3)";
enum { DEFAULT_BATCH = 64, DEFAULT_EPOCHS = 10 };

const og_report *og_trainer_report(const og_trainer *t)
{
    static const og_report none = { .code = OG_NO_MEMORY, .what = "no memory for a trainer" };

    return t ? &t->report : &none;
}

og_status og_trainer_fail(og_trainer *t, const og_report *from)
{
    if (!t->report.code)
        t->report = *from;
    return t->report.code;
}

og_status og_trainer_no_memory(og_trainer *t)
{
    return og_fail(&t->report, OG_NO_MEMORY, "no memory left for a trainer");
}

/* ---- Telling --------------------------------------------------------------------------------- */

void og_trainer_describe(const og_trainer *t, og_train_event *event)
{
    const og_train_sums *s = &t->sums;

    event->epoch = og_batches_epoch(t->batches) + 1;
    event->epochs = t->options.epochs;
    event->step = t->step;
    event->steps = t->options.steps;
    event->run = t->last;
    event->loss = s->rows ? s->loss / (double)s->rows : NAN;
    event->clipped = s->steps ? (double)s->clipped / (double)s->steps : 0;
    event->skipped = s->skipped;
    event->grad_norm = s->steps > s->skipped ? s->norm / (double)(s->steps - s->skipped) : NAN;
    event->seconds = s->seconds;
    event->metric = t->prediction ? "accuracy" : "";
}

bool og_trainer_tell(og_trainer *t, og_train_event *event)
{
    if (!event->epoch)
        og_trainer_describe(t, event);
    if (t->options.watch && !t->options.watch(t->options.context, event))
        t->stopped = true;
    return !t->stopped;
}

void og_trainer_note(og_trainer *t, const char *format, ...)
{
    char text[600];
    og_train_event event = { .kind = OG_TRAIN_NOTE, .note = text };
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (t->options.watch)
        t->options.watch(t->options.context, &event);
}

/* ---- Making ---------------------------------------------------------------------------------- */

static bool option_is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

static bool copy_text(og_arena *arena, const char **text)
{
    return !*text || (*text = og_arena_string(arena, *text));
}

static og_status copy_options(og_trainer *t, const og_train_options *given)
{
    og_train_options *o = &t->options;

    if (given)
        *o = *given;
    if (o->batch < 0 || o->epochs < 0 || o->steps < 0 || o->patience < 0)
        return og_fail(&t->report, OG_BAD_ARGUMENT,
                       "batch, epochs, steps and patience are not negative");
    if (o->resume && !o->folder)
        return og_fail(&t->report, OG_BAD_ARGUMENT, "to resume needs a folder");
    if ((o->bn && !option_is(o->bn, "train") && !option_is(o->bn, "frozen")) ||
        (o->dropout && !option_is(o->dropout, "train") && !option_is(o->dropout, "file")))
        return og_fail(&t->report, OG_BAD_ARGUMENT,
                       "bn is train or frozen, dropout is train or file");
    o->batch = o->batch ? o->batch : DEFAULT_BATCH;
    if (!o->epochs && !o->steps)
        o->epochs = DEFAULT_EPOCHS;
    if (!o->chain)
        o->chain = default_chain;
    return copy_text(t->arena, &o->loss) && copy_text(t->arena, &o->chain) &&
                   copy_text(t->arena, &o->metric) && copy_text(t->arena, &o->disable) &&
                   copy_text(t->arena, &o->folder) && copy_text(t->arena, &o->new_folder) &&
                   copy_text(t->arena, &o->command) && copy_text(t->arena, &o->log) &&
                   copy_text(t->arena, &o->train) && copy_text(t->arena, &o->freeze) &&
                   copy_text(t->arena, &o->init)
               ? OG_OK
               : og_trainer_no_memory(t);
}

static og_status open_sessions(og_trainer *t)
{
    og_session_options o = { .threads = t->options.threads,
                             .seed = t->options.seed,
                             .max_memory = t->options.max_memory,
                             .max_iterations = t->options.max_iterations,
                             .disable = t->options.disable };

    if (og_session_new(t->learn, &o, &t->learning))
        return og_trainer_fail(t, og_session_report(t->learning));
    o.state = og_session_state(t->learning);
    if (og_session_new(t->check, &o, &t->checking))
        return og_trainer_fail(t, og_session_report(t->checking));
    return OG_OK;
}

/* Says which weights were written twice, and joins them if asked to. */
static og_status tie(og_trainer *t, og_graph *g, og_candidates *found)
{
    size_t n = 0;

    for (size_t i = 0; i < found->n; i++)
        n += found->v[i].twin != NULL;
    t->ties.v = OG_NEW_N(t->arena, og_train_tie, n + 1);
    if (!t->ties.v)
        return og_trainer_no_memory(t);
    for (size_t i = 0; i < found->n; i++) {
        const og_candidate *c = &found->v[i];

        if (!c->twin)
            continue;
        og_trainer_note(
            t, "'%s' holds '%s' transposed: probably one tied weight that was written twice%s",
            c->value->name, c->twin->name,
            t->options.tie ? ", trained as one" : "; --tie trains them as one");
        if (!t->options.tie)
            continue;
        t->ties.v[t->ties.n] = (og_train_tie){ .name = og_arena_string(t->arena, c->value->name),
                                               .twin = og_arena_string(t->arena, c->twin->name),
                                               .tensor = og_tensor_copy(c->value->data) };
        if (!t->ties.v[t->ties.n].name || !t->ties.v[t->ties.n].twin ||
            !t->ties.v[t->ties.n++].tensor)
            return og_trainer_no_memory(t);
    }
    return t->options.tie && og_ties_join(g, found) ? og_trainer_fail(t, og_graph_report(g))
                                                    : OG_OK;
}

static og_status choose_parameters(og_trainer *t, og_graph *g)
{
    const og_train_options *o = &t->options;
    og_candidates found;
    size_t trained = 0;

    if (og_candidates_find(g, t->arena, o->train, o->freeze, &found))
        return og_trainer_fail(t, og_graph_report(g));
    OG_TRY(tie(t, g, &found));
    if (og_candidates_promote(g, &found))
        return og_trainer_fail(t, og_graph_report(g));
    for (size_t i = 0; i < found.n; i++)
        trained += found.v[i].trained;
    if (!trained) {
        og_fail(&t->report, OG_BAD_ARGUMENT,
                "no tensor of the model is trained: it has %zu floating "
                "constants",
                found.n);
        og_report_hint(&t->report, "onnxgrad inspect says why for each; --train GLOB chooses");
        return OG_BAD_ARGUMENT;
    }
    return OG_OK;
}

/* One graph infers, one learns; they share parameters and statistics. */
static og_status split_graphs(og_trainer *t)
{
    bool frozen = option_is(t->options.bn, "frozen"), file = option_is(t->options.dropout, "file");
    size_t changed = 0;

    if (!frozen && og_modes_statistics(t->learn))
        return og_trainer_fail(t, og_graph_report(t->learn));
    if (!(t->check = og_graph_clone(t->learn)))
        return og_trainer_no_memory(t);
    if (og_modes_set(t->check, OG_MODE_INFER, OG_MODE_INFER, NULL))
        return og_trainer_fail(t, og_graph_report(t->check));
    if (og_modes_set(t->learn, frozen ? OG_MODE_INFER : OG_MODE_LEARN,
                     file ? OG_MODE_FILE : OG_MODE_LEARN, &changed))
        return og_trainer_fail(t, og_graph_report(t->learn));
    if (changed)
        og_trainer_note(
            t,
            "%zu operators with running statistics are set to %s; the saved file keeps its form "
            "(--bn train|frozen)",
            changed, frozen ? "inference" : "training");
    return OG_OK;
}

/* The graph that measures reads the averages that the chain keeps instead of the parameters. */
static og_status measure_averages(og_trainer *t)
{
    size_t n = 0;

    for (size_t i = t->learn->averages.n; i-- > 0;) { /* the last stage that keeps one counts */
        const og_binding *average = &t->learn->averages.v[i];
        og_value *parameter = og_graph_find(t->check, average->state->name);

        if (!parameter)
            continue;
        if (og_value_rename(parameter, average->update->name))
            return og_trainer_fail(t, og_graph_report(t->check));
        n++;
    }
    if (n)
        og_trainer_note(t,
                        "%zu parameters have averages: they are what is measured and saved, while "
                        "training goes on with the parameters themselves",
                        n);
    return OG_OK;
}

/* Room for the norms of single gradients, which every step fetches. */
static og_status open_norms(og_trainer *t)
{
    size_t n = 0;

    while (og_step_norm(t->learn, n, NULL))
        n++;
    t->norms.v = OG_NEW_N(t->arena, og_train_norm, n + 1);
    t->norms.fetches = OG_NEW_N(t->arena, const char *, n + 1);
    t->norms.results = OG_NEW_N(t->arena, og_tensor, n + 1);
    if (!t->norms.v || !t->norms.fetches || !t->norms.results)
        return og_trainer_no_memory(t);
    for (size_t i = 0; i < n; i++) {
        t->norms.fetches[i] = og_step_norm(t->learn, i, &t->norms.v[i].parameter);
        t->norms.v[i].norm = t->norms.v[i].share = NAN;
    }
    t->norms.n = n;
    return OG_OK;
}

size_t og_trainer_norms(const og_trainer *t, const og_train_norm **norms)
{
    *norms = t->norms.v;
    return t->norms.n;
}

static og_status build(og_trainer *t)
{
    const og_step_options options = { .norms = t->options.norms,
                                      .stages = t->options.stages,
                                      .strict = t->options.strict };
    og_value *loss;

    if (!(t->learn = og_graph_clone(t->model)))
        return og_trainer_no_memory(t);
    if (og_graph_status(t->learn))
        return og_trainer_fail(t, og_graph_report(t->learn));
    OG_TRY(og_feeds_match(t, t->learn));
    OG_TRY(og_rebatch(t, t->learn));
    OG_TRY(choose_parameters(t, t->learn));
    OG_TRY(og_objective_add(t, t->learn));
    OG_TRY(og_feeds_open(t, t->learn));
    OG_TRY(split_graphs(t));
    loss = og_graph_find(t->learn, t->loss);
    if (og_train_step_with(t->learn, loss, t->options.chain, &options))
        return og_trainer_fail(t, og_graph_report(t->learn));
    for (size_t i = 0; og_step_warning(t->learn, i); i++)
        og_trainer_note(t, "chain, %s", og_step_warning(t->learn, i));
    OG_TRY(open_norms(t));
    OG_TRY(measure_averages(t));
    return open_sessions(t);
}

og_status og_trainer_new(og_graph *graph, og_dataset *data, const og_train_options *options,
                         og_trainer **trainer)
{
    og_arena *arena = og_arena_new();
    og_trainer *t = *trainer = arena ? OG_NEW(arena, og_trainer) : NULL;

    if (!t) {
        og_arena_free(arena);
        return OG_NO_MEMORY;
    }
    *t = (og_trainer){ .arena = arena,
                       .model = graph,
                       .data = data,
                       .best = INFINITY,
                       .result = { .loss = NAN,
                                   .val_loss = NAN,
                                   .val_metric = NAN,
                                   .eval_loss = NAN,
                                   .eval_metric = NAN },
                       .log = { .files = { OG_NO_FILE, OG_NO_FILE } } };
    OG_TRY(copy_options(t, options));
    if (!graph || !data)
        return og_fail(&t->report, OG_BAD_ARGUMENT, "a trainer needs a model and data");
    if (og_graph_status(graph))
        return og_trainer_fail(t, og_graph_report(graph));
    t->batches = og_batches_new(og_dataset_rows(data), t->options.batch, !t->options.no_shuffle,
                                t->options.seed);
    if (!t->batches)
        return og_trainer_no_memory(t);
    OG_TRY(build(t));
    return og_run_open(t);
}

void og_trainer_free(og_trainer *t)
{
    if (!t)
        return;
    og_log_close(t);
    og_session_free(t->learning);
    og_session_free(t->checking);
    og_graph_free(t->learn);
    og_graph_free(t->check);
    og_batches_free(t->batches);
    for (size_t i = 0; i < t->ties.n; i++)
        og_tensor_free(t->ties.v[i].tensor);
    og_feeds_close(&t->feeds);
    og_arena_free(t->arena);
}

og_state *og_trainer_state(const og_trainer *t)
{
    return og_session_state(t->learning);
}

og_status og_trainer_set(og_trainer *t, const char *name, double number)
{
    return og_session_set(t->learning, name, number);
}

og_status og_trainer_get(og_trainer *t, const char *name, double *number)
{
    return og_session_get(t->learning, name, number);
}

og_session *og_trainer_session(const og_trainer *t)
{
    return t->learning;
}
