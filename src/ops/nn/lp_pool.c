/*
 * LpPool: (sum |x|^p)^(1/p) of windows, and GlobalLpPool, the same over all spatial axes.
 *
 * Gradient: dx = sign(x) |x|^(p-1) spread(dy y^(1-p)), where spread gives each element of a window
 * its share; at y = 0 it is 0, as PyTorch has it.
 */
#include "ops/nn/pool.h"

static og_status lp_check(og_infer *c)
{
    const og_window *a = c->attrs;

    if (a->p < 1 || a->p > 1000)
        return og_infer_fail(c, OG_BAD_VALUE, "p is %lld, expected 1 to 1000", (long long)a->p);
    return OG_OK;
}

static og_status lp_infer(og_infer *c)
{
    og_dim dims[OG_MAX_RANK];

    OG_TRY(lp_check(c));
    OG_TRY(og_pool_infer(c, dims));
    return og_infer_shape(c, 0, og_infer_rank(c, 0), dims);
}

static int lp_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 2, 2, 22);
}

/* In version 1, p was a float. */
static void lp_upgrade(og_rewrite *c, int from)
{
    const float p = og_old_float(c, "p", 2);
    const og_attr whole = OG_SET_INT("p", (int64_t)p);

    if (from > 1)
        return;
    if (!(p >= 1 && p <= 1000) || p != (float)(int64_t)p) {
        og_rewrite_fail(c, OG_UNSUPPORTED, "%s of version 1 with p = %g, expected a whole number",
                        c->op->name, (double)p);
        return;
    }
    og_drop_attr(c, "p");
    og_set_attr(c, whole);
}

/* dy y^(1-p), 0 where y is. */
static og_value *lp_scaled(og_value *dy, og_value *y, int64_t p)
{
    og_value *zero = og_scalar_like(y, 0);

    if (p == 1)
        return dy;
    return og_where(og_equal(y, zero), zero,
                    og_div(dy, p == 2 ? y : og_pow(y, og_scalar_like(y, (double)(p - 1)))));
}

/* sign(x) |x|^(p-1). */
static og_value *lp_slope(og_value *x, int64_t p)
{
    if (p == 1)
        return og_sign(x);
    if (p == 2)
        return x;
    return og_mul(og_sign(x), og_pow(og_abs(x), og_scalar_like(x, (double)(p - 1))));
}

static void lp_gradient(og_grad *c)
{
    const og_window *a = c->attrs;
    og_value *x = og_x(c, 0), *dy = lp_scaled(og_dy(c, 0), og_y(c, 0), a->p);
    og_attr attrs[12];
    int n = 0;

    og_pool_attrs(a, attrs);
    while (attrs[n].name)
        n++;
    attrs[n++] = (og_attr)OG_SET_INT("sum", 1);
    attrs[n] = (og_attr){ .name = NULL };
    og_set_dx(
        c, 0,
        og_mul(lp_slope(x, a->p), OG_OP("onnxgrad::AveragePoolGrad", attrs, dy, og_shape_of(x))));
}

static og_status lp_prepare(og_call *c)
{
    return og_pool_prepare(c, c->in[0], c->out[0]);
}

static void lp_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_pool_call *p = c->work;
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->planes ? first + p->group : p->planes;

    (void)scratch;
    for (int64_t i = first; i < end; i++)
        og_pool_loops_of(c->in[0]->elem)
            ->norm(&p->pool, (const char *)c->in[0]->data + (size_t)(i * p->pool.in_size) * size,
                   (char *)c->out[0]->data + (size_t)(i * p->pool.out_size) * size);
}

static og_status global_lp_infer(og_infer *c)
{
    OG_TRY(lp_check(c));
    return og_nn_global_infer(c);
}

static void global_lp_expand(og_rewrite *c)
{
    const og_window *a = c->attrs;
    og_value *x = og_in(c, 0), *sum;

    if (a->p <= 2) {
        og_replace(c, 0, og_nn_global(a->p == 1 ? "ReduceL1" : "ReduceL2", x));
        return;
    }
    sum = og_nn_global("ReduceSum", og_pow(og_abs(x), og_scalar_like(x, (double)a->p)));
    og_replace(c, 0, og_pow(sum, og_scalar_like(x, 1 / (double)a->p)));
}

static void global_lp_gradient(og_grad *c)
{
    const og_window *a = c->attrs;

    og_set_dx(c, 0, og_mul(lp_slope(og_x(c, 0), a->p), lp_scaled(og_dy(c, 0), og_y(c, 0), a->p)));
}

const og_op og_op_lp_pool = {
    .name = "LpPool",
    .builder = "lp_pool",
    .version = 22,
    .valid_from = 2,
    .valid_from_node = lp_valid_from,
    .versions = "1 2 11 18",
    .doc = "Norms of windows.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_POOL_ATTRS, OG_POOL_DILATIONS(18), OG_POOL_CEIL_MODE(18),
              OG_INT_ATTR(og_window, p, 2) },
    .attr_size = sizeof(og_window),
    .run_types = OG_NN_REAL,
    .infer = lp_infer,
    .upgrade = lp_upgrade,
    .gradient = lp_gradient,
    .prepare = lp_prepare,
    .run = lp_run,
    .samples =
        OG_SAMPLES("float[2,3,6,8] X; kernel_shape=[2,2]; strides=[2,2]",
                   "double[1,2,7,5] X; kernel_shape=[3,2]; pads=[1,0,1,1]; ceil_mode=1; p=3",
                   "double[2,2,9] X; kernel_shape=[4]; strides=[3]; auto_pad=SAME_LOWER; p=1",
                   "double[1,1,4,5] X; kernel_shape=[2,2]; dilations=[2,3]",
                   "float[0,2,4,4] X; kernel_shape=[2,2]"),
};

const og_op og_op_global_lp_pool = {
    .name = "GlobalLpPool",
    .builder = "global_lp_pool",
    .version = 22,
    .valid_from = 2,
    .valid_from_node = lp_valid_from,
    .versions = "1 2",
    .doc = "The norm over all spatial axes.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(og_window, p, 2) },
    .attr_size = sizeof(og_window),
    .infer = global_lp_infer,
    .upgrade = lp_upgrade,
    .expand = global_lp_expand,
    .gradient = global_lp_gradient,
    .samples = OG_SAMPLES("float[2,3,4,5] X", "double[1,2,7] X; p=3", "double[2,2,3,2,2] X; p=1"),
};
