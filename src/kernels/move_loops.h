/* move_loops: loops of data movement for one width; the includer defines T and FN(name). */

static void FN(copy)(T *to, int64_t to_step, const T *from, int64_t from_step, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i * to_step] = from[i * from_step];
}

static void FN(fill)(T *to, T value, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = value;
}

static void FN(pick)(T *to, const T *from, const int64_t *places, int64_t step, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[i] = from[places[i] * step];
}

static void FN(put)(T *to, const int64_t *places, int64_t step, const T *from, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        to[places[i] * step] = from[i];
}

/* to[i * to_step + j] = from[i + j * from_step] for i < rows, j < columns: four rows at a time, so that a line of
 * the source is used while it is near. */
static void FN(tile)(T *to, int64_t to_step, const T *from, int64_t from_step, int64_t rows, int64_t columns)
{
    int64_t i = 0;

    for (; i + 4 <= rows; i += 4) {
        T *a = to + i * to_step, *b = a + to_step, *c = b + to_step, *d = c + to_step;
        const T *x = from + i;

        for (int64_t j = 0; j < columns; j++, x += from_step) {
            a[j] = x[0];
            b[j] = x[1];
            c[j] = x[2];
            d[j] = x[3];
        }
    }
    for (; i < rows; i++)
        FN(copy)(to + i * to_step, 1, from + i, from_step, columns);
}

#undef T
#undef FN
