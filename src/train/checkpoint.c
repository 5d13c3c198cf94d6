/*
 * Checkpoints: all state by name in a .safetensors file, and where training stands as metadata.
 * Doubles are written so that they read back the same bits.
 */
#include "train/train.h"
#include "exec/exec.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char format[] = "onnxgrad-1";

static og_status put_text(og_trainer *t, og_arrays *a, const char *key, const char *text)
{
    return og_arrays_set_metadata(a, key, text) ? og_trainer_fail(t, og_arrays_report(a)) : OG_OK;
}

static og_status put_whole(og_trainer *t, og_arrays *a, const char *key, int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)number);
    return put_text(t, a, key, text);
}

static og_status put_real(og_trainer *t, og_arrays *a, const char *key, double number)
{
    char text[40];

    snprintf(text, sizeof text, "%.17g", number);
    return put_text(t, a, key, text);
}

/* Numbers that a checkpoint keeps beside the state, by key: one list for both ways. */
typedef struct kept_number {
    const char *key;
    double *real;
    int64_t *whole;
} kept_number;

enum { KEPT = 19 };

static void kept_numbers(og_trainer *t, kept_number kept[KEPT])
{
    const kept_number list[KEPT] = {
        { "step", NULL, &t->step },
        { "clipped", NULL, &t->clipped },
        { "samples", NULL, &t->samples },
        { "seconds", &t->seconds, NULL },
        { "best", &t->best, NULL },
        { "stale", NULL, &t->stale },
        { "epoch_loss", &t->sums.loss, NULL },
        { "epoch_norm", &t->sums.norm, NULL },
        { "epoch_seconds", &t->sums.seconds, NULL },
        { "epoch_rows", NULL, &t->sums.rows },
        { "epoch_steps", NULL, &t->sums.steps },
        { "epoch_clipped", NULL, &t->sums.clipped },
        { "epoch_skipped", NULL, &t->sums.skipped },
        { "result_epoch", NULL, &t->result.epoch },
        { "result_loss", &t->result.loss, NULL },
        { "result_val_loss", &t->result.val_loss, NULL },
        { "result_val_metric", &t->result.val_metric, NULL },
        { "result_eval_loss", &t->result.eval_loss, NULL },
        { "result_eval_metric", &t->result.eval_metric, NULL },
    };

    memcpy(kept, list, sizeof list);
}

static og_status put_metadata(og_trainer *t, og_arrays *a)
{
    kept_number kept[KEPT];

    kept_numbers(t, kept);
    OG_TRY(put_text(t, a, "format", format));
    OG_TRY(put_text(t, a, "loss", t->spec));
    OG_TRY(put_text(t, a, "chain", t->options.chain));
    OG_TRY(put_whole(t, a, "seed", (int64_t)t->options.seed));
    OG_TRY(put_whole(t, a, "batch", t->options.batch));
    OG_TRY(put_whole(t, a, "rows", og_dataset_rows(t->data)));
    OG_TRY(put_whole(t, a, "epoch", og_batches_epoch(t->batches)));
    OG_TRY(put_whole(t, a, "position", og_batches_position(t->batches)));
    for (int i = 0; i < KEPT; i++)
        OG_TRY(kept[i].real ? put_real(t, a, kept[i].key, *kept[i].real)
                            : put_whole(t, a, kept[i].key, *kept[i].whole));
    return OG_OK;
}

static og_status put_state(og_trainer *t, og_arrays *a)
{
    og_state *state = og_trainer_state(t);

    for (size_t i = 0; i < og_state_size(state); i++) {
        const char *name = og_state_name(state, i);

        if (og_arrays_add(a, name, og_state_tensor(state, name)))
            return og_trainer_fail(t, og_arrays_report(a));
    }
    return OG_OK;
}

og_status og_trainer_checkpoint(og_trainer *t, const char *path)
{
    og_arrays *a = og_arrays_new();
    og_status status = a ? OG_OK : og_trainer_no_memory(t);

    if (!status)
        status = put_metadata(t, a);
    if (!status)
        status = put_state(t, a);
    if (!status && og_arrays_save(a, path))
        status = og_trainer_fail(t, og_arrays_report(a));
    og_arrays_free(a);
    return status;
}

/* ---- Restoring ------------------------------------------------------------------------------- */

static og_status missing(og_trainer *t, const char *what)
{
    char shown[160];

    return og_fail(&t->report, OG_BAD_FILE, "the checkpoint has no '%s'",
                   og_escape(shown, sizeof shown, what));
}

static og_status get_whole(og_trainer *t, const og_arrays *a, const char *key, int64_t *number)
{
    const char *text = og_arrays_metadata(a, key);
    char *end;

    if (!text)
        return missing(t, key);
    *number = strtoll(text, &end, 10);
    return *text && !*end
               ? OG_OK
               : og_fail(&t->report, OG_BAD_FILE, "the checkpoint's '%s' is no number", key);
}

static og_status get_real(og_trainer *t, const og_arrays *a, const char *key, double *number)
{
    const char *text = og_arrays_metadata(a, key);

    if (!text)
        return missing(t, key);
    *number = strtod(text, NULL);
    return OG_OK;
}

/* What must be as it was for the rest to be the same. */
static og_status same_text(og_trainer *t, const og_arrays *a, const char *key, const char *now)
{
    const char *then = og_arrays_metadata(a, key);
    char shown[300];

    if (!then)
        return missing(t, key);
    if (strcmp(then, now))
        return og_fail(&t->report, OG_BAD_ARGUMENT, "the checkpoint was made with %s %s, not %s",
                       key, og_escape(shown, sizeof shown, then), now);
    return OG_OK;
}

static og_status same_whole(og_trainer *t, const og_arrays *a, const char *key, int64_t now)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)now);
    return same_text(t, a, key, text);
}

static og_status get_metadata(og_trainer *t, const og_arrays *a)
{
    int64_t epoch = 0, position = 0;
    kept_number kept[KEPT];

    kept_numbers(t, kept);
    OG_TRY(same_text(t, a, "format", format));
    OG_TRY(same_text(t, a, "loss", t->spec));
    OG_TRY(same_text(t, a, "chain", t->options.chain));
    OG_TRY(same_whole(t, a, "seed", (int64_t)t->options.seed));
    OG_TRY(same_whole(t, a, "batch", t->options.batch));
    OG_TRY(same_whole(t, a, "rows", og_dataset_rows(t->data)));
    OG_TRY(get_whole(t, a, "epoch", &epoch));
    OG_TRY(get_whole(t, a, "position", &position));
    if (epoch < 0 || position < 0 || position > og_dataset_rows(t->data))
        return og_fail(&t->report, OG_BAD_FILE, "the checkpoint stands at row %lld of epoch %lld",
                       (long long)position, (long long)epoch);
    for (int i = 0; i < KEPT; i++)
        OG_TRY(kept[i].real ? get_real(t, a, kept[i].key, kept[i].real)
                            : get_whole(t, a, kept[i].key, kept[i].whole));
    og_batches_seek(t->batches, epoch, position);
    return OG_OK;
}

static og_status get_state(og_trainer *t, const og_arrays *a)
{
    og_state *state = og_trainer_state(t);

    for (size_t i = 0; i < og_state_size(state); i++)
        if (!og_arrays_find(a, og_state_name(state, i)))
            return missing(t, og_state_name(state, i));
    for (size_t i = 0; i < og_arrays_count(a); i++)
        OG_TRY(og_state_set(state, og_arrays_name(a, i), og_arrays_tensor(a, i), &t->report));
    return OG_OK;
}

og_status og_trainer_restore(og_trainer *t, const char *path)
{
    og_arrays *a = NULL;
    og_status status = og_arrays_open(path, &a);

    if (status)
        status = a ? og_trainer_fail(t, og_arrays_report(a)) : og_trainer_no_memory(t);
    if (!status)
        status = get_metadata(t, a);
    if (!status)
        status = get_state(t, a);
    if (status)
        og_report_where(&t->report, "%s", path);
    og_arrays_free(a);
    return status;
}
