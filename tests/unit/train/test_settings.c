/* Numbers of the chain changed by name while training. */
#include "fixture.h"

#include "optim/optim.h"

#include <math.h>

static points p;

static og_trainer *trainer_of(og_graph *g, const char *chain)
{
    og_train_options o = {
        .loss = "cross_entropy(scores, label)", .chain = chain, .batch = 8, .threads = 1
    };
    og_trainer *t;

    if (og_trainer_new(g, p.data, &o, &t))
        fail_msg("%s: %s", chain, og_trainer_report(t)->what);
    return t;
}

static void train(og_trainer *t, int steps)
{
    for (int i = 0; i < steps; i++)
        assert_ok(og_trainer_step(t, NULL), og_trainer_report(t));
}

static void set(og_trainer *t, const char *name, double number)
{
    double found = NAN;

    assert_ok(og_trainer_set(t, name, number), og_session_report(og_trainer_session(t)));
    assert_ok(og_trainer_get(t, name, &found), og_session_report(og_trainer_session(t)));
    assert_true(found == number);
}

static bool same_weights(og_trainer *a, og_trainer *b)
{
    const og_tensor *x = og_state_tensor(og_trainer_state(a), "fc1.weight");
    const og_tensor *y = og_state_tensor(og_trainer_state(b), "fc1.weight");

    return !memcmp(x->data, y->data, og_tensor_bytes(x));
}

/* From the step on at which it is set, and with the bits of a chain that was written so. */
static void changes_what_follows(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *a = trainer_of(g, "c=clip_norm(1) | sgd(lr=0.5)");
    og_trainer *b = trainer_of(g, "c=clip_norm(0.01) | sgd(lr=0.5)");
    double c = 0;

    (void)state;
    assert_ok(og_trainer_get(a, "c.c", &c), og_session_report(og_trainer_session(a)));
    assert_true(c == 1);
    set(a, "c.c", 0.01);
    train(a, 3);
    train(b, 3);
    assert_true(same_weights(a, b));
    set(b, "c.c", 1);
    train(a, 1);
    train(b, 1);
    assert_false(same_weights(a, b));
    og_trainer_free(a);
    og_trainer_free(b);
    og_graph_free(g);
}

static void refusals(void **state)
{
    static const char *const names[] = { "it has c.c, c.eps", "sgd.momentum", "sgd.lr.value",
                                         "sgd.lr.steps",      "sgd.lr.end",   "sgd.lr.warmup" };
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t = trainer_of(g, "c=clip_norm(1) | sgd(lr=cosine(1, steps=10), momentum=0.9)");
    const og_report *r = og_session_report(og_trainer_session(t));
    double number;

    (void)state;
    assert_int_equal(og_trainer_set(t, "clip_norm.c", 2), OG_NOT_FOUND);
    assert_string_equal(r->what, "the chain has no number 'clip_norm.c'");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(strstr(r->hint, names[i]));
    assert_null(strstr(r->hint, "sgd.lr,")); /* the schedule itself */
    assert_int_equal(og_trainer_set(t, "c.c", -1), OG_BAD_ARGUMENT);
    assert_string_equal(r->what, "'c.c' is in (0, inf], found -1");
    assert_int_equal(og_trainer_set(t, "c.c", NAN), OG_BAD_ARGUMENT);
    assert_int_equal(og_trainer_set(t, "sgd.lr", 1), OG_BAD_ARGUMENT);
    assert_non_null(strstr(r->what, "'sgd.lr' is a schedule"));
    assert_int_equal(og_trainer_get(t, "sgd.lr", &number), OG_BAD_ARGUMENT);
    set(t, "sgd.lr.value", 0.5);
    train(t, 1); /* a refusal does not end the training */
    og_trainer_free(t);
    og_graph_free(g);
}

/* What was set is part of the checkpoint: the restored training goes on with the same bits. */
static void in_the_checkpoint(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *a = trainer_of(g, "clip_norm(1) | adam"), *b = trainer_of(g, "clip_norm(1) | adam");
    char folder[300], path[400];
    double c = 0;

    (void)state;
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    train(a, 2);
    set(a, "clip_norm.c", 0.01);
    set(a, "adam.lr", 0.1);
    assert_ok(og_trainer_checkpoint(a, path), og_trainer_report(a));
    train(a, 3);
    assert_ok(og_trainer_restore(b, path), og_trainer_report(b));
    assert_ok(og_trainer_get(b, "clip_norm.c", &c), og_session_report(og_trainer_session(b)));
    assert_true(c == 0.01);
    train(b, 3);
    assert_true(same_weights(a, b));
    og_trainer_free(a);
    og_trainer_free(b);
    og_graph_free(g);
    folder_close(folder);
}

/* ---- Every number of every short name -------------------------------------------------------- */

/* Half the default is in nearly every range; 0 where a short name leaves a stage out. */
static bool other_number(const og_stage_arg *arg, double *number)
{
    const og_bounds bounds = og_bounds_read(arg->range);

    *number = arg->value ? strtod(arg->value, NULL) / 2 : 0;
    return arg->kind == OG_ARG_NUMBER && *number != 0 && og_bounds_has(&bounds, *number);
}

/* Setting it is the same as writing it. */
static void check_number(og_graph *g, const og_stage *stage, const og_stage_arg *arg, double number)
{
    const char *rest = strncmp(stage->name, "scale_by", 8) ? "" : " | lr(0.1)";
    char written[200], plain[200], name[100];
    og_trainer *a, *b;

    snprintf(plain, sizeof plain, "%s(%s=%s)%s", stage->name, arg->name, arg->value, rest);
    snprintf(written, sizeof written, "%s(%s=%.17g)%s", stage->name, arg->name, number, rest);
    snprintf(name, sizeof name, "%s.%s", stage->name, arg->name);
    a = trainer_of(g, plain);
    b = trainer_of(g, written);
    if (og_trainer_set(a, name, number))
        fail_msg("%s: %s", name, og_session_report(og_trainer_session(a))->what);
    train(a, 3);
    train(b, 3);
    if (!same_weights(a, b))
        fail_msg("%s set to %g is not %s", name, number, written);
    og_trainer_free(a);
    og_trainer_free(b);
}

static void every_short_name(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    int checked = 0;
    double number;

    (void)state;
    for (const og_stage *const *s = og_stage_registry; *s; s++)
        for (int k = 0; (*s)->expand && k < OG_MOST_ARGS && (*s)->arg[k].name; k++)
            if (strcmp((*s)->name, "muon") && other_number(&(*s)->arg[k], &number)) {
                check_number(g, *s, &(*s)->arg[k], number);
                checked++;
            }
    assert_true(checked > 50);
    og_graph_free(g);
}

/* The rate of Adafactor stands in two places of what it is short for. */
static void one_number_in_two_places(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *a = trainer_of(g, "adafactor(lr=0.01, weight_decay=0.1)");
    og_trainer *b = trainer_of(g, "adafactor(lr=0.005, weight_decay=0.1)");

    (void)state;
    set(a, "adafactor.lr", 0.005);
    train(a, 3);
    train(b, 3);
    assert_true(same_weights(a, b));
    og_trainer_free(a);
    og_trainer_free(b);
    og_graph_free(g);
}

/* What a short name wrote and its user did not is no setting: lr(inverse(0.1, decay=…, power=1)).
 */
static void numbers_of_the_text(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t = trainer_of(g, "adagrad(lr=step(0.1, every=10), lr_decay=0.01)");
    static const char *const names[] = { "adagrad.lr",       "adagrad.lr.value", "adagrad.lr.every",
                                         "adagrad.lr.gamma", "adagrad.lr_decay", "adagrad.eps" };
    const char *name;
    size_t n = 0;

    (void)state;
    for (; (name = og_session_setting(og_trainer_session(t), n)); n++) {
        size_t k = 0;

        while (k < 6 && strcmp(names[k], name))
            k++;
        if (k == 6 && strcmp(name, "adagrad.lr.warmup"))
            fail_msg("'%s' is no number of the text", name);
    }
    assert_true(n >= 6);
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
        cmocka_unit_test(changes_what_follows),     cmocka_unit_test(refusals),
        cmocka_unit_test(in_the_checkpoint),        cmocka_unit_test(every_short_name),
        cmocka_unit_test(one_number_in_two_places), cmocka_unit_test(numbers_of_the_text),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
