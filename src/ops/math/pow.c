/* Pow: x to the y, where y may have another element type; the result has that of x. */
#include "ops/elementwise.h"

static int pow_since(const og_node *node)
{
    const og_value *x = node->in[0], *y = node->in[1];

    if (y && y->type.elem == OG_BFLOAT16)
        return 15;
    if (x && y && (x->type.elem != y->type.elem || og_elem_in(x->type.elem, OG_INTEGERS)))
        return x->type.elem == OG_BFLOAT16 ? 13 : 12;
    return og_type_since(node, 7, 12, 13);
}

/* An integer to a fractional power is computed in double and cut; to an integer one in wrapping
 * int64. */
static og_status pow_prepare(og_call *c)
{
    const og_elem x = c->in[0]->elem, y = c->in[1]->elem;
    og_elem as = x;

    if (x == OG_FLOAT16 || x == OG_BFLOAT16)
        as = OG_FLOAT;
    else if (og_elem_in(x, OG_INTEGERS) && x != y)
        as = og_elem_in(y, OG_FLOATS) ? OG_DOUBLE : y == OG_UINT64 ? OG_UINT64 : OG_INT64;
    return og_elementwise_prepare_as(c, og_loop_find(OG_K_POW, as), as);
}

OG_LOOP_OF(pow_loop, OG_K_POW)

/* The one number that a constant exponent holds, or NaN. */
static double pow_constant(const og_value *y)
{
    return y && y->data && y->data->count == 1 ? og_get_double(y->data, 0) : (double)NAN;
}

/* y x^(y-1), and 0 where y is 0 also at x = 0 */
static og_value *pow_dx(og_value *x, og_value *y)
{
    const double constant = pow_constant(y);

    if (constant == 2)
        return og_times(x, 2);
    y = og_cast_like(y, x);
    og_value *slope = og_mul(y, og_pow(x, og_plus(y, -1)));

    if (!isnan(constant))
        return constant == 0 ? og_times(x, 0) : slope;
    return og_where(og_equal(y, og_scalar_like(y, 0)), og_scalar_like(x, 0), slope);
}

/* z log(x), and 0 at 0^y for y >= 0 */
static og_value *pow_dy(og_value *x, og_value *y, og_value *z)
{
    og_value *none =
        og_and(og_equal(x, og_scalar_like(x, 0)), og_not(og_less(y, og_scalar_like(y, 0))));

    return og_where(none, og_scalar_like(z, 0), og_mul(z, og_log(x)));
}

static void pow_gradient(og_grad *c)
{
    og_value *x = og_x(c, 0), *y = og_x(c, 1), *dz = og_dy(c, 0);

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_sum_to_like(og_mul(dz, pow_dx(x, y)), x));
    if (og_wants(c, 1)) {
        og_value *dy = og_mul(dz, pow_dy(x, y, og_y(c, 0)));

        og_set_dx(c, 1, og_cast_like(og_sum_to_like(dy, y), y));
    }
}

const og_op og_op_pow = {
    .name = "Pow",
    .version = 15,
    .valid_from = 7,
    .versions = "1 7 12 13",
    .doc = "x to the power y.",
    .in = { OG_PORT("X", OG_FLOATS | OG_INDICES), OG_PORT("Y", OG_NUMERIC) },
    .out = { OG_PORT("Z", OG_SAME_AS(0)) },
    .run_types = OG_FLOATS | OG_INDICES,
    .traits = OG_INPLACE | OG_ELEMENTWISE,
    .valid_from_node = pow_since,
    .infer = og_infer_broadcast,
    .upgrade = og_old_broadcast,
    .gradient = pow_gradient,
    .prepare = pow_prepare,
    .run = og_elementwise_run,
    .loop = pow_loop,
    .samples =
        OG_SAMPLES("float[3,7] X in 0.5..2; float[3,7] Y", "float[4,3] X in 0.5..2; float[] Y = 2",
                   "double[2,3] X in 0.5..2; double[3] Y", "float[5] X; int64[5] Y = 0 1 2 3 4",
                   "int32[4] X = 2 3 -2 5; int32[4] Y = 3 0 3 1",
                   "int64[3] X = 1 4 9; float[3] Y = 0.5 0.5 2", "float[0] X; float[1] Y"),
};
