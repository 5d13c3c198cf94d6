/*
 * Which learning rate to take, from a sweep (Smith 2015, arXiv:1506.01186).
 *
 * The loss of a batch is noisy, so it is smoothed over a window of rates. Where the smoothed loss
 * falls fastest, training is fast and still safe; where it is lowest, the rate is already too high,
 * for that low loss was reached by the lower rates before it. The suggestion is the former, but at
 * most a quarter of where the loss has grown again.
 */
#include "base/base.h"
#include "onnxgrad/scan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WINDOWS = 24 }; /* the sweep is this many windows long */

/* Least part of the loss that must have been learned for the sweep to say anything. */
static const double least_fall = 0.02;

/* Means weighted by a triangle. */
static void smoothed(size_t n, const double *loss, double *smooth)
{
    int64_t half = (int64_t)n / WINDOWS / 2 + 1, count = (int64_t)n;

    for (int64_t i = 0; i < count; i++) {
        double sum = 0, weights = 0;

        for (int64_t k = i - half; k <= i + half; k++) {
            double weight = (double)(half + 1 - llabs(k - i));

            if (k < 0 || k >= count)
                continue;
            sum += weight * loss[k];
            weights += weight;
        }
        smooth[i] = sum / weights;
    }
}

static size_t lowest_of(size_t n, const double *smooth)
{
    size_t low = 0;

    for (size_t i = 1; i < n; i++)
        low = smooth[i] < smooth[low] ? i : low;
    return low;
}

/* Where the loss falls fastest over a window's length before `end`. */
static size_t steepest_of(size_t n, const double *smooth, size_t end)
{
    size_t half = n / WINDOWS / 2 + 1, best = 0;
    double most = 0;

    for (size_t i = half; i + half < n && i <= end; i++) {
        double fall = smooth[i - half] - smooth[i + half];

        if (fall > most) {
            most = fall;
            best = i;
        }
    }
    return best;
}

/* Where the loss has lost half of its fall behind `low`, or the sweep ended by itself; n: nowhere.
 */
static size_t growth_of(size_t n, const double *smooth, size_t low)
{
    for (size_t i = low; i < n; i++)
        if (smooth[i] - smooth[low] > (smooth[0] - smooth[low]) / 2)
            return i;
    return n;
}

/* One digit: the loss is too noisy for a second one. */
static double one_digit(double x)
{
    double power = pow(10, floor(log10(x)));

    return floor(x / power + 1e-9) * power;
}

static void explain(og_rate_advice *a, bool capped)
{
    char grows[80] = "";

    if (!isnan(a->grows))
        snprintf(grows, sizeof grows, ", and grows again from %.2g", a->grows);
    snprintf(a->reason, sizeof a->reason, "the loss falls fastest at %.2g, is lowest at %.2g%s; %s",
             a->steepest, a->lowest, grows,
             capped ? "a quarter of where it grows is the most that is safe"
                    : "where it falls fastest training is fast and still safe");
}

og_rate_advice og_rate_suggest(size_t n, const double *rate, const double *loss, double *smooth)
{
    og_rate_advice a = { .rate = NAN, .steepest = NAN, .lowest = NAN, .grows = NAN };
    size_t end = 0, low, grows;
    double *own = smooth ? NULL : og_malloc((n + 1) * sizeof *own);
    bool capped;

    while (end < n && isfinite(loss[end]))
        end++;
    smooth = smooth ? smooth : own;
    if (smooth)
        smoothed(end, loss, smooth);
    low = end && smooth ? lowest_of(end, smooth) : 0;
    if (!end || !smooth || !(smooth[0] - smooth[low] > least_fall * fabs(smooth[0]))) {
        snprintf(a.reason, sizeof a.reason, "the loss falls at no rate from %.2g to %.2g",
                 n ? rate[0] : NAN, n ? rate[n - 1] : NAN);
        og_free(own);
        return a;
    }
    grows = growth_of(end, smooth, low);
    a.lowest = rate[low];
    a.steepest = rate[steepest_of(end, smooth, low)];
    a.grows = grows < end ? rate[grows] : end < n ? rate[end] : (double)NAN;
    capped = a.grows / 4 < a.steepest;
    a.rate = one_digit(capped ? a.grows / 4 : a.steepest);
    explain(&a, capped);
    og_free(own);
    return a;
}
