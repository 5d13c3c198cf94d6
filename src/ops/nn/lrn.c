/*
 * LRN: y = x / (bias + alpha mean(x^2))^beta, the mean over `size` neighbouring channels with zeros
 * beyond the ends; and LpNormalization: y = x / norm along an axis, 0 where the norm is 0.  Both
 * are expansions.
 */
#include "ops/nn/nn.h"

typedef struct {
    float alpha, beta, bias;
    int64_t size, axis, p;
} lrn_attrs;

static og_status lrn_infer(og_infer *c)
{
    const lrn_attrs *a = c->attrs;

    if (og_infer_rank(c, 0) < 3)
        return og_infer_fail(c, OG_BAD_SHAPE, "input X has rank %d, expected at least 3",
                             og_infer_rank(c, 0));
    if (a->size < 1 || a->size > INT32_MAX)
        return og_infer_fail(c, OG_BAD_VALUE, "size is %lld, expected at least 1",
                             (long long)a->size);
    return og_infer_same(c);
}

/* Channels become the rows of one plane, over which an AveragePool runs. */
static void lrn_expand(og_rewrite *c)
{
    const lrn_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *shape, *plane, *mean, *base;
    const int64_t before = (a->size - 1) / 2, after = a->size - 1 - before;

    shape = og_shape_of(x);
    shape = og_concat(
        0, 3,
        (og_value *[]){ og_slice(shape, og_ints_like(x, OG_INTS(0)), og_ints_like(x, OG_INTS(2)),
                                 og_ints_like(x, OG_INTS(0)), og_ints_like(x, OG_INTS(1))),
                        og_ints_like(x, OG_INTS(-1)), og_ints_like(x, OG_INTS(1)) });
    plane = og_transpose(og_reshape(og_mul(x, x), shape), OG_INTS(0, 3, 1, 2));
    mean = OG_OP("AveragePool",
                 OG_ATTRS(OG_SET_INTS("kernel_shape", a->size, 1),
                          OG_SET_INTS("pads", before, 0, after, 0),
                          OG_SET_INT("count_include_pad", 1)),
                 plane);
    base = og_plus(og_times(og_reshape_like(mean, x), (double)a->alpha), (double)a->bias);
    og_replace(c, 0, og_div(x, og_pow(base, og_scalar_like(x, (double)a->beta))));
}

static int lrn_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 13);
}

static og_status lp_infer(og_infer *c)
{
    const lrn_attrs *a = c->attrs;

    if (a->p != 1 && a->p != 2)
        return og_infer_fail(c, OG_BAD_VALUE, "p is %lld, expected 1 or 2", (long long)a->p);
    OG_TRY(og_infer_axis(c, 0, a->axis));
    return og_infer_same(c);
}

/* The division is by 1 where the norm is 0, so that no NaN arises there in gradients either. */
static void lp_expand(og_rewrite *c)
{
    const lrn_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *zero = og_scalar_like(x, 0);
    og_value *norm = og_reduce(a->p == 1 ? "ReduceL1" : "ReduceL2", x, OG_INTS(a->axis), true);
    og_value *none = og_equal(norm, zero);

    og_replace(c, 0, og_where(none, zero, og_div(x, og_where(none, og_scalar_like(x, 1), norm))));
}

static int lp_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 1, 1, 22);
}

const og_op og_op_lrn = {
    .name = "LRN",
    .builder = "lrn",
    .version = 13,
    .valid_from = 1,
    .valid_from_node = lrn_valid_from,
    .versions = "1",
    .doc = "Local response normalization over neighbouring channels.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_FLOAT_ATTR(lrn_attrs, alpha, 1e-4f),
              OG_FLOAT_ATTR(lrn_attrs, beta, 0.75f),
              OG_FLOAT_ATTR(lrn_attrs, bias, 1),
              { .name = "size",
                .kind = OG_ATTR_INT,
                .offset = offsetof(lrn_attrs, size),
                .required = true,
                .positive = true } },
    .attr_size = sizeof(lrn_attrs),
    .infer = lrn_infer,
    .expand = lrn_expand,
    .samples = OG_SAMPLES("float[2,5,3,2] X; size=3; alpha=0.5",
                          "double[1,4,3] X; size=4; alpha=0.9; beta=0.5",
                          "double[2,3,2,2,2] X; size=1; bias=2"),
};

const og_op og_op_lp_normalization = {
    .name = "LpNormalization",
    .builder = "lp_normalization",
    .version = 22,
    .valid_from = 1,
    .valid_from_node = lp_valid_from,
    .versions = "1",
    .doc = "Lines of norm 1 along an axis.",
    .in = { OG_PORT("input", OG_FLOATS) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(lrn_attrs, axis, -1), OG_INT_ATTR(lrn_attrs, p, 2) },
    .attr_size = sizeof(lrn_attrs),
    .infer = lp_infer,
    .expand = lp_expand,
    .samples =
        OG_SAMPLES("float[2,7] input", "double[3,2,4] input; axis=1; p=1",
                   "double[2,3] input = 0 0 0 1 2 2; !nogradient", "double[4,3] input; axis=0"),
};
