/* Comparisons and logic: bool results, no gradient. */
#include "ops/elementwise.h"

OG_LOOP_OF(less_loop, OG_K_LESS)
OG_LOOP_OF(greater_loop, OG_K_GREATER)
OG_LOOP_OF(less_equal_loop, OG_K_LESS_EQUAL)
OG_LOOP_OF(greater_equal_loop, OG_K_GREATER_EQUAL)
OG_LOOP_OF(and_loop, OG_K_AND)
OG_LOOP_OF(or_loop, OG_K_OR)
OG_LOOP_OF(xor_loop, OG_K_XOR)
OG_LOOP_OF(not_loop, OG_K_NOT)
OG_SINCE(less_since, 7, 9, 13)
OG_SINCE(less_equal_since, 12, 12, 16)

static int equal_since(const og_node *node)
{
    const og_elem elem = node->in[0] ? node->in[0]->type.elem : OG_FLOAT;

    if (elem == OG_STRING)
        return 19;
    return og_elem_in(elem, OG_INDICES | OG_BIT(OG_BOOL)) ? 7 : og_type_since(node, 11, 11, 13);
}

static void equal_strings(void *const *out, const void *const *in, const int64_t *step, int64_t n,
                          const void *attrs)
{
    const og_string *a = in[0], *b = in[1];
    bool *y = out[0];

    (void)attrs;
    for (int64_t i = 0; i < n; i++) {
        const og_string *p = &a[i * step[0]], *q = &b[i * step[1]];

        y[i] = p->size == q->size && (p->size == 0 || memcmp(p->data, q->data, p->size) == 0);
    }
}

static og_loop *equal_loop(const void *attrs, og_elem in, og_elem out)
{
    (void)attrs, (void)out;
    return in == OG_STRING ? equal_strings : og_loop_find(OG_K_EQUAL, in);
}

#define COMPARISON(op, text, types, word)                                                          \
    .name = op, .doc = text, .in = { OG_PORT("A", types), OG_PORT("B", OG_SAME_AS(0)) },           \
    .out = { OG_PORT("C", OG_BIT(OG_BOOL)) }, .run_types = types,                                  \
    .traits = OG_ELEMENTWISE | OG_ZERO_GRADIENT, .infer = og_infer_broadcast,                      \
    .upgrade = og_old_broadcast, .prepare = og_elementwise_prepare, .run = og_elementwise_run,     \
    .loop = word##_loop
#define COMPARED                                                                                   \
    .samples = OG_SAMPLES("float[3,7] A; float[3,7] B", "double[2,1] A; double[] B",               \
                          "int64[5] A; int64[5] B", "uint8[3,1] A; uint8[1,4] B",                  \
                          "float16[40] A; float16[40] B", "float[0] A; float[1] B")
#define LOGICAL                                                                                    \
    .version = 7, .valid_from = 7, .versions = "1",                                                \
    .samples =                                                                                     \
        OG_SAMPLES("bool[3,7] A; bool[3,7] B", "bool[2,1] A; bool[] B", "bool[0] A; bool[1] B")

enum { EQUAL_TYPES = OG_NUMERIC | OG_BIT(OG_BOOL) | OG_BIT(OG_STRING), BOOL = OG_BIT(OG_BOOL) };

const og_op og_ops_logic[] = {
    { COMPARISON("Equal", "Whether A = B.", EQUAL_TYPES, equal), .version = 19, .valid_from = 7,
      .versions = "1 7 11 13", .valid_from_node = equal_since, COMPARED },
    { COMPARISON("Less", "Whether A < B.", OG_NUMERIC, less), .version = 13, .valid_from = 7,
      .versions = "1 7 9", .valid_from_node = less_since, COMPARED },
    { COMPARISON("Greater", "Whether A > B.", OG_NUMERIC, greater), .version = 13, .valid_from = 7,
      .versions = "1 7 9", .valid_from_node = less_since, COMPARED },
    { COMPARISON("LessOrEqual", "Whether A <= B.", OG_NUMERIC, less_equal), .version = 16,
      .valid_from = 12, .versions = "12", .valid_from_node = less_equal_since, COMPARED },
    { COMPARISON("GreaterOrEqual", "Whether A >= B.", OG_NUMERIC, greater_equal), .version = 16,
      .valid_from = 12, .versions = "12", .valid_from_node = less_equal_since, COMPARED },
    { COMPARISON("And", "Whether both hold.", BOOL, and), LOGICAL },
    { COMPARISON("Or", "Whether one holds or both.", BOOL, or), LOGICAL },
    { COMPARISON("Xor", "Whether exactly one holds.", BOOL, xor), LOGICAL },
    { .name = "Not",
      .version = 1,
      .valid_from = 1,
      .doc = "Whether X does not hold.",
      .in = { OG_PORT("X", OG_BIT(OG_BOOL)) },
      .out = { OG_PORT("Y", OG_BIT(OG_BOOL)) },
      .run_types = OG_BIT(OG_BOOL),
      .traits = OG_ELEMENTWISE | OG_INPLACE | OG_ZERO_GRADIENT,
      .infer = og_infer_same,
      .prepare = og_elementwise_prepare,
      .run = og_elementwise_run,
      .loop = not_loop,
      .samples = OG_SAMPLES("bool[3,7] X", "bool[] X", "bool[0] X") },
    { .name = NULL },
};
