/*
 * Reductions of one type, as a template: the includer defines T, the accumulator A (double, int64_t
 * or uint64_t), REAL, and FN(name).
 *
 * A fold is two functions, `take` one number into an accumulator and `merge` two accumulators, and
 * drivers that run them over rows and columns in an order that the counts alone fix.
 *
 * Sums of floats have 29 bits to spare in a double.  Sums of doubles have none (the includer
 * defines CAREFUL): along rows, what each addition rounds off is added to the next number (Kahan).
 */

OG_INLINE A FN(add)(A a, A b)
{
#if REAL
    return a + b;
#else
    return (A)((uint64_t)a + (uint64_t)b);
#endif
}

OG_INLINE A FN(mul)(A a, A b)
{
#if REAL
    return a * b;
#else
    return (A)((uint64_t)a * (uint64_t)b);
#endif
}

OG_INLINE A FN(sum_take)(A a, T x)
{
    return FN(add)(a, (A)x);
}

OG_INLINE A FN(squares_take)(A a, T x)
{
    return FN(add)(a, FN(mul)((A)x, (A)x));
}

OG_INLINE A FN(abs_take)(A a, T x)
{
#if REAL
    return a + fabs((A)x);
#elif SIGNED
    return FN(add)(a, x < 0 ? (A)((uint64_t)0 - (uint64_t)x) : (A)x);
#else
    return FN(add)(a, (A)x);
#endif
}

OG_INLINE A FN(prod_take)(A a, T x)
{
    return FN(mul)(a, (A)x);
}

/* A NaN stays: it is neither greater nor equal to itself. */
OG_INLINE A FN(max_merge)(A a, A b)
{
#if REAL
    return b > a || b != b ? b : a;
#else
    return b > a ? b : a;
#endif
}

OG_INLINE A FN(min_merge)(A a, A b)
{
#if REAL
    return b < a || b != b ? b : a;
#else
    return b < a ? b : a;
#endif
}

OG_INLINE A FN(max_take)(A a, T x)
{
    return FN(max_merge)(a, (A)x);
}

OG_INLINE A FN(min_take)(A a, T x)
{
    return FN(min_merge)(a, (A)x);
}

/* Long rows run in OG_LANES independent sums, joined by halves. */
OG_INLINE void FN(row)(const T *x, int64_t n, A *acc, A (*take)(A, T), A (*merge)(A, A), A identity)
{
    A lane[OG_LANES], a = *acc;
    int64_t i = 0;

    if (n >= 2 * OG_LANES) {
        for (int k = 0; k < OG_LANES; k++)
            lane[k] = identity;
        for (; i + OG_LANES <= n; i += OG_LANES) {
            OG_SIMD
            for (int k = 0; k < OG_LANES; k++)
                lane[k] = take(lane[k], x[i + k]);
        }
        for (int half = OG_LANES / 2; half > 0; half /= 2)
            for (int k = 0; k < half; k++)
                lane[k] = merge(lane[k], lane[k + half]);
        a = merge(a, lane[0]);
    }
    for (; i < n; i++)
        a = take(a, x[i]);
    *acc = a;
}

#if CAREFUL
OG_INLINE void FN(add_carefully)(A *sum, A *excess, A x)
{
    A y = x - *excess, next = *sum + y;

    *excess = (next - *sum) - y;
    *sum = next;
}

/* As FN(row) for sums.  Infinities leave no sensible excess: they take the plain way. */
OG_INLINE void FN(careful_row)(const T *x, int64_t n, A *acc, A (*take)(A, T))
{
    A lane[OG_LANES] = { 0 }, excess[OG_LANES] = { 0 }, sum = 0, rest = 0;
    int64_t i = 0;

    for (; n >= 2 * OG_LANES && i + OG_LANES <= n; i += OG_LANES) {
        OG_SIMD
        for (int k = 0; k < OG_LANES; k++)
            FN(add_carefully)(&lane[k], &excess[k], take(0, x[i + k]));
    }
    for (int k = 0; i > 0 && k < OG_LANES; k++) {
        FN(add_carefully)(&sum, &rest, lane[k]);
        FN(add_carefully)(&sum, &rest, -excess[k]);
    }
    for (; i < n; i++)
        FN(add_carefully)(&sum, &rest, take(0, x[i]));
    if (isfinite(sum))
        *acc += sum;
    else
        FN(row)(x, n, acc, take, FN(add), 0);
}
#endif

/* Four rows at a time, so that the accumulators pass through memory less often. */
OG_INLINE void FN(columns)(const T *x, int64_t rows, int64_t stride, int64_t n, A *acc,
                           A (*take)(A, T))
{
    int64_t i = 0;

    for (; i + 4 <= rows; i += 4) {
        const T *x0 = x + i * stride, *x1 = x0 + stride, *x2 = x1 + stride, *x3 = x2 + stride;

        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            acc[j] = take(take(take(take(acc[j], x0[j]), x1[j]), x2[j]), x3[j]);
    }
    for (; i < rows; i++) {
        const T *x0 = x + i * stride;

        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            acc[j] = take(acc[j], x0[j]);
    }
}

#define OG_ROW(name, joined, identity)                                                             \
    static void FN(name##_row)(const void *x, int64_t n, void *acc)                                \
    {                                                                                              \
        FN(row)(x, n, acc, FN(name##_take), FN(joined), identity);                                 \
    }

#if CAREFUL
#define OG_SUM_ROW(name)                                                                           \
    static void FN(name##_row)(const void *x, int64_t n, void *acc)                                \
    {                                                                                              \
        FN(careful_row)(x, n, acc, FN(name##_take));                                               \
    }
#else
#define OG_SUM_ROW(name) OG_ROW(name, add, 0)
#endif

#define OG_FOLD(name, joined, identity)                                                            \
    static void FN(name##_columns)(const void *x, int64_t rows, int64_t stride, int64_t n,         \
                                   void *acc)                                                      \
    {                                                                                              \
        FN(columns)(x, rows, stride, n, acc, FN(name##_take));                                     \
    }                                                                                              \
    static void FN(name##_join)(void *acc, const void *other, int64_t n)                           \
    {                                                                                              \
        A *a = acc;                                                                                \
        const A *b = other;                                                                        \
        for (int64_t j = 0; j < n; j++)                                                            \
            a[j] = FN(joined)(a[j], b[j]);                                                         \
    }                                                                                              \
    static void FN(name##_start)(void *acc, int64_t n)                                             \
    {                                                                                              \
        A *a = acc;                                                                                \
        for (int64_t j = 0; j < n; j++)                                                            \
            a[j] = identity;                                                                       \
    }

OG_SUM_ROW(sum)
OG_SUM_ROW(squares)
OG_SUM_ROW(abs)
OG_ROW(prod, mul, 1)
OG_ROW(max, max_merge, LOWEST)
OG_ROW(min, min_merge, HIGHEST)
OG_FOLD(sum, add, 0)
OG_FOLD(squares, add, 0)
OG_FOLD(abs, add, 0)
OG_FOLD(prod, mul, 1)
OG_FOLD(max, max_merge, LOWEST)
OG_FOLD(min, min_merge, HIGHEST)

#define OG_FOLD_ENTRY(name)                                                                        \
    {                                                                                              \
        FN(name##_start), FN(name##_row), FN(name##_columns), FN(name##_join)                      \
    }
static const og_fold_set FN(folds)[OG_FOLD_COUNT] = {
    [OG_FOLD_SUM] = OG_FOLD_ENTRY(sum), [OG_FOLD_SQUARES] = OG_FOLD_ENTRY(squares),
    [OG_FOLD_ABS] = OG_FOLD_ENTRY(abs), [OG_FOLD_PROD] = OG_FOLD_ENTRY(prod),
    [OG_FOLD_MAX] = OG_FOLD_ENTRY(max), [OG_FOLD_MIN] = OG_FOLD_ENTRY(min),
};

#undef T
#undef A
#undef REAL
#undef SIGNED
#undef LOWEST
#undef HIGHEST
#undef CAREFUL
#undef FN
#undef OG_ROW
#undef OG_SUM_ROW
#undef OG_FOLD
#undef OG_FOLD_ENTRY
