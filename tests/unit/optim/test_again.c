/* Stages that go through the loss again: what must not change the numbers does not change a bit. */
#include "../test.h"

#include "onnxgrad/onnxgrad.h"

enum { BATCH = 3, TIME = 4, WIDTH = 2, STEPS = 5 };

/* A recurrent layer, whose forward node the sweep puts another in place of. */
static og_value *recurrent_loss(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[3,4,2]"), *y = og_input(g, "y", "float[3,1]");
    og_value *h = og_last_step(og_lstm_layer(x, 3, "lstm"));

    return og_mse(og_linear(h, 1, "out"), y);
}

static og_session *trained(const char *chain)
{
    static const int64_t x_dims[] = { BATCH, TIME, WIDTH }, y_dims[] = { BATCH, 1 };
    og_graph *g = og_graph_new("again");
    float x[BATCH * TIME * WIDTH], y[BATCH] = { 0.5f, -1, 0.25f };
    og_feed feeds[] = { { "x", og_tensor_view(OG_FLOAT, 3, x_dims, x) },
                        { "y", og_tensor_view(OG_FLOAT, 2, y_dims, y) } };
    og_session *s;

    for (int i = 0; i < BATCH * TIME * WIDTH; i++)
        x[i] = (float)(i % 7) / 3 - 1;
    if (og_train_step(g, recurrent_loss(g), chain))
        fail_msg("%s: %s", chain, og_graph_report(g)->what);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    for (int i = 0; i < STEPS; i++)
        assert_ok(og_session_run(s, feeds, 2, NULL, 0, NULL, NULL), og_session_report(s));
    og_graph_free(g);
    return s;
}

static void check_same(const char *one, const char *other)
{
    og_session *a = trained(one), *b = trained(other);
    og_state *x = og_session_state(a), *y = og_session_state(b);
    size_t compared = 0;

    for (size_t i = 0; i < og_state_size(x); i++) {
        const char *name = og_state_name(x, i);
        const og_tensor *u = og_state_tensor(x, name), *v = og_state_tensor(y, name);

        if (strncmp(name, "opt/", 4) == 0)
            continue;
        compared++;
        if (memcmp(u->data, v->data, og_tensor_bytes(u)) != 0)
            fail_msg("%s and %s give another '%s'", one, other, name);
    }
    assert_true(compared >= 5);
    og_session_free(a);
    og_session_free(b);
}

static void test_same(void **state)
{
    static const char *const rows[][2] = {
        { "sgd(lr=0.1)", "sam(0) | sgd(lr=0.1)" },
        { "sgd(lr=0.1)", "sam(0) | sam(0) | sgd(lr=0.1)" },
        { "sgd(lr=0.1)", "sgd(lr=0.1) | scale_by_backtracking_linesearch(increase=1)" },
        { "sophia(lr=0.1, every=2)", "sam(0) | sophia(lr=0.1, every=2)" },
        { "sophia(lr=0.1, every=2)", "unscale(1024) | sophia(lr=0.1, every=2)" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_same(rows[i][0], rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_same) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
