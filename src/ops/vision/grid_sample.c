/*
 * GridSample: values of X at given places, interpolated; a place has a coordinate in [-1, 1] for
 * each axis, the last axis first.
 *
 * The kernel finds the neighbours of a place and their weights once for all channels.  Gradients go
 * through the expansion.
 */
#include "ops/vision/grid.h"

og_grid_mode og_grid_mode_of(const og_grid_attrs *a)
{
    static const char *const words[] = { "nearest", "linear", "cubic" };
    int i = 0;

    while (i < GRID_MODES && strcmp(words[i], a->mode))
        i++;
    return (og_grid_mode)i;
}

og_grid_padding og_grid_padding_of(const og_grid_attrs *a)
{
    static const char *const words[] = { "zeros", "border", "reflection" };
    int i = 0;

    while (i < GRID_PADDINGS && strcmp(words[i], a->padding_mode))
        i++;
    return (og_grid_padding)i;
}

static og_status grid_infer(og_infer *c)
{
    const og_grid_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0), spatial = rank - 2;
    og_dim dims[OG_MAX_RANK];
    char shown[60];
    double taps = 1;

    if (og_grid_mode_of(a) == GRID_MODES)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "mode is '%s', expected nearest, linear or cubic",
                             og_escape(shown, sizeof shown, a->mode));
    if (og_grid_padding_of(a) == GRID_PADDINGS)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "padding_mode is '%s', expected zeros, border or reflection",
                             og_escape(shown, sizeof shown, a->padding_mode));
    if (rank < 3 || og_infer_rank(c, 1) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "X has rank %d and grid %d, expected the same, from 3", rank,
                             og_infer_rank(c, 1));
    for (int i = 0; i < spatial; i++)
        taps *= og_grid_taps(og_grid_mode_of(a));
    if (taps > OG_GRID_MOST)
        return og_infer_fail(c, OG_LIMIT, "a place in %d axes has %g neighbours, the limit is %d",
                             spatial, taps, OG_GRID_MOST);
    OG_TRY(og_infer_agree(c, "the batch of X and grid", og_infer_dim(c, 0, 0),
                          og_infer_dim(c, 1, 0), &dims[0]));
    OG_TRY(og_infer_agree(c, "the axes of X and the last of grid", spatial,
                          og_infer_dim(c, 1, rank - 1), NULL));
    dims[1] = og_infer_dim(c, 0, 1);
    for (int i = 0; i < spatial; i++)
        dims[2 + i] = og_infer_dim(c, 1, 1 + i);
    return og_infer_shape(c, 0, rank, dims);
}

static void grid_upgrade(og_rewrite *c, int from)
{
    const og_attr *mode = og_old(c, "mode");
    const bool cubic = mode && mode->kind == OG_ATTR_STRING && !strcmp(mode->u.s.data, "bicubic");
    const bool linear =
        !mode || (mode->kind == OG_ATTR_STRING && !strcmp(mode->u.s.data, "bilinear"));

    if (from < 20 && (cubic || linear))
        og_set_attr(c, (og_attr)OG_SET_STRING("mode", cubic ? "cubic" : "linear"));
}

static int grid_valid_from(const og_node *node)
{
    return node->in[0]->type.elem == OG_BFLOAT16 || node->in[1]->type.elem == OG_BFLOAT16 ? 22 : 20;
}

/* ---- Places ---------------------------------------------------------------------------------- */

/* Mirrored at both ends until it lies between them. */
static double reflected(double x, double low, double high)
{
    const double span = high - low, away = fabs(x - low);
    const double times = span > 0 ? floor(away / span) : 0;
    const double rest = span > 0 ? away - times * span : 0;

    return fmod(times, 2) == 0 ? low + rest : high - rest;
}

static double clamped(double x, double high)
{
    return x < 0 ? 0 : x > high ? high : x;
}

static void cubic_weights(double f, double w[4])
{
    const double a = -0.75, g = 1 - f;

    w[0] = ((a * (f + 1) - 5 * a) * (f + 1) + 8 * a) * (f + 1) - 4 * a;
    w[1] = ((a + 2) * f - (a + 3)) * f * f + 1;
    w[2] = ((a + 2) * g - (a + 3)) * g * g + 1;
    w[3] = ((a * (g + 1) - 5 * a) * (g + 1) + 8 * a) * (g + 1) - 4 * a;
}

/* Neighbours of coordinate n on an axis of `size`, and their weights. */
static void axis_taps(const og_grid_attrs *a, double n, int64_t size, int64_t at[4], double w[4])
{
    const og_grid_mode mode = og_grid_mode_of(a);
    const og_grid_padding padding = og_grid_padding_of(a);
    const double last = (double)size - 1, half = a->align_corners ? 0 : 0.5;
    const double low = -half, high = last + half;
    double x = a->align_corners ? (n + 1) / 2 * last : ((n + 1) * (double)size - 1) / 2;

    x = mode == GRID_NEAREST ? nearbyint(x) : x;
    /* of a cubic only the neighbours, as PyTorch and ONNX Runtime have it */
    if (padding == GRID_BORDER && mode != GRID_CUBIC && (x < low || x > high))
        x = clamped(x, last);
    else if (padding == GRID_REFLECTION && (x < low || x > high))
        x = reflected(x, low, high);
    const double base = floor(x), f = x - base;

    w[0] = mode == GRID_NEAREST ? 1 : 1 - f;
    w[1] = f;
    if (mode == GRID_CUBIC)
        cubic_weights(f, w);
    for (int k = 0; k < og_grid_taps(mode); k++) {
        double i = base + k - (mode == GRID_CUBIC);

        if (padding == GRID_ZEROS && (i < 0 || i > last))
            w[k] = 0;
        else if (padding == GRID_REFLECTION)
            i = reflected(i, low, high);
        if (isnan(x)) /* stays visible */
            w[k] = NAN;
        at[k] = i > 0 ? (int64_t)clamped(i, last) : 0;
    }
}

/* ---- Kernel ---------------------------------------------------------------------------------- */

typedef struct {
    int spatial, taps;     /* along one axis */
    int64_t all;           /* of a place */
    int64_t places, size;  /* of one grid, of one channel of X */
    int64_t block, blocks; /* places of a piece, pieces of an index of the batch */
} grid_plan;

static og_status grid_prepare(og_call *c)
{
    enum { BLOCK = 256 };
    const og_tensor *x = c->in[0], *y = c->out[0];
    grid_plan *p = og_call_alloc(c, sizeof *p);

    if (!p)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    p->spatial = x->rank - 2;
    p->taps = og_grid_taps(og_grid_mode_of(c->attrs));
    p->all = 1;
    for (int i = 0; i < p->spatial; i++)
        p->all *= p->taps;
    p->places = og_count(p->spatial, y->dims + 2);
    p->size = og_count(p->spatial, x->dims + 2);
    p->block = BLOCK;
    p->blocks = y->count ? (p->places + BLOCK - 1) / BLOCK : 0;
    c->work = p;
    c->pieces = y->dims[0] * p->blocks;
    c->cost = (double)(BLOCK * p->all) * ((double)x->dims[1] + 5 * p->spatial);
    c->piece_scratch = (size_t)p->all * (sizeof(int64_t) + sizeof(double));
    return OG_OK;
}

/* All neighbours of a place: offsets in a channel and weights. */
static void place_taps(const og_call *c, const grid_plan *p, int64_t place, int64_t *at, double *w)
{
    const og_tensor *x = c->in[0];
    int64_t n = 1;

    at[0] = 0;
    w[0] = 1;
    for (int d = 0; d < p->spatial; d++) {
        const double coordinate = og_get_double(c->in[1], place * p->spatial + p->spatial - 1 - d);
        int64_t i[4];
        double v[4];

        axis_taps(c->attrs, coordinate, x->dims[2 + d], i, v);
        for (int64_t t = n; t-- > 0;)
            for (int k = p->taps; k-- > 0;) {
                at[t * p->taps + k] = at[t] * x->dims[2 + d] + i[k];
                w[t * p->taps + k] = w[t] * v[k];
            }
        n *= p->taps;
    }
}

static void grid_run(const og_call *c, int64_t piece, void *scratch)
{
    const grid_plan *p = c->work;
    const og_tensor *x = c->in[0];
    const int64_t batch = piece / p->blocks, first = piece % p->blocks * p->block;
    const int64_t last = first + p->block < p->places ? first + p->block : p->places;
    int64_t *at = scratch;
    double *w = (double *)(at + p->all);

    for (int64_t i = first; i < last; i++) {
        place_taps(c, p, batch * p->places + i, at, w);
        for (int64_t channel = 0; channel < x->dims[1]; channel++) {
            const int64_t index = batch * x->dims[1] + channel;
            const int64_t from = index * p->size;
            double sum = 0;

            /* a weight of zero may stand for what is not there */
            for (int64_t t = 0; p->size && t < p->all; t++)
                if (w[t] != 0)
                    sum +=
                        w[t] * (x->elem == OG_FLOAT ? (double)((const float *)x->data)[from + at[t]]
                                                    : ((const double *)x->data)[from + at[t]]);
            og_set_double(c->out[0], index * p->places + i, sum);
        }
    }
}

#define GRID_TYPES                                                                                 \
    (OG_NUMERIC | OG_BIT(OG_STRING) | OG_BIT(OG_BOOL) | OG_BIT(OG_COMPLEX64) |                     \
     OG_BIT(OG_COMPLEX128))

const og_op og_op_grid_sample = {
    .name = "GridSample",
    .builder = "grid_sample",
    .version = 22,
    .valid_from_node = grid_valid_from,
    .versions = "16 20",
    .doc = "Values at places of a grid, by interpolation.",
    .in = { OG_PORT("X", GRID_TYPES), OG_PORT("grid", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_STRING_ATTR(og_grid_attrs, mode, "linear"),
              OG_STRING_ATTR(og_grid_attrs, padding_mode, "zeros"),
              OG_INT_ATTR(og_grid_attrs, align_corners, 0) },
    .attr_size = sizeof(og_grid_attrs),
    .run_types = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE),
    .infer = grid_infer,
    .upgrade = grid_upgrade,
    .expand = og_grid_expand,
    .prepare = grid_prepare,
    .run = grid_run,
    .samples = OG_SAMPLES(
        "double[2,3,4,5] X; double[2,3,2,2] grid in -1.3..1.3",
        "double[1,2,4,5] X; double[1,3,4,2] grid in -3..3; padding_mode=border; align_corners=1",
        "double[1,2,4,5] X; double[1,3,4,2] grid in -4..4; padding_mode=reflection",
        "double[1,2,4,5] X; double[1,3,4,2] grid in -4..4; padding_mode=reflection; "
        "align_corners=1; mode=nearest",
        "double[1,2,4,5] X; double[1,3,2,2] grid in -1.5..1.5; mode=cubic",
        "double[1,1,4,5] X; double[1,3,2,2] grid in -2..2; mode=cubic; padding_mode=border",
        "double[1,1,4,5] X; double[1,3,2,2] grid in -2..2; mode=cubic; padding_mode=reflection; "
        "align_corners=1",
        "float[2,1,3,2,4] X; float[2,1,2,2,3] grid in -1.2..1.2",
        "double[1,2,7] X; double[1,6,1] grid in -1.2..1.2; mode=cubic; padding_mode=border",
        "float[1,2,3,4] X; float[1,0,2,2] grid"),
};
