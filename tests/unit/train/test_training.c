/* Training steps allocate nothing when warm; a trainer copes with memory that runs out anywhere. */
#include "../test.h"

#include "onnxgrad/onnxgrad.h"

enum { BATCH = 4, WIDTH = 6, CLASSES = 3 };

static const int64_t x_dims[] = { BATCH, WIDTH }, label_dims[] = { BATCH };

static og_value *make_loss(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,6]");
    og_value *label = og_input(g, "label", "int64[batch]");
    og_value *h = og_linear(x, 5, "fc1");

    h = og_node(g, "Relu", 1, &h, NULL);
    og_value *both[] = { og_linear(h, CLASSES, "fc2"), label };
    return og_node(g, "SoftmaxCrossEntropyLoss", 2, both, NULL);
}

typedef struct batch {
    float x[BATCH * WIDTH];
    int64_t label[BATCH];
    og_feed feeds[2];
} batch;

static void make_batch(batch *b)
{
    for (int i = 0; i < BATCH * WIDTH; i++)
        b->x[i] = (float)(i % 7) / 3 - 1;
    for (int i = 0; i < BATCH; i++)
        b->label[i] = i % CLASSES;
    b->feeds[0] = (og_feed){ "x", og_tensor_view(OG_FLOAT, 2, x_dims, b->x) };
    b->feeds[1] = (og_feed){ "label", og_tensor_view(OG_INT64, 1, label_dims, b->label) };
}

static void warm_steps_allocate_nothing(const char *chain)
{
    og_graph *g = og_graph_new("t");
    og_session *session;
    og_run_info info;
    batch b;
    double first;

    make_batch(&b);
    assert_ok(og_train_step(g, make_loss(g), chain), og_graph_report(g));
    assert_ok(og_session_new(g, NULL, &session), og_session_report(session));
    assert_ok(og_session_run(session, b.feeds, 2, NULL, 0, NULL, &info),
              og_session_report(session));
    first = info.loss;
    uint64_t before = og_alloc_count();
    for (int i = 0; i < 50; i++)
        assert_ok(og_session_run(session, b.feeds, 2, NULL, 0, NULL, &info),
                  og_session_report(session));
    assert_int_equal(og_alloc_count(), before);
    assert_int_equal(info.step, 51);
    assert_true(info.loss < first);
    og_session_free(session);
    og_graph_free(g);
}

static void test_warm_steps(void **state)
{
    (void)state;
    warm_steps_allocate_nothing("sgd(lr=0.1)");
    warm_steps_allocate_nothing("clip_norm(1.0) | sgd(lr=0.1, momentum=0.9)");
    warm_steps_allocate_nothing("clip_layer(0.5) | adam(lr=cosine(0.01, steps=100))");
    warm_steps_allocate_nothing("groups{ \"*.bias\": sgd(lr=0.1); _: rmsprop(lr=0.01) }");
}

/* A trainer over a small set; the n-th call that may fail does.  Whether all went well. */
static bool trainer_failing_at(uint64_t n)
{
    static const char *const names[] = { "x", "label" };
    og_dataset *data = NULL;
    og_trainer *trainer = NULL;
    batch b;

    make_batch(&b);
    const og_tensor tensors[] = { b.feeds[0].tensor, b.feeds[1].tensor };
    og_fail_at(n);
    og_graph *g = og_graph_new("t");
    og_value *x = g ? og_input(g, "x", "float[batch,6]") : NULL;
    if (g)
        og_output(g, "scores", og_linear(x, CLASSES, "fc"));
    og_status s = g ? og_dataset_of(2, names, tensors, &data) : OG_NO_MEMORY;
    const og_train_options options = { .epochs = 2, .batch = 2, .eval = data };
    if (!s)
        s = og_trainer_new(g, data, &options, &trainer);
    if (!s)
        s = og_trainer_run(trainer);
    og_fail_at(0);
    if (s && s != OG_NO_MEMORY)
        fail_msg("memory failed at call %llu and the status is %s", (unsigned long long)n,
                 og_status_name(s));
    og_trainer_free(trainer);
    og_dataset_free(data);
    og_graph_free(g);
    return !s;
}

/* Every failure is reported as such, and everything is freed (which the sanitizers' build sees). */
static void test_trainer_memory_fails_anywhere(void **state)
{
    uint64_t n = 1;

    (void)state;
    while (!trainer_failing_at(n) && n < 100000)
        n += n < 3000 ? 1 : 7;
    assert_true(n > 100 && n < 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warm_steps),
        cmocka_unit_test(test_trainer_memory_fails_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
