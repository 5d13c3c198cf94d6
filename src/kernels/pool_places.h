/* Places that windows reach; what the loops of all types share. */
#ifndef OG_POOL_PLACES_H
#define OG_POOL_PLACES_H

#include "kernels/pool.h"

/* Among positions x0 .. x0 + n of the last axis, those whose kernel position kx lies inside the
 * input: low .. high, counted from x0. */
static inline void pool_range(const og_conv_shape *s, int64_t kx, int64_t x0, int64_t n,
                              int64_t *low, int64_t *high)
{
    const int last = s->rank - 1;
    const int64_t step = s->stride[last];
    const int64_t from = x0 * step - s->before[last] + kx * s->dilation[last],
                  room = s->in[last] - from;

    *low = from < 0 ? (-from + step - 1) / step : 0;
    *high = room > 0 ? (room + step - 1) / step : 0;
    *high = *high < n ? *high : n;
}

/* The place in a plane that kernel position `tap` of the window at `at` reads. */
static inline int64_t pool_place(const og_conv_shape *s, const int64_t *at, int64_t tap,
                                 bool column_major)
{
    int64_t place = 0, step = 1, column = 0;
    int64_t q[OG_MAX_RANK];

    for (int i = s->rank - 1; i >= 0; i--) {
        q[i] = at[i] * s->stride[i] - s->before[i] + tap % s->kernel[i] * s->dilation[i];
        tap /= s->kernel[i];
        place += q[i] * step;
        step *= s->in[i];
    }
    if (!column_major)
        return place;
    for (int i = s->rank - 1; i >= 0; i--)
        column = column * s->in[i] + q[i];
    return column;
}

/* Windows of 2 x 2 side by side: how many of a row, or a few more that make whole vectors where
 * what is read too much lies in rows of the same plane that come later. */
static inline int64_t pool_pairs(const og_pool *p, int64_t row)
{
    const int64_t n = p->s.out[1], whole = (n + 15) / 16 * 16;

    return (row + 1) * n + whole - n <= (p->s.out[0] - 1) * n ? whole : n;
}

#endif
