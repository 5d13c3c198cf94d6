/*
 * Probes of clip-scan: each is `onnxgrad train` in a folder of its own, made to go on with --resume
 * round after round, so that any of them can be repeated and looked at by hand.
 */
#include "tools/pool.h"
#include "tools/scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading what a run left ----------------------------------------------------------------- */

/* The number behind `"key": `; NaN where there is none. */
static double number_of(const char *line, const char *key)
{
    char quoted[40], *end;
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    if (!(at = strstr(line, quoted)))
        return NAN;
    at += strlen(quoted);
    double x = strtod(at, &end);
    return end > at ? x : (double)NAN;
}

/* Sums over the steps of a run's log. */
typedef struct reading {
    int64_t steps, clipped, n[CURVE], early, late;
    double coef, sum[CURVE], first, last; /* losses of the first and last tenth */
    bool bad;                             /* a loss was not finite */
} reading;

static void read_step(reading *r, const char *line, int64_t all, int64_t end)
{
    double loss = number_of(line, "loss"), coef = number_of(line, "clip_coef");
    int64_t part = r->steps * CURVE / all, tenth = (end + 9) / 10;

    r->bad = r->bad || !isfinite(loss);
    r->sum[part] += loss;
    r->n[part]++;
    r->clipped += coef < 1;
    r->coef += isnan(coef) ? 1 : coef;
    if (r->steps < tenth) {
        r->first += loss;
        r->early++;
    }
    if (r->steps >= end - tenth) {
        r->last += loss;
        r->late++;
    }
    r->steps++;
}

static reading read_log(const scan_run *run, int64_t all, int64_t end)
{
    char *path = take_text("%s/metrics.jsonl", run->folder), line[1000];
    FILE *file = fopen(path, "r");
    reading r = { 0 };

    while (file && r.steps < end && fgets(line, sizeof line, file))
        read_step(&r, line, all, end);
    if (file)
        fclose(file);
    free(path);
    return r;
}

/* The validation loss that the last epoch's line tells; NaN where there is none. */
static double read_val(const scan_run *run)
{
    FILE *file = fopen(run->out, "r");
    char line[4000];
    double val = NAN;

    while (file && fgets(line, sizeof line, file))
        if (strstr(line, "\"event\": \"epoch\""))
            val = number_of(line, "val_loss");
    if (file)
        fclose(file);
    return val;
}

static bool file_holds(const char *path, const char *text)
{
    FILE *file = fopen(path, "r");
    char line[4000];
    bool found = false;

    while (file && !found && fgets(line, sizeof line, file))
        found = strstr(line, text) != NULL;
    if (file)
        fclose(file);
    return found;
}

/* Its loss at the end; NaN: it diverged, that is, became infinite or twice what it began with. */
static double run_take(const scan *s, scan_run *run, int64_t end, bool failed)
{
    reading r = read_log(run, s->steps, end);
    double first = r.early ? r.first / (double)r.early : NAN;
    double last = r.late ? r.last / (double)r.late : NAN;

    run->steps = r.steps;
    run->clipped = r.steps ? (double)r.clipped / (double)r.steps : 0;
    run->coef = r.steps ? r.coef / (double)r.steps : 1;
    for (int i = 0; i < CURVE; i++)
        run->curve[i] = r.n[i] ? r.sum[i] / (double)r.n[i] : (double)NAN;
    if (failed || r.bad || (first > 0 && last > 2 * first))
        return NAN;
    return s->val ? read_val(run) : last;
}

/* ---- Command lines --------------------------------------------------------------------------- */

static size_t first_words(const scan *s, const scan_probe *p, const scan_run *run,
                          const char **words, size_t most)
{
    size_t n = setup_words(&s->setup, words, most);

    words[n++] = "--opt";
    words[n++] = og_chain_text(p->chain);
    words[n++] = "--out";
    words[n++] = run->folder;
    if (s->val) {
        words[n++] = "--val";
        words[n++] = s->val;
    }
    return n;
}

char *scan_snapshot(const scan *s, uint64_t seed)
{
    bool each = s->setup.model.zoo && !s->setup.options.init;

    return each ? take_text("%s/runs/start-%" PRIu64 ".safetensors", s->folder, seed)
                : take_text("%s/runs/start.safetensors", s->folder);
}

/* Texts at the places in `owned` are to be freed with the list. */
typedef struct line {
    char **argv, *owned[4];
} line;

static line make_line(const scan *s, const scan_probe *p, const scan_run *run, int64_t steps)
{
    size_t most = 2 * s->setup.c->n_given + 40, n = 0;
    const char **v = take(most, sizeof *v);
    line l = { .argv = (char **)v };

    v[n++] = s->self;
    v[n++] = "train";
    if (run->steps) {
        v[n++] = "--resume";
        v[n++] = run->folder;
    } else {
        v[n++] = s->setup.model_text;
        n += first_words(s, p, run, v + n, most - n - 12);
        v[n++] = "--init";
        v[n++] = l.owned[0] = scan_snapshot(s, run->seed);
        v[n++] = "--seed";
        v[n++] = l.owned[1] = take_text("%" PRIu64, run->seed);
        v[n++] = "--json";
        v[n++] = "--quiet";
    }
    v[n++] = "--steps";
    v[n++] = l.owned[2] = take_text("%" PRId64, steps);
    v[n++] = "--threads";
    v[n++] = l.owned[3] = take_text("%d", s->setup.options.threads);
    return l;
}

static void line_free(line *l)
{
    for (size_t i = 0; i < 4; i++)
        free(l->owned[i]);
    free(l->argv);
}

/* ---- Snapshots ------------------------------------------------------------------------------- */

/* The weights that the runs of a seed begin with, written once. */
static int make_snapshot(scan *s, uint64_t seed)
{
    char *path = scan_snapshot(s, seed);
    FILE *there = fopen(path, "rb");
    og_trainer *trainer = NULL;
    int status = DONE;

    if (there) {
        fclose(there);
    } else {
        if (!(status = setup_seed(&s->setup, seed)))
            status = setup_trainer(&s->setup, og_chain_text(s->plain), 1, &trainer);
        if (!status && og_trainer_checkpoint(trainer, path))
            status = report_print(og_trainer_report(trainer));
        og_trainer_free(trainer);
    }
    free(path);
    return status;
}

/* ---- Trying ---------------------------------------------------------------------------------- */

typedef struct trying {
    scan *s;
    int64_t steps;
    size_t n, ended;
    job *jobs;
    line *lines;
    scan_run **runs;
    double **loss;
    int status;
} trying;

static void print_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char text[2000];
    size_t n;

    while (file && (n = fread(text, 1, sizeof text, file)))
        fwrite(text, 1, n, stderr);
    if (file)
        fclose(file);
}

/* A run that diverged is a result; any other failure would be one for all. */
static bool ended(void *context, job *j)
{
    trying *t = context;
    size_t i = (size_t)(j - t->jobs);
    const char *not_finite = og_status_name(OG_NOT_FINITE);
    bool diverged = j->status == FAILED && file_holds(j->out, not_finite);

    t->ended++;
    if (j->status > 128)
        return true; /* told to stop, and so are we */
    if (j->status != DONE && !diverged) {
        if (!t->status) {
            fprintf(stderr, "error: the run in %s failed\n", t->runs[i]->folder);
            print_file(j->err);
            t->status = j->status > 0 ? j->status : FAILED;
        }
        return false;
    }
    *t->loss[i] = run_take(t->s, t->runs[i], t->steps, diverged);
    if (t->s->bar)
        fprintf(stderr, "\r\033[K%zu of %zu runs", t->ended, t->n);
    return true;
}

static void add_run(trying *t, scan_probe *p, int64_t k)
{
    scan_run *run = &p->runs[k];
    size_t i = t->n++;

    t->lines[i] = make_line(t->s, p, run, t->steps);
    t->jobs[i] = (job){ .argv = t->lines[i].argv, .out = run->out, .err = run->err };
    t->runs[i] = run;
    t->loss[i] = &p->loss[k];
}

int scan_try(scan *s, scan_probe *const probes[], size_t n, int64_t from, int64_t to, int64_t steps)
{
    size_t most = n * (size_t)(to - from);
    trying t = { .s = s,
                 .steps = steps,
                 .jobs = take(most, sizeof(job)),
                 .lines = take(most, sizeof(line)),
                 .runs = take(most, sizeof(scan_run *)),
                 .loss = take(most, sizeof(double *)) };
    int signal = 0;

    for (int64_t k = from; k < to && !t.status; k++)
        t.status = make_snapshot(s, s->probes[0].runs[k].seed);
    for (int64_t k = from; k < to && !t.status; k++) /* a seed at a time: its data are in cache */
        for (size_t i = 0; i < n; i++)
            if (!probes[i]->runs[k].steps || isfinite(probes[i]->loss[k]))
                add_run(&t, probes[i], k);
    if (!t.status)
        signal = pool_run(t.jobs, t.n, (size_t)s->jobs, ended, &t);
    if (s->bar)
        fputs("\r\033[K", stderr);
    for (size_t i = 0; i < t.n; i++)
        line_free(&t.lines[i]);
    for (size_t i = 0; i < n; i++) {
        probes[i]->steps = steps;
        probes[i]->n = (size_t)to > probes[i]->n ? (size_t)to : probes[i]->n;
    }
    free(t.jobs);
    free(t.lines);
    free(t.runs);
    free(t.loss);
    return signal ? 128 + signal : t.status;
}

/* ---- Probes ---------------------------------------------------------------------------------- */

void scan_probe_open(const scan *s, scan_probe *p, size_t number)
{
    int64_t n = 2 * s->seeds;

    p->runs = take((size_t)n, sizeof *p->runs);
    p->loss = take((size_t)n, sizeof *p->loss);
    for (int64_t k = 0; k < n; k++) {
        scan_run *run = &p->runs[k];

        run->seed = s->seed + (uint64_t)k;
        run->folder = take_text("%s/runs/probe-%zu-seed-%" PRIu64, s->folder, number, run->seed);
        run->out = take_text("%s.out", run->folder);
        run->err = take_text("%s.err", run->folder);
        run->coef = 1;
        for (int i = 0; i < CURVE; i++)
            run->curve[i] = NAN;
    }
}

og_trial scan_trial(const scan_probe *p, int64_t from, int64_t to)
{
    og_trial t = { .name = p->name, .seeds = (size_t)(to - from), .loss = p->loss + from };

    for (int64_t k = from; k < to; k++) {
        t.clipped += p->runs[k].clipped / (double)(to - from);
        t.coef += p->runs[k].coef / (double)(to - from);
    }
    return t;
}
