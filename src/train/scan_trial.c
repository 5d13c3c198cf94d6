/*
 * Trials compared: which is best, which may be stopped, and what is to be done. Trials are paired
 * by seed, for the seed sets the start and the order of the data; what the seeds have in common
 * drops out of the differences.
 */
#include "base/base.h"
#include "onnxgrad/scan.h"

#include <math.h>
#include <stdio.h>

/* Smaller parts of the loss than these are no difference, however sure: of a clip to none, and to a
 * lower rate, which is the simpler thing and was not searched for. */
static const double least_gain = 0.01, least_over_rate = 0.05;

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

static bool better_by(const og_trial *a, const og_trial *b, double part)
{
    og_trial_loss x = og_trial_sum(a), y = og_trial_sum(b);
    pairs p = pairs_of(a, b);

    if (x.diverged != y.diverged)
        return x.diverged < y.diverged && 3 * (y.diverged - x.diverged) >= b->seeds;
    return p.n && p.least > 0 && p.mean > 2 * p.error && p.mean > part * p.scale;
}

bool og_trial_better(const og_trial *a, const og_trial *b)
{
    return better_by(a, b, least_gain);
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

/* Clearly, and by far. */
static bool behind(const og_trial *t, const og_trial *best, double first)
{
    double loss = og_trial_sum(t).mean, least = og_trial_sum(best).mean;

    if (!og_trial_better(best, t))
        return false;
    return !isfinite(loss) || og_trial_sum(t).diverged > og_trial_sum(best).diverged ||
           (least > 0 && loss > 1.5 * least) || loss - least > 0.2 * (first - least);
}

void og_trial_stop(const og_trial *trials, size_t n, double first, bool stop[])
{
    const og_trial *best = n ? &trials[og_trial_best(trials, n)] : NULL;

    for (size_t i = 0; i < n; i++)
        stop[i] = false;
    for (size_t stopped = 0; stopped < n / 2; stopped++) {
        size_t worst = 0;

        for (size_t i = 1; i < n; i++)
            if (!stop[i] && behind(&trials[i], best, first) &&
                (!worst || before(&trials[worst], &trials[i])))
                worst = i;
        if (!worst)
            return;
        stop[worst] = true;
    }
}

/* ---- Deciding -------------------------------------------------------------------------------- */

/* "none ends at 0.0123", with what diverged. */
static const char *end_text(char out[160], const char *name, const og_trial *t, const char *verb)
{
    og_trial_loss sum = og_trial_sum(t);

    if (sum.diverged == t->seeds)
        snprintf(out, 160, "%s diverged with every seed", name);
    else if (sum.diverged)
        snprintf(out, 160, "%s %s at %.4g and diverged with %zu of %zu seeds", name, verb, sum.mean,
                 sum.diverged, t->seeds);
    else
        snprintf(out, 160, "%s %s at %.4g", name, verb, sum.mean);
    return out;
}

static void reason_same(og_decision *d, const og_trial *none, const og_trial *clip)
{
    og_trial_loss sum = og_trial_sum(none);
    char a[160], b[160], name[120], spread[80] = "";

    d->advice = OG_ADVICE_SAME;
    end_text(a, "no clip", none, "ends");
    snprintf(name, sizeof name, "%s, the best clip,", clip->name);
    end_text(b, name, clip, "ends");
    if (none->seeds > sum.diverged + 1)
        snprintf(spread, sizeof spread, ", while the seeds differ by %.2g", sum.most - sum.least);
    if (og_trial_better(none, clip))
        snprintf(d->reason, sizeof d->reason, "%s; %s: clipping only costs", a, b);
    else
        snprintf(d->reason, sizeof d->reason, "%s; %s%s", a, b, spread);
}

static void reason_clip(og_decision *d, const og_trial *none, const og_trial *clip,
                        const og_trial *slower)
{
    const char *verb = d->advice == OG_ADVICE_CLIP ? "ends only" : "ends as well";
    char a[160], b[160], c[160] = "", rate[80];

    if (slower) {
        snprintf(rate, sizeof rate, "; %s,", slower->name);
        end_text(c, rate, slower, verb);
    }
    snprintf(d->reason, sizeof d->reason,
             "%s, %s; it acts in %.3g %% of the steps with a mean coefficient of %.2g%s",
             end_text(a, clip->name, clip, "ends"), end_text(b, "no clip", none, "ends"),
             100 * clip->clipped, clip->coef, c);
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
    if (slower && !better_by(clip, slower, least_over_rate))
        d.advice = OG_ADVICE_LOWER_RATE;
    reason_clip(&d, none, clip, slower);
    return d;
}
