/*
 * Every allocation and file call fails once: loading a model, making its training step, running it,
 * and saving over an existing file. Each attempt ends in a clean error, and the old file is as it
 * was; the first attempt that meets no failure gives the number of points.
 */
#include "exec/exec.h"
#include "onnxgrad/onnxgrad.h"
#include "ops/ops.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../test.h"

enum { ROWS = 2, COLUMNS = 5, CLASSES = 3, MOST = 20000 };

static char folder[] = "/tmp/onnxgrad-failures-XXXXXX";
static char model_path[64], saved_path[64], checkpoint_path[64];

static void write_model(void)
{
    og_graph *g = og_graph_new("mlp");
    og_value *x = og_input(g, "x", "float[batch,5]");

    og_output(g, "logits", og_linear(og_relu(og_linear(x, 4, "fc1")), CLASSES, "fc2"));
    assert_ok(og_save(g, model_path, NULL), og_graph_report(g));
    og_graph_free(g);
}

static const og_tensor *weights(void *context, const char *name)
{
    return og_state_tensor(context, name);
}

static void mark_parameters(og_graph *g)
{
    static const char *const names[] = { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        og_value *v = og_graph_find(g, names[i]);

        if (v)
            v->trainable = v->state = true;
    }
}

static og_status run_step(og_session *s)
{
    float x[ROWS * COLUMNS] = { 1, 2, 3 };
    int64_t label[ROWS] = { 0, 2 }, dims[2] = { ROWS, COLUMNS }, rows = ROWS;
    og_feed feeds[2] = { { "x", og_tensor_view(OG_FLOAT, 2, dims, x) },
                         { "label", og_tensor_view(OG_INT64, 1, &rows, label) } };
    og_run_info info;

    return og_session_run(s, feeds, 2, NULL, 0, NULL, &info);
}

static og_status save_checkpoint(const og_state *state)
{
    og_arrays *arrays = og_arrays_new();
    og_status s = arrays ? OG_OK : OG_NO_MEMORY;

    for (size_t i = 0; !s && i < og_state_size(state); i++)
        s = og_arrays_add(arrays, og_state_name(state, i),
                          og_state_tensor(state, og_state_name(state, i)));
    if (!s)
        s = og_arrays_save(arrays, checkpoint_path);
    og_arrays_free(arrays);
    return s;
}

/* Load, step, run, save: the whole way once. */
static og_status attempt(void)
{
    og_graph *g = NULL, *training = NULL;
    og_session *s = NULL;
    og_loss loss;
    og_report report = { 0 };
    og_status status = og_load(model_path, NULL, &g);

    if (!status && !(training = og_graph_clone(g)))
        status = OG_NO_MEMORY;
    if (!status) {
        mark_parameters(training);
        status = og_loss_build(training, "cross_entropy(logits, label)", &loss);
    }
    if (!status)
        status = og_train_step(training, loss.value, "clip_norm(1.0) | adam(lr=1e-3)");
    if (!status)
        status = og_session_new(training, &(og_session_options){ .threads = 1 }, &s);
    if (!status)
        status = run_step(s);
    if (!status)
        status = og_model_save(g, saved_path, weights, og_session_state(s), &report);
    if (!status)
        status = save_checkpoint(og_session_state(s));
    og_session_free(s);
    og_graph_free(training);
    og_graph_free(g);
    return status;
}

static void assert_same_file(const char *path, const void *expected, size_t size)
{
    og_report r = { 0 };
    void *data;
    size_t n;

    assert_ok(og_file_read(path, &data, &n, &r), &r);
    assert_int_equal(n, size);
    assert_memory_equal(data, expected, size);
    og_free(data);
}

static void test_every_point(void **state)
{
    og_report r = { 0 };
    void *old, *old_checkpoint;
    size_t size, checkpoint_size;
    int points = 0;
    (void)state;

    assert_int_equal(attempt(), OG_OK); /* what is to be overwritten later */
    assert_ok(og_file_read(saved_path, &old, &size, &r), &r);
    assert_ok(og_file_read(checkpoint_path, &old_checkpoint, &checkpoint_size, &r), &r);
    for (int n = 1; n < MOST; n++) {
        og_fail_at((uint64_t)n);
        og_status status = attempt();
        og_fail_at(0);
        if (!status) {
            points = n - 1;
            break;
        }
        if (status != OG_NO_MEMORY && status != OG_IO && status != OG_LIMIT)
            fail_msg("failure %d ends in %s", n, og_status_name(status));
        assert_same_file(saved_path, old,
                         size); /* the same weights every time, so the same bytes */
        assert_same_file(checkpoint_path, old_checkpoint, checkpoint_size);
    }
    og_free(old);
    og_free(old_checkpoint);
    assert_true(points > 100);
    printf("load, training step, run, save: %d points of failure, all survived\n", points);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    snprintf(model_path, sizeof model_path, "%s/model.onnx", folder);
    snprintf(saved_path, sizeof saved_path, "%s/saved.onnx", folder);
    snprintf(checkpoint_path, sizeof checkpoint_path, "%s/last.safetensors", folder);
    write_model();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove(model_path);
    remove(saved_path);
    remove(checkpoint_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_point) };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
