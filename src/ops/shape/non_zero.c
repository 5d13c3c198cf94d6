/* NonZero: the indices of elements that are not 0, a column each, in row-major order.  A scalar has
 * no axes, so its column is empty (numpy says one axis; ONNX does not). */
#include "ops/shape/shape.h"

#define NON_ZERO_TYPES                                                                             \
    (OG_ANY & ~(OG_BIT(OG_STRING) | OG_BIT(OG_COMPLEX64) | OG_BIT(OG_COMPLEX128)))

static bool non_zero(const og_tensor *x, int64_t i)
{
    if (x->elem == OG_FLOAT)
        return ((const float *)x->data)[i] != 0;
    if (x->elem == OG_BOOL)
        return ((const uint8_t *)x->data)[i] != 0;
    return og_get_double(x, i) != 0;
}

static og_status non_zero_infer(og_infer *c)
{
    const og_tensor *x = c->data ? c->data[0] : NULL;
    og_dim dims[2] = { og_infer_rank(c, 0), 0 };

    if (!x)
        dims[1] = og_dim_fresh(c->dims);
    else
        for (int64_t i = 0; i < x->count; i++)
            dims[1] += non_zero(x, i);
    return og_infer_shape(c, 0, 2, dims);
}

static void non_zero_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_tensor *x = c->in[0];
    int64_t *to = c->out[0]->data, n = c->out[0]->dims[1], column = 0;

    (void)piece;
    (void)scratch;
    for (int64_t i = 0; i < x->count && column < n; i++) {
        int64_t rest = i;

        if (!non_zero(x, i))
            continue;
        for (int axis = x->rank - 1; axis >= 0; axis--) {
            to[axis * n + column] = rest % x->dims[axis];
            rest /= x->dims[axis];
        }
        column++;
    }
}

const og_op og_op_non_zero = {
    .name = "NonZero",
    .version = 13,
    .valid_from = 9,
    .versions = "9",
    .doc = "The indices of elements that are not 0.",
    .in = { OG_PORT("X", OG_ANY) },
    .out = { OG_PORT("Y", OG_BIT(OG_INT64)) },
    .run_types = NON_ZERO_TYPES,
    .infer = non_zero_infer,
    .run = non_zero_run,
    .samples = OG_SAMPLES("float[2,3] X = 1 0 3 0 0 -2", "bool[4] X = 0 1 1 0", "int64[2,0] X",
                          "float[] X = 2"),
};
