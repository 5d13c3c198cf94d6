/* Trilu: the upper or lower triangle of each matrix, the rest 0; diagonal k counts to the right. */
#include "ops/shape/shape.h"

typedef struct {
    int64_t upper;
} trilu_attrs;

static og_status trilu_infer(og_infer *c)
{
    if (og_infer_rank(c, 0) < 2)
        return og_infer_fail(c, OG_BAD_SHAPE, "input of rank %d, expected 2 or more",
                             og_infer_rank(c, 0));
    if (og_infer_has(c, 1) && og_infer_rank(c, 1) > 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "k has rank %d, expected a scalar",
                             og_infer_rank(c, 1));
    return og_infer_same(c);
}

static void trilu_gradient(og_grad *c)
{
    const trilu_attrs *a = c->attrs;

    og_set_dx(c, 0,
              OG_OP("Trilu", OG_ATTRS(OG_SET_INT("upper", a->upper)), og_dy(c, 0), og_x(c, 1)));
}

static og_status trilu_check(og_call *c)
{
    const og_tensor *k = og_call_input(c, 1);

    return !k || k->count == 1 ? OG_OK
                               : og_call_fail(c, OG_BAD_VALUE, "k has %lld elements, expected 1",
                                              (long long)k->count);
}

/* A piece is some rows. */
static int64_t trilu_step(const og_tensor *y)
{
    int64_t bytes = y->dims[y->rank - 1] * og_width(y->elem);

    return bytes == 0 ? y->count + 1 : (OG_PIECE_BYTES + bytes - 1) / bytes; /* packed: one piece */
}

static og_status trilu_prepare(og_call *c)
{
    const og_tensor *y = c->out[0];
    int64_t rows = y->count ? y->count / y->dims[y->rank - 1] : 1, step = trilu_step(y);

    c->pieces = (rows + step - 1) / step;
    c->cost = 0.5 * (double)y->count / (double)c->pieces;
    return OG_OK;
}

static void trilu_run(const og_call *c, int64_t piece, void *scratch)
{
    static const uint64_t zero[2];
    const trilu_attrs *a = c->attrs;
    const og_tensor *x = c->in[0], *at = og_call_input(c, 1);
    og_tensor *y = c->out[0];

    (void)scratch;
    if (y->count == 0)
        return;
    int64_t n = y->dims[y->rank - 1], height = y->dims[y->rank - 2], step = trilu_step(y);
    int64_t k = at ? og_index_at(at, 0) : 0, rows = y->count / n;
    int64_t end = (piece + 1) * step < rows ? (piece + 1) * step : rows;
    k = k > n ? n : k < -height ? -height : k;
    for (int64_t r = piece * step; r < end; r++) {
        int64_t edge =
            r % height + k + (a->upper ? 0 : 1); /* elements before it are the lower part */

        edge = edge < 0 ? 0 : edge > n ? n : edge;
        if (a->upper) {
            og_fill_run(y->elem, y->data, r * n, zero, 0, edge);
            og_copy_run(y->elem, y->data, r * n + edge, x->data, r * n + edge, n - edge);
        } else {
            og_copy_run(y->elem, y->data, r * n, x->data, r * n, edge);
            og_fill_run(y->elem, y->data, r * n + edge, zero, 0, n - edge);
        }
    }
}

const og_op og_op_trilu = {
    .name = "Trilu",
    .version = 14,
    .valid_from = 14,
    .doc = "The upper or lower triangle of matrices.",
    .in = { OG_PORT("input", OG_ANY),
            OG_PORT("k", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(trilu_attrs, upper, 1) },
    .attr_size = sizeof(trilu_attrs),
    .traits = OG_COPIES | OG_INPLACE,
    .infer = trilu_infer,
    .gradient = trilu_gradient,
    .check = trilu_check,
    .prepare = trilu_prepare,
    .run = trilu_run,
    .samples = OG_SAMPLES("float[4,5] input", "double[2,5,3] input; int64[] k = -1; upper=0",
                          "float[3,3] input; int64[] k = 2", "int32[3,4] input; int64[1] k = -7",
                          "float[0,3] input; upper=0"),
};
