/* Arithmetic on sizes that the plans of convolutions share. */
#ifndef OG_CONV_SIZES_H
#define OG_CONV_SIZES_H

#include <stdint.h>

static inline int64_t product_of(int rank, const int64_t *dims)
{
    int64_t n = 1;

    for (int i = 0; i < rank; i++)
        n *= dims[i];
    return n;
}

static inline int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static inline int64_t round_up(int64_t n, int64_t to)
{
    return (n + to - 1) / to * to;
}

/* Position number t in a box. */
static inline void unravel(int64_t t, int rank, const int64_t *dims, int64_t *at)
{
    for (int i = rank - 1; i >= 0; i--) {
        at[i] = t % dims[i];
        t /= dims[i];
    }
}

#endif
