/*
 * Running the plan of a convolution for one C type.  The includer defines T and FN(name).
 */

/* Source rows along the last axis into a plane's row: to[j] = from[j step + first], 0 outside 0 ..
 * size. */
static void FN(copy_row)(const T *from, int64_t size, int64_t first, int64_t step, T *to, int64_t n)
{
    int64_t low = first >= 0 ? 0 : (-first + step - 1) / step;
    int64_t high = size > first ? (size - first + step - 1) / step : 0;

    low = low < n ? low : n;
    high = high < low ? low : high < n ? high : n;
    memset(to, 0, (size_t)low * sizeof(T));
    if (step == 1)
        memcpy(to + low, from + first + low, (size_t)(high - low) * sizeof(T));
    else
        for (int64_t j = low; j < high; j++)
            to[j] = from[first + j * step];
    memset(to + high, 0, (size_t)(n - high) * sizeof(T));
}

/* One residue of one source channel for the band that begins at y0. */
static void FN(copy_plane)(const og_conv *p, const T *from, const int64_t *residue, int64_t y0,
                           T *to)
{
    const int last = p->shape.rank - 1;
    int64_t at[OG_MAX_RANK] = { 0 }, lines = 1;

    for (int i = 0; i < last; i++)
        lines *= p->plane[i];
    for (int64_t line = 0; line < lines; line++) {
        int64_t place = 0, first = residue[last] - p->low[last] + (last ? 0 : y0 * p->from_step[0]);
        bool inside = true;

        for (int i = 0; i < last; i++) {
            const int64_t x = (at[i] + (i ? 0 : y0)) * p->from_step[i] + residue[i] - p->low[i];

            inside = inside && x >= 0 && x < p->from[i];
            place = place * p->from[i] + x;
        }
        if (inside)
            FN(copy_row)
        (from + place * p->from[last], p->from[last], first, p->from_step[last], to,
         p->plane[last]);
        else memset(to, 0, (size_t)p->plane[last] * sizeof(T));
        to += p->plane[last];
        for (int i = last - 1; i >= 0 && ++at[i] == p->plane[i]; i--)
            at[i] = 0;
    }
}

/* A[k][r] of `rows` target channels from `first` on and `channels` source channels, all within
 * group g. */
static void FN(pack)(const og_conv *p, const conv_phase *f, const T *w, int64_t g, int64_t first,
                     int rows, int64_t channel, int64_t channels, T *a)
{
    const int64_t from = p->from_channels, to = p->to_channels;

    for (int r = 0; r < rows; r++)
        for (int64_t c = 0; c < channels; c++) {
            const int64_t source = channel + c, target = first + r;
            const T *x = w + (p->input_gradient ? (g * from + source) * to + target
                                                : (g * to + target) * from + source) *
                                 p->taps;
            T *y = a + c * f->taps * rows + r;

            for (int64_t t = 0; t < f->taps; t++)
                y[t * rows] = x[f->tap[t]];
        }
}

/* Sums of one channel and image into the target: the grid's positions, without what lies between
 * its rows. */
static void FN(unpack)(const og_conv *p, const conv_phase *f, const T *sums, int64_t y0,
                       int64_t rows, T bias, T *to)
{
    const int last = p->shape.rank - 1;
    const int64_t n = last ? f->grid[last] : rows, step = p->to_step[last];
    int64_t at[OG_MAX_RANK] = { 0 }, lines = 1;

    for (int i = 0; i < last; i++)
        lines *= i ? f->grid[i] : rows;
    for (int64_t line = 0; line < lines; line++) {
        int64_t place = 0, from = 0;
        const T *x;
        T *y;

        for (int i = 0; i < last; i++) {
            place = place * p->to[i] + f->start[i] + (at[i] + (i ? 0 : y0)) * p->to_step[i];
            from += at[i] * p->plane_step[i];
        }
        x = sums + from;
        y = to + place * p->to[last] + f->start[last] + (last ? 0 : y0 * step);
        if (step == 1) {
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                y[j] = x[j] + bias;
        } else {
            for (int64_t j = 0; j < n; j++)
                y[j * step] = x[j] + bias;
        }
        for (int i = last - 1; i >= 0 && ++at[i] == (i ? f->grid[i] : rows); i--)
            at[i] = 0;
    }
}

/* What one pass works on: some images, one group of channels, one phase, one band. */
typedef struct {
    const og_conv *p;
    const conv_phase *f;
    const T *planes, *w, *bias;
    T *weights, *sums, *target; /* target: of the first image and the group's first channel */
    int64_t images, g, y0, rows;
} FN(pass);

static void FN(block)(const FN(pass) * s, int64_t first, int rows)
{
    const og_conv *p = s->p;
    const og_tiles *tiles = og_tiles_of(p->elem);
    const int64_t planes = p->from_channels * p->residues * p->plane_size;
    int64_t columns = s->rows > 0, channel = 0;

    for (int i = 0; i < p->shape.rank; i++)
        columns += ((i ? s->f->grid[i] : s->rows) - 1) * p->plane_step[i];
    do {
        const int64_t left = p->from_channels - channel,
                      channels = left < p->chunk ? left : p->chunk;

        FN(pack)(p, s->f, s->w, s->g, first, rows, channel, channels, s->weights);
        for (int64_t i = 0; i < s->images; i++)
            for (int64_t j = 0; j < columns; j += tiles->width)
                tiles->gather(rows, channels * s->f->taps, s->weights, s->planes + i * planes + j,
                              s->f->offsets + channel * s->f->taps, channel > 0,
                              s->sums + i * rows * p->columns + j, p->columns);
        channel += channels;
    } while (channel < p->from_channels);
    for (int64_t i = 0; i < s->images; i++)
        for (int r = 0; r < rows; r++)
            FN(unpack)
    (p, s->f, s->sums + (i * rows + r) * p->columns, s->y0, s->rows,
     s->bias ? s->bias[s->g * p->to_channels + first + r] : 0,
     s->target + (i * p->shape.groups * p->to_channels + first + r) * p->to_size);
}

/* Target channels in blocks of nearly equal height. */
static void FN(blocks)(const FN(pass) * s)
{
    const int64_t most = og_tiles_of(s->p->elem)->rows, all = s->p->to_channels;
    const int64_t blocks = (all + most - 1) / most;

    for (int64_t b = 0; b < blocks; b++) {
        const int64_t first = all * b / blocks;

        FN(block)(s, first, (int)(all * (b + 1) / blocks - first));
    }
}

static void FN(copy_planes)(const og_conv *p, const T *source, int64_t image, int64_t images,
                            int64_t g, int64_t y0, T *planes)
{
    for (int64_t i = 0; i < images; i++)
        for (int64_t c = 0; c < p->from_channels; c++) {
            const int64_t at = ((image + i) * p->shape.groups + g) * p->from_channels + c;

            for (int64_t r = 0; r < p->residues; r++, planes += p->plane_size) {
                int64_t residue[OG_MAX_RANK];

                unravel(r, p->shape.rank, p->residues_of, residue);
                FN(copy_plane)(p, source + at * p->from_size, residue, y0, planes);
            }
        }
}

static void FN(run)(const og_conv *p, int64_t piece, const T *source, const T *w, const T *bias,
                    T *target, void *scratch)
{
    const int64_t first = piece / p->bands * p->group, y0 = piece % p->bands * p->band;
    const int64_t end = first + p->group < p->shape.images ? first + p->group : p->shape.images;
    T *planes = scratch;
    FN(pass) s = { .p = p, .planes = planes, .w = w, .bias = bias, .y0 = y0 };

    s.weights = (T *)((char *)scratch + p->planes_bytes);
    s.sums = (T *)((char *)scratch + p->planes_bytes + p->weights_bytes);
    for (int64_t image = first; image < end; image += p->batch) {
        s.images = end - image < p->batch ? end - image : p->batch;
        for (s.g = 0; s.g < p->shape.groups; s.g++) {
            FN(copy_planes)(p, source, image, s.images, s.g, y0, planes);
            s.target = target + (image * p->shape.groups + s.g) * p->to_channels * p->to_size;
            for (int64_t f = 0; f < p->phases; f++) {
                s.f = &p->phase[f];
                s.rows = s.f->grid[0] - y0 < p->band ? s.f->grid[0] - y0 : p->band;
                if (s.rows > 0)
                    FN(blocks)(&s);
            }
        }
    }
}
/* dy of one channel on the plane's grid: rows as far apart as the plane's, zeros between them. */
static void FN(spread)(const og_conv *p, const T *dy, int64_t y0, int64_t rows, T *to)
{
    const int last = p->shape.rank - 1;
    const int64_t n = last ? p->to[last] : rows;
    int64_t at[OG_MAX_RANK] = { 0 }, lines = 1;

    memset(to, 0, (size_t)p->columns * sizeof(T));
    for (int i = 0; i < last; i++)
        lines *= i ? p->to[i] : rows;
    for (int64_t line = 0; line < lines; line++) {
        int64_t place = 0, step = 0;

        for (int i = 0; i < last; i++) {
            place = place * p->to[i] + at[i] + (i ? 0 : y0);
            step += at[i] * p->plane_step[i];
        }
        memcpy(to + step, dy + place * p->to[last] + (last ? 0 : y0), (size_t)n * sizeof(T));
        for (int i = last - 1; i >= 0 && ++at[i] == (i ? p->to[i] : rows); i--)
            at[i] = 0;
    }
}

/* dw += what one piece of images and rows adds, by dot products of dy with the planes. */
static void FN(thin)(const og_conv *p, int64_t piece, const T *x, const T *dy, T *dw, void *scratch)
{
    const conv_phase *f = p->phase;
    const int64_t first = piece / p->bands * p->group, y0 = piece % p->bands * p->band;
    const int64_t end = first + p->group < p->shape.images ? first + p->group : p->shape.images;
    const int64_t left = p->to[0] - y0, rows = left < p->band ? left : p->band;
    const int64_t depth = p->from_channels * f->taps, groups = p->shape.groups, to = p->to_channels;
    T *planes = scratch, *line = (T *)((char *)scratch + p->planes_bytes + p->weights_bytes);

    for (int64_t image = first; image < end; image++)
        for (int64_t g = 0; g < groups; g++) {
            FN(copy_planes)(p, x, image, 1, g, y0, planes);
            memset(planes + p->from_channels * p->residues * p->plane_size, 0,
                   (size_t)og_tiles_of(p->elem)->width * sizeof(T)); /* is multiplied by zeros */
            for (int64_t o = 0; o < to; o++) {
                FN(spread)(p, dy + ((image * groups + g) * to + o) * p->to_size, y0, rows, line);
                og_tiles_of(p->elem)->dots(p->columns, line, planes, f->offsets, depth,
                                           dw + (g * to + o) * depth);
            }
        }
}
#undef T
#undef FN
