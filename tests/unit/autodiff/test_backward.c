/* The reverse sweep: sums over uses, only what is needed, higher derivatives, and what it refuses.
 */
#include "autodiff/autodiff.h"
#include "exec/exec.h"
#include "ops/ops.h"

#include "../test.h"

static double run_one(og_graph *g, double x)
{
    og_session *s;
    og_tensor y;
    const char *fetch = "y";
    og_feed f = { "x", og_tensor_view(OG_DOUBLE, 0, NULL, &x) };

    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
    double r = og_get_double(&y, 0);
    og_session_free(s);
    return r;
}

/* d^n/dx^n of x^3 + exp(x) x at 0.5 */
static void test_higher_derivatives(void **state)
{
    (void)state;
    const double x = 0.5, e = 1.6487212707001282;
    const double expected[] = { x * x * x + e * x, 3 * x * x + e * (x + 1), 6 * x + e * (x + 2),
                                6 + e * (x + 3) };

    for (int n = 0; n < 4; n++) {
        og_graph *g = og_graph_new("t");
        og_value *v = og_input(g, "x", "double"), *y;

        y = og_add(og_mul(og_mul(v, v), v), og_mul(og_exp(v), v));
        for (int i = 0; i < n; i++)
            assert_ok(og_gradients(g, y, &v, 1, &y), og_graph_report(g));
        og_output(g, "y", y);
        assert_float_equal(run_one(g, x), expected[n], 1e-12);
        og_graph_free(g);
    }
}

static void test_independent_is_zero(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "double"), *other = og_input(g, "other", "double[n]"), *grad;

    assert_ok(og_gradients(g, og_mul(x, x), &other, 1, &grad), og_graph_report(g));
    assert_string_equal(og_value_type(grad), "double[n]");
    assert_ok(og_backward(g, og_mul(x, x), NULL, &other, 1, &grad), og_graph_report(g));
    assert_null(grad);
    og_graph_free(g);
}

/* Nothing is differentiated that does not lie between the loss and a wanted value. */
static void test_only_what_is_needed(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "double"), *grad;
    og_value *used = og_mul(x, x);
    og_value *index = og_cast(og_exp(x), OG_INT64); /* an integer path carries nothing */

    og_output(g, "unused", og_exp(used));
    size_t before = g->nodes.n;
    assert_ok(og_gradients(g, og_add(used, og_cast(index, OG_DOUBLE)), &x, 1, &grad),
              og_graph_report(g));
    assert_true(g->nodes.n - before < 12);
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "double[3]"), *grad;

    assert_int_equal(og_gradients(g, og_exp(x), &x, 1, &grad), OG_NOT_SCALAR);
    og_graph_free(g);
}

/* y = x * x + (cond ? x * x : -x): what the branches read is not taken for a constant. */
static void test_captured(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *cond = og_input(g, "cond", "bool"), *x = og_input(g, "x", "double"), *grad;
    og_value *square = og_mul(x, x), *branch;
    og_graph *yes = og_graph_new_inside(g, "yes"), *no = og_graph_new_inside(g, "no");
    og_attr attrs[] = { { .name = "then_branch", .kind = OG_ATTR_GRAPH, .u.graph = yes },
                        { .name = "else_branch", .kind = OG_ATTR_GRAPH, .u.graph = no },
                        { .name = NULL } };

    og_output(yes, "a", og_node(yes, "Identity", 1, &square, NULL));
    og_output(no, "b", og_node(no, "Neg", 1, &x, NULL));
    branch = og_node(g, "If", 1, &cond, attrs);
    assert_int_equal(og_gradients(g, og_add(square, branch), &x, 1, &grad), OG_NO_GRADIENT);
    assert_string_equal(og_graph_report(g)->what, "If has no gradient");
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_higher_derivatives),
        cmocka_unit_test(test_independent_is_zero),
        cmocka_unit_test(test_only_what_is_needed),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_captured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
