/* The trainer: made, stepped through epochs, asked, freed. */
#include "train/train.h"

#include "onnxgrad/optim.h"

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

static og_status no_memory(og_trainer *t)
{
    return og_fail(&t->report, OG_NO_MEMORY, "no memory left for a trainer");
}

/* ---- Telling ------------------------------------------------------------------------------------------------ */

bool og_trainer_tell(og_trainer *t, og_train_event *event)
{
    const og_train_sums *s = &t->sums;

    event->epoch = og_batches_epoch(t->batches) + 1;
    event->epochs = t->options.epochs;
    event->step = t->step;
    event->steps = t->options.steps;
    event->run = t->last;
    event->loss = s->rows ? s->loss / (double)s->rows : NAN;
    event->clipped = s->steps ? (double)s->clipped / (double)s->steps : 0;
    event->grad_norm = s->steps ? s->norm / (double)s->steps : NAN;
    event->seconds = s->seconds;
    event->metric = t->prediction ? "accuracy" : "";
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

/* ---- The loss ------------------------------------------------------------------------------------------------ */

static bool whole_numbers(const og_data_array *a) { return a->elem == OG_INT64 || a->elem == OG_INT32; }

/* The loss where none was asked for: by the model's output and the kind of the label. */
static og_status default_loss(og_trainer *t, const og_graph *g)
{
    const og_data_array *label = og_feeds_label(t, g);
    const og_value *y = g->outputs.n ? g->outputs.v[0] : NULL;
    const char *term = "mse";

    if (!y || g->outputs.n > 1 || !label) {
        og_fail(&t->report, OG_BAD_ARGUMENT, "no loss was given, and the model has %zu outputs%s",
                g->outputs.n, label ? "" : " and the data no array for a label");
        og_report_hint(&t->report, "say it with --loss, for example cross_entropy(logits, label)");
        return OG_BAD_ARGUMENT;
    }
    if (whole_numbers(label))
        term = y->node && !strcmp(y->node->op->name, "LogSoftmax") ? "nll" : "cross_entropy";
    t->spec = og_arena_print(t->arena, "%s(\"%s\", \"%s\")", term, y->name, label->name);
    if (!t->spec)
        return no_memory(t);
    og_trainer_note(t, "loss %s", t->spec);
    return OG_OK;
}

/* Accuracy compares what the loss compares. */
static og_status choose_metric(og_trainer *t, const og_graph *g, const og_loss *loss)
{
    const char *asked = t->options.metric;
    const og_value *y = g->outputs.n ? g->outputs.v[0] : NULL;
    const og_value *label = loss->n_labels ? loss->labels[0] : NULL;
    bool classes = y && label && y->type.rank == label->type.rank + 1 &&
                   (label->type.elem == OG_INT64 || label->type.elem == OG_INT32);

    if (asked && strcmp(asked, "accuracy") && strcmp(asked, "none")) {
        og_fail(&t->report, OG_BAD_ARGUMENT, "unknown metric '%s'", asked);
        og_report_hint(&t->report, "metrics are accuracy and none");
        return OG_BAD_ARGUMENT;
    }
    if (asked && !strcmp(asked, "none"))
        return OG_OK;
    if (asked && !classes)
        return og_fail(&t->report, OG_BAD_ARGUMENT,
                       "accuracy needs a label of whole numbers and an output with a class axis");
    if (!classes)
        return OG_OK;
    t->prediction = og_arena_string(t->arena, y->name);
    t->label = og_arena_string(t->arena, label->name);
    return t->prediction && t->label ? OG_OK : no_memory(t);
}

static og_status add_loss(og_trainer *t, og_graph *g)
{
    og_loss loss = { 0 };

    t->spec = t->options.loss;
    if (!t->spec)
        OG_TRY(default_loss(t, g));
    if (og_loss_build(g, t->spec, &loss))
        return og_trainer_fail(t, og_graph_report(g));
    OG_TRY(og_feeds_match(t, g)); /* the labels */
    t->loss = og_arena_string(t->arena, loss.value->name);
    return t->loss ? choose_metric(t, g, &loss) : no_memory(t);
}

/* ---- Making --------------------------------------------------------------------------------------------------- */

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
        return og_fail(&t->report, OG_BAD_ARGUMENT, "batch, epochs, steps and patience are not negative");
    o->batch = o->batch ? o->batch : DEFAULT_BATCH;
    if (!o->epochs && !o->steps)
        o->epochs = DEFAULT_EPOCHS;
    if (!o->chain)
        o->chain = default_chain;
    return copy_text(t->arena, &o->loss) && copy_text(t->arena, &o->chain) &&
                   copy_text(t->arena, &o->metric) && copy_text(t->arena, &o->disable)
               ? OG_OK
               : no_memory(t);
}

static og_status open_sessions(og_trainer *t)
{
    og_session_options o = { .threads = t->options.threads, .seed = t->options.seed,
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

static og_status build(og_trainer *t)
{
    og_value *loss;

    if (!(t->learn = og_graph_clone(t->model)))
        return no_memory(t);
    if (og_graph_status(t->learn))
        return og_trainer_fail(t, og_graph_report(t->learn));
    OG_TRY(og_feeds_match(t, t->learn));
    OG_TRY(add_loss(t, t->learn));
    OG_TRY(og_feeds_open(t, t->learn));
    if (!(t->check = og_graph_clone(t->learn)))
        return no_memory(t);
    loss = og_graph_find(t->learn, t->loss);
    if (og_train_step(t->learn, loss, t->options.chain))
        return og_trainer_fail(t, og_graph_report(t->learn));
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
    *t = (og_trainer){ .arena = arena, .model = graph, .data = data, .best = INFINITY };
    OG_TRY(copy_options(t, options));
    if (!graph || !data)
        return og_fail(&t->report, OG_BAD_ARGUMENT, "a trainer needs a model and data");
    if (og_graph_status(graph))
        return og_trainer_fail(t, og_graph_report(graph));
    t->batches = og_batches_new(og_dataset_rows(data), t->options.batch, !t->options.no_shuffle,
                                t->options.seed);
    return t->batches ? build(t) : no_memory(t);
}

void og_trainer_free(og_trainer *t)
{
    if (!t)
        return;
    og_session_free(t->learning);
    og_session_free(t->checking);
    og_graph_free(t->learn);
    og_graph_free(t->check);
    og_batches_free(t->batches);
    og_feeds_close(&t->feeds);
    og_arena_free(t->arena);
}

og_state *og_trainer_state(const og_trainer *t) { return og_session_state(t->learning); }

/* ---- Learning --------------------------------------------------------------------------------------------------- */

bool og_trainer_done(const og_trainer *t)
{
    const og_train_options *o = &t->options;

    return (o->steps && t->step >= o->steps) ||
           (o->epochs && og_batches_epoch(t->batches) >= o->epochs);
}

static void add_step(og_trainer *t, size_t rows, double seconds)
{
    og_train_sums *s = &t->sums;

    s->loss += t->last.loss * (double)rows;
    s->rows += (int64_t)rows;
    s->norm += t->last.grad_norm;
    s->clipped += t->last.clip_coef < 1;
    s->steps++;
    s->seconds += seconds;
    t->step++;
}

static og_status learn(og_trainer *t, const int64_t *rows, size_t n)
{
    og_train_event event = { .kind = OG_TRAIN_STEP, .rows = og_dataset_rows(t->data) };
    double start = og_seconds();

    OG_TRY(og_feeds_fill(t, t->data, rows, n));
    if (og_session_run(t->learning, t->feeds.feeds, t->feeds.n, NULL, 0, NULL, &t->last)) {
        og_trainer_fail(t, og_session_report(t->learning));
        og_report_where(&t->report, "step %lld, epoch %lld", (long long)t->step + 1,
                        (long long)og_batches_epoch(t->batches) + 1);
        return t->report.code;
    }
    add_step(t, n, og_seconds() - start);
    event.position = og_batches_position(t->batches);
    return og_trainer_tell(t, &event) ? OG_OK : OG_STOPPED;
}

og_status og_trainer_step(og_trainer *t, og_run_info *info)
{
    size_t n;
    const int64_t *rows = og_batches_next(t->batches, &n);
    og_status status;

    if (t->report.code)
        return t->report.code;
    if (!rows)
        rows = og_batches_next(t->batches, &n);
    status = learn(t, rows, n);
    if (info)
        *info = t->last;
    return status;
}

static og_status end_epoch(og_trainer *t)
{
    og_train_event event = { .kind = OG_TRAIN_EPOCH, .rows = og_dataset_rows(t->data),
                             .val_loss = NAN, .val_metric = NAN, .eval_loss = NAN,
                             .eval_metric = NAN };

    if (t->options.val) {
        OG_TRY(og_trainer_measure(t, t->options.val, &event.val_loss, &event.val_metric));
        event.best = event.val_loss < t->best;
        t->stale = event.best ? 0 : t->stale + 1;
        t->best = event.best ? event.val_loss : t->best;
    }
    if (t->options.eval)
        OG_TRY(og_trainer_measure(t, t->options.eval, &event.eval_loss, &event.eval_metric));
    event.position = event.rows;
    bool go_on = og_trainer_tell(t, &event);
    t->sums = (og_train_sums){ 0 };
    return go_on ? OG_OK : OG_STOPPED;
}

og_status og_trainer_epoch(og_trainer *t)
{
    const int64_t *rows;
    size_t n;

    if (t->report.code)
        return t->report.code;
    while (!(t->options.steps && t->step >= t->options.steps)) {
        if (og_batches_position(t->batches) == og_dataset_rows(t->data))
            break;
        rows = og_batches_next(t->batches, &n);
        OG_TRY(learn(t, rows, n));
    }
    OG_TRY(end_epoch(t));
    og_batches_seek(t->batches, og_batches_epoch(t->batches) + 1, 0);
    return OG_OK;
}

og_status og_trainer_run(og_trainer *t)
{
    while (!og_trainer_done(t))
        OG_TRY(og_trainer_epoch(t));
    return OG_OK;
}
