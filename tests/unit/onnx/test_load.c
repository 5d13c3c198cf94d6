/* What a file says and what the graph then holds. */
#include "model.h"

static const int64_t dims23[2] = { 2, 3 };

/* x[2,3] -> Transpose -> y, and whatever the test adds. */
static og_text plain_graph(void)
{
    og_text graph = { 0 };

    put_text(&graph, 2, "plain");
    put_message(&graph, 11, value_info("x", OG_FLOAT, 2, dims23));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    return graph;
}

static og_text floats_initializer(const char *name)
{
    static const float numbers[6] = { 1, 2, 3, 4, 5, 6 };
    og_text m = tensor_head(name, OG_FLOAT, 2, dims23);

    put_bytes(&m, 9, numbers, sizeof numbers);
    return m;
}

static void facts_are_kept(void **state)
{
    og_text graph = plain_graph(), n = node("Transpose", "x", "y"), m, p = { 0 };

    (void)state;
    put_text(&n, 3, "the node");
    put_text(&n, 6, "turns it");
    put_message(&graph, 1, n);
    put_text(&graph, 10, "a graph");
    m = model(8, 17, graph);
    put_text(&m, 2, "maker");
    put_text(&m, 3, "1.2");
    put_text(&p, 1, "key");
    put_text(&p, 2, "value");
    put_message(&m, 14, p);
    og_graph *g = load(put_model("m.onnx", m));
    assert_string_equal(g->name, "plain");
    assert_string_equal(g->doc, "a graph");
    assert_string_equal(g->producer, "maker 1.2");
    assert_int_equal(g->ir_version, 8);
    assert_int_equal(g->opsets.n, 1);
    assert_int_equal(g->opsets.v[0].version, 17);
    assert_string_equal(g->properties.v[0].key, "key");
    assert_string_equal(g->properties.v[0].value, "value");
    assert_int_equal(g->nodes.n, 1);
    assert_string_equal(g->nodes.v[0]->name, "the node");
    assert_string_equal(g->nodes.v[0]->doc, "turns it");
    assert_string_equal(og_value_type(og_graph_output(g, 0)), "float[3,2]");
    og_graph_free(g);
}

/* Until IR 3 initializers had to be inputs; since IR 4 such an input has a default. */
static void defaults_of_inputs(void **state)
{
    (void)state;
    for (int ir = 3; ir <= 4; ir++) {
        og_text graph = plain_graph();

        put_message(&graph, 11, value_info("w", OG_FLOAT, 2, dims23));
        put_message(&graph, 5, floats_initializer("w"));
        put_message(&graph, 1, node("Identity", "x", "y"));
        og_graph *g = load(put_model("m.onnx", model(ir, 9, graph)));
        og_value *w = og_graph_find(g, "w");
        assert_non_null(w->data);
        assert_int_equal(w->input, ir == 4);
        assert_int_equal(g->inputs.n, ir == 4 ? 2 : 1);
        assert_ptr_equal(g->initializers.v[0], w);
        og_graph_free(g);
    }
}

static og_text constant_of(const char *attribute, int type, uint32_t field, const char *output)
{
    og_text n = node("Constant", "", output), a = attr_head(attribute, type);
    static const float f = 2.5F;

    if (field == 2)
        put_raw(&a, 2, OG_WIRE_32, &f, 4);
    else if (field == 7)
        put_raw(&a, 7, OG_WIRE_32, &f, 4);
    else if (field == 3 || field == 8)
        put_int(&a, field, -7);
    else
        put_text(&a, field, "word");
    put_message(&n, 5, a);
    return n;
}

static void constants_of_every_kind(void **state)
{
    og_text graph = plain_graph();

    (void)state;
    put_message(&graph, 1, constant_of("value_float", 1, 2, "a"));
    put_message(&graph, 1, constant_of("value_floats", 6, 7, "b"));
    put_message(&graph, 1, constant_of("value_int", 2, 3, "c"));
    put_message(&graph, 1, constant_of("value_ints", 7, 8, "d"));
    put_message(&graph, 1, constant_of("value_string", 3, 4, "e"));
    put_message(&graph, 1, constant_of("value_strings", 8, 9, "f"));
    put_message(&graph, 1, node("Identity", "x", "y"));
    og_graph *g = load(put_model("m.onnx", model(8, 17, graph)));
    assert_int_equal(g->nodes.n, 1);
    assert_string_equal(og_value_type(og_graph_find(g, "a")), "float");
    assert_string_equal(og_value_type(og_graph_find(g, "b")), "float[1]");
    assert_true(*(float *)og_graph_find(g, "b")->data->data == 2.5F);
    assert_string_equal(og_value_type(og_graph_find(g, "c")), "int64");
    assert_int_equal(*(int64_t *)og_graph_find(g, "d")->data->data, -7);
    assert_string_equal(og_value_type(og_graph_find(g, "e")), "string");
    assert_memory_equal(((og_string *)og_graph_find(g, "f")->data->data)->data, "word", 4);
    og_graph_free(g);
}

/* ---- Functions ------------------------------------------------------------------------------- */

static og_text function(const char *name, const char *in, const char *out)
{
    og_text f = { 0 };

    put_text(&f, 1, name);
    put_words(&f, 4, in);
    put_words(&f, 5, out);
    put_message(&f, 9, opset("", 17));
    put_message(&f, 9, opset("my", 1));
    put_text(&f, 10, "my");
    return f;
}

static og_text call(const char *name, const char *in, const char *out)
{
    og_text n = node(name, in, out);

    put_text(&n, 7, "my");
    return n;
}

static og_text with_functions(og_text graph)
{
    og_text m = model(8, 17, graph);

    put_message(&m, 8, opset("my", 1));
    return m;
}

/* Values inside are named after the call; the outputs as the caller names them. */
static void functions_are_inlined(void **state)
{
    og_text graph = plain_graph(), n = call("Outer", "x", "y"), m, f;

    (void)state;
    put_text(&n, 3, "first");
    put_message(&graph, 1, n);
    m = with_functions(graph);
    f = function("Outer", "a", "r");
    put_message(&f, 7, call("Inner", "a", "mid"));
    put_message(&f, 7, call("Inner", "mid", "r"));
    put_message(&m, 25, f);
    f = function("Inner", "a", "r");
    put_message(&f, 7, node("Transpose", "a", "t"));
    put_message(&f, 7, node("Identity", "t", "r"));
    put_message(&m, 25, f);
    og_graph *g = load(put_model("m.onnx", m));
    assert_int_equal(g->nodes.n, 4);
    assert_string_equal(og_graph_output(g, 0)->name, "y");
    assert_string_equal(og_value_type(og_graph_output(g, 0)), "float[2,3]");
    assert_non_null(og_graph_find(g, "first/mid"));
    assert_non_null(og_graph_find(g, "first/Inner/t"));
    assert_non_null(og_graph_find(g, "first/Inner/t_2"));
    og_graph_free(g);
}

static og_text reference(const char *name, const char *to, int type)
{
    og_text a = attr_head(name, type);

    put_text(&a, 21, to);
    return a;
}

/* An attribute is the call's, or the function's default, or absent. */
static void attributes_of_functions(void **state)
{
    og_text graph = plain_graph(), m, f, n, a;

    (void)state;
    n = call("Flat", "x", "p");
    a = attr_head("at", 2);
    put_int(&a, 3, 0);
    put_message(&n, 5, a);
    put_message(&graph, 1, n);
    put_message(&graph, 1, call("Flat", "x", "y"));
    m = with_functions(graph);
    f = function("Flat", "a", "r");
    a = attr_head("at", 2);
    put_int(&a, 3, 2);
    put_message(&f, 11, a);
    put_text(&f, 6, "perm");
    n = node("Flatten", "a", "flat");
    put_message(&n, 5, reference("axis", "at", 2));
    put_message(&f, 7, n);
    n = node("Transpose", "flat", "r");
    put_message(&n, 5, reference("perm", "perm", 7));
    put_message(&f, 7, n);
    put_message(&m, 25, f);
    og_graph *g = load(put_model("m.onnx", m));
    assert_string_equal(og_value_type(og_graph_find(g, "p")), "float[6,1]");
    assert_string_equal(og_value_type(og_graph_find(g, "y")), "float[1,6]");
    og_graph_free(g);
}

/* Each of thirty functions calls the one before it twice: a thousand million nodes. */
static void functions_cannot_explode(void **state)
{
    og_text graph = plain_graph(), m;
    char name[16], before[16];

    (void)state;
    put_message(&graph, 1, call("F30", "x", "y"));
    m = with_functions(graph);
    for (int i = 0; i <= 30; i++) {
        snprintf(name, sizeof name, "F%d", i);
        snprintf(before, sizeof before, "F%d", i - 1);
        og_text f = function(name, "a", "r");
        put_message(&f, 7, i ? call(before, "a", "m") : node("Identity", "a", "m"));
        put_message(&f, 7, i ? call(before, "m", "r") : node("Identity", "m", "r"));
        put_message(&m, 25, f);
    }
    assert_refused(put_model("m.onnx", m), OG_LIMIT, "inlined");
}

/* ---- Mistakes -------------------------------------------------------------------------------- */

static void missing_operators_are_listed(void **state)
{
    og_text graph = plain_graph();
    og_load_options keep = { .keep_unknown = true };
    og_graph *g;
    size_t n;

    (void)state;
    put_message(&graph, 1, node("Nonsense", "x", "a"));
    put_message(&graph, 1, node("Nonsense", "a", "b"));
    put_message(&graph, 1, node("Transpoze", "b", "y"));
    const char *path = put_model("m.onnx", model(8, 17, graph));
    assert_refused(path, OG_UNSUPPORTED, "Nonsense (2 nodes), Transpoze (1 node)");
    assert_ok(og_load(path, &keep, &g), og_graph_report(g));
    assert_int_equal(og_unknown_count(g), 2);
    assert_string_equal(og_unknown_op(g, 0, &n), "Nonsense");
    assert_int_equal(n, 2);
    assert_null(og_unknown_op(g, 2, &n));
    assert_int_equal(g->nodes.n, 3);
    og_graph_free(g);
}

static void order_and_names(void **state)
{
    og_text graph = plain_graph();

    (void)state;
    put_message(&graph, 1, node("Identity", "later", "y"));
    put_message(&graph, 1, node("Identity", "x", "later"));
    assert_refused(put_model("order.onnx", model(8, 17, graph)), OG_BAD_FILE,
                   "'later' is read before node #1");
    graph = plain_graph();
    put_message(&graph, 1, node("Identity", "x", "y"));
    put_message(&graph, 1, node("Identity", "x", "y"));
    assert_refused(put_model("twice.onnx", model(8, 17, graph)), OG_BAD_FILE, "second time");
    graph = plain_graph();
    put_message(&graph, 1, node("Identity", "nobody", "y"));
    assert_refused(put_model("nobody.onnx", model(8, 17, graph)), OG_BAD_FILE, "no value 'nobody'");
    graph = plain_graph();
    put_message(&graph, 1, call("Identity", "x", "y"));
    assert_refused(put_model("domain.onnx", model(8, 17, graph)), OG_BAD_FILE, "'my'");
}

static void versions(void **state)
{
    (void)state;
    for (int64_t ir = 2; ir <= 15; ir++) {
        og_text graph = plain_graph();

        put_message(&graph, 1, node("Identity", "x", "y"));
        const char *path = put_model("m.onnx", model(ir, 8, graph));
        if (ir < 3 || ir > 14)
            assert_refused(path, OG_UNSUPPORTED, "IR version");
        else
            og_graph_free(load(path));
    }
    og_text graph = plain_graph();
    put_message(&graph, 1, node("Identity", "x", "y"));
    assert_refused(put_model("m.onnx", model(8, 29, graph)), OG_UNSUPPORTED, "opset 29");
    graph = plain_graph();
    put_message(&graph, 1, node("GatherND", "x x", "y"));
    assert_refused(put_model("m.onnx", model(8, 10, graph)), OG_UNSUPPORTED, "from opset 11");
    assert_refused(put("empty.onnx", "", 0), OG_BAD_FILE, "empty");
    assert_refused(put("lfs.onnx", "version https://git-lfs.github.com/spec/v1\n", 43), OG_BAD_FILE,
                   "git lfs pull");
    assert_refused(in_folder("none.onnx"), OG_NOT_FOUND, "none.onnx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_are_kept, enter, leave),
        cmocka_unit_test_setup_teardown(defaults_of_inputs, enter, leave),
        cmocka_unit_test_setup_teardown(constants_of_every_kind, enter, leave),
        cmocka_unit_test_setup_teardown(functions_are_inlined, enter, leave),
        cmocka_unit_test_setup_teardown(attributes_of_functions, enter, leave),
        cmocka_unit_test_setup_teardown(functions_cannot_explode, enter, leave),
        cmocka_unit_test_setup_teardown(missing_operators_are_listed, enter, leave),
        cmocka_unit_test_setup_teardown(order_and_names, enter, leave),
        cmocka_unit_test_setup_teardown(versions, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
