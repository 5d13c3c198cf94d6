/* rows_loops: loops over rows and places for one C type; the includer defines T, FN(name), PLUS, TIMES and NAN_IN. */

static void FN(add_rows)(T *to, int64_t step, int64_t first, int64_t end, const int64_t *places, const T *from,
                         int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (places[i] < first || places[i] >= end)
            continue;
        T *y = to + places[i] * step;
        const T *x = from + i * step;

        OG_SIMD
        for (int64_t j = 0; j < step; j++)
            y[j] = PLUS(y[j], x[j]);
    }
}

static void FN(join_at)(char how, T *to, const int64_t *places, const T *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        T *y = to + places[i], x = from[i];

        switch (how) {
        case '+': *y = PLUS(*y, x); break;
        case '*': *y = TIMES(*y, x); break;
        case 'M': *y = *y >= x || NAN_IN(*y) ? *y : x; break; /* a NaN must stay visible */
        default: *y = *y <= x || NAN_IN(*y) ? *y : x;
        }
    }
}

#undef T
#undef FN
#undef PLUS
#undef TIMES
#undef NAN_IN
