/* Clip: Min(max, Max(x, min)), with bounds that were attributes until version 11.  At a bound the
 * gradient passes to x. */
#include "ops/elementwise.h"

OG_SINCE(clip_since, 11, 12, 13)
OG_LOOP_OF(clip_loop, OG_K_CLIP)

static og_status clip_infer(og_infer *c)
{
    for (int i = 1; i < 3; i++) {
        const og_type *bound = og_infer_has(c, i) ? c->in[i] : NULL;

        if (!bound)
            continue;
        for (int d = 0; d < bound->rank; d++) /* one element of higher rank is met in files */
            if (og_dim_known(bound->dims[d]) && bound->dims[d] != 1)
                return og_infer_fail(c, OG_BAD_SHAPE,
                                     "'%s' has size %lld along axis %d, expected a scalar",
                                     c->op->in[i].name, (long long)bound->dims[d], d);
    }
    return og_infer_same(c);
}

static void clip_upgrade(og_rewrite *c, int from)
{
    static const char *const names[2] = { "min", "max" };
    static const float absent[2] = { -3.402823466e+38f, 3.402823466e+38f };
    og_value *x = og_in(c, 0);

    if (from >= 11)
        return;
    for (int i = 0; i < 2; i++) {
        if (og_old(c, names[i]))
            og_set_in(c, i + 1, og_scalar_like(x, (double)og_old_float(c, names[i], absent[i])));
        og_drop_attr(c, names[i]);
    }
    og_drop_attr(c, "consumed_inputs");
}

static og_value *below(og_value *a, og_value *b)
{
    return OG_OP("Less", NULL, a, b);
}

static og_value *both(og_value *a, og_value *b)
{
    return a && b ? og_and(a, b) : a ? a : b;
}

/* x and the bounds: each gets dy where it is the result; x also where it equals a bound. */
static void clip_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *low = og_x(c, 1), *high = og_x(c, 2), *dy = og_dy(c, 0);
    og_value *zero = og_scalar_like(dy, 0);
    og_value *above_low = low ? OG_OP("GreaterOrEqual", NULL, x, low) : NULL;
    og_value *below_high = high ? OG_OP("LessOrEqual", NULL, x, high) : NULL;

    if (og_wants(c, 0))
        og_set_dx(c, 0, low || high ? og_where(both(above_low, below_high), dy, zero) : dy);
    if (og_wants(c, 1)) {
        og_value *wins = both(below(x, low), high ? below(low, high) : NULL);

        og_set_dx(c, 1, og_sum_to_like(og_where(wins, dy, zero), low));
    }
    if (og_wants(c, 2)) {
        og_value *wins = og_greater(x, high);

        if (low)
            wins = OG_OP("Or", NULL, wins, below(high, low));
        og_set_dx(c, 2, og_sum_to_like(og_where(wins, dy, zero), high));
    }
}

const og_op og_op_clip = {
    .name = "Clip",
    .version = 13,
    .valid_from = 11,
    .versions = "1 6 11 12",
    .doc = "x kept between two bounds.",
    .in = { OG_PORT("input", OG_NUMERIC), OG_PORT("min", OG_SAME_AS(0), .optional = true),
            OG_PORT("max", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .run_types = OG_NUMERIC,
    .traits = OG_INPLACE | OG_ELEMENTWISE,
    .valid_from_node = clip_since,
    .infer = clip_infer,
    .upgrade = clip_upgrade,
    .gradient = clip_gradient,
    .prepare = og_elementwise_prepare,
    .run = og_elementwise_run,
    .loop = clip_loop,
    .samples = OG_SAMPLES("float[3,7] input; float[] min = -1; float[] max = 0.5",
                          "double[5] input; double[] min = 1; double[] max = -1", "float[5] input",
                          "int64[5] input; int64[] min = 2",
                          "int8[5] input; int8[] min = 2; int8[] max = 4",
                          "float[0] input; float[] min = 0"),
};
