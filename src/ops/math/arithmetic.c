/* Add, Sub, Mul, Div: numpy's broadcasting; integers wrap, and are divided towards zero. */
#include "ops/content.h"
#include "ops/elementwise.h"

OG_LOOP_OF(add_loop, OG_K_ADD)
OG_LOOP_OF(sub_loop, OG_K_SUB)
OG_LOOP_OF(mul_loop, OG_K_MUL)
OG_LOOP_OF(div_loop, OG_K_DIV)

/* Small integers came in version 14, the wide ones in 7. */
static int arithmetic_since(const og_node *node)
{
    static const og_elems wide = OG_INDICES | OG_BIT(OG_UINT32) | OG_BIT(OG_UINT64);
    const og_value *a = node->in[0];

    return og_type_since(node, 7, a && og_elem_in(a->type.elem, wide) ? 7 : 14, 13);
}

static og_status arithmetic_infer(og_infer *c, char what)
{
    OG_TRY(og_infer_broadcast(c));
    og_infer_content_binary(c, what);
    return OG_OK;
}

static og_status add_infer(og_infer *c)
{
    return arithmetic_infer(c, '+');
}

static og_status sub_infer(og_infer *c)
{
    return arithmetic_infer(c, '-');
}

static og_status mul_infer(og_infer *c)
{
    return arithmetic_infer(c, '*');
}

static og_status div_infer(og_infer *c)
{
    return arithmetic_infer(c, '/');
}

static void set_dx(og_grad *c, int i, og_value *dx)
{
    og_set_dx(c, i, og_sum_to_like(dx, og_x(c, i)));
}

static void add_gradient(og_grad *c)
{
    for (int i = 0; i < 2; i++)
        if (og_wants(c, i))
            set_dx(c, i, og_dy(c, 0));
}

static void sub_gradient(og_grad *c)
{
    if (og_wants(c, 0))
        set_dx(c, 0, og_dy(c, 0));
    if (og_wants(c, 1))
        og_set_dx(c, 1, og_neg(og_sum_to_like(og_dy(c, 0), og_x(c, 1))));
}

static void mul_gradient(og_grad *c)
{
    for (int i = 0; i < 2; i++)
        if (og_wants(c, i))
            set_dx(c, i, og_mul(og_dy(c, 0), og_x(c, 1 - i)));
}

/* d(a/b)/db = -y/b */
static void div_gradient(og_grad *c)
{
    og_value *b = og_x(c, 1), *dy = og_dy(c, 0);

    if (og_wants(c, 0))
        set_dx(c, 0, og_div(dy, b));
    if (og_wants(c, 1))
        set_dx(c, 1, og_neg(og_div(og_mul(dy, og_y(c, 0)), b)));
}

#define ARITHMETIC(op, text, word)                                                                 \
    .name = op, .version = 14, .valid_from = 7, .versions = "1 6 7 13", .doc = text,               \
    .in = { OG_PORT("A", OG_NUMERIC), OG_PORT("B", OG_SAME_AS(0)) },                               \
    .out = { OG_PORT("C", OG_SAME_AS(0)) }, .run_types = OG_NUMERIC,                               \
    .valid_from_node = arithmetic_since, .infer = word##_infer, .upgrade = og_old_broadcast,       \
    .gradient = word##_gradient, .prepare = og_elementwise_prepare, .run = og_elementwise_run,     \
    .loop = word##_loop

enum { TRAITS = OG_INPLACE | OG_ELEMENTWISE };

const og_op og_ops_math_arithmetic[] = {
    { ARITHMETIC("Add", "The sum.", add), .traits = TRAITS | OG_COMMUTES,
      .samples = OG_SAMPLES("float[3,7] A; float[3,7] B", "float[2,3,5] A; float[3,1] B",
                            "double[] A; double[2,1,3] B", "float[4,1] A; float[1,3] B",
                            "float[3,1,29,2] A; float[5,1,2] B", "float16[7,30] A; float16[30] B",
                            "int64[5] A; int64[] B", "int32[1,0] A; int32[3,1] B",
                            "float[7,2,3] A; float[7,1,3] B") },
    { ARITHMETIC("Sub", "The difference.", sub), .traits = TRAITS,
      .samples = OG_SAMPLES("float[3,7] A; float[3,7] B", "float[2,3,5] A; float[3,1] B",
                            "double[] A; double[2,1,3] B", "float[7,33] A; float[33] B",
                            "int64[5] A; int64[] B", "float[0] A; float[1] B") },
    { ARITHMETIC("Mul", "The product.", mul), .traits = TRAITS | OG_COMMUTES,
      .samples = OG_SAMPLES("float[3,7] A; float[3,7] B", "float[2,3,5] A; float[3,1] B",
                            "double[] A; double[2,1,3] B", "float[33,1] A; float[1,40] B",
                            "int64[5] A; int64[] B", "float[0] A; float[1] B") },
    { ARITHMETIC("Div", "The quotient.", div), .traits = TRAITS, .check = og_check_divisor,
      .samples = OG_SAMPLES(
          "float[3,7] A; float[3,7] B in 0.5..2", "float[2,3,5] A; float[3,1] B in -2..-0.5",
          "double[] A; double[2,1,3] B in 0.5..2",
          "int64[5] A = 7 -7 7 -7 0; int64[5] B = 2 2 -2 -2 3", "float[0] A; float[1] B") },
    { .name = NULL },
};
