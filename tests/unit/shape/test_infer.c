/* Shapes with symbols: what the operators that move data say of sizes that are not known yet. */
#include "../test.h"

#include "ops/ops.h"

#include <stdio.h>

static og_graph *g;

static int open_graph(void **state)
{
    (void)state;
    g = og_graph_new("test");
    return g == NULL;
}

static int close_graph(void **state)
{
    (void)state;
    og_graph_free(g);
    return 0;
}

static og_value *input(const char *type)
{
    static int number;
    char name[20];

    snprintf(name, sizeof name, "x%d", number++);
    return og_input(g, name, type);
}

static og_value *ints(size_t n, const int64_t *numbers)
{
    return og_int64s(g, n, numbers);
}
#define INTS(...)                                                                                  \
    ints(sizeof((const int64_t[]){ __VA_ARGS__ }) / 8, (const int64_t[]){ __VA_ARGS__ })

static void expect(og_value *v, const char *type)
{
    if (!v)
        fail_msg("expected %s, found the error: %s", type, og_graph_report(g)->what);
    assert_string_equal(og_value_type(v), type);
}

/* The call failed with a sentence that holds these words. */
static void expect_error(og_value *v, og_status code, const char *words)
{
    assert_null(v);
    assert_int_equal(og_graph_status(g), code);
    if (!strstr(og_graph_report(g)->what, words))
        fail_msg("expected '%s' in: %s", words, og_graph_report(g)->what);
    og_graph_free(g);
    g = og_graph_new("test");
}

static og_value *reshape(og_value *x, og_value *shape)
{
    return OG_OP("Reshape", NULL, x, shape);
}

static void test_reshape(void **state)
{
    (void)state;
    expect(reshape(input("float[batch,1,28,28]"), INTS(-1, 784)), "float[batch,784]");
    expect(reshape(input("float[batch,1,28,28]"), INTS(0, -1)), "float[batch,784]");
    expect(reshape(input("float[batch,seq,64]"), INTS(0, 0, 4, -1)), "float[batch,seq,4,16]");
    expect(reshape(input("float[batch,seq,64]"), INTS(-1, 64)), "float[seq*batch,64]");
    expect(reshape(input("float[h,w,batch]"), INTS(0, -1)), "float[h,w*batch]");
    expect(reshape(input("float[0,3]"), INTS(0, -1)), "float[0,3]");
    expect(reshape(input("float[2,3]"), INTS(-1)), "float[6]");
    expect(reshape(input("float[2,3,n]"), input("int64[2]")), "float[unk__0,unk__1]");
    og_value *x = input("float[batch,12,8]"), *like = input("float[batch,96]");
    expect(og_reshape_like(x, like), "float[batch,96]");
    expect_error(reshape(input("float[2,3]"), INTS(-1, 4)), OG_BAD_SHAPE,
                 "float[2,3] do not fit float[-1,4]");
    expect_error(reshape(input("float[2,3]"), INTS(7)), OG_BAD_SHAPE,
                 "float[2,3] do not fit float[7]");
    expect_error(reshape(input("float[2,3]"), INTS(-1, -1)), OG_BAD_SHAPE, "-1 at places 0 and 1");
    expect_error(reshape(input("float[2,3]"), INTS(2, 3, 0)), OG_BAD_SHAPE, "rank 2");
}

/* What exporters write for x.view(x.size(0), -1): Shape, Gather, Unsqueeze, Concat, Reshape. */
static void test_arithmetic(void **state)
{
    (void)state;
    og_value *x = input("float[batch,seq,64]"), *shape = og_shape_of(x);
    og_value *batch = OG_OP("Gather", NULL, shape, og_scalar(g, OG_INT64, 0));
    og_value *seq = OG_OP("Gather", NULL, shape, og_scalar(g, OG_INT64, -2));
    og_value *heads = OG_OP("Div", NULL, OG_OP("Gather", NULL, shape, og_scalar(g, OG_INT64, 2)),
                            og_scalar(g, OG_INT64, 4));
    og_value *target =
        og_concat(0, 4,
                  (og_value *[]){ og_unsqueeze(batch, OG_INTS(0)), og_unsqueeze(seq, OG_INTS(0)),
                                  INTS(4), og_unsqueeze(heads, OG_INTS(0)) });

    expect(reshape(x, target), "float[batch,seq,4,16]");
    expect(reshape(x, OG_OP("Cast", OG_ATTRS(OG_SET_INT("to", OG_INT64)),
                            OG_OP("Cast", OG_ATTRS(OG_SET_INT("to", OG_INT32)), target))),
           "float[batch,seq,4,16]");
    og_value *tokens = OG_OP("Mul", NULL, batch, seq);
    expect(
        reshape(x, og_concat(0, 2, (og_value *[]){ og_unsqueeze(tokens, OG_INTS(0)), INTS(-1) })),
        "float[seq*batch,64]");
    expect(og_fill(og_slice(shape, INTS(0), INTS(-1), NULL, NULL), OG_FLOAT, 0),
           "float[batch,seq]");
    expect(og_fill(og_slice(shape, INTS(-1), INTS(INT64_MIN), INTS(0), INTS(-1)), OG_FLOAT, 0),
           "float[64,seq,batch]");
    expect(OG_OP("Range", NULL, og_scalar(g, OG_INT64, 0), seq, og_scalar(g, OG_INT64, 1)),
           "int64[seq]");
    expect(
        og_expand(input("float[1,1,3]"),
                  og_concat(0, 2, (og_value *[]){ og_unsqueeze(batch, OG_INTS(0)), INTS(5, 1) })),
        "float[batch,5,3]");
    expect(OG_OP("Tile", NULL, input("float[2,3]"),
                 og_concat(0, 2, (og_value *[]){ INTS(1), og_unsqueeze(seq, OG_INTS(0)) })),
           "float[2,seq*3]");
}

static void test_slices(void **state)
{
    (void)state;
    og_value *x = input("float[n,10]");

    expect(og_slice(x, INTS(0), INTS(INT64_MAX), INTS(0), NULL), "float[n,10]");
    expect(og_slice(x, INTS(-3), INTS(INT32_MAX), INTS(1), NULL), "float[n,3]");
    expect(og_slice(x, INTS(9), INTS(-11), INTS(1), INTS(-4)), "float[n,3]");
    expect(og_slice(x, INTS(0), INTS(-1), INTS(0), NULL), "float[max((n-1),0),10]");
    expect(og_slice(x, INTS(-1), INTS(INT64_MIN), INTS(0), INTS(-1)), "float[n,10]");
    expect_error(og_slice(input("float[4]"), INTS(0), INTS(4), INTS(0), INTS(0)), OG_BAD_VALUE,
                 "step 0 is 0");
    expect_error(og_slice(input("float[4]"), INTS(0), INTS(4), INTS(1), NULL), OG_BAD_SHAPE,
                 "axis 1");
    expect_error(og_slice(input("float[4,4]"), INTS(0, 0), INTS(4, 4), INTS(1, -1), NULL),
                 OG_BAD_SHAPE, "twice");
    expect_error(og_slice(input("float[4]"), INTS(0), INTS(4, 4), NULL, NULL), OG_BAD_SHAPE,
                 "1 starts, but 2 ends");
}

static void test_parts(void **state)
{
    og_value *parts[3];

    (void)state;
    expect(og_concat(1, 2, (og_value *[]){ input("float[batch,n]"), input("float[?,3]") }),
           "float[batch,n+3]");
    og_ops_on("Split", OG_ATTRS(OG_SET_INT("axis", 1), OG_SET_INT("num_outputs", 3)), 1,
              (og_value *[]){ input("float[batch,10]") }, 3, parts);
    expect(parts[0], "float[batch,4]");
    expect(parts[2], "float[batch,2]");
    og_ops_on("Split", NULL, 2, (og_value *[]){ input("float[7,k]"), INTS(3, 4) }, 2, parts);
    expect(parts[1], "float[4,k]");
    expect(OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", 1)), input("float[a,b,c]"),
                 input("int64[n,m]")),
           "float[a,n,m,c]");
    expect(OG_OP("Pad", NULL, input("float[n,3]"), INTS(1, 0, 2, -1)), "float[n+3,2]");
    expect(OG_OP("Einsum", OG_ATTRS(OG_SET_STRING("equation", "bij,bjk->ik")),
                 input("float[b,2,k]"), input("float[b,k,5]")),
           "float[2,5]");
    expect_error(og_concat(0, 2, (og_value *[]){ input("float[2,3]"), input("float[2,4]") }),
                 OG_BAD_SHAPE, "3 and 4");
    expect_error(OG_OP("Pad", NULL, input("float[3]"), INTS(-2, -2)), OG_BAD_SHAPE, "leave -1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_reshape, open_graph, close_graph),
        cmocka_unit_test_setup_teardown(test_arithmetic, open_graph, close_graph),
        cmocka_unit_test_setup_teardown(test_slices, open_graph, close_graph),
        cmocka_unit_test_setup_teardown(test_parts, open_graph, close_graph),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
