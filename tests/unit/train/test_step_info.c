/* What a step tells: norms of single gradients, how often a clip acted, what was not finite. */
#include "fixture.h"

#include <math.h>

static points p;

static og_trainer *trainer_of(og_graph *g, const char *chain, bool norms)
{
    og_train_options o = { .loss = "cross_entropy(scores, label)",
                           .chain = chain,
                           .batch = 10,
                           .threads = 1,
                           .norms = norms };
    og_trainer *t;

    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    return t;
}

static og_run_info step(og_trainer *t)
{
    og_run_info info;

    assert_ok(og_trainer_step(t, &info), og_trainer_report(t));
    return info;
}

/* The norm of each gradient behind what prepares it, as the stage `stats` finds it there. */
static void norms_and_shares(void **state)
{
    static const char *const chains[] = {
        "s=stats | clip_norm(0.1) | sgd",
        "accumulate(2) | s=stats | clip_norm(0.1) | sgd",
        "finite(skip) | unscale(8) | s=stats | adam",
    };

    (void)state;
    for (size_t k = 0; k < sizeof chains / sizeof *chains; k++) {
        og_graph *g = small_model("float[batch,4]");
        og_trainer *t = trainer_of(g, chains[k], true);
        const og_train_norm *norms;
        double squares = 0, shares = 0;
        og_run_info info;

        assert_int_equal(og_trainer_norms(t, &norms), 4);
        assert_string_equal(norms[1].parameter, "fc1.bias");
        assert_true(isnan(norms[1].norm) && isnan(norms[1].share));
        (void)step(t);
        info = step(t);
        assert_true(info.applied);
        for (int i = 0; i < 4; i++) {
            char name[100];

            snprintf(name, sizeof name, "opt/s/norm/%s", norms[i].parameter);
            assert_true(norms[i].norm ==
                        og_get_double(og_state_tensor(og_trainer_state(t), name), 0));
            squares += norms[i].norm * norms[i].norm;
            shares += norms[i].share;
        }
        assert_true(fabs(sqrt(squares) / info.grad_norm - 1) < 1e-12);
        assert_true(fabs(shares - 1) < 1e-12);
        og_trainer_free(t);
        og_graph_free(g);
    }
}

static int passes(og_trainer *t)
{
    const char *text = og_session_plan_text(og_trainer_session(t));
    int n = 0;

    for (const char *at = text; (at = strstr(at, "SumSquares")); at++)
        n++;
    return n;
}

/* They come from the sums that the step makes anyway, and change nothing. */
static void no_further_pass(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *with = trainer_of(g, "clip_norm(0.1) | adam", true);
    og_trainer *without = trainer_of(g, "clip_norm(0.1) | adam", false);
    const og_train_norm *norms;
    const og_tensor *a, *b;

    (void)state;
    assert_int_equal(og_trainer_norms(without, &norms), 0);
    for (int i = 0; i < 3; i++) {
        (void)step(with);
        (void)step(without);
    }
    assert_int_equal(passes(with), 4);
    assert_int_equal(passes(without), 4);
    a = og_state_tensor(og_trainer_state(with), "fc1.weight");
    b = og_state_tensor(og_trainer_state(without), "fc1.weight");
    assert_memory_equal(a->data, b->data, og_tensor_bytes(a));
    og_trainer_free(with);
    og_trainer_free(without);
    og_graph_free(g);
}

/* Over all steps so far, those before a stop included. */
static void clip_rate(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *a = trainer_of(g, "clip_norm(0.01) | sgd", false);
    og_trainer *b = trainer_of(g, "clip_norm(0.01) | sgd", false);
    char folder[300], path[400];

    (void)state;
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    assert_true(step(a).clip_rate == 1);
    assert_true(step(a).clip_rate == 1);
    assert_ok(og_trainer_set(a, "clip_norm.c", 1e9), og_session_report(og_trainer_session(a)));
    assert_true(step(a).clip_rate == 2.0 / 3);
    assert_ok(og_trainer_checkpoint(a, path), og_trainer_report(a));
    assert_ok(og_trainer_restore(b, path), og_trainer_report(b));
    assert_true(step(b).clip_rate == 0.5);
    og_trainer_free(a);
    og_trainer_free(b);
    og_graph_free(g);
    folder_close(folder);
}

typedef struct epoch {
    int64_t skipped;
    double loss, norm;
} epoch;

static bool watch(void *context, const og_train_event *e)
{
    if (e->kind == OG_TRAIN_EPOCH)
        *(epoch *)context = (epoch){ e->skipped, e->loss, e->grad_norm };
    return true;
}

/* One of five batches is skipped: the means are those of the others. */
static void means_without_skipped(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    epoch e = { 0 };
    og_train_options o = { .loss = "cross_entropy(scores, label)",
                           .chain = "finite(skip) | sgd",
                           .batch = 10,
                           .epochs = 1,
                           .threads = 1,
                           .watch = watch,
                           .context = &e };
    float old = p.x[7][1];
    og_trainer *t;

    (void)state;
    p.x[7][1] = (float)NAN;
    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    assert_ok(og_trainer_run(t), og_trainer_report(t));
    assert_int_equal(e.skipped, 1);
    assert_true(isfinite(e.loss) && isfinite(e.norm));
    p.x[7][1] = old;
    og_trainer_free(t);
    og_graph_free(g);
}

/* A row that is infinite makes a column of the first weight's gradient NaN. */
static void first_that_is_not_finite(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t;
    og_run_info info;

    (void)state;
    for (int i = 0; i < ROWS; i++)
        p.x[i][1] = (float)INFINITY;
    t = trainer_of(g, "finite(skip) | sgd", false);
    info = step(t);
    assert_false(info.applied);
    assert_string_equal(info.nonfinite, "fc1.weight_grad");
    assert_int_equal(info.nonfinite_elements, 5);
    og_trainer_free(t);
    t = trainer_of(g, "sgd", false);
    assert_int_equal(og_trainer_step(t, &info), OG_NOT_FINITE);
    assert_string_equal(info.nonfinite, "fc1.weight_grad");
    assert_non_null(strstr(og_trainer_report(t)->what, "5 of 20 elements"));
    og_trainer_free(t);
    og_graph_free(g);
}

static int set_up(void **state)
{
    (void)state;
    points_flat(&p);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    og_dataset_free(p.data);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_and_shares),
        cmocka_unit_test(no_further_pass),
        cmocka_unit_test(clip_rate),
        cmocka_unit_test(means_without_skipped),
        cmocka_unit_test(first_that_is_not_finite),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
