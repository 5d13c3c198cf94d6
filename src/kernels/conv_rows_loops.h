/*
 * Running a convolution with positions as rows for one C type.  The includer defines T and
 * FN(name), and has turn.h.
 */

/* `channels` source channels of one image around a band: to[position][channel], zeros outside. */
static void FN(rows_copy)(const conv_rows *p, const T *x, int64_t channels, int64_t y0, T *to)
{
    const int last = p->shape->rank - 1;
    const int64_t n = p->plane[last], size = p->from[last], lines = p->plane_size / n;
    int64_t at[OG_MAX_RANK] = { 0 };

    for (int64_t line = 0; line < lines; line++, to += n * channels) {
        const int64_t first = p->low[last] + (last ? 0 : y0 * p->from_step[0]);
        int64_t low = first < 0 ? -first : 0, high = n < size - first ? n : size - first, place = 0;
        bool inside = true;

        for (int i = 0; i < last; i++) {
            const int64_t q = at[i] + p->low[i] + (i ? 0 : y0 * p->from_step[0]);

            inside = inside && q >= 0 && q < p->from[i];
            place = place * p->from[i] + q;
        }
        if (!inside || high <= low)
            low = high = n;
        memset(to, 0, (size_t)(low * channels) * sizeof(T));
        if (low < high)
            FN(turn)
        (x + place * size + first + low, p->from_size, channels, high - low, NULL,
         to + low * channels, channels);
        memset(to + high * channels, 0, (size_t)((n - high) * channels) * sizeof(T));
        for (int i = last - 1; i >= 0 && ++at[i] == p->plane[i]; i--)
            at[i] = 0;
    }
}

/* The weights of one phase, source channels from `channel` on, target channels from `first` on:
 * to[tap][channel][lane], lanes without channel 0. */
static void FN(rows_pack)(const conv_rows *p, const conv_reach *const *reach, const T *w, int64_t g,
                          int64_t channel, int64_t channels, int64_t first, int64_t lanes, T *to)
{
    const int rank = p->shape->rank;
    const int64_t left = p->to_channels - first, count = left < lanes ? left : lanes;
    const int64_t from = p->from_channels, inner = p->input_gradient ? p->taps : from * p->taps;
    const int64_t outer = p->input_gradient ? p->to_channels * p->taps : p->taps;
    const T *base =
        w + (p->input_gradient ? (g * from + channel) * outer + first * inner
                               : (g * p->to_channels + first) * inner + channel * outer);
    int64_t t[OG_MAX_RANK] = { 0 }, all = 1;

    for (int i = 0; i < rank; i++)
        all *= reach[i]->taps;
    for (int64_t n = 0; n < all; n++) {
        int64_t tap = 0;

        for (int i = 0; i < rank; i++)
            tap = tap * p->shape->kernel[i] + reach[i]->first + t[i] * reach[i]->step;
        for (int64_t c = 0; c < channels; c++, to += lanes) {
            const T *x = base + c * outer + tap;

            for (int64_t j = 0; j < count; j++)
                to[j] = x[j * inner];
            for (int64_t j = count; j < lanes; j++)
                to[j] = 0;
        }
        for (int i = rank - 1; i >= 0 && ++t[i] == reach[i]->taps; i--)
            t[i] = 0;
    }
}

/* What one pass works on. */
typedef struct {
    const conv_rows *p;
    const conv_reach *reach[OG_MAX_RANK];
    int64_t start[OG_MAX_RANK], grid[OG_MAX_RANK]; /* grid[0]: of the band */
    int64_t channels, y0;
    int64_t first, end; /* columns */
    bool add;
} FN(rows_pass);

/* Some positions of one line: every kernel row in turn. */
static void FN(rows_tile)(const FN(rows_pass) * s, const T *x, const T *w, int64_t lanes, int rows,
                          T *c)
{
    const conv_rows *p = s->p;
    const int last = p->shape->rank - 1;
    const conv_reach *inner = s->reach[last], *middle = last ? s->reach[last - 1] : NULL;
    og_tile_product t = { .rows = rows,
                          .narrow = lanes < og_tiles_of(p->elem)->width,
                          .add = s->add,
                          .runs = middle ? middle->taps : 1,
                          .k = inner->taps * s->channels,
                          .a_row = p->from_step[last] * s->channels,
                          .a_k = 1,
                          .b_k = lanes,
                          .c = c,
                          .ldc = p->columns };
    int64_t tap[OG_MAX_RANK] = { 0 }, outer = 1;

    t.a_run = middle ? middle->shift * p->plane_step[last - 1] * s->channels : 0;
    t.b_run = t.k * lanes;
    for (int i = 0; i < last - 1; i++)
        outer *= s->reach[i]->taps;
    for (int64_t n = 0; n < outer; n++) {
        int64_t from = 0;

        for (int i = 0; i < last - 1; i++)
            from += tap[i] * s->reach[i]->shift * p->plane_step[i];
        t.a = x + from * s->channels;
        t.b = w + n * t.runs * t.b_run;
        og_tiles_of(p->elem)->product(&t);
        t.add = true;
        for (int i = last - 2; i >= 0 && ++tap[i] == s->reach[i]->taps; i--)
            tap[i] = 0;
    }
}

/* One image, some source channels, one block of target channels: all positions of the band. */
static void FN(rows_image)(const FN(rows_pass) * s, const T *planes, const T *w, int64_t lanes,
                           T *sums)
{
    const conv_rows *p = s->p;
    const int last = p->shape->rank - 1;
    const int64_t n = s->grid[last], most = og_tiles_of(p->elem)->rows,
                  parts = (n + most - 1) / most;
    int64_t at[OG_MAX_RANK] = { 0 }, lines = 1;

    for (int i = 0; i < last; i++)
        lines *= s->grid[i];
    for (int64_t line = 0; line < lines; line++, sums += n * p->columns) {
        int64_t from = s->reach[last]->offset - p->low[last];

        for (int i = 0; i < last; i++)
            from += (at[i] * p->from_step[i] + s->reach[i]->offset - p->low[i]) * p->plane_step[i];
        for (int64_t b = 0; b < parts; b++) {
            const int64_t x = n * b / parts, rows = n * (b + 1) / parts - x;

            FN(rows_tile)
            (s, planes + (from + x * p->from_step[last]) * s->channels, w, lanes, (int)rows,
             sums + x * p->columns);
        }
        for (int i = last - 1; i >= 0 && ++at[i] == s->grid[i]; i--)
            at[i] = 0;
    }
}

/* The sums of one image into the target. */
static void FN(rows_unpack)(const FN(rows_pass) * s, const T *sums, const T *bias, T *to)
{
    const conv_rows *p = s->p;
    const int last = p->shape->rank - 1;
    const int64_t n = s->grid[last], step = p->to_step[last], first = s->first;
    const int64_t channels = (s->end < p->to_channels ? s->end : p->to_channels) - first;
    int64_t at[OG_MAX_RANK] = { 0 }, lines = 1;

    for (int i = 0; i < last; i++)
        lines *= s->grid[i];
    for (int64_t line = 0; line < lines; line++, sums += n * p->columns) {
        int64_t place = 0;
        T *y;

        for (int i = 0; i < last; i++)
            place = place * p->to[i] + s->start[i] + (at[i] + (i ? 0 : s->y0)) * p->to_step[i];
        y = to + place * p->to[last] + s->start[last] + (last ? 0 : s->y0 * step);
        if (step == 1) {
            FN(turn)
            (sums + first, p->columns, n, channels, bias ? bias + first : NULL,
             y + first * p->to_size, p->to_size);
        } else {
            for (int64_t c = first; c < first + channels; c++)
                for (int64_t j = 0; j < n; j++)
                    y[c * p->to_size + j * step] = sums[j * p->columns + c] + (bias ? bias[c] : 0);
        }
        for (int i = last - 1; i >= 0 && ++at[i] == s->grid[i]; i--)
            at[i] = 0;
    }
}

/* The phase's grid and what reaches it; false where the band has none of it. */
static bool FN(rows_phase)(FN(rows_pass) * s, int64_t phase)
{
    const conv_rows *p = s->p;

    unravel(phase, p->shape->rank, p->residues, s->start);
    for (int i = 0; i < p->shape->rank; i++) {
        s->reach[i] = &p->reach[i][s->start[i]];
        s->grid[i] = (p->to[i] - s->start[i] + p->to_step[i] - 1) / p->to_step[i];
    }
    s->grid[0] = s->grid[0] - s->y0 < p->band ? s->grid[0] - s->y0 : p->band;
    return s->grid[0] > 0;
}

/* Some images and one group: chunk by chunk of source channels, block by block of target channels.
 */
static void FN(rows_group)(FN(rows_pass) * s, int64_t images, int64_t g, const T *planes,
                           const T *w, T *weights, T *sums)
{
    const conv_rows *p = s->p;
    const int64_t width = og_tiles_of(p->elem)->width, one = p->from_channels * p->plane_size;
    int64_t positions = 1, taps = 1;

    for (int i = 0; i < p->shape->rank; i++) {
        positions *= s->grid[i];
        taps *= s->reach[i]->taps;
    }
    if (taps == 0 || p->from_channels == 0)
        memset(sums, 0, (size_t)(images * positions * p->columns) * sizeof(T));
    for (int64_t channel = 0; taps > 0 && channel < p->from_channels; channel += s->channels) {
        const int64_t left = p->from_channels - channel;

        s->channels = left < p->chunk ? left : p->chunk;
        s->add = channel > 0;
        for (int64_t first = s->first; first < s->end; first += width) {
            const int64_t lanes = s->end - first < width ? s->end - first : width;

            FN(rows_pack)(p, s->reach, w, g, channel, s->channels, first, lanes, weights);
            for (int64_t i = 0; i < images; i++)
                FN(rows_image)
            (s, planes + i * one + channel * p->plane_size, weights, lanes,
             sums + i * positions * p->columns + first);
        }
    }
}

static void FN(rows_run)(const conv_rows *p, int64_t piece, const T *source, const T *w,
                         const T *bias, T *target, char *scratch)
{
    const int64_t block = piece % p->splits, part = piece / p->splits;
    const int64_t first = part / p->bands * p->group, groups = p->shape->groups;
    const int64_t end = first + p->group < p->shape->images ? first + p->group : p->shape->images;
    T *planes = (T *)scratch, *weights = (T *)(scratch + p->planes_bytes);
    T *sums = (T *)(scratch + p->planes_bytes + p->weights_bytes);
    FN(rows_pass) s = { .p = p, .y0 = part % p->bands * p->band, .first = block * p->split };

    s.end = s.first + p->split < p->columns ? s.first + p->split : p->columns;
    for (int64_t image = first; image < end; image += p->batch) {
        const int64_t images = end - image < p->batch ? end - image : p->batch;

        for (int64_t g = 0; g < groups; g++) {
            const T *x = source + (image * groups + g) * p->from_channels * p->from_size;
            T *y = target + (image * groups + g) * p->to_channels * p->to_size;

            for (int64_t i = 0; i < images; i++)
                for (int64_t c = 0; c < p->from_channels; c += p->chunk)
                    FN(rows_copy)
            (p, x + (i * groups * p->from_channels + c) * p->from_size,
             p->from_channels - c < p->chunk ? p->from_channels - c : p->chunk, s.y0,
             planes + (i * p->from_channels + c) * p->plane_size);
            for (int64_t phase = 0; phase < p->phases; phase++) {
                int64_t positions = 1;

                if (!FN(rows_phase)(&s, phase))
                    continue;
                for (int i = 0; i < p->shape->rank; i++)
                    positions *= s.grid[i];
                FN(rows_group)(&s, images, g, planes, w, weights, sums);
                for (int64_t i = 0; i < images; i++)
                    FN(rows_unpack)
                (&s, sums + i * positions * p->columns, bias ? bias + g * p->to_channels : NULL,
                 y + i * groups * p->to_channels * p->to_size);
            }
        }
    }
}
#undef T
#undef FN
