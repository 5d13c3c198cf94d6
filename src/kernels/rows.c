/* rows: rows_loops.h for the four types of arithmetic.  Integers wrap around: their sums go through
 * unsigned. */
#include "kernels/rows.h"

#include "kernels/move.h"

#define OG_SIMD _Pragma("omp simd")

#define T float
#define FN(name) name##_float
#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define NAN_IN(a) ((a) != (a))
#include "kernels/rows_loops.h"
#define T double
#define FN(name) name##_double
#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define NAN_IN(a) ((a) != (a))
#include "kernels/rows_loops.h"
#define T int32_t
#define FN(name) name##_int32
#define PLUS(a, b) ((int32_t)((uint32_t)(a) + (uint32_t)(b)))
#define TIMES(a, b) ((int32_t)((uint32_t)(a) * (uint32_t)(b)))
#define NAN_IN(a) false
#include "kernels/rows_loops.h"
#define T int64_t
#define FN(name) name##_int64
#define PLUS(a, b) ((int64_t)((uint64_t)(a) + (uint64_t)(b)))
#define TIMES(a, b) ((int64_t)((uint64_t)(a) * (uint64_t)(b)))
#define NAN_IN(a) false
#include "kernels/rows_loops.h"

/* Setting is moving bytes. */
static void set_rows(og_elem elem, void *to, int64_t row, int64_t first, int64_t end,
                     const int64_t *places, const void *from, int64_t from_first, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (places[i] >= first && places[i] < end)
            og_copy_run(elem, to, places[i] * row, from, from_first + i * row, row);
}

void og_join_rows(og_elem elem, og_join how, void *to, int64_t row, int64_t first, int64_t end,
                  const int64_t *places, const void *from, int64_t from_first, int64_t n)
{
    if (how == OG_JOIN_SET) {
        set_rows(elem, to, row, first, end, places, from, from_first, n);
        return;
    }
    switch (elem) {
    case OG_FLOAT:
        join_rows_float(how, to, row, first, end, places, (const float *)from + from_first, n);
        break;
    case OG_DOUBLE:
        join_rows_double(how, to, row, first, end, places, (const double *)from + from_first, n);
        break;
    case OG_INT32:
        join_rows_int32(how, to, row, first, end, places, (const int32_t *)from + from_first, n);
        break;
    default:
        join_rows_int64(how, to, row, first, end, places, (const int64_t *)from + from_first, n);
    }
}
