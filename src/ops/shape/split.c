/* Split: one tensor cut along an axis, into given sizes or into equal ones (the last may be
 * smaller). */
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis, num_outputs;
} split_attrs;

static int split_axis(const split_attrs *a, int rank)
{
    return (int)(a->axis < 0 ? a->axis + rank : a->axis);
}

/* The size of part k of n equal ones. */
static og_dim split_equal(og_infer *c, og_dim size, int n, int k)
{
    og_dim part = og_dim_div(c->dims, og_dim_add(c->dims, size, n - 1), n);

    if (!og_dim_known(size))
        return k < n - 1 ? part : og_dim_sub(c->dims, size, og_dim_mul(c->dims, part, n - 1));
    return part * k >= size ? 0 : size - part * k < part ? size - part * k : part;
}

static og_status split_infer(og_infer *c)
{
    const split_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    og_dim dims[OG_MAX_RANK], sum = 0;
    int64_t n = c->n_out;
    const og_dim *sizes = og_infer_has(c, 1) ? og_infer_content(c, 1, &n) : NULL;
    int axis;

    OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
    if (og_infer_has(c, 1) && a->num_outputs != OG_ABSENT)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "both 'split' and 'num_outputs' are given, expected one");
    if (sizes)
        OG_TRY(og_infer_not_negative(c, 1, n, sizes));
    if (a->num_outputs != OG_ABSENT)
        n = a->num_outputs;
    if (n != c->n_out)
        return og_infer_fail(c, OG_BAD_SHAPE, "%lld sizes for %d outputs", (long long)n, c->n_out);
    for (int i = 0; i < x->rank; i++)
        dims[i] = x->dims[i];
    for (int k = 0; k < c->n_out; k++) {
        dims[axis] = sizes                ? sizes[k]
                     : og_infer_has(c, 1) ? og_dim_fresh(c->dims)
                                          : split_equal(c, x->dims[axis], c->n_out, k);
        sum = og_dim_add(c->dims, sum, dims[axis]);
        OG_TRY(og_infer_shape(c, k, x->rank, dims));
    }
    return og_infer_agree(c, "sum of the parts and size of the axis", sum, x->dims[axis], &sum);
}

/* The sizes were an attribute (in version 1 perhaps an input), and equal parts had to be equal. */
static void split_upgrade(og_rewrite *c, int from)
{
    og_ints sizes = og_old_ints(c, "split");

    if (from < 13 && sizes.v) {
        og_set_in(c, 1, og_ints_like(og_in(c, 0), sizes));
        og_drop_attr(c, "split");
    } else if (from == 1 && og_in(c, 1)) {
        og_set_in(c, 1, og_cast(og_in(c, 1), OG_INT64));
    }
    if (from < 18 && !og_in(c, 1))
        og_set_attr(c, (og_attr)OG_SET_INT("num_outputs", c->n_out));
}

/* Parts without a gradient count as zeros. */
static void split_gradient(og_grad *c)
{
    const split_attrs *a = c->attrs;
    int n = c->node->n_out;
    og_value **parts = OG_NEW_N(c->g->arena, og_value *, n);

    for (int k = 0; parts && k < n; k++)
        parts[k] = og_dy(c, k) ? og_dy(c, k) : og_zeros_like(og_y(c, k));
    og_set_dx(c, 0, parts ? og_concat(a->axis, n, parts) : NULL);
}

/* The size of part k, which nobody may read; false while the sizes are not there yet. */
static bool split_part(const og_call *c, int axis, int k, int64_t *size)
{
    int64_t all = c->in[0]->dims[axis], part = (all + c->n_out - 1) / c->n_out;

    if (c->out[k]) {
        *size = c->out[k]->dims[axis];
        return true;
    }
    if (c->n_in > 1 && c->in[1]) {
        *size = c->in[1]->data ? og_index_at(c->in[1], k) : 0;
        return c->in[1]->data != NULL;
    }
    *size = part * k >= all ? 0 : all - part * k < part ? all - part * k : part;
    return true;
}

static og_status split_prepare(og_call *c)
{
    const og_tensor *x = c->in[0];
    int axis = split_axis(c->attrs, x->rank);
    int64_t to[OG_MAX_RANK], from[OG_MAX_RANK], first = 0, size;
    og_moves *moves = og_moves_new(c, c->n_out);

    if (!moves)
        return og_call_fail(c, OG_NO_MEMORY, "no memory for a plan");
    og_strides(x->rank, x->dims, from);
    for (int k = 0; k < c->n_out; k++, first += size * from[axis]) {
        if (!split_part(c, axis, k, &size)) {
            c->work = NULL; /* the run does it */
            c->pieces = 1;
            return OG_OK;
        }
        if (!c->out[k])
            continue;
        og_strides(x->rank, c->out[k]->dims, to);
        og_moves_add(c, moves, 0, k, x->rank, c->out[k]->dims, to, 0, from, first);
    }
    return OG_OK;
}

static void split_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *x = c->in[0];
    int axis = split_axis(c->attrs, x->rank);
    int64_t to[OG_MAX_RANK], from[OG_MAX_RANK], first = 0, size;
    og_move move;

    if (c->work) {
        og_moves_run(c, piece, scratch);
        return;
    }
    og_strides(x->rank, x->dims, from);
    for (int k = 0; k < c->n_out; k++, first += size * from[axis]) {
        split_part(c, axis, k, &size);
        if (!c->out[k])
            continue;
        og_strides(x->rank, c->out[k]->dims, to);
        og_move_set(&move, x->elem, x->rank, c->out[k]->dims, to, 0, from, first);
        for (int64_t i = 0; i < move.pieces; i++)
            og_move_piece(&move, c->out[k]->data, x->data, i);
    }
}

/* Equal parts by number of outputs came with version 18. */
static int split_valid_from(const og_node *node)
{
    const split_attrs *a = node->attrs;

    return a->num_outputs == OG_ABSENT ? 13 : 18;
}

const og_op og_op_split = {
    .name = "Split",
    .version = 18,
    .valid_from_node = split_valid_from,
    .versions = "1 2 11 13",
    .doc = "One tensor cut along an axis.",
    .in = { OG_PORT("input", OG_ANY),
            OG_PORT("split", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("outputs", OG_SAME_AS(0), .variadic = true) },
    .attr = { OG_INT_ATTR(split_attrs, axis, 0), OG_INT_ATTR(split_attrs, num_outputs, OG_ABSENT) },
    .attr_size = sizeof(split_attrs),
    .traits = OG_COPIES,
    .infer = split_infer,
    .upgrade = split_upgrade,
    .gradient = split_gradient,
    .prepare = split_prepare,
    .run = split_run,
    .samples = OG_SAMPLES("float[2,7] input; int64[3] split = 3 0 4; axis=1; !outputs 3",
                          "double[6,2] input; int64[2] split = 2 4; !outputs 2",
                          "float[7] input; num_outputs=3; !outputs 3",
                          "float[0,4] input; num_outputs=2; axis=-1; !outputs 2"),
};
