/*
 * The tiles of one instruction set: as many rows as its registers hold with two vectors of sums
 * each.
 */
#include "kernels/simd.h"
#include "kernels/tile.h"

#if defined(__AVX512F__)
#define TILE_BYTES 64
#define TILE_ROWS 14
#define TILE_CASES                                                                                 \
    TILE_CASE(1)                                                                                   \
    TILE_CASE(2)                                                                                   \
    TILE_CASE(3)                                                                                   \
    TILE_CASE(4)                                                                                   \
    TILE_CASE(5) TILE_CASE(6) TILE_CASE(7) TILE_CASE(8) TILE_CASE(9) TILE_CASE(10) TILE_CASE(11)   \
        TILE_CASE(12) TILE_CASE(13) TILE_CASE(14)
#else
#ifdef __AVX__
#define TILE_BYTES 32
#else
#define TILE_BYTES 16
#endif
#define TILE_ROWS 6
#define TILE_CASES TILE_CASE(1) TILE_CASE(2) TILE_CASE(3) TILE_CASE(4) TILE_CASE(5) TILE_CASE(6)
#endif

#define TILE_DOTS 5 /* kernel positions that share one load */

#define T float
#define FN(name) name##_f32
#include "kernels/tile_loops.h"

#define T double
#define FN(name) name##_f64
#include "kernels/tile_loops.h"

const og_tiles *const OG_ISA_NAME(og_tiles)[2] = { &tiles_f32, &tiles_f64 };
