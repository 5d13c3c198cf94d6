/* Where: x where the condition holds, y elsewhere. Bytes are moved, so a NaN that is not chosen has
 * no effect on the value; its gradient is 0 times dy, which a NaN in the derivative of x's producer
 * turns into NaN, as in PyTorch. */
#include "ops/content.h"
#include "ops/elementwise.h"

OG_SINCE(where_since, 9, 9, 16)

typedef struct wide {
    uint64_t low, high;
} wide;

/* Strings and complex128. */
static void where_wide(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                       const void *attrs)
{
    const uint8_t *choice = in[0];
    const wide *x = in[1], *y = in[2];
    wide *z = out[0];

    (void)attrs;
    for (int64_t i = 0; i < n; i++)
        z[i] = choice[i * step[0]] ? x[i * step[1]] : y[i * step[2]];
}

/* Loops by width: the integers stand for every type of their size. */
static og_loop *where_loop(const void *attrs, og_elem in, og_elem out)
{
    (void)attrs, (void)out;
    switch (og_elem_bits(in)) {
    case 8:
        return og_loop_find(OG_K_WHERE, OG_UINT8);
    case 16:
        return og_loop_find(OG_K_WHERE, OG_UINT16);
    case 32:
        return og_loop_find(OG_K_WHERE, OG_INT32);
    case 64:
        return og_loop_find(OG_K_WHERE, OG_INT64);
    default:
        return where_wide;
    }
}

static void where_gradient(og_grad *c)
{
    og_value *choice = og_x(c, 0), *dy = og_dy(c, 0), *zero = og_scalar_like(dy, 0);

    if (og_wants(c, 1))
        og_set_dx(c, 1, og_sum_to_like(og_where(choice, dy, zero), og_x(c, 1)));
    if (og_wants(c, 2))
        og_set_dx(c, 2, og_sum_to_like(og_where(choice, zero, dy), og_x(c, 2)));
}

const og_op og_op_where = {
    .name = "Where",
    .version = 16,
    .valid_from = 9,
    .versions = "9",
    .doc = "Elements of X where the condition holds, of Y elsewhere.",
    .in = { OG_PORT("condition", OG_BIT(OG_BOOL)), OG_PORT("X", OG_ANY & ~OG_SMALL),
            OG_PORT("Y", OG_SAME_AS(1)) },
    .out = { OG_PORT("output", OG_SAME_AS(1)) },
    .type_port = 1,
    .run_types = OG_ANY & ~OG_SMALL,
    .traits = OG_ELEMENTWISE,
    .valid_from_node = where_since,
    .infer = og_infer_broadcast,
    .gradient = where_gradient,
    .prepare = og_elementwise_prepare,
    .run = og_elementwise_run,
    .loop = where_loop,
    .samples = OG_SAMPLES(
        "bool[3,7] condition; float[3,7] X; float[3,7] Y",
        "bool[5] condition; double[2,1] X; double[] Y", "bool[] condition; float[4] X; float[4] Y",
        "bool[40] condition; int64[40] X; int64[] Y", "bool[0] condition; float[0] X; float[1] Y"),
};
