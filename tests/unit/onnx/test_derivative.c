/* ONNX's Gradient in files: the numbers of og_gradients, derivatives in training steps, and what is
 * refused. The forms that files have are in tests/python/onnx_gradient.py. */
#include "model.h"

#include "autodiff/autodiff.h"
#include "exec/exec.h"
#include "ops/ops.h"

#define GRADIENT "ai.onnx.preview.training::Gradient"
#define STRINGS(attr, ...)                                                                         \
    {                                                                                              \
        .name = (attr), .kind = OG_ATTR_STRINGS, .u.strings = {                                    \
            .n = (int64_t)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)),              \
            .v = (const char *const[]){ __VA_ARGS__ }                                              \
        }                                                                                          \
    }

static og_value *named(const char *name, og_value *v)
{
    if (v)
        assert_int_equal(og_value_rename(v, name), OG_OK);
    return v;
}

/* A node of one x; the graph keeps y as an output, because nothing else does. */
static og_value *gradient(og_graph *g, const char *x, const char *y, og_value *at)
{
    const og_attr attrs[] = { STRINGS("xs", x), OG_SET_STRING("y", y), { .name = NULL } };

    return og_node(g, GRADIENT, 1, &at, attrs);
}

static og_graph *saved_and_loaded(og_graph *g, const og_load_options *options)
{
    const char *path = in_folder("m.onnx");
    og_graph *back;

    assert_ok(og_save(g, path, NULL), og_graph_report(g));
    assert_ok(og_load(path, options, &back), og_graph_report(back));
    og_graph_free(g);
    return back;
}

static size_t count_nodes(const og_graph *g, const char *op)
{
    size_t n = 0;

    for (size_t i = 0; i < g->nodes.n; i++)
        n += !strcmp(g->nodes.v[i]->op->name, op);
    return n;
}

/* ---- The same as og_gradients ---------------------------------------------------------------- */

static og_value *function_of(og_value *x)
{
    og_value *h = og_mul(og_exp(og_neg(og_mul(x, x))), x);

    return named("y", og_reduce("ReduceSum", og_add(h, og_sqrt(og_plus(og_abs(x), 1))),
                                (og_ints){ 0, NULL }, false));
}

static void run(og_graph *g, const double x[3], double out[2][3])
{
    static const int64_t dims[] = { 3 };
    const char *names[] = { "d", "dd" };
    double data[3] = { x[0], x[1], x[2] };
    og_feed feed = { "x", og_tensor_view(OG_DOUBLE, 1, dims, data) };
    og_tensor found[2];
    og_session *s;

    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_ok(og_session_run(s, &feed, 1, names, 2, found, NULL), og_session_report(s));
    for (int k = 0; k < 2; k++)
        memcpy(out[k], found[k].data, 3 * sizeof(double));
    og_session_free(s);
    og_graph_free(g);
}

static void the_bits_of_og_gradients(void **state)
{
    const double x[] = { 0.3, -1.2, 2.5 };
    double ours[2][3], theirs[2][3];
    og_graph *g = og_graph_new("ours");
    og_value *v = og_input(g, "x", "double[3]"), *d, *dd;

    (void)state;
    assert_ok(og_gradients(g, function_of(v), &v, 1, &d), og_graph_report(g));
    d = og_output(g, "d", d);
    assert_ok(og_backward(g, d, NULL, &v, 1, &dd), og_graph_report(g));
    assert_ok(og_graph_settle(g), og_graph_report(g));
    og_output(g, "dd", og_value_now(dd));
    run(g, x, ours);

    g = og_graph_new("theirs");
    v = og_input(g, "x", "double[3]");
    og_output(g, "y", function_of(v));
    og_output(g, "d", gradient(g, "x", "y", v));
    og_output(g, "dd", gradient(g, "x", "d", v));
    g = saved_and_loaded(g, NULL);
    assert_int_equal(count_nodes(g, "Gradient"), 0);
    assert_int_equal(count_nodes(g, "Exp"), 1); /* the forward pass serves, it is not repeated */
    run(g, x, theirs);
    assert_memory_equal(ours, theirs, sizeof ours);
}

/* A node for each weight, as some exporters have it, is one backward pass. */
static void one_sweep_for_all(void **state)
{
    og_graph *g = og_graph_new("each");
    og_value *v[8], *y = NULL;
    char name[8];

    (void)state;
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "x%d", i);
        v[i] = og_input(g, name, "double[3]");
        y = y ? og_sqrt(og_mul(y, v[i])) : v[i];
    }
    og_output(g, "y", y);
    for (int i = 0; i < 8; i++) {
        char x[8];

        snprintf(x, sizeof x, "x%d", i);
        snprintf(name, sizeof name, "d%d", i);
        og_output(g, name, gradient(g, x, "y", v[i]));
    }
    g = saved_and_loaded(g, NULL);
    assert_int_equal(count_nodes(g, "Sqrt"), 7);
    assert_true(count_nodes(g, "Div") <= 7);
    og_graph_free(g);
}

/* ---- In training ----------------------------------------------------------------------------- */

/* A loss with a gradient in it: (dx/dx of tanh(w x))^2 = (w (1 - tanh^2))^2, by differences in w.
 */
static double penalty(double w, double x)
{
    double d = w * (1 - tanh(w * x) * tanh(w * x));

    return d * d;
}

static void a_gradient_in_the_loss(void **state)
{
    double x = 0.7, w = 0.4, eps = 1e-6;
    og_tensor start = og_tensor_view(OG_DOUBLE, 0, NULL, &w), found;
    og_graph *g = og_graph_new("penalty");
    og_value *v = og_input(g, "x", "double"), *p = og_parameter(g, "w", &start), *d, *z;
    og_feed feed = { "x", og_tensor_view(OG_DOUBLE, 0, NULL, &x) };
    const char *name = "w_grad";
    og_session *s;

    (void)state;
    z = og_mul(v, p);
    og_output(g, "y", og_node(g, "Tanh", 1, &z, NULL));
    d = gradient(g, "x", "y", v);
    og_output(g, "loss", og_mul(d, d));
    g = saved_and_loaded(g, NULL);
    p = og_graph_find(g, "w");
    assert_ok(og_gradients(g, og_graph_find(g, "loss"), &p, 1, &d), og_graph_report(g));
    og_output(g, name, d);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_ok(og_session_run(s, &feed, 1, &name, 1, &found, NULL), og_session_report(s));
    assert_float_equal(og_get_double(&found, 0),
                       (float)((penalty(w + eps, x) - penalty(w - eps, x)) / (2 * eps)), 1e-6f);
    og_session_free(s);
    og_graph_free(g);
}

/* ---- A training step in ONNX's own words ------------------------------------------------------
 */

static og_text float_attr(const char *name, float number)
{
    og_text a = attr_head(name, 1);

    put_raw(&a, 2, OG_WIRE_32, &number, sizeof number);
    return a;
}

static og_text text_attr(const char *name, int type, uint32_t field, const char *words)
{
    og_text a = attr_head(name, type);

    put_words(&a, field, words);
    return a;
}

static og_text binding(const char *key, const char *value)
{
    og_text m = { 0 };

    put_text(&m, 1, key);
    put_text(&m, 2, value);
    return m;
}

/* Momentum on w by the gradient of (w . x - t)^2: a rate, a counter and a momentum of its own. */
static og_text algorithm(void)
{
    const float rate = 0.05f, none[3] = { 0 };
    const int64_t one = 1, numbers[2] = { 0, 1 };
    og_text g = { 0 }, d = node("Gradient", "w x t", "dw"),
            m = node("Momentum", "rate count w dw v", "new_w new_v"),
            count = tensor_head("count", OG_INT64, 1, &one),
            step = tensor_head("one", OG_INT64, 1, &one);

    put_text(&d, 7, "ai.onnx.preview.training");
    put_message(&d, 5, text_attr("xs", 8, 9, "w"));
    put_message(&d, 5, text_attr("zs", 8, 9, "x t"));
    put_message(&d, 5, text_attr("y", 3, 4, "loss"));
    put_text(&m, 7, "ai.onnx.preview.training");
    put_message(&m, 5, float_attr("alpha", 0.5f));
    put_message(&m, 5, float_attr("beta", 0.25f));
    put_message(&m, 5, float_attr("norm_coefficient", 0));
    put_message(&m, 5, text_attr("mode", 3, 4, "standard"));
    put_text(&g, 2, "algorithm");
    put_message(&g, 1, node("Sub", "y t", "error"));
    put_message(&g, 1, node("Mul", "error error", "loss"));
    put_message(&g, 1, d);
    put_message(&g, 1, m);
    put_message(&g, 1, node("Add", "count one", "new_count"));
    put_bytes(&count, 9, &numbers[0], sizeof(int64_t));
    put_bytes(&step, 9, &numbers[1], sizeof(int64_t));
    put_message(&g, 5, count);
    put_message(&g, 5, step);
    put_message(&g, 5, floats_tensor("rate", 1, &rate));
    put_message(&g, 5, floats_tensor("v", 3, none));
    put_message(&g, 11, value_info("t", OG_FLOAT, 1, &one));
    put_message(&g, 12, value_info("loss", OG_FLOAT, -1, NULL));
    put_message(&g, 12, value_info("new_w", OG_FLOAT, -1, NULL));
    put_message(&g, 12, value_info("new_v", OG_FLOAT, -1, NULL));
    put_message(&g, 12, value_info("new_count", OG_INT64, -1, NULL));
    return g;
}

static const char *training_file(void)
{
    const float w[3] = { 0.5f, -1, 2 };
    const int64_t three = 3;
    og_text g = { 0 }, info = { 0 }, m;

    put_message(&g, 1, node("Mul", "w x", "p"));
    put_message(&g, 1, node("ReduceSum", "p", "y"));
    put_message(&g, 5, floats_tensor("w", 3, w));
    put_message(&g, 11, value_info("x", OG_FLOAT, 1, &three));
    put_message(&g, 12, value_info("y", OG_FLOAT, -1, NULL));
    put_message(&info, 2, algorithm());
    put_message(&info, 4, binding("w", "new_w"));
    put_message(&info, 4, binding("v", "new_v"));
    put_message(&info, 4, binding("count", "new_count"));
    m = model(8, 17, g);
    put_message(&m, 8, opset("ai.onnx.preview.training", 1));
    put_message(&m, 20, info);
    return put_model("training.onnx", m);
}

static double by_hand(int step, double w[3], double v[3], const float x[3], double t)
{
    double e = w[0] * (double)x[0] + w[1] * (double)x[1] + w[2] * (double)x[2] - t;

    for (int i = 0; i < 3; i++) {
        v[i] = 0.5 * v[i] + (step ? 0.25 : 1) * 2 * e * (double)x[i];
        w[i] -= 0.05 * v[i];
    }
    return e * e;
}

static void a_step_of_the_file(void **state)
{
    static const int64_t one = 1, three = 3;
    const og_load_options with = { .training = true };
    const char *path = training_file(), *name = "loss";
    float x[3] = { 1, 0.5f, -0.25f }, t = 2;
    double w[3] = { 0.5, -1, 2 }, v[3] = { 0 };
    og_feed feeds[] = { { "x", og_tensor_view(OG_FLOAT, 1, &three, x) },
                        { "t", og_tensor_view(OG_FLOAT, 1, &one, &t) } };
    og_tensor loss;
    og_session *s;
    og_graph *g;

    (void)state;
    g = load(path); /* without the step: the model alone */
    assert_int_equal(g->nodes.n, 2);
    og_graph_free(g);
    assert_ok(og_load(path, &with, &g), og_graph_report(g));
    assert_int_equal(g->bindings.n, 3);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    for (int step = 0; step < 6; step++) {
        assert_ok(og_session_run(s, feeds, 2, &name, 1, &loss, NULL), og_session_report(s));
        assert_float_equal((float)og_get_double(&loss, 0), (float)by_hand(step, w, v, x, 2), 1e-5f);
    }
    og_session_free(s);
    og_graph_free(g);
}

/* ---- What is refused ------------------------------------------------------------------------- */

/* xs and zs are lists of names separated by blanks, the node reads `inputs`. */
static const char *file_with(const char *xs, const char *zs, const char *y, const char *inputs,
                             const char *outputs)
{
    og_text graph = { 0 }, gradient = node("Gradient", inputs, outputs), m, a;

    put_message(&graph, 11, value_info("x", OG_DOUBLE, 0, NULL));
    put_message(&graph, 11, value_info("p", OG_DOUBLE, 0, NULL));
    put_message(&graph, 11, value_info("k", OG_INT64, 0, NULL));
    put_message(&graph, 1, node("RandomNormalLike", "x", "z"));
    put_message(&graph, 1, node("Mul", "x z", "noisy"));
    put_message(&graph, 1, node("Exp", "x", "e"));
    put_text(&gradient, 7, "ai.onnx.preview.training");
    a = attr_head("xs", 8);
    put_words(&a, 9, xs);
    put_message(&gradient, 5, a);
    if (*zs) {
        a = attr_head("zs", 8);
        put_words(&a, 9, zs);
        put_message(&gradient, 5, a);
    }
    a = attr_head("y", 3);
    put_text(&a, 4, y);
    put_message(&gradient, 5, a);
    put_message(&graph, 1, gradient);
    put_message(&graph, 12, value_info("e", OG_DOUBLE, -1, NULL));
    m = model(8, 17, graph);
    put_message(&m, 8, opset("ai.onnx.preview.training", 1));
    return put_model("g.onnx", m);
}

static void refusals(void **state)
{
    (void)state;
    og_graph_free(load(file_with("x", "p", "e", "x p", "d")));
    assert_refused(file_with("w", "", "e", "x", "d"), OG_BAD_FILE,
                   "xs of Gradient names 'w', but there is no such value");
    assert_refused(file_with("x", "w", "e", "x p", "d"), OG_BAD_FILE, "zs of Gradient names 'w'");
    assert_refused(file_with("x", "", "f", "x", "d"), OG_BAD_FILE, "y of Gradient names 'f'");
    assert_refused(file_with("x", "", "f", "x", "d"), OG_BAD_FILE,
                   "Gradient node #3 (output \"d\")");
    assert_refused(
        file_with("x", "p", "e", "x", "d"), OG_BAD_FILE,
        "Gradient has 1 inputs, expected one for each of the 1 names in xs and the 1 in");
    assert_refused(file_with("x", "", "e", "x p", "d"), OG_BAD_FILE, "Gradient has 2 inputs");
    assert_refused(file_with("x", "p", "e", "x p", "d c"), OG_BAD_FILE, "Gradient has 2 outputs");
    assert_refused(file_with("x x", "", "e", "x p", "d c"), OG_BAD_FILE, "names 'x' twice");
    assert_refused(file_with("x", "p x", "e", "x p x", "d"), OG_BAD_FILE, "names 'x' twice");
    assert_refused(file_with("k", "", "e", "k", "d"), OG_BAD_TYPE, "input 0 of Gradient is int64");
    assert_refused(file_with("x", "", "k", "x", "d"), OG_BAD_TYPE, "y 'k' is int64");
    assert_refused(file_with("x", "", "d", "x", "d"), OG_BAD_FILE, "y depends on Gradient node #3");
    assert_refused(file_with("x", "", "noisy", "p", "d"), OG_UNSUPPORTED,
                   "RandomNormalLike cannot be computed again at another point");
}

static void memory_runs_out(void **state)
{
    const char *path = training_file();
    const og_load_options with = { .training = true };
    og_status s = OG_NO_MEMORY;

    (void)state;
    for (uint64_t n = 1; s && n < 20000; n++) {
        og_graph *g;

        og_fail_at(n);
        s = og_load(path, &with, &g);
        og_fail_at(0);
        if (s && g && !og_graph_report(g)->code)
            fail_msg("call %llu failed without a report", (unsigned long long)n);
        og_graph_free(g);
    }
    assert_int_equal(s, OG_OK);
}

/* Without a file there are no names to go by. */
static void only_in_files(void **state)
{
    double x = 1;
    og_feed feed = { "x", og_tensor_view(OG_DOUBLE, 0, NULL, &x) };
    og_graph *g = og_graph_new("built");
    og_value *v = og_input(g, "x", "double"), *d;
    const char *name = "d";
    og_tensor out;
    og_session *s;

    (void)state;
    og_output(g, "y", og_mul(v, v));
    og_output(g, "d", gradient(g, "x", "y", v));
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_int_equal(og_session_run(s, &feed, 1, &name, 1, &out, NULL), OG_UNSUPPORTED);
    assert_true(report_has(og_session_report(s), "a graph built in C asks og_gradients"));
    og_session_free(s);
    assert_int_equal(og_gradients(g, og_graph_find(g, "d"), &v, 1, &d), OG_UNSUPPORTED);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_bits_of_og_gradients, enter, leave),
        cmocka_unit_test_setup_teardown(one_sweep_for_all, enter, leave),
        cmocka_unit_test_setup_teardown(a_gradient_in_the_loss, enter, leave),
        cmocka_unit_test_setup_teardown(a_step_of_the_file, enter, leave),
        cmocka_unit_test_setup_teardown(refusals, enter, leave),
        cmocka_unit_test_setup_teardown(memory_runs_out, enter, leave),
        cmocka_unit_test(only_in_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
