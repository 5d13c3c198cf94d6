/*
 * Chains at random, made of all stages and schedules by their descriptors: what is printed reads
 * back to the same chain, and a training step is made of it or refused with a place.  Chains that
 * are kept elsewhere too: those of the trajectories.
 */
#include "../test.h"

#include "onnxgrad/session.h"
#include "optim/optim.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct writer {
    og_philox random;
    og_text out;
    int depth, stages;
} writer;

static uint64_t below(writer *w, uint64_t n)
{
    return og_philox_below(&w->random, n);
}

static bool one_in(writer *w, uint64_t n)
{
    return below(w, n) == 0;
}

static void put(writer *w, const char *text)
{
    og_text_print(&w->out, "%s", text);
}

/* White space that means nothing. */
static void space(writer *w)
{
    static const char *const spaces[] = { "", "", "", " ", "  ", "\n", "\t" };

    put(w, spaces[below(w, 7)]);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static double number_in(writer *w, const char *range, bool whole)
{
    static const double likely[] = { 0,
                                     1,
                                     2,
                                     3,
                                     5,
                                     10,
                                     25,
                                     1000,
                                     0.5,
                                     0.1,
                                     0.9,
                                     0.999,
                                     1e-3,
                                     1e-8,
                                     1e-300,
                                     1e300,
                                     -1,
                                     -0.5,
                                     (double)INFINITY,
                                     1.0 / 3 };
    const og_bounds bounds = og_bounds_read(range);
    double x;

    do {
        x = likely[below(w, sizeof likely / sizeof *likely)];
        if (one_in(w, 4))
            x = og_philox_uniform(&w->random) * pow(10, (double)below(w, 40) - 20);
        if (whole)
            x = floor(x);
    } while ((whole && !(fabs(x) < 1e15)) || !og_bounds_has(&bounds, x));
    return x;
}

/* The same number in one of many forms. */
static void put_number(writer *w, double x)
{
    static const char *const forms[] = { "%.17g", "%.17g", "%.16e", "%+.17g", "%.17G" };
    char text[64];

    (void)snprintf(text, sizeof text, forms[below(w, 5)], x);
    if (isinf(x))
        (void)snprintf(text, sizeof text, x < 0 ? "-inf" : one_in(w, 2) ? "inf" : "+inf");
    put(w, text[0] == '0' && text[1] == '.' && one_in(w, 2) ? text + 1 : text);
}

static void put_word(writer *w, const char *choices)
{
    char word[40];
    size_t n = 1;

    for (const char *s = choices; *s; s++)
        n += *s == ' ';
    for (size_t k = below(w, n); k > 0; k--)
        choices = strchr(choices, ' ') + 1;
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(choices, " "), choices);
    if (og_word_needs_quotes(word) || one_in(w, 4))
        og_print_quoted(&w->out, word);
    else
        put(w, word);
}

static void put_call(writer *w, const char *name, const og_signature *signature);

static void put_schedule(writer *w)
{
    size_t n = 0;
    og_signature signature;

    while (og_schedules[n].name)
        n++;
    signature = og_schedule_signature(&og_schedules[below(w, n)]);
    w->depth++;
    put_call(w, signature.name, &signature);
    w->depth--;
}

static void put_value(writer *w, const og_stage_arg *arg)
{
    switch (arg->kind) {
    case OG_ARG_NUMBER:
        if (w->depth < 4 && one_in(w, 6))
            put_schedule(w);
        else
            put_number(w, number_in(w, arg->range, false));
        break;
    case OG_ARG_FIXED:
        put_number(w, number_in(w, arg->range, false));
        break;
    case OG_ARG_WHOLE:
        put_number(w, number_in(w, arg->range, true));
        break;
    case OG_ARG_BOOL:
        put(w, one_in(w, 2) ? "true" : "false");
        break;
    case OG_ARG_WORD:
        if (arg->range)
            put_word(w, arg->range);
        else
            put(w, "\"30 60 90\"");
        break;
    }
}

/* Some by position, the rest by name in any order, none that must be there left out. */
static void put_arguments(writer *w, const og_signature *signature)
{
    int n = og_signature_count(signature), left[OG_MOST_ARGS], count = 0;
    int positional = (int)below(w, (uint64_t)n + 1);
    bool any = false;

    for (int k = 0; k < n; k++)
        if (k >= positional && (!signature->arg[k].value || one_in(w, 3)))
            left[count++] = k;
    for (int k = 0; k < positional; k++, any = true) {
        put(w, any ? "," : "");
        space(w);
        put_value(w, &signature->arg[k]);
        space(w);
    }
    for (; count > 0; any = true) {
        int k = (int)below(w, (uint64_t)count);

        og_text_print(&w->out, "%s", any ? "," : "");
        space(w);
        put(w, signature->arg[left[k]].name);
        space(w);
        put(w, "=");
        space(w);
        put_value(w, &signature->arg[left[k]]);
        left[k] = left[--count];
    }
    if (signature->compat && one_in(w, 6)) {
        put(w, any ? ", compat=" : "compat=");
        put_word(w, "torch optax onnx keras");
    }
}

static void put_call(writer *w, const char *name, const og_signature *signature)
{
    size_t before;

    put(w, name);
    space(w);
    put(w, "(");
    before = w->out.size;
    put_arguments(w, signature);
    space(w);
    if (w->out.size > before || one_in(w, 2))
        put(w, ")");
    else
        w->out.size = before - 1; /* no parentheses without arguments */
}

/* ---- Chains ---------------------------------------------------------------------------------- */

static void put_glob(writer *w)
{
    static const char *const globs[] = { "*",       "a",     "*.weight",           "?.bias",
                                         "a.*",     "\"a\"", "\"b c:d\"",          "\"\\\"\\\\\"",
                                         "\"_\"",   "1",     "\"\xC3\xA4*\"",      "a/b",
                                         "\"*-?\"", "true",  "\"line\nand more\"", "\"groups\"" };

    put(w, globs[below(w, sizeof globs / sizeof *globs)]);
}

static void put_selector(writer *w)
{
    char sign = '+';

    put_glob(w);
    while (one_in(w, 3)) {
        sign = sign == '-' || one_in(w, 2) ? '-' : '+';
        space(w);
        og_text_add(&w->out, &sign, 1);
        space(w);
        put_glob(w);
    }
}

static void put_chain(writer *w);

static void put_groups(writer *w)
{
    uint64_t n = 1 + below(w, 3);

    put(w, "groups");
    space(w);
    put(w, "{");
    for (uint64_t i = 0; i < n; i++) {
        space(w);
        if (i + 1 == n && one_in(w, 2))
            put(w, "_");
        else
            put_selector(w);
        space(w);
        put(w, ":");
        space(w);
        put_chain(w);
        put(w, i + 1 < n ? ";" : "}");
    }
}

static void put_stage(writer *w)
{
    size_t n = 0;
    og_signature signature;

    while (og_stage_registry[n])
        n++;
    signature = og_stage_signature(og_stage_registry[below(w, n)]);
    if (one_in(w, 6))
        og_text_print(&w->out, "%c%d = ", "lgt_"[below(w, 4)], w -> stages);
    w->stages++;
    put_call(w, signature.name, &signature);
}

static void put_link(writer *w)
{
    bool groups = w->depth < 3 && one_in(w, 8);

    if (groups) {
        put_groups(w);
    } else if (w->depth < 3 && one_in(w, 8)) {
        put(w, "(");
        space(w);
        put_chain(w);
        put(w, ")");
    } else {
        put_stage(w);
    }
    if (groups || !one_in(w, 6))
        return;
    space(w);
    put(w, "@");
    space(w);
    put(w, one_in(w, 8) ? "_+" : ""); /* a name like others here, the rest in groups */
    put_selector(w);
}

static void put_chain(writer *w)
{
    uint64_t n = 1 + below(w, 3);

    w->depth++;
    for (uint64_t i = 0; i < n; i++) {
        put(w, i ? "|" : "");
        space(w);
        put_link(w);
        space(w);
    }
    w->depth--;
}

/* ---- Reading back ---------------------------------------------------------------------------- */

/* Parses, prints, parses and prints again; returns the printed text, which the caller frees, or
 * NULL where a stage did not like the values that it got together. */
static char *check_text(const char *text)
{
    og_chain *first, *second;
    og_status status = og_chain_parse(text, NULL, &first);
    char *printed = NULL;

    if (status) {
        const char *what = og_chain_report(first)->what;

        /* what two arguments say together is not in their descriptors */
        if (status != OG_BAD_CHAIN || !(strstr(what, "nesterov") || strstr(what, "stands for")))
            fail_msg("%s: %s", text, og_chain_report(first)->what);
    } else {
        printed = strdup(og_chain_text(first));
        if (og_chain_parse(printed, NULL, &second))
            fail_msg("%s\nis printed as\n%s\nwhich is refused: %s", text, printed,
                     og_chain_report(second)->what);
        assert_string_equal(og_chain_text(second), printed);
        assert_non_null(og_chain_explain(first));
        assert_string_equal(og_chain_explain(second), og_chain_explain(first));
        og_chain_free(second);
    }
    og_chain_free(first);
    return printed;
}

static void test_random_chains(void **state)
{
    int read = 0;

    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        writer w = { .random = { .seed = 1, .stream = i } };
        char *printed;

        put_chain(&w);
        printed = check_text(w.out.data);
        read += printed != NULL;
        free(printed);
        og_text_free(&w.out);
    }
    assert_true(read > 4500);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static og_value *parameter(og_graph *g, const char *name, int rank, const int64_t *dims)
{
    og_tensor *t = og_tensor_new(OG_FLOAT, rank, dims);
    og_value *p;

    for (int64_t i = 0; i < t->count; i++)
        og_set_double(t, i, 0.25 * (double)(i % 5) - 0.5);
    p = og_parameter(g, name, t);
    og_tensor_free(t);
    return p;
}

/* A step over a matrix and a vector runs twice, or says where the chain is wrong. */
static bool run_steps(const char *chain)
{
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[2,3]");
    og_value *y = og_add(og_matmul(x, parameter(g, "a.weight", 2, (int64_t[]){ 3, 4 })),
                         parameter(g, "b.bias", 1, (int64_t[]){ 4 }));
    og_value *loss = og_reduce("ReduceMean", og_mul(y, y), (og_ints){ 0, NULL }, false);
    og_status status = og_train_step(g, loss, chain);
    float data[6] = { 1, -2, 0.5f, 3, 0.25f, -1 };
    int64_t dims[2] = { 2, 3 };
    og_feed feed = { "x", og_tensor_view(OG_FLOAT, 2, dims, data) };
    og_session *session;

    if (status) {
        if (status != OG_BAD_CHAIN && status != OG_BAD_ARGUMENT)
            fail_msg("%s: %s: %s", chain, og_status_name(status), og_graph_report(g)->what);
        og_graph_free(g);
        return false;
    }
    assert_ok(og_session_new(g, NULL, &session), og_session_report(session));
    for (int i = 0; i < 2; i++) {
        status = og_session_run(session, &feed, 1, NULL, 0, NULL, NULL);
        if (status && status != OG_NOT_FINITE) /* a rate of 1e300 gets there */
            fail_msg("%s: %s: %s", chain, og_status_name(status), og_session_report(session)->what);
    }
    og_session_free(session);
    og_graph_free(g);
    return true;
}

static void test_random_steps(void **state)
{
    int made = 0;

    (void)state;
    for (uint64_t i = 0; i < 600; i++) {
        writer w = { .random = { .seed = 2, .stream = i } };
        char *printed;

        put_chain(&w);
        put(&w, one_in(&w, 2) ? "| lr(0.1)" : "");
        printed = check_text(w.out.data);
        if (printed)
            made += run_steps(printed);
        free(printed);
        og_text_free(&w.out);
    }
    assert_true(made > 100);
}

/* ---- Trajectories ---------------------------------------------------------------------------- */

static const char *const trajectories[] = {
    "clip_norm(1.0) | sgd(lr=0.01)",
    "clip_norm(1.0) | sgd(lr=0.5)",
    "clip_value(0.05) | groups{ \"*.bias\"+\"scale\": adamw(lr=0.003, beta2=0.98, "
    "weight_decay=0); _: adamw(lr=0.003, beta2=0.98, weight_decay=0.1) }",
    "clip_layer(0.05) | adam(lr=step(0.002, every=6, gamma=0.5))",
    "clip_norm(2.0) | decay(0.01) | sgd(lr=step(0.02, every=7, gamma=0.3), momentum=0.9, "
    "nesterov=true)",
    "clip_norm(0.25) | rmsprop(lr=0.002, alpha=0.95, momentum=0.5, centered=true)",
    "clip_value(0.02) | groups{ \"emb.*\": freeze; _: adagrad(lr=0.05, lr_decay=0.01) }",
    "clip_norm(1.0) | groups{ \"*.bias\"+\"*.ln_*\": adamw(lr=cosine(0.01, steps=20, warmup=4), "
    "weight_decay=0); _: adamw(lr=cosine(0.01, steps=20, warmup=4), weight_decay=0.1) }",
    "accumulate(4) | clip_norm(0.25) | adam(lr=0.01, amsgrad=true)",
    "clip_norm(0.05, p=inf) | radam(lr=0.01) | ema_weights(0.9)",
    "clip_norm(0.4) | nadam(lr=0.004, weight_decay=0.02, decoupled=true)",
};

static void test_trajectories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trajectories / sizeof *trajectories; i++) {
        char *printed = check_text(trajectories[i]);

        assert_non_null(printed);
        free(printed);
    }
}

/* The cases in ../shared/trajectories (or $ONNXGRAD_SHARED/trajectories) have these chains. */
static void test_trajectory_files(void **state)
{
    const char *given = getenv("ONNXGRAD_SHARED");
    const char *shared = given ? given : OG_SOURCE_DIR "/../shared";
    char pattern[1000];
    glob_t found;

    (void)state;
    (void)snprintf(pattern, sizeof pattern, "%s/trajectories/*/case.json", shared);
    if (glob(pattern, 0, NULL, &found) == GLOB_NOMATCH) {
        print_message("no %s: its chains are not compared\n", pattern);
        skip();
    }
    assert_int_equal(found.gl_pathc, sizeof trajectories / sizeof *trajectories);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        og_report report = { .code = OG_OK };
        og_text expected = { .data = NULL };
        void *data;
        size_t size;
        char *text;

        assert_ok(og_file_read(found.gl_pathv[i], &data, &size, &report), &report);
        text = strndup(data, size);
        og_print_quoted(&expected, trajectories[i]); /* as JSON does */
        if (!strstr(text, expected.data))
            fail_msg("%s holds another chain than %s", found.gl_pathv[i], trajectories[i]);
        og_text_free(&expected);
        og_free(data);
        free(text);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_chains),
        cmocka_unit_test(test_random_steps),
        cmocka_unit_test(test_trajectories),
        cmocka_unit_test(test_trajectory_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
