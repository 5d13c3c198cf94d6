/* The elementwise loops of one instruction set: the templates for each loop type, and their table.
 * The small and unsigned integers are too rare to be worth more than the plain variant. */
#include "kernels/math_f32.h"
#include "kernels/math_f64.h"

#define T float
#define SIGNED 1
#define W float
#define REAL 1
#define FN(name) name##_f32
#include "kernels/loops_type.h"

#define T double
#define SIGNED 1
#define W double
#define REAL 1
#define FN(name) name##_f64
#include "kernels/loops_type.h"

#define T int32_t
#define SIGNED 1
#define W uint32_t
#define REAL 0
#define FN(name) name##_i32
#include "kernels/loops_type.h"

#define T int64_t
#define SIGNED 1
#define W uint64_t
#define REAL 0
#define FN(name) name##_i64
#include "kernels/loops_type.h"

#ifndef OG_WIDE
#define T int8_t
#define SIGNED 1
#define W uint32_t
#define REAL 0
#define FN(name) name##_i8
#include "kernels/loops_type.h"

#define T int16_t
#define SIGNED 1
#define W uint32_t
#define REAL 0
#define FN(name) name##_i16
#include "kernels/loops_type.h"

#define T uint8_t
#define SIGNED 0
#define W uint32_t
#define REAL 0
#define FN(name) name##_u8
#include "kernels/loops_type.h"

#define T uint16_t
#define SIGNED 0
#define W uint32_t
#define REAL 0
#define FN(name) name##_u16
#include "kernels/loops_type.h"

#define T uint32_t
#define SIGNED 0
#define W uint32_t
#define REAL 0
#define FN(name) name##_u32
#include "kernels/loops_type.h"

#define T uint64_t
#define SIGNED 0
#define W uint64_t
#define REAL 0
#define FN(name) name##_u64
#include "kernels/loops_type.h"
#endif

const og_loops OG_ISA_NAME(og_loops) = {
    .of = {
        [OG_T_FLOAT] = table_f32,
        [OG_T_DOUBLE] = table_f64,
        [OG_T_INT32] = table_i32,
        [OG_T_INT64] = table_i64,
#ifndef OG_WIDE
        [OG_T_INT8] = table_i8,
        [OG_T_INT16] = table_i16,
        [OG_T_UINT8] = table_u8,
        [OG_T_UINT16] = table_u16,
        [OG_T_UINT32] = table_u32,
        [OG_T_UINT64] = table_u64,
#endif
    },
};
