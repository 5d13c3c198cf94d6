/* The pool: every piece exactly once, by threads that are told apart, over many jobs in a row. */
#include "../test.h"

#include <stdatomic.h>

enum { PIECES = 1000, JOBS = 300 };

typedef struct tally {
    atomic_int pieces[PIECES];
    atomic_int threads[8];
} tally;

static void count(void *context, int64_t piece, int thread)
{
    tally *t = context;

    atomic_fetch_add(&t->pieces[piece], 1);
    atomic_fetch_add(&t->threads[thread], 1);
}

static void every_piece_once(int threads)
{
    og_threads *pool = og_threads_new(threads);
    tally *t = og_calloc(1, sizeof *t);

    assert_non_null(pool);
    for (int job = 0; job < JOBS; job++)
        og_threads_run(pool, job % PIECES, count, t);
    for (int i = 0; i < PIECES; i++) {
        int expected = i < JOBS ? JOBS - 1 - i : 0;

        assert_int_equal(atomic_load(&t->pieces[i]), expected);
    }
    for (int i = threads; i < 8; i++)
        assert_int_equal(atomic_load(&t->threads[i]), 0);
    og_threads_free(pool);
    og_free(t);
}

static void test_every_piece_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 5; threads++)
        every_piece_once(threads);
}

static void test_no_pool(void **state)
{
    (void)state;
    tally *t = og_calloc(1, sizeof *t);

    og_threads_run(NULL, 10, count, t);
    assert_int_equal(atomic_load(&t->threads[0]), 10);
    og_threads_free(NULL);
    og_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_piece_once),
        cmocka_unit_test(test_no_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
