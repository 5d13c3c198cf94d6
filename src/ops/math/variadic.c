/* Max, Min, Sum, Mean: any number of inputs, broadcast together. */
#include "ops/elementwise.h"
#include "ops/content.h"

OG_LOOP_OF(max_loop, OG_K_MAX)
OG_LOOP_OF(min_loop, OG_K_MIN)
OG_LOOP_OF(sum_loop, OG_K_ADD)
OG_SINCE(extreme_since, 8, 12, 13)
OG_SINCE(sum_since, 8, 8, 13)

static og_status max_infer(og_infer *c)
{
    OG_TRY(og_infer_broadcast(c));
    if (c->n_in == 2)
        og_infer_content_binary(c, 'M');
    return OG_OK;
}

static og_status min_infer(og_infer *c)
{
    OG_TRY(og_infer_broadcast(c));
    if (c->n_in == 2)
        og_infer_content_binary(c, 'm');
    return OG_OK;
}

/* 1 where input i is the result, else 0, in the output's shape */
static og_value *winner(og_grad *c, int i)
{
    og_value *y = og_y(c, 0);

    return og_cast_like(og_equal(og_x(c, i), y), y);
}

/* Inputs that tie share the gradient evenly. */
static void extreme_gradient(og_grad *c)
{
    og_value *winners = winner(c, 0), *share;

    for (int i = 1; i < c->node->n_in; i++)
        winners = og_add(winners, winner(c, i));
    share = og_div(og_dy(c, 0), winners);
    for (int i = 0; i < c->node->n_in; i++)
        if (og_wants(c, i))
            og_set_dx(c, i, og_sum_to_like(og_mul(share, winner(c, i)), og_x(c, i)));
}

static void sum_gradient(og_grad *c)
{
    for (int i = 0; i < c->node->n_in; i++)
        if (og_wants(c, i))
            og_set_dx(c, i, og_sum_to_like(og_dy(c, 0), og_x(c, i)));
}

static void mean_gradient(og_grad *c)
{
    og_value *dy = og_times(og_dy(c, 0), 1.0 / c->node->n_in);

    for (int i = 0; i < c->node->n_in; i++)
        if (og_wants(c, i))
            og_set_dx(c, i, og_sum_to_like(dy, og_x(c, i)));
}

static void mean_expand(og_rewrite *c)
{
    og_value *sum = og_op_on("Sum", NULL, c->n_in, c->in);

    og_replace(c, 0, og_div(sum, og_scalar_like(sum, c->n_in)));
}

static void sum_expand(og_rewrite *c)
{
    og_value *sum = og_in(c, 0);

    for (int i = 1; i < c->n_in; i++)
        sum = og_add(sum, og_in(c, i));
    og_replace(c, 0, sum);
}

#define VARIADIC(op, types, y, text)                                                               \
    .name = op, .version = 13, .valid_from = 8, .doc = text,                                       \
    .in = { OG_PORT("data_0", types, .variadic = true) }, .out = { OG_PORT(y, OG_SAME_AS(0)) },    \
    .run_types = types, .upgrade = og_drop_consumed_inputs

#define VARIADIC_KERNEL(word)                                                                      \
    .traits = OG_ELEMENTWISE, .prepare = og_elementwise_prepare, .run = og_elementwise_run,        \
    .loop = word##_loop

const og_op og_ops_math_variadic[] = {
    { VARIADIC("Max", OG_NUMERIC, "max", "The largest of the inputs."), VARIADIC_KERNEL(max),
      .versions = "1 6 8 12", .valid_from_node = extreme_since, .infer = max_infer,
      .gradient = extreme_gradient,
      .samples = OG_SAMPLES("float[3,7] data_0; float[3,7] data_1", "double[3,1] data_0",
                            "float[3,1] data_0; float[4] data_1; float[2,1,1] data_2",
                            "float16[3,4] data_0; float16[4] data_1; float16[1] data_2",
                            "int64[5] data_0; int64[] data_1", "uint8[5] data_0; uint8[5] data_1",
                            "float[0] data_0; float[1] data_1") },
    { VARIADIC("Min", OG_NUMERIC, "min", "The smallest of the inputs."), VARIADIC_KERNEL(min),
      .versions = "1 6 8 12", .valid_from_node = extreme_since, .infer = min_infer,
      .gradient = extreme_gradient,
      .samples = OG_SAMPLES("float[3,7] data_0; float[3,7] data_1", "double[3,1] data_0",
                            "float[3,1] data_0; float[4] data_1; float[2,1,1] data_2",
                            "int64[5] data_0; int64[] data_1", "uint8[5] data_0; uint8[5] data_1",
                            "float[0] data_0; float[1] data_1") },
    { VARIADIC("Sum", OG_FLOATS, "sum", "The sum of the inputs."), VARIADIC_KERNEL(sum),
      .versions = "1 6 8", .valid_from_node = sum_since, .expand = sum_expand,
      .infer = og_infer_broadcast, .gradient = sum_gradient,
      .samples = OG_SAMPLES("float[3,7] data_0; float[3,7] data_1", "double[3,1] data_0",
                            "float[3,1] data_0; float[4] data_1; float[2,1,1] data_2",
                            "float[0] data_0; float[1] data_1") },
    { VARIADIC("Mean", OG_FLOATS, "mean", "The mean of the inputs."), .versions = "1 6 8",
      .valid_from_node = sum_since, .expand = mean_expand, .infer = og_infer_broadcast,
      .gradient = mean_gradient,
      .samples = OG_SAMPLES("float[3,7] data_0; float[3,7] data_1", "double[3,1] data_0",
                            "float[3,1] data_0; float[4] data_1; float[2,1,1] data_2",
                            "float[0] data_0; float[1] data_1") },
    { .name = NULL },
};
