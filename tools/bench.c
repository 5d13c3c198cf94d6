/* onnxgrad bench: how long a step takes, on made-up data. */
#include "tools/command.h"
#include "tools/output.h"
#include "models/zoo.h"

#include <onnxgrad/machine.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const option options[] = {
    { "batch", 'b', "N", "64, or the zoo's", "rows in a step", false },
    { "loss", 'l', "SPEC", "mse, or the zoo's", "terms such as cross_entropy(logits, label)",
      false },
    { "opt", 'c', "CHAIN", "clip_norm(1.0) | adam(lr=1e-3)", "gradient transforms and optimizer",
      false },
    { "infer", 0, NULL, NULL, "measure the model alone, not a training step", false },
    { "threads", 't', "N", "all processors", "for one step", false },
    { "seconds", 0, "S", "2", "how long to measure", false },
    { "max-memory", 0, "SIZE", "of the machine", "refuse to need more, such as 2G", false },
    { "disable", 0, "PASS,…", NULL, "plan passes not to run", false },
    { "json", 0, NULL, NULL, "one JSON object", false },
    { "plan", 0, NULL, NULL, "also print the plan: steps, and where their results lie", false },
    { 0 },
};

static const char *const examples[] = { "onnxgrad bench zoo:mlp --threads 1",
                                        "onnxgrad bench zoo:lenet --batch 64 --infer --json",
                                        NULL };

enum { MOST_STEPS = 1000000, FEWEST_STEPS = 10, MOST_INPUTS = 64 };

typedef struct bench {
    command *c;
    model model;
    og_dataset *data;
    og_train_options options;
    og_trainer *trainer;
    og_session *session; /* --infer: ours; else the trainer's */
    og_feed feeds[MOST_INPUTS];
    size_t n_feeds;
    double seconds, first; /* to measure; from the start of the process to the first step's end */
    double *times;         /* of each step, in ms */
    size_t n;
} bench;

static int read_options(bench *b)
{
    const og_zoo *zoo = b->model.zoo;
    int64_t threads = 0;
    char *end;

    b->options = (og_train_options){ .batch = zoo && zoo->batch ? zoo->batch : 64,
                                     .epochs = INT64_MAX,
                                     .loss = command_text(b->c, "loss", zoo ? zoo->loss : NULL),
                                     .chain = command_text(b->c, "opt", zoo ? zoo->chain : NULL),
                                     .disable = command_text(b->c, "disable", NULL),
                                     .metric = "none",
                                     .no_shuffle = true };
    if (!command_whole(b->c, "batch", 1, &b->options.batch) ||
        !command_whole(b->c, "threads", 1, &threads) ||
        !command_size(b->c, "max-memory", &b->options.max_memory))
        return USAGE;
    b->options.threads = (int)threads;
    b->seconds = strtod(command_text(b->c, "seconds", "2"), &end);
    if (*end || !(b->seconds >= 0))
        return usage_error(b->c->verb, "--seconds is '%s', expected a number",
                           command_text(b->c, "seconds", ""));
    return DONE;
}

/* Without a loss the model's only output is compared with made-up numbers. */
static const char *loss_of(bench *b, char *text, size_t size)
{
    const og_value *y = og_graph_output(b->model.graph, 0);

    if (b->options.loss || !y)
        return b->options.loss;
    snprintf(text, size, "mse(\"%s\", bench_target)", og_value_name(y));
    return text;
}

static int open_training(bench *b)
{
    char text[400];

    b->options.loss = loss_of(b, text, sizeof text);
    if (og_dataset_made_up(b->model.graph, b->options.loss, b->options.batch, 1, &b->data))
        return report_print(og_dataset_report(b->data));
    if (og_trainer_new(b->model.graph, b->data, &b->options, &b->trainer))
        return report_print(og_trainer_report(b->trainer));
    b->session = og_trainer_session(b->trainer);
    return DONE;
}

static int open_inference(bench *b)
{
    og_session_options o = { .threads = b->options.threads,
                             .max_memory = b->options.max_memory,
                             .disable = b->options.disable };

    if (og_dataset_made_up(b->model.graph, NULL, b->options.batch, 1, &b->data))
        return report_print(og_dataset_report(b->data));
    for (const og_data_array *a;
         (a = og_dataset_array(b->data, b->n_feeds)) && b->n_feeds < MOST_INPUTS;)
        b->feeds[b->n_feeds++] = (og_feed){ a->name, a->tensor };
    return og_session_new(b->model.graph, &o, &b->session)
               ? report_print(og_session_report(b->session))
               : DONE;
}

static int step(bench *b)
{
    const char *fetch = og_value_name(og_graph_output(b->model.graph, 0));
    og_tensor result;

    if (b->trainer)
        return og_trainer_step(b->trainer, NULL) ? report_print(og_trainer_report(b->trainer))
                                                 : DONE;
    return og_session_run(b->session, b->feeds, b->n_feeds, &fetch, 1, &result, NULL)
               ? report_print(og_session_report(b->session))
               : DONE;
}

/* A tenth of the time warms up, the rest counts. */
static int measure(bench *b)
{
    int status = step(b);
    double start, now;

    b->first = og_process_seconds();
    start = now = b->first;
    while (!status && now < start + b->seconds / 10) {
        status = step(b);
        now = og_process_seconds();
    }
    start = now;
    while (!status && b->n < MOST_STEPS && (now < start + b->seconds || b->n < FEWEST_STEPS)) {
        double before = og_process_seconds();

        status = step(b);
        now = og_process_seconds();
        b->times[b->n++] = 1e3 * (now - before);
    }
    return status;
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print(const bench *b)
{
    double median = b->times[b->n / 2], gflops = og_session_facts(b->session).flops / median / 1e6;
    double peak = (double)og_process_peak() / 1e6, p95 = b->times[(b->n * 95) / 100];
    og_machine machine = og_machine_facts();
    int threads = b->options.threads ? b->options.threads : machine.threads;

    if (!command_has(b->c, "json")) {
        printf("%s  batch %lld  %d thread%s  %s\n", b->c->words[0], (long long)b->options.batch,
               threads, threads == 1 ? "" : "s", machine.kernels);
        printf("median %.4g ms  min %.4g  p95 %.4g  over %zu steps  %.1f GF/s\n", median,
               b->times[0], p95, b->n, gflops);
        printf("first step done %.0f ms after the start, peak memory %.0f MB\n", 1e3 * b->first,
               peak);
        return;
    }
    putchar('{');
    json_key("model", 1);
    json_string(b->c->words[0]);
    json_key("batch", 0);
    json_whole(b->options.batch);
    json_key("threads", 0);
    json_whole(threads);
    json_key("median_ms", 0);
    json_number(median);
    json_key("min_ms", 0);
    json_number(b->times[0]);
    json_key("p95_ms", 0);
    json_number(p95);
    json_key("steps", 0);
    json_whole((int64_t)b->n);
    json_key("first_step_ms", 0);
    json_number(1e3 * b->first);
    json_key("peak_mb", 0);
    json_number(peak);
    json_key("gflops", 0);
    json_number(gflops);
    json_key("kernels", 0);
    json_string(machine.kernels);
    puts("}");
}

static int run_bench(command *c)
{
    bench b = { .c = c, .times = malloc(MOST_STEPS * sizeof(double)) };
    int status = b.times ? model_open(&b.model, c->words[0], 0) : FAILED;

    if (!status)
        status = read_options(&b);
    if (!status)
        status = command_has(c, "infer") ? open_inference(&b) : open_training(&b);
    if (!status && !(status = measure(&b))) {
        qsort(b.times, b.n, sizeof *b.times, by_time);
        print(&b);
        if (command_has(c, "plan"))
            fputs(og_session_plan_text(b.session), stdout);
    }
    if (!b.trainer)
        og_session_free(b.session);
    og_trainer_free(b.trainer);
    og_dataset_free(b.data);
    model_close(&b.model);
    free(b.times);
    return status;
}

const verb verb_bench = {
    .name = "bench",
    .arguments = "MODEL [options]",
    .doc = "time a training step, or inference, on made-up data",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_bench,
};
