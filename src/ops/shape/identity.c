/* Identity: the input itself; a plan drops the copy wherever it can. */
#include "ops/shape/shape.h"

static og_status identity_infer(og_infer *c)
{
    c->out[0] = *c->in[0];
    og_infer_content_same(c, 0, 0);
    return OG_OK;
}

static void identity_gradient(og_grad *c)
{
    og_set_dx(c, 0, og_dy(c, 0));
}

const og_op og_op_identity = {
    .name = "Identity",
    .version = 25,
    .valid_from = 1,
    .versions = "1 13 14 16 19 21 23 24",
    .doc = "The input itself.",
    .in = { OG_PORT("input", OG_ANY) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .traits = OG_ALIAS | OG_INPLACE | OG_COPIES | OG_ANY_RANK,
    .infer = identity_infer,
    .gradient = identity_gradient,
    .prepare = og_moves_same,
    .run = og_moves_run,
    .samples = OG_SAMPLES("float[2,3] input", "int64[5] input", "double[] input",
                          "float[0,4] input", "bool[7] input"),
};
