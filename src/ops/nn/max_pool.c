/*
 * MaxPool, and onnxgrad.MaxPoolGrad, its gradient.
 *
 * The gradient goes to the first maximum of each window, which MaxPoolGrad finds again in x: that
 * is cheaper than writing 8 bytes of index for each result and reading them back.
 */
#include "ops/nn/pool.h"

#define MAX_POOL_TYPES (OG_FLOATS | OG_BIT(OG_INT8) | OG_BIT(OG_UINT8))
#define MAX_POOL_RUN (OG_NN_REAL | OG_BIT(OG_INT8) | OG_BIT(OG_UINT8))

static og_status max_pool_infer(og_infer *c)
{
    const og_window *a = c->attrs;
    og_dim dims[OG_MAX_RANK];

    if (a->storage_order != 0 && a->storage_order != 1)
        return og_infer_fail(c, OG_BAD_VALUE, "storage_order is %lld, expected 0 or 1",
                             (long long)a->storage_order);
    OG_TRY(og_pool_infer(c, dims));
    OG_TRY(og_infer_shape(c, 0, og_infer_rank(c, 0), dims));
    return og_infer_shape(c, 1, og_infer_rank(c, 0), dims);
}

static int max_pool_valid_from(const og_node *node)
{
    const int since = og_nn_type_since(node, 1, 12, 22);

    return node->n_out > 1 && since < 8 ? 8 : since;
}

static void max_pool_gradient(og_grad *c)
{
    og_attr attrs[10];

    if (og_dy(c, 0))
        og_set_dx(c, 0,
                  OG_OP("onnxgrad::MaxPoolGrad", og_pool_attrs(c->attrs, attrs), og_dy(c, 0),
                        og_cast_like(og_x(c, 0), og_dy(c, 0))));
}

static og_status max_pool_prepare(og_call *c)
{
    return og_pool_prepare(c, c->in[0], c->out[0] ? c->out[0] : c->out[1]);
}

static void max_pool_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_pool_call *p = c->work;
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->planes ? first + p->group : p->planes;
    int64_t *indices = c->n_out > 1 && c->out[1] ? c->out[1]->data : NULL;

    (void)scratch;
    for (int64_t i = first; i < end; i++) {
        const char *x = (const char *)c->in[0]->data + (size_t)(i * p->pool.in_size) * size;
        char *y =
            c->out[0] ? (char *)c->out[0]->data + (size_t)(i * p->pool.out_size) * size : NULL;

        og_pool_loops_of(c->in[0]->elem)
            ->max(&p->pool, x, y, indices ? indices + i * p->pool.out_size : NULL,
                  i * p->pool.in_size);
    }
}

static og_status max_pool_grad_infer(og_infer *c)
{
    const int rank = og_infer_rank(c, 1);
    og_dim dims[OG_MAX_RANK], kernel[OG_MAX_RANK], both;
    const og_window *a = c->attrs;

    if (rank < 3 || og_infer_rank(c, 0) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "dy has rank %d and x %d, expected the same and at least 3",
                             og_infer_rank(c, 0), rank);
    OG_TRY(og_window_check(c, a, rank - 2));
    for (int i = 0; i < rank - 2; i++)
        kernel[i] = a->kernel_shape.v[i];
    dims[0] = og_infer_dim(c, 1, 0);
    dims[1] = og_infer_dim(c, 1, 1);
    OG_TRY(og_window_out(c, a, rank - 2, c->in[1]->dims + 2, kernel, dims + 2));
    for (int i = 0; i < rank; i++)
        OG_TRY(og_infer_agree(c, "a size of dy", dims[i], og_infer_dim(c, 0, i), &both));
    return og_infer_shape(c, 0, rank, c->in[1]->dims);
}

/* Indices of MaxPool count through the whole tensor. */
static void max_pool_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *x = og_in(c, 1), *pool[2];
    og_value *flat = og_reshape_to(dy, 1, (const int64_t[]){ -1 }), *zeros, *index;
    og_attr attrs[10];

    og_ops_on("MaxPool", og_pool_attrs(c->attrs, attrs), 1, &x, 2, pool);
    index = og_reshape_to(pool[1], 1, (const int64_t[]){ -1 });
    zeros = og_reshape_to(og_zeros_like(x), 1, (const int64_t[]){ -1 });
    og_replace(c, 0,
               og_reshape_like(OG_OP("ScatterElements", OG_ATTRS(OG_SET_STRING("reduction", "add")),
                                     zeros, index, flat),
                               x));
}

static og_status max_pool_grad_prepare(og_call *c)
{
    return og_pool_prepare(c, c->in[1], c->in[0]);
}

static void max_pool_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_pool_call *p = c->work;
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const size_t in = (size_t)p->pool.in_size * size, out = (size_t)p->pool.out_size * size;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->planes ? first + p->group : p->planes;

    (void)scratch;
    for (int64_t i = first; i < end; i++)
        og_pool_loops_of(c->in[0]->elem)
            ->max_gradient(&p->pool, (const char *)c->in[0]->data + (size_t)i * out,
                           (const char *)c->in[1]->data + (size_t)i * in,
                           (char *)c->out[0]->data + (size_t)i * in);
}

const og_op og_op_max_pool = {
    .name = "MaxPool",
    .builder = "max_pool",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = max_pool_valid_from,
    .versions = "1 8 10 11 12",
    .doc = "Maxima of windows, and where they are.",
    .in = { OG_PORT("X", MAX_POOL_TYPES) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)), OG_PORT("Indices", OG_BIT(OG_INT64), .optional = true) },
    .attr = { OG_POOL_ATTRS,
              OG_POOL_DILATIONS(10),
              OG_POOL_CEIL_MODE(10),
              { .name = "storage_order",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_window, storage_order),
                .since = 8 } },
    .attr_size = sizeof(og_window),
    .run_types = MAX_POOL_RUN,
    .traits = OG_STRAIGHT | OG_TYPES_SINCE,
    .infer = max_pool_infer,
    .gradient = max_pool_gradient,
    .prepare = max_pool_prepare,
    .run = max_pool_run,
    .samples = OG_SAMPLES(
        "float[2,3,6,8] X; kernel_shape=[2,2]; strides=[2,2]",
        "double[1,2,7,5] X; kernel_shape=[3,2]; strides=[2,1]; pads=[1,0,1,1]; ceil_mode=1",
        "float[2,2,9] X; kernel_shape=[4]; strides=[3]; auto_pad=SAME_LOWER",
        "double[1,2,4,5,3] X; kernel_shape=[2,3,2]; dilations=[1,2,1]; storage_order=1",
        "float[1,1,5,7] X; kernel_shape=[2,2]; strides=[2,2]",
        "float[1,1,4,4] X = 1 1 0 0 1 1 0 0 2 3 3 2 3 2 2 3; kernel_shape=[2,2]; strides=[2,2]; "
        "!nogradient",
        "int8[1,2,4,4] X; kernel_shape=[3,3]",
        "uint8[1,1,5,5] X; kernel_shape=[2,2]; auto_pad=SAME_UPPER",
        "float[0,2,4,4] X; kernel_shape=[2,2]"),
};

const og_op og_op_max_pool_grad = {
    .name = "MaxPoolGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of MaxPool: dy at the first maximum of each window of x.",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("x", OG_SAME_AS(0)) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_POOL_ATTRS, OG_POOL_DILATIONS(0), OG_POOL_CEIL_MODE(0) },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = max_pool_grad_infer,
    .expand = max_pool_grad_expand,
    .prepare = max_pool_grad_prepare,
    .run = max_pool_grad_run,
    .samples = OG_SAMPLES(
        "float[2,3,3,4] dy; float[2,3,6,8] x; kernel_shape=[2,2]; strides=[2,2]",
        "double[1,2,4,5] dy; double[1,2,7,5] x; kernel_shape=[3,2]; strides=[2,1]; pads=[1,0,1,1]; "
        "ceil_mode=1",
        "float[2,2,3] dy; float[2,2,9] x; kernel_shape=[4]; strides=[3]; auto_pad=SAME_LOWER",
        "float[1,1,2,3] dy; float[1,1,5,7] x; kernel_shape=[2,2]; strides=[2,2]",
        "float[1,1,2,2] dy; float[1,1,4,4] x = 1 1 0 0 1 1 0 0 2 3 3 2 3 2 2 3; "
        "kernel_shape=[2,2]; "
        "strides=[2,2]; !nogradient"),
};
