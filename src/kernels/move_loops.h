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

#ifndef BLOCK
/* Four by four. */
static void FN(block)(T *to, int64_t to_step, const T *from, int64_t from_step)
{
    for (int64_t i = 0; i < 4; i++)
        for (int64_t j = 0; j < 4; j++)
            to[i * to_step + j] = from[i + j * from_step];
}
#define BLOCK FN(block)
#endif

static void FN(edge)(T *to, int64_t to_step, const T *from, int64_t from_step, int64_t rows,
                     int64_t columns)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            to[i * to_step + j] = from[i + j * from_step];
}

/* to[i * to_step + j] = from[i + j * from_step] for i < rows, j < columns: in squares, so that the
 * lines of a square are used up while they are near. */
static void FN(tile)(T *to, int64_t to_step, const T *from, int64_t from_step, int64_t rows,
                     int64_t columns)
{
    int64_t whole_rows = rows & ~(int64_t)3, whole_columns = columns & ~(int64_t)3;

    for (int64_t first = 0; first < whole_columns; first += SQUARE)
        for (int64_t i = 0; i < whole_rows; i += 4)
            for (int64_t j = first; j < whole_columns && j < first + SQUARE; j += 4)
                BLOCK(to + i * to_step + j, to_step, from + i + j * from_step, from_step);
    if (whole_rows < rows)
        FN(edge)
    (to + whole_rows * to_step, to_step, from + whole_rows, from_step, rows - whole_rows, columns);
    if (whole_columns < columns)
        FN(edge)
    (to + whole_columns, to_step, from + whole_columns * from_step, from_step, whole_rows,
     columns - whole_columns);
}

#undef T
#undef FN
#undef BLOCK
