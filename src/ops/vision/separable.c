/*
 * separable: a tensor resized one axis after the other.
 *
 * A piece is some places of the first such axis under one index of the axes before it, with all
 * that lies behind: what the later axes need of it, it has made itself, so pieces share nothing.
 * Types that loops are not written in go through double.
 *
 * Where numbers of the resize come with each run, the tables are made then and one piece does all.
 */
#include "ops/vision/resize.h"

typedef struct {
    og_resize_inputs in;
    bool turned, late, convert;
    og_elem elem; /* of the loops */
    size_t size;
    int n; /* axes that change */
    int axis[OG_MAX_RANK];
    og_blend table[OG_MAX_RANK];
    int64_t inner[OG_MAX_RANK]; /* elements of the source behind the axis */
    int64_t outer[OG_MAX_RANK]; /* of the target between the first axis and this one */
    int64_t before, behind;     /* of the first axis: indices before it, target's elements behind */
    int64_t rows, blocks;       /* its places in a piece, pieces under one index */
    int64_t part, loaded;       /* most elements of a result between axes, of a piece's source */
} separable;

/* ---- Tables ---------------------------------------------------------------------------------- */

/* The node resizes source to target; a gradient is given the target. */
static void node_axes(const og_call *c, const separable *s, og_resize_axis *axes)
{
    const og_tensor *x = c->in[0], *y = c->out[0];

    og_resize_axes(c->attrs, s->in, c->in, c->n_in, x->rank, s->turned ? y->dims : x->dims,
                   s->turned ? x->dims : y->dims, axes);
}

static int64_t tables_room(const og_call *c, const separable *s, const og_resize_axis *axes)
{
    int64_t room = 1;

    for (int i = 0; i < c->in[0]->rank; i++)
        if (axes[i].resized)
            room += (s->turned ? 2 : 1) * og_resize_room(&axes[i], c->attrs, s->late);
    return room;
}

/* Tables of all axes that change.  Late ones all count, so that sizes hold for every run. */
static void make_tables(const og_call *c, separable *s, const og_resize_axis *axes, int64_t *room)
{
    s->n = 0;
    for (int i = 0; i < c->in[0]->rank; i++) {
        const int64_t step = axes[i].resized ? og_resize_room(&axes[i], c->attrs, s->late) : 0;
        og_blend taps;

        if (!axes[i].resized)
            continue;
        og_resize_taps(&axes[i], c->attrs, room, &taps);
        if (!s->late && og_resize_same(&taps))
            continue;
        room += step;
        if (s->turned) {
            og_resize_turn(&taps, room, &s->table[s->n]);
            room += step;
        } else {
            s->table[s->n] = taps;
        }
        s->axis[s->n++] = i;
    }
}

/* ---- The plan -------------------------------------------------------------------------------- */

static void set_axes(const og_call *c, separable *s, const og_resize_axis *axes)
{
    s->n = 0;
    for (int i = 0; i < c->in[0]->rank; i++)
        if (axes[i].resized)
            s->axis[s->n++] = i;
}

static void set_sizes(const og_call *c, separable *s)
{
    enum { PIECE = 1 << 15 };
    const og_tensor *x = c->in[0], *y = c->out[0];
    const int first = s->axis[0], rank = x->rank;

    s->before = og_count(first, y->dims);
    s->behind = og_count(rank - first - 1, y->dims + first + 1);
    s->rows = s->behind > 0 ? PIECE / s->behind : 1;
    s->rows = s->rows < 1 ? 1 : s->rows > y->dims[first] ? y->dims[first] : s->rows;
    s->blocks = s->rows ? (y->dims[first] + s->rows - 1) / s->rows : 0;
    for (int j = 0; j < s->n; j++) {
        const int axis = s->axis[j];

        s->inner[j] = og_count(rank - axis - 1, x->dims + axis + 1);
        s->outer[j] = j ? og_count(axis - first - 1, y->dims + first + 1) : 1;
        const int64_t part = s->rows * s->outer[j] * s->inner[j] * (j ? y->dims[axis] : 1);

        if ((j < s->n - 1 || s->convert) && part > s->part)
            s->part = part;
    }
    s->loaded = s->convert ? x->dims[first] * s->inner[0] : 0;
}

static void set_cost(og_call *c, const separable *s)
{
    c->pieces = s->late ? 1 : s->before * s->blocks;
    c->cost = (double)(c->pieces ? c->out[0]->count / c->pieces : 0) * (s->convert ? 20 : 2);
    c->piece_scratch = (size_t)(2 * s->part + s->loaded) * s->size;
}

og_status og_separable_prepare(og_call *c, og_resize_inputs in, bool turned)
{
    const og_elem elem = c->in[0]->elem;
    const bool real = elem == OG_FLOAT || elem == OG_DOUBLE;
    separable *s = og_call_alloc(c, sizeof *s);
    og_resize_axis axes[OG_MAX_RANK];

    if (!s)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    *s = (separable){ .in = in,
                      .turned = turned,
                      .late = og_resize_late(c, in),
                      .convert = !real,
                      .elem = real ? elem : OG_DOUBLE };
    s->size = (size_t)og_elem_bits(s->elem) / 8;
    c->work = s;
    node_axes(c, s, axes);
    const int64_t room = tables_room(c, s, axes);
    if (s->late) {
        set_axes(c, s, axes);
        c->shared_scratch = (size_t)room * sizeof(int64_t);
    } else {
        int64_t *numbers = og_call_alloc(c, (size_t)room * sizeof(int64_t));

        if (!numbers)
            return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
        make_tables(c, s, axes, numbers);
    }
    if (!s->n)
        return OG_OK;
    set_sizes(c, s);
    set_cost(c, s);
    return OG_OK;
}

/* ---- A piece --------------------------------------------------------------------------------- */

/* The source rows of places [begin, end) as numbers of the loops' type, in `to`; the first row's
 * number is *origin. */
static int64_t load_rows(const og_call *c, const separable *s, int64_t index, int64_t begin,
                         int64_t end, double *to, int64_t *origin)
{
    const og_blend *b = &s->table[0];
    int64_t low = b->from, high = 0;

    for (int64_t o = begin; o < end; o++) {
        const int64_t n = b->start[o + 1] - b->start[o];

        low = n && b->first[o] < low ? b->first[o] : low;
        high = n && b->first[o] + n > high ? b->first[o] + n : high;
    }
    *origin = low < high ? low : 0;
    for (int64_t i = *origin * s->inner[0]; i < high * s->inner[0]; i++)
        *to++ = og_get_double(c->in[0], index * b->from * s->inner[0] + i);
    return high - *origin;
}

/* Whole numbers are rounded to the nearest, and held within their type. */
static void store(og_tensor *y, int64_t at, const double *from, int64_t n)
{
    const int bits = og_elem_bits(y->elem);
    const bool sign = og_elem_in(y->elem, OG_SIGNED), whole = og_elem_in(y->elem, OG_INTEGERS);
    const double low = sign ? -ldexp(1, bits - 1) : 0;
    const double high = ldexp(1, bits - sign);

    for (int64_t i = 0; i < n; i++) {
        const double x = whole ? nearbyint(from[i]) : from[i];

        if (!whole)
            og_set_double(y, at + i, x);
        else if (x >= high)
            og_set_int(y, at + i,
                       sign ? INT64_MAX >> (64 - bits) : (int64_t)(UINT64_MAX >> (64 - bits)));
        else
            og_set_double(y, at + i, x > low ? x : low);
    }
}

static void run_piece(const og_call *c, const separable *s, int64_t piece, char *scratch)
{
    const int64_t index = piece / s->blocks, begin = piece % s->blocks * s->rows;
    const int64_t to = s->table[0].to, end = begin + s->rows < to ? begin + s->rows : to;
    const int64_t at = (index * to + begin) * s->behind;
    char *part[2] = { scratch, scratch + (size_t)s->part * s->size };
    char *loaded = part[1] + (size_t)s->part * s->size;
    og_blend_part p = { .begin = begin, .end = end, .outer = 1, .rows = s->table[0].from };
    const char *from = s->convert ? loaded
                                  : (const char *)c->in[0]->data +
                                        (size_t)(index * p.rows * s->inner[0]) * s->size;

    if (s->convert)
        p.rows = load_rows(c, s, index, begin, end, (double *)(void *)loaded, &p.origin);
    for (int j = 0; j < s->n; j++) {
        char *result = j < s->n - 1 || s->convert ? part[j % 2]
                                                  : (char *)c->out[0]->data + (size_t)at * s->size;

        p.inner = s->inner[j];
        og_blend_run(s->elem, &s->table[j], &p, from, result);
        from = result;
        if (j < s->n - 1)
            p = (og_blend_part){ .end = s->table[j + 1].to,
                                 .outer = (end - begin) * s->outer[j + 1],
                                 .rows = s->table[j + 1].from };
    }
    if (s->convert)
        store(c->out[0], at, (const double *)(const void *)from, (end - begin) * s->behind);
}

void og_separable_run(const og_call *c, int64_t piece, void *scratch)
{
    const separable *s = c->work;
    og_resize_axis axes[OG_MAX_RANK];
    separable now;

    if (!s->n) {
        memcpy(c->out[0]->data, c->in[0]->data, og_tensor_bytes(c->in[0]));
        return;
    }
    if (!s->late) {
        run_piece(c, s, piece, scratch);
        return;
    }
    now = *s;
    node_axes(c, &now, axes);
    make_tables(c, &now, axes, c->shared);
    for (int64_t i = 0; i < s->before * s->blocks; i++)
        run_piece(c, &now, i, scratch);
}
