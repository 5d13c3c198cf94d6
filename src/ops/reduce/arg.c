/* ArgMax and ArgMin: places along one axis.  Of equal numbers the first, or with select_last_index
 * the last. */
#include "kernels/arg.h"
#include "ops/ops.h"

#include "ops/elementwise.h"

typedef struct {
    int64_t axis, keepdims, select_last_index;
} arg_attrs;

enum { PIECE = 32768 };

OG_SINCE(arg_since, 1, 1, 13)

static int arg_node_since(const og_node *node)
{
    const arg_attrs *a = node->attrs;
    const int since = arg_since(node);

    return a->select_last_index && since < 12 ? 12 : since;
}

static og_status arg_infer(og_infer *c)
{
    const arg_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim dims[OG_MAX_RANK];
    int axis, n = 0;

    OG_TRY(og_infer_resolve_axis(c, rank, a->axis, &axis));
    if (og_infer_dim(c, 0, axis) == 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "axis %d has size 0, expected at least one element to choose from",
                             axis);
    for (int i = 0; i < rank; i++)
        if (i != axis || a->keepdims)
            dims[n++] = i == axis ? 1 : og_infer_dim(c, 0, i);
    return og_infer_shape(c, 0, n, dims);
}

static void arg_sizes(const og_call *c, int64_t *n, int64_t *inner)
{
    const arg_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    const int axis = (int)(a->axis < 0 ? a->axis + x->rank : a->axis);

    *n = x->dims[axis];
    *inner = 1;
    for (int i = axis + 1; i < x->rank; i++)
        *inner *= x->dims[i];
}

/* Outputs of one piece. */
static int64_t arg_block(int64_t n)
{
    return n < PIECE ? PIECE / n : 1;
}

static og_status arg_prepare(og_call *c)
{
    int64_t n, inner, block;

    arg_sizes(c, &n, &inner);
    if (c->out[0]->count == 0)
        return OG_OK;
    block = arg_block(n);
    c->pieces = (c->out[0]->count + block - 1) / block;
    c->cost = (double)(block * n);
    return OG_OK;
}

static void arg_run(const og_call *c, int64_t piece, void *scratch)
{
    const arg_attrs *a = c->attrs;
    const og_tensor *x = c->in[0];
    const size_t size = (size_t)og_elem_bits(x->elem) / 8;
    og_arg_line *line = og_arg_find(x->elem);
    int64_t n, inner, *y = c->out[0]->data;

    (void)scratch;
    if (c->out[0]->count == 0)
        return;
    arg_sizes(c, &n, &inner);

    const int64_t block = arg_block(n), first = piece * block, rest = c->out[0]->count - first;

    for (int64_t i = first; i < first + (rest < block ? rest : block); i++) {
        const int64_t place = i / inner * n * inner + i % inner;

        y[i] = line((const char *)x->data + (size_t)place * size, n, inner,
                    strcmp(c->op->name, "ArgMin") == 0, a->select_last_index != 0);
    }
}

#define ARG(op, text)                                                                              \
    .name = op, .version = 13, .valid_from = 1, .versions = "1 11 12", .doc = text,                \
    .valid_from_node = arg_node_since, .in = { OG_PORT("data", OG_NUMERIC) },                      \
    .out = { OG_PORT("reduced", OG_BIT(OG_INT64)) },                                               \
    .attr = { OG_INT_ATTR(arg_attrs, axis, 0),                                                     \
              OG_INT_ATTR(arg_attrs, keepdims, 1),                                                 \
              { .name = "select_last_index",                                                       \
                .kind = OG_ATTR_INT,                                                               \
                .offset = offsetof(arg_attrs, select_last_index),                                  \
                .since = 12 } },                                                                   \
    .attr_size = sizeof(arg_attrs), .run_types = OG_NUMERIC, .traits = OG_ZERO_GRADIENT,           \
    .infer = arg_infer, .prepare = arg_prepare, .run = arg_run,                                    \
    .samples = OG_SAMPLES("float[3,7] data", "double[2,3,4] data; axis=1; keepdims=0",             \
                          "int64[5] data = 1 3 3 0 3; select_last_index=1", "float16[9] data",     \
                          "float[0,3] data; axis=-1")

const og_op og_ops_reduce_arg[] = {
    { ARG("ArgMax", "The place of the largest number.") },
    { ARG("ArgMin", "The place of the smallest number.") },
    { .name = NULL },
};
