/*
 * onnxgrad clip-scan: which threshold to clip at, and whether to clip at all.
 *
 * A run without a clip is measured; its percentiles, no clip and adaptive clips are tried from the
 * same weights in the same order of data, a few seeds each, and those clearly behind are stopped
 * early. What won is compared with no clip once more on fresh seeds, for who chooses the best of
 * eight is easily flattered; and where it clipped nearly always, with no clip at a lower rate.
 */
#define _POSIX_C_SOURCE 200809L
#include "tools/scan.h"
#include "tools/output.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const option options[] = {
    SETUP_OPTIONS,
    { "steps", 'n', "N", "500", "steps of a run", false },
    { "val", 0, "PART|SRC", "the last tenth's training loss", "compare losses on this part or set",
      false },
    { "probes", 'p', "LIST", "auto", "what to try: 0.5,P90,none,clip_layer(P90),autoclip(10)",
      false },
    { "seeds", 0, "N", "3", "to choose with; as many fresh ones confirm", false },
    { "jobs", 'j', "N", "processors", "runs beside each other", false },
    { "out", 'o', "DIR", "runs/NAME-scan-1", "the folder of the page and the runs", false },
    { "keep", 0, NULL, NULL, "keep the models and checkpoints of the runs", false },
    { "quiet", 'q', NULL, NULL, "no progress", false },
    { "json", 0, NULL, NULL, "results as one JSON object a line", false },
    { 0 },
};

static const char *const examples[] = {
    "onnxgrad clip-scan zoo:digits",
    "onnxgrad clip-scan zoo:adding --steps 12000 --opt \"sgd(lr=0.05, momentum=0.9)\"",
    "onnxgrad clip-scan model.onnx --data csv:data.csv --probes 0.1,1,none,autoclip(10)",
    NULL,
};

/* The second list is for where one layer's gradient outweighs all others, the third for where the
 * run without a clip broke, which makes norms larger than those of one that learns. */
static const char auto_probes[] = "P99,P90,P50,P10,autoclip(10),zclip(most=inf),agc(0.01)";
static const char layer_probes[] = "clip_layer(P90),clip_layer(P50)";
static const char low_probes[] = "P10/3,P10/10,P10/30,P10/100";

void scan_say(const scan *s, const char *format, ...)
{
    va_list args;

    if (s->quiet)
        return;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int scan_chain(const scan *s, const char *clip, double rate, og_chain **chain)
{
    const og_chain_change change = { .clip = clip, .rate = rate };

    return og_chain_vary(s->setup.options.chain, &change, chain, NULL)
               ? report_print(og_chain_report(*chain))
               : DONE;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

static void measure_add(scan *s, const og_trainer *trainer, const og_run_info *info)
{
    int64_t tenth = (s->steps + 9) / 10;

    og_norms_add(s->norms, trainer, info);
    s->norm[s->measured] = info->grad_norm;
    if (!s->measured)
        s->first = info->loss;
    if (s->measured < tenth)
        s->early += info->loss / (double)tenth;
    if (s->measured >= s->steps - tenth)
        s->late += info->loss / (double)tenth;
}

/* Learns without a clip; where that diverges, what came before is what there is to know. */
static int measure_steps(scan *s, og_trainer *trainer)
{
    og_run_info info;

    for (; s->measured < s->steps; s->measured++) {
        if (og_trainer_step(trainer, &info)) {
            const og_report *r = og_trainer_report(trainer);

            if (r->code != OG_NOT_FINITE)
                return report_print(r);
            snprintf(s->lost, sizeof s->lost, "without a clip %s at step %" PRId64, r->what,
                     s->measured + 1);
            return DONE;
        }
        measure_add(s, trainer, &info);
    }
    return DONE;
}

bool scan_broken(const scan *s)
{
    return *s->lost || s->late > 0.9 * fmin(s->first, s->early);
}

static int measure(scan *s)
{
    og_trainer *trainer = NULL;
    og_chain *chain = NULL;
    int status = scan_chain(s, "", 1, &chain);

    s->setup.options.norms = true;
    if (!status)
        status = setup_trainer(&s->setup, og_chain_text(chain), s->steps, &trainer);
    if (!status && !(s->norms = og_norms_new(trainer))) {
        fputs("error: out of memory\n", stderr);
        status = FAILED;
    }
    if (!status) {
        scan_say(s, "measuring %" PRId64 " steps of %s", s->steps, og_chain_text(s->plain));
        status = measure_steps(s, trainer);
    }
    og_trainer_free(trainer);
    og_chain_free(chain);
    return status;
}

/* ---- Proposing ------------------------------------------------------------------------------- */

static bool is_number(const char *text, double *number)
{
    char *end;

    *number = strtod(text, &end);
    return end > text && !*end;
}

/* Two digits: a threshold is no exact thing, and this one is to be typed. */
static char *clip_at(const char *stage, double threshold)
{
    return take_text("%s(%.2g)", stage, threshold);
}

/* A percentile or a part of it, "P90" or "P10/3"; also as the only argument of a stage,
 * "clip_layer(P90)". */
static bool read_percentile(const scan *s, const char *text, scan_probe *p)
{
    char stage[40] = "clip_norm", words[40], close = '\0';
    double percent, part = 1, threshold;
    int end = 0;

    if (sscanf(text, "%39[a-z_](%39[P0-9./]%c%n", stage, words, &close, &end) == 3) {
        if (close != ')' || text[end])
            return false;
        end = 0;
    } else {
        snprintf(stage, sizeof stage, "clip_norm");
        snprintf(words, sizeof words, "%s", text);
    }
    if (sscanf(words, "P%lf%n/%lf%n", &percent, &end, &part, &end) < 1 || words[end] ||
        !(percent >= 0 && percent <= 100) || !(part > 0))
        return false;
    threshold = og_histogram_quantile(og_norms_all(s->norms)->histogram, percent / 100) / part;
    p->clip = threshold > 0 ? clip_at(stage, threshold) : take_text("%s", "");
    p->from = take_text("%s", words);
    return true;
}

/* "none", "0.5", "P90" or a stage. */
static int read_probe(const scan *s, const char *text, scan_probe *p)
{
    double number;

    if (!strcmp(text, "none"))
        p->clip = take_text("%s", "");
    else if (is_number(text, &number))
        p->clip = take_text("clip_norm(%s)", text);
    else if (!read_percentile(s, text, p))
        p->clip = take_text("%s", text);
    p->name = take_text("%s", *p->clip ? p->clip : "none");
    p->from = p->from ? p->from : take_text("%s", "");
    return scan_chain(s, p->clip, 1, &p->chain);
}

static void probe_free(scan_probe *p, int64_t seeds)
{
    for (int64_t k = 0; p->runs && k < 2 * seeds; k++) {
        free(p->runs[k].folder);
        free(p->runs[k].out);
        free(p->runs[k].err);
    }
    og_chain_free(p->chain);
    free(p->runs);
    free(p->loss);
    free(p->clip);
    free(p->name);
    free(p->from);
}

static bool known(const scan *s, const scan_probe *p)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(og_chain_text(s->probes[i].chain), og_chain_text(p->chain)))
            return true;
    return false;
}

static int add_probe(scan *s, char *text)
{
    scan_probe p = { .from = NULL };
    int status = read_probe(s, text, &p);

    if (status || known(s, &p)) {
        probe_free(&p, 0);
        return status;
    }
    scan_probe_open(s, &p, s->n);
    s->probes[s->n++] = p;
    return DONE;
}

/* Parts between commas that no parenthesis holds together. */
static int propose(scan *s, char *list)
{
    int status = add_probe(s, (char[]){ "none" }), depth = 0;
    bool end = false;

    for (char *at = list, *word = list; !status && !end; at++) {
        depth += (*at == '(') - (*at == ')');
        if (*at && (*at != ',' || depth > 0))
            continue;
        end = !*at;
        *at = '\0';
        word += strspn(word, " ");
        if (*word)
            status = add_probe(s, word);
        word = at + 1;
    }
    return status;
}

/* ---- Trying ---------------------------------------------------------------------------------- */

/* Those that still run, as places in s->probes. */
static size_t running(const scan *s, size_t places[])
{
    size_t n = 0;

    for (size_t i = 0; i < s->n; i++)
        if (!s->probes[i].stopped)
            places[n++] = i;
    return n;
}

/* Loss at the start, over all seeds. */
static double first_loss(const scan *s)
{
    double first = 0;

    for (int64_t k = 0; k < s->seeds; k++)
        first += s->probes[0].runs[k].curve[0] / (double)s->seeds;
    return first;
}

static void stop_losers(scan *s, const size_t places[], size_t n)
{
    og_trial *trials = take(n, sizeof *trials);
    bool *stop = take(n, sizeof *stop);

    for (size_t i = 0; i < n; i++)
        trials[i] = scan_trial(&s->probes[places[i]], 0, s->seeds);
    og_trial_stop(trials, n, first_loss(s), stop);
    for (size_t i = 0; i < n; i++) {
        s->probes[places[i]].stopped = stop[i];
        if (stop[i])
            scan_say(s, "  %s is behind %s and stops", trials[i].name,
                     trials[og_trial_best(trials, n)].name);
    }
    free(trials);
    free(stop);
}

static int try_all(scan *s)
{
    const int64_t rounds[] = { s->steps / 4, s->steps / 2, s->steps };
    size_t *places = take(s->n, sizeof *places);
    scan_probe **probes = take(s->n, sizeof *probes);
    int status = DONE;

    for (int r = s->steps < 8 ? 2 : 0; !status && r < 3; r++) {
        size_t n = running(s, places);

        for (size_t i = 0; i < n; i++)
            probes[i] = &s->probes[places[i]];
        scan_say(s, "%zu probes with %" PRId64 " seeds to step %" PRId64, n, s->seeds, rounds[r]);
        status = scan_try(s, probes, n, 0, s->seeds, rounds[r]);
        if (!status && r < 2)
            stop_losers(s, places, n);
    }
    free(places);
    free(probes);
    return status;
}

/* ---- Deciding -------------------------------------------------------------------------------- */

/* The best of those that ran to the end, no clip left out. */
static size_t best_clip(const scan *s)
{
    size_t *places = take(s->n, sizeof *places), n = running(s, places), best;
    og_trial *trials = take(s->n, sizeof *trials);

    for (size_t i = 1; i < n; i++)
        trials[i - 1] = scan_trial(&s->probes[places[i]], 0, s->seeds);
    best = n > 1 ? places[1 + og_trial_best(trials, n - 1)] : 0;
    free(trials);
    free(places);
    return best;
}

/* A factor near `coef` that makes the first learning rate a number of two digits. */
static double round_rate(const scan *s, double coef)
{
    const og_chain_change change = { .clip = "" };
    og_chain *chain = NULL;
    double rate = NAN;
    char text[32];

    (void)og_chain_vary(s->setup.options.chain, &change, &chain, &rate);
    og_chain_free(chain);
    snprintf(text, sizeof text, "%.2g", rate * coef);
    return rate > 0 ? strtod(text, NULL) / rate : coef;
}

/* A clip that acts in most steps may be nothing but a lower learning rate. */
static int open_slower(scan *s, const og_trial *clip)
{
    scan_probe *p = &s->slower;

    if (clip->clipped < 0.8 || !(clip->coef > 0))
        return DONE;
    p->from = take_text("%s", "");
    p->clip = take_text("%s", "");
    p->name = take_text("none, lr x %.2g", clip->coef);
    scan_probe_open(s, p, s->n);
    return scan_chain(s, "", round_rate(s, clip->coef), &p->chain);
}

/* The winner against no clip, with seeds that did not choose it. */
static int confirm(scan *s, size_t clip)
{
    scan_probe *probes[3] = { &s->probes[0], &s->probes[clip], &s->slower };
    og_trial chosen = scan_trial(probes[1], 0, s->seeds), none = scan_trial(probes[0], 0, s->seeds);
    int status;

    if (!og_trial_better(&chosen, &none)) {
        s->decision = og_trial_decide(&none, &chosen, NULL);
        return DONE;
    }
    if ((status = open_slower(s, &chosen)))
        return status;
    scan_say(s, "%s is best: %s with %" PRId64 " fresh seeds", chosen.name,
             s->slower.chain ? "again, beside none and none at a lower rate,"
                             : "again, beside none,",
             s->seeds);
    status = scan_try(s, probes, s->slower.chain ? 3 : 2, s->seeds, 2 * s->seeds, s->steps);
    if (status)
        return status;
    s->fresh = clip;
    none = scan_trial(probes[0], s->seeds, 2 * s->seeds);
    chosen = scan_trial(probes[1], s->seeds, 2 * s->seeds);
    if (!s->slower.chain) {
        s->decision = og_trial_decide(&none, &chosen, NULL);
        return DONE;
    }
    og_trial slower = scan_trial(probes[2], s->seeds, 2 * s->seeds);
    s->decision = og_trial_decide(&none, &chosen, &slower);
    return DONE;
}

static int decide(scan *s)
{
    size_t clip = best_clip(s);
    og_trial none = scan_trial(&s->probes[0], 0, s->seeds);
    int status = DONE;

    if (clip)
        status = confirm(s, clip);
    else
        s->decision = og_trial_decide(&none, &none, NULL);
    s->chosen = s->decision.advice == OG_ADVICE_CLIP         ? s->probes[clip].chain
                : s->decision.advice == OG_ADVICE_LOWER_RATE ? s->slower.chain
                                                             : s->plain;
    return status;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static int read_command(scan *s, const command *c)
{
    int processors = og_machine_facts().threads;
    int64_t seeds = 3, jobs = processors, steps = 500;

    if (!command_whole(c, "steps", 1, &steps) || !command_whole(c, "seeds", 1, &seeds) ||
        !command_whole(c, "jobs", 1, &jobs))
        return USAGE;
    s->steps = steps;
    s->seeds = seeds;
    s->jobs = jobs;
    s->seed = s->setup.options.seed;
    s->self = c->argv[0];
    s->val = (char *)command_text(c, "val", NULL);
    s->json = command_has(c, "json");
    s->quiet = command_has(c, "quiet");
    s->bar = !s->quiet && isatty(STDERR_FILENO);
    s->started = og_process_seconds();
    if (!s->setup.options.threads)
        s->setup.options.threads = processors / (int)jobs > 1 ? processors / (int)jobs : 1;
    s->norm = take((size_t)steps, sizeof *s->norm);
    return scan_chain(s, "", 1, &s->plain);
}

static int open_folder(scan *s, const command *c)
{
    char *prefix = take_text("runs/%s-scan", s->setup.model.name);
    int status = new_folder(command_text(c, "out", NULL), prefix, &s->folder);
    char *runs = status ? NULL : take_text("%s/runs", s->folder);
    og_report report = { 0 };

    if (runs && og_folder_make(runs, &report))
        status = report_print(&report);
    free(runs);
    free(prefix);
    return status;
}

static bool has_finding(scan *s, const char *wanted)
{
    const char *kind;

    for (size_t i = 0; og_norms_finding(s->norms, i, &kind); i++)
        if (!strcmp(kind, wanted))
            return true;
    return false;
}

/* What is tried: what was asked for, or what the measuring suggests. */
static char *list_probes(scan *s, const char *asked)
{
    if (strcmp(asked, "auto"))
        return take_text("%s", asked);
    return take_text("%s,%s,%s", auto_probes, has_finding(s, "one_layer") ? layer_probes : "",
                     scan_broken(s) ? low_probes : "");
}

static int scan_all(scan *s, const command *c)
{
    int status = measure(s);
    char *list = status ? NULL : list_probes(s, command_text(c, "probes", "auto"));

    s->probes = take(list ? strlen(list) + 2 : 1, sizeof *s->probes);
    if (!status)
        status = propose(s, list);
    if (!status)
        status = try_all(s);
    if (!status)
        status = decide(s);
    free(list);
    return status;
}

static void drop(char *path)
{
    remove(path);
    free(path);
}

/* What runs weigh: their models, checkpoints and first weights. */
static void drop_files(const scan *s, const scan_probe *p)
{
    for (size_t k = 0; k < p->n; k++) {
        drop(take_text("%s/model.onnx", p->runs[k].folder));
        drop(take_text("%s/last.safetensors", p->runs[k].folder));
        drop(scan_snapshot(s, p->runs[k].seed));
    }
}

static void scan_close(scan *s)
{
    bool keep = command_has(s->setup.c, "keep");

    for (size_t i = 0; i < s->n && !keep; i++)
        drop_files(s, &s->probes[i]);
    if (!keep)
        drop_files(s, &s->slower);
    for (size_t i = 0; i < s->n; i++)
        probe_free(&s->probes[i], s->seeds);
    probe_free(&s->slower, s->seeds);
    free(s->probes);
    free(s->norm);
    free(s->folder);
    og_norms_free(s->norms);
    og_chain_free(s->plain);
    setup_close(&s->setup);
}

static int run_clip_scan(command *c)
{
    scan s = { .n = 0 };
    int status = setup_open(&s.setup, c);

    if (!status)
        status = read_command(&s, c);
    if (!status)
        status = open_folder(&s, c);
    if (!status)
        status = scan_all(&s, c);
    if (!status) {
        char *page = take_text("%s/clip-scan.html", s.folder);

        scan_print(&s);
        if (!scan_write_page(&s, page)) {
            fprintf(stderr, "error: cannot write %s\n", page);
            status = FAILED;
        } else if (!s.json) {
            printf("page    %s\n", page);
        }
        free(page);
    }
    if (!status && s.decision.advice == OG_ADVICE_DIVERGED)
        status = FAILED;
    scan_close(&s);
    return status;
}

const verb verb_clip_scan = {
    .name = "clip-scan",
    .arguments = "MODEL [options]",
    .doc = "try gradient clips and recommend one, or none, with its reason",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_clip_scan,
};
