/* The loops of pools of one instruction set. */
#include "kernels/math_f32.h"
#include "kernels/pool_places.h"
#include "kernels/simd.h"

#define T float
#define LOWEST (-INFINITY)
#define TAKES(v, best) ((v) > (best) || (v) != (v))
#define POW powf
#define ROOT sqrtf
#define FN(name) name##_f32
#include "kernels/pool_max_loops.h"
#include "kernels/pool_loops.h"
#undef T
#undef POW
#undef ROOT
#undef FN

#define T double
#define POW pow
#define ROOT sqrt
#define FN(name) name##_f64
#include "kernels/pool_max_loops.h"
#include "kernels/pool_loops.h"
#undef T
#undef LOWEST
#undef TAKES
#undef POW
#undef ROOT
#undef FN

#define T int8_t
#define LOWEST INT8_MIN
#define TAKES(v, best) ((v) > (best))
#define FN(name) name##_i8
#include "kernels/pool_max_loops.h"
#undef T
#undef LOWEST
#undef FN

#define T uint8_t
#define LOWEST 0
#define FN(name) name##_u8
#include "kernels/pool_max_loops.h"

#define POOL_LOOPS(type)                                                                           \
    {                                                                                              \
        .max = max_##type, .max_gradient = max_gradient_##type, .mean = mean_##type,               \
        .mean_gradient = mean_gradient_##type, .norm = norm_##type                                 \
    }
const og_pool_loops OG_ISA_NAME(og_pool)[4] = {
    POOL_LOOPS(f32),
    POOL_LOOPS(f64),
    { .max = max_i8 },
    { .max = max_u8 },
};
