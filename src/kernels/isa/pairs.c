/*
 * Loops that do the work of two, which saves chains a call and a trip through the tile.
 *
 * Compiled without contraction: the first result is rounded before the second operator reads it, as
 * it is where each has a loop of its own.
 */
#include "kernels/simd.h"

#define T float
#define FN(name) name##_f32
#include "kernels/pairs_type.h"
#define T double
#define FN(name) name##_f64
#include "kernels/pairs_type.h"

const og_loop_pair *const OG_ISA_NAME(og_pairs)[2] = { pairs_f32, pairs_f64 };
