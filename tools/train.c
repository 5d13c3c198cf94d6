/* onnxgrad train: a model, data, a loss and a chain. */
#define _POSIX_C_SOURCE 200809L
#include "tools/command.h"
#include "tools/progress.h"
#include "models/zoo.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const option options[] = {
    { "data", 'd', "SRC", "of the zoo", "what to learn: digits, fashion-mnist, idx:…, npz:…, csv:…", false },
    { "loss", 'l', "SPEC", "cross_entropy or mse", "terms such as cross_entropy(logits, label)", false },
    { "opt", 'c', "CHAIN", "clip_norm(1.0) | adam(lr=1e-3)", "gradient transforms and optimizer", false },
    { "batch", 'b', "N", "64", "rows in a step", false },
    { "epochs", 'e', "N", "10", "passes over the data", false },
    { "steps", 'n', "N", NULL, "stop after this many steps", false },
    { "eval", 0, "SRC", "of the zoo", "a set that is only measured", false },
    { "metric", 0, "NAME", "accuracy for classes", "accuracy or none", false },
    { "feed", 'f', "INPUT=ARRAY", "by name and order", "which array goes into which input", true },
    { "no-shuffle", 0, NULL, NULL, "take the rows in their own order", false },
    { "seed", 's', "N", "0", "of initial weights, order and random operators", false },
    { "threads", 't', "N", "all processors", "for one step", false },
    { "max-memory", 0, "SIZE", "of the machine", "refuse to need more, such as 2G", false },
    { "max-iterations", 0, "N", "1000000", "of all loops in one step", false },
    { "disable", 0, "PASS,…", NULL, "plan passes not to run", false },
    { "progress", 0, "STYLE", "auto", "auto, bar, plain or none", false },
    { "json", 0, NULL, NULL, "results as one JSON object a line", false },
    { 0 },
};

static const char *const examples[] = {
    "onnxgrad train zoo:digits",
    "onnxgrad train zoo:mlp --opt \"clip_norm(0.1) | sgd(lr=1.0)\"",
    "onnxgrad train mnist-8.onnx --data fashion-mnist --epochs 2",
    NULL,
};

/* ---- Signals ------------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t caught; /* the signal that asked to stop */

/* The first is obeyed after the step, the second at once: SA_RESETHAND. */
static void catch_signal(int number) { caught = number; }

static void watch_signals(void)
{
    struct sigaction act = { .sa_handler = catch_signal, .sa_flags = (int)SA_RESETHAND };

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

/* ---- One training ---------------------------------------------------------------------------------------------- */

typedef struct training {
    command *c;
    model model;
    og_dataset *data, *eval;
    og_train_options options;
    og_trainer *trainer;
    progress progress;
    og_train_event last; /* the last epoch's */
    const char **feeds;
} training;

static bool watch(void *context, const og_train_event *event)
{
    training *t = context;

    progress_event(&t->progress, event);
    if (event->kind == OG_TRAIN_EPOCH)
        t->last = *event;
    return !caught;
}

static int open_data(const char *source, og_dataset **data)
{
    return og_dataset_open(source, data) ? report_print(og_dataset_report(*data)) : DONE;
}

static bool read_options(training *t)
{
    const command *c = t->c;
    const og_zoo *zoo = t->model.zoo;
    og_train_options *o = &t->options;
    int64_t seed = 0, threads = 0;

    *o = (og_train_options){
        .loss = command_text(c, "loss", zoo ? zoo->loss : NULL),
        .chain = command_text(c, "opt", zoo ? zoo->chain : NULL),
        .metric = command_text(c, "metric", zoo ? zoo->metric : NULL),
        .no_shuffle = command_has(c, "no-shuffle"),
        .disable = command_text(c, "disable", NULL),
        .batch = zoo ? zoo->batch : 0,
        .watch = watch,
        .context = t,
    };
    if (zoo && !command_has(c, "steps"))
        o->epochs = zoo->epochs;
    if (!command_whole(c, "batch", 1, &o->batch) || !command_whole(c, "epochs", 1, &o->epochs) ||
        !command_whole(c, "steps", 1, &o->steps) || !command_whole(c, "seed", 0, &seed) ||
        !command_whole(c, "threads", 1, &threads) ||
        !command_whole(c, "max-iterations", 1, &o->max_iterations) ||
        !command_size(c, "max-memory", &o->max_memory))
        return false;
    o->seed = (uint64_t)seed;
    o->threads = (int)threads;
    o->feeds = t->feeds = command_list(c, "feed");
    if (!progress_open(&t->progress, command_text(c, "progress", "auto"))) {
        usage_error(c->verb, "--progress is '%s', expected auto, bar, plain or none",
                    command_text(c, "progress", ""));
        return false;
    }
    return true;
}

static int open_sets(training *t)
{
    const og_zoo *zoo = t->model.zoo;
    const char *data = command_text(t->c, "data", zoo ? zoo->data : NULL);
    /* The zoo's test set belongs to the zoo's data. */
    const char *eval = command_text(t->c, "eval", zoo && !command_has(t->c, "data") ? zoo->eval : NULL);
    int status;

    if (!data)
        return usage_error(t->c->verb, "a file needs data: --data SRC");
    if ((status = open_data(data, &t->data)))
        return status;
    if (eval && (status = open_data(eval, &t->eval)))
        return status;
    t->options.eval = t->eval;
    return DONE;
}

static void print_result(const training *t)
{
    const og_train_event *e = &t->last;

    if (!isnan(e->eval_metric))
        printf("accuracy %.2f %%  loss %.4g\n", 100 * e->eval_metric, e->eval_loss);
    else if (!isnan(e->eval_loss))
        printf("loss %.4g\n", e->eval_loss);
}

static int train(training *t)
{
    og_status s = og_trainer_new(t->model.graph, t->data, &t->options, &t->trainer);

    if (s)
        return report_print(og_trainer_report(t->trainer));
    watch_signals();
    s = og_trainer_run(t->trainer);
    progress_close(&t->progress);
    if (s == OG_STOPPED)
        return 128 + caught;
    if (s)
        return report_print(og_trainer_report(t->trainer));
    print_result(t);
    return DONE;
}

static int run_train(command *c)
{
    training t = { .c = c, .last = { .eval_loss = NAN, .eval_metric = NAN } };
    int64_t seed = 0;
    int status = command_whole(c, "seed", 0, &seed) ? DONE : USAGE;

    if (!status)
        status = model_open(&t.model, c->words[0], (uint64_t)seed);
    if (!status)
        status = read_options(&t) ? DONE : USAGE;
    if (!status)
        status = open_sets(&t);
    if (!status)
        status = train(&t);
    og_trainer_free(t.trainer);
    og_dataset_free(t.data);
    og_dataset_free(t.eval);
    model_close(&t.model);
    free(t.feeds);
    return status;
}

const verb verb_train = {
    .name = "train",
    .arguments = "MODEL [options]",
    .doc = "train a model: an ONNX file or zoo:NAME",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_train,
};
