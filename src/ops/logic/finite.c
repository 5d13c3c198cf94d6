/* IsNaN and IsInf. */
#include "ops/elementwise.h"

OG_SINCE(nan_since, 9, 9, 13)
OG_LOOP_OF(nan_loop, OG_K_IS_NAN)
OG_LOOP_OF(inf_loop, OG_K_IS_INF)

static int inf_since(const og_node *node)
{
    const og_value *x = node->in[0];

    return x && og_elem_in(x->type.elem, OG_BIT(OG_FLOAT) | OG_BIT(OG_DOUBLE)) ? 10 : 20;
}

/* The float8 types pass through strips of float, as the halves do. */
static og_status finite_prepare(og_call *c)
{
    const og_elem as = c->in[0]->elem == OG_DOUBLE ? OG_DOUBLE : OG_FLOAT;

    return og_elementwise_prepare_as(c, c->op->loop(c->attrs, as, OG_BOOL), as);
}

enum { TYPES = OG_FLOATS | OG_FLOAT8S };

#define FINITE(op, text, word)                                                                     \
    .name = op, .version = 20, .doc = text, .in = { OG_PORT("X", TYPES) },                         \
    .out = { OG_PORT("Y", OG_BIT(OG_BOOL)) }, .run_types = TYPES,                                  \
    .traits = OG_ELEMENTWISE | OG_ZERO_GRADIENT, .valid_from_node = word##_since,                  \
    .infer = og_infer_same, .prepare = finite_prepare, .run = og_elementwise_run,                  \
    .loop = word##_loop

const og_op og_ops_logic_finite[] = {
    { FINITE("IsNaN", "Whether x is not a number.", nan), .valid_from = 9, .versions = "9 13",
      .samples = OG_SAMPLES("float[3,7] X", "double[] X", "float16[5] X", "float[0] X") },
    { FINITE("IsInf", "Whether x is infinite.", inf), .valid_from = 10, .versions = "10",
      .attr = { OG_INT_ATTR(og_loop_attrs, detect_negative, 1),
                OG_INT_ATTR(og_loop_attrs, detect_positive, 1) },
      .attr_size = sizeof(og_loop_attrs),
      .samples = OG_SAMPLES("float[3,7] X", "double[5] X; detect_negative=0", "float16[5] X",
                            "float[0] X") },
    { .name = NULL },
};
