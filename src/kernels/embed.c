/* embed: a tensor laid into another one by a map per axis (see embed.h). */
#include "kernels/embed.h"

#include "kernels/move.h"

enum { PIECE_BYTES = 1 << 16 };

int64_t og_embed_size(int rank, const int64_t *to)
{
    int64_t n = rank == 0;

    for (int i = 0; i < rank; i++)
        n += to[i];
    return n;
}

static bool embed_plain(int64_t to, int64_t from, const int64_t *map)
{
    for (int64_t i = 0; i < to; i++)
        if (map[i] != i)
            return false;
    return to == from;
}

void og_embed_set(og_embed *e, og_elem elem, int rank, const int64_t *to, const int64_t *from,
                  const int64_t *maps)
{
    int64_t steps[OG_MAX_RANK], count = og_count(rank, to), row;

    *e = (og_embed){ .elem = elem, .rank = rank, .run = 1, .rows = 1 };
    og_strides(rank, from, steps);
    for (int i = 0; i < rank; i++) {
        e->dims[i] = to[i];
        e->step[i] = steps[i];
        e->map[i] = maps;
        maps += to[i];
    }
    while (e->rank > 0 && embed_plain(to[e->rank - 1], from[e->rank - 1], e->map[e->rank - 1]))
        e->run *= to[--e->rank];
    for (int i = 0; i < e->rank - 1; i++)
        e->rows *= e->dims[i];
    row = (e->rank ? e->dims[e->rank - 1] : 1) * e->run * og_width(elem);
    e->piece_rows = row ? (PIECE_BYTES + row - 1) / row : e->rows; /* packed types: one piece */
    e->pieces = count > 0 && e->piece_rows ? (e->rows + e->piece_rows - 1) / e->piece_rows : 1;
}

/* One row: stretches of the map that run on are copied at once, stretches of -1 filled at once. */
static void embed_row(const og_embed *e, void *to, int64_t t, const void *from, int64_t f,
                      const void *value)
{
    int axis = e->rank - 1;
    const int64_t *map = e->map[axis];
    int64_t size = e->dims[axis];

    for (int64_t i = 0, n; i < size; i += n) {
        n = 1;
        if (map[i] < 0) {
            while (i + n < size && map[i + n] < 0)
                n++;
            og_fill_run(e->elem, to, t + i * e->run, value, 0, n * e->run);
        } else {
            while (i + n < size && map[i + n] == map[i] + n)
                n++;
            og_copy_run(e->elem, to, t + i * e->run, from, f + map[i] * e->step[axis], n * e->run);
        }
    }
}

void og_embed_piece(const og_embed *e, void *to, const void *from, const void *value, int64_t piece)
{
    int64_t at = piece * e->piece_rows,
            end = at + e->piece_rows < e->rows ? at + e->piece_rows : e->rows;

    if (e->rank == 0) {
        og_copy_run(e->elem, to, 0, from, 0, e->run);
        return;
    }
    int64_t size = e->dims[e->rank - 1] * e->run;

    for (; at < end; at++) {
        int64_t rest = at, f = 0;
        bool outside = false;

        for (int i = e->rank - 2; i >= 0; i--) {
            int64_t from_index = e->map[i][rest % e->dims[i]];

            rest /= e->dims[i];
            outside = outside || from_index < 0;
            f += from_index * e->step[i];
        }
        if (outside)
            og_fill_run(e->elem, to, at * size, value, 0, size);
        else
            embed_row(e, to, at * size, from, f, value);
    }
}
