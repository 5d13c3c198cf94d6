/* Graphs: what a node is checked for, how a failure travels, what settling and cloning keep. */
#include "ops/ops.h"

#include "../test.h"

static og_value *matrix(og_graph *g, const char *name, int64_t rows, int64_t columns)
{
    int64_t dims[2] = { rows, columns };
    og_tensor *t = og_tensor_new(OG_FLOAT, 2, dims);
    og_value *v = og_parameter(g, name, t);

    og_tensor_free(t);
    return v;
}

static void test_types_follow(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[batch,3]");
    og_value *y = og_matmul(x, matrix(g, "w", 3, 5));

    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_string_equal(og_value_type(y), "float[batch,5]");
    assert_string_equal(og_value_type(og_reshape_to(y, 1, (int64_t[]){ -1 })), "float[batch*5]");
    assert_string_equal(og_value_type(og_shape_of(y)), "int64[2]");
    assert_string_equal(og_value_type(og_expand_like(og_scalar_like(y, 1), y)), "float[batch,5]");
    og_graph_free(g);
}

static void test_first_failure_stays(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[batch,3]");
    og_value *bad = og_matmul(x, matrix(g, "w", 4, 5));

    assert_null(bad);
    assert_null(og_add(bad, x)); /* NULL passes through */
    assert_null(og_output(g, "y", bad));
    assert_int_equal(og_graph_status(g), OG_BAD_SHAPE);
    assert_non_null(strstr(og_graph_report(g)->where, "MatMul"));
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *op;
        og_attr attrs[2];
        int n;
        og_status expected;
    } cases[] = {
        { "NoSuchOperator", { { 0 } }, 1, OG_UNSUPPORTED },
        { "Concat", { { 0 } }, 1, OG_BAD_ARGUMENT },               /* needs axis */
        { "Neg", { OG_SET_INT("axis", 1) }, 1, OG_BAD_ARGUMENT },  /* has none */
        { "Concat", { OG_SET_FLOAT("axis", 1) }, 1, OG_BAD_TYPE }, /* of the wrong kind */
        { "Neg", { { 0 } }, 2, OG_BAD_ARGUMENT },                  /* too many inputs */
        { "Add", { { 0 } }, 1, OG_BAD_ARGUMENT },                  /* too few */
        { "And", { { 0 } }, 2, OG_BAD_TYPE },                      /* floats */
        { "Concat", { OG_SET_INT("axis", 2) }, 1, OG_BAD_SHAPE },  /* outside the rank */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        og_graph *g = og_graph_new("t");
        og_value *x = og_input(g, "x", "float[2,3]"), *in[2] = { x, x };

        assert_null(og_node(g, cases[i].op, (size_t)cases[i].n, in, cases[i].attrs));
        if (og_graph_status(g) != cases[i].expected)
            fail_msg("case %zu (%s): %s", i, cases[i].op, og_graph_report(g)->what);
        og_graph_free(g);
    }
}

static void test_names(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[2]");
    og_value *y = og_output(g, "y", og_neg(x));

    assert_string_equal(og_value_name(y), "y");
    assert_ptr_equal(og_graph_find(g, "y"), y);
    assert_string_equal(og_value_name(og_output(g, "z", x)),
                        "z"); /* a second name: through Identity */
    assert_ptr_equal(og_graph_find(g, "x"), x);
    assert_null(og_input(g, "x", "float[2]"));
    assert_int_equal(og_graph_status(g), OG_EXISTS);
    og_graph_free(g);
}

/* A replaced value's readers, its output name and the order of nodes. */
static void test_settle(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[2]");
    og_value *a = og_neg(x), *b = og_exp(a);
    og_output(g, "a", a);
    og_output(g, "b", b);
    og_value *late = og_abs(x);

    og_value_replace(a, late);
    a->node->dead = true;
    assert_ok(og_graph_settle(g), og_graph_report(g));
    assert_int_equal(g->nodes.n, 2);
    assert_string_equal(g->nodes.v[0]->op->name, "Abs");
    assert_string_equal(g->nodes.v[1]->op->name, "Exp");
    assert_ptr_equal(og_graph_find(g, "a"), late);
    assert_ptr_equal(og_graph_output(g, 0), late);
    og_graph_free(g);
}

static void test_clone_is_apart(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n,3]");
    og_value *w = matrix(g, "w", 3, 4);
    og_value *y = og_output(g, "y", og_matmul(x, w));
    og_graph *copy = og_graph_clone(g);

    assert_non_null(copy);
    assert_string_equal(og_value_type(og_graph_output(copy, 0)), "float[n,4]");
    assert_ptr_equal(og_clone_of(copy, y), og_graph_output(copy, 0));
    assert_true(og_clone_of(copy, w)->trainable);
    assert_ptr_equal(og_clone_of(copy, w)->data->data, w->data->data); /* bytes are shared */
    og_output(copy, "z", og_neg(og_graph_output(copy, 0)));
    assert_null(og_graph_find(g, "z"));
    og_graph_free(g);
    assert_string_equal(og_value_type(og_graph_find(copy, "z")), "float[n,4]");
    og_graph_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_follow), cmocka_unit_test(test_first_failure_stays),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_settle),       cmocka_unit_test(test_clone_is_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
