/*
 * Allocation on the heap, counted, and failing on request.
 *
 * The two counters are the only state of the library that is shared by everybody: tests need to
 * reach the allocations of all threads.
 */
#include "base/system.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    MEMORY_LINE = 64,
    MEMORY_HUGE_PAGE = 2 << 20,
    MEMORY_HUGE_FROM = 2 * MEMORY_HUGE_PAGE /* below, the alignment would waste too much */
};

static atomic_uint_fast64_t memory_calls;
static atomic_bool memory_armed;
static atomic_int_fast64_t memory_left;

uint64_t og_alloc_count(void)
{
    return atomic_load_explicit(&memory_calls, memory_order_relaxed);
}

void og_fail_at(uint64_t n)
{
    atomic_store(&memory_armed, false);
    atomic_store(&memory_left, n > INT64_MAX ? INT64_MAX : (int64_t)n);
    atomic_store(&memory_armed, n > 0);
}

bool og_inject(void)
{
    if (!atomic_load_explicit(&memory_armed, memory_order_relaxed))
        return false;
    return atomic_fetch_sub(&memory_left, 1) <= 1;
}

/* Counts one allocation; false when it has to fail.  Sizes over PTRDIFF_MAX would break pointer
 * differences. */
static bool memory_allows(size_t size)
{
    atomic_fetch_add_explicit(&memory_calls, 1, memory_order_relaxed);
    return !og_inject() && size <= PTRDIFF_MAX;
}

void *og_malloc(size_t size)
{
    return memory_allows(size) ? malloc(size ? size : 1) : NULL;
}

void *og_calloc(size_t n, size_t size)
{
    size_t bytes = 0;
    bool fits = og_size_mul(n, size, &bytes);

    return memory_allows(bytes) && fits ? calloc(bytes ? bytes : 1, 1) : NULL;
}

void *og_realloc(void *memory, size_t size)
{
    return memory_allows(size) ? realloc(memory, size ? size : 1) : NULL;
}

void og_free(void *memory)
{
    free(memory);
}

void *og_malloc_aligned(size_t size)
{
    size_t alignment = size >= MEMORY_HUGE_FROM ? MEMORY_HUGE_PAGE : MEMORY_LINE;
    void *memory = NULL;

    if (!memory_allows(size) || posix_memalign(&memory, alignment, size ? size : MEMORY_LINE))
        return NULL;
    if (size >= MEMORY_HUGE_FROM)
        (void)madvise(memory, size - size % MEMORY_HUGE_PAGE, MADV_HUGEPAGE); /* only a wish */
    return memory;
}

void og_free_aligned(void *memory)
{
    free(memory);
}

bool og_size_mul(size_t a, size_t b, size_t *product)
{
    if (b && a > SIZE_MAX / b)
        return false;
    *product = a * b;
    return true;
}

bool og_count_mul(int64_t a, int64_t b, int64_t *product)
{
    if (a < 0 || b < 0 || (b && a > INT64_MAX / b))
        return false;
    *product = a * b;
    return true;
}
