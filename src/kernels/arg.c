/* Places of extremes: the template for each type. */
#include "kernels/arg.h"

#include <math.h>

#define PLAIN(x) (x)

#define T float
#define V float
#define IS_NAN(v) isnan(v)
#define LOAD PLAIN
#define FN(name) name##_f32
#include "kernels/arg_type.h"
#define T double
#define V double
#define IS_NAN(v) isnan(v)
#define LOAD PLAIN
#define FN(name) name##_f64
#include "kernels/arg_type.h"
#define T uint16_t
#define V float
#define IS_NAN(v) isnan(v)
#define LOAD og_half_to_float
#define FN(name) name##_f16
#include "kernels/arg_type.h"
#define T uint16_t
#define V float
#define IS_NAN(v) isnan(v)
#define LOAD og_bfloat16_to_float
#define FN(name) name##_bf16
#include "kernels/arg_type.h"
#define T int8_t
#define V int8_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_i8
#include "kernels/arg_type.h"
#define T int16_t
#define V int16_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_i16
#include "kernels/arg_type.h"
#define T int32_t
#define V int32_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_i32
#include "kernels/arg_type.h"
#define T int64_t
#define V int64_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_i64
#include "kernels/arg_type.h"
#define T uint8_t
#define V uint8_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_u8
#include "kernels/arg_type.h"
#define T uint16_t
#define V uint16_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_u16
#include "kernels/arg_type.h"
#define T uint32_t
#define V uint32_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_u32
#include "kernels/arg_type.h"
#define T uint64_t
#define V uint64_t
#define IS_NAN(v) false
#define LOAD PLAIN
#define FN(name) name##_u64
#include "kernels/arg_type.h"

og_arg_line *og_arg_find(og_elem elem)
{
    static og_arg_line *const lines[OG_ELEM_COUNT] = {
        [OG_FLOAT] = arg_f32,     [OG_DOUBLE] = arg_f64, [OG_FLOAT16] = arg_f16,
        [OG_BFLOAT16] = arg_bf16, [OG_INT8] = arg_i8,    [OG_INT16] = arg_i16,
        [OG_INT32] = arg_i32,     [OG_INT64] = arg_i64,  [OG_UINT8] = arg_u8,
        [OG_UINT16] = arg_u16,    [OG_UINT32] = arg_u32, [OG_UINT64] = arg_u64,
    };

    return lines[elem];
}
