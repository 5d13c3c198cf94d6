/*
 * Casts: direct loops between the loop types; float16 and bfloat16 through strips of float;
 * everything narrower element by element through double or int64.
 */
#include "kernels/cast.h"
#include "kernels/simd.h"

#include <math.h>

typedef void og_cast_loop(const void *from, void *to, int64_t n);

#define T float
#define REAL 1
#define FN(name) name##_f32
#include "kernels/cast_type.h"
#define T double
#define REAL 1
#define FN(name) name##_f64
#include "kernels/cast_type.h"
#define T int8_t
#define REAL 0
#define FN(name) name##_i8
#include "kernels/cast_type.h"
#define T int16_t
#define REAL 0
#define FN(name) name##_i16
#include "kernels/cast_type.h"
#define T int32_t
#define REAL 0
#define FN(name) name##_i32
#include "kernels/cast_type.h"
#define T int64_t
#define REAL 0
#define FN(name) name##_i64
#include "kernels/cast_type.h"
#define T uint8_t
#define REAL 0
#define FN(name) name##_u8
#include "kernels/cast_type.h"
#define T uint16_t
#define REAL 0
#define FN(name) name##_u16
#include "kernels/cast_type.h"
#define T uint32_t
#define REAL 0
#define FN(name) name##_u32
#include "kernels/cast_type.h"
#define T uint64_t
#define REAL 0
#define FN(name) name##_u64
#include "kernels/cast_type.h"

static og_cast_loop *const *const casts[OG_ELEM_COUNT] = {
    [OG_FLOAT] = casts_f32,  [OG_DOUBLE] = casts_f64, [OG_INT8] = casts_i8,
    [OG_INT16] = casts_i16,  [OG_INT32] = casts_i32,  [OG_INT64] = casts_i64,
    [OG_UINT8] = casts_u8,   [OG_UINT16] = casts_u16, [OG_UINT32] = casts_u32,
    [OG_UINT64] = casts_u64, [OG_BOOL] = casts_u8,
};

enum { STRIP = 512 };

void og_widen_to_float(og_elem elem, const void *from, float *to, int64_t n)
{
    const uint16_t *x = from;

    if (elem == OG_FLOAT16)
        for (int64_t i = 0; i < n; i++)
            to[i] = og_half_to_float(x[i]);
    else
        for (int64_t i = 0; i < n; i++)
            to[i] = og_bfloat16_to_float(x[i]);
}

void og_narrow_from_float(og_elem elem, const float *from, void *to, int64_t n)
{
    uint16_t *y = to;

    if (elem == OG_FLOAT16)
        for (int64_t i = 0; i < n; i++)
            y[i] = og_float_to_half(from[i]);
    else
        for (int64_t i = 0; i < n; i++)
            y[i] = og_float_to_bfloat16(from[i]);
}

static bool is_half(og_elem elem)
{
    return elem == OG_FLOAT16 || elem == OG_BFLOAT16;
}

/* Between a half type and a loop type.  double is not rounded through float on its way to a half.
 */
static bool convert_half(og_elem from_elem, const char *from, og_elem to_elem, char *to, int64_t n)
{
    const size_t from_size = (size_t)og_elem_bits(from_elem) / 8,
                 to_size = (size_t)og_elem_bits(to_elem) / 8;
    float strip[STRIP];

    if (!(is_half(from_elem) && casts[to_elem]) &&
        !(is_half(to_elem) && casts[from_elem] && from_elem != OG_DOUBLE && from_size <= 4))
        return false;
    for (int64_t i = 0; i < n; i += STRIP) {
        const int64_t m = n - i < STRIP ? n - i : STRIP;

        if (is_half(from_elem)) {
            og_widen_to_float(from_elem, from + (size_t)i * from_size, strip, m);
            casts_f32[to_elem](strip, to + (size_t)i * to_size, m);
        } else {
            casts[from_elem][OG_FLOAT](from + (size_t)i * from_size, strip, m);
            og_narrow_from_float(to_elem, strip, to + (size_t)i * to_size, m);
        }
    }
    return true;
}

/* ---- The narrow types ------------------------------------------------------------------------ */

/* With `saturate` what lies outside becomes the largest number, else infinity or NaN: ONNX's two
 * tables. */
static double float8_edge(og_elem elem, double x, og_cast_rules rules)
{
    static const double most[OG_ELEM_COUNT] = {
        [OG_FLOAT8E4M3FN] = 448,
        [OG_FLOAT8E4M3FNUZ] = 240,
        [OG_FLOAT8E5M2] = 57344,
        [OG_FLOAT8E5M2FNUZ] = 57344,
    };
    /* half a step above the largest still rounds down to it (to even, or up where its mantissa is
     * odd) */
    static const double edge[OG_ELEM_COUNT] = {
        [OG_FLOAT8E4M3FN] = 464,
        [OG_FLOAT8E4M3FNUZ] = 248,
        [OG_FLOAT8E5M2] = 61440,
        [OG_FLOAT8E5M2FNUZ] = 61440,
    };

    if (most[elem] == 0 || isnan(x))
        return x;
    if (rules.saturate)
        return fabs(x) > most[elem] ? copysign(most[elem], x) : x;
    if (elem == OG_FLOAT8E4M3FN ? fabs(x) <= edge[elem] : fabs(x) < edge[elem])
        return x;
    return elem == OG_FLOAT8E5M2 ? copysign(INFINITY, x) : copysign(NAN, x);
}

/* float8e8m0 holds powers of two from 2^-127 to 2^127. */
static double e8m0_round(double x, og_cast_rules rules)
{
    int exponent;
    double mantissa;

    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0 || isinf(x) || x > 0x1p127)
        return !rules.saturate ? (double)NAN : x == 0 ? 0x1p-127 : 0x1p127;
    mantissa = 2 * frexp(x, &exponent); /* [1, 2) */
    exponent--;
    if (rules.rounding == OG_ROUND_UP)
        exponent += mantissa > 1;
    else if (rules.rounding == OG_ROUND_NEAREST)
        exponent += mantissa >= 1.5;
    if (exponent > 127 || exponent < -127)
        return rules.saturate ? (exponent > 127 ? 0x1p127 : 0x1p-127) : (double)NAN;
    return ldexp(1.0, exponent);
}

static bool is_float(og_elem elem)
{
    return elem == OG_FLOAT || elem == OG_DOUBLE || elem == OG_COMPLEX64 || elem == OG_COMPLEX128 ||
           elem == OG_FLOAT4E2M1 || elem == OG_FLOAT8E8M0 || is_half(elem) ||
           (elem >= OG_FLOAT8E4M3FN && elem <= OG_FLOAT8E5M2FNUZ);
}

static int64_t whole(double x)
{
    return x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
}

/* Integers of less than 8 bits keep the low bits of numbers that do not fit. */
static void convert_one(const og_tensor *from, int64_t i, og_tensor *to, int64_t k,
                        og_cast_rules rules)
{
    if (!is_float(to->elem)) {
        if (to->elem == OG_BOOL)
            og_set_int(to, k,
                       is_float(from->elem) ? og_get_double(from, i) != 0
                                            : og_get_int(from, i) != 0);
        else
            og_set_int(to, k,
                       is_float(from->elem) ? whole(og_get_double(from, i)) : og_get_int(from, i));
        return;
    }
    double x = from->elem == OG_INT64 ? (double)og_get_int(from, i) : og_get_double(from, i);

    if (to->elem == OG_FLOAT4E2M1 && isnan(x))
        x = -0.0; /* it has no NaN; ONNX's cases want the code 8 */
    x = to->elem == OG_FLOAT8E8M0 ? e8m0_round(x, rules) : float8_edge(to->elem, x, rules);
    og_set_double(to, k, x);
}

void og_convert(og_elem from_elem, const void *from, int64_t from_first, og_elem to_elem, void *to,
                int64_t to_first, int64_t n, og_cast_rules rules)
{
    const int from_bits = og_elem_bits(from_elem), to_bits = og_elem_bits(to_elem);

    if (n == 0)
        return; /* the data may be NULL */
    if (from_bits >= 8 && to_bits >= 8) {
        const char *x = (const char *)from + from_first * (from_bits / 8);
        char *y = (char *)to + to_first * (to_bits / 8);

        if (from_elem == to_elem) {
            if (x != y)
                memcpy(y, x, (size_t)n * (size_t)from_bits / 8);
            return;
        }
        if (casts[from_elem] && casts[from_elem][to_elem]) {
            casts[from_elem][to_elem](x, y, n);
            return;
        }
        if (convert_half(from_elem, x, to_elem, y, n))
            return;
    }
    og_tensor a = { .elem = from_elem, .data = (void *)(uintptr_t)from },
              b = { .elem = to_elem, .data = to };

    for (int64_t i = 0; i < n; i++)
        convert_one(&a, from_first + i, &b, to_first + i, rules);
}
