/* The loops of the normalisations of one instruction set. */
#include "kernels/norm.h"
#include "kernels/simd.h"

#define T float
#define FN(name) name##_f32
#include "kernels/norm_loops.h"

#define T double
#define FN(name) name##_f64
#include "kernels/norm_loops.h"

const og_norm_loops *const OG_ISA_NAME(og_norm)[2] = { &norm_f32, &norm_f64 };
