/*
 * Histograms of numbers from 0 up in buckets of equal ratio, from 2^-160 to 2^160: norms of float32
 * and most of float64 gradients. What lies outside counts as the first or last bucket; the smallest
 * and the largest number are kept exactly.
 */
#include "base/base.h"
#include "onnxgrad/scan.h"

#include <math.h>

enum { PER_OCTAVE = 8, OCTAVES = 160, BUCKETS = 2 * OCTAVES * PER_OCTAVE };

struct og_histogram {
    int64_t n, bad, zeros;
    double sum, least, most;
    int64_t bucket[BUCKETS];
};

og_histogram *og_histogram_new(void)
{
    og_histogram *h = og_calloc(1, sizeof *h);

    if (h) {
        h->least = INFINITY;
        h->most = -INFINITY;
    }
    return h;
}

void og_histogram_free(og_histogram *h)
{
    og_free(h);
}

static int bucket_of(double x)
{
    double place = floor((log2(x) + OCTAVES) * PER_OCTAVE);

    return place < 0 ? 0 : place >= BUCKETS ? BUCKETS - 1 : (int)place;
}

/* Where a bucket begins. */
static double bucket_start(int i)
{
    return exp2((double)i / PER_OCTAVE - OCTAVES);
}

void og_histogram_add(og_histogram *h, double x)
{
    if (!(x >= 0) || isinf(x)) {
        h->bad++;
        return;
    }
    h->n++;
    h->sum += x;
    h->least = x < h->least ? x : h->least;
    h->most = x > h->most ? x : h->most;
    if (x > 0)
        h->bucket[bucket_of(x)]++;
    else
        h->zeros++;
}

int64_t og_histogram_count(const og_histogram *h)
{
    return h->n;
}

int64_t og_histogram_bad(const og_histogram *h)
{
    return h->bad;
}

double og_histogram_mean(const og_histogram *h)
{
    return h->n ? h->sum / (double)h->n : NAN;
}

static double within(const og_histogram *h, double x)
{
    return x < h->least ? h->least : x > h->most ? h->most : x;
}

/* The numbers of a bucket count as spread over it evenly in the logarithm. */
double og_histogram_quantile(const og_histogram *h, double q)
{
    double place = q * (double)(h->n - 1), below = (double)h->zeros;

    if (!h->n)
        return NAN;
    if (q <= 0)
        return h->least;
    if (q >= 1)
        return h->most;
    if (place < below)
        return 0;
    for (int i = 0; i < BUCKETS; i++) {
        double inside = (double)h->bucket[i];

        if (place < below + inside)
            return within(h, bucket_start(i) * exp2((place - below + 0.5) / inside / PER_OCTAVE));
        below += inside;
    }
    return h->most;
}

/* Sums over the numbers above c: how many, of 1 - c / x, of log(x / c).  The bucket that c lies in
 * counts by its part above c. */
typedef struct tail {
    double n, cut, log;
} tail;

static tail tail_above(const og_histogram *h, double c)
{
    tail t = { 0 };

    if (!(c > 0))
        return (tail){ .n = (double)(h->n - h->zeros), .cut = (double)(h->n - h->zeros) };
    if (c >= h->most)
        return t;
    for (int i = bucket_of(c); i < BUCKETS; i++) {
        double low = within(h, bucket_start(i)), high = within(h, bucket_start(i + 1)), from, n, x;

        if (!h->bucket[i] || high <= c)
            continue;
        from = low > c ? low : c;
        n = (double)h->bucket[i] * (high > low ? log(high / from) / log(high / low) : 1);
        x = sqrt(from * high);
        t.n += n;
        t.cut += n * (1 - c / x);
        t.log += n * log(x / c);
    }
    return t;
}

double og_histogram_above(const og_histogram *h, double c)
{
    return h->n ? tail_above(h, c).n / (double)h->n : NAN;
}

double og_histogram_coef(const og_histogram *h, double c)
{
    return h->n ? 1 - tail_above(h, c).cut / (double)h->n : NAN;
}

double og_histogram_tail(const og_histogram *h)
{
    tail t = tail_above(h, og_histogram_quantile(h, 0.9));

    return t.log > 0 ? t.n / t.log : (double)INFINITY;
}

bool og_histogram_bucket(const og_histogram *h, size_t i, double *low, double *high, int64_t *count)
{
    for (int k = 0; k < BUCKETS; k++) {
        if (!h->bucket[k] || i--)
            continue;
        *low = bucket_start(k);
        *high = bucket_start(k + 1);
        *count = h->bucket[k];
        return true;
    }
    return false;
}
