/* Mod: the remainder with the sign of the divisor, or with fmod=1 that of the dividend. */
#include "ops/elementwise.h"

typedef struct {
    int64_t fmod;
} mod_attrs;

static int mod_since(const og_node *node)
{
    const mod_attrs *a = node->attrs;
    const bool real = node->in[0] && og_elem_in(node->in[0]->type.elem, OG_FLOATS);

    return real && !a->fmod ? 28 : og_type_since(node, 10, 10, 13);
}

static og_loop *mod_loop(const void *attrs, og_elem in, og_elem out)
{
    const mod_attrs *a = attrs;

    (void)out;
    return og_loop_find(a->fmod ? OG_K_FMOD : OG_K_MOD, in);
}

/* d/da = 1, d/db = -floor(a/b), with fmod -trunc(a/b) = -sign(a/b) floor(|a/b|) */
static void mod_gradient(og_grad *c)
{
    const mod_attrs *attrs = c->attrs;
    og_value *a = og_x(c, 0), *b = og_x(c, 1), *dz = og_dy(c, 0), *q = og_div(a, b);

    if (og_wants(c, 0))
        og_set_dx(c, 0, og_sum_to_like(dz, a));
    if (!og_wants(c, 1))
        return;
    q = attrs->fmod ? og_mul(og_sign(q), OG_OP("Floor", NULL, og_abs(q))) : OG_OP("Floor", NULL, q);
    og_set_dx(c, 1, og_neg(og_sum_to_like(og_mul(dz, q), b)));
}

const og_op og_op_mod = {
    .name = "Mod",
    .version = 28,
    .valid_from = 13,
    .versions = "10 13",
    .doc = "The remainder of a division.",
    .in = { OG_PORT("A", OG_NUMERIC), OG_PORT("B", OG_SAME_AS(0)) },
    .out = { OG_PORT("C", OG_SAME_AS(0)) },
    .attr = { OG_INT_ATTR(mod_attrs, fmod, 0) },
    .attr_size = sizeof(mod_attrs),
    .run_types = OG_NUMERIC,
    .traits = OG_INPLACE | OG_ELEMENTWISE,
    .valid_from_node = mod_since,
    .infer = og_infer_broadcast,
    .gradient = mod_gradient,
    .check = og_check_divisor,
    .prepare = og_elementwise_prepare,
    .run = og_elementwise_run,
    .loop = mod_loop,
    .samples = OG_SAMPLES("int32[6] A = 7 -7 7 -7 0 6; int32[6] B = 3 3 -3 -3 3 3",
                          "int64[6] A = 7 -7 7 -7 0 6; int64[] B = 3; fmod=1",
                          "float[3] A = 1.3 -4.2 5.6; float[3] B = 2.1 1.1 -0.9",
                          "double[3] A = 1.3 -4.2 5.6; double[3] B = 2.1 1.1 -0.9; fmod=1",
                          "uint8[3] A = 200 7 9; uint8[3] B = 7 7 200", "int32[0] A; int32[1] B"),
};
