/*
 * Progress. On a terminal one line is drawn over itself at most ten times a second; elsewhere a
 * line is written at 1, 2, 5, 10, 20, 50 % of an epoch and at least 30 seconds after the one
 * before, so that logs stay short. Each epoch leaves one line in both.
 */
#define _POSIX_C_SOURCE 200809L
#include "tools/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool is_terminal(void)
{
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && term && strcmp(term, "dumb");
}

bool progress_open(progress *p, const char *style)
{
    double at = now();

    *p = (progress){ .started = at, .shown = at, .first_step = -1, .next_share = 1 };
    if (!strcmp(style, "auto"))
        p->style = is_terminal() ? PROGRESS_BAR : PROGRESS_PLAIN;
    else if (!strcmp(style, "bar"))
        p->style = PROGRESS_BAR;
    else if (!strcmp(style, "plain"))
        p->style = PROGRESS_PLAIN;
    else
        return !strcmp(style, "none");
    return true;
}

void progress_close(progress *p)
{
    if (p->open)
        fputs("\r\033[K", stderr);
    p->open = false;
}

/* "9.8k", "312", "1.2M" */
static void print_count(FILE *out, double n)
{
    if (n >= 1e6)
        fprintf(out, "%.1fM", n / 1e6);
    else if (n >= 1e4)
        fprintf(out, "%.0fk", n / 1e3);
    else if (n >= 1e3)
        fprintf(out, "%.1fk", n / 1e3);
    else
        fprintf(out, "%.0f", n);
}

static void print_time(FILE *out, double seconds)
{
    long s = (long)(seconds + 0.5);

    if (s >= 3600)
        fprintf(out, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    else
        fprintf(out, "%ld:%02ld", s / 60, s % 60);
}

/* Steps of the whole training, as far as they are known. */
static double all_steps(const og_train_event *e)
{
    double a_epoch = e->position > 0 ? (double)e->rows : 0, by_epochs = 0;

    if (e->epochs && a_epoch > 0) {
        double done = (double)(e->epoch - 1) + (double)e->position / a_epoch;

        by_epochs = done > 0 ? (double)e->step * (double)e->epochs / done : 0;
    }
    if (e->steps && (by_epochs <= 0 || (double)e->steps < by_epochs))
        return (double)e->steps;
    return by_epochs;
}

static void print_left(const progress *p, const og_train_event *e)
{
    double all = all_steps(e), done = (double)(e->step - p->first_step);

    if (done > 0 && all > (double)e->step) {
        fputs("  ", stderr);
        print_time(stderr, (now() - p->started) / done * (all - (double)e->step));
        fputs(" left", stderr);
    }
}

static void print_norms(const og_train_event *e)
{
    if (!isnan(e->grad_norm))
        fprintf(stderr, "  |g| %.3g", e->grad_norm);
    if (!isnan(e->run.clip_coef))
        fprintf(stderr, " clip %.0f%%", 100 * e->clipped);
    if (e->skipped)
        fprintf(stderr, " skipped %lld", (long long)e->skipped);
}

static void print_head(const og_train_event *e)
{
    if (e->epochs)
        fprintf(stderr, "epoch %lld/%lld", (long long)e->epoch, (long long)e->epochs);
    else
        fprintf(stderr, "epoch %lld", (long long)e->epoch);
}

static void print_running(progress *p, const og_train_event *e)
{
    print_head(e);
    fprintf(stderr, "  %3.0f%%  loss %.4g", 100.0 * (double)e->position / (double)e->rows, e->loss);
    print_norms(e);
    if (e->seconds > 0) {
        fputs("  ", stderr);
        print_count(stderr, (double)e->position / e->seconds);
        fputs(" ex/s", stderr);
    }
    print_left(p, e);
}

static void step_line(progress *p, const og_train_event *e)
{
    static const int64_t shares[] = { 1, 2, 5, 10, 20, 50, 1000 };
    double at = now();

    if (p->style == PROGRESS_BAR) {
        if (at - p->shown < 0.1)
            return;
        fputs("\r\033[K", stderr);
        print_running(p, e);
        p->open = true;
    } else {
        if (100 * e->position < p->next_share * e->rows || at - p->shown < 30)
            return;
        print_running(p, e);
        fputc('\n', stderr);
        for (size_t i = 0; p->next_share * e->rows <= 100 * e->position; i++)
            p->next_share = shares[i];
    }
    fflush(stderr);
    p->shown = at;
}

static void print_measured(const char *what, double loss, const char *metric, double value)
{
    if (!isnan(loss))
        fprintf(stderr, "  %s %.4g", what, loss);
    if (!isnan(value))
        fprintf(stderr, " %s %.2f%%", strcmp(metric, "accuracy") ? metric : "acc", 100 * value);
}

static void epoch_line(progress *p, const og_train_event *e)
{
    progress_close(p);
    print_head(e);
    fprintf(stderr, "  loss %.4g", e->loss);
    print_measured("val", e->val_loss, e->metric, e->val_metric);
    print_measured("eval", e->eval_loss, e->metric, e->eval_metric);
    print_norms(e);
    if (e->seconds > 0) {
        fputs("  ", stderr);
        print_count(stderr, (double)e->rows / e->seconds);
        fputs(" ex/s", stderr);
    }
    print_left(p, e);
    fputs(e->best ? "  best\n" : "\n", stderr);
    p->next_share = 1;
}

void progress_event(progress *p, const og_train_event *e)
{
    if (p->style == PROGRESS_NONE)
        return;
    if (p->first_step < 0)
        p->first_step = e->step - (e->kind == OG_TRAIN_STEP);
    switch (e->kind) {
    case OG_TRAIN_NOTE:
        progress_close(p);
        fprintf(stderr, "note: %s\n", e->note);
        break;
    case OG_TRAIN_STEP:
        step_line(p, e);
        break;
    case OG_TRAIN_EPOCH:
        epoch_line(p, e);
        break;
    case OG_TRAIN_MEASURE:
    case OG_TRAIN_SAVED:
        break;
    }
}
