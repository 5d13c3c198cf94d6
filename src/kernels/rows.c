/* rows: rows_loops.h for the four types of arithmetic.  Integers wrap around: their sums go through unsigned. */
#include "kernels/rows.h"

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

void og_add_rows(og_elem elem, void *to, int64_t step, int64_t first, int64_t end, const int64_t *places,
                 const void *from, int64_t n)
{
    switch (elem) {
    case OG_FLOAT: add_rows_float(to, step, first, end, places, from, n); break;
    case OG_DOUBLE: add_rows_double(to, step, first, end, places, from, n); break;
    case OG_INT32: add_rows_int32(to, step, first, end, places, from, n); break;
    default: add_rows_int64(to, step, first, end, places, from, n);
    }
}

void og_join_at(og_elem elem, char how, void *to, const int64_t *places, const void *from, int64_t n)
{
    switch (elem) {
    case OG_FLOAT: join_at_float(how, to, places, from, n); break;
    case OG_DOUBLE: join_at_double(how, to, places, from, n); break;
    case OG_INT32: join_at_int32(how, to, places, from, n); break;
    default: join_at_int64(how, to, places, from, n);
    }
}
