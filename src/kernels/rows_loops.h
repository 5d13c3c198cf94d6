/* rows_loops: rows joined at places, for one C type; the includer defines T, FN(name), PLUS, TIMES
 * and NAN_IN. */

static void FN(join_row)(og_join how, T *y, const T *x, int64_t n)
{
    switch (how) {
    case OG_JOIN_ADD:
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = PLUS(y[j], x[j]);
        break;
    case OG_JOIN_MUL:
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = TIMES(y[j], x[j]);
        break;
    case OG_JOIN_MAX: /* a NaN must stay visible */
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = y[j] >= x[j] || NAN_IN(y[j]) ? y[j] : x[j];
        break;
    default:
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = y[j] <= x[j] || NAN_IN(y[j]) ? y[j] : x[j];
    }
}

static void FN(join_rows)(og_join how, T *to, int64_t row, int64_t first, int64_t end,
                          const int64_t *places, const T *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (places[i] >= first && places[i] < end)
            FN(join_row)(how, to + places[i] * row, from + i * row, row);
}

#undef T
#undef FN
#undef PLUS
#undef TIMES
#undef NAN_IN
