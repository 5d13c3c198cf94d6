/* GridSample as ordinary operators: for each combination of neighbours a GatherElements. */
#include "ops/vision/grid.h"

/* One axis of X: its size as a number and as an index, and of all places [batch, places] the
 * neighbours (int64) and their weights (NULL: 1). */
typedef struct {
    og_value *last, *low, *high; /* real scalars */
    og_value *size;              /* int64 scalar */
    og_value *at[4], *weight[4];
} grid_axis;

/* x where it lies in [0, last], else the end; a NaN goes to an end too.  The derivative at the ends
 * is 0, PyTorch's. */
static og_value *held(og_value *x, og_value *last)
{
    og_value *zero = og_scalar_like(x, 0);

    return og_where(og_greater(x, zero), og_where(og_less(x, last), x, last), zero);
}

static og_value *outside(og_value *x, og_value *low, og_value *high)
{
    return OG_OP("Or", NULL, og_less(x, low), og_greater(x, high));
}

/* Mirrored at both ends until it lies between them. */
static og_value *mirrored(const grid_axis *a, og_value *x)
{
    og_value *zero = og_scalar_like(x, 0), *one = og_scalar_like(x, 1);
    og_value *span = og_sub(a->high, a->low), *wide = og_greater(span, zero);
    og_value *away = og_where(wide, og_abs(og_sub(x, a->low)), zero);
    og_value *safe = og_where(wide, span, one);
    og_value *times = OG_OP("Floor", NULL, og_div(away, safe));
    og_value *rest = og_sub(away, og_mul(times, span));
    og_value *pairs = OG_OP("Floor", NULL, og_times(times, 0.5));
    og_value *even = og_equal(times, og_times(pairs, 2));

    return og_where(even, og_add(a->low, rest), og_sub(a->high, rest));
}

/* a0 + a1 f + a2 f^2 + a3 f^3 */
static og_value *polynomial(og_value *f, double a0, double a1, double a2, double a3)
{
    og_value *y = og_plus(og_times(f, a3), a2);

    return og_plus(og_mul(og_plus(og_mul(y, f), a1), f), a0);
}

static void weigh(const og_grid_attrs *a, og_value *f, og_value *weight[4])
{
    switch (og_grid_mode_of(a)) {
    case GRID_NEAREST:
        break;
    case GRID_LINEAR:
        weight[0] = og_sub(og_scalar_like(f, 1), f);
        weight[1] = f;
        break;
    default: /* Keys' cubic with a = -0.75 */
        weight[0] = polynomial(f, 0, -0.75, 1.5, -0.75);
        weight[1] = polynomial(f, 1, 0, -2.25, 1.25);
        weight[2] = polynomial(f, 0, 0.75, 1.5, -1.25);
        weight[3] = polynomial(f, 0, 0, -0.75, 0.75);
    }
}

/* The coordinate as a place of the axis, moved inside where the padding says so. */
static og_value *place(const og_grid_attrs *a, const grid_axis *x, og_value *n, og_value *size)
{
    const og_grid_mode mode = og_grid_mode_of(a);
    const og_grid_padding padding = og_grid_padding_of(a);
    og_value *at = og_plus(n, 1);

    at = a->align_corners ? og_mul(og_times(at, 0.5), x->last)
                          : og_times(og_plus(og_mul(at, size), -1), 0.5);
    if (mode == GRID_NEAREST)
        at = OG_OP("Round", NULL, at);
    if (padding == GRID_REFLECTION)
        at = og_where(outside(at, x->low, x->high), mirrored(x, at), at);
    return padding != GRID_ZEROS && mode != GRID_CUBIC ? held(at, x->last) : at;
}

static void make_axis(const og_rewrite *c, grid_axis *x, int axis, og_value *n)
{
    const og_grid_attrs *a = c->attrs;
    const og_grid_mode mode = og_grid_mode_of(a);
    const og_grid_padding padding = og_grid_padding_of(a);
    const double half = a->align_corners ? 0 : 0.5;

    *x = (grid_axis){ .size = og_size_along(og_in(c, 0), axis) };
    og_value *size = og_cast_like(x->size, n);
    x->last = og_plus(size, -1);
    x->low = og_scalar_like(n, -half);
    x->high = og_plus(x->last, half);
    og_value *at = place(a, x, n, size), *base = OG_OP("Floor", NULL, at);
    weigh(a, og_sub(at, base), x->weight);
    for (int k = 0; k < og_grid_taps(mode); k++) {
        og_value *i = og_plus(base, k - (mode == GRID_CUBIC)), *zero = og_scalar_like(n, 0);

        if (padding == GRID_ZEROS) {
            og_value *w = x->weight[k] ? x->weight[k] : og_ones_like(i);

            x->weight[k] = og_where(outside(i, zero, x->last), zero, w);
        }
        if (padding == GRID_REFLECTION)
            i = mirrored(x, i);
        x->at[k] = og_cast(held(i, x->last), OG_INT64);
    }
}

/* X [batch, channels, elements] at one neighbour of each place, times its weight. */
static og_value *neighbour(og_value *x, og_value *shape, og_value *at, og_value *weight)
{
    og_value *index = og_expand(og_unsqueeze(at, OG_INTS(1)), shape);
    og_value *y = OG_OP("GatherElements", OG_ATTRS(OG_SET_INT("axis", 2)), x, index);

    return weight ? og_mul(y, og_cast_like(og_unsqueeze(weight, OG_INTS(1)), y)) : y;
}

static og_value *all_neighbours(const grid_axis *axes, int n, int taps, og_value *x,
                                og_value *shape)
{
    og_value *sum = NULL;
    int64_t all = 1;

    for (int d = 0; d < n; d++)
        all *= taps;
    for (int64_t t = 0; t < all; t++) {
        og_value *at = NULL, *weight = NULL, *part;
        int64_t rest = t;

        for (int d = 0; d < n; d++, rest /= taps) {
            const int k = (int)(rest % taps);
            og_value *w = axes[d].weight[k];

            at = at ? og_add(og_mul(at, axes[d].size), axes[d].at[k]) : axes[d].at[k];
            weight = weight && w ? og_mul(weight, w) : w ? w : weight;
        }
        part = neighbour(x, shape, at, weight);
        sum = sum ? og_add(sum, part) : part;
    }
    return sum;
}

void og_grid_expand(og_rewrite *c)
{
    og_value *x = og_in(c, 0), *grid = og_in(c, 1), *n[OG_MAX_RANK];
    const int rank = og_rank(x), spatial = rank - 2;
    grid_axis axes[OG_MAX_RANK];

    if (rank < 3) {
        og_rewrite_fail(c, OG_UNSUPPORTED, "the rank of X must be known");
        return;
    }
    og_value *flat = og_reshape_to(grid, 3, (int64_t[]){ 0, -1, spatial });
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 2), OG_SET_INT("num_outputs", spatial)), 1,
              &flat, spatial, n);
    for (int d = 0; d < spatial; d++)
        make_axis(c, &axes[d], 2 + d, og_squeeze(n[spatial - 1 - d], OG_INTS(2)));
    og_value *first[2] = { og_shape_part(x, 0, 2), og_shape_part(flat, 1, 2) };
    og_value *whole[2] = { first[0], og_shape_part(grid, 1, rank - 1) };
    og_value *y =
        all_neighbours(axes, spatial, og_grid_taps(og_grid_mode_of(c->attrs)),
                       og_reshape_to(x, 3, (int64_t[]){ 0, 0, -1 }), og_concat(0, 2, first));
    og_replace(c, 0, og_reshape(y, og_concat(0, 2, whole)));
}
