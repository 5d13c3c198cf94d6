/*
 * Clip and optimizer alone, a process kept alive: for each line `SECONDS` on standard input it
 * steps that long and answers `MIN_MS MEDIAN_MS MIN_CPU_MS STEPS`, the third by the process's
 * clock.
 *
 * usage: clip_update TENSORS ELEMENTS THREADS CHAIN
 *
 * The gradients are inputs of the graph and lie in memory, so a step is the norm, the clip and the
 * update and nothing else.  A stage of this program puts them in place of the loss's own gradients,
 * which the plan then leaves out; what is left of the loss is one number of each tensor.  Testing
 * that the norm is finite is left out too: it is one comparison, but of the loss's own gradients.
 */
#include <onnxgrad/onnxgrad.h>
#include <onnxgrad/stage.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { MOST_STEPS = 1 << 20, HUGE_PAGE = 2 << 20, NAME = 32 };

static og_status given_build(og_stage_context *c)
{
    char name[NAME];

    for (size_t i = 0; i < og_stage_count(c); i++) {
        (void)snprintf(name, sizeof name, "g%s", og_value_name(og_stage_parameter(c, i)) + 1);
        og_stage_out(c, i, og_graph_find(og_stage_graph(c), name));
    }
    return OG_OK;
}

static const og_stage given = {
    .name = "given",
    .doc = "The graph's inputs in place of the gradients.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_OBSERVES,
    .build = given_build,
};
static const og_stage *const stages[] = { &given, NULL };

static float normal(uint64_t *state)
{
    float sum = 0;

    for (int k = 0; k < 4; k++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (float)(*state >> 40) / (float)(1 << 24) - 0.5f;
    }
    return sum * 1.7320508f;
}

typedef struct work {
    og_graph *graph;
    og_session *session;
    size_t n;
    int64_t dims[1];
    og_feed *feeds;
    double *times;
} work;

static int failed(const og_report *report)
{
    fprintf(stderr, "clip_update: %s\n", report->what);
    return 1;
}

/* All gradients in one block with the pages that a plan asks for: there a backward pass would have
 * left them. */
static float *gradients_new(size_t count)
{
    const size_t bytes = count * sizeof(float) + HUGE_PAGE;
    float *block = aligned_alloc(HUGE_PAGE, bytes / HUGE_PAGE * HUGE_PAGE);
    uint64_t random = 1;

    if (!block)
        return NULL;
    (void)madvise(block, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    for (size_t i = 0; i < count; i++)
        block[i] = normal(&random);
    return block;
}

static int build(work *w, const char *chain)
{
    const int64_t zero = 0;
    const og_step_options options = { .stages = stages };
    const og_tensor first = og_tensor_view(OG_INT64, 0, NULL, (void *)&zero);
    float *block = gradients_new(w->n * (size_t)w->dims[0]);
    og_tensor *initial = og_tensor_new(OG_FLOAT, 1, w->dims);
    og_value *loss = NULL, *place;
    char *names = calloc(w->n, NAME);
    uint64_t random = 2;

    w->graph = og_graph_new("update");
    w->feeds = calloc(w->n, sizeof *w->feeds);
    w->times = calloc(MOST_STEPS, sizeof *w->times);
    if (!block || !initial || !names || !w->graph || !w->feeds || !w->times)
        return fprintf(stderr, "clip_update: no memory\n"), 1;
    place = og_constant(w->graph, &first);
    for (size_t i = 0; i < w->n; i++) {
        char parameter[NAME];
        og_value *one;

        for (int64_t k = 0; k < w->dims[0]; k++)
            ((float *)initial->data)[k] = 0.1f * normal(&random);
        (void)snprintf(parameter, sizeof parameter, "p%zu", i);
        (void)snprintf(names + NAME * i, NAME, "g%zu", i);
        one = og_gather(og_parameter(w->graph, parameter, initial), place);
        loss = loss ? og_add(loss, one) : one;
        (void)og_input_dims(w->graph, names + NAME * i, OG_FLOAT, 1, w->dims);
        w->feeds[i] = (og_feed){ names + NAME * i, og_tensor_view(OG_FLOAT, 1, w->dims,
                                                                  block + i * (size_t)w->dims[0]) };
    }
    og_tensor_free(initial);
    if (og_train_step_with(w->graph, loss, chain, &options))
        return failed(og_graph_report(w->graph));
    return 0;
}

static double now_ms(clockid_t clock)
{
    struct timespec t;

    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static int by_time(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Steps for `seconds`, at least five. */
static int measure(work *w, double seconds)
{
    const double end = now_ms(CLOCK_MONOTONIC) + 1e3 * seconds;
    double least = INFINITY, before, after = 0;
    size_t n = 0;

    for (; n < MOST_STEPS && (n < 5 || after < end); n++) {
        const double cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);

        before = now_ms(CLOCK_MONOTONIC);
        if (og_session_run(w->session, w->feeds, w->n, NULL, 0, NULL, NULL))
            return failed(og_session_report(w->session));
        after = now_ms(CLOCK_MONOTONIC);
        w->times[n] = after - before;
        least = fmin(least, now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    qsort(w->times, n, sizeof *w->times, by_time);
    printf("%.4f %.4f %.4f %zu\n", w->times[0], w->times[n / 2], least, n);
    return fflush(stdout) != 0;
}

int main(int argc, char **argv)
{
    work w = { 0 };
    og_session_options options = { 0 };
    char chain[400], line[64];

    if (argc != 5)
        return fprintf(stderr, "usage: clip_update TENSORS ELEMENTS THREADS CHAIN\n"), 2;
    w.n = strtoul(argv[1], NULL, 10);
    w.dims[0] = strtol(argv[2], NULL, 10);
    options.threads = (int)strtol(argv[3], NULL, 10);
    (void)snprintf(chain, sizeof chain, "finite(pass) | given | %s", argv[4]);
    if (build(&w, chain))
        return 1;
    if (og_session_new(w.graph, &options, &w.session) ||
        og_session_run(w.session, w.feeds, w.n, NULL, 0, NULL, NULL))
        return failed(og_session_report(w.session));
    puts("ready");
    while (!fflush(stdout) && fgets(line, sizeof line, stdin))
        if (measure(&w, strtod(line, NULL)))
            return 1;
    og_session_free(w.session);
    og_graph_free(w.graph);
    return 0;
}
