/* The place of the largest or smallest number of a line, for one type: the includer defines T, V
 * (the type compared), LOAD(x), IS_NAN(v) and FN(name).  A NaN is the largest and the smallest, and
 * the first one stays, as in numpy. */
static int64_t FN(arg)(const void *data, int64_t n, int64_t stride, bool least, bool last)
{
    const T *x = data;
    V best = LOAD(x[0]);
    int64_t place = 0;

    for (int64_t i = 1; i < n; i++) {
        const V v = LOAD(x[i * stride]);
        const bool better = least ? v < best : v > best;

        if (IS_NAN(best))
            break;
        if (better || IS_NAN(v) || (last && v == best)) {
            best = v;
            place = i;
        }
    }
    return place;
}

#undef T
#undef V
#undef LOAD
#undef IS_NAN
#undef FN
