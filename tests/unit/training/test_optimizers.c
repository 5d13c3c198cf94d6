/* ONNX's own optimizers: three steps by hand, groups of several tensors, and what they refuse. */
#include "exec/exec.h"
#include "ops/ops.h"

#include "../test.h"

#define DOMAIN "ai.onnx.preview.training::"

/* A node over scalars that are inputs of the graph: R, T, then n others called a, b, c … */
static og_status add_optimizer(og_graph *g, const char *op, const og_attr *attrs, int n, int n_out,
                               og_value *out[])
{
    og_value *in[20] = { og_input(g, "R", "double"), og_input(g, "T", "int64") };

    for (int i = 0; i < n; i++)
        in[2 + i] = og_input(g, (char[]){ (char)('a' + i), 0 }, "double");
    return og_node_more(g, op, (size_t)(2 + n), in, attrs, (size_t)n_out, out);
}

typedef struct steps {
    const char *op;
    const og_attr *attrs;
    int states; /* of one tensor */
    int64_t first;
    double x[3];
} steps;

/* x from 1 by gradients of 0.5 at the rate 0.1, states from 0 */
static void check_steps(const steps *c)
{
    og_graph *g = og_graph_new("t");
    og_value *out[3] = { NULL };
    og_session *s;
    og_tensor results[3];
    const char *names[] = { "x", "s0", "s1" };
    double rate = 0.1, state[4] = { 1, 0.5, 0, 0 };

    assert_ok(add_optimizer(g, c->op, c->attrs, 2 + c->states, 1 + c->states, out),
              og_graph_report(g));
    for (int k = 0; k <= c->states; k++)
        og_output(g, names[k], out[k]);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    for (int step = 0; step < 3; step++) {
        int64_t count = c->first + step;
        og_feed feeds[6] = { { "R", og_tensor_view(OG_DOUBLE, 0, NULL, &rate) },
                             { "T", og_tensor_view(OG_INT64, 0, NULL, &count) } };
        const char *feed_names[] = { "a", "b", "c", "d" };

        for (int i = 0; i < 2 + c->states; i++)
            feeds[2 + i] =
                (og_feed){ feed_names[i], og_tensor_view(OG_DOUBLE, 0, NULL, &state[i]) };
        assert_ok(og_session_run(s, feeds, (size_t)(4 + c->states), names, (size_t)(1 + c->states),
                                 results, NULL),
                  og_session_report(s));
        state[0] = og_get_double(&results[0], 0);
        for (int k = 0; k < c->states; k++)
            state[2 + k] = og_get_double(&results[1 + k], 0);
        assert_float_equal(state[0], c->x[step], 5e-8);
    }
    og_session_free(s);
    og_graph_free(g);
}

static void test_three_steps(void **state)
{
    (void)state;
    const og_attr standard[] = { OG_SET_FLOAT("alpha", 0.9f),
                                 OG_SET_FLOAT("beta", 0.5f),
                                 OG_SET_FLOAT("norm_coefficient", 0),
                                 OG_SET_STRING("mode", "standard"),
                                 { .name = NULL } };
    const og_attr nesterov[] = { OG_SET_FLOAT("alpha", 0.9f),
                                 OG_SET_FLOAT("beta", 1),
                                 OG_SET_FLOAT("norm_coefficient", 0),
                                 OG_SET_STRING("mode", "nesterov"),
                                 { .name = NULL } };
    /* epsilon beside a second moment that is not yet corrected */
    check_steps(&(steps){ DOMAIN "Adam", NULL, 2, 1, { .900006324, .800010797, .700014450 } });
    check_steps(&(steps){ DOMAIN "Adagrad", NULL, 1, 0, { .900000200, .829289622, .771554662 } });
    check_steps(&(steps){ DOMAIN "Momentum", nesterov, 1, 0, { .905, .7695, .59755 } });
    /* beta is 1 in the first step: v = 0.5, 0.7, 0.88 */
    check_steps(&(steps){ DOMAIN "Momentum", standard, 1, 0, { .95, .88, .792 } });
}

/* Outputs come by groups: all tensors, then all states. */
static void test_groups(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *in[] = { og_input(g, "R", "float[1]"),  og_input(g, "T", "int64"),
                       og_input(g, "x", "float[2]"),  og_input(g, "y", "double[n,3]"),
                       og_input(g, "gx", "float[2]"), og_input(g, "gy", "double[n,3]"),
                       og_input(g, "hx", "float[2]"), og_input(g, "hy", "double[n,3]") };
    const char *const types[] = { "float[2]", "double[n,3]", "float[2]", "double[n,3]" };
    og_value *out[4];

    assert_ok(og_node_more(g, DOMAIN "Adagrad", 8, in, NULL, 4, out), og_graph_report(g));
    for (int k = 0; k < 4; k++)
        assert_string_equal(og_value_type(out[k]), types[k]);
    og_graph_free(g);
}

static void refused(const char *op, const og_attr *attrs, int n, int n_out, const char *words)
{
    og_graph *g = og_graph_new("t");
    og_value *out[8];

    assert_int_equal(add_optimizer(g, op, attrs, n, n_out, out), OG_BAD_ARGUMENT);
    if (!strstr(og_graph_report(g)->what, words))
        fail_msg("expected '%s', got '%s'", words, og_graph_report(g)->what);
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    const og_attr bad_mode[] = { OG_SET_FLOAT("alpha", 0.9f),
                                 OG_SET_FLOAT("beta", 1),
                                 OG_SET_FLOAT("norm_coefficient", 0),
                                 OG_SET_STRING("mode", "heavy"),
                                 { .name = NULL } };
    const og_attr bad_name[] = { OG_SET_FLOAT("alpah", 0.9f), { .name = NULL } };

    refused(DOMAIN "Adam", NULL, 5, 3, "Adam has 7 inputs, expected 2 and 4 for each tensor");
    refused(DOMAIN "Adam", NULL, 0, 1, "Adam has 2 inputs, expected 2 and 4 for each tensor");
    refused(DOMAIN "Adagrad", NULL, 4, 2, "Adagrad has 6 inputs, expected 2 and 3");
    refused(DOMAIN "Adam", NULL, 4, 4, "Adam has 4 outputs, it gives 3");
    refused(DOMAIN "Momentum", bad_mode, 3, 2, "'heavy', expected standard or nesterov");
    refused(DOMAIN "Momentum", NULL, 3, 2, "alpha");
    refused(DOMAIN "Adam", bad_name, 4, 3, "alpah");
}

static void test_shapes_differ(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *in[] = { og_input(g, "R", "float"), og_input(g, "T", "int64"),
                       og_input(g, "x", "float[2]"), og_input(g, "gx", "float[3]"),
                       og_input(g, "hx", "float[2]") };
    og_value *out[2];

    assert_int_equal(og_node_more(g, DOMAIN "Adagrad", 5, in, NULL, 2, out), OG_BAD_SHAPE);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_steps),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_shapes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
