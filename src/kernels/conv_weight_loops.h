/*
 * The gradient of a convolution by its weights for one C type.  The includer defines T and
 * FN(name).
 */

/* A band of x with its channels innermost, zeros around it: to[position][channel]. */
static void FN(copy_x)(const og_conv_weight *p, const T *x, int64_t y0, T *to)
{
    const int rank = p->shape.rank, last = rank - 1;
    const int64_t channels = p->in_channels, n = p->grid[last], size = p->shape.in[last];
    const int64_t lines = p->grid_step[0] * p->grid[0] / n;
    int64_t at[OG_MAX_RANK] = { 0 };

    memset(to, 0, (size_t)(lines * n * channels) * sizeof(T));
    for (int64_t line = 0; line < lines; line++, to += n * channels) {
        const int64_t first = (last ? 0 : y0 * p->shape.stride[0]) - p->shape.before[last];
        const int64_t low = first < 0 ? -first : 0, high = n < size - first ? n : size - first;
        int64_t place = 0;
        bool inside = true;

        for (int i = 0; i < last; i++) {
            const int64_t q = at[i] + (i ? 0 : y0 * p->shape.stride[0]) - p->shape.before[i];

            inside = inside && q >= 0 && q < p->shape.in[i];
            place = place * p->shape.in[i] + q;
        }
        if (inside && low < high)
            FN(turn)
        (x + place * size + first + low, p->in_size, channels, high - low, NULL,
         to + low * channels, channels);
        for (int i = last - 1; i >= 0 && ++at[i] == p->grid[i]; i--)
            at[i] = 0;
    }
}

/* A band of dy with its channels innermost, in whole vectors: to[position][channel]. */
static void FN(copy_y)(const og_conv_weight *p, const T *dy, int64_t y0, int64_t rows,
                       int64_t channels, T *to)
{
    const int64_t row = p->out_size / p->shape.out[0], n = rows * row, width = p->block_columns;

    FN(turn)(dy + y0 * row, p->out_size, channels, n, NULL, to, width);
    for (int64_t j = 0; channels < width && j < n; j++)
        memset(to + j * width + channels, 0, (size_t)(width - channels) * sizeof(T));
}

/* All columns of some rows of the partial sums, over every position of the band. */
static void FN(product)(const og_conv_weight *p, const T *x, const T *y, int64_t rows, int64_t high,
                        T *sums)
{
    const og_tiles *tiles = og_tiles_of(p->elem);
    const int rank = p->shape.rank, last = rank - 1;
    const int64_t channels = p->in_channels, width = p->block_columns;
    og_tile_product t = { .rows = (int)rows,
                          .add = true,
                          .k = last ? p->shape.out[last] : high,
                          .runs = last > 1 ? p->shape.out[last - 1]
                                  : last   ? high
                                           : 1,
                          .a_row = 1,
                          .a_k = p->shape.stride[last] * channels,
                          .b_k = width,
                          .ldc = p->columns };
    int64_t at[OG_MAX_RANK] = { 0 }, planes = 1;

    t.a_run = last ? p->grid_step[last - 1] * p->shape.stride[last - 1] * channels : 0;
    t.b_run = t.k * width;
    for (int i = 0; i < last - 1; i++)
        planes *= i ? p->shape.out[i] : high;
    for (int64_t plane = 0; plane < planes; plane++) {
        int64_t from = 0;

        for (int i = 0; i < last - 1; i++)
            from += at[i] * p->shape.stride[i] * p->grid_step[i];
        for (int64_t j = 0; j < width; j += tiles->width) {
            t.narrow = width - j < tiles->width;
            t.a = x + from * channels;
            t.b = y + plane * t.runs * t.b_run + j;
            t.c = sums + j;
            tiles->product(&t);
        }
        for (int i = last - 2; i >= 0 && ++at[i] == (i ? p->shape.out[i] : high); i--)
            at[i] = 0;
    }
}

/* One kernel position of all axes but the last: its rows, (position along the last axis, channel),
 * in blocks of nearly equal height. */
static void FN(taps)(const og_conv_weight *p, const T *x, const T *y, int64_t high, T *sums)
{
    const int last = p->shape.rank - 1;
    const bool joined = p->shape.dilation[last] == 1; /* then rows of neighbours lie side by side */
    const int64_t most = og_tiles_of(p->elem)->rows, parts = joined ? 1 : p->shape.kernel[last];
    const int64_t all = p->in_channels * p->shape.kernel[last] / parts;
    const int64_t blocks = (all + most - 1) / most;

    for (int64_t part = 0; part < parts; part++)
        for (int64_t b = 0; b < blocks; b++) {
            const int64_t first = all * b / blocks, rows = all * (b + 1) / blocks - first;

            FN(product)
            (p, x + part * p->shape.dilation[last] * p->in_channels + first, y, rows, high,
             sums + (part * all + first) * p->columns);
        }
}

/* One image, band, group and block of channels of y. */
static void FN(unit)(const og_conv_weight *p, const T *x, const T *dy, int64_t y0, int64_t channels,
                     T *planes, T *columns, T *sums)
{
    const int last = p->shape.rank - 1;
    const int64_t left = p->shape.out[0] - y0, rows = left < p->band ? left : p->band;
    const int64_t outer = p->taps / p->shape.kernel[last];

    FN(copy_x)(p, x, y0, planes);
    FN(copy_y)(p, dy, y0, rows, channels, columns);
    for (int64_t t = 0; t < outer; t++) {
        int64_t at[OG_MAX_RANK], from = 0;

        unravel(t, last, p->shape.kernel, at);
        for (int i = 0; i < last; i++)
            from += at[i] * p->shape.dilation[i] * p->grid_step[i];
        FN(taps)
        (p, planes + from * p->in_channels, columns, rows,
         sums + t * p->shape.kernel[last] * p->in_channels * p->columns);
    }
}

static void FN(run)(const og_conv_weight *p, int64_t piece, const T *x, const T *dy, T *scratch,
                    T *shared)
{
    const int64_t block = piece % p->blocks, group = piece / p->blocks;
    const int64_t units = p->shape.images * p->bands, end = units * (group + 1) / p->groups;
    const int64_t first = block * p->block, left = p->out_channels - first;
    const int64_t channels = left < p->block ? left : p->block;
    T *columns = (T *)((char *)scratch + p->x_bytes), *sums = shared + group * p->partial + first;

    for (int64_t r = 0; r < p->partial / p->columns; r++)
        memset(sums + r * p->columns, 0, (size_t)p->block_columns * sizeof(T));
    for (int64_t unit = units * group / p->groups; unit < end; unit++)
        for (int64_t g = 0; g < p->shape.groups; g++) {
            const int64_t image = unit / p->bands * p->shape.groups + g;

            FN(unit)
            (p, x + image * p->in_channels * p->in_size,
             dy + (image * p->out_channels + first) * p->out_size, unit % p->bands * p->band,
             channels, scratch, columns, sums + g * (p->partial / p->shape.groups));
        }
}

/* dw[group][channel of y][channel of x][tap]: the partial sums added in order and turned round. */
static void FN(finish)(const og_conv_weight *p, T *shared, T *dw)
{
    const int64_t in = p->in_channels, out = p->out_channels;

    for (int64_t group = 1; group < p->groups; group++) {
        const T *more = shared + group * p->partial;

        OG_SIMD
        for (int64_t i = 0; i < p->partial; i++)
            shared[i] += more[i];
    }
    for (int64_t g = 0; g < p->shape.groups; g++)
        for (int64_t t = 0; t < p->taps; t++)
            for (int64_t c = 0; c < in; c++) {
                const T *from = shared + ((g * p->taps + t) * in + c) * p->columns;

                for (int64_t o = 0; o < out; o++)
                    dw[((g * out + o) * in + c) * p->taps + t] = from[o];
            }
}
static void FN(finish_thin)(const og_conv_weight *p, int64_t pieces, const T *shared, T *dw)
{
    memcpy(dw, shared, (size_t)p->partial * sizeof(T));
    for (int64_t piece = 1; piece < pieces; piece++)
        for (int64_t i = 0; i < p->partial; i++)
            dw[i] += shared[piece * p->partial + i];
}
#undef T
#undef FN
