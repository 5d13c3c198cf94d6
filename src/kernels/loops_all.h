/*
 * Loops that exist for every loop type, as a template: the includer defines the type T, a wide
 * unsigned type W in which integers wrap (T itself for floating types), REAL (1 for floating
 * types), SIGNED and FN(name).
 *
 * A loop is a function of one element, NAME_of, and a driver that runs it over arrays.
 */

/* ---- Drivers --------------------------------------------------------------------------------- */

OG_INLINE void FN(map)(void *const *out, const void *const *in, int64_t n, T (*of)(T))
{
    const T *x = in[0];
    T *y = out[0];

    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] = of(x[i]);
}

/* With parameters. */
OG_INLINE void FN(form)(void *const *out, const void *const *in, int64_t n,
                        const og_loop_attrs *attrs, T (*of)(T, const og_loop_attrs *))
{
    const og_loop_attrs a = *attrs;
    const T *x = in[0];
    T *y = out[0];

    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] = of(x[i], &a);
}

OG_INLINE void FN(pair)(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                        T (*of)(T, T))
{
    const T *a = in[0], *b = in[1];
    T *y = out[0];

    if (n == 0)
        return;
    if (step[0] && step[1]) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a[i], b[i]);
    } else if (step[0]) {
        const T b0 = b[0];
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a[i], b0);
    } else if (step[1]) {
        const T a0 = a[0];
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a0, b[i]);
    } else {
        const T y0 = of(a[0], b[0]);
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = y0;
    }
}

/* Comparisons: the same with bool results. */
OG_INLINE void FN(compare)(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                           bool (*of)(T, T))
{
    const T *a = in[0], *b = in[1];
    uint8_t *y = out[0];

    if (n == 0)
        return;
    if (step[0] && step[1]) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a[i], b[i]);
    } else if (step[0]) {
        const T b0 = b[0];
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a[i], b0);
    } else if (step[1]) {
        const T a0 = a[0];
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = of(a0, b[i]);
    } else {
        memset(y, of(a[0], b[0]), (size_t)n);
    }
}

#define OG_LOOP_ARGS                                                                               \
    void *const *out, const void *const *in, const int64_t *step, int64_t n, const void *attrs
#define OG_MAP(name)                                                                               \
    static void FN(name##_loop)(OG_LOOP_ARGS)                                                      \
    {                                                                                              \
        (void)step, (void)attrs;                                                                   \
        FN(map)(out, in, n, FN(name##_of));                                                        \
    }
#define OG_FORM(name)                                                                              \
    static void FN(name##_loop)(OG_LOOP_ARGS)                                                      \
    {                                                                                              \
        (void)step;                                                                                \
        FN(form)(out, in, n, attrs, FN(name##_of));                                                \
    }
#define OG_PAIR(name)                                                                              \
    static void FN(name##_loop)(OG_LOOP_ARGS)                                                      \
    {                                                                                              \
        (void)attrs;                                                                               \
        FN(pair)(out, in, step, n, FN(name##_of));                                                 \
    }
#define OG_COMPARE(name)                                                                           \
    static void FN(name##_loop)(OG_LOOP_ARGS)                                                      \
    {                                                                                              \
        (void)attrs;                                                                               \
        FN(compare)(out, in, step, n, FN(name##_of));                                              \
    }

/* Comparisons that would be warned about where they cannot be true. */
OG_INLINE bool FN(negative)(T x)
{
#if SIGNED
    return x < 0;
#else
    return (void)x, false;
#endif
}

OG_INLINE bool FN(minus_one)(T x)
{
#if SIGNED
    return x == -1;
#else
    return (void)x, false;
#endif
}

OG_INLINE bool FN(nan)(T x)
{
#if REAL
    return x != x;
#else
    return (void)x, false;
#endif
}

/* ---- One argument ---------------------------------------------------------------------------- */

OG_INLINE T FN(abs_of)(T x)
{
#if REAL
    return FN(fabs)(x);
#else
    return (T)(FN(negative)(x) ? (W)0 - (W)x : (W)x);
#endif
}
OG_MAP(abs)

OG_INLINE T FN(neg_of)(T x)
{
#if REAL
    return -x;
#else
    return (T)((W)0 - (W)x);
#endif
}
OG_MAP(neg)

/* 0, -0 and NaN give themselves. */
OG_INLINE T FN(sign_of)(T x)
{
    return (T)(x > 0 ? 1 : FN(negative)(x) ? (T)-1 : x);
}
OG_MAP(sign)

/* Not x > 0 ? x : 0: a NaN must stay visible. */
OG_INLINE T FN(relu_of)(T x)
{
    return x == 0 || FN(negative)(x) ? 0 : x;
}
OG_MAP(relu)

/* Integers compare with the bounds as numbers, and x -+ bias drops its fraction. */
OG_INLINE T FN(shrink_of)(T x, const og_loop_attrs *a)
{
#if REAL
    return x < -(T)a->lambd ? x + (T)a->bias : x > (T)a->lambd ? x - (T)a->bias : 0;
#else
    double v = (double)x, y = v < -(double)a->lambd  ? v + (double)a->bias
                              : v > (double)a->lambd ? v - (double)a->bias
                                                     : 0;

    return (T)(int64_t)(y < -9e18 ? -9e18 : y > 9e18 ? 9e18 : y);
#endif
}
OG_FORM(shrink)

/* ---- Two arguments --------------------------------------------------------------------------- */

OG_INLINE T FN(add_of)(T a, T b)
{
    return (T)((W)a + (W)b);
}
OG_PAIR(add)

OG_INLINE T FN(sub_of)(T a, T b)
{
    return (T)((W)a - (W)b);
}
OG_PAIR(sub)

OG_INLINE T FN(mul_of)(T a, T b)
{
    return (T)((W)a * (W)b);
}
OG_PAIR(mul)

/* Integers: the descriptor's check has refused 0; the lowest number by -1 wraps instead of
 * trapping. */
OG_INLINE T FN(div_of)(T a, T b)
{
#if REAL
    return a / b;
#else
    if (b == 0)
        return 0;
    return FN(minus_one)(b) ? FN(neg_of)(a) : (T)(a / b);
#endif
}
OG_PAIR(div)

OG_INLINE T FN(fmod_of)(T a, T b)
{
#if REAL
    return FN(c_fmod)(a, b);
#else
    return b == 0 || FN(minus_one)(b) ? 0 : (T)(a % b);
#endif
}
OG_PAIR(fmod)

OG_INLINE T FN(mod_of)(T a, T b)
{
    T r = FN(fmod_of)(a, b);

#if REAL
    if (r == 0)
        return FN(copysign)(r, b);
#endif
    return r != 0 && FN(negative)(r) != FN(negative)(b) ? (T)((W)r + (W)b) : r;
}
OG_PAIR(mod)

/* Integers by repeated squaring, wrapping; a negative exponent is the reciprocal, cut to 0, 1 or
 * -1. */
OG_INLINE T FN(pow_of)(T a, T b)
{
#if REAL
    return FN(c_pow)(a, b);
#else
    W base = (W)a, y = 1;

    if (FN(negative)(b))
        return (T)(a == 1 ? 1 : FN(minus_one)(a) ? (b & 1 ? -1 : 1) : 0);
    for (uint64_t e = (uint64_t)b; e; e >>= 1, base *= base)
        y *= e & 1 ? base : 1;
    return (T)y;
#endif
}

/* A square is the exponent of nearly every Pow in models; pow itself is thirty times slower. */
static void FN(pow_loop)(OG_LOOP_ARGS)
{
    const T *x = in[0], *e = in[1];
    T *y = out[0];

    (void)attrs;
    if (n > 0 && step[0] && !step[1] && *e == 2) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = FN(mul_of)(x[i], x[i]);
        return;
    }
    FN(pair)(out, in, step, n, FN(pow_of));
}

/* A NaN on either side is the result. */
OG_INLINE T FN(max_of)(T a, T b)
{
    return a > b || FN(nan)(a) ? a : b;
}
OG_PAIR(max)

OG_INLINE T FN(min_of)(T a, T b)
{
    return a < b || FN(nan)(a) ? a : b;
}
OG_PAIR(min)

OG_INLINE T FN(prelu_of)(T x, T slope)
{
    return FN(negative)(x) ? FN(mul_of)(x, slope) : x;
}
OG_PAIR(prelu)

OG_INLINE T FN(relu_grad_of)(T dy, T y)
{
    return y > 0 ? dy : 0;
}
OG_PAIR(relu_grad)

OG_INLINE bool FN(equal_of)(T a, T b)
{
    return a == b;
}
OG_COMPARE(equal)

OG_INLINE bool FN(less_of)(T a, T b)
{
    return a < b;
}
OG_COMPARE(less)

OG_INLINE bool FN(greater_of)(T a, T b)
{
    return a > b;
}
OG_COMPARE(greater)

OG_INLINE bool FN(less_equal_of)(T a, T b)
{
    return a <= b;
}
OG_COMPARE(less_equal)

OG_INLINE bool FN(greater_equal_of)(T a, T b)
{
    return a >= b;
}
OG_COMPARE(greater_equal)

/* ---- Three arguments ------------------------------------------------------------------------- */

/* Moves data only, so that a NaN in the part not chosen has no effect. */
static void FN(where_loop)(OG_LOOP_ARGS)
{
    const uint8_t *c = in[0];
    const T *a = in[1], *b = in[2];
    T *y = out[0];
    const int64_t sc = step[0], sa = step[1], sb = step[2];

    (void)attrs;
    if (sc && sa && sb) {
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = c[i] ? a[i] : b[i];
    } else if (sc && sa && n > 0) {
        const T b0 = b[0];
        OG_SIMD
        for (int64_t i = 0; i < n; i++)
            y[i] = c[i] ? a[i] : b0;
    } else {
        for (int64_t i = 0; i < n; i++)
            y[i] = c[i * sc] ? a[i * sa] : b[i * sb];
    }
}

static void FN(clip_loop)(OG_LOOP_ARGS)
{
    const T *x = in[0];
    T *y = out[0];

    (void)step, (void)attrs;
    if (n == 0)
        return;
#if REAL
    const T low = in[1] ? *(const T *)in[1] : (T)-INFINITY,
            high = in[2] ? *(const T *)in[2] : (T)INFINITY;
    /* Min(high, Max(x, low)); the order of the comparisons keeps a NaN. */
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        T v = x[i] < low ? low : x[i];
        y[i] = v > high ? high : v;
    }
#else
    const bool has_low = in[1] != NULL, has_high = in[2] != NULL;
    const T low = has_low ? *(const T *)in[1] : 0, high = has_high ? *(const T *)in[2] : 0;
    for (int64_t i = 0; i < n; i++) {
        T v = has_low && x[i] < low ? low : x[i];
        y[i] = has_high && v > high ? high : v;
    }
#endif
}
