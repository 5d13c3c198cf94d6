/* Graphs written as standard files: what stands in them, and that reading them gives the same graph
 * again. */
#include "model.h"

#include "onnx/onnx.pb-c.h"

static const char *text(const char *path, size_t *size)
{
    static void *data;
    og_report report = { 0 };

    og_free(data);
    assert_ok(og_file_read(path, &data, size, &report), &report);
    return data;
}

static Onnx__ModelProto *unpack(const char *path)
{
    size_t size;
    const char *data = text(path, &size);
    Onnx__ModelProto *m = onnx__model_proto__unpack(NULL, size, (const uint8_t *)data);

    assert_non_null(m);
    return m;
}

static const char *save(og_graph *g, const char *name)
{
    const char *path = in_folder(name);

    assert_ok(og_save(g, path, NULL), og_graph_report(g));
    return path;
}

static og_value *unary(og_graph *g, const char *op, og_value *x)
{
    return og_node(g, op, 1, &x, NULL);
}

static og_value *binary(og_graph *g, const char *op, og_value *a, og_value *b)
{
    og_value *in[2] = { a, b };

    return og_node(g, op, 2, in, NULL);
}

/* ---- Versions -------------------------------------------------------------------------------- */

static void check_version(const char *op, const char *type, int64_t opset, int64_t ir)
{
    og_graph *g = og_graph_new("v");

    og_output(g, "y", unary(g, op, og_input(g, "x", type)));
    Onnx__ModelProto *m = unpack(save(g, "v.onnx"));
    if (m->opset_import[0]->version != opset || m->ir_version != ir)
        fail_msg("%s of %s: opset %d and IR %d, expected %d and %d", op, type,
                 (int)m->opset_import[0]->version, (int)m->ir_version, (int)opset, (int)ir);
    assert_int_equal(m->n_opset_import, 1);
    onnx__model_proto__free_unpacked(m, NULL);
    og_graph_free(g);
}

static void the_lowest_opset_that_can_say_it(void **state)
{
    (void)state;
    check_version("Relu", "float[2]", 7, 4);
    check_version("Relu", "int32[2]", 14, 7);
    check_version("Gelu", "float[2]", 20, 9);
    check_version("Transpose", "float[n,3]", 7, 4);
    check_version("Transpose", "int64[n,3]", 7, 4);
    check_version("Transpose", "float8e4m3fn[n,3]", 25, 13);
}

/* ---- Own operators --------------------------------------------------------------------------- */

static og_value *softmax_grad(og_graph *g, og_value *dy, og_value *y, int64_t axis)
{
    og_value *in[2] = { dy, y };
    const og_attr attrs[] = { OG_SET_INT("axis", axis), { .name = NULL } };

    return og_node(g, "onnxgrad::SoftmaxGrad", 2, in, attrs);
}

static void own_operators_become_functions(void **state)
{
    og_graph *g = og_graph_new("own");
    og_value *dy = og_input(g, "dy", "float[2,3]"), *x = og_input(g, "x", "float[2,3]");
    og_value *sum = binary(g, "Add", softmax_grad(g, dy, x, 1), softmax_grad(g, x, dy, 1));

    (void)state;
    og_output(g, "y", binary(g, "Add", sum, softmax_grad(g, dy, x, 0)));
    Onnx__ModelProto *m = unpack(save(g, "own.onnx"));
    assert_int_equal(m->n_functions, 2); /* one for each body, not for each use */
    assert_string_equal(m->functions[0]->name, "SoftmaxGrad");
    assert_string_equal(m->functions[1]->name, "SoftmaxGrad_2");
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(m->functions[i]->domain, "onnxgrad");
        assert_int_equal(m->functions[i]->n_opset_import, m->n_opset_import);
        for (size_t j = 0; j < m->n_opset_import; j++)
            assert_int_equal(m->functions[i]->opset_import[j]->version,
                             m->opset_import[j]->version);
    }
    for (size_t i = 0; i < m->graph->n_node; i++)
        assert_int_equal(m->graph->node[i]->n_attribute, 0);
    onnx__model_proto__free_unpacked(m, NULL);
    og_graph_free(load(in_folder("own.onnx")));
    og_graph_free(g);
}

/* ---- State ----------------------------------------------------------------------------------- */

static og_graph *training_graph(void)
{
    static float w[6] = { 1, 2, 3, 4, 5, 6 };
    static const int64_t dims[2] = { 2, 3 };
    og_tensor t = og_tensor_view(OG_FLOAT, 2, dims, w);
    og_graph *g = og_graph_new("train");
    og_value *x = og_input(g, "x", "float[n,2]"), *p = og_parameter(g, "w", &t);
    og_value *y = binary(g, "MatMul", x, p);
    const og_attr scalar[] = { OG_SET_INT("keepdims", 0), { .name = NULL } };

    og_output(g, "y", y);
    og_value *loss = og_node(g, "ReduceSum", 1, &y, scalar);
    assert_ok(og_train_step(g, loss, "clip_norm(1.0) | sgd(lr=0.1)"), og_graph_report(g));
    return g;
}

static size_t find_output(const Onnx__GraphProto *g, const char *name)
{
    for (size_t i = 0; i < g->n_output; i++)
        if (!strcmp(g->output[i]->name, name))
            return i;
    fail_msg("no output %s", name);
    return 0;
}

static void state_becomes_inputs_and_outputs(void **state)
{
    og_graph *g = training_graph();
    Onnx__ModelProto *m = unpack(save(g, "step.onnx"));
    bool input = false, initializer = false;

    (void)state;
    for (size_t i = 0; i < m->graph->n_input; i++)
        input = input || !strcmp(m->graph->input[i]->name, "w");
    for (size_t i = 0; i < m->graph->n_initializer; i++)
        initializer = initializer || !strcmp(m->graph->initializer[i]->name, "w");
    assert_true(input && initializer);
    find_output(m->graph, "y");
    find_output(m->graph, "loss");
    find_output(m->graph, "w_new");
    find_output(m->graph, "finite");
    onnx__model_proto__free_unpacked(m, NULL);
    assert_true(g->bindings.n > 0); /* the graph itself is as it was */
    og_graph *back = load(in_folder("step.onnx"));
    og_value *w = og_graph_find(back, "w");
    assert_true(w->input && w->data && *(float *)w->data->data == 1);
    og_graph_free(back);
    og_graph_free(g);
}

static void a_taken_name_asks_for_a_prefix(void **state)
{
    og_save_options options = { .prefix = "step/" };
    og_graph *g = training_graph();

    (void)state;
    og_input(g, "w_new", "float[1]");
    assert_int_equal(og_save(g, in_folder("clash.onnx"), NULL), OG_EXISTS);
    assert_true(report_has(og_graph_report(g), "w_new") &&
                report_has(og_graph_report(g), "--prefix"));
    assert_false(og_file_exists(in_folder("clash.onnx")));
    og_report_clear(&g->report);
    assert_ok(og_save(g, in_folder("clash.onnx"), &options), og_graph_report(g));
    Onnx__ModelProto *m = unpack(in_folder("clash.onnx"));
    find_output(m->graph, "step/w_new");
    onnx__model_proto__free_unpacked(m, NULL);
    og_graph_free(g);
}

static const og_tensor *other_numbers(void *context, const char *name)
{
    return !strcmp(name, "w") ? context : NULL;
}

static void numbers_of_the_moment(void **state)
{
    static float w[6] = { 9, 8, 7, 6, 5, 4 };
    static const int64_t dims[2] = { 2, 3 };
    og_tensor t = og_tensor_view(OG_FLOAT, 2, dims, w);
    og_save_options options = { .weights = other_numbers, .context = &t };
    og_graph *g = training_graph();

    (void)state;
    assert_ok(og_save(g, in_folder("now.onnx"), &options), og_graph_report(g));
    og_graph *back = load(in_folder("now.onnx"));
    assert_memory_equal(og_graph_find(back, "w")->data->data, w, sizeof w);
    og_graph_free(back);
    og_graph_free(g);
}

static void a_step_as_training_info(void **state)
{
    og_save_options options = { .form = OG_SAVE_TRAINING_INFO };
    og_load_options with = { .training = true };
    og_graph *g = training_graph(), *back;
    const char *path = in_folder("info.onnx");

    (void)state;
    assert_ok(og_save(g, path, &options), og_graph_report(g));
    Onnx__ModelProto *m = unpack(path);
    assert_int_equal(m->n_training_info, 1);
    const Onnx__TrainingInfoProto *t = m->training_info[0];
    assert_int_equal(m->graph->n_node, 1); /* the model alone: MatMul */
    assert_int_equal(m->graph->n_initializer, 1);
    assert_int_equal(t->n_update_binding, g->bindings.n);
    find_output(t->algorithm, "loss");
    for (size_t i = 0; i < t->n_update_binding; i++)
        find_output(t->algorithm, t->update_binding[i]->value);
    onnx__model_proto__free_unpacked(m, NULL);
    back = load(path);
    assert_int_equal(back->bindings.n, 0);
    assert_int_equal(back->nodes.n, 1);
    og_graph_free(back);
    assert_ok(og_load(path, &with, &back), og_graph_report(back));
    assert_int_equal(back->bindings.n, g->bindings.n);
    og_value *w = og_graph_find(back, "w");
    bool bound = false;
    for (size_t i = 0; i < back->bindings.n; i++)
        bound = bound || back->bindings.v[i].state == w;
    assert_true(bound && w->state);
    og_graph_free(back);
    og_graph_free(g);
    g = og_graph_new("no step");
    og_output(g, "y", unary(g, "Relu", og_input(g, "x", "float[2]")));
    assert_int_equal(og_save(g, path, &options), OG_BAD_ARGUMENT);
    og_graph_free(g);
}

/* ---- Bodies ---------------------------------------------------------------------------------- */

/* Constants of bodies become values of the main graph; a file wants outputs made inside. */
static void bodies_give_outputs_of_their_own(void **state)
{
    (void)state;
    og_graph *g = load(put_model("if.onnx", if_model()));
    assert_true(*(float *)og_graph_find(g, "c")->data->data == 1);
    assert_true(*(float *)og_graph_find(g, "c_2")->data->data == 2);
    Onnx__ModelProto *m = unpack(save(g, "back.onnx"));
    assert_int_equal(m->graph->n_initializer, 2);
    for (size_t i = 0; i < 2; i++) {
        const Onnx__GraphProto *body = m->graph->node[0]->attribute[i]->g;

        assert_int_equal(body->n_node, 1);
        assert_string_equal(body->node[0]->output[0], body->output[0]->name);
    }
    onnx__model_proto__free_unpacked(m, NULL);
    og_graph_free(g);
    og_graph_free(load(in_folder("back.onnx")));
}

/* ---- Round trips ----------------------------------------------------------------------------- */

static void constants_of_every_type(void **state)
{
    static const int64_t dims[1] = { 5 };
    uint8_t bytes[80];
    char name[40];

    (void)state;
    og_graph *g = og_graph_new("types");
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + 3);
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        og_string words[5] = { { "a", 1 }, { "", 0 }, { "bcd", 3 }, { "e", 1 }, { "\xc3\xa4", 2 } };
        uint8_t bools[5] = { 1, 0, 0, 1, 1 };
        og_tensor t = og_tensor_view((og_elem)e, 1, dims,
                                     e == OG_STRING ? (void *)words
                                     : e == OG_BOOL ? (void *)bools
                                                    : (void *)bytes);
        og_value *c = og_constant(g, &t);

        snprintf(name, sizeof name, "y%d", e);
        og_output(g, name, unary(g, "Identity", c));
    }
    og_graph *back = load(save(g, "types.onnx"));
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        const og_tensor *a = g->nodes.v[e - 1]->in[0]->data, *b = back->nodes.v[e - 1]->in[0]->data;

        assert_int_equal(b->elem, e);
        if (e == OG_STRING)
            assert_memory_equal(((og_string *)b->data)[2].data, "bcd", 3);
        else
            assert_memory_equal(a->data, b->data, og_tensor_bytes(a));
    }
    og_graph_free(back);
    og_graph_free(g);
}

/* A saved file, loaded and saved again, is the same file; the first round may move constants out of
 * subgraphs. */
static void saving_twice(const char *path)
{
    og_graph *g;
    size_t size, again;

    if (og_load(path, NULL, &g)) { /* an operator that is still missing */
        assert_int_equal(og_graph_status(g), OG_UNSUPPORTED);
        og_graph_free(g);
        return;
    }
    og_graph *first_round = load(save(g, "first.onnx"));
    save(first_round, "once.onnx");
    og_graph_free(first_round);
    og_graph *h = load(in_folder("once.onnx"));
    save(h, "twice.onnx");
    assert_int_equal(h->inputs.n, g->inputs.n);
    assert_int_equal(h->outputs.n, g->outputs.n);
    og_graph_free(g);
    og_graph_free(h);
    void *first;
    og_report report = { 0 };
    assert_ok(og_file_read(in_folder("once.onnx"), &first, &size, &report), &report);
    const char *second = text(in_folder("twice.onnx"), &again);
    assert_int_equal(size, again);
    assert_memory_equal(first, second, size);
    og_free(first);
}

static void real_models_twice(void **state)
{
    const char *given = getenv("ONNXGRAD_SHARED"),
               *shared = given ? given : OG_SOURCE_DIR "/../shared";
    static const char *const folders[] = { "realmodels", "trajectories" };
    char path[600];
    struct dirent *entry;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", shared, folders[i]);
        DIR *directory = opendir(path);
        if (!directory)
            skip();
        while ((entry = readdir(directory))) {
            snprintf(path, sizeof path, "%s/%s/%s/model.onnx", shared, folders[i], entry->d_name);
            if (og_file_exists(path))
                saving_twice(path);
        }
        closedir(directory);
    }
}

static void memory_and_disk_run_out(void **state)
{
    og_graph *g = training_graph();
    og_status s = OG_NO_MEMORY;

    (void)state;
    for (uint64_t n = 1; s && n < 20000; n++) {
        og_fail_at(n);
        s = og_save(g, in_folder("never.onnx"), NULL);
        og_fail_at(0);
        if (s)
            assert_int_not_equal(g->report.code, OG_OK);
        og_report_clear(&g->report);
        /* Only when the folder cannot be flushed behind the rename, the file is there, and whole.
         */
        if (s && og_file_exists(in_folder("never.onnx"))) {
            og_graph_free(load(in_folder("never.onnx")));
            unlink(in_folder("never.onnx"));
        }
    }
    assert_int_equal(s, OG_OK);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_lowest_opset_that_can_say_it, enter, leave),
        cmocka_unit_test_setup_teardown(own_operators_become_functions, enter, leave),
        cmocka_unit_test_setup_teardown(state_becomes_inputs_and_outputs, enter, leave),
        cmocka_unit_test_setup_teardown(a_taken_name_asks_for_a_prefix, enter, leave),
        cmocka_unit_test_setup_teardown(numbers_of_the_moment, enter, leave),
        cmocka_unit_test_setup_teardown(a_step_as_training_info, enter, leave),
        cmocka_unit_test_setup_teardown(bodies_give_outputs_of_their_own, enter, leave),
        cmocka_unit_test_setup_teardown(constants_of_every_type, enter, leave),
        cmocka_unit_test_setup_teardown(real_models_twice, enter, leave),
        cmocka_unit_test_setup_teardown(memory_and_disk_run_out, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
