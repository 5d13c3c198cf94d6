/* Conversions from one loop type to all of them, as a template: the includer defines T, REAL and
 * FN(name). */

/* Integers from numbers out of range: the lowest one, as processors do; defined, where C leaves it
 * open. */
#if REAL
#define OG_TO_INT32(x) ((x) >= (T)-2147483648.0 && (x) < (T)2147483648.0 ? (int32_t)(x) : INT32_MIN)
#define OG_TO_INT64(x) ((x) >= (T)-0x1p63 && (x) < (T)0x1p63 ? (int64_t)(x) : INT64_MIN)
#define OG_TO_UINT64(x)                                                                            \
    ((x) >= (T)0x1p63 && (x) < (T)0x1p64 ? (uint64_t)((x) - (T)0x1p63) + ((uint64_t)1 << 63)       \
                                         : (uint64_t)OG_TO_INT64(x))
#else
#define OG_TO_INT32(x) (int32_t)(x)
#define OG_TO_INT64(x) (int64_t)(x)
#define OG_TO_UINT64(x) (uint64_t)(x)
#endif

#define OG_CAST_LOOP(name, R, value)                                                               \
    static void FN(name)(const void *from, void *to, int64_t n)                                    \
    {                                                                                              \
        const T *x = from;                                                                         \
        R *y = to;                                                                                 \
        OG_SIMD                                                                                    \
        for (int64_t i = 0; i < n; i++)                                                            \
            y[i] = (R)value;                                                                       \
    }

OG_CAST_LOOP(to_f32, float, x[i])
OG_CAST_LOOP(to_f64, double, x[i])
OG_CAST_LOOP(to_i8, int8_t, OG_TO_INT32(x[i]))
OG_CAST_LOOP(to_i16, int16_t, OG_TO_INT32(x[i]))
OG_CAST_LOOP(to_i32, int32_t, OG_TO_INT32(x[i]))
OG_CAST_LOOP(to_i64, int64_t, OG_TO_INT64(x[i]))
OG_CAST_LOOP(to_u8, uint8_t, OG_TO_INT32(x[i]))
OG_CAST_LOOP(to_u16, uint16_t, OG_TO_INT32(x[i]))
OG_CAST_LOOP(to_u32, uint32_t, OG_TO_INT64(x[i]))
OG_CAST_LOOP(to_u64, uint64_t, OG_TO_UINT64(x[i]))
OG_CAST_LOOP(to_bool, bool, (x[i] != 0))

static og_cast_loop *const FN(casts)[OG_ELEM_COUNT] = {
    [OG_FLOAT] = FN(to_f32),  [OG_DOUBLE] = FN(to_f64), [OG_INT8] = FN(to_i8),
    [OG_INT16] = FN(to_i16),  [OG_INT32] = FN(to_i32),  [OG_INT64] = FN(to_i64),
    [OG_UINT8] = FN(to_u8),   [OG_UINT16] = FN(to_u16), [OG_UINT32] = FN(to_u32),
    [OG_UINT64] = FN(to_u64), [OG_BOOL] = FN(to_bool),
};

#undef OG_TO_INT32
#undef OG_TO_INT64
#undef OG_TO_UINT64
#undef OG_CAST_LOOP
#undef T
#undef REAL
#undef FN
