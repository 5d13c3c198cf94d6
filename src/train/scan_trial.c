/*
 * Trials compared: which is best, which may be stopped, and what is to be done. Trials are paired
 * by seed, for the seed sets the start and the order of the data; what the seeds have in common
 * drops out of the differences.
 */
#include "base/base.h"
#include "onnxgrad/scan.h"

#include <math.h>
#include <stdio.h>

/* A smaller part of the loss than this is no difference, however sure. */
static const double least_gain = 0.01;

og_trial_loss og_trial_sum(const og_trial *t)
{
    og_trial_loss sum = { .mean = 0, .least = INFINITY, .most = -INFINITY };

    for (size_t i = 0; i < t->seeds; i++) {
        double loss = t->loss[i];

        if (!isfinite(loss)) {
            sum.diverged++;
            continue;
        }
        sum.mean += loss;
        sum.least = loss < sum.least ? loss : sum.least;
        sum.most = loss > sum.most ? loss : sum.most;
    }
    if (sum.diverged == t->seeds)
        sum.mean = sum.least = sum.most = NAN;
    else
        sum.mean /= (double)(t->seeds - sum.diverged);
    return sum;
}

/* Differences b - a over the seeds where both ended. */
typedef struct pairs {
    size_t n;
    double mean, error; /* standard error of the mean; 0 for a single pair */
    double least, most, scale;
} pairs;

static pairs pairs_of(const og_trial *a, const og_trial *b)
{
    pairs p = { .least = INFINITY, .most = -INFINITY };
    double squares = 0;

    for (size_t i = 0; i < a->seeds && i < b->seeds; i++) {
        double d = b->loss[i] - a->loss[i];

        if (!isfinite(a->loss[i]) || !isfinite(b->loss[i]))
            continue;
        p.n++;
        p.scale += (fabs(b->loss[i]) - p.scale) / (double)p.n;
        squares += (d - p.mean) * (d - p.mean) * (double)(p.n - 1) / (double)p.n;
        p.mean += (d - p.mean) / (double)p.n;
        p.least = d < p.least ? d : p.least;
        p.most = d > p.most ? d : p.most;
    }
    if (p.n > 1)
        p.error = sqrt(squares / (double)(p.n - 1) / (double)p.n);
    return p;
}

bool og_trial_better(const og_trial *a, const og_trial *b)
{
    og_trial_loss x = og_trial_sum(a), y = og_trial_sum(b);
    pairs p = pairs_of(a, b);

    if (x.diverged != y.diverged)
        return x.diverged < y.diverged && 3 * (y.diverged - x.diverged) >= b->seeds;
    return p.n && p.least > 0 && p.mean > 2 * p.error && p.mean > least_gain * p.scale;
}

static bool before(const og_trial *a, const og_trial *b)
{
    og_trial_loss x = og_trial_sum(a), y = og_trial_sum(b);

    return x.diverged != y.diverged ? x.diverged < y.diverged : x.mean < y.mean;
}

size_t og_trial_best(const og_trial *trials, size_t n)
{
    size_t best = 0;

    for (size_t i = 1; i < n; i++)
        best = before(&trials[i], &trials[best]) ? i : best;
    return best;
}

void og_trial_stop(const og_trial *trials, size_t n, bool stop[])
{
    const og_trial *best = n ? &trials[og_trial_best(trials, n)] : NULL;

    for (size_t i = 0; i < n; i++)
        stop[i] = false;
    for (size_t stopped = 0; stopped < n / 2; stopped++) {
        size_t worst = 0;

        for (size_t i = 1; i < n; i++)
            if (!stop[i] && og_trial_better(best, &trials[i]) &&
                (!worst || before(&trials[worst], &trials[i])))
                worst = i;
        if (!worst)
            return;
        stop[worst] = true;
    }
}

/* ---- Deciding -------------------------------------------------------------------------------- */

/* "0.0123", or with what diverged "0.0123 (1 of 3 diverged)". */
static const char *loss_text(char *out, size_t size, const og_trial *t)
{
    og_trial_loss sum = og_trial_sum(t);

    if (sum.diverged == t->seeds)
        snprintf(out, size, "nothing (all %zu diverged)", t->seeds);
    else if (sum.diverged)
        snprintf(out, size, "%.4g (%zu of %zu diverged)", sum.mean, sum.diverged, t->seeds);
    else
        snprintf(out, size, "%.4g", sum.mean);
    return out;
}

static void reason_same(og_decision *d, const og_trial *none, const og_trial *clip)
{
    og_trial_loss sum = og_trial_sum(none);
    char a[80], b[80];

    d->advice = OG_ADVICE_SAME;
    loss_text(a, sizeof a, none);
    loss_text(b, sizeof b, clip);
    if (og_trial_better(none, clip))
        snprintf(d->reason, sizeof d->reason, "no clip ends at %s, %s at %s: clipping only costs",
                 a, clip->name, b);
    else if (none->seeds > 1)
        snprintf(d->reason, sizeof d->reason,
                 "no clip ends at %s, the best clip (%s) at %s, while the seeds differ by %.2g", a,
                 clip->name, b, sum.most - sum.least);
    else
        snprintf(d->reason, sizeof d->reason, "no clip ends at %s, the best clip (%s) at %s", a,
                 clip->name, b);
}

static void reason_clip(og_decision *d, const og_trial *none, const og_trial *clip,
                        const og_trial *slower)
{
    char a[80], b[80], c[80], rate[160] = "";

    if (slower)
        snprintf(rate, sizeof rate, "; a learning rate of %.2g of this one without a clip %s at %s",
                 clip->coef, d->advice == OG_ADVICE_CLIP ? "ends only" : "ends as well",
                 loss_text(c, sizeof c, slower));
    snprintf(d->reason, sizeof d->reason,
             "%s ends at %s, no clip at %s; it acts in %.3g %% of the steps with a mean "
             "coefficient of %.2g%s",
             clip->name, loss_text(a, sizeof a, clip), loss_text(b, sizeof b, none),
             100 * clip->clipped, clip->coef, rate);
}

og_decision og_trial_decide(const og_trial *none, const og_trial *clip, const og_trial *slower)
{
    og_decision d = { .advice = OG_ADVICE_CLIP };

    if (og_trial_sum(none).diverged == none->seeds && og_trial_sum(clip).diverged == clip->seeds) {
        d.advice = OG_ADVICE_DIVERGED;
        snprintf(d.reason, sizeof d.reason, "every run diverged, with and without a clip");
        return d;
    }
    if (!og_trial_better(clip, none)) {
        reason_same(&d, none, clip);
        return d;
    }
    if (slower && !og_trial_better(clip, slower))
        d.advice = OG_ADVICE_LOWER_RATE;
    reason_clip(&d, none, clip, slower);
    return d;
}
