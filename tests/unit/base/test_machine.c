/*
 * Facts of the machine: what must hold on every one.
 */
#include "../test.h"

#include <sched.h>
#include <unistd.h>

static void processors(void **state)
{
    cpu_set_t all, one;
    size_t first = 0;

    (void)state;
    assert_in_range(og_cpu_count(), 1, sysconf(_SC_NPROCESSORS_CONF));
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(og_cpu_count(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

static void memory(void **state)
{
    size_t limit = og_memory_limit(), before = og_memory_peak(), size = (size_t)64 << 20;
    size_t machine = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    volatile char *block = og_malloc(size);

    (void)state;
    assert_in_range(limit, 1 << 20, machine);
    assert_true(before > 0);
    for (size_t i = 0; i < size; i += 512)
        block[i] = 1;
    assert_true(og_memory_peak() >= before + size / 2);
    assert_true(og_memory_peak() <= limit);
    og_free((void *)(uintptr_t)block);
}

static void clocks(void **state)
{
    double start = og_seconds(), since = og_seconds_since_start(), wall;

    (void)state;
    usleep(50000);
    wall = og_seconds() - start;
    assert_true(wall >= 0.05);
    assert_true(since >= 0 && since < 60);
    /* The start is known to a tick of 10 ms, the passing of time exactly. */
    assert_true(og_seconds_since_start() - since >= 0.049);
}

/* Where the kernel's files cannot be read, the machine itself still answers. */
static void without_files(void **state)
{
    (void)state;
    og_fail_at(1);
    assert_true(og_cpu_count() >= 1);
    assert_true(og_memory_limit() > 0);
    assert_true(og_memory_peak() > 0);
    assert_true(og_seconds_since_start() == 0);
    og_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processors),
        cmocka_unit_test(memory),
        cmocka_unit_test(clocks),
        cmocka_unit_test(without_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
