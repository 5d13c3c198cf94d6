/*
 * Batches: an epoch is a permutation of the rows, drawn (Fisher-Yates) from a stream of its own. So
 * the order needs no state: training resumes at any place by naming it.
 */
#include "data/data.h"

static const uint64_t shuffle_stream =
    0x73687566666c6500; /* "shuffle" in ASCII; the epoch is added */

struct og_batches {
    int64_t rows, batch, epoch, position;
    int64_t ordered; /* the epoch that `order` is of; -1: none yet */
    bool shuffle;
    uint64_t seed;
    int64_t order[]; /* [rows] */
};

og_batches *og_batches_new(int64_t rows, int64_t batch, bool shuffle, uint64_t seed)
{
    size_t bytes;
    og_batches *b;

    assert(rows >= 0 && batch > 0);
    if (!og_size_mul((size_t)rows, sizeof b->order[0], &bytes) || bytes > SIZE_MAX - sizeof *b)
        return NULL;
    if (!(b = og_malloc(sizeof *b + bytes)))
        return NULL;
    *b = (og_batches){
        .rows = rows, .batch = batch, .shuffle = shuffle, .seed = seed, .ordered = -1
    };
    for (int64_t i = 0; i < rows; i++)
        b->order[i] = i;
    return b;
}

void og_batches_free(og_batches *batches)
{
    og_free(batches);
}

void og_batches_seek(og_batches *batches, int64_t epoch, int64_t position)
{
    assert(epoch >= 0 && position >= 0 && position <= batches->rows);
    batches->epoch = epoch;
    batches->position = position;
}

int64_t og_batches_epoch(const og_batches *batches)
{
    return batches->epoch;
}

int64_t og_batches_position(const og_batches *batches)
{
    return batches->position;
}

static void batches_order(og_batches *b)
{
    og_philox random = { .seed = b->seed, .stream = shuffle_stream + (uint64_t)b->epoch };

    if (!b->shuffle || b->ordered == b->epoch)
        return;
    for (int64_t i = 0; i < b->rows; i++)
        b->order[i] = i;
    for (int64_t i = b->rows - 1; i > 0; i--) {
        int64_t k = (int64_t)og_philox_below(&random, (uint64_t)i + 1), row = b->order[i];

        b->order[i] = b->order[k];
        b->order[k] = row;
    }
    b->ordered = b->epoch;
}

const int64_t *og_batches_next(og_batches *batches, size_t *n)
{
    int64_t at = batches->position, left = batches->rows - at;

    if (left == 0) {
        *n = 0;
        batches->epoch++;
        batches->position = 0;
        return NULL;
    }
    batches_order(batches);
    *n = (size_t)(left < batches->batch ? left : batches->batch);
    batches->position += (int64_t)*n;
    return batches->order + at;
}
