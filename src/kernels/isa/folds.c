/* The reductions of one instruction set: the template for each loop type, and their table. */
#include "kernels/simd.h"

#include <math.h>

#define OG_LANES 32

#define T float
#define A double
#define REAL 1
#define SIGNED 1
#define LOWEST -INFINITY
#define HIGHEST INFINITY
#define FN(name) name##_f32
#include "kernels/folds_type.h"

#define T double
#define A double
#define REAL 1
#define CAREFUL 1
#define SIGNED 1
#define LOWEST -INFINITY
#define HIGHEST INFINITY
#define FN(name) name##_f64
#include "kernels/folds_type.h"

#define T int32_t
#define A int64_t
#define REAL 0
#define SIGNED 1
#define LOWEST INT32_MIN
#define HIGHEST INT32_MAX
#define FN(name) name##_i32
#include "kernels/folds_type.h"

#define T int64_t
#define A int64_t
#define REAL 0
#define SIGNED 1
#define LOWEST INT64_MIN
#define HIGHEST INT64_MAX
#define FN(name) name##_i64
#include "kernels/folds_type.h"

#ifndef OG_WIDE
#define T int8_t
#define A int64_t
#define REAL 0
#define SIGNED 1
#define LOWEST INT8_MIN
#define HIGHEST INT8_MAX
#define FN(name) name##_i8
#include "kernels/folds_type.h"

#define T int16_t
#define A int64_t
#define REAL 0
#define SIGNED 1
#define LOWEST INT16_MIN
#define HIGHEST INT16_MAX
#define FN(name) name##_i16
#include "kernels/folds_type.h"

#define T uint8_t
#define A uint64_t
#define REAL 0
#define SIGNED 0
#define LOWEST 0
#define HIGHEST UINT8_MAX
#define FN(name) name##_u8
#include "kernels/folds_type.h"

#define T uint16_t
#define A uint64_t
#define REAL 0
#define SIGNED 0
#define LOWEST 0
#define HIGHEST UINT16_MAX
#define FN(name) name##_u16
#include "kernels/folds_type.h"

#define T uint32_t
#define A uint64_t
#define REAL 0
#define SIGNED 0
#define LOWEST 0
#define HIGHEST UINT32_MAX
#define FN(name) name##_u32
#include "kernels/folds_type.h"

#define T uint64_t
#define A uint64_t
#define REAL 0
#define SIGNED 0
#define LOWEST 0
#define HIGHEST UINT64_MAX
#define FN(name) name##_u64
#include "kernels/folds_type.h"
#endif

const og_folds OG_ISA_NAME(og_folds) = {
    .of = {
        [OG_T_FLOAT] = folds_f32,
        [OG_T_DOUBLE] = folds_f64,
        [OG_T_INT32] = folds_i32,
        [OG_T_INT64] = folds_i64,
#ifndef OG_WIDE
        [OG_T_INT8] = folds_i8,
        [OG_T_INT16] = folds_i16,
        [OG_T_UINT8] = folds_u8,
        [OG_T_UINT16] = folds_u16,
        [OG_T_UINT32] = folds_u32,
        [OG_T_UINT64] = folds_u64,
#endif
    },
};
