#define _POSIX_C_SOURCE 200809L
#include "tools/setup.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void *take(size_t n, size_t size)
{
    void *memory = calloc(n + 1, size);

    if (memory)
        return memory;
    fputs("error: out of memory\n", stderr);
    exit(FAILED);
}

char *take_text(const char *format, ...)
{
    va_list args, again;
    char *text;
    int n;

    va_start(args, format);
    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    text = take((size_t)(n < 0 ? 0 : n), 1);
    if (n > 0)
        vsnprintf(text, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

/* ---- Folders --------------------------------------------------------------------------------- */

static bool is_empty(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *entry;
    int n = 0;

    while (d && (entry = readdir(d)))
        n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    if (d)
        closedir(d);
    return d && !n;
}

static int make_folder(const char *folder)
{
    og_report report = { 0 };

    return og_folder_make(folder, &report) ? report_print(&report) : DONE;
}

int new_folder(const char *asked, const char *prefix, char **folder)
{
    char *slash;

    if (asked) {
        *folder = take_text("%s", asked);
        if (make_folder(asked))
            return FAILED;
        if (is_empty(asked))
            return DONE;
        fprintf(stderr, "error: the folder '%s' is not empty\nhint: --out another\n", asked);
        return USAGE;
    }
    for (int i = 1;; i++) {
        *folder = take_text("%s-%d", prefix, i);
        if (i == 1 && (slash = strrchr(*folder, '/'))) {
            *slash = '\0';
            if (make_folder(*folder))
                return FAILED;
            *slash = '/';
        }
        if (!mkdir(*folder, 0777))
            return DONE;
        if (errno != EEXIST) {
            fprintf(stderr, "error: cannot make the folder '%s': %s\n", *folder, strerror(errno));
            return FAILED;
        }
        free(*folder);
        *folder = NULL;
    }
}

/* ---- Opening --------------------------------------------------------------------------------- */

static bool read_numbers(setup *s)
{
    const command *c = s->c;
    og_train_options *o = &s->options;
    int64_t seed = 0, threads = 0;

    if (!command_whole(c, "batch", 1, &o->batch) || !command_whole(c, "seed", 0, &seed) ||
        !command_whole(c, "threads", 1, &threads) ||
        !command_whole(c, "max-iterations", 1, &o->max_iterations) ||
        !command_size(c, "max-memory", &o->max_memory))
        return false;
    o->seed = (uint64_t)seed;
    o->threads = (int)threads;
    return true;
}

static bool read_options(setup *s)
{
    const command *c = s->c;
    const og_zoo *zoo = s->model.zoo;

    s->options = (og_train_options){
        .loss = command_text(c, "loss", zoo ? zoo->loss : NULL),
        .chain = command_text(c, "opt", zoo ? zoo->chain : "adam(lr=1e-3)"),
        .metric = "none",
        .train = command_text(c, "train", NULL),
        .freeze = command_text(c, "freeze", NULL),
        .tie = command_has(c, "tie"),
        .bn = command_text(c, "bn", NULL),
        .dropout = command_text(c, "dropout", NULL),
        .init = command_text(c, "init", NULL),
        .no_shuffle = command_has(c, "no-shuffle"),
        .disable = command_text(c, "disable", NULL),
        .batch = zoo ? zoo->batch : 0,
        .feeds = s->feeds = command_list(c, "feed"),
    };
    s->source = command_text(c, "data", zoo ? zoo->data : NULL);
    return read_numbers(s);
}

int setup_open(setup *s, const command *c)
{
    int64_t seed = 0;
    int status;

    *s = (setup){ .c = c, .model_text = c->words[0] };
    if (!command_whole(c, "seed", 0, &seed))
        return USAGE;
    if ((status = model_open(&s->model, s->model_text, (uint64_t)seed)))
        return status;
    if (!read_options(s))
        return USAGE;
    if (!s->source)
        return usage_error(c->verb, "%s needs data: --data SRC",
                           s->model.zoo ? s->model_text : "a file");
    return og_dataset_open(s->source, &s->data) ? report_print(og_dataset_report(s->data)) : DONE;
}

int setup_seed(setup *s, uint64_t seed)
{
    s->options.seed = seed;
    if (!s->model.zoo)
        return DONE;
    model_close(&s->model);
    return model_open(&s->model, s->model_text, seed);
}

void setup_close(setup *s)
{
    og_dataset_free(s->data);
    model_close(&s->model);
    free(s->feeds);
}

int setup_trainer(const setup *s, const char *chain, int64_t steps, og_trainer **trainer)
{
    og_train_options o = s->options;

    o.chain = chain;
    o.steps = steps;
    return og_trainer_new(s->model.graph, s->data, &o, trainer)
               ? report_print(og_trainer_report(*trainer))
               : DONE;
}

/* ---- For another command --------------------------------------------------------------------- */

size_t setup_words(const setup *s, const char **words, size_t most)
{
    static const char *const passed[] = {
        "--batch",   "--feed",       "--train",      "--freeze",         "--tie",     "--bn",
        "--dropout", "--no-shuffle", "--max-memory", "--max-iterations", "--disable",
    };
    size_t n = 0;

    words[n++] = "--data";
    words[n++] = s->source;
    if (s->options.loss) {
        words[n++] = "--loss";
        words[n++] = s->options.loss;
    }
    for (size_t i = 0; i < s->c->n_given; i++)
        for (size_t k = 0; k < sizeof passed / sizeof *passed && n + 2 < most; k++)
            if (!strcmp(s->c->given[i].option->name, passed[k] + 2)) {
                words[n++] = passed[k];
                if (s->c->given[i].option->value)
                    words[n++] = s->c->given[i].text;
            }
    return n;
}
