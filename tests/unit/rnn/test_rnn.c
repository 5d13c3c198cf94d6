/* Recurrences: what the samples of the operators do not say. */
#include "ops/rnn/rnn.h"

#include "exec/exec.h"

#include <math.h>

#include "../test.h"

static og_value *input(og_graph *g, const char *name, const char *type)
{
    return og_input(g, name, type);
}

static og_value *lstm(og_graph *g, const og_attr *attrs, const char *x, const char *lens)
{
    og_value *in[] = { input(g, "x", x), input(g, "w", "float[1,8,3]"),
                       input(g, "r", "float[1,8,2]"), NULL, lens ? input(g, "lens", lens) : NULL };

    return og_node(g, "LSTM", 5, in, attrs);
}

static void assert_refused(const og_attr *attrs, const char *x, const char *lens, og_status code,
                           const char *words)
{
    og_graph *g = og_graph_new("t");

    assert_null(lstm(g, attrs, x, lens));
    assert_int_equal(og_graph_status(g), code);
    assert_non_null(strstr(og_graph_report(g)->what, words));
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    static const char *const four[] = { "Tanh", "Tanh", "Tanh", "Tanh" };
    static const char *const unknown[] = { "Tanh", "Tan", "Tanh" };
    const og_attr direction[] = { OG_SET_STRING("direction", "backward"), { .name = NULL } };
    const og_attr layout[] = { OG_SET_INT("layout", 2), { .name = NULL } };
    const og_attr hidden[] = { OG_SET_INT("hidden_size", 3), { .name = NULL } };
    const og_attr many[] = {
        { .name = "activations", .kind = OG_ATTR_STRINGS, .u.strings = { 4, four } },
        { .name = NULL }
    };
    const og_attr word[] = {
        { .name = "activations", .kind = OG_ATTR_STRINGS, .u.strings = { 3, unknown } },
        { .name = NULL }
    };
    (void)state;

    assert_refused(direction, "float[4,2,3]", NULL, OG_BAD_ARGUMENT, "'backward'");
    assert_refused(layout, "float[4,2,3]", NULL, OG_BAD_ARGUMENT, "layout is 2");
    assert_refused(hidden, "float[4,2,3]", NULL, OG_BAD_SHAPE, "hidden_size");
    assert_refused(many, "float[4,2,3]", NULL, OG_BAD_ARGUMENT, "4 activations, expected 3");
    assert_refused(word, "float[4,2,3]", NULL, OG_BAD_ARGUMENT, "'Tan'");
    assert_refused(NULL, "float[4,2,5]", NULL, OG_BAD_SHAPE, "W");
    assert_refused(NULL, "float[4,2]", NULL, OG_BAD_SHAPE, "X has rank 2");
    assert_refused(NULL, "float[4,2,3]", "int32[3]", OG_BAD_SHAPE, "sequence_lens");
}

/* Numbers of activations go to those that take one, in the order of the list. */
static void test_activation_numbers(void **state)
{
    static const char *const names[] = { "leakyrelu", "Tanh", "Elu", "HardSigmoid" };
    const float alphas[] = { 0.5f, 0.25f }, betas[] = { 0.75f };
    const og_rnn_attrs a = { .activations = { 4, names },
                             .activation_alpha = { 2, alphas },
                             .activation_beta = { 1, betas },
                             .direction = "bidirectional",
                             .clip = NAN };
    (void)state;

    const og_op *gru = og_op_find("", "GRU");
    const og_rnn_cell first = og_rnn_cell_of(gru, &a, 0), second = og_rnn_cell_of(gru, &a, 1);
    assert_int_equal(first.act[0].kind, OG_ACT_LEAKY_RELU);
    assert_float_equal(first.act[0].alpha, 0.5, 0);
    assert_int_equal(first.act[1].kind, OG_ACT_TANH);
    assert_int_equal(second.act[0].kind, OG_ACT_ELU);
    assert_float_equal(second.act[0].alpha, 0.25, 0);
    assert_int_equal(second.act[1].kind, OG_ACT_HARD_SIGMOID);
    assert_float_equal(second.act[1].alpha, 0.2f, 0); /* the list is used up */
    assert_float_equal(second.act[1].beta, 0.75, 0);
}

static og_status run(og_session *s, int64_t steps, int32_t *lens, const char *fetch,
                     og_tensor *result)
{
    const int64_t x[] = { steps, 2, 3 }, w[] = { 1, 8, 3 }, r[] = { 1, 8, 2 }, n[] = { 2 };
    float data[64];
    const og_feed feeds[] = { { "x", og_tensor_view(OG_FLOAT, 3, x, data) },
                              { "w", og_tensor_view(OG_FLOAT, 3, w, data) },
                              { "r", og_tensor_view(OG_FLOAT, 3, r, data) },
                              { "lens", og_tensor_view(OG_INT32, 1, n, lens) } };

    for (int i = 0; i < 64; i++)
        data[i] = (float)(i * 37 % 17 - 8) / 10;
    return og_session_run(s, feeds, lens ? 4 : 3, &fetch, 1, result, NULL);
}

static void test_lengths_are_checked(void **state)
{
    og_graph *g = og_graph_new("t");
    og_session *s;
    og_tensor y;
    (void)state;

    og_output(g, "y", lstm(g, NULL, "float[n,2,3]", "int32[2]"));
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_int_equal(run(s, 3, (int32_t[]){ 1, 4 }, "y", &y), OG_BAD_VALUE);
    assert_non_null(strstr(og_session_report(s)->what, "sequence_lens[1] is 4"));
    assert_int_equal(run(s, 3, (int32_t[]){ -1, 3 }, "y", &y), OG_BAD_VALUE);
    assert_ok(run(s, 3, (int32_t[]){ 0, 3 }, "y", &y), og_session_report(s));
    assert_float_equal(((const float *)y.data)[0], 0, 0); /* an empty sequence */
    og_session_free(s);
    og_graph_free(g);
}

/* One graph, sequences of several lengths: the gradient by x of a sum that sees the first steps
 * only is that of the short sequence, followed by zeros. */
static void test_gradient_of_any_length(void **state)
{
    og_graph *g = og_graph_new("t");
    og_value *y = lstm(g, NULL, "float[n,2,3]", NULL), *x = og_graph_find(g, "x"), *dx;
    og_session *s;
    og_tensor out;
    float first[12];
    (void)state;

    y = og_slice(y, og_ints_like(y, OG_INTS(0)), og_ints_like(y, OG_INTS(2)), NULL, NULL);
    y = og_reduce("ReduceSum", og_mul(y, y), (og_ints){ 0 }, false);
    assert_ok(og_gradients(g, y, &x, 1, &dx), og_graph_report(g));
    og_output(g, "dx", dx);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_ok(run(s, 2, NULL, "dx", &out), og_session_report(s));
    memcpy(first, out.data, sizeof first);
    assert_true(first[0] != 0);
    assert_ok(run(s, 9, NULL, "dx", &out), og_session_report(s));
    assert_memory_equal(out.data, first, sizeof first);
    for (int64_t i = 12; i < out.count; i++)
        assert_float_equal(((const float *)out.data)[i], 0, 0);
    og_session_free(s);
    og_graph_free(g);
}

/* Written as ordinary operators the steps are counted. */
static void test_unknown_length_has_no_expansion(void **state)
{
    og_graph *g = og_graph_new("t");
    og_value *y = lstm(g, NULL, "float[n,2,3]", NULL);
    (void)state;

    assert_non_null(y);
    assert_int_equal(og_node_expand(y->node), OG_UNSUPPORTED);
    assert_non_null(strstr(og_graph_report(g)->what, "sequence length must be known"));
    og_graph_free(g);
}

/* Version 1 said by an attribute whether the sequence is wanted. */
static void test_upgrade(void **state)
{
    og_graph *g = og_graph_new("t");
    og_attr raw[20] = { OG_SET_INT("output_sequence", 1), OG_SET_INT("hidden_size", 2) };
    og_rewrite c = { .g = g, .op = og_op_find("", "LSTM"), .from = 1, .raw = raw, .n_raw = 2 };
    (void)state;

    c.op->upgrade(&c, 1);
    assert_int_equal(c.n_raw, 1);
    assert_string_equal(raw[0].name, "hidden_size");
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_activation_numbers),
        cmocka_unit_test(test_lengths_are_checked),
        cmocka_unit_test(test_gradient_of_any_length),
        cmocka_unit_test(test_unknown_length_has_no_expansion),
        cmocka_unit_test(test_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
