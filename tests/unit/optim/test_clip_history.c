/*
 * Clips whose threshold follows from the norms so far: nothing gets longer, directions are kept,
 * what is let through is within the threshold, and gradients times a power of two give the result
 * times it, bit for bit.
 */
#include "clips.h"

#include <stdlib.h>

enum { STEPS = 40 };

typedef struct history {
    const char *chain;
    reach reach;       /* what has a threshold of its own */
    const char *scale; /* a number that grows with the gradients, or NULL */
    double at;         /* its value */
    bool fixed;        /* a number of the method does not grow with the gradients */
    double (*most)(const bed *b, int step, block block, const double *norms);
} history;

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* As numpy: interpolated between the two next to it. */
static double percentile(const double *norms, int n, double percent)
{
    double sorted[STEPS], place = percent / 100 * (n - 1);
    int low = (int)place;

    if (n == 0)
        return (double)INFINITY;
    memcpy(sorted, norms, (size_t)n * sizeof *norms);
    qsort(sorted, (size_t)n, sizeof *sorted, by_size);
    return sorted[low] + (low + 1 < n ? (sorted[low + 1] - sorted[low]) * (place - low) : 0);
}

static double most_with_this(const bed *b, int step, block block, const double *norms)
{
    (void)b, (void)block;
    return percentile(norms, step + 1, 30);
}

/* Of the last eight before this step. */
static double most_before_this(const bed *b, int step, block block, const double *norms)
{
    int first = step > 8 ? step - 8 : 0;

    (void)b, (void)block;
    return percentile(norms + first, step - first, 90);
}

static double most_constant(const bed *b, int step, block block, const double *norms)
{
    (void)step, (void)block, (void)norms;
    return og_get_double(bed_state(b, "opt/zclip/most"), 0);
}

/* After ten steps 1.05 times the mean that the state holds. */
static double most_relative(const bed *b, int step, block block, const double *norms)
{
    char name[40];

    (void)norms;
    (void)snprintf(name, sizeof name, "opt/adagc/norm/p%d", block.tensor);
    return step < 10 ? og_get_double(bed_state(b, "opt/adagc/absolute"), 0)
                     : 1.05 * og_get_double(bed_state(b, name), 0);
}

static const history histories[] = {
    { .chain = "autoclip(30, eps=0)", .most = most_with_this },
    { .chain = "autoclip(90, window=8, of=each, current=false, eps=0)",
      .reach = REACH_TENSOR,
      .most = most_before_this },
    { .chain = "zclip(warmup=5, most=2, eps=0)",
      .scale = "opt/zclip/most",
      .at = 2,
      .fixed = true, /* 1e-6 beside the deviation */
      .most = most_constant },
    { .chain = "adagc(warmup=10)",
      .reach = REACH_TENSOR,
      .scale = "opt/adagc/absolute",
      .at = 1,
      .most = most_relative },
};

static numbers weights, g, scaled, out, scaled_out;
static double norms[MOST_TENSORS][STEPS];

static void check_block(const history *h, const bed *b, double most, block x)
{
    double before = norm_of(&g, x, 2), after = norm_of(&out, x, 2), times = after / before;

    if (after > fmin(before, most) && !within(b->elem, after, fmin(before, most), 4))
        fail_msg("%s, %s: the norm %g became %.17g, at most %.17g was expected", h->chain,
                 og_elem_name(b->elem), before, after, fmin(before, most));
    for (int64_t i = x.first; before > 0 && i < x.first + x.count; i++)
        if (!within(b->elem, out.v[i], g.v[i] * times, 4))
            fail_msg("%s, %s: %.17g became %.17g, the norm %.17g times", h->chain,
                     og_elem_name(b->elem), g.v[i], out.v[i], times);
}

/* Both steps see the same gradients, those of the second `k` times as large. */
static void run_history(const history *h, og_elem elem, og_philox *random)
{
    const double k = 1024;
    static block blocks[MOST_TENSORS];
    shapes s;
    bed b, larger;
    size_t n;

    shapes_random(random, &s);
    numbers_random(random, &s, elem, 1, &weights);
    n = blocks_of(&s, h->reach, blocks);
    b = bed_new(&s, elem, &weights, h->chain, 0, 1);
    larger = bed_new(&s, elem, &weights, h->chain, 0, 2);
    if (h->scale)
        og_set_double(bed_state(&larger, h->scale), 0, k * h->at);
    for (int t = 0; t < STEPS; t++) {
        double most[MOST_TENSORS];

        numbers_random(random, &s, elem, exp(og_philox_normal(random)), &g);
        for (int64_t i = 0; i < s.all; i++)
            scaled.v[i] = g.v[i] * k;
        for (size_t i = 0; i < n; i++) {
            norms[i][t] = norm_of(&g, blocks[i], 2);
            most[i] = h->most(&b, t, blocks[i], norms[i]);
        }
        bed_run(&b, &g, &out);
        bed_run(&larger, &scaled, &scaled_out);
        for (size_t i = 0; i < n; i++)
            check_block(h, &b, most[i], blocks[i]);
        for (int64_t i = 0; i < s.all && !h->fixed; i++)
            if (scaled_out.v[i] != out.v[i] * k)
                fail_msg("%s, %s, step %d: %g times the gradients: %.17g, without %.17g", h->chain,
                         og_elem_name(elem), t, k, scaled_out.v[i], out.v[i]);
    }
    bed_free(&b);
    bed_free(&larger);
}

static void test_histories(void **state)
{
    static const og_elem types[] = { OG_FLOAT, OG_DOUBLE };

    (void)state;
    for (size_t i = 0; i < sizeof histories / sizeof histories[0]; i++)
        for (size_t type = 0; type < 2; type++)
            for (uint64_t round = 0; round < 10; round++) {
                og_philox random = { .seed = 9, .stream = i * 100 + type * 10 + round };

                run_history(&histories[i], types[type], &random);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_histories) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
