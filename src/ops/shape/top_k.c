/*
 * TopK: the k largest or smallest along an axis with their indices, always in order (also where
 * `sorted` is 0); among equals the lower index comes first.  A NaN counts as larger than every
 * number, as in numpy and PyTorch.
 */
#include "kernels/order.h"
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis, largest, sorted;
} top_k_attrs;

static og_status top_k_infer(og_infer *c)
{
    const top_k_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    int64_t n = 0, k;
    const og_dim *content = og_infer_content(c, 1, &n);
    og_dim dims[OG_MAX_RANK];
    int axis;

    OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
    if (content && n != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "K has %lld elements, expected 1", (long long)n);
    for (int i = 0; i < x->rank; i++)
        dims[i] = x->dims[i];
    dims[axis] = content ? content[0] : og_dim_fresh(c->dims);
    if (content && og_dim_const(c->dims, content[0], &k) &&
        (k < 0 || (og_dim_known(x->dims[axis]) && k > x->dims[axis])))
        return og_infer_fail(c, OG_BAD_VALUE, "K is %lld, expected 0 to %lld", (long long)k,
                             og_dim_known(x->dims[axis]) ? (long long)x->dims[axis]
                                                         : (long long)INT64_MAX);
    OG_TRY(og_infer_shape(c, 0, x->rank, dims));
    return og_infer_shape(c, 1, x->rank, dims);
}

/* K was an attribute. */
static void top_k_upgrade(og_rewrite *c, int from)
{
    if (from >= 10)
        return;
    if (!og_old(c, "k"))
        og_rewrite_fail(c, OG_BAD_FILE, "attribute 'k' is missing");
    og_set_in(c, 1, og_int_like(og_in(c, 0), og_old_int(c, "k", 0)));
    og_drop_attr(c, "k");
}

static void top_k_gradient(og_grad *c)
{
    const top_k_attrs *a = c->attrs;

    if (og_dy(c, 0))
        og_set_dx(c, 0,
                  OG_OP("ScatterElements", OG_ATTRS(OG_SET_INT("axis", a->axis)),
                        og_zeros_like(og_x(c, 0)), og_y(c, 1), og_dy(c, 0)));
}

typedef struct top_k_line {
    const og_tensor *x;
    int64_t first, step;
    bool largest;
} top_k_line;

static int top_k_compare(const void *context, int64_t a, int64_t b)
{
    const top_k_line *line = context;
    int order =
        og_compare_elements(line->x, line->first + a * line->step, line->first + b * line->step);

    return line->largest ? -order : order;
}

static int top_k_axis(const og_call *c)
{
    const top_k_attrs *a = c->attrs;

    return (int)(a->axis < 0 ? a->axis + c->in[0]->rank : a->axis);
}

/* A piece is some lines along the axis, or all of them for packed types, whose lines share bytes.
 */
static int64_t top_k_lines(const og_tensor *x, int64_t size)
{
    enum { PIECE = 4096 }; /* elements */

    return og_width(x->elem) == 0 ? x->count / size : size < PIECE ? PIECE / size : 1;
}

static og_status top_k_prepare(og_call *c)
{
    const og_tensor *x = c->in[0];
    int64_t size = x->dims[top_k_axis(c)];

    if (x->count) {
        int64_t lines = top_k_lines(x, size);

        c->pieces = (x->count / size + lines - 1) / lines;
        c->cost = 8.0 * (double)(size * lines);
    }
    c->piece_scratch = (size_t)size * 2 * sizeof(int64_t);
    return OG_OK;
}

static void top_k_run_line(const og_call *c, int64_t number, int64_t *places)
{
    const top_k_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    int axis = top_k_axis(c);
    int64_t size = x->dims[axis], inner = og_count(x->rank - axis - 1, x->dims + axis + 1);
    int64_t k = (c->out[0] ? c->out[0] : c->out[1])->dims[axis], outer = number / inner,
            at = number % inner;
    const top_k_line line = { x, outer * size * inner + at, inner, a->largest != 0 };

    for (int64_t i = 0; i < size; i++)
        places[i] = i;
    if (k > size / 16) /* the heap pays for few */
        og_order(places, size, places + size, top_k_compare, &line);
    else
        og_order_first(places, size, k, top_k_compare, &line);
    for (int64_t i = 0; i < k; i++) {
        int64_t to = (outer * k + i) * inner + at;

        if (c->out[0])
            og_copy_run(x->elem, c->out[0]->data, to, x->data, line.first + places[i] * inner, 1);
        if (c->n_out > 1 && c->out[1])
            ((int64_t *)c->out[1]->data)[to] = places[i];
    }
}

static void top_k_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *x = c->in[0];
    int64_t size = x->dims[top_k_axis(c)];

    if (x->count == 0)
        return;
    int64_t lines = top_k_lines(x, size), first = piece * lines, all = x->count / size;
    for (int64_t i = first; i < all && i < first + lines; i++)
        top_k_run_line(c, i, scratch);
}

const og_op og_op_top_k = {
    .name = "TopK",
    .version = 24,
    .valid_from = 11,
    .versions = "1 10 11",
    .doc = "The k largest or smallest along an axis.",
    .in = { OG_PORT("X", OG_NUMERIC), OG_PORT("K", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("Values", OG_SAME_AS(0)), OG_PORT("Indices", OG_BIT(OG_INT64)) },
    .attr = { OG_INT_ATTR(top_k_attrs, axis, -1), OG_INT_ATTR(top_k_attrs, largest, 1),
              OG_INT_ATTR(top_k_attrs, sorted, 1) },
    .attr_size = sizeof(top_k_attrs),
    .run_types = OG_NUMERIC,
    .infer = top_k_infer,
    .upgrade = top_k_upgrade,
    .gradient = top_k_gradient,
    .prepare = top_k_prepare,
    .run = top_k_run,
    .samples = OG_SAMPLES("float[3,5] X; int64[1] K = 2",
                          "double[4,2,3] X; int64[1] K = 3; axis=0; largest=0",
                          "float[0,5] X; int64[1] K = 3", "int64[40] X; int64[1] K = 2",
                          "float[3] X; int64[1] K = 0"),
};
