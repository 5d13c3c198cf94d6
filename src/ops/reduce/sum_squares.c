/* onnxgrad.SumSquares: the sum of all squares, in double, as the norms of gradients need it:
 * float32 cannot overflow. */
#include "ops/reduce/reduce.h"

static og_status sum_squares_infer(og_infer *c)
{
    return og_infer_shape(c, 0, 0, NULL);
}

static og_status sum_squares_prepare(og_call *c)
{
    bool reduced[OG_MAX_RANK];

    for (int i = 0; i < OG_MAX_RANK; i++)
        reduced[i] = true;
    return og_fold_prepare(c, OG_FOLD_SQUARES, OG_POST_NONE, reduced);
}

static void sum_squares_expand(og_rewrite *c)
{
    og_value *x = og_cast(og_in(c, 0), OG_DOUBLE);

    og_replace(c, 0, og_reduce("ReduceSumSquare", x, (og_ints){ 0, NULL }, false));
}

static void sum_squares_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0);

    og_set_dx(c, 0, og_mul(x, og_cast_like(og_times(og_dy(c, 0), 2), x)));
}

const og_op og_op_sum_squares = {
    .name = "SumSquares",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "The sum of the squares of all elements, as a double.",
    .in = { OG_PORT("x", OG_FLOATS) },
    .out = { OG_PORT("sum", OG_BIT(OG_DOUBLE)) },
    .run_types = OG_FLOATS,
    .traits = OG_ANY_RANK,
    .infer = sum_squares_infer,
    .expand = sum_squares_expand,
    .gradient = sum_squares_gradient,
    .prepare = sum_squares_prepare,
    .run = og_fold_run,
    .finish = og_fold_finish,
    .samples = OG_SAMPLES("float[3,7] x", "double[] x", "float[70001] x", "float[0] x"),
};
