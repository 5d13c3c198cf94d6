/* Modes while training: statistics of BatchNormalization are learned and saved, dropout acts in
 * training only. */
#include "fixture.h"

#include <math.h>

static og_value *filled(og_graph *g, const char *name, float number)
{
    float numbers[WIDTH] = { number, number, number, number };
    int64_t dims[1] = { WIDTH };
    og_tensor t = og_tensor_view(OG_FLOAT, 1, dims, numbers);

    return og_graph_add_constant(g, name, og_graph_copy_tensor(g, &t));
}

/* As a file for inference has it: training_mode 0, statistics that are constants. */
static og_graph *normalised(bool dropout)
{
    og_graph *g = og_graph_new("modes");
    og_value *x = og_input(g, "x", "float[batch,4]");

    x = og_batch_normalization(x, filled(g, "scale", 1), filled(g, "shift", 0),
                               filled(g, "mean", 0), filled(g, "var", 1));
    if (dropout)
        x = og_dropout(x, og_scalar(g, OG_FLOAT, 0.5), NULL);
    og_output(g, "scores", og_linear(x, CLASSES, "fc"));
    assert_ok(og_graph_status(g), og_graph_report(g));
    return g;
}

static og_trainer *train(og_graph *g, og_dataset *data, const char *bn, const char *dropout)
{
    og_train_options o = { .loss = "cross_entropy(scores, label)",
                           .chain = "sgd(lr=0.01)",
                           .batch = ROWS,
                           .steps = 60,
                           .threads = 1,
                           .bn = bn,
                           .dropout = dropout };
    og_trainer *t;

    assert_ok(og_trainer_new(g, data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    return t;
}

/* After many steps over all rows the running mean is that of the data, the variance the
 * population's. */
static void statistics_are_learned(void **state)
{
    points p;
    og_graph *g = normalised(false);
    og_trainer *t;
    double mean = 0, var = 0;

    (void)state;
    points_flat(&p);
    t = train(g, p.data, NULL, NULL);
    for (int i = 0; i < ROWS; i++)
        mean += (double)p.x[i][0] / ROWS;
    for (int i = 0; i < ROWS; i++)
        var += ((double)p.x[i][0] - mean) * ((double)p.x[i][0] - mean) / ROWS;
    assert_true(fabs(og_get_double(og_state_tensor(og_trainer_state(t), "mean"), 0) - mean) < 0.01);
    assert_true(fabs(og_get_double(og_state_tensor(og_trainer_state(t), "var"), 0) - var) < 0.01);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

static void frozen_statistics_stay(void **state)
{
    points p;
    og_graph *g = normalised(false);
    og_trainer *t;

    (void)state;
    points_flat(&p);
    t = train(g, p.data, "frozen", NULL);
    assert_null(og_state_tensor(og_trainer_state(t), "mean"));
    assert_non_null(og_state_tensor(og_trainer_state(t), "scale"));
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

/* Losses of the steps differ from those without dropout; what is measured is the whole network. */
static void dropout_acts_in_training(void **state)
{
    points p;
    og_graph *g = normalised(true);
    double with[2], without[2];

    (void)state;
    points_flat(&p);
    for (int k = 0; k < 2; k++) {
        og_train_options o = { .loss = "cross_entropy(scores, label)",
                               .chain = "sgd(lr=0)",
                               .batch = ROWS,
                               .steps = 2,
                               .threads = 1,
                               .bn = "frozen",
                               .dropout = k ? "file" : "train" };
        og_trainer *t;
        og_run_info info;

        assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
        assert_ok(og_trainer_step(t, &info), og_trainer_report(t));
        (k ? without : with)[0] = info.loss;
        assert_ok(og_trainer_step(t, &info), og_trainer_report(t));
        (k ? without : with)[1] = info.loss;
        if (!k) {
            double measured;

            assert_ok(og_trainer_measure(t, p.data, &measured, NULL), og_trainer_report(t));
            with[0] = with[0] == with[1] ? NAN : measured;
        }
        og_trainer_free(t);
    }
    assert_true(fabs(without[0] - without[1]) < 1e-6); /* the same rows in another order */
    assert_true(fabs(with[0] - without[0]) < 1e-6);    /* measured without dropout */
    assert_true(fabs(with[1] - without[0]) > 1e-3);    /* a step with it */
    og_dataset_free(p.data);
    og_graph_free(g);
}

static void unknown_words(void **state)
{
    points p;
    og_graph *g = normalised(false);
    og_train_options o = { .bn = "freeze" };
    og_trainer *t;

    (void)state;
    points_flat(&p);
    assert_int_equal(og_trainer_new(g, p.data, &o, &t), OG_BAD_ARGUMENT);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statistics_are_learned),
        cmocka_unit_test(frozen_statistics_stay),
        cmocka_unit_test(dropout_acts_in_training),
        cmocka_unit_test(unknown_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
