/*
 * A pool of threads that share the pieces of one job at a time.
 *
 * Pieces are taken by whoever is free, so a worker that the system has put aside holds up at most
 * the piece it is in; waiting spins for some microseconds, then gives the core away.  (OpenMP's
 * barriers spin for milliseconds when another process holds a core, and on a shared machine that
 * made two threads ten times slower than one.)
 */
#include "base/base.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { SPINS = 2000 };
static const int64_t CLOSED = INT64_MAX / 2; /* `next` of no job: nobody gets a piece */

typedef struct worker {
    struct og_threads *pool;
    pthread_t thread;
    int index;
} worker;

struct og_threads {
    int n;
    worker *workers; /* [n - 1] */
    int started;
    /* the job */
    og_piece *run;
    void *context;
    int64_t pieces, chunk;
    _Atomic int64_t next, done;
    atomic_int active; /* workers that may be looking at the job */
    atomic_uint generation;
    atomic_int sleepers;
    atomic_bool ending;
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

static inline void pause_core(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void work(og_threads *t, int index)
{
    for (;;) {
        int64_t first = atomic_fetch_add(&t->next, 1);

        if (first >= CLOSED || first * t->chunk >= t->pieces)
            return;
        int64_t from = first * t->chunk;
        int64_t to = from + t->chunk < t->pieces ? from + t->chunk : t->pieces;
        for (int64_t piece = from; piece < to; piece++)
            t->run(t->context, piece, index);
        atomic_fetch_add(&t->done, to - from);
    }
}

/* Until the generation is no longer `seen`; first spinning, then asleep. */
static unsigned wait_for_job(og_threads *t, unsigned seen)
{
    for (int i = 0; i < SPINS; i++) {
        unsigned now = atomic_load(&t->generation);

        if (now != seen)
            return now;
        pause_core();
    }
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->sleepers, 1);
    while (atomic_load(&t->generation) == seen)
        pthread_cond_wait(&t->wake, &t->lock);
    atomic_fetch_sub(&t->sleepers, 1);
    pthread_mutex_unlock(&t->lock);
    return atomic_load(&t->generation);
}

static void *worker_main(void *argument)
{
    worker *w = argument;
    og_threads *t = w->pool;
    unsigned seen = 0;

    for (;;) {
        seen = wait_for_job(t, seen);
        if (atomic_load(&t->ending))
            return NULL;
        atomic_fetch_add(&t->active, 1);
        work(t, w->index);
        atomic_fetch_sub(&t->active, 1);
    }
}

static void next_generation(og_threads *t)
{
    atomic_fetch_add(&t->generation, 1);
    if (atomic_load(&t->sleepers) == 0)
        return;
    pthread_mutex_lock(&t->lock);
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
}

/* Workers that cannot be started are done without: the pieces are the same for any number. */
og_threads *og_threads_new(int n)
{
    og_threads *t = og_calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->n = n > 1 ? n : 1;
    t->workers = og_calloc((size_t)t->n, sizeof *t->workers);
    if (!t->workers || pthread_mutex_init(&t->lock, NULL)) {
        og_free(t->workers);
        og_free(t);
        return NULL;
    }
    if (pthread_cond_init(&t->wake, NULL)) {
        pthread_mutex_destroy(&t->lock);
        og_free(t->workers);
        og_free(t);
        return NULL;
    }
    atomic_init(&t->next, CLOSED);
    while (t->started < t->n - 1) {
        worker *w = &t->workers[t->started];

        *w = (worker){ .pool = t, .index = t->started + 1 };
        if (pthread_create(&w->thread, NULL, worker_main, w))
            break;
        t->started++;
    }
    return t;
}

void og_threads_free(og_threads *t)
{
    if (!t)
        return;
    atomic_store(&t->ending, true);
    next_generation(t);
    for (int i = 0; i < t->started; i++)
        pthread_join(t->workers[i].thread, NULL);
    pthread_cond_destroy(&t->wake);
    pthread_mutex_destroy(&t->lock);
    og_free(t->workers);
    og_free(t);
}

int og_threads_count(const og_threads *t)
{
    return t ? t->n : 1;
}

/* Spins for as long as a piece may take, then lets others have the core. */
static void wait_until(const _Atomic int64_t *counter, int64_t value)
{
    for (int i = 0; atomic_load(counter) != value; i++)
        if (i < SPINS)
            pause_core();
        else
            sched_yield();
}

void og_threads_run(og_threads *t, int64_t pieces, og_piece *run, void *context)
{
    if (!t || !t->started || pieces < 2) {
        for (int64_t piece = 0; piece < pieces; piece++)
            run(context, piece, 0);
        return;
    }
    for (int i = 0; atomic_load(&t->active); i++) /* late leavers of the job before */
        if (i < SPINS)
            pause_core();
        else
            sched_yield();
    t->run = run;
    t->context = context;
    t->pieces = pieces;
    t->chunk = pieces / (4 * t->n) > 1 ? pieces / (4 * t->n) : 1;
    atomic_store(&t->done, 0);
    atomic_store(&t->next, 0);
    next_generation(t);
    work(t, 0);
    wait_until(&t->done, pieces);
    atomic_store(&t->next, CLOSED);
}
