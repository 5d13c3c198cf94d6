/*
 * onnxgrad lr-find: which learning rate to begin with. It grows a little each step, from where
 * nothing is learned to where nothing can be; the weights of these runs are thrown away.
 */
#define _POSIX_C_SOURCE 200809L
#include "tools/plot.h"
#include "tools/output.h"
#include "tools/record.h"
#include "tools/setup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const option options[] = {
    SETUP_OPTIONS,
    { "steps", 'n', "N", "300", "steps of a sweep", false },
    { "from", 0, "RATE", "1e-6", "the lowest learning rate", false },
    { "to", 0, "RATE", "100", "the highest", false },
    { "seeds", 0, "N", "3", "sweeps, whose losses are averaged", false },
    { "out", 'o', "DIR", NULL, "write a page and a picture there", false },
    { "quiet", 'q', NULL, NULL, "no progress", false },
    { "json", 0, NULL, NULL, "the result as one JSON object", false },
    { 0 },
};

static const char *const examples[] = {
    "onnxgrad lr-find zoo:digits",
    "onnxgrad lr-find model.onnx --data csv:data.csv --opt \"clip_norm(1) | sgd(momentum=0.9)\"",
    NULL,
};

typedef struct finder {
    setup setup;
    int64_t steps, seeds;
    double from, to, first; /* first: the rate that the chain has */
    double *rate, *loss, *smooth;
    int64_t *sweeps; /* that came to a step */
    og_rate_advice advice;
    og_chain *chosen;
    char *command; /* to paste */
} finder;

static bool read_rate(const command *c, const char *name, double *rate)
{
    const char *text = command_text(c, name, NULL);
    char *end;

    if (!text)
        return true;
    *rate = strtod(text, &end);
    if (end > text && !*end && *rate > 0 && isfinite(*rate))
        return true;
    usage_error(c->verb, "--%s is '%s', expected a number above 0", name, text);
    return false;
}

static int read_command(finder *f, const command *c)
{
    const og_chain_change same = { .clip = NULL };
    og_chain *chain = NULL;
    int status;

    f->steps = 300;
    f->seeds = 3;
    f->from = 1e-6;
    f->to = 100;
    if (!command_whole(c, "steps", 10, &f->steps) || !command_whole(c, "seeds", 1, &f->seeds) ||
        !read_rate(c, "from", &f->from) || !read_rate(c, "to", &f->to))
        return USAGE;
    if (!(f->from < f->to))
        return usage_error(c->verb, "--from is %g and --to is %g, expected less and more", f->from,
                           f->to);
    status = og_chain_vary(f->setup.options.chain, &same, &chain, &f->first)
                 ? report_print(og_chain_report(chain))
                 : DONE;
    og_chain_free(chain);
    if (!status && !(f->first > 0))
        return usage_error(c->verb, "the chain '%s' has no learning rate above 0 to change",
                           f->setup.options.chain);
    return status;
}

/* ---- Sweeping -------------------------------------------------------------------------------- */

static int learn(finder *f, og_trainer *trainer)
{
    double lowest = INFINITY, fading = NAN;
    og_run_info info;

    for (int64_t i = 0; i < f->steps; i++) {
        if (og_trainer_step(trainer, &info)) {
            const og_report *r = og_trainer_report(trainer);

            return r->code == OG_NOT_FINITE ? DONE : report_print(r);
        }
        if (!isfinite(info.loss))
            return DONE;
        f->loss[i] += info.loss;
        f->sweeps[i]++;
        fading = isnan(fading) ? info.loss : 0.8 * fading + 0.2 * info.loss;
        lowest = fading < lowest ? fading : lowest;
        if (i > f->steps / 10 && fading > 4 * fabs(lowest))
            return DONE; /* nothing is learned any more */
    }
    return DONE;
}

static int sweep(finder *f, uint64_t seed)
{
    const og_chain_change change = { .rate = f->from / f->first,
                                     .sweep = pow(f->to / f->from, 1 / (double)(f->steps - 1)) };
    og_trainer *trainer = NULL;
    og_chain *chain = NULL;
    int status = setup_seed(&f->setup, seed);

    if (!status && og_chain_vary(f->setup.options.chain, &change, &chain, NULL))
        status = report_print(og_chain_report(chain));
    if (!status)
        status = setup_trainer(&f->setup, og_chain_text(chain), f->steps, &trainer);
    if (!status)
        status = learn(f, trainer);
    og_trainer_free(trainer);
    og_chain_free(chain);
    return status;
}

/* A rate that one of the sweeps did not survive is where the mean ends. */
static void average(finder *f)
{
    for (int64_t i = 0; i < f->steps; i++) {
        f->rate[i] = f->from * pow(f->to / f->from, (double)i / (double)(f->steps - 1));
        f->loss[i] = f->sweeps[i] == f->seeds ? f->loss[i] / (double)f->seeds : (double)NAN;
    }
}

static int sweep_all(finder *f)
{
    uint64_t seed = f->setup.options.seed;
    int status = DONE;

    f->rate = take((size_t)f->steps, sizeof *f->rate);
    f->loss = take((size_t)f->steps, sizeof *f->loss);
    f->smooth = take((size_t)f->steps, sizeof *f->smooth);
    f->sweeps = take((size_t)f->steps, sizeof *f->sweeps);
    for (int64_t k = 0; !status && k < f->seeds; k++) {
        if (!command_has(f->setup.c, "quiet"))
            fprintf(stderr, "sweep %" PRId64 " of %" PRId64 ": %g to %g in %" PRId64 " steps\n",
                    k + 1, f->seeds, f->from, f->to, f->steps);
        status = sweep(f, seed + (uint64_t)k);
    }
    average(f);
    return status;
}

/* ---- Suggesting ------------------------------------------------------------------------------ */

static bool own_option(const char *name)
{
    static const char *const own[] = { "opt",   "steps", "from", "to",  "seeds",
                                       "quiet", "json",  "out",  "seed" };

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(name, own[i]))
            return true;
    return false;
}

/* The command line that was given, for train and with the new chain. */
static char *train_command(const finder *f)
{
    const command *c = f->setup.c;
    char **v = take(2 * c->n_given + 6, sizeof *v), *text;
    char **owned = take(c->n_given, sizeof *owned);
    int n = 0;

    v[n++] = "onnxgrad";
    v[n++] = "train";
    v[n++] = (char *)f->setup.model_text;
    for (size_t i = 0; i < c->n_given; i++) {
        const given *g = &c->given[i];

        if (own_option(g->option->name))
            continue;
        v[n++] = owned[i] = take_text("--%s", g->option->name);
        if (g->option->value)
            v[n++] = (char *)g->text;
    }
    v[n++] = "--opt";
    v[n++] = (char *)og_chain_text(f->chosen);
    text = record_write(n, v);
    for (size_t i = 0; i < c->n_given; i++)
        free(owned[i]);
    free(owned);
    free(v);
    return text;
}

static int suggest(finder *f)
{
    og_chain_change change = { .rate = 1 };

    f->advice = og_rate_suggest((size_t)f->steps, f->rate, f->loss, f->smooth);
    if (isnan(f->advice.rate))
        return DONE;
    change.rate = f->advice.rate / f->first;
    if (og_chain_vary(f->setup.options.chain, &change, &f->chosen, NULL))
        return report_print(og_chain_report(f->chosen));
    f->command = train_command(f);
    return DONE;
}

/* ---- Results --------------------------------------------------------------------------------- */

/* The loss at about sixteen rates. */
static void print_losses(const finder *f)
{
    enum { LINES = 16 };
    int64_t ends = 0;

    while (ends < f->steps && isfinite(f->loss[ends]))
        ends++;
    printf("  %10s  %10s\n", "rate", "loss");
    for (int64_t i = 0; i < LINES; i++) {
        int64_t at = i * (f->steps - 1) / (LINES - 1);

        if (at < ends)
            printf("  %10.2g  %10.4g\n", f->rate[at], f->smooth[at]);
    }
    if (ends < f->steps)
        printf("  %10.2g  %10s\n", f->rate[ends], "diverged");
}

static void print_text(const finder *f)
{
    print_losses(f);
    if (isnan(f->advice.rate)) {
        printf("\nno suggestion: %s\n", f->advice.reason);
        return;
    }
    printf("\nlr      %g\nreason  %s\n", f->advice.rate, f->advice.reason);
    printf("chain   %s\ntrain   %s\n", og_chain_text(f->chosen), f->command ? f->command : "");
}

static void json_list(const char *key, const double *v, int64_t n)
{
    json_key(key, 0);
    putchar('[');
    for (int64_t i = 0; i < n; i++) {
        fputs(i ? ", " : "", stdout);
        json_number(v[i]);
    }
    putchar(']');
}

static void print_json(const finder *f)
{
    const og_rate_advice *a = &f->advice;

    json_object("end");
    json_key("lr", 0);
    json_number(a->rate);
    json_key("reason", 0);
    json_string(a->reason);
    json_key("steepest", 0);
    json_number(a->steepest);
    json_key("lowest", 0);
    json_number(a->lowest);
    json_key("grows", 0);
    json_number(a->grows);
    json_key("chain", 0);
    json_string(f->chosen ? og_chain_text(f->chosen) : "");
    json_key("train", 0);
    json_string(f->command ? f->command : "");
    json_list("rates", f->rate, f->steps);
    json_list("losses", f->loss, f->steps);
    puts("}");
}

static void draw(const finder *f, FILE *out, bool alone)
{
    plot p = { .out = out, .alone = alone, .width = 820, .height = 320, .key = 110 };
    double most;
    int64_t n = 0;

    p.x = (axis){ "learning rate", f->from, f->to, true };
    p.y = (axis){ "training loss", INFINITY, -INFINITY, false };
    while (n < f->steps && isfinite(f->loss[n]))
        axis_hold(&p.y, f->smooth[n++]);
    most = n ? 2 * f->smooth[0] : 1; /* what diverges would press the rest flat */
    p.y.high = p.y.high > most && most > p.y.low ? most : p.y.high;
    plot_begin(&p, "Training loss while the learning rate grows");
    plot_line(&p, "each step", (size_t)n, f->rate, f->loss);
    plot_line(&p, "smoothed", (size_t)n, f->rate, f->smooth);
    plot_mark_x(&p, f->advice.rate, "suggested");
    plot_end(&p);
}

static void paste(FILE *out, const char *command)
{
    fputs("<pre>", out);
    print_escaped(out, command);
    fputs("</pre>\n", out);
}

static bool write_page(const finder *f, const char *folder)
{
    char *path = take_text("%s/lr-find.html", folder), *picture = take_text("%s/rates.svg", folder);
    FILE *out = fopen(path, "w"), *svg = fopen(picture, "w");
    bool ok = out && svg;

    if (ok) {
        page_begin(out, "lr-find", f->setup.model.name);
        if (isnan(f->advice.rate))
            fputs("<div class=\"advice\"><p><b>no suggestion</b></p>\n<p>", out);
        else
            fprintf(out, "<div class=\"advice\"><p><b>lr %g</b></p>\n<p>", f->advice.rate);
        print_escaped(out, f->advice.reason);
        fputs("</p>\n", out);
        if (f->command)
            paste(out, f->command);
        fputs("</div>\n<div class=\"wide\">", out);
        draw(f, out, false);
        fputs("</div>\n</body></html>\n", out);
        draw(f, svg, true);
    }
    ok = (!out || !fclose(out)) && (!svg || !fclose(svg)) && ok;
    if (!ok)
        fprintf(stderr, "error: cannot write %s\n", path);
    free(path);
    free(picture);
    return ok;
}

/* ---- The verb -------------------------------------------------------------------------------- */

static void finder_close(finder *f)
{
    free(f->rate);
    free(f->loss);
    free(f->smooth);
    free(f->sweeps);
    free(f->command);
    og_chain_free(f->chosen);
    setup_close(&f->setup);
}

static int run_lr_find(command *c)
{
    const char *out = command_text(c, "out", NULL);
    finder f = { .steps = 0 };
    char *folder = NULL;
    int status = setup_open(&f.setup, c);

    if (!status)
        status = read_command(&f, c);
    if (!status && out)
        status = new_folder(out, NULL, &folder);
    if (!status)
        status = sweep_all(&f);
    if (!status)
        status = suggest(&f);
    if (!status) {
        if (command_has(c, "json"))
            print_json(&f);
        else
            print_text(&f);
        if (folder && !write_page(&f, folder))
            status = FAILED;
    }
    if (!status && isnan(f.advice.rate))
        status = FAILED;
    free(folder);
    finder_close(&f);
    return status;
}

const verb verb_lr_find = {
    .name = "lr-find",
    .arguments = "MODEL [options]",
    .doc = "sweep the learning rate and suggest one, with its reason",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_lr_find,
};
