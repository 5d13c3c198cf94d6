/* The Reduce operators: one row each, a fold and what is done with its result. */
#include "ops/reduce/axes.h"

/* ---- Kernels --------------------------------------------------------------------------------- */

#define PREPARE(word, fold, post)                                                                  \
    static og_status word##_prepare(og_call *c)                                                    \
    {                                                                                              \
        return og_reduce_prepare(c, fold, post);                                                   \
    }
PREPARE(sum, OG_FOLD_SUM, OG_POST_NONE)
PREPARE(mean, OG_FOLD_SUM, OG_POST_MEAN)
PREPARE(max, OG_FOLD_MAX, OG_POST_NONE)
PREPARE(min, OG_FOLD_MIN, OG_POST_NONE)
PREPARE(prod, OG_FOLD_PROD, OG_POST_NONE)
PREPARE(l1, OG_FOLD_ABS, OG_POST_NONE)
PREPARE(l2, OG_FOLD_SQUARES, OG_POST_SQRT)
PREPARE(sum_square, OG_FOLD_SQUARES, OG_POST_NONE)
PREPARE(log_sum, OG_FOLD_SUM, OG_POST_LOG)

/* ---- Gradients ------------------------------------------------------------------------------- */

/* v, of the output's shape, along the reduced axes of x. */
static og_value *kept(og_grad *c, og_value *v)
{
    return og_reduce_kept(v, og_x(c, 0), og_x(c, 1), c->attrs);
}

static og_value *again(og_grad *c, const char *op, og_value *x)
{
    return og_reduce_again(op, x, og_x(c, 1), c->attrs);
}

static void sum_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_expand_like(kept(c, og_dy(c, 0)), og_x(c, 0)));
}

/* The count of terms is the quotient of the sizes; in double, so that no size is rounded. */
static void mean_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *dy = og_dy(c, 0);
    og_value *terms = og_cast(OG_OP("Size", NULL, x), OG_DOUBLE);
    og_value *share = og_cast_like(og_div(og_cast(OG_OP("Size", NULL, dy), OG_DOUBLE), terms), dy);

    og_set_dx(c, 0, og_expand_like(kept(c, og_mul(dy, share)), x));
}

/* Elements that tie share the gradient evenly. */
static void extreme_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);
    og_value *winners = og_cast_like(og_equal(x, kept(c, og_y(c, 0))), x);

    og_set_dx(c, 0, og_mul(winners, og_div(kept(c, og_dy(c, 0)), again(c, "ReduceSum", winners))));
}

static void l1_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_sign(og_x(c, 0)), kept(c, og_dy(c, 0))));
}

/* x / y, and 0 where y is 0 */
static void l2_gradient(og_grad *c)
{
    og_value *y = og_y(c, 0), *zero = og_scalar_like(y, 0);
    og_value *scale = og_where(og_equal(y, zero), zero, og_div(og_dy(c, 0), y));

    og_set_dx(c, 0, og_mul(og_x(c, 0), kept(c, scale)));
}

static void sum_square_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_mul(og_x(c, 0), kept(c, og_times(og_dy(c, 0), 2))));
}

static void log_sum_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);

    og_set_dx(c, 0, og_expand_like(og_div(kept(c, og_dy(c, 0)), again(c, "ReduceSum", x)), x));
}

/* The product of the others along one axis: of those before times those behind, without division by
 * zeros. */
static og_value *others(og_value *x, int64_t axis)
{
    og_value *place = x ? og_scalar(x->graph, OG_INT64, (double)axis) : NULL;
    og_value *before = OG_OP("CumProd", OG_ATTRS(OG_SET_INT("exclusive", 1)), x, place);
    og_value *behind =
        OG_OP("CumProd", OG_ATTRS(OG_SET_INT("exclusive", 1), OG_SET_INT("reverse", 1)), x, place);

    return og_mul(before, behind);
}

/* Axis after axis: partial[i + 1] is partial[i] folded along axis i. */
static void prod_gradient(og_grad *c)
{
    const reduce_attrs *a = c->attrs;
    og_value *partial[OG_MAX_RANK + 1] = { og_x(c, 0) }, *axes = og_x(c, 1),
                                    *d = kept(c, og_dy(c, 0));
    const og_tensor *list = axes ? axes->data : NULL;
    const int rank = og_rank(og_x(c, 0));
    int64_t n = list ? list->count : 0, axis[OG_MAX_RANK];

    if (rank < 0 || (axes && !list)) {
        og_fail(&c->g->report, OG_NO_GRADIENT,
                "ReduceProd over axes that are not known while building");
        return;
    }
    if (n == 0 && !a->noop_with_empty_axes)
        n = rank;
    for (int64_t i = 0; i < n; i++) {
        axis[i] = list && list->count > 0 ? og_get_int(list, i) : i;
        partial[i + 1] = og_reduce("ReduceProd", partial[i], OG_INTS(axis[i]), true);
    }
    for (int64_t i = n - 1; i >= 0; i--)
        d = og_mul(d, others(partial[i], axis[i]));
    og_set_dx(c, 0, d);
}

/* softmax: exp(x - y) */
static void log_sum_exp_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);

    og_set_dx(c, 0, og_mul(kept(c, og_dy(c, 0)), og_exp(og_sub(x, kept(c, og_y(c, 0))))));
}

/* ---- Expansions ------------------------------------------------------------------------------ */

/* m + log(sum(exp(x - m))), m the maximum; an infinite one is left out, since inf - inf is NaN. */
static void log_sum_exp_expand(og_rewrite *c)
{
    const reduce_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *axes = og_in(c, 1), *m = og_reduce_again("ReduceMax", x, axes, a);

    m = og_where(OG_OP("IsInf", NULL, m), og_scalar_like(m, 0), m);
    og_value *sum = og_reduce_again("ReduceSum", og_exp(og_sub(x, m)), axes, a);

    og_replace(c, 0, og_reduce_unkept(og_add(og_log(sum), m), x, axes, a));
}

static og_value *folded(const og_rewrite *c, const char *op, og_value *x)
{
    const reduce_attrs *a = c->attrs;

    return OG_OP(op,
                 OG_ATTRS(OG_SET_INT("keepdims", a->keepdims),
                          OG_SET_INT("noop_with_empty_axes", a->noop_with_empty_axes)),
                 x, og_in(c, 1));
}

static void l1_expand(og_rewrite *c)
{
    og_replace(c, 0, folded(c, "ReduceSum", og_abs(og_in(c, 0))));
}

static void l2_expand(og_rewrite *c)
{
    og_replace(c, 0, og_sqrt(folded(c, "ReduceSumSquare", og_in(c, 0))));
}

static void sum_square_expand(og_rewrite *c)
{
    og_value *x = og_in(c, 0);

    og_replace(c, 0, folded(c, "ReduceSum", og_mul(x, x)));
}

static void log_sum_expand(og_rewrite *c)
{
    og_replace(c, 0, og_log(folded(c, "ReduceSum", og_in(c, 0))));
}

/* ---- Rows ------------------------------------------------------------------------------------ */

#define WIDE (OG_FLOATS | OG_INDICES | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64))
#define EXTREME (WIDE | OG_BIT(OG_INT8) | OG_BIT(OG_UINT8) | OG_BIT(OG_BOOL))

#define REDUCE(op, text, types, word)                                                              \
    .name = op, .doc = text,                                                                       \
    .in = { OG_PORT("data", types),                                                                \
            OG_PORT("axes", OG_BIT(OG_INT64), .optional = true, .role = OG_ROLE_SHAPE) },          \
    .out = { OG_PORT("reduced", OG_SAME_AS(0)) },                                                  \
    .attr = { OG_INT_ATTR(reduce_attrs, keepdims, 1),                                              \
              OG_INT_ATTR(reduce_attrs, noop_with_empty_axes, 0) },                                \
    .attr_size = sizeof(reduce_attrs), .run_types = types, .infer = og_reduce_infer,               \
    .gradient = word##_gradient

#define KERNEL(word) .prepare = word##_prepare, .run = og_fold_run, .finish = og_fold_finish
#define VERSIONS(v, old)                                                                           \
    .version = v, .valid_from = 18, .versions = old, .upgrade = og_reduce_upgrade

#define CASES(more)                                                                                \
    "float[3,7] data" more, "double[2,3,4] data" more "; int64[1] axes = 1; keepdims=0",           \
        "float[2,3,5] data" more "; int64[2] axes = 0 -1",                                         \
        "float[5,3] data" more "; int64[1] axes = 0",                                              \
        "float[2,3] data" more "; noop_with_empty_axes=1", "double[] data" more "; keepdims=0",    \
        "float[2,0] data; int64[1] axes = 0"
#define REDUCED(more) .samples = OG_SAMPLES(CASES(more))
/* An expansion would round the halves in between. */
#define REDUCED_WHOLE                                                                              \
    .samples = OG_SAMPLES(CASES(""), "float16[3,40] data; int64[1] axes = 0", "bfloat16[3,40] data")

const og_op og_ops_reduce[] = {
    { REDUCE("ReduceSum", "The sum.", WIDE, sum), KERNEL(sum), .version = 13, .valid_from = 13,
      .versions = "1 11", .upgrade = og_reduce_sum_upgrade, REDUCED_WHOLE },
    { REDUCE("ReduceMean", "The mean.", WIDE, mean), KERNEL(mean), VERSIONS(18, "1 11 13"),
      REDUCED_WHOLE },
    { REDUCE("ReduceMax", "The largest number.", EXTREME, extreme), KERNEL(max),
      VERSIONS(20, "1 11 12 13 18"), REDUCED_WHOLE },
    { REDUCE("ReduceMin", "The smallest number.", EXTREME, extreme), KERNEL(min),
      VERSIONS(20, "1 11 12 13 18"), REDUCED_WHOLE },
    { REDUCE("ReduceProd", "The product.", WIDE, prod), KERNEL(prod), VERSIONS(18, "1 11 13"),
      REDUCED_WHOLE },
    { REDUCE("ReduceL1", "The sum of absolute numbers.", WIDE, l1), KERNEL(l1),
      VERSIONS(18, "1 11 13"), .expand = l1_expand, REDUCED("") },
    { REDUCE("ReduceL2", "The root of the sum of squares.", WIDE, l2), KERNEL(l2),
      VERSIONS(18, "1 11 13"), .expand = l2_expand, REDUCED("") },
    { REDUCE("ReduceSumSquare", "The sum of squares.", WIDE, sum_square), KERNEL(sum_square),
      VERSIONS(18, "1 11 13"), .expand = sum_square_expand, REDUCED("") },
    { REDUCE("ReduceLogSum", "The logarithm of the sum.", OG_FLOATS, log_sum), KERNEL(log_sum),
      VERSIONS(28, "1 11 13 18"), .expand = log_sum_expand, REDUCED(" in 0.5..2") },
    { REDUCE("ReduceLogSumExp", "The logarithm of the sum of exponentials.", OG_FLOATS,
             log_sum_exp),
      VERSIONS(28, "1 11 13 18"), .expand = log_sum_exp_expand, REDUCED("") },
    { .name = NULL },
};
