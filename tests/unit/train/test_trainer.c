/* The trainer: it learns, stops, resumes in the same bits, chooses the best, and says what is
 * wrong. */
#include "fixture.h"

#include <math.h>

typedef struct seen {
    int steps, epochs, notes, stop_after;
    double first_loss, last_loss;
    int64_t last_epoch;
    char note[600];
} seen;

static bool watch(void *context, const og_train_event *e)
{
    seen *s = context;

    if (e->kind == OG_TRAIN_STEP && !s->steps++)
        s->first_loss = e->run.loss;
    if (e->kind == OG_TRAIN_STEP)
        s->last_loss = e->run.loss;
    if (e->kind == OG_TRAIN_EPOCH) {
        s->epochs++;
        s->last_epoch = e->epoch;
    }
    if (e->kind == OG_TRAIN_NOTE && !s->notes++)
        snprintf(s->note, sizeof s->note, "%s", e->note);
    return !s->stop_after || s->steps < s->stop_after;
}

static og_train_options options_for(seen *s)
{
    return (og_train_options){ .loss = "cross_entropy(scores, label)",
                               .chain = "clip_norm(1) | adam(lr=0.05)",
                               .batch = 8,
                               .epochs = 20,
                               .threads = 1,
                               .watch = watch,
                               .context = s };
}

static void learns(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&s);
    og_trainer *t;
    double loss, accuracy;

    (void)state;
    points_flat(&p);
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    assert_true(og_trainer_done(t));
    assert_int_equal(s.epochs, 20);
    assert_int_equal(s.last_epoch, 20);
    assert_int_equal(s.steps, 20 * 7); /* 50 rows in batches of 8: the last has 2 */
    assert_ok(og_trainer_measure(t, p.data, &loss, &accuracy), og_trainer_report(t));
    assert_true(loss < s.first_loss / 2);
    assert_true(accuracy > 0.9);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* The mean loss over a set is that of the rows, whatever the batches. */
static void measures_rows(void **state)
{
    points p;
    og_graph *g = small_model("float[batch,4]");
    double loss[2], accuracy[2];

    (void)state;
    points_flat(&p);
    for (int i = 0; i < 2; i++) {
        og_train_options o = { .loss = "cross_entropy(scores, label)", .batch = i ? 50 : 7 };
        og_trainer *t;

        assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
        assert_ok(og_trainer_measure(t, p.data, &loss[i], &accuracy[i]), og_trainer_report(t));
        og_trainer_free(t);
    }
    assert_true(fabs(loss[0] - loss[1]) < 1e-6);
    assert_true(accuracy[0] == accuracy[1]);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Without --loss: cross entropy for whole numbers, and that is said. */
static void default_loss(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = { .batch = 8, .epochs = 1, .watch = watch, .context = &s };
    og_trainer *t;

    (void)state;
    points_flat(&p);
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_string_equal(s.note, "loss cross_entropy(\"scores\", \"label\")");
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

static void same_state(og_trainer *a, og_trainer *b)
{
    og_state *x = og_trainer_state(a), *y = og_trainer_state(b);

    assert_int_equal(og_state_size(x), og_state_size(y));
    for (size_t i = 0; i < og_state_size(x); i++) {
        og_tensor *u = og_state_tensor(x, og_state_name(x, i)),
                  *v = og_state_tensor(y, og_state_name(x, i));

        assert_non_null(v);
        assert_int_equal(u->count, v->count);
        assert_memory_equal(u->data, v->data, og_tensor_bytes(u));
    }
}

/* Stopped in the middle of an epoch, restored into a new trainer, and run to the end: the same
 * bits. */
static void resumes(void **state)
{
    points p;
    seen whole = { 0 }, part = { .stop_after = 24 }, rest = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&whole);
    og_trainer *a, *b, *c;
    char folder[300], path[400];

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    assert_ok(og_trainer_new(g, p.data, &o, &a), og_trainer_report(a));
    assert_ok(og_trainer_run(a), og_trainer_report(a));
    o.context = &part;
    assert_ok(og_trainer_new(g, p.data, &o, &b), og_trainer_report(b));
    assert_int_equal(og_trainer_run(b), OG_STOPPED);
    assert_int_equal(part.steps, 24);
    assert_ok(og_trainer_checkpoint(b, path), og_trainer_report(b));
    o.context = &rest;
    assert_ok(og_trainer_new(g, p.data, &o, &c), og_trainer_report(c));
    assert_ok(og_trainer_restore(c, path), og_trainer_report(c));
    assert_ok(og_trainer_run(c), og_trainer_report(c));
    assert_int_equal(part.steps + rest.steps, whole.steps);
    same_state(a, c);
    og_trainer_free(a);
    og_trainer_free(b);
    og_trainer_free(c);
    og_dataset_free(p.data);
    og_graph_free(g);
    folder_close(folder);
}

/* A checkpoint of another chain, batch or model is refused with both in the sentence. */
static void refuses_other(void **state)
{
    static const char *const words[] = { "chain", "batch", "fc" };
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]"), *other = og_graph_new("other");
    og_train_options o = options_for(&s);
    og_trainer *t;
    char folder[300], path[400];

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    og_output(other, "scores", og_linear(og_input(other, "x", "float[batch,4]"), CLASSES, "only"));
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_checkpoint(t, path), og_trainer_report(t));
    og_trainer_free(t);
    for (int i = 0; i < 3; i++) {
        og_train_options changed = o;

        changed.chain = i == 0 ? "sgd(lr=1)" : o.chain;
        changed.batch = i == 1 ? 9 : o.batch;
        assert_ok(og_trainer_new(i == 2 ? other : g, p.data, &changed, &t), og_trainer_report(t));
        assert_true(og_trainer_restore(t, path) != OG_OK);
        assert_non_null(strstr(og_trainer_report(t)->what, i == 2 ? "only" : words[i]));
        og_trainer_free(t);
    }
    og_dataset_free(p.data);
    og_graph_free(g);
    og_graph_free(other);
    folder_close(folder);
}

/* A rate of zero never gets better than after the first epoch. */
static void patience_ends(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&s);
    og_trainer *t;

    (void)state;
    points_flat(&p);
    o.chain = "sgd(lr=0)";
    o.val = p.data;
    o.patience = 3;
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    assert_int_equal(s.epochs, 4);
    assert_int_equal(og_trainer_result(t).epoch, 1);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Numbers that are not finite end the training before they reach a parameter. */
static void stops_at_nan(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&s);
    og_trainer *t;

    (void)state;
    points_flat(&p);
    p.x[20][1] = NAN;
    o.no_shuffle = true;
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_int_equal(og_trainer_run(t), OG_NOT_FINITE);
    assert_int_equal(s.steps, 2); /* rows 16 to 23 are the third batch */
    assert_non_null(strstr(og_trainer_report(t)->where, "step 3 of epoch 1"));
    for (size_t i = 0; i < og_state_size(og_trainer_state(t)); i++) {
        const og_tensor *x =
            og_state_tensor(og_trainer_state(t), og_state_name(og_trainer_state(t), i));

        for (int64_t k = 0; k < x->count; k++)
            assert_true(isfinite(og_get_double(x, k)));
    }
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Frozen tensors keep their numbers and count in no norm. */
static void freezes(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&s);
    og_trainer *t;

    (void)state;
    points_flat(&p);
    o.freeze = "fc1.*";
    o.epochs = 1;
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    assert_null(og_state_tensor(og_trainer_state(t), "fc1.weight"));
    assert_non_null(og_state_tensor(og_trainer_state(t), "fc2.weight"));
    og_trainer_free(t);
    o.freeze = "*";
    assert_int_equal(og_trainer_new(g, p.data, &o, &t), OG_BAD_ARGUMENT);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* A run folder is written once: the second run is refused and touches nothing. */
static void folder_is_kept(void **state)
{
    points p;
    seen s = { 0 };
    og_graph *g = small_model("float[batch,4]");
    og_train_options o = options_for(&s);
    og_trainer *t;
    char base[300], folder[400], file[500];

    (void)state;
    points_flat(&p);
    folder_open(base, sizeof base);
    snprintf(folder, sizeof folder, "%s/run", base);
    o.folder = folder;
    o.command = "onnxgrad train small";
    o.epochs = 1;
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    og_trainer_free(t);
    for (int i = 0; i < 4; i++) {
        static const char *const files[] = { "command.txt", "model.onnx", "last.safetensors",
                                             "metrics.jsonl" };

        snprintf(file, sizeof file, "%s/%s", folder, files[i]);
        assert_true(og_file_exists(file));
    }
    assert_int_equal(og_trainer_new(g, p.data, &o, &t), OG_EXISTS);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
    folder_close(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(learns),         cmocka_unit_test(measures_rows),
        cmocka_unit_test(default_loss),   cmocka_unit_test(resumes),
        cmocka_unit_test(refuses_other),  cmocka_unit_test(patience_ends),
        cmocka_unit_test(stops_at_nan),   cmocka_unit_test(freezes),
        cmocka_unit_test(folder_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
