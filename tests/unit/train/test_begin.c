/* Numbers taken from another run: all of them, those that fit, or an error that lists the rest. */
#include "fixture.h"

static points p;
static char folder[300], path[400];

static og_trainer *trainer_of(og_graph *g, const char *chain)
{
    og_train_options o = {
        .loss = "cross_entropy(scores, label)", .chain = chain, .batch = 8, .threads = 1
    };
    og_trainer *t;

    assert_ok(og_trainer_new(g, p.data, &o, &t), og_trainer_report(t));
    return t;
}

/* A checkpoint of a run of five steps, one of its tensors left out, one added, one of another
 * shape. */
static void write_file(og_graph *g, const char *chain, const char *without, const char *added,
                       const char *reshaped)
{
    og_trainer *t = trainer_of(g, chain);
    og_arrays *a, *b = og_arrays_new();
    int64_t three[1] = { 3 };
    float numbers[3] = { 1, 2, 3 };
    og_tensor other = og_tensor_view(OG_FLOAT, 1, three, numbers);

    for (int i = 0; i < 5; i++)
        assert_ok(og_trainer_step(t, NULL), og_trainer_report(t));
    assert_ok(og_trainer_checkpoint(t, path), og_trainer_report(t));
    assert_ok(og_arrays_open(path, &a), og_arrays_report(a));
    for (size_t i = 0; i < og_arrays_count(a); i++) {
        const char *name = og_arrays_name(a, i);

        if (strcmp(name, without))
            assert_ok(
                og_arrays_add(b, name, strcmp(name, reshaped) ? og_arrays_tensor(a, i) : &other),
                og_arrays_report(b));
    }
    if (*added)
        assert_ok(og_arrays_add(b, added, &other), og_arrays_report(b));
    assert_ok(og_arrays_save(b, path), og_arrays_report(b));
    og_arrays_free(a);
    og_arrays_free(b);
    og_trainer_free(t);
}

static bool has(const og_trainer *t, const char *name)
{
    const og_tensor *mine = og_state_tensor(og_trainer_state(t), name), *theirs;
    og_arrays *a;
    bool same;

    assert_ok(og_arrays_open(path, &a), og_arrays_report(a));
    theirs = og_arrays_find(a, name);
    same = theirs && mine->count == theirs->count &&
           !memcmp(mine->data, theirs->data, og_tensor_bytes(mine));
    og_arrays_free(a);
    return same;
}

static og_fit fit_of(const og_trainer *t, const char *name)
{
    const og_fitted *fits;
    size_t n = og_trainer_fits(t, &fits);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(fits[i].name, name))
            return fits[i].fit;
    return OG_FITS;
}

static og_status take(og_trainer *t, og_take_mode mode, bool optimizer)
{
    return og_trainer_take(t, path, &(og_take_options){ mode, optimizer });
}

static void all_of_it(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t = trainer_of(g, "clip_norm(1) | adam");
    const og_fitted *fits;

    (void)state;
    write_file(g, "adam(lr=0.1)", "", "", "");
    assert_false(has(t, "fc1.weight"));
    assert_ok(take(t, OG_TAKE_STRICT, false), og_trainer_report(t));
    assert_int_equal(og_trainer_fits(t, &fits), 4);
    assert_true(has(t, "fc1.weight") && has(t, "fc2.bias"));
    assert_false(has(t, "opt/adam/m/fc1.weight") || has(t, "opt/step"));
    og_trainer_free(t);
    og_graph_free(g);
}

/* Slots, clocks and numbers too: what only one of the chains has is missing. */
static void with_the_optimizer(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t = trainer_of(g, "clip_norm(1) | adam");

    (void)state;
    write_file(g, "adam(lr=0.1)", "", "", "");
    assert_ok(take(t, OG_TAKE_NAMES, true), og_trainer_report(t));
    assert_true(has(t, "opt/adam/m/fc1.weight") && has(t, "opt/step") && has(t, "opt/adam/lr"));
    assert_int_equal(fit_of(t, "opt/clip_norm/c"), OG_FIT_MISSING);
    assert_int_equal(take(t, OG_TAKE_STRICT, true), OG_BAD_FILE);
    assert_non_null(
        strstr(og_trainer_report(t)->what, "missing: opt/clip_norm/c, opt/clip_norm/eps"));
    og_trainer_free(t);
    og_graph_free(g);
}

static void what_does_not_fit(void **state)
{
    static const struct {
        og_take_mode mode;
        og_status status;
    } modes[] = { { OG_TAKE_STRICT, OG_BAD_FILE },
                  { OG_TAKE_NAMES, OG_BAD_SHAPE },
                  { OG_TAKE_PARTIAL, OG_OK } };

    (void)state;
    for (int k = 0; k < 3; k++) {
        og_graph *g = small_model("float[batch,4]");
        og_trainer *t = trainer_of(g, "sgd");

        write_file(g, "sgd(lr=0.1)", "fc1.bias", "head.bias", "fc2.weight");
        assert_int_equal(take(t, modes[k].mode, false), modes[k].status);
        assert_int_equal(has(t, "fc1.weight"), !modes[k].status); /* nothing is changed else */
        assert_false(has(t, "fc2.weight"));
        assert_int_equal(fit_of(t, "fc1.weight"), OG_FIT_TAKEN);
        assert_int_equal(fit_of(t, "fc1.bias"), OG_FIT_MISSING);
        assert_int_equal(fit_of(t, "head.bias"), OG_FIT_UNEXPECTED);
        assert_int_equal(fit_of(t, "fc2.weight"), OG_FIT_SHAPE);
        if (modes[k].status)
            assert_string_equal(og_trainer_report(t)->what,
                                "the file does not fit: 2 of 4 tensors begin as in the file; "
                                "missing: fc1.bias; unexpected: head.bias; of another shape: "
                                "fc2.weight is float[3], expected float[3,5]");
        og_trainer_free(t);
        og_graph_free(g);
    }
}

/* An average of the weights is the weights again, unless the file has it. */
static void averages(void **state)
{
    static const char average[] = "opt/ema_weights/average/fc1.weight";
    og_graph *g = small_model("float[batch,4]");
    og_trainer *t = trainer_of(g, "sgd | ema_weights(0.9)");
    const og_tensor *a = og_state_tensor(og_trainer_state(t), average);
    const og_tensor *w = og_state_tensor(og_trainer_state(t), "fc1.weight");

    (void)state;
    write_file(g, "sgd(lr=0.1) | ema_weights(0.9)", "", "", "");
    assert_ok(take(t, OG_TAKE_STRICT, false), og_trainer_report(t));
    assert_memory_equal(a->data, w->data, og_tensor_bytes(a));
    assert_false(has(t, average));
    assert_ok(take(t, OG_TAKE_STRICT, true), og_trainer_report(t));
    assert_true(has(t, average) && has(t, "fc1.weight"));
    og_trainer_free(t);
    og_graph_free(g);
}

/* With all that a trainer can be asked for, memory or a file call fails at the n-th of them. */
static bool failing_at(og_graph *g, uint64_t n)
{
    const og_train_options o = {
        .loss = "cross_entropy(scores, label)",
        .chain = "c=clip_norm(1) | groups{ *.bias: sgd(momentum=0.9); _: adafactor(lr=0.01, "
                 "weight_decay=0.1) } | ema_weights(0.9)",
        .batch = 8,
        .threads = 1,
        .norms = true,
        .init = path,
        .init_mode = OG_TAKE_PARTIAL,
        .init_optimizer = true,
    };
    og_trainer *t;
    og_status s;

    og_fail_at(n);
    s = og_trainer_new(g, p.data, &o, &t);
    if (!s)
        s = og_trainer_set(t, "c.c", 0.5);
    if (!s)
        s = og_trainer_step(t, NULL);
    if (!s)
        s = og_trainer_take(t, path, &(og_take_options){ OG_TAKE_NAMES, false });
    og_fail_at(0);
    if (s && s != OG_NO_MEMORY && s != OG_IO)
        fail_msg("call %llu failed and the status is %s", (unsigned long long)n, og_status_name(s));
    og_trainer_free(t);
    return !s;
}

static void fails_anywhere(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    uint64_t n = 1;

    (void)state;
    write_file(g, "c=clip_norm(1) | sgd(lr=0.1)", "", "more", "");
    while (!failing_at(g, n) && n < 100000)
        n += n < 3000 ? 1 : 7;
    assert_true(n > 100 && n < 100000);
    printf("%llu calls that may fail\n", (unsigned long long)n);
    og_graph_free(g);
}

static int set_up(void **state)
{
    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    og_dataset_free(p.data);
    folder_close(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),         cmocka_unit_test(with_the_optimizer),
        cmocka_unit_test(what_does_not_fit), cmocka_unit_test(averages),
        cmocka_unit_test(fails_anywhere),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
