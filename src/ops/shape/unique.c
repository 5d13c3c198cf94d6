/*
 * Unique: the different elements, or slices along an axis, sorted or by first appearance, with the
 * place of the first of each, the number of each input entry among them, and how often each came.
 * NaNs count as equal, as in numpy.
 */
#include "kernels/order.h"
#include "ops/shape/shape.h"

typedef struct {
    int64_t axis, sorted;
} unique_attrs;

/* Entries are slices along the axis: outer x inner elements each. */
typedef struct unique_entries {
    const og_tensor *x;
    int64_t n, outer, inner;
} unique_entries;

static unique_entries unique_look(const unique_attrs *a, const og_tensor *x)
{
    if (a->axis == OG_ABSENT)
        return (unique_entries){ x, x->count, 1, 1 };
    int axis = (int)(a->axis < 0 ? a->axis + x->rank : a->axis);

    return (unique_entries){ x, x->dims[axis], og_count(axis, x->dims),
                             og_count(x->rank - axis - 1, x->dims + axis + 1) };
}

static int unique_compare(const void *context, int64_t a, int64_t b)
{
    const unique_entries *e = context;

    for (int64_t o = 0; o < e->outer; o++)
        for (int64_t i = 0; i < e->inner; i++) {
            int order = og_compare_elements(e->x, (o * e->n + a) * e->inner + i,
                                            (o * e->n + b) * e->inner + i);

            if (order)
                return order;
        }
    return 0;
}

static int unique_appearance(const void *context, int64_t a, int64_t b)
{
    const int64_t *first = context;

    return (first[a] > first[b]) - (first[a] < first[b]);
}

/* Sorts the entries; group k begins at places[starts[k]].  Returns the number of groups.  `places`
 * and `starts` have room for n numbers, starts for one more. */
static int64_t unique_groups(const unique_entries *e, int64_t *places, int64_t *starts)
{
    int64_t groups = 0;

    for (int64_t i = 0; i < e->n; i++)
        places[i] = i;
    og_order(places, e->n, starts, unique_compare, e);
    for (int64_t i = 0; i < e->n; i++)
        if (i == 0 || unique_compare(e, places[i - 1], places[i]))
            starts[groups++] = i;
    starts[groups] = e->n;
    return groups;
}

static og_status unique_infer(og_infer *c)
{
    const unique_attrs *a = c->attrs;
    const og_type *x = c->in[0];
    const og_tensor *data = c->data ? c->data[0] : NULL;
    og_dim dims[OG_MAX_RANK], n, entries = og_dim_product(c, x->rank, x->dims);
    int axis = 0;

    if (a->axis != OG_ABSENT) {
        OG_TRY(og_infer_resolve_axis(c, x->rank, a->axis, &axis));
        entries = x->dims[axis];
    }
    if (data) {
        const unique_entries e = unique_look(a, data);
        int64_t *room = OG_NEW_N(c->arena, int64_t, 2 * e.n + 1);

        if (!room)
            return og_infer_fail(c, OG_NO_MEMORY, "no memory to find the unique entries");
        n = unique_groups(&e, room, room + e.n);
    } else {
        n = og_dim_fresh(c->dims);
    }
    for (int i = 0; i < x->rank; i++)
        dims[i] = i == axis ? n : x->dims[i];
    OG_TRY(a->axis == OG_ABSENT ? og_infer_shape(c, 0, 1, &n)
                                : og_infer_shape(c, 0, x->rank, dims));
    OG_TRY(og_infer_shape(c, 1, 1, &n));
    OG_TRY(og_infer_shape(c, 2, 1, &entries));
    return og_infer_shape(c, 3, 1, &n);
}

static og_status unique_prepare(og_call *c)
{
    const unique_entries e = unique_look(c->attrs, c->in[0]);

    c->shared_scratch = (size_t)(5 * e.n + 1) * sizeof(int64_t);
    c->cost = 100.0 * (double)e.n;
    return OG_OK;
}

static int64_t *unique_output(const og_call *c, int k)
{
    return k < c->n_out && c->out[k] ? c->out[k]->data : NULL;
}

static void unique_run(const og_call *c, int64_t piece, void *scratch)
{
    const unique_attrs *a = c->attrs;
    const unique_entries e = unique_look(a, c->in[0]);
    int64_t *places = c->shared, *starts = places + e.n, *first = starts + e.n + 1,
            *order = first + e.n;
    int64_t groups = unique_groups(&e, places, starts);
    int64_t *indices = unique_output(c, 1), *inverse = unique_output(c, 2),
            *counts = unique_output(c, 3);

    (void)piece;
    (void)scratch;
    for (int64_t k = 0; k < groups; k++) {
        first[k] = places[starts[k]]; /* stable: the first of its group */
        order[k] = k;
    }
    if (!a->sorted)
        og_order(order, groups, order + groups, unique_appearance, first);
    for (int64_t to = 0; to < groups; to++) {
        int64_t k = order[to];

        for (int64_t o = 0; c->out[0] && o < e.outer; o++)
            og_copy_run(e.x->elem, c->out[0]->data, (o * groups + to) * e.inner, e.x->data,
                        (o * e.n + first[k]) * e.inner, e.inner);
        for (int64_t i = starts[k]; inverse && i < starts[k + 1]; i++)
            inverse[places[i]] = to;
        if (indices)
            indices[to] = first[k];
        if (counts)
            counts[to] = starts[k + 1] - starts[k];
    }
}

const og_op og_op_unique = {
    .name = "Unique",
    .version = 28,
    .valid_from = 11,
    .versions = "11",
    .doc = "The different elements, or slices along an axis.",
    .in = { OG_PORT("X", OG_ANY) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)), OG_PORT("indices", OG_BIT(OG_INT64), .optional = true),
             OG_PORT("inverse_indices", OG_BIT(OG_INT64), .optional = true),
             OG_PORT("counts", OG_BIT(OG_INT64), .optional = true) },
    .attr = { OG_INT_ATTR(unique_attrs, axis, OG_ABSENT), OG_INT_ATTR(unique_attrs, sorted, 1) },
    .attr_size = sizeof(unique_attrs),
    .run_types = OG_ANY & ~(OG_BIT(OG_COMPLEX64) | OG_BIT(OG_COMPLEX128)),
    .infer = unique_infer,
    .prepare = unique_prepare,
    .run = unique_run,
    .samples =
        OG_SAMPLES("int64[6] X = 2 1 1 3 4 3", "int32[4,2] X = 1 0 1 0 2 3 1 0; axis=0; sorted=0",
                   "float[0] X; !nogradient"),
};
