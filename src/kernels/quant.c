/*
 * Strips of floats: x, scale and zero point are brought to float, computed, and written in the
 * type of the result.  Runs of elements whose scales are equal or lie side by side are filled at
 * once.
 */
#include "kernels/quant.h"

#include "kernels/cast.h"
#include "kernels/simd.h"

enum { STRIP = 512 };

og_quant_grid og_quant_grid_one(void)
{
    return (og_quant_grid){ .size = 1, .inner = INT64_MAX, .block = 1 };
}

void og_quant_range(og_elem elem, float *low, float *high)
{
    static const float most[OG_ELEM_COUNT] = {
        [OG_INT8] = 127,         [OG_UINT8] = 255,
        [OG_INT16] = 32767,      [OG_UINT16] = 65535,
        [OG_INT4] = 7,           [OG_UINT4] = 15,
        [OG_INT2] = 1,           [OG_UINT2] = 3,
        [OG_FLOAT8E4M3FN] = 448, [OG_FLOAT8E4M3FNUZ] = 240,
        [OG_FLOAT8E5M2] = 57344, [OG_FLOAT8E5M2FNUZ] = 57344,
        [OG_FLOAT4E2M1] = 6,
    };
    static const float least[OG_ELEM_COUNT] = {
        [OG_INT8] = -128,         [OG_INT16] = -32768,          [OG_INT4] = -8,
        [OG_INT2] = -2,           [OG_FLOAT8E4M3FN] = -448,     [OG_FLOAT8E4M3FNUZ] = -240,
        [OG_FLOAT8E5M2] = -57344, [OG_FLOAT8E5M2FNUZ] = -57344, [OG_FLOAT4E2M1] = -6,
    };

    *low = least[elem];
    *high = most[elem];
}

/* Where the scale of element i lies, how many elements from there go on alike, and whether theirs
 * follow it (*step 1) or are the same (0). */
static int64_t grid_run(const og_quant_grid *g, int64_t i, int64_t *index, int *step)
{
    const int64_t c = i % g->inner, row = i / g->inner, d = row % g->size, o = row / g->size;
    const int64_t in_block = g->block - d % g->block;

    *index = o * g->outer_step + d / g->block * g->row_step + c * g->inner_step;
    if (g->inner > 1) {
        *step = g->inner_step != 0;
        return g->inner - c;
    }
    if (g->block > 1) {
        *step = 0;
        return in_block < g->size - d ? in_block : g->size - d;
    }
    *step = g->row_step != 0;
    return g->size - d;
}

static void to_float(const og_tensor *t, int64_t first, float *to, int64_t n)
{
    og_convert(t->elem, t->data, first, OG_FLOAT, to, 0, n, (og_cast_rules){ 0 });
}

/* The scales, or zero points, of elements [first, first + n). */
static void fill(const og_quant_grid *g, const og_tensor *t, int64_t first, int64_t n, float *to)
{
    for (int64_t i = 0; i < n;) {
        int64_t index;
        int step;
        int64_t run = grid_run(g, first + i, &index, &step);

        run = run < n - i ? run : n - i;
        to_float(t, index, to + i, step ? run : 1);
        for (int64_t k = 1; k < run && !step; k++)
            to[i + k] = to[i];
        i += run;
    }
}

/* The same strip serves all elements where there is one scale. */
typedef struct strip {
    float scale[STRIP], zero[STRIP];
    bool scale_done, zero_done;
} strip;

static void strip_fill(strip *s, const og_quant_args *a, int64_t first, int64_t n)
{
    if (!s->scale_done)
        fill(&a->scale_grid, a->scale, first, n, s->scale);
    if (!s->zero_done && a->zero)
        fill(&a->zero_grid, a->zero, first, n, s->zero);
    else if (!s->zero_done)
        memset(s->zero, 0, (size_t)n * sizeof *s->zero);
    s->scale_done = n == STRIP && a->scale_grid.inner == INT64_MAX;
    s->zero_done = n == STRIP && (!a->zero || a->zero_grid.inner == INT64_MAX);
}

static void round_to(og_elem elem, float *x, int64_t n)
{
    uint16_t narrow[STRIP];

    if (elem == OG_FLOAT)
        return;
    og_narrow_from_float(elem, x, narrow, n);
    og_widen_to_float(elem, narrow, x, n);
}

/* round(t) kept in [low - zero, high - zero], plus zero: exact, since all of these are integers
 * below 2^22, where adding and taking away 1.5 * 2^23 rounds to even.  A NaN becomes `low`. */
static void to_grid(const float *t, const float *zero, float low, float high, int32_t *q, int64_t n)
{
    const float shift = 12582912.0f;

    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        float v = t[i] > low - zero[i] ? t[i] : low - zero[i];

        v = v < high - zero[i] ? v : high - zero[i];
        q[i] = (int32_t)((v + shift) - shift + zero[i]);
    }
}

/* Packed types are written element by element into bytes whose unused bits are 0. */
static void clear_packed(og_tensor *y, int64_t first, int64_t n)
{
    const int64_t in_byte = 8 / og_elem_bits(y->elem);

    if (in_byte > 1)
        memset((char *)y->data + first / in_byte, 0, (size_t)((n + in_byte - 1) / in_byte));
}

void og_quant_run(const og_quant_args *a, int64_t first, int64_t n)
{
    const bool whole =
        !og_elem_in(a->y->elem, (og_elems)OG_BIT(OG_FLOAT4E2M1) | OG_BIT(OG_FLOAT8E4M3FN) |
                                    OG_BIT(OG_FLOAT8E4M3FNUZ) | OG_BIT(OG_FLOAT8E5M2) |
                                    OG_BIT(OG_FLOAT8E5M2FNUZ));
    strip s = { .scale_done = false };
    float t[STRIP], low, high;
    int32_t q[STRIP];

    clear_packed(a->y, first, n);
    og_quant_range(a->y->elem, &low, &high);
    for (int64_t i = first; i < first + n; i += STRIP) {
        const int64_t m = first + n - i < STRIP ? first + n - i : STRIP;

        strip_fill(&s, a, i, m);
        to_float(a->x, i, t, m);
        round_to(a->precision, t, m);
        round_to(a->precision, s.scale, m);
        OG_SIMD
        for (int64_t k = 0; k < m; k++)
            t[k] /= s.scale[k];
        round_to(a->precision, t, m);
        if (whole) {
            to_grid(t, s.zero, low, high, q, m);
            og_convert(OG_INT32, q, 0, a->y->elem, a->y->data, i, m, (og_cast_rules){ 0 });
        } else {
            OG_SIMD
            for (int64_t k = 0; k < m; k++)
                t[k] += s.zero[k];
            og_convert(OG_FLOAT, t, 0, a->y->elem, a->y->data, i, m,
                       (og_cast_rules){ .saturate = a->saturate });
        }
    }
}

void og_dequant_run(const og_quant_args *a, int64_t first, int64_t n)
{
    strip s = { .scale_done = false };
    float t[STRIP];

    for (int64_t i = first; i < first + n; i += STRIP) {
        const int64_t m = first + n - i < STRIP ? first + n - i : STRIP;

        strip_fill(&s, a, i, m);
        to_float(a->x, i, t, m);
        OG_SIMD
        for (int64_t k = 0; k < m; k++)
            t[k] = (t[k] - s.zero[k]) * s.scale[k];
        og_convert(OG_FLOAT, t, 0, a->y->elem, a->y->data, i, m, (og_cast_rules){ 0 });
    }
}
