/*
 * move: the loops of move_loops.h by width, and the walk over the axes of an og_move.
 *
 * Packed types go element by element through a shift and a mask; everything else is bytes, whatever
 * they mean.
 */
#include "kernels/move.h"

enum { PIECE_BYTES = 1 << 16, SQUARE = 16 };

/* Bytes belong to any type: these words may overlay floats, strings and the rest, at any address.
 */
typedef uint8_t __attribute__((may_alias)) word1;
typedef uint16_t __attribute__((may_alias, aligned(1))) word2;
typedef uint32_t __attribute__((may_alias, aligned(1))) word4;
typedef uint64_t __attribute__((may_alias, aligned(1))) word8;
typedef struct __attribute__((may_alias, packed)) word16 {
    uint64_t low, high;
} word16;

#define T word1
#define FN(name) name##_1
#include "kernels/move_loops.h"
#define T word2
#define FN(name) name##_2
#include "kernels/move_loops.h"
/* Four by four words of 4 bytes, in registers. */
typedef uint32_t four __attribute__((vector_size(16)));
#if defined(__clang__) || __GNUC__ >= 12
#define MIX(x, y, a, b, c, d) __builtin_shufflevector(x, y, a, b, c, d)
#else
#define MIX(x, y, a, b, c, d) __builtin_shuffle(x, y, (four){ a, b, c, d })
#endif

static void block_4_by_4(word4 *to, int64_t to_step, const word4 *from, int64_t from_step)
{
    four a, b, c, d, low, high, row[4];

    memcpy(&a, from, sizeof a);
    memcpy(&b, from + from_step, sizeof b);
    memcpy(&c, from + 2 * from_step, sizeof c);
    memcpy(&d, from + 3 * from_step, sizeof d);
    low = MIX(a, b, 0, 4, 1, 5);
    high = MIX(c, d, 0, 4, 1, 5);
    row[0] = MIX(low, high, 0, 1, 4, 5);
    row[1] = MIX(low, high, 2, 3, 6, 7);
    low = MIX(a, b, 2, 6, 3, 7);
    high = MIX(c, d, 2, 6, 3, 7);
    row[2] = MIX(low, high, 0, 1, 4, 5);
    row[3] = MIX(low, high, 2, 3, 6, 7);
    for (int i = 0; i < 4; i++)
        memcpy(to + i * to_step, &row[i], sizeof row[i]);
}

#define T word4
#define FN(name) name##_4
#define BLOCK block_4_by_4
#include "kernels/move_loops.h"
#define T word8
#define FN(name) name##_8
#include "kernels/move_loops.h"
#define T word16
#define FN(name) name##_16
#include "kernels/move_loops.h"

int og_width(og_elem elem)
{
    return og_elem_bits(elem) / 8;
}

void og_strides(int rank, const int64_t *dims, int64_t *strides)
{
    int64_t step = 1;

    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = step;
        step *= dims[i];
    }
}

/* ---- Packed types ---------------------------------------------------------------------------- */

static unsigned packed_get(int bits, const uint8_t *data, int64_t i)
{
    int64_t bit = i * bits;

    return (unsigned)(data[bit / 8] >> (bit % 8)) & ((1u << bits) - 1);
}

static void packed_set(int bits, uint8_t *data, int64_t i, unsigned number)
{
    int64_t bit = i * bits;
    unsigned mask = ((1u << bits) - 1) << (bit % 8);

    data[bit / 8] = (uint8_t)((data[bit / 8] & ~mask) | (number << (bit % 8)));
}

static void packed_copy(int bits, void *to, int64_t to_first, int64_t to_step, const void *from,
                        int64_t from_first, int64_t from_step, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        packed_set(bits, to, to_first + i * to_step,
                   packed_get(bits, from, from_first + i * from_step));
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static void strided_copy(int width, int bits, void *to, int64_t to_first, int64_t to_step,
                         const void *from, int64_t from_first, int64_t from_step, int64_t n)
{
    switch (width) {
    case 1:
        copy_1((word1 *)to + to_first, to_step, (const word1 *)from + from_first, from_step, n);
        break;
    case 2:
        copy_2((word2 *)to + to_first, to_step, (const word2 *)from + from_first, from_step, n);
        break;
    case 4:
        copy_4((word4 *)to + to_first, to_step, (const word4 *)from + from_first, from_step, n);
        break;
    case 8:
        copy_8((word8 *)to + to_first, to_step, (const word8 *)from + from_first, from_step, n);
        break;
    case 16:
        copy_16((word16 *)to + to_first, to_step, (const word16 *)from + from_first, from_step, n);
        break;
    default:
        packed_copy(bits, to, to_first, to_step, from, from_first, from_step, n);
    }
}

static void run_copy(int width, int bits, void *to, int64_t to_first, const void *from,
                     int64_t from_first, int64_t n)
{
    if (n <= 0)
        return;
    if (width == 0) {
        packed_copy(bits, to, to_first, 1, from, from_first, 1, n);
        return;
    }
    uint8_t *t = (uint8_t *)to + to_first * width;
    const uint8_t *f = (const uint8_t *)from + from_first * width;

    if (t != f)
        memcpy(t, f, (size_t)(n * width));
}

static void run_fill(int width, int bits, void *to, int64_t to_first, const void *from,
                     int64_t from_first, int64_t n)
{
    switch (width) {
    case 1:
        fill_1((word1 *)to + to_first, ((const word1 *)from)[from_first], n);
        break;
    case 2:
        fill_2((word2 *)to + to_first, ((const word2 *)from)[from_first], n);
        break;
    case 4:
        fill_4((word4 *)to + to_first, ((const word4 *)from)[from_first], n);
        break;
    case 8:
        fill_8((word8 *)to + to_first, ((const word8 *)from)[from_first], n);
        break;
    case 16:
        fill_16((word16 *)to + to_first, ((const word16 *)from)[from_first], n);
        break;
    default:
        packed_copy(bits, to, to_first, 1, from, from_first, 0, n);
    }
}

void og_copy_run(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
                 int64_t n)
{
    run_copy(og_width(elem), og_elem_bits(elem), to, to_first, from, from_first, n);
}

void og_fill_run(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
                 int64_t n)
{
    run_fill(og_width(elem), og_elem_bits(elem), to, to_first, from, from_first, n);
}

void og_pick(og_elem elem, void *to, int64_t to_first, const void *from, int64_t from_first,
             const int64_t *places, int64_t step, int64_t n)
{
    int bits = og_elem_bits(elem);

    switch (og_width(elem)) {
    case 1:
        pick_1((word1 *)to + to_first, (const word1 *)from + from_first, places, step, n);
        break;
    case 2:
        pick_2((word2 *)to + to_first, (const word2 *)from + from_first, places, step, n);
        break;
    case 4:
        pick_4((word4 *)to + to_first, (const word4 *)from + from_first, places, step, n);
        break;
    case 8:
        pick_8((word8 *)to + to_first, (const word8 *)from + from_first, places, step, n);
        break;
    case 16:
        pick_16((word16 *)to + to_first, (const word16 *)from + from_first, places, step, n);
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            packed_set(bits, to, to_first + i,
                       packed_get(bits, from, from_first + places[i] * step));
    }
}

void og_put(og_elem elem, void *to, int64_t to_first, const int64_t *places, int64_t step,
            const void *from, int64_t from_first, int64_t n)
{
    int bits = og_elem_bits(elem);

    switch (og_width(elem)) {
    case 1:
        put_1((word1 *)to + to_first, places, step, (const word1 *)from + from_first, n);
        break;
    case 2:
        put_2((word2 *)to + to_first, places, step, (const word2 *)from + from_first, n);
        break;
    case 4:
        put_4((word4 *)to + to_first, places, step, (const word4 *)from + from_first, n);
        break;
    case 8:
        put_8((word8 *)to + to_first, places, step, (const word8 *)from + from_first, n);
        break;
    case 16:
        put_16((word16 *)to + to_first, places, step, (const word16 *)from + from_first, n);
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            packed_set(bits, to, to_first + places[i] * step,
                       packed_get(bits, from, from_first + i));
    }
}

/* ---- Moves ----------------------------------------------------------------------------------- */

/* Short runs that make up a wider word move as one element, if all steps are whole words. */
static void move_widen(og_move *m)
{
    int last = m->rank - 1;
    int64_t n = m->dims[last], wide = n * m->width;

    if (last < 1 || m->to[last] != 1 || m->from[last] != 1 || n < 2 ||
        (wide != 2 && wide != 4 && wide != 8 && wide != 16))
        return;
    bool whole = m->to_first % n == 0 && m->from_first % n == 0;
    for (int i = 0; i < last; i++)
        whole = whole && m->to[i] % n == 0 && m->from[i] % n == 0;
    if (!whole)
        return;
    for (int i = 0; i < last; i++) {
        m->to[i] /= n;
        m->from[i] /= n;
    }
    m->to_first /= n;
    m->from_first /= n;
    m->count /= n;
    m->width = (int)wide;
    m->rank--;
}

/* Where the last axis strides through the source and another one lies side by side in it, that one
 * becomes the last but one and the two are walked in tiles. */
static void move_find_tiles(og_move *m)
{
    int last = m->rank - 1;

    if (last < 1 || m->width == 0 || m->to[last] != 1 || m->from[last] == 1 || m->from[last] == 0)
        return;
    for (int i = last - 1; i >= 0 && !m->tiled; i--) {
        if (m->from[i] != 1)
            continue;
        int64_t d = m->dims[i], t = m->to[i];

        for (int k = i; k < last - 1; k++) {
            m->dims[k] = m->dims[k + 1];
            m->to[k] = m->to[k + 1];
            m->from[k] = m->from[k + 1];
        }
        m->dims[last - 1] = d;
        m->to[last - 1] = t;
        m->from[last - 1] = 1;
        m->tiled = true;
    }
}

static int64_t ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

static void move_cut(og_move *m)
{
    m->pieces = 1;
    m->step = m->count;
    if (m->count == 0 || m->width == 0) /* pieces would share bytes of packed types */
        return;
    if (m->tiled) {
        int64_t rows = ceil_div(m->dims[m->rank - 2], SQUARE),
                row = SQUARE * m->dims[m->rank - 1] * m->width;
        int64_t all = m->count / (m->dims[m->rank - 2] * m->dims[m->rank - 1]) * rows;

        m->step = ceil_div(PIECE_BYTES, row);
        m->pieces = ceil_div(all, m->step);
    } else {
        m->step = PIECE_BYTES / m->width;
        m->pieces = ceil_div(m->count, m->step);
    }
}

void og_move_set(og_move *m, og_elem elem, int rank, const int64_t *dims, const int64_t *to,
                 int64_t to_first, const int64_t *from, int64_t from_first)
{
    *m = (og_move){ .width = og_width(elem),
                    .bits = og_elem_bits(elem),
                    .to_first = to_first,
                    .from_first = from_first,
                    .count = 1 };
    for (int i = 0; i < rank; i++) {
        int k = m->rank - 1;

        m->count *= dims[i];
        if (dims[i] == 1)
            continue;
        if (k >= 0 && m->to[k] == to[i] * dims[i] && m->from[k] == from[i] * dims[i]) {
            m->dims[k] *= dims[i];
            m->to[k] = to[i];
            m->from[k] = from[i];
            continue;
        }
        m->dims[++k] = dims[i];
        m->to[k] = to[i];
        m->from[k] = from[i];
        m->rank = k + 1;
    }
    if (m->rank == 0) {
        m->rank = 1;
        m->dims[0] = m->to[0] = m->from[0] = 1;
    }
    move_widen(m);
    move_find_tiles(m);
    move_cut(m);
}

/* The places of the elements where axes below `axes` have the index number `at` in row-major order;
 * *index gets the index of each axis. */
static void move_locate(const og_move *m, int axes, int64_t at, int64_t *index, int64_t *to,
                        int64_t *from)
{
    *to = m->to_first;
    *from = m->from_first;
    for (int i = axes - 1; i >= 0; i--) {
        index[i] = at % m->dims[i];
        at /= m->dims[i];
        *to += index[i] * m->to[i];
        *from += index[i] * m->from[i];
    }
}

static void move_next(const og_move *m, int axes, int64_t *index, int64_t *to, int64_t *from)
{
    for (int i = axes - 1; i >= 0; i--) {
        *to += m->to[i];
        *from += m->from[i];
        if (++index[i] < m->dims[i])
            return;
        index[i] = 0;
        *to -= m->dims[i] * m->to[i];
        *from -= m->dims[i] * m->from[i];
    }
}

static void move_tile(const og_move *m, void *to, int64_t t, const void *from, int64_t f,
                      int64_t rows)
{
    int64_t columns = m->dims[m->rank - 1], ts = m->to[m->rank - 2], fs = m->from[m->rank - 1];

    switch (m->width) {
    case 1:
        tile_1((word1 *)to + t, ts, (const word1 *)from + f, fs, rows, columns);
        break;
    case 2:
        tile_2((word2 *)to + t, ts, (const word2 *)from + f, fs, rows, columns);
        break;
    case 4:
        tile_4((word4 *)to + t, ts, (const word4 *)from + f, fs, rows, columns);
        break;
    case 8:
        tile_8((word8 *)to + t, ts, (const word8 *)from + f, fs, rows, columns);
        break;
    default:
        tile_16((word16 *)to + t, ts, (const word16 *)from + f, fs, rows, columns);
    }
}

static void move_tiles(const og_move *m, void *to, const void *from, int64_t piece)
{
    int outer = m->rank - 2;
    int64_t size = m->dims[outer], rows = ceil_div(size, SQUARE);
    int64_t all = m->count / (size * m->dims[outer + 1]) * rows;
    int64_t end = (piece + 1) * m->step < all ? (piece + 1) * m->step : all;

    for (int64_t at = piece * m->step; at < end; at++) {
        int64_t index[OG_MAX_RANK], t, f, row = at % rows * SQUARE;

        move_locate(m, outer, at / rows, index, &t, &f);
        move_tile(m, to, t + row * m->to[outer], from, f + row,
                  size - row < SQUARE ? size - row : SQUARE);
    }
}

void og_move_piece(const og_move *m, void *to, const void *from, int64_t piece)
{
    if (m->count == 0)
        return;
    if (m->tiled) {
        move_tiles(m, to, from, piece);
        return;
    }
    int last = m->rank - 1;
    int64_t size = m->dims[last], ts = m->to[last], fs = m->from[last];
    int64_t at = piece * m->step, end = at + m->step < m->count ? at + m->step : m->count;
    int64_t index[OG_MAX_RANK], t, f, skip = at % size;

    move_locate(m, last, at / size, index, &t, &f);
    while (at < end) {
        int64_t n = end - at < size - skip ? end - at : size - skip;
        int64_t t1 = t + skip * ts, f1 = f + skip * fs;

        if (ts == 1 && fs == 1)
            run_copy(m->width, m->bits, to, t1, from, f1, n);
        else if (ts == 1 && fs == 0)
            run_fill(m->width, m->bits, to, t1, from, f1, n);
        else
            strided_copy(m->width, m->bits, to, t1, ts, from, f1, fs, n);
        at += n;
        skip = 0;
        move_next(m, last, index, &t, &f);
    }
}
