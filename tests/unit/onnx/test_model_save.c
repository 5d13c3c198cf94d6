/*
 * Saving a trained model: the bytes of the original, with new numbers and nothing else changed.
 */
#include "model.h"

static const int64_t dims23[2] = { 2, 3 };
static const int64_t dims3[1] = { 3 };

/* New numbers by name: a tensor "name" or none. */
typedef struct wanted {
    const char *name;
    og_tensor tensor;
} wanted;

static const og_tensor *give(void *context, const char *name)
{
    for (const wanted *w = context; w->name; w++)
        if (!strcmp(w->name, name))
            return &w->tensor;
    return NULL;
}

static og_text bytes_of(const char *path)
{
    og_report report = { 0 };
    og_text text = { 0 };
    void *data;
    size_t size;

    assert_ok(og_file_read(path, &data, &size, &report), &report);
    og_text_add(&text, data, size);
    og_free(data);
    return text;
}

static size_t differing_bytes(const og_text *a, const og_text *b)
{
    size_t n = 0;

    assert_int_equal(a->size, b->size);
    for (size_t i = 0; i < a->size; i++)
        n += a->data[i] != b->data[i];
    return n;
}

static void check_numbers(const char *path, const char *name, const void *numbers, size_t size)
{
    og_graph *g = load(path);
    og_value *v = og_graph_find(g, name);

    assert_non_null(v);
    assert_int_equal(og_tensor_bytes(v->data), size);
    assert_memory_equal(v->data->data, numbers, size);
    og_graph_free(g);
}

static og_text unpacked_floats(const char *name)
{
    static const float numbers[3] = { 1, 2, 3 };
    og_text m = tensor_head(name, OG_FLOAT, 1, dims3);

    for (int i = 0; i < 3; i++)
        put_raw(&m, 4, OG_WIRE_32, &numbers[i], 4);
    return m;
}

/* Weights in raw_data, in float_data packed and not, in a Constant, in varints; an unknown field.
 */
static og_text trained_model(void)
{
    static const float w[6] = { 1, 2, 3, 4, 5, 6 };
    og_text graph = { 0 }, m, t = tensor_head("w", OG_FLOAT, 2, dims23);

    put_text(&graph, 2, "g");
    put_message(&graph, 11, value_info("x", OG_FLOAT, 2, dims23));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    put_bytes(&t, 9, w, sizeof w);
    put_message(&graph, 5, t);
    t = tensor_head("packed", OG_FLOAT, 1, dims3);
    put_bytes(&t, 4, w, 12);
    put_message(&graph, 5, t);
    put_message(&graph, 5, unpacked_floats("unpacked"));
    t = tensor_head("half", OG_FLOAT16, 1, dims3);
    put_bytes(&t, 5, "\1\2\3", 3);
    put_text(&t, 99, "an unknown field");
    put_message(&graph, 5, t);
    put_message(&graph, 1, constant_node("c", floats_tensor("inner", 3, w)));
    put_message(&graph, 1, node("Identity", "x", "y"));
    m = model(8, 17, graph);
    put_text(&m, 77, "another one");
    return m;
}

static void only_weight_bytes_change(void **state)
{
    static float w[6] = { -1, -2, -3, -4, -5, -6 }, a[3] = { 7, 8, 9 }, b[3] = { 0.5, 0.25, 0.125 },
                 c[3] = { 10, 20, 30 };
    wanted list[] = { { "w", og_tensor_view(OG_FLOAT, 2, dims23, w) },
                      { "packed", og_tensor_view(OG_FLOAT, 1, dims3, a) },
                      { "unpacked", og_tensor_view(OG_FLOAT, 1, dims3, b) },
                      { "c", og_tensor_view(OG_FLOAT, 1, dims3, c) },
                      { NULL, { 0 } } };
    og_graph *g = load(put_model("m.onnx", trained_model()));
    const char *out = in_folder("trained.onnx");
    og_report report = { 0 };

    (void)state;
    assert_ok(og_model_save(g, out, give, list, &report), &report);
    og_graph_free(g);
    og_text before = bytes_of(in_folder("m.onnx")), after = bytes_of(out);
    size_t n = differing_bytes(&before, &after);
    assert_true(n > 10 && n <= sizeof w + sizeof a + sizeof b + sizeof c);
    og_text_free(&before);
    og_text_free(&after);
    check_numbers(out, "w", w, sizeof w);
    check_numbers(out, "packed", a, sizeof a);
    check_numbers(out, "unpacked", b, sizeof b);
    check_numbers(out, "c", c, sizeof c);
}

static void nothing_new_is_the_same_file(void **state)
{
    wanted none[] = { { NULL, { 0 } } };
    og_graph *g = load(put_model("m.onnx", trained_model()));
    og_report report = { 0 };

    (void)state;
    assert_ok(og_model_save(g, in_folder("same.onnx"), give, none, &report), &report);
    og_text before = bytes_of(in_folder("m.onnx")), after = bytes_of(in_folder("same.onnx"));
    assert_int_equal(differing_bytes(&before, &after), 0);
    og_text_free(&before);
    og_text_free(&after);
    og_graph_free(g);
}

/* 1, 2, 3 as varints take a byte each, these three each; the messages around them grow with them.
 */
static void varints_change_their_length(void **state)
{
    static uint16_t half[3] = { 0xbc00, 0x8001, 0xffff };
    wanted list[] = { { "half", og_tensor_view(OG_FLOAT16, 1, dims3, half) }, { NULL, { 0 } } };
    og_graph *g = load(put_model("m.onnx", trained_model()));
    const char *out = in_folder("longer.onnx");
    og_report report = { 0 };

    (void)state;
    assert_ok(og_model_save(g, out, give, list, &report), &report);
    og_graph_free(g);
    og_text before = bytes_of(in_folder("m.onnx")), after = bytes_of(out);
    assert_int_equal(after.size, before.size + 6);
    assert_non_null(memmem(after.data, after.size, "an unknown field", 16));
    og_text_free(&before);
    og_text_free(&after);
    check_numbers(out, "half", half, sizeof half);
}

static void over_itself(void **state)
{
    static float a[3] = { 7, 8, 9 };
    wanted list[] = { { "packed", og_tensor_view(OG_FLOAT, 1, dims3, a) }, { NULL, { 0 } } };
    const char *path = put_model("m.onnx", trained_model());
    og_graph *g = load(path);
    og_report report = { 0 };

    (void)state;
    assert_ok(og_model_save(g, path, give, list, &report), &report);
    og_graph_free(g);
    check_numbers(path, "packed", a, sizeof a);
}

static void misfits(void **state)
{
    static float a[3] = { 7, 8, 9 };
    wanted list[] = { { "w", og_tensor_view(OG_FLOAT, 1, dims3, a) }, { NULL, { 0 } } };
    og_graph *g = load(put_model("m.onnx", trained_model())), *made = og_graph_new("made");
    const char *out = in_folder("never.onnx");
    og_report report = { 0 };

    (void)state;
    assert_int_equal(og_model_save(g, out, give, list, &report), OG_BAD_ARGUMENT);
    assert_true(report_has(&report, "'w'"));
    assert_false(og_file_exists(out));
    assert_int_equal(og_graph_status(g), OG_OK);
    og_graph_free(g);
    assert_int_equal(og_model_save(made, out, give, list, &report), OG_BAD_ARGUMENT);
    og_graph_free(made);
}

static void weights_of_bodies(void **state)
{
    static float two[1] = { 20 };
    static const int64_t one[1] = { 1 };
    wanted list[] = { { "c_2", og_tensor_view(OG_FLOAT, 1, one, two) }, { NULL, { 0 } } };
    og_graph *g = load(put_model("if.onnx", if_model()));
    og_report report = { 0 };
    float first = 1;

    (void)state;
    assert_true(og_model_has(g, "c") && og_model_has(g, "c_2") && !og_model_has(g, "y"));
    assert_ok(og_model_save(g, in_folder("new.onnx"), give, list, &report), &report);
    og_graph_free(g);
    check_numbers(in_folder("new.onnx"), "c", &first, 4);
    check_numbers(in_folder("new.onnx"), "c_2", two, 4);
}

/* One tensor of the file, two values of the graph: they may be trained only alike. */
static void a_function_called_twice(void **state)
{
    static float a[3] = { 7, 8, 9 }, b[3] = { 7, 8, 10 };
    static const float old[3] = { 1, 2, 3 };
    og_text graph = { 0 }, m, f = { 0 }, n;
    og_report report = { 0 };

    (void)state;
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    for (int i = 0; i < 2; i++) {
        n = node("F", "", i ? "y" : "x");
        put_text(&n, 3, i ? "second" : "first");
        put_text(&n, 7, "my");
        put_message(&graph, 1, n);
    }
    m = model(8, 17, graph);
    put_message(&m, 8, opset("my", 1));
    put_text(&f, 1, "F");
    put_words(&f, 5, "r");
    put_message(&f, 7, constant_node("c", floats_tensor("", 3, old)));
    put_message(&f, 7, node("Identity", "c", "r"));
    put_text(&f, 10, "my");
    put_message(&m, 25, f);
    og_graph *g = load(put_model("f.onnx", m));
    wanted list[] = { { "first/c", og_tensor_view(OG_FLOAT, 1, dims3, a) },
                      { "second/c", og_tensor_view(OG_FLOAT, 1, dims3, b) },
                      { NULL, { 0 } } };
    const char *out = in_folder("new.onnx");
    assert_int_equal(og_model_save(g, out, give, list, &report), OG_UNSUPPORTED);
    assert_true(report_has(&report, "second/c"));
    list[1].tensor.data = a;
    assert_ok(og_model_save(g, out, give, list, &report), &report);
    og_graph_free(g);
    check_numbers(out, "second/c", a, sizeof a);
}

/* ---- External data --------------------------------------------------------------------------- */

static og_text entry(const char *key, const char *value)
{
    og_text m = { 0 };

    put_text(&m, 1, key);
    put_text(&m, 2, value);
    return m;
}

static og_text external_tensor(const char *name, const char *location, const char *offset)
{
    og_text m = tensor_head(name, OG_FLOAT, 1, dims3);

    put_message(&m, 13, entry("location", location));
    if (offset)
        put_message(&m, 13, entry("offset", offset));
    put_int(&m, 14, 1);
    return m;
}

static const char *external_model(void)
{
    static const float numbers[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    og_text graph = { 0 };

    put("weights.bin", numbers, sizeof numbers);
    put_message(&graph, 11, value_info("x", OG_FLOAT, -1, NULL));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    put_message(&graph, 5, external_tensor("first", "weights.bin", NULL));
    put_message(&graph, 5, external_tensor("last", "./weights.bin", "20"));
    put_message(&graph, 1, node("Identity", "x", "y"));
    return put_model("e.onnx", model(8, 17, graph));
}

static void external_data_keep_the_original(void **state)
{
    static const float old[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    static float a[3] = { 70, 80, 90 };
    wanted list[] = { { "last", og_tensor_view(OG_FLOAT, 1, dims3, a) }, { NULL, { 0 } } };
    og_graph *g = load(external_model());
    og_report report = { 0 };

    (void)state;
    check_numbers(in_folder("e.onnx"), "first", old, 12);
    check_numbers(in_folder("e.onnx"), "last", old + 5, 12);
    assert_ok(og_model_save(g, in_folder("trained.onnx"), give, list, &report), &report);
    check_numbers(in_folder("e.onnx"), "last", old + 5, 12);
    check_numbers(in_folder("trained.onnx"), "last", a, 12);
    check_numbers(in_folder("trained.onnx"), "first", old, 12);
    og_graph_free(g);
}

static void external_data_over_itself(void **state)
{
    static float a[3] = { 70, 80, 90 };
    wanted list[] = { { "first", og_tensor_view(OG_FLOAT, 1, dims3, a) }, { NULL, { 0 } } };
    og_graph *g = load(external_model());
    og_report report = { 0 };

    (void)state;
    assert_ok(og_model_save(g, in_folder("e.onnx"), give, list, &report), &report);
    og_graph_free(g);
    check_numbers(in_folder("e.onnx"), "first", a, 12);
    assert_false(og_file_exists(in_folder("e.onnx.weights.bin")));
}

static void external_data_to_another_folder(void **state)
{
    static float a[3] = { 70, 80, 90 };
    wanted list[] = { { "first", og_tensor_view(OG_FLOAT, 1, dims3, a) }, { NULL, { 0 } } };
    og_graph *g = load(external_model());
    char path[400], data[400], there[300];
    og_report report = { 0 };

    (void)state;
    snprintf(there, sizeof there, "%s/there", folder);
    snprintf(path, sizeof path, "%s/e.onnx", there);
    snprintf(data, sizeof data, "%s/weights.bin", there);
    assert_ok(og_directory_make(there, &report), &report);
    assert_ok(og_model_save(g, path, give, list, &report), &report);
    og_graph_free(g);
    check_numbers(path, "first", a, 12);
    og_text before = bytes_of(in_folder("e.onnx")), after = bytes_of(path);
    assert_int_equal(differing_bytes(&before, &after), 0);
    og_text_free(&before);
    og_text_free(&after);
    unlink(path);
    unlink(data);
    rmdir(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_weight_bytes_change, enter, leave),
        cmocka_unit_test_setup_teardown(nothing_new_is_the_same_file, enter, leave),
        cmocka_unit_test_setup_teardown(varints_change_their_length, enter, leave),
        cmocka_unit_test_setup_teardown(over_itself, enter, leave),
        cmocka_unit_test_setup_teardown(misfits, enter, leave),
        cmocka_unit_test_setup_teardown(weights_of_bodies, enter, leave),
        cmocka_unit_test_setup_teardown(a_function_called_twice, enter, leave),
        cmocka_unit_test_setup_teardown(external_data_keep_the_original, enter, leave),
        cmocka_unit_test_setup_teardown(external_data_over_itself, enter, leave),
        cmocka_unit_test_setup_teardown(external_data_to_another_folder, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
