/* Operators on the bits of integers. */
#include "ops/elementwise.h"

typedef struct {
    const char *direction;
} shift_attrs;

OG_LOOP_OF(and_loop, OG_K_BIT_AND)
OG_LOOP_OF(or_loop, OG_K_BIT_OR)
OG_LOOP_OF(xor_loop, OG_K_BIT_XOR)
OG_LOOP_OF(not_loop, OG_K_BIT_NOT)

static bool shift_left(const void *attrs)
{
    const shift_attrs *a = attrs;

    return a->direction && strcmp(a->direction, "LEFT") == 0;
}

static og_loop *shift_loop(const void *attrs, og_elem in, og_elem out)
{
    (void)out;
    return og_loop_find(shift_left(attrs) ? OG_K_SHIFT_LEFT : OG_K_SHIFT_RIGHT, in);
}

static og_status shift_infer(og_infer *c)
{
    const shift_attrs *a = c->attrs;

    if (!shift_left(a) && strcmp(a->direction, "RIGHT") != 0)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "direction is '%s', expected 'LEFT' or 'RIGHT'",
                             a->direction);
    return og_infer_broadcast(c);
}

/* Signed numbers came in version 28. */
static int shift_since(const og_node *node)
{
    return node->in[0] && og_elem_in(node->in[0]->type.elem, OG_SIGNED) ? 28 : 11;
}

#define BITWISE(op, text, word)                                                                    \
    .name = op, .version = 18, .valid_from = 18, .doc = text,                                      \
    .in = { OG_PORT("A", OG_INTEGERS), OG_PORT("B", OG_SAME_AS(0)) },                              \
    .out = { OG_PORT("C", OG_SAME_AS(0)) }, .run_types = OG_INTEGERS,                              \
    .traits = OG_ELEMENTWISE | OG_INPLACE | OG_COMMUTES, .infer = og_infer_broadcast,              \
    .prepare = og_elementwise_prepare, .run = og_elementwise_run, .loop = word##_loop,             \
    .samples = OG_SAMPLES("int32[3,7] A; int32[3,7] B", "uint8[5] A; uint8[] B",                   \
                          "int64[2,1] A; int64[3] B", "int16[0] A; int16[1] B")

const og_op og_ops_logic_bits[] = {
    { BITWISE("BitwiseAnd", "The bits that both have.", and) },
    { BITWISE("BitwiseOr", "The bits that one has or both.", or) },
    { BITWISE("BitwiseXor", "The bits that exactly one has.", xor) },
    { .name = "BitwiseNot",
      .version = 18,
      .valid_from = 18,
      .doc = "The other bits.",
      .in = { OG_PORT("X", OG_INTEGERS) },
      .out = { OG_PORT("Y", OG_SAME_AS(0)) },
      .run_types = OG_INTEGERS,
      .traits = OG_ELEMENTWISE | OG_INPLACE,
      .infer = og_infer_same,
      .prepare = og_elementwise_prepare,
      .run = og_elementwise_run,
      .loop = not_loop,
      .samples = OG_SAMPLES("int32[3,7] X", "uint8[] X", "int64[0] X") },
    { .name = "BitShift",
      .version = 28,
      .valid_from = 11,
      .versions = "11",
      .valid_from_node = shift_since,
      .doc = "Bits moved left or right.",
      .in = { OG_PORT("X", OG_INTEGERS), OG_PORT("Y", OG_SAME_AS(0)) },
      .out = { OG_PORT("Z", OG_SAME_AS(0)) },
      .attr = { OG_NEED_ATTR(shift_attrs, direction, STRING) },
      .attr_size = sizeof(shift_attrs),
      .run_types = OG_INTEGERS,
      .traits = OG_ELEMENTWISE | OG_INPLACE,
      .infer = shift_infer,
      .prepare = og_elementwise_prepare,
      .run = og_elementwise_run,
      .loop = shift_loop,
      .samples = OG_SAMPLES("uint8[4] X = 16 4 1 200; uint8[4] Y = 1 2 3 9; direction=RIGHT",
                            "uint64[4] X = 16 4 1 200; uint64[] Y = 60; direction=LEFT",
                            "int32[4] X = -16 4 1 -2; int32[4] Y = 2 31 40 -1; direction=RIGHT",
                            "uint16[0] X; uint16[1] Y; direction=LEFT") },
    { .name = NULL },
};
