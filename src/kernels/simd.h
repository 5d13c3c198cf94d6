/* What files compiled for several instruction sets share.  OG_ISA is given by the build. */
#ifndef OG_SIMD_H
#define OG_SIMD_H

#include "kernels/kernels.h"

#ifndef OG_ISA
#define OG_ISA baseline
#endif

#define OG_JOIN_(a, b) a##_##b
#define OG_JOIN(a, b) OG_JOIN_(a, b)
#define OG_ISA_NAME(name) OG_JOIN(name, OG_ISA)

/* On every elementwise loop; never on a reduction, whose order is fixed. */
#define OG_SIMD _Pragma("omp simd")

/* For drivers that take a function of one element: only inlined do they become vector loops. */
#define OG_INLINE static inline __attribute__((always_inline))

static inline uint32_t og_bits32(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float og_from_bits32(uint32_t bits)
{
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t og_bits64(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#endif
