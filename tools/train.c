/* onnxgrad train: a model, data, a loss and a chain. */
#define _POSIX_C_SOURCE 200809L
#include "tools/command.h"
#include "tools/norms.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/record.h"
#include "tools/what_if.h"
#include "models/zoo.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const option options[] = {
    { "data", 'd', "SRC", "of the zoo", "what to learn: digits, fashion-mnist, idx:…, npz:…, csv:…",
      false },
    { "loss", 'l', "SPEC", "cross_entropy or mse", "terms such as cross_entropy(logits, label)",
      false },
    { "opt", 'c', "CHAIN", "clip_norm(1.0) | adam(lr=1e-3)", "gradient transforms and optimizer",
      false },
    { "strict", 0, NULL, NULL, "likely mistakes in the order of stages are errors", false },
    { "batch", 'b', "N", "64", "rows in a step", false },
    { "epochs", 'e', "N", "10", "passes over the data", false },
    { "steps", 'n', "N", NULL, "stop after this many steps", false },
    { "val", 0, "PART|SRC", NULL, "choose the best model by this part (0.1) or set", false },
    { "patience", 0, "N", NULL, "stop after N epochs without a better validation loss", false },
    { "eval", 0, "SRC", "of the zoo", "a set that is only measured", false },
    { "metric", 0, "NAME", "accuracy for classes", "accuracy or none", false },
    { "feed", 'f', "INPUT=ARRAY", "by name and order", "which array goes into which input", true },
    { "train", 0, "GLOB", "found in the model",
      "train only tensors of these names: conv*+fc*-*.bias", false },
    { "freeze", 0, "GLOB", NULL, "do not train tensors of these names", false },
    { "tie", 0, NULL, NULL, "train a weight that was written twice as one", false },
    { "bn", 0, "MODE", "train", "BatchNormalization: train, or frozen with its running statistics",
      false },
    { "dropout", 0, "MODE", "train", "train, or file: as the file has it", false },
    { "init", 0, "FILE", "the model's own", "weights to begin with, by name: a checkpoint, .npz",
      false },
    { "init-mode", 0, "MODE", "names",
      "names, strict: all and nothing else, or partial: without what has another shape", false },
    { "init-optimizer", 0, NULL, NULL, "begin with the optimizer's state of that file too", false },
    { "no-shuffle", 0, NULL, NULL, "take the rows in their own order", false },
    { "seed", 's', "N", "0", "of initial weights, order and random operators", false },
    { "threads", 't', "N", "all processors", "for one step", false },
    { "out", 'o', "DIR", "runs/NAME-1", "the run folder; one that is not empty is refused", false },
    { "resume", 0, "DIR", NULL, "go on in a run folder; other options change the recorded ones",
      false },
    { "set", 0, "NAME=NUMBER", NULL,
      "with --resume: change a number of the chain, as clip_norm.c=0.5", true },
    { "log", 0, "FILE", NULL, "one JSON object a step, beside the run folder's metrics.jsonl",
      false },
    { "save-every", 0, "STEPS", "every epoch", "write checkpoints more often", false },
    { "what-if", 0, "C,…", NULL, "tell what thresholds such as 0.5,1,2,5 would have clipped",
      false },
    { "norms", 0, NULL, NULL, "log the gradient norm of each parameter, tell the layers' shares",
      false },
    { "max-memory", 0, "SIZE", "of the machine", "refuse to need more, such as 2G", false },
    { "max-iterations", 0, "N", "1000000", "of all loops in one step", false },
    { "disable", 0, "PASS,…", NULL, "plan passes not to run", false },
    { "progress", 0, "STYLE", "auto", "auto, bar, plain or none", false },
    { "quiet", 'q', NULL, NULL, "no progress", false },
    { "json", 0, NULL, NULL, "results as one JSON object a line", false },
    { 0 },
};

static const char *const examples[] = {
    "onnxgrad train zoo:digits",
    "onnxgrad train zoo:mlp --opt \"clip_norm(0.1) | sgd(lr=1.0)\"",
    "onnxgrad train mnist-8.onnx --data fashion-mnist --epochs 2",
    "onnxgrad train --resume runs/mlp-1",
    NULL,
};

/* ---- Signals --------------------------------------------------------------------------------- */

static volatile sig_atomic_t caught; /* the signal that asked to stop */

/* The first is obeyed after the step, the second at once: SA_RESETHAND. */
static void catch_signal(int number)
{
    caught = number;
}

static void watch_signals(void)
{
    struct sigaction act = { .sa_handler = catch_signal, .sa_flags = (int)SA_RESETHAND };

    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

/* ---- One training ---------------------------------------------------------------------------- */

typedef struct training {
    command *c;
    const char *resume; /* the folder to go on in, or NULL */
    model model;
    og_dataset *all, *data, *val, *eval; /* `all` is set when data and val are parts of it */
    og_train_options options;
    og_trainer *trainer;
    progress progress;
    what_if what_if;
    og_norms *norms; /* NULL: not asked for */
    const char **feeds, **sets;
    char *record, new_folder[80];
    bool json;
} training;

static void json_event(const og_train_event *e)
{
    json_object("epoch");
    json_key("epoch", 0);
    json_whole(e->epoch);
    json_key("step", 0);
    json_whole(e->step);
    json_key("loss", 0);
    json_number(e->loss);
    json_key("val_loss", 0);
    json_number(e->val_loss);
    json_key("val_metric", 0);
    json_number(e->val_metric);
    json_key("eval_loss", 0);
    json_number(e->eval_loss);
    json_key("eval_metric", 0);
    json_number(e->eval_metric);
    json_key("grad_norm", 0);
    json_number(e->grad_norm);
    json_key("clipped", 0);
    json_number(e->clipped);
    json_key("skipped", 0);
    json_whole(e->skipped);
    puts("}");
    fflush(stdout);
}

static bool watch(void *context, const og_train_event *event)
{
    training *t = context;

    progress_event(&t->progress, event);
    if (event->kind == OG_TRAIN_STEP)
        what_if_add(&t->what_if, event->run.grad_norm);
    if (event->kind == OG_TRAIN_STEP && t->norms)
        og_norms_add(t->norms, t->trainer, &event->run);
    if (t->json && event->kind == OG_TRAIN_EPOCH)
        json_event(event);
    return !caught;
}

static bool read_numbers(training *t)
{
    const command *c = t->c;
    og_train_options *o = &t->options;
    int64_t seed = 0, threads = 0;

    if (!command_whole(c, "batch", 1, &o->batch) || !command_whole(c, "epochs", 1, &o->epochs) ||
        !command_whole(c, "steps", 1, &o->steps) || !command_whole(c, "seed", 0, &seed) ||
        !command_whole(c, "threads", 1, &threads) ||
        !command_whole(c, "patience", 1, &o->patience) ||
        !command_whole(c, "save-every", 1, &o->save_every) ||
        !command_whole(c, "max-iterations", 1, &o->max_iterations) ||
        !command_size(c, "max-memory", &o->max_memory))
        return false;
    o->seed = (uint64_t)seed;
    o->threads = (int)threads;
    return true;
}

static bool read_init_mode(training *t)
{
    static const char *const words[] = {
        [OG_TAKE_NAMES] = "names", [OG_TAKE_STRICT] = "strict", [OG_TAKE_PARTIAL] = "partial"
    };
    const char *mode = command_text(t->c, "init-mode", "names");

    for (int i = 0; i < 3; i++)
        if (!strcmp(mode, words[i])) {
            t->options.init_mode = (og_take_mode)i;
            return true;
        }
    usage_error(t->c->verb, "--init-mode is '%s', expected names, strict or partial", mode);
    return false;
}

static int read_options(training *t)
{
    const command *c = t->c;
    const og_zoo *zoo = t->model.zoo;
    const char *style = command_has(c, "quiet") ? "none" : command_text(c, "progress", "auto");

    t->options = (og_train_options){
        .loss = command_text(c, "loss", zoo ? zoo->loss : NULL),
        .chain = command_text(c, "opt", zoo ? zoo->chain : NULL),
        .metric = command_text(c, "metric", zoo && !command_has(c, "loss") ? zoo->metric : NULL),
        .strict = command_has(c, "strict"),
        .train = command_text(c, "train", NULL),
        .freeze = command_text(c, "freeze", NULL),
        .tie = command_has(c, "tie"),
        .bn = command_text(c, "bn", NULL),
        .dropout = command_text(c, "dropout", NULL),
        .init = command_text(c, "init", NULL),
        .init_optimizer = command_has(c, "init-optimizer"),
        .no_shuffle = command_has(c, "no-shuffle"),
        .disable = command_text(c, "disable", NULL),
        .log = command_text(c, "log", NULL),
        .norms = command_has(c, "norms"),
        .batch = zoo ? zoo->batch : 0,
        .epochs = zoo && !command_has(c, "steps") ? zoo->epochs : 0,
        .feeds = t->feeds = command_list(c, "feed"),
        .watch = watch,
        .context = t,
    };
    t->sets = command_list(c, "set");
    t->json = command_has(c, "json");
    if (*t->sets && !t->resume)
        return usage_error(c->verb, "--set goes with --resume: the chain of a new run says it");
    if (!read_numbers(t) || !read_init_mode(t))
        return USAGE;
    if (!progress_open(&t->progress, style))
        return usage_error(c->verb, "--progress is '%s', expected auto, bar, plain or none", style);
    if (command_has(c, "what-if") && !what_if_read(&t->what_if, command_text(c, "what-if", "")))
        return usage_error(c->verb,
                           "--what-if is '%s', expected up to %d numbers above 0, as 0.5,1,2",
                           command_text(c, "what-if", ""), WHAT_IFS);
    if (t->options.patience && !command_has(c, "val"))
        return usage_error(c->verb, "--patience needs --val");
    return DONE;
}

/* ---- Data ------------------------------------------------------------------------------------ */

static int open_data(const char *source, og_dataset **data)
{
    return og_dataset_open(source, data) ? report_print(og_dataset_report(*data)) : DONE;
}

/* A part of the training data, or a set of its own. */
static int open_val(training *t, const char *text)
{
    char *end;
    double part = strtod(text, &end);

    if (*end || end == text)
        return open_data(text, &t->val);
    t->all = t->data;
    t->data = NULL;
    return og_dataset_split(t->all, part, t->options.seed, &t->data, &t->val)
               ? report_print(og_dataset_report(t->all))
               : DONE;
}

static int open_sets(training *t)
{
    const og_zoo *zoo = t->model.zoo;
    const char *data = command_text(t->c, "data", zoo ? zoo->data : NULL);
    /* The zoo's test set belongs to the zoo's data. */
    const char *eval =
        command_text(t->c, "eval", zoo && !command_has(t->c, "data") ? zoo->eval : NULL);
    const char *val = command_text(t->c, "val", NULL);
    int status;

    if (!data)
        return usage_error(t->c->verb, "a file needs data: --data SRC");
    if ((status = open_data(data, &t->data)) || (val && (status = open_val(t, val))) ||
        (eval && (status = open_data(eval, &t->eval))))
        return status;
    t->options.val = t->val;
    t->options.eval = t->eval;
    return DONE;
}

/* ---- Run folders ----------------------------------------------------------------------------- */

static void choose_folder(training *t)
{
    t->options.resume = t->resume != NULL;
    t->options.folder = t->resume ? t->resume : command_text(t->c, "out", NULL);
    snprintf(t->new_folder, sizeof t->new_folder, "runs/%s", t->model.name);
    t->options.new_folder = t->new_folder;
    t->options.command = t->record = record_write(t->c->argc, t->c->argv);
}

/* ---- Results --------------------------------------------------------------------------------- */

static void print_result(const training *t)
{
    og_train_result r = og_trainer_result(t->trainer);
    bool measured = !isnan(r.eval_loss);
    double loss = measured ? r.eval_loss : t->val ? r.val_loss : r.loss;
    double accuracy = measured ? r.eval_metric : r.val_metric;

    if (t->json) {
        json_object("end");
        json_key("model", 0);
        json_path(og_trainer_folder(t->trainer), "model.onnx");
        json_key("epoch", 0);
        json_whole(r.epoch);
        json_key("loss", 0);
        json_number(loss);
        json_key("accuracy", 0);
        json_number(accuracy);
        puts("}");
        return;
    }
    if (!isnan(accuracy))
        printf("accuracy %.2f %%  ", 100 * accuracy);
    printf("loss %.4g  %s/model.onnx\n", loss, og_trainer_folder(t->trainer));
}

static void print_norms(const training *t)
{
    if (!t->norms)
        return;
    if (t->json) {
        json_object("norms");
        norms_json(t->norms);
        puts("}");
        return;
    }
    puts("norms of the gradients");
    norms_print(t->norms);
}

/* What the file to begin with had and had not. */
static void json_fits(const training *t)
{
    static const char *const keys[] = { [OG_FIT_TAKEN] = "taken",
                                        [OG_FIT_MISSING] = "missing",
                                        [OG_FIT_UNEXPECTED] = "unexpected",
                                        [OG_FIT_SHAPE] = "other_shape" };
    const og_fitted *fits;
    size_t n = t->trainer ? og_trainer_fits(t->trainer, &fits) : 0;

    if (!t->json || !n)
        return;
    json_object("init");
    for (int k = 0; k < OG_FITS; k++) {
        int first = 1;

        json_key(keys[k], 0);
        putchar('[');
        for (size_t i = 0; i < n; i++)
            if ((int)fits[i].fit == k) {
                fputs(first ? "" : ", ", stdout);
                json_string(fits[i].name);
                first = 0;
            }
        putchar(']');
    }
    puts("}");
}

static void json_failure(const og_trainer *trainer)
{
    const og_report *r = og_trainer_report(trainer);

    json_object("failed");
    json_key("code", 0);
    json_string(og_status_name(r->code));
    json_key("what", 0);
    json_string(r->what);
    puts("}");
}

/* --set NAME=NUMBER: one number of the chain from here on. */
static int set_number(training *t, const char *text)
{
    const char *sign = strchr(text, '=');
    char *end, name[200];
    double before, now = sign ? strtod(sign + 1, &end) : 0;
    og_session *session = og_trainer_session(t->trainer);

    if (!sign || !sign[1] || *end || sign - text >= (long)sizeof name)
        return usage_error(t->c->verb, "--set is '%s', expected NAME=NUMBER", text);
    snprintf(name, sizeof name, "%.*s", (int)(sign - text), text);
    if (og_trainer_get(t->trainer, name, &before) || og_trainer_set(t->trainer, name, now)) {
        report_print(og_session_report(session));
        return USAGE;
    }
    if (t->progress.style != PROGRESS_NONE)
        fprintf(stderr, "note: %s was %g, is %g\n", name, before, now);
    return DONE;
}

static int set_numbers(training *t)
{
    int status = DONE;

    for (size_t i = 0; !status && t->sets[i]; i++)
        status = set_number(t, t->sets[i]);
    return status;
}

static int train(training *t)
{
    og_status s = og_trainer_new(t->model.graph, t->data, &t->options, &t->trainer);

    json_fits(t);
    if (!s && set_numbers(t))
        return USAGE;
    if (!s && t->options.norms && !(t->norms = og_norms_new(t->trainer))) {
        fputs("error: out of memory\n", stderr);
        return FAILED;
    }
    if (!s) {
        watch_signals();
        s = og_trainer_run(t->trainer);
    }
    progress_close(&t->progress);
    what_if_print(&t->what_if, t->json);
    print_norms(t);
    if (s == OG_STOPPED) {
        fprintf(stderr, "stopped and saved; onnxgrad train --resume %s goes on\n",
                og_trainer_folder(t->trainer));
        return 128 + caught;
    }
    if (s) {
        if (t->json)
            json_failure(t->trainer);
        return report_print(og_trainer_report(t->trainer));
    }
    print_result(t);
    return DONE;
}

static int train_command(command *c, const char *resume)
{
    training t = { .c = c, .resume = resume };
    int64_t seed = 0;
    int status = command_whole(c, "seed", 0, &seed) ? DONE : USAGE;

    if (!status)
        status = model_open(&t.model, c->words[0], (uint64_t)seed);
    if (!status)
        status = read_options(&t);
    if (!status)
        status = open_sets(&t);
    if (!status) {
        choose_folder(&t);
        status = train(&t);
    }
    og_norms_free(t.norms);
    og_trainer_free(t.trainer);
    og_dataset_free(t.data);
    og_dataset_free(t.val);
    og_dataset_free(t.eval);
    og_dataset_free(t.all);
    model_close(&t.model);
    free(t.feeds);
    free(t.sets);
    free(t.record);
    return status;
}

/* The command that made the folder, run again to go on in it.  Options that come with --resume take
 * the place of recorded ones: more epochs, another number of threads; what changes the steps is
 * refused by the checkpoint. */
static int resume(command *c, const char *folder)
{
    char *text, **argv = NULL;
    command again = { 0 };
    int argc = 0, status;

    if (c->n_words)
        return usage_error(c->verb, "--resume DIR takes no MODEL: the folder knows it");
    if ((text = record_load(folder, "command.txt")))
        argv = record_read(text, &argc);
    if (!argv || argc < 3 || strcmp(argv[1], "train")) {
        fprintf(stderr, "error: '%s' holds no command.txt of a run\n", folder);
        status = BAD_INPUT;
    } else if (!(status = command_parse(&again, c->verb, argc, argv))) {
        status = command_override(&again, c, "resume") ? train_command(&again, folder) : FAILED;
    }
    command_free(&again);
    free(argv);
    free(text);
    return status;
}

static int run_train(command *c)
{
    const char *folder = command_text(c, "resume", NULL);

    if (folder)
        return resume(c, folder);
    if (!c->n_words)
        return usage_error(c->verb, "train needs a MODEL: a file or zoo:NAME");
    return train_command(c, NULL);
}

const verb verb_train = {
    .name = "train",
    .arguments = "MODEL [options]",
    .doc = "train a model: an ONNX file or zoo:NAME",
    .examples = examples,
    .options = options,
    .max_words = 1,
    .bare_help = true,
    .run = run_train,
};
