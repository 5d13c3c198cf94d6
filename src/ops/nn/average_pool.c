/*
 * AveragePool, and onnxgrad.AveragePoolGrad, its gradient (with `sum`, that of sums of windows).
 *
 * A mean counts the elements inside the input, or with count_include_pad those inside the padded
 * input: windows that ceil_mode adds may reach beyond both.
 */
#include "ops/nn/pool.h"

typedef struct {
    og_window window;
    int64_t sum;
} average_attrs;

static og_status average_infer(og_infer *c)
{
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_pool_infer(c, dims));
    return og_infer_shape(c, 0, og_infer_rank(c, 0), dims);
}

static int average_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 22);
}

static void average_gradient(og_grad *c)
{
    const og_window *a = c->attrs;
    og_attr attrs[12];
    int n = 0;

    og_pool_attrs(a, attrs);
    while (attrs[n].name)
        n++;
    attrs[n++] = (og_attr)OG_SET_INT("count_include_pad", a->count_include_pad);
    attrs[n] = (og_attr){ .name = NULL };
    og_set_dx(c, 0,
              OG_OP("onnxgrad::AveragePoolGrad", attrs, og_dy(c, 0), og_shape_of(og_x(c, 0))));
}

static og_status average_prepare(og_call *c)
{
    return og_pool_prepare(c, c->in[0], c->out[0]);
}

static void average_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_pool_call *p = c->work;
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->planes ? first + p->group : p->planes;

    (void)scratch;
    for (int64_t i = first; i < end; i++)
        og_pool_loops_of(c->in[0]->elem)
            ->mean(&p->pool, (const char *)c->in[0]->data + (size_t)(i * p->pool.in_size) * size,
                   (char *)c->out[0]->data + (size_t)(i * p->pool.out_size) * size);
}

static og_status average_grad_infer(og_infer *c)
{
    return og_pool_grad_infer(c, 1);
}

/* [1, 1, …] of ones: the window as weights of a convolution. */
static og_value *average_ones(og_value *like, const og_window *a)
{
    int64_t dims[OG_MAX_RANK] = { 1, 1 };

    for (int64_t i = 0; i < a->kernel_shape.n; i++)
        dims[i + 2] = a->kernel_shape.v[i];
    return like ? og_fill(og_ints_like(like, (og_ints){ a->kernel_shape.n + 2, dims }),
                          like->type.elem, 1)
                : NULL;
}

/* How many elements each mean counts: a convolution of ones by ones. */
static og_value *average_counts(og_value *dy, og_value *in, og_value *before, og_value *cover,
                                const og_window *a)
{
    const int rank = og_rank(dy) - 2;
    og_value *one = og_ints_like(dy, OG_INTS(1, 1)), *inside = in, *ones, *zero;
    const og_window plain = {
        .auto_pad = "NOTSET", .group = 1, .strides = a->strides, .dilations = a->dilations
    };
    og_attr attrs[8];
    int64_t zeros[OG_MAX_RANK] = { 0 };

    zero = og_ints_like(dy, (og_ints){ rank, zeros });
    if (a->count_include_pad) {
        og_value *after = a->pads.v && !strcmp(a->auto_pad, "NOTSET")
                              ? og_ints_like(dy, (og_ints){ rank, a->pads.v + rank })
                              : OG_OP("Max", NULL, og_sub(og_sub(cover, in), before), zero);

        if (!strcmp(a->auto_pad, "VALID") || (!a->pads.v && !strcmp(a->auto_pad, "NOTSET")))
            after = zero;
        inside = og_add(og_add(in, before), after);
        before = zero;
    }
    ones =
        og_fill(og_concat(0, 2, (og_value *[]){ one, inside }), dy ? dy->type.elem : OG_FLOAT, 1);
    ones = og_window_pad(ones, before, og_sub(og_sub(cover, inside), before));
    return OG_OP("Conv", og_window_attrs(&plain, false, attrs), ones, average_ones(dy, a));
}

/* Each channel of each image for itself: a transposed convolution of dy over the counts by ones,
 * cut to the input. */
static void average_grad_expand(og_rewrite *c)
{
    const average_attrs *a = c->attrs;
    og_value *dy = og_in(c, 0), *shape = og_in(c, 1), *in = og_window_spatial(shape);
    og_value *out = og_window_spatial(og_shape_of(dy));
    og_value *kernel = og_ints_like(dy, a->window.kernel_shape);
    const int rank = og_rank(dy) - 2;
    og_value *before = og_window_before(&a->window, rank, in, out, kernel);
    og_value *cover = og_window_cover(&a->window, rank, out, kernel), *full;
    og_window plain = a->window;
    og_attr attrs[8];

    if (!a->sum)
        dy = og_div(dy, average_counts(dy, in, before, cover, &a->window));
    plain.group = 1;
    dy = og_reshape(dy, og_concat(0, 2, (og_value *[]){ og_ints_like(dy, OG_INTS(-1, 1)), out }));
    full = OG_OP("ConvTranspose", og_window_attrs(&plain, false, attrs), dy,
                 average_ones(dy, &a->window));
    full = og_window_pad(full, og_neg(before),
                         og_sub(og_add(in, before), og_window_spatial(og_shape_of(full))));
    og_replace(c, 0, og_reshape(full, shape));
}

static og_status average_grad_prepare(og_call *c)
{
    const average_attrs *a = c->attrs;

    OG_TRY(og_pool_prepare(c, c->out[0], c->in[0]));
    ((og_pool_call *)c->work)->pool.sum = a->sum != 0;
    return OG_OK;
}

static void average_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_pool_call *p = c->work;
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->planes ? first + p->group : p->planes;

    (void)scratch;
    for (int64_t i = first; i < end; i++)
        og_pool_loops_of(c->in[0]->elem)
            ->mean_gradient(&p->pool,
                            (const char *)c->in[0]->data + (size_t)(i * p->pool.out_size) * size,
                            (char *)c->out[0]->data + (size_t)(i * p->pool.in_size) * size);
}

const og_op og_op_average_pool = {
    .name = "AveragePool",
    .builder = "average_pool",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = average_valid_from,
    .versions = "1 7 10 11 19",
    .doc = "Means of windows.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_POOL_ATTRS,
              OG_POOL_DILATIONS(19),
              OG_POOL_CEIL_MODE(10),
              { .name = "count_include_pad",
                .kind = OG_ATTR_INT,
                .offset = offsetof(og_window, count_include_pad),
                .since = 7 } },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = average_infer,
    .gradient = average_gradient,
    .prepare = average_prepare,
    .run = average_run,
    .samples = OG_SAMPLES(
        "float[2,3,6,8] X; kernel_shape=[2,2]; strides=[2,2]",
        "double[1,2,7,5] X; kernel_shape=[3,2]; strides=[2,1]; pads=[1,0,1,1]; ceil_mode=1",
        "double[1,2,6,5] X; kernel_shape=[3,3]; strides=[2,3]; pads=[1,1,1,1]; ceil_mode=1; "
        "count_include_pad=1",
        "float[2,2,9] X; kernel_shape=[4]; strides=[3]; auto_pad=SAME_LOWER",
        "double[1,2,4,5,3] X; kernel_shape=[2,3,2]; dilations=[1,2,1]; auto_pad=SAME_UPPER; "
        "count_include_pad=1",
        "float[0,2,4,4] X; kernel_shape=[2,2]"),
};

const og_op og_op_average_pool_grad = {
    .name = "AveragePoolGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of AveragePool, or of sums of windows.",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("x_shape", OG_BIT(OG_INT64), .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)) },
    .attr = { OG_POOL_ATTRS, OG_POOL_DILATIONS(0), OG_POOL_CEIL_MODE(0),
              OG_INT_ATTR(og_window, count_include_pad, 0), OG_INT_ATTR(average_attrs, sum, 0) },
    .attr_size = sizeof(average_attrs),
    .run_types = OG_NN_REAL,
    .infer = average_grad_infer,
    .expand = average_grad_expand,
    .prepare = average_grad_prepare,
    .run = average_grad_run,
    .samples = OG_SAMPLES(
        "float[2,3,3,4] dy; int64[4] x_shape = 2 3 6 8; kernel_shape=[2,2]; strides=[2,2]",
        "double[1,2,4,5] dy; int64[4] x_shape = 1 2 7 5; kernel_shape=[3,2]; strides=[2,1]; "
        "pads=[1,0,1,1]; "
        "ceil_mode=1",
        "double[1,2,4,2] dy; int64[4] x_shape = 1 2 6 5; kernel_shape=[3,3]; strides=[2,3]; "
        "pads=[1,1,1,1]; "
        "ceil_mode=1; count_include_pad=1",
        "float[2,2,3] dy; int64[3] x_shape = 2 2 9; kernel_shape=[4]; strides=[3]; "
        "auto_pad=SAME_LOWER; sum=1",
        "double[1,2,4,5] dy; int64[4] x_shape = 1 2 4 5; kernel_shape=[2,3]; auto_pad=SAME_UPPER; "
        "count_include_pad=1"),
};
