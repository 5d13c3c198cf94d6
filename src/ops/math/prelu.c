/* PRelu: x, or slope x where x is negative; the slope broadcasts to x and is trained. */
#include "ops/elementwise.h"

OG_SINCE(prelu_since, 7, 9, 16)
OG_LOOP_OF(prelu_loop, OG_K_PRELU)

static og_status prelu_infer(og_infer *c)
{
    OG_TRY(og_infer_broadcast(c)); /* that the two fit */
    return og_infer_shape(c, 0, c->in[0]->rank, c->in[0]->dims);
}

/* Until version 7 a slope of one axis stood for the channels, axis 1. */
static void prelu_upgrade(og_rewrite *c, int from)
{
    og_value *x = og_in(c, 0), *slope = og_in(c, 1);
    int64_t axes[OG_MAX_RANK], n = 0;

    og_drop_attr(c, "consumed_inputs");
    if (from >= 7 || !x || !slope || slope->type.rank != 1 || og_known_dim(slope, 0) == 1)
        return;
    for (int i = 2; i < x->type.rank; i++)
        axes[n++] = i - 1;
    if (n > 0)
        og_set_in(c, 1, og_unsqueeze(slope, (og_ints){ n, axes }));
}

static void prelu_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *slope = og_x(c, 1), *dy = og_dy(c, 0);
    og_value *positive = og_greater(x, og_scalar_like(x, 0));

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_where(positive, dy, og_mul(dy, slope)));
    if (og_wants(c, 1))
        og_set_dx(c, 1,
                  og_sum_to_like(og_where(positive, og_scalar_like(x, 0), og_mul(dy, x)), slope));
}

const og_op og_op_prelu = {
    .name = "PRelu",
    .version = 16,
    .valid_from = 7,
    .versions = "1 6 7 9",
    .builder = "prelu",
    .doc = "x, or slope x where x is negative.",
    .in = { OG_PORT("X", OG_FLOATS | OG_INDICES | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64)),
            OG_PORT("slope", OG_SAME_AS(0), .role = OG_ROLE_WEIGHT) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .run_types = OG_NUMERIC,
    .traits = OG_INPLACE | OG_ELEMENTWISE,
    .valid_from_node = prelu_since,
    .infer = prelu_infer,
    .upgrade = prelu_upgrade,
    .gradient = prelu_gradient,
    .prepare = og_elementwise_prepare,
    .run = og_elementwise_run,
    .loop = prelu_loop,
    .samples = OG_SAMPLES("float[3,7] X; float[3,7] slope", "double[2,3,5] X; double[3,1] slope",
                          "float[] X; float[] slope", "int32[5] X; int32[] slope",
                          "float[0,3] X; float[3] slope"),
};
