/* Measuring: mean loss and accuracy over a set, in batches, with the graph that does not learn. */
#include "train/train.h"

#include <math.h>

/* Places where the largest number along the class axis is the one of the label: prediction [outer…,
 * classes, inner…], label [outer…, inner…].  A label outside the classes (an ignored one) counts as
 * no sample. */
static void count_right(const og_tensor *prediction, int axis, const og_tensor *label,
                        int64_t *right, int64_t *all)
{
    int64_t classes = prediction->dims[axis], inner = 1;

    for (int i = axis + 1; i < prediction->rank; i++)
        inner *= prediction->dims[i];
    for (int64_t i = 0; i < label->count; i++) {
        int64_t first = i / inner * classes * inner + i % inner, best = 0;
        int64_t wanted = og_get_int(label, i);

        if (wanted < 0 || wanted >= classes)
            continue;
        for (int64_t k = 1; k < classes; k++)
            if (og_get_double(prediction, first + k * inner) >
                og_get_double(prediction, first + best * inner))
                best = k;
        *right += best == wanted;
        ++*all;
    }
}

static const og_tensor *fed(const og_trainer *t, const char *input)
{
    for (size_t i = 0; i < t->feeds.n; i++)
        if (!strcmp(t->feeds.v[i].input, input))
            return &t->feeds.v[i].tensor;
    return NULL;
}

typedef struct measure {
    double loss;
    int64_t rows, right, counted;
} measure;

static og_status measure_batch(og_trainer *t, og_dataset *data, const int64_t *rows, size_t n,
                               measure *m)
{
    const char *fetches[2] = { t->loss, t->prediction };
    og_tensor results[2];

    OG_TRY(og_feeds_fill(t, data, rows, n));
    if (og_session_run(t->checking, t->feeds.feeds, t->feeds.n, fetches, t->prediction ? 2 : 1,
                       results, NULL))
        return og_trainer_fail(t, og_session_report(t->checking));
    m->loss += og_get_double(&results[0], 0) * (double)n;
    m->rows += (int64_t)n;
    if (t->prediction)
        count_right(&results[1], t->class_axis, fed(t, t->label), &m->right, &m->counted);
    return OG_OK;
}

og_status og_trainer_measure(og_trainer *t, og_dataset *data, double *loss, double *metric)
{
    int64_t rows = og_dataset_rows(data);
    og_batches *batches = og_batches_new(rows, t->options.batch, false, 0);
    og_status status = OG_OK;
    measure m = { 0 };
    const int64_t *next;
    size_t n;

    if (!batches)
        return og_fail(&t->report, OG_NO_MEMORY, "no memory to measure %lld rows", (long long)rows);
    while (!status && (next = og_batches_next(batches, &n))) {
        og_train_event event = { .kind = OG_TRAIN_MEASURE, .rows = rows };

        status = measure_batch(t, data, next, n, &m);
        event.position = m.rows;
        if (!status && !og_trainer_tell(t, &event))
            status = OG_STOPPED;
    }
    og_batches_free(batches);
    if (loss)
        *loss = m.rows ? m.loss / (double)m.rows : NAN;
    if (metric)
        *metric = m.counted ? (double)m.right / (double)m.counted : NAN;
    return status;
}
