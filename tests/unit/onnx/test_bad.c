/*
 * The shared collection of malformed models (shared/bad beside the project, or
 * $ONNXGRAD_SHARED/bad): loading ends with an error that has the keyword of the manifest, or loads
 * what is valid.  And files cut at any place, with any byte changed, or read while memory runs out,
 * never crash.
 */
#include "model.h"

static char shared[400];

static int find_shared(void **state)
{
    const char *given = getenv("ONNXGRAD_SHARED");

    (void)state;
    snprintf(shared, sizeof shared, "%s", given ? given : OG_SOURCE_DIR "/../shared");
    return 0;
}

/* Faults that only a run can meet. */
static bool only_running(const char *file)
{
    static const char *const files[] = { "if_cond_size.onnx", "loop_growing.onnx",
                                         "scan_lengths.onnx" };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (!strcmp(file, files[i]))
            return true;
    return false;
}

static bool judged(const char *class)
{
    static const char *const classes[] = { "wire", "tensor", "external", "graph", "function" };

    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (!strcmp(class, classes[i]))
            return true;
    return false;
}

/* Operators that the library does not have yet hide what is wrong with their nodes. */
static void check_line(char *line, int *checked)
{
    char *file = strsep(&line, "\t"), path[600];
    const char *class = strsep(&line, "\t"), *expected, *keyword;
    og_load_options options = { .keep_unknown = true };
    og_graph *g;

    strsep(&line, "\t");
    expected = strsep(&line, "\t");
    keyword = line;
    if (!keyword || !judged(class))
        return;
    keyword = strsep(&line, "\n");
    snprintf(path, sizeof path, "%s/bad/files/%s", shared, file);
    og_status s = og_load(path, &options, &g);
    const og_report *r = og_graph_report(g);
    bool hidden = !s && og_unknown_count(g) > 0;
    if (!strcmp(expected, "ok") ? s != OG_OK
                                : !only_running(file) && !hidden && (!s || !report_has(r, keyword)))
        fail_msg("%s, expected %s with '%s', got %s: %s (%s) %s", file, expected, keyword,
                 og_status_name(s), r->what, r->where, r->hint);
    og_graph_free(g);
    /* Without keep_unknown an unknown operator is an error that names it. */
    if (hidden && !strcmp(expected, "error")) {
        assert_int_not_equal(og_load(path, NULL, &g), OG_OK);
        og_graph_free(g);
    }
    ++*checked;
}

static void the_collection(void **state)
{
    char path[600], line[2000];
    int checked = 0;

    (void)state;
    snprintf(path, sizeof path, "%s/bad/manifest.tsv", shared);
    FILE *manifest = fopen(path, "r");
    if (!manifest)
        skip();
    while (fgets(line, sizeof line, manifest))
        check_line(line, &checked);
    fclose(manifest);
    assert_true(checked > 100);
}

/* Two layers, a Constant, a subgraph, a function, strings, a sparse tensor. */
static og_text rich_model(void)
{
    static const float w[6] = { 1, 2, 3, 4, 5, 6 };
    static const int64_t two_three[2] = { 2, 3 }, one = 1;
    og_text graph = { 0 }, n, m, sparse = { 0 }, indices = tensor_head("", OG_INT64, 1, &one),
            body = { 0 }, a, function = { 0 };

    put_text(&graph, 2, "g");
    put_message(&graph, 11, value_info("x", OG_FLOAT, 2, two_three));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    og_text t = tensor_head("w", OG_FLOAT, 2, two_three);
    put_bytes(&t, 9, w, sizeof w);
    put_message(&graph, 5, t);
    t = tensor_head("h", OG_FLOAT16, 2, two_three);
    put_bytes(&t, 5, "\1\2\3\4\5\x80\x78", 7);
    put_message(&graph, 5, t);
    put_message(&graph, 1, constant_node("c", floats_tensor("", 3, w)));
    put_bytes(&indices, 9, "\2\0\0\0\0\0\0\0", 8);
    put_message(&sparse, 1, floats_tensor("s", 1, w));
    put_message(&sparse, 2, indices);
    put_int(&sparse, 3, 3);
    put_message(&graph, 15, sparse);
    put_message(&body, 1, node("Transpose", "x", "inner"));
    put_message(&body, 12, value_info("inner", OG_FLOAT, -1, NULL));
    n = node("NoSuchIf", "c", "z");
    a = attr_head("then_branch", 5);
    put_message(&a, 6, body);
    put_message(&n, 5, a);
    put_message(&graph, 1, n);
    n = node("Twice", "x w", "y");
    put_text(&n, 7, "local");
    put_message(&graph, 1, n);
    m = model(8, 17, graph);
    put_message(&m, 8, opset("local", 1));
    put_text(&function, 1, "Twice");
    put_words(&function, 4, "a b");
    put_words(&function, 5, "r");
    n = node("Identity", "a", "q");
    put_message(&function, 7, n);
    n = node("Identity", "q", "r");
    put_message(&function, 7, n);
    put_message(&function, 9, opset("", 17));
    put_text(&function, 10, "local");
    put_message(&m, 25, function);
    return m;
}

static void load_any(const char *path)
{
    og_load_options options = { .keep_unknown = true };
    og_graph *g;

    if (og_load(path, &options, &g) && g)
        assert_true(og_graph_report(g)->what[0] != 0);
    og_graph_free(g);
}

static void the_rich_model_is_fine(void **state)
{
    og_load_options options = { .keep_unknown = true };
    og_graph *g;

    (void)state;
    assert_ok(og_load(put_model("m.onnx", rich_model()), &options, &g), og_graph_report(g));
    assert_non_null(og_graph_find(g, "s"));
    assert_int_equal(og_unknown_count(g), 1);
    og_graph_free(g);
}

static void cut_anywhere(void **state)
{
    og_text m = rich_model();

    (void)state;
    for (size_t n = 0; n < m.size; n++)
        load_any(put("cut.onnx", m.data, n));
    og_text_free(&m);
}

static void one_byte_changed(void **state)
{
    static const uint8_t by[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
    og_text m = rich_model();

    (void)state;
    for (size_t i = 0; i < m.size; i++) {
        char kept = m.data[i];

        for (size_t k = 0; k < sizeof by; k++) {
            m.data[i] = (char)by[k];
            load_any(put("changed.onnx", m.data, m.size));
        }
        m.data[i] = kept;
    }
    og_text_free(&m);
}

static void memory_runs_out(void **state)
{
    const char *path = put_model("m.onnx", rich_model());
    og_load_options options = { .keep_unknown = true };
    og_status s = OG_NO_MEMORY;
    uint64_t n = 1;

    (void)state;
    for (; s && n < 10000; n++) {
        og_graph *g;

        og_fail_at(n);
        s = og_load(path, &options, &g);
        og_fail_at(0);
        if (s && g && !og_graph_report(g)->code)
            fail_msg("call %llu failed without a report", (unsigned long long)n);
        og_graph_free(g);
    }
    assert_int_equal(s, OG_OK);
    assert_true(n > 10);
}

/* A file of megabytes that would unpack to a hundred times as much is refused before that. */
static void small_messages_by_the_million(void **state)
{
    og_text graph = { 0 }, m;
    og_load_options options = { .max_memory = 64u << 20 };
    og_graph *g;

    (void)state;
    for (int i = 0; i < 300000; i++)
        put_bytes(&graph, 1, "", 0);
    m = model(8, 17, graph);
    assert_int_equal(og_load(put_model("many.onnx", m), &options, &g), OG_LIMIT);
    assert_true(report_has(og_graph_report(g), "67108864"));
    og_graph_free(g);
}

/* Eight million numbers of a byte each would take eight bytes each. */
static void numbers_that_grow(void **state)
{
    const int64_t n = 8 << 20;
    og_text graph = { 0 }, t = tensor_head("swell", OG_INT64, 1, &n);
    og_load_options options = { .max_memory = 32u << 20 };
    og_graph *g;
    char *ones = og_malloc((size_t)n);

    (void)state;
    assert_non_null(ones);
    memset(ones, 1, (size_t)n);
    put_bytes(&t, 7, ones, (size_t)n);
    og_free(ones);
    put_message(&graph, 5, t);
    put_message(&graph, 1, node("Identity", "swell", "y"));
    put_message(&graph, 12, value_info("y", OG_INT64, -1, NULL));
    assert_int_equal(og_load(put_model("swell.onnx", model(8, 17, graph)), &options, &g), OG_LIMIT);
    assert_true(report_has(og_graph_report(g), "swell"));
    assert_true(report_has(og_graph_report(g), "67108864"));
    og_graph_free(g);
}

/* The same name wanted again and again, of values and of nodes, takes no time that grows with its
 * square. */
static void names_by_the_thousand(void **state)
{
    enum { CALLS = 20000 };
    og_text graph = { 0 }, m, f = { 0 };
    char in[24] = "x", out[24];

    (void)state;
    put_message(&graph, 11, value_info("x", OG_FLOAT, -1, NULL));
    for (int i = 0; i < CALLS; i++) {
        snprintf(out, sizeof out, "v%d", i);
        og_text n = node("F", in, out);
        put_text(&n, 3, "same");
        put_text(&n, 7, "my");
        put_message(&graph, 1, n);
        memcpy(in, out, sizeof in);
    }
    put_message(&graph, 12, value_info(in, OG_FLOAT, -1, NULL));
    m = model(8, 17, graph);
    put_message(&m, 8, opset("my", 1));
    put_text(&f, 1, "F");
    put_words(&f, 4, "a");
    put_words(&f, 5, "r");
    put_message(&f, 7, node("Identity", "a", "q"));
    put_message(&f, 7, node("Identity", "q", "r"));
    put_text(&f, 10, "my");
    put_message(&m, 25, f);
    double begin = og_seconds();
    og_graph *g = load(put_model("names.onnx", m));
    assert_int_equal(g->nodes.n, 2 * CALLS);
    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i]->name = "same";
    assert_ok(og_save(g, in_folder("again.onnx"), NULL), og_graph_report(g));
    og_graph_free(g);
    assert_true(og_seconds() - begin < 20);
}

static void unknown_operators_by_the_thousand(void **state)
{
    og_text graph = { 0 };
    char op[24];

    (void)state;
    for (int i = 0; i < 50000; i++) {
        snprintf(op, sizeof op, "Op%d", i);
        put_message(&graph, 1, node(op, "", op));
    }
    put_message(&graph, 12, value_info("Op0", OG_FLOAT, -1, NULL));
    double begin = og_seconds();
    assert_refused(put_model("ops.onnx", model(8, 17, graph)), OG_UNSUPPORTED, "Op0");
    assert_true(og_seconds() - begin < 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_collection),
        cmocka_unit_test_setup_teardown(the_rich_model_is_fine, enter, leave),
        cmocka_unit_test_setup_teardown(cut_anywhere, enter, leave),
        cmocka_unit_test_setup_teardown(one_byte_changed, enter, leave),
        cmocka_unit_test_setup_teardown(memory_runs_out, enter, leave),
        cmocka_unit_test_setup_teardown(small_messages_by_the_million, enter, leave),
        cmocka_unit_test_setup_teardown(numbers_that_grow, enter, leave),
        cmocka_unit_test_setup_teardown(names_by_the_thousand, enter, leave),
        cmocka_unit_test_setup_teardown(unknown_operators_by_the_thousand, enter, leave),
    };

    return cmocka_run_group_tests(tests, find_shared, NULL);
}
