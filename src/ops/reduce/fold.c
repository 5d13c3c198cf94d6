/*
 * The driver of reductions.
 *
 * Axes of one kind, kept or reduced, that lie side by side are joined.  If the last group is
 * reduced, every output is a sum of rows; if it is kept, outputs are summed column by column, many
 * at a time.  Where few outputs have long sums, the outermost reduced group is cut into chunks of
 * fixed size, and .finish joins their partial results in order.
 */
#include "ops/reduce/reduce.h"

#include "kernels/cast.h"

enum { PIECE = 32768, TILE = 512, CHUNKS = 64, FEW_BLOCKS = 16, STRIP = 512 };

typedef struct folding {
    const og_fold_set *fold;
    og_post post;
    og_elem elem, acc; /* of the data (float for half types), of the accumulators */
    og_elem stored;    /* of the data in memory */
    size_t size;       /* of an element in memory */
    int n_kept, n_reduced;
    int64_t kept[OG_MAX_RANK], kept_stride[OG_MAX_RANK]; /* without the columns */
    int64_t reduced[OG_MAX_RANK], reduced_stride[OG_MAX_RANK];
    int64_t units;   /* product of kept */
    int64_t columns; /* 1 where the last group is reduced */
    bool by_rows;
    int64_t count;              /* product of reduced */
    int64_t block, tile, tiles; /* of a piece: units, columns; tiles beside each other */
    int64_t chunk, chunks;      /* of the first reduced group */
} folding;

/* ---- Preparing ------------------------------------------------------------------------------- */

static void group_axes(folding *f, int rank, const int64_t *dims, const bool *reduced)
{
    int64_t stride = 1;
    int last = -1; /* the kind of the group before */

    f->columns = 1;
    f->by_rows = true;
    for (int i = rank - 1; i >= 0; i--) {
        if (dims[i] == 1)
            continue;
        int *n = reduced[i] ? &f->n_reduced : &f->n_kept;
        int64_t *sizes = reduced[i] ? f->reduced : f->kept,
                *strides = reduced[i] ? f->reduced_stride : f->kept_stride;

        if (last < 0)
            f->by_rows = reduced[i];
        if (last < 0 || (last != 0) != reduced[i]) {
            sizes[*n] = 1;
            strides[(*n)++] = stride;
        }
        sizes[*n - 1] *= dims[i];
        stride *= dims[i];
        last = reduced[i];
    }
}

/* The groups were found innermost first. */
static void reverse(int n, int64_t *v)
{
    for (int i = 0; i < n / 2; i++) {
        const int64_t other = v[n - 1 - i];

        v[n - 1 - i] = v[i];
        v[i] = other;
    }
}

static int64_t product(int n, const int64_t *v)
{
    int64_t all = 1;

    for (int i = 0; i < n; i++)
        all *= v[i];
    return all;
}

static int64_t parts(int64_t n, int64_t size)
{
    return (n + size - 1) / size;
}

static void cut(folding *f)
{
    f->tile = f->columns < TILE ? f->columns : TILE;
    f->tile = f->tile ? f->tile : 1;
    f->tiles = parts(f->columns, f->tile);
    f->block = f->tiles > 1 || f->count == 0 ? 1 : PIECE / (f->count * f->tile);
    f->block = f->block < 1 ? 1 : f->block;

    const int64_t blocks = parts(f->units, f->block) * f->tiles,
                  work = f->block * f->tile * f->count;

    f->chunk = f->reduced[0];
    if (blocks < FEW_BLOCKS && work > 2 * PIECE) {
        const int64_t wanted = parts(work, PIECE);

        f->chunk = parts(f->reduced[0], wanted < CHUNKS ? wanted : CHUNKS);
    }
    f->chunks = f->chunk > 0 ? parts(f->reduced[0], f->chunk) : 1;
}

og_status og_fold_prepare(og_call *c, og_fold fold, og_post post, const bool *reduced)
{
    const og_tensor *x = c->in[0];
    folding *f = og_call_alloc(c, sizeof *f);

    if (!f)
        return OG_NO_MEMORY;
    f->stored = x->elem;
    f->elem = x->elem == OG_FLOAT16 || x->elem == OG_BFLOAT16 ? OG_FLOAT : x->elem;
    f->fold = og_fold_find(fold, f->elem);
    if (!f->fold)
        return og_call_fail(c, OG_UNSUPPORTED, "%s has no kernel for %s yet", c->op->name,
                            og_elem_name(x->elem));
    f->acc = og_elem_in(f->elem, OG_FLOATS)   ? OG_DOUBLE
             : og_elem_in(f->elem, OG_SIGNED) ? OG_INT64
                                              : OG_UINT64;
    f->post = post;
    f->size = (size_t)og_elem_bits(x->elem) / 8;
    group_axes(f, x->rank, x->dims, reduced);
    if (!f->by_rows) { /* the innermost kept group is the columns */
        f->columns = f->kept[0];
        f->n_kept--;
        memmove(f->kept, f->kept + 1, sizeof *f->kept * (size_t)f->n_kept);
        memmove(f->kept_stride, f->kept_stride + 1, sizeof *f->kept * (size_t)f->n_kept);
    }
    reverse(f->n_kept, f->kept);
    reverse(f->n_kept, f->kept_stride);
    reverse(f->n_reduced, f->reduced);
    reverse(f->n_reduced, f->reduced_stride);
    if (f->n_reduced == 0) {
        f->reduced[0] = f->reduced_stride[0] = 1;
        f->n_reduced = 1;
    }
    f->units = product(f->n_kept, f->kept);
    f->count = product(f->n_reduced, f->reduced);
    cut(f);
    c->work = f;
    c->pieces = f->units * f->tiles > 0 ? parts(f->units, f->block) * f->tiles * f->chunks : 1;
    c->cost = 0.2 * (double)(f->block * f->tile) * (double)(f->count / f->chunks + 1);
    c->piece_scratch = (size_t)f->tile * 8;
    if (f->chunks > 1)
        c->shared_scratch = (size_t)(f->chunks * f->units * f->columns) * 8;
    return OG_OK;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* The innermost reduced group, from place `low` to `high` of it. */
static void fold_leaf(const folding *f, const char *x, int64_t low, int64_t high, int64_t n,
                      void *acc)
{
    const int64_t stride = f->reduced_stride[f->n_reduced - 1];
    float strip[STRIP];

    x += (size_t)(low * stride) * f->size;
    if (f->elem == f->stored) {
        if (f->by_rows)
            f->fold->row(x, high - low, acc);
        else
            f->fold->columns(x, high - low, stride, n, acc);
        return;
    }
    for (int64_t i = low, m; f->by_rows && i < high; i += m, x += (size_t)m * f->size) {
        m = high - i < STRIP ? high - i : STRIP;
        og_widen_to_float(f->stored, x, strip, m);
        f->fold->row(strip, m, acc);
    }
    for (int64_t i = low; !f->by_rows && i < high; i++, x += (size_t)stride * f->size) {
        og_widen_to_float(f->stored, x, strip, n);
        f->fold->columns(strip, 1, 0, n, acc);
    }
}

static void fold_group(const folding *f, const char *x, int group, int64_t low, int64_t high,
                       int64_t n, void *acc)
{
    if (group == f->n_reduced - 1) {
        fold_leaf(f, x, low, high, n, acc);
        return;
    }
    for (int64_t i = low; i < high; i++)
        fold_group(f, x + (size_t)(i * f->reduced_stride[group]) * f->size, group + 1, 0,
                   f->reduced[group + 1], n, acc);
}

static int64_t post_int(const folding *f, int64_t sum)
{
    switch (f->post) {
    case OG_POST_MEAN:
        return f->count ? sum / f->count : 0;
    case OG_POST_SQRT:
        return (int64_t)sqrt((double)sum);
    case OG_POST_LOG:
        return sum > 0 ? (int64_t)log((double)sum) : INT64_MIN;
    default:
        return sum;
    }
}

static double post_real(const folding *f, double sum)
{
    switch (f->post) {
    case OG_POST_MEAN:
        return sum / (double)f->count;
    case OG_POST_SQRT:
        return sqrt(sum);
    case OG_POST_LOG:
        return log(sum);
    default:
        return sum;
    }
}

/* n accumulators as outputs from place `first` on. */
static void fold_write(const og_call *c, const folding *f, void *acc, int64_t first, int64_t n)
{
    double *real = acc;
    int64_t *whole = acc;
    uint64_t *natural = acc;

    for (int64_t i = 0; f->post != OG_POST_NONE && i < n; i++) {
        if (f->acc == OG_DOUBLE)
            real[i] = post_real(f, real[i]);
        else if (f->acc == OG_UINT64 && f->post == OG_POST_MEAN)
            natural[i] = f->count ? natural[i] / (uint64_t)f->count : 0;
        else
            whole[i] = post_int(f, whole[i]);
    }
    og_convert(f->acc, acc, 0, c->out[0]->elem, c->out[0]->data, first, n,
               (og_cast_rules){ .saturate = true });
}

static void fold_unit(const og_call *c, const folding *f, int64_t unit, int64_t column, int64_t n,
                      int64_t chunk, void *scratch)
{
    const int64_t place = unit * f->columns + column, low = chunk * f->chunk;
    const int64_t high = f->reduced[0] - low < f->chunk ? f->reduced[0] : low + f->chunk;
    int64_t rest = unit, offset = column;
    void *acc = scratch;

    for (int i = f->n_kept - 1; i >= 0; i--) {
        offset += rest % f->kept[i] * f->kept_stride[i];
        rest /= f->kept[i];
    }
    if (f->chunks > 1)
        acc = (char *)c->shared + (size_t)(chunk * f->units * f->columns + place) * 8;
    f->fold->start(acc, n);
    if (f->count > 0)
        fold_group(f, (const char *)c->in[0]->data + (size_t)offset * f->size, 0, low, high, n,
                   acc);
    if (f->chunks == 1)
        fold_write(c, f, acc, place, n);
}

void og_fold_run(const og_call *c, int64_t piece, void *scratch)
{
    const folding *f = c->work;
    const int64_t chunk = piece % f->chunks, part = piece / f->chunks;
    int64_t unit, end, column, n;

    if (f->units * f->columns == 0)
        return;
    column = part % f->tiles * f->tile;
    unit = part / f->tiles * f->block;
    end = f->units - unit < f->block ? f->units : unit + f->block;
    n = f->columns - column < f->tile ? f->columns - column : f->tile;
    for (; unit < end; unit++)
        fold_unit(c, f, unit, column, n, chunk, scratch);
}

void og_fold_finish(const og_call *c)
{
    const folding *f = c->work;
    const int64_t n = f->units * f->columns;

    if (f->chunks == 1 || n == 0)
        return;
    for (int64_t i = 1; i < f->chunks; i++)
        f->fold->join(c->shared, (const char *)c->shared + (size_t)(i * n) * 8, n);
    fold_write(c, f, c->shared, 0, n);
}
