/* Averages of the weights: what is measured and saved, while training goes on with the weights. */
#include "fixture.h"

static const char *const chains[] = {
    "sgd(lr=0.5) | ema_weights(0.9)",
    "asgd(lr=0.5, t0=0)",
    "schedule_free_sgd(lr=0.5)",
    "sgd(lr=0.5) | lookahead(4)",
    "sgd(lr=0.5) | lookahead(4) | ema_weights(0.9)",
};

/* Where each of them keeps what it averages. */
static const char *const slots[] = {
    "opt/ema_weights/average/fc1.weight", "opt/asgd/average/fc1.weight",
    "opt/schedule_free_sgd/x/fc1.weight", "opt/lookahead/slow/fc1.weight",
    "opt/ema_weights/average/fc1.weight",
};

enum { CHAINS = sizeof chains / sizeof *chains };

static og_trainer *trainer_of(og_graph *g, const points *p, const char *chain, const char *init)
{
    og_train_options o = { .loss = "cross_entropy(scores, label)",
                           .chain = chain,
                           .batch = 8,
                           .threads = 1,
                           .init = init };
    og_trainer *t;

    assert_ok(og_trainer_new(g, p->data, &o, &t), og_trainer_report(t));
    return t;
}

static double loss_of(og_trainer *t, const points *p)
{
    double loss;

    assert_ok(og_trainer_measure(t, p->data, &loss, NULL), og_trainer_report(t));
    return loss;
}

static void train(og_trainer *t, int steps)
{
    for (int i = 0; i < steps; i++)
        assert_ok(og_trainer_step(t, NULL), og_trainer_report(t));
}

static bool same_numbers(const og_tensor *a, const og_tensor *b)
{
    assert_int_equal(a->count, b->count);
    return !memcmp(a->data, b->data, og_tensor_bytes(a));
}

/* The saved file has the loss that was measured, and holds the average, not the parameter. */
static void measured_and_saved(void **state)
{
    char folder[300], path[400];
    points p;

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/m.onnx", folder);
    for (int i = 0; i < CHAINS; i++) {
        og_graph *g = small_model("float[batch,4]"), *saved = NULL;
        og_trainer *t = trainer_of(g, &p, chains[i], NULL), *again;
        const og_tensor *average = og_state_tensor(og_trainer_state(t), slots[i]);

        train(t, 10);
        assert_non_null(average);
        assert_false(same_numbers(average, og_state_tensor(og_trainer_state(t), "fc1.weight")));
        assert_ok(og_trainer_save(t, path), og_trainer_report(t));
        assert_ok(og_load(path, NULL, &saved), og_graph_report(saved));
        assert_true(same_numbers(average, og_graph_find(saved, "fc1.weight")->data));
        again = trainer_of(saved, &p, "sgd", NULL);
        assert_true(loss_of(t, &p) == loss_of(again, &p));
        og_trainer_free(t);
        og_trainer_free(again);
        og_graph_free(saved);
        og_graph_free(g);
    }
    og_dataset_free(p.data);
    folder_close(folder);
}

/* An average does not change what is learned from. */
static void training_is_the_same(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *with, *without;
    points p;

    (void)state;
    points_flat(&p);
    with = trainer_of(g, &p, "sgd(lr=0.5) | ema_weights(0.9)", NULL);
    without = trainer_of(g, &p, "sgd(lr=0.5)", NULL);
    for (int i = 0; i < 10; i++) {
        train(with, 1);
        train(without, 1);
        (void)loss_of(with, &p);
    }
    assert_true(same_numbers(og_state_tensor(og_trainer_state(with), "fc2.weight"),
                             og_state_tensor(og_trainer_state(without), "fc2.weight")));
    og_trainer_free(with);
    og_trainer_free(without);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Before the first step, and while every step is skipped, the average is the weights. */
static void nothing_applied_yet(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *plain;
    points p;

    (void)state;
    points_flat(&p);
    plain = trainer_of(g, &p, "sgd", NULL);
    for (int i = 0; i < CHAINS; i++) {
        og_trainer *t = trainer_of(g, &p, chains[i], NULL);

        assert_true(loss_of(t, &p) == loss_of(plain, &p));
        og_trainer_free(t);
    }
    og_trainer_free(plain);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Numbers to begin with are those of the average too. */
static void begins_with_given_numbers(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    char folder[300], path[400];
    og_trainer *plain;
    points p;

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    plain = trainer_of(g, &p, "sgd(lr=0.5)", NULL);
    train(plain, 10);
    assert_ok(og_trainer_checkpoint(plain, path), og_trainer_report(plain));
    for (int i = 0; i < CHAINS; i++) {
        og_trainer *t = trainer_of(g, &p, chains[i], path);

        assert_true(loss_of(t, &p) == loss_of(plain, &p));
        og_trainer_free(t);
    }
    og_trainer_free(plain);
    og_dataset_free(p.data);
    og_graph_free(g);
    folder_close(folder);
}

/* A checkpoint keeps parameters and averages. */
static void restored(void **state)
{
    char folder[300], path[400];
    points p;

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    for (int i = 0; i < CHAINS; i++) {
        og_graph *g = small_model("float[batch,4]");
        og_trainer *a = trainer_of(g, &p, chains[i], NULL), *b = trainer_of(g, &p, chains[i], NULL);

        train(a, 5);
        assert_ok(og_trainer_checkpoint(a, path), og_trainer_report(a));
        assert_ok(og_trainer_restore(b, path), og_trainer_report(b));
        train(a, 5);
        train(b, 5);
        for (size_t k = 0; k < og_state_size(og_trainer_state(a)); k++) {
            const char *name = og_state_name(og_trainer_state(a), k);

            assert_true(same_numbers(og_state_tensor(og_trainer_state(a), name),
                                     og_state_tensor(og_trainer_state(b), name)));
        }
        assert_true(loss_of(a, &p) == loss_of(b, &p));
        og_trainer_free(a);
        og_trainer_free(b);
        og_graph_free(g);
    }
    og_dataset_free(p.data);
    folder_close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measured_and_saved),
        cmocka_unit_test(training_is_the_same),
        cmocka_unit_test(nothing_applied_yet),
        cmocka_unit_test(begins_with_given_numbers),
        cmocka_unit_test(restored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
