/* The log: an object a step. Times differ from run to run; everything else is the same for the same
 * seed. */
#include "train/train.h"
#include "data/json.h"

static const double flush_seconds = 2;

static og_status open_log(og_trainer *t, const char *path)
{
    og_train_log *log = &t->log;

    OG_TRY(og_file_append(&log->files[log->n], path, &t->report));
    log->n++;
    return OG_OK;
}

/* The length of the text up to and including the lines of steps that the checkpoint knows. */
static size_t known_part(const char *text, size_t size, int64_t step)
{
    static const char head[] = "{\"step\": ";
    size_t end = 0;

    for (size_t at = 0; at < size;) {
        const char *newline = memchr(text + at, '\n', size - at);
        size_t next = newline ? (size_t)(newline - text) + 1 : size;
        int64_t number = 0;

        if (!newline || next - at < sizeof head || memcmp(text + at, head, sizeof head - 1))
            break;
        for (const char *c = text + at + sizeof head - 1; *c >= '0' && *c <= '9'; c++)
            number = 10 * number + (*c - '0');
        if (number > step)
            break;
        end = at = next;
    }
    return end;
}

static og_status cut_back(og_trainer *t, const char *path)
{
    void *text;
    size_t size;

    if (!og_file_exists(path))
        return OG_OK;
    OG_TRY(og_file_read(path, &text, &size, &t->report));
    size_t keep = known_part(text, size, t->step);
    og_free(text);
    return keep == size ? OG_OK : og_file_truncate(path, keep, &t->report);
}

og_status og_log_open(og_trainer *t)
{
    const char *paths[2] = { NULL, t->options.log };

    if (t->options.folder &&
        !(paths[0] = og_path_join(t->arena, t->options.folder, "metrics.jsonl")))
        return og_trainer_no_memory(t);
    for (int i = 0; i < 2; i++)
        if (paths[i]) {
            if (t->options.resume)
                OG_TRY(cut_back(t, paths[i]));
            else if (og_file_exists(paths[i])) /* the extra log of an older run */
                OG_TRY(og_file_truncate(paths[i], 0, &t->report));
            OG_TRY(open_log(t, paths[i]));
        }
    t->log.flushed = og_seconds();
    return OG_OK;
}

static void add_number(og_text *line, const char *key, double number)
{
    og_text_print(line, ", \"%s\": ", key);
    og_json_add_number(line, number);
}

static void add_string(og_text *line, const char *key, const char *string)
{
    og_text_print(line, ", \"%s\": ", key);
    og_json_add_string(line, string, strlen(string));
}

/* What only some steps or runs tell. */
static void add_details(const og_trainer *t, og_text *line)
{
    const og_run_info *r = &t->last;

    if (r->nonfinite) {
        add_string(line, "nonfinite", r->nonfinite);
        og_text_print(line, ", \"nonfinite_elements\": %lld", (long long)r->nonfinite_elements);
    }
    if (!t->norms.n)
        return;
    og_text_print(line, ", \"norms\": {");
    for (size_t i = 0; i < t->norms.n; i++) {
        const char *name = t->norms.v[i].parameter;

        og_text_print(line, i ? ", " : "");
        og_json_add_string(line, name, strlen(name));
        og_text_print(line, ": ");
        og_json_add_number(line, t->norms.v[i].norm);
    }
    og_text_print(line, "}");
}

og_status og_log_step(og_trainer *t, size_t rows)
{
    const og_run_info *r = &t->last;
    og_text line = { 0 };
    og_status status = OG_OK;

    if (!t->log.n)
        return OG_OK;
    og_text_print(&line, "{\"step\": %lld, \"epoch\": %lld", (long long)t->step,
                  (long long)og_batches_epoch(t->batches) + 1);
    add_number(&line, "loss", r->loss);
    add_number(&line, "grad_norm", r->grad_norm);
    add_number(&line, "grad_norm_after", r->grad_norm_after);
    add_number(&line, "clip_coef", r->clip_coef);
    add_number(&line, "clip_rate", r->clip_rate);
    add_number(&line, "lr", r->lr);
    og_text_print(&line, ", \"rows\": %zu, \"samples\": %lld, \"applied\": %s", rows,
                  (long long)t->samples, r->applied ? "true" : "false");
    add_details(t, &line);
    og_text_print(&line, ", \"seconds\": %.6f}\n", t->seconds);
    if (line.failed)
        status = og_trainer_no_memory(t);
    for (size_t i = 0; !status && i < t->log.n; i++)
        status = og_file_write(&t->log.files[i], line.data, line.size);
    og_text_free(&line);
    if (!status && og_seconds() - t->log.flushed > flush_seconds)
        status = og_log_flush(t);
    return status;
}

og_status og_log_flush(og_trainer *t)
{
    for (size_t i = 0; i < t->log.n; i++)
        OG_TRY(og_file_flush(&t->log.files[i]));
    t->log.flushed = og_seconds();
    return OG_OK;
}

void og_log_close(og_trainer *t)
{
    for (size_t i = 0; i < t->log.n; i++)
        og_file_close(&t->log.files[i]);
}
