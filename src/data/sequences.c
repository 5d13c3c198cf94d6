/*
 * Made-up sequences that need a long memory, after Pascanu, Mikolov, Bengio 2013
 * (arXiv:1211.5063, section 5.1) and Hochreiter, Schmidhuber 1997.
 *
 * Adding: a number in [0, 1) and a mark at each time; two times are marked, and the target is the
 * mean of their numbers.  Order: one of six symbols at each time, as six numbers; at two times it
 * is A or B, elsewhere noise of the four others, and the class says which two they were, in order.
 * The first of the two times is early, the second before the middle or so, and the answer is wanted
 * at the end.  A row depends on the seed, the part and its index alone.
 */
#include "data/data.h"

static og_philox row_random(const og_sequences *s, int64_t row)
{
    return (og_philox){ .seed = s->seed, .stream = 2 * (uint64_t)row + s->test };
}

/* A time in [from, to) tenths of the length, at least one to choose from. */
static int64_t draw_time(og_philox *random, int64_t length, int64_t from, int64_t to)
{
    int64_t low = from * length / 10, high = to * length / 10;

    return low + (int64_t)og_philox_below(random, (uint64_t)(high > low ? high - low : 1));
}

static void fill_adding(const og_sequences *s, float *x, float *target)
{
    for (int64_t i = 0; i < s->rows; i++) {
        og_philox random = row_random(s, i);
        int64_t first = draw_time(&random, s->length, 0, 1);
        int64_t second = draw_time(&random, s->length, 1, 5);

        second += second == first; /* in a short sequence */
        for (int64_t t = 0; t < s->length; t++, x += 2) {
            x[0] = (float)og_philox_uniform(&random);
            x[1] = t == first || t == second;
            target[i] += x[1] * x[0] / 2;
        }
    }
}

enum { SYMBOLS = 6, NOISE = 4 };

static void fill_order(const og_sequences *s, float *x, int64_t *label)
{
    for (int64_t i = 0; i < s->rows; i++) {
        og_philox random = row_random(s, i);
        int64_t first = draw_time(&random, s->length, 1, 2);
        int64_t second = draw_time(&random, s->length, 5, 6);

        label[i] = (int64_t)og_philox_below(&random, 4);
        for (int64_t t = 0; t < s->length; t++, x += SYMBOLS) {
            int64_t noise = 2 + (int64_t)og_philox_below(&random, NOISE);

            x[t == first ? label[i] / 2 : t == second ? label[i] % 2 : noise] = 1;
        }
    }
}

og_status og_sequences_make(const og_sequences *s, og_tensor **x, og_tensor **y, og_report *report)
{
    int64_t width = s->order ? SYMBOLS : 2, dims[3] = { s->rows, s->length, width };
    int64_t label[2] = { s->rows, 1 }, cells = 0, numbers = 0;

    *x = *y = NULL;
    if (!og_count_mul(s->rows, s->length, &cells) || !og_count_mul(cells, 4 * width, &numbers))
        return og_fail(report, OG_LIMIT, "%lld sequences of %lld are too many", (long long)s->rows,
                       (long long)s->length);
    OG_TRY(og_memory_fits((uint64_t)numbers, report));
    *x = og_tensor_new(OG_FLOAT, 3, dims); /* zeros */
    *y = og_tensor_new(s->order ? OG_INT64 : OG_FLOAT, s->order ? 1 : 2, label);
    if (!*x || !*y)
        return og_fail(report, OG_NO_MEMORY, "out of memory for %lld sequences",
                       (long long)s->rows);
    if (s->order)
        fill_order(s, (*x)->data, (*y)->data);
    else
        fill_adding(s, (*x)->data, (*y)->data);
    return OG_OK;
}
