/*
 * AdamScale: the moments of Adam and the direction they give, in one pass over memory.
 *
 * m' = m + weight1 (g - m), v' = beta2 v + weight2 g^2, y = m' correct1 / (sqrt(v') correct2 + eps)
 * where weight = 1 - beta, correct1 = 1 / (1 - beta1^t), correct2 = 1 / sqrt(1 - beta2^t).
 */
#include "ops/training/update.h"

enum { IN_G, IN_M, IN_V, IN_WEIGHT1, IN_BETA2, IN_WEIGHT2, IN_CORRECT1, IN_CORRECT2, IN_EPS };

static og_status adam_scale_infer(og_infer *c)
{
    return og_update_infer(c, 3);
}

static og_loop *adam_scale_loop(const void *attrs, og_elem in, og_elem out)
{
    (void)attrs, (void)out;
    return og_loop_find(OG_K_ADAM_SCALE, in);
}

static void adam_scale_expand(og_rewrite *c)
{
    og_value *g = og_in(c, IN_G), *m = og_in(c, IN_M), *v = og_in(c, IN_V);
    og_value *m1 = og_add(m, og_mul(og_sub(g, m), og_in(c, IN_WEIGHT1)));
    og_value *v1 =
        og_add(og_mul(v, og_in(c, IN_BETA2)), og_mul(og_mul(g, g), og_in(c, IN_WEIGHT2)));
    og_value *below = og_add(og_mul(og_sqrt(v1), og_in(c, IN_CORRECT2)), og_in(c, IN_EPS));

    og_replace(c, 0, og_div(og_mul(m1, og_in(c, IN_CORRECT1)), below));
    og_replace(c, 1, m1);
    og_replace(c, 2, v1);
}

const og_op og_op_adam_scale = {
    .name = "AdamScale",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Adam's moments and the direction they give.",
    .in = { OG_PORT("g", OG_FLOATS), OG_PORT("m", OG_SAME_AS(0)), OG_PORT("v", OG_SAME_AS(0)),
            OG_PORT("weight1", OG_SAME_AS(0)), OG_PORT("beta2", OG_SAME_AS(0)),
            OG_PORT("weight2", OG_SAME_AS(0)), OG_PORT("correct1", OG_SAME_AS(0)),
            OG_PORT("correct2", OG_SAME_AS(0)), OG_PORT("eps", OG_SAME_AS(0)) },
    .out = { OG_PORT("y", OG_SAME_AS(0)), OG_PORT("new_m", OG_SAME_AS(0)),
             OG_PORT("new_v", OG_SAME_AS(0)) },
    .traits = OG_ELEMENTWISE,
    .run_types = OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE),
    .infer = adam_scale_infer,
    .expand = adam_scale_expand,
    .prepare = og_update_prepare,
    .run = og_update_run,
    .loop = adam_scale_loop,
    .samples = OG_SAMPLES(
        "float[3,5] g; float[3,5] m; float[3,5] v in 0.1..2; float[] weight1 = 0.1; float[] beta2 "
        "= 0.999; "
        "float[] weight2 = 0.001; float[] correct1 = 10; float[] correct2 = 30; float[] eps = "
        "0.001",
        "double[67] g; double[67] m; double[67] v in 0.1..2; double[] weight1 = 0.1; double[] "
        "beta2 = 0.999; "
        "double[] weight2 = 0.001; double[] correct1 = 10; double[] correct2 = 30; double[] eps = "
        "0.001",
        "float[0] g; float[0] m; float[0] v; float[] weight1 = 0.1; float[] beta2 = 0.999; "
        "float[] weight2 = 0.001; float[] correct1 = 10; float[] correct2 = 30; float[] eps = "
        "0.001"),
};
