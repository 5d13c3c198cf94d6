/* The re-derived batch: models that fix their batch inside give the same losses at any other. */
#include "fixture.h"

#include <math.h>

enum { FIXED = 2 };

typedef og_value *model_part(og_graph *g, og_value *x);

static og_value *reshape_constant(og_graph *g, og_value *x)
{
    (void)g;
    return og_reshape_to(og_reshape_to(x, 3, (const int64_t[]){ FIXED, 2, 2 }), 2,
                         (const int64_t[]){ FIXED, 4 });
}

static og_value *reshape_rest(og_graph *g, og_value *x)
{
    (void)g;
    return og_reshape_to(og_reshape_to(x, 3, (const int64_t[]){ FIXED, -1, 2 }), 2,
                         (const int64_t[]){ FIXED, -1 });
}

/* Rows of a constant, all the same. */
static og_value *rows(og_graph *g, int rank, const int64_t *dims, float number)
{
    og_tensor *t = og_tensor_new(OG_FLOAT, rank, dims);
    og_value *v;

    assert_non_null(t);
    for (int64_t i = 0; i < t->count; i++)
        og_set_double(t, i, number);
    v = og_constant(g, t);
    og_tensor_free(t);
    return v;
}

static og_value *concat_constant(og_graph *g, og_value *x)
{
    og_value *parts[2] = { x, rows(g, 2, (const int64_t[]){ FIXED, 2 }, 0.5f) };

    return og_concat(1, 2, parts);
}

static og_value *add_constant(og_graph *g, og_value *x)
{
    return og_add(x, rows(g, 2, (const int64_t[]){ FIXED, 4 }, 0.5f));
}

static og_value *initial_state(og_graph *g, og_value *x)
{
    og_value *sequence = og_reshape_to(x, 3, (const int64_t[]){ FIXED, 2, 2 });
    og_value *w = og_transpose(rows(g, 3, (const int64_t[]){ 1, 2, 12 }, 0.3f), OG_INTS(0, 2, 1));
    og_value *r = rows(g, 3, (const int64_t[]){ 1, 12, 3 }, 0.2f),
             *h = rows(g, 3, (const int64_t[]){ 1, FIXED, 3 }, 0.1f);
    og_value *y = og_lstm_opt(og_transpose(sequence, OG_INTS(1, 0, 2)), w, r, NULL, NULL, h, NULL,
                              NULL, .hidden_size = 3);

    return og_reshape_to(og_transpose(og_squeeze(y, OG_INTS(1)), OG_INTS(1, 0, 2)), 2,
                         (const int64_t[]){ FIXED, 6 });
}

static og_value *expand_constant(og_graph *g, og_value *x)
{
    return og_add(og_expand(og_slice(x, og_int64s(g, 1, (const int64_t[]){ 0 }),
                                     og_int64s(g, 1, (const int64_t[]){ 1 }),
                                     og_int64s(g, 1, (const int64_t[]){ 1 }), NULL),
                            og_int64s(g, 2, (const int64_t[]){ FIXED, 4 })),
                  x);
}

/* A row for each sample, made of a constant. */
static og_value *token(og_graph *g, og_value *x)
{
    og_value *parts[2] = { og_expand(rows(g, 2, (const int64_t[]){ 1, 3 }, 0.25f),
                                     og_int64s(g, 2, (const int64_t[]){ FIXED, 3 })),
                           x };

    return og_concat(1, 2, parts);
}

/* The batch is the outer factor of a size, as where channels are shuffled. */
static og_value *merged(og_graph *g, og_value *x)
{
    (void)g;
    x = og_transpose(og_reshape_to(x, 3, (const int64_t[]){ FIXED * 2, 2, 1 }), OG_INTS(1, 0, 2));
    return og_reshape_to(
        og_transpose(og_reshape_to(x, 3, (const int64_t[]){ 2, -1, 2 }), OG_INTS(1, 0, 2)), 2,
        (const int64_t[]){ FIXED, 4 });
}

static double loss_at(model_part *part, int64_t batch, og_report *report)
{
    points p;
    og_graph *g = og_graph_new("fixed");
    og_value *x = og_input(g, "x", "float[2,4]");
    og_train_options o = {
        .loss = "cross_entropy(scores, label)", .batch = batch, .epochs = 1, .threads = 1
    };
    og_trainer *t;
    double loss = NAN;

    points_flat(&p);
    og_output(g, "scores", og_linear(part(g, x), CLASSES, "fc"));
    assert_ok(og_graph_status(g), og_graph_report(g));
    if (!og_trainer_new(g, p.data, &o, &t) && !og_trainer_measure(t, p.data, &loss, NULL))
        assert_ok(og_trainer_run(t), og_trainer_report(t));
    *report = *og_trainer_report(t);
    og_trainer_free(t);
    og_dataset_free(p.data);
    og_graph_free(g);
    return loss;
}

static void same_loss(model_part *part)
{
    og_report report;
    double fixed = loss_at(part, FIXED, &report), free;

    assert_true(isfinite(fixed));
    free = loss_at(part, 8, &report);
    if (!(fabs(free - fixed) < 1e-6))
        fail_msg("%.9g at batch 2, %.9g at batch 8: %s (%s)", fixed, free, report.what,
                 report.where);
}

static void undone(void **state)
{
    (void)state;
    same_loss(reshape_constant);
    same_loss(reshape_rest);
    same_loss(concat_constant);
    same_loss(add_constant);
    same_loss(initial_state);
    same_loss(expand_constant);
    same_loss(token);
    same_loss(merged);
}

/* Rows that differ belong to single samples: no other batch makes sense. */
static og_value *rows_that_differ(og_graph *g, og_value *x)
{
    float numbers[FIXED * 4] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    int64_t dims[2] = { FIXED, 4 };
    og_tensor t = og_tensor_view(OG_FLOAT, 2, dims, numbers);

    return og_add(x, og_constant(g, &t));
}

/* The batch comes last and is a factor of a size that stays. */
static og_value *mixed(og_graph *g, og_value *x)
{
    (void)g;
    x = og_reshape_to(og_transpose(x, (og_ints){ 0 }), 1, (const int64_t[]){ FIXED * 4 });
    return og_transpose(og_reshape_to(x, 2, (const int64_t[]){ 4, FIXED }), (og_ints){ 0 });
}

static void named(void **state)
{
    og_report report;

    (void)state;
    assert_true(isnan(loss_at(rows_that_differ, 8, &report)));
    assert_non_null(strstr(report.where, "Add"));
    assert_non_null(strstr(report.hint, "--batch 2"));
    assert_true(isnan(loss_at(mixed, 8, &report)));
    assert_non_null(strstr(report.where, "Reshape"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undone),
        cmocka_unit_test(named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
