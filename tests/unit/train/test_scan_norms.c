/* Norms of real runs: what they add up to, and what they show. */
#include "fixture.h"

#include "onnxgrad/scan.h"

#include <math.h>

/* Learns for 40 steps and gives the norms. */
static og_norms *run(og_graph *g, og_dataset *data, const char *chain, bool measured,
                     og_trainer **trainer)
{
    const og_train_options options = {
        .chain = chain, .batch = 10, .steps = 40, .threads = 1, .norms = measured
    };
    og_norms *norms;
    og_run_info info;

    assert_ok(og_trainer_new(g, data, &options, trainer), og_trainer_report(*trainer));
    norms = og_norms_new(*trainer);
    assert_non_null(norms);
    for (int i = 0; i < 40; i++) {
        assert_ok(og_trainer_step(*trainer, &info), og_trainer_report(*trainer));
        og_norms_add(norms, *trainer, &info);
    }
    return norms;
}

static bool finds(og_norms *norms, const char *word, const char *part)
{
    const char *kind, *text;

    for (size_t i = 0; (text = og_norms_finding(norms, i, &kind)); i++)
        if (!strcmp(kind, word))
            return strstr(text, part) != NULL;
    return false;
}

static void test_shares(void **state)
{
    points p;
    og_trainer *trainer;
    og_graph *g = small_model("float[batch,4]");
    double parameters = 0, layers = 0;

    (void)state;
    points_flat(&p);
    og_norms *norms = run(g, p.data, "sgd(lr=0.1)", true, &trainer);
    assert_int_equal(og_norms_parameters(norms), 4);
    assert_int_equal(og_norms_layers(norms), 2);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(og_histogram_count(og_norms_parameter(norms, i)->histogram), 40);
        parameters += og_norms_parameter(norms, i)->share;
    }
    for (size_t i = 0; i < 2; i++)
        layers += og_norms_layer(norms, i)->share;
    assert_true(fabs(parameters - 1) < 1e-9 && fabs(layers - 1) < 1e-9);
    assert_string_equal(og_norms_layer(norms, 0)->name, "fc1");
    assert_string_equal(og_norms_parameter(norms, 3)->name, "fc2.bias");
    assert_int_equal(og_histogram_count(og_norms_all(norms)->histogram), 40);
    assert_null(og_norms_parameter(norms, 4));
    assert_null(og_norms_layer(norms, 2));
    og_norms_free(norms);
    og_trainer_free(trainer);
    og_graph_free(g);
    og_dataset_free(p.data);
}

/* `scale` between two layers: what is before it gets that part of the gradient. */
static og_graph *scaled_model(double scale)
{
    og_graph *g = og_graph_new("scaled");
    og_value *x = og_input(g, "x", "float[batch,4]");

    x = og_mul(og_linear(x, 5, "fc1"), og_scalar(g, OG_FLOAT, scale));
    og_output(g, "scores", og_linear(x, CLASSES, "fc2"));
    return g;
}

static void check_scaled(double scale, const char *kind, const char *part)
{
    points p;
    og_trainer *trainer;
    og_graph *g = scaled_model(scale);

    points_flat(&p);
    og_norms *norms = run(g, p.data, "sgd(lr=1e-9)", true, &trainer);
    if (!finds(norms, kind, part))
        fail_msg("scale %g: no '%s' with '%s'", scale, kind, part);
    og_norms_free(norms);
    og_trainer_free(trainer);
    og_graph_free(g);
    og_dataset_free(p.data);
}

static void test_findings(void **state)
{
    (void)state;
    check_scaled(1e-6, "vanishing", "layer 'fc1' has");
    check_scaled(1e-6, "one_layer", "layer 'fc2' has 100 %");
    check_scaled(0, "no_gradient", "'fc1.weight' in 100 % of the steps");
    check_scaled(1, "steady", "P99 is");
}

/* Where the trainer does not measure single gradients the norm of all is counted still; skipped
 * steps are not. */
static void test_nothing_to_count(void **state)
{
    points p;
    og_trainer *trainer;
    og_graph *g = small_model("float[batch,4]");

    (void)state;
    points_flat(&p);
    og_norms *norms = run(g, p.data, "sgd(lr=0.1)", false, &trainer);
    assert_int_equal(og_norms_parameters(norms), 0);
    assert_int_equal(og_histogram_count(og_norms_all(norms)->histogram), 40);
    og_norms_add(norms, trainer, &(og_run_info){ .grad_norm = (double)INFINITY });
    og_norms_add(norms, trainer, &(og_run_info){ .grad_norm = 1 });
    assert_int_equal(og_histogram_bad(og_norms_all(norms)->histogram), 1);
    assert_int_equal(og_histogram_count(og_norms_all(norms)->histogram), 40);
    og_norms_free(norms);
    og_trainer_free(trainer);
    og_graph_free(g);
    og_dataset_free(p.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_nothing_to_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
