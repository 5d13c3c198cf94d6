/* Learning: steps, epochs with their measurements, whole runs. */
#include "train/train.h"

#include <math.h>

static bool steps_done(const og_trainer *t)
{
    return t->options.steps && t->step >= t->options.steps;
}

bool og_trainer_done(const og_trainer *t)
{
    const og_train_options *o = &t->options;

    return steps_done(t) || (o->epochs && og_batches_epoch(t->batches) >= o->epochs) ||
           (o->patience && t->stale >= o->patience);
}

/* Norms of single gradients and their shares; of the largest norm's squares, which then cannot
 * overflow. */
static void take_norms(og_trainer *t)
{
    double all = t->last.grad_norm;

    for (size_t i = 0; i < t->norms.n; i++) {
        double norm = og_get_double(&t->norms.results[i], 0), part = norm / all;

        t->norms.v[i].norm = norm;
        t->norms.v[i].share = all == 0 ? 0 : part * part;
    }
}

/* A step that was skipped counts as such; its loss and norm would spoil the means. */
static void add_step(og_trainer *t, size_t rows, double seconds)
{
    og_train_sums *s = &t->sums;

    if (t->last.nonfinite) {
        s->skipped++;
    } else {
        s->loss += t->last.loss * (double)rows;
        s->rows += (int64_t)rows;
        s->norm += t->last.grad_norm;
    }
    s->clipped += t->last.clip_coef < 1;
    s->steps++;
    s->seconds += seconds;
    t->seconds += seconds;
    t->samples += (int64_t)rows;
    t->step++;
    t->clipped += t->last.clip_coef < 1;
    t->last.clip_rate = (double)t->clipped / (double)t->step;
}

static og_status step_failed(og_trainer *t)
{
    og_trainer_fail(t, og_session_report(t->learning));
    og_report_where(&t->report, "step %lld of epoch %lld", (long long)t->step + 1,
                    (long long)og_batches_epoch(t->batches) + 1);
    if (t->report.code == OG_NOT_FINITE)
        og_report_hint(&t->report, "a smaller lr, or a clip first: --opt \"clip_norm(1.0) | …\"");
    return t->report.code;
}

static og_status learn(og_trainer *t, const int64_t *rows, size_t n)
{
    og_train_event event = { .kind = OG_TRAIN_STEP, .rows = og_dataset_rows(t->data) };
    double start = og_seconds();

    OG_TRY(og_feeds_fill(t, t->data, rows, n));
    if (og_session_run(t->learning, t->feeds.feeds, t->feeds.n, t->norms.fetches, t->norms.n,
                       t->norms.results, &t->last))
        return step_failed(t);
    take_norms(t);
    add_step(t, n, og_seconds() - start);
    OG_TRY(og_log_step(t, n));
    if (t->options.save_every && t->step % t->options.save_every == 0)
        OG_TRY(og_run_save(t, false));
    event.position = og_batches_position(t->batches);
    return og_trainer_tell(t, &event) ? OG_OK : OG_STOPPED;
}

og_status og_trainer_step(og_trainer *t, og_run_info *info)
{
    const int64_t *rows;
    og_status status;
    size_t n;

    if (t->report.code)
        return t->report.code;
    rows = og_batches_next(t->batches, &n);
    if (!rows) {
        t->sums = (og_train_sums){ 0 };
        rows = og_batches_next(t->batches, &n);
    }
    status = learn(t, rows, n);
    if (info)
        *info = t->last;
    return status;
}

static og_status measure_epoch(og_trainer *t, og_train_event *event)
{
    event->val_loss = event->val_metric = event->eval_loss = event->eval_metric = NAN;
    if (t->options.val)
        OG_TRY(og_trainer_measure(t, t->options.val, &event->val_loss, &event->val_metric));
    if (t->options.eval)
        OG_TRY(og_trainer_measure(t, t->options.eval, &event->eval_loss, &event->eval_metric));
    event->best = t->options.val && event->val_loss < t->best;
    if (event->best)
        t->best = event->val_loss;
    t->stale = event->best ? 0 : t->stale + 1;
    if (event->best || !t->options.val)
        t->result = (og_train_result){ .epoch = event->epoch,
                                       .loss = event->loss,
                                       .val_loss = event->val_loss,
                                       .val_metric = event->val_metric,
                                       .eval_loss = event->eval_loss,
                                       .eval_metric = event->eval_metric };
    return OG_OK;
}

/* Measures, and stands at the next epoch's start when this one is complete; then what is there is
 * saved, so that a resumed run measures no epoch twice. */
static og_status end_epoch(og_trainer *t)
{
    og_train_event event = { .kind = OG_TRAIN_EPOCH,
                             .rows = og_dataset_rows(t->data),
                             .position = og_batches_position(t->batches) };

    og_trainer_describe(t, &event);
    OG_TRY(measure_epoch(t, &event));
    if (event.position == event.rows) {
        og_batches_seek(t->batches, og_batches_epoch(t->batches) + 1, 0);
        t->sums = (og_train_sums){ 0 };
    }
    OG_TRY(og_run_save(t, event.best || !t->options.val));
    return og_trainer_tell(t, &event) ? OG_OK : OG_STOPPED;
}

og_status og_trainer_epoch(og_trainer *t)
{
    if (t->report.code)
        return t->report.code;
    while (!steps_done(t) && og_batches_position(t->batches) < og_dataset_rows(t->data)) {
        size_t n;
        const int64_t *rows = og_batches_next(t->batches, &n);

        OG_TRY(learn(t, rows, n));
    }
    return end_epoch(t);
}

og_status og_trainer_run(og_trainer *t)
{
    og_status status = t->report.code;

    while (!status && !og_trainer_done(t))
        status = og_trainer_epoch(t);
    if (status == OG_STOPPED)
        OG_TRY(og_run_save(t, !t->options.val));
    else if (!status && t->options.val && !t->result.epoch) /* no validation loss was a number */
        OG_TRY(og_run_save(t, true));
    return status;
}

og_train_result og_trainer_result(const og_trainer *t)
{
    return t->result;
}
