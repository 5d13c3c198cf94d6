/*
 * Run folders: one a run, never written over. The log is flushed before a checkpoint and the
 * checkpoint is renamed into place, so whatever moment a process dies at, the log reaches at least
 * to the checkpoint.
 */
#include "train/train.h"

/* `prefix-K` for the first K that is free: making a folder tells, so two processes never share one.
 */
static og_status next_folder(og_trainer *t)
{
    const char *prefix = t->options.new_folder;
    char *parent = og_path_folder(t->arena, prefix);

    if (!parent)
        return og_trainer_no_memory(t);
    OG_TRY(og_directory_make(parent, &t->report));
    for (int i = 1; i < 1000000; i++) {
        char *folder = og_arena_print(t->arena, "%s-%d", prefix, i);
        og_report tried = { 0 };

        if (!folder)
            return og_trainer_no_memory(t);
        og_status status = og_directory_new(folder, &tried);
        if (status == OG_EXISTS)
            continue;
        t->options.folder = folder;
        return status ? og_trainer_fail(t, &tried) : OG_OK;
    }
    return og_fail(&t->report, OG_LIMIT, "there are a million folders %s-…", prefix);
}

static char *inside(og_trainer *t, const char *name)
{
    return og_path_join(t->arena, t->options.folder, name);
}

static og_status write_text(og_trainer *t, const char *name, const char *text)
{
    const char *path = inside(t, name);
    og_file file = OG_NO_FILE;
    og_status status = path ? OG_OK : og_trainer_no_memory(t);

    if (!status)
        status = og_file_create(&file, path, &t->report);
    if (!status && !(status = og_file_write(&file, text, strlen(text))) &&
        !(status = og_file_write(&file, "\n", 1)))
        status = og_file_commit(&file);
    og_file_close(&file);
    return status;
}

/* What a run that was killed in its first moment leaves: a temporary file that was never renamed.
 */
static bool left_over(const char *name)
{
    return og_glob("command.txt.tmp*", name);
}

/* The folder that was asked for, if there is no run in it. */
static og_status take_folder(og_trainer *t)
{
    const char *folder = t->options.folder;
    const char *const *names;
    char shown[300];
    size_t n = 0, kept = 0;

    OG_TRY(og_directory_make(folder, &t->report));
    OG_TRY(og_directory_list(t->arena, folder, &n, &names, &t->report));
    for (size_t i = 0; i < n; i++)
        kept += !left_over(names[i]);
    if (kept) {
        og_fail(&t->report, OG_EXISTS, "the run folder '%s' is not empty",
                og_escape(shown, sizeof shown, folder));
        og_report_hint(&t->report, "train --resume %s goes on there; --out another starts anew",
                       shown);
        return OG_EXISTS;
    }
    return OG_OK;
}

static og_status make_folder(og_trainer *t)
{
    OG_TRY(t->options.folder ? take_folder(t) : next_folder(t));
    return t->options.command ? write_text(t, "command.txt", t->options.command) : OG_OK;
}

og_status og_run_open(og_trainer *t)
{
    const char *checkpoint;

    if (!t->options.resume)
        OG_TRY(og_trainer_begin(t));
    if (!t->options.folder && !t->options.new_folder)
        return og_log_open(t);
    if (!t->options.resume)
        OG_TRY(make_folder(t));
    if (!(checkpoint = inside(t, "last.safetensors")))
        return og_trainer_no_memory(t);
    if (t->options.resume)
        OG_TRY(og_file_exists(checkpoint) ? og_trainer_restore(t, checkpoint)
                                          : og_trainer_begin(t));
    return og_log_open(t);
}

og_status og_run_save(og_trainer *t, bool model)
{
    og_train_event event = { .kind = OG_TRAIN_SAVED,
                             .rows = og_dataset_rows(t->data),
                             .position = og_batches_position(t->batches) };
    const char *path;

    OG_TRY(og_log_flush(t));
    if (!t->options.folder)
        return OG_OK;
    if (model) {
        if (!(path = inside(t, "model.onnx")))
            return og_trainer_no_memory(t);
        OG_TRY(og_trainer_save(t, path));
    }
    if (!(path = inside(t, "last.safetensors")))
        return og_trainer_no_memory(t);
    OG_TRY(og_trainer_checkpoint(t, path));
    og_trainer_tell(t, &event);
    return OG_OK;
}

const char *og_trainer_folder(const og_trainer *t)
{
    return t->options.folder;
}
