/* What a training step measures, refuses, warns about and keeps. */
#include "../test.h"

#include "onnxgrad/session.h"
#include "optim/optim.h"

#include <stdio.h>

typedef struct model {
    og_graph *g;
    og_value *loss;
    og_session *session;
} model;

/* Parameters a and b of two floats each, at 0; the loss sum(a * ga) + sum(b * gb) has the gradients
 * ga and gb. */
static model model_new(og_elem elem)
{
    static const char *const names[][2] = { { "a", "ga" }, { "b", "gb" } };
    model m = { .g = og_graph_new("m") };
    int64_t dims[1] = { 2 };
    og_tensor *zero = og_tensor_new(elem, 1, dims);

    for (int i = 0; i < 2; i++) {
        og_value *p = og_parameter(m.g, names[i][0], zero);
        og_value *g = og_input_dims(m.g, names[i][1], elem, 1, dims);
        og_value *term = og_reduce("ReduceSum", og_mul(p, g), (og_ints){ 0, NULL }, false);

        m.loss = m.loss ? og_add(m.loss, term) : term;
    }
    og_tensor_free(zero);
    return m;
}

static void model_free(model *m)
{
    og_session_free(m->session);
    og_graph_free(m->g);
}

static void model_start(model *m, const char *chain)
{
    assert_ok(og_train_step(m->g, m->loss, chain), og_graph_report(m->g));
    assert_ok(og_session_new(m->g, NULL, &m->session), og_session_report(m->session));
}

static og_status model_run(model *m, const float *ga, const float *gb, og_run_info *info)
{
    int64_t dims[1] = { 2 };
    og_feed feeds[] = { { "ga", og_tensor_view(OG_FLOAT, 1, dims, (void *)(uintptr_t)ga) },
                        { "gb", og_tensor_view(OG_FLOAT, 1, dims, (void *)(uintptr_t)gb) } };

    return og_session_run(m->session, feeds, 2, NULL, 0, NULL, info);
}

static double state_number(const model *m, const char *name, int64_t i)
{
    const og_tensor *t = og_state_tensor(og_session_state(m->session), name);

    if (!t)
        fail_msg("no state '%s'", name);
    return og_get_double(t, i);
}

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

/* ---- Infos ----------------------------------------------------------------------------------- */

static void test_infos(void **state)
{
    static const struct {
        const char *chain;
        double before, after, coef, lr;
    } rows[] = {
        { "clip_norm(2.5, eps=0) | lr(0.5)", 5, 2.5, 0.5, 0.5 },
        { "clip_norm(10) | lr(0.5)", 5, 5, 1, 0.5 },
        { "lr(0.25)", 5, 5, 1, 0.25 },
        { "clip_value(1) | lr(1)", 5, 1.4142135623730951, 0.28284271247461903, 1 },
        { "clip_layer(1, eps=0) | lr(1)", 5, 1.4142135623730951, 0.28284271247461903, 1 },
        { "clip_norm(4, eps=0) | clip_norm(2, eps=0) | decay(1) | lr(1) ", 5, 2, 0.4, 1 },
        { "clip_norm(1, p=inf, eps=0) | lr(1)", 5, 1.25, 0.25, 1 },
        { "clip_sign(0.5) | lr(1)", 5, 0.7071067811865476, 0.1414213562373095, 1 },
        { "clip_norm(1, eps=0)@a | lr(cosine(8, steps=4))", 5, 4.123105625617661,
          0.8246211251235321, 8 },
        { "decay(0) | clip_norm(1) | sgd(lr=3)", 5, 5, 1, 3 },
        { "clip_norm(2.5, eps=0) | lr(0.5) | freeze@b", 3, 2.5, 0.8333333333333334, 0.5 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        model m = model_new(OG_FLOAT);
        og_run_info info;

        model_start(&m, rows[i].chain);
        assert_ok(model_run(&m, (float[]){ 3, 0 }, (float[]){ 0, 4 }, &info),
                  og_session_report(m.session));
        if (!near(info.grad_norm, rows[i].before) || !near(info.grad_norm_after, rows[i].after) ||
            !near(info.clip_coef, rows[i].coef) || !near(info.lr, rows[i].lr) || info.step != 1 ||
            !info.applied || info.loss != 0)
            fail_msg("%s: found norm %g after %g coef %g lr %g step %d", rows[i].chain,
                     info.grad_norm, info.grad_norm_after, info.clip_coef, info.lr, (int)info.step);
        model_free(&m);
    }
}

static void test_zero_gradient(void **state)
{
    model m = model_new(OG_FLOAT);
    og_run_info info;

    (void)state;
    model_start(&m, "clip_norm(1, eps=0) | lr(1)");
    assert_ok(model_run(&m, (float[]){ 0, 0 }, (float[]){ 0, 0 }, &info),
              og_session_report(m.session));
    assert_true(info.grad_norm == 0 && info.grad_norm_after == 0 && info.clip_coef == 1);
    assert_true(state_number(&m, "a", 0) == 0);
    model_free(&m);
}

/* ---- What is not finite ---------------------------------------------------------------------- */

static void check_nonfinite(const char *chain, og_status status, bool applied, double expected)
{
    model m = model_new(OG_FLOAT);
    og_run_info info = { .applied = false };
    double found;

    model_start(&m, chain);
    assert_int_equal(model_run(&m, (float[]){ 1, 2 }, (float[]){ 1, (float)INFINITY }, &info),
                     status);
    if (status) {
        assert_non_null(
            strstr(og_session_report(m.session)->what, "'b_grad' is not finite: 1 of 2"));
        assert_string_equal(info.nonfinite, "b_grad");
        assert_int_equal(info.nonfinite_elements, 1);
        assert_true(state_number(&m, "a", 0) == 0 && state_number(&m, "opt/step", 0) == 0);
    } else {
        found = state_number(&m, "b", 0);
        assert_int_equal(info.applied, applied);
        assert_true(isnan(expected) ? isnan(found) : found == expected);
        assert_int_equal(state_number(&m, "opt/step", 0), applied);
    }
    model_free(&m);
}

static void test_nonfinite(void **state)
{
    (void)state;
    check_nonfinite("clip_norm(1) | lr(1)", OG_NOT_FINITE, false, 0);
    check_nonfinite("lr(1)", OG_NOT_FINITE, false, 0);
    check_nonfinite("clip_norm(1, p=inf) | lr(1)", OG_NOT_FINITE, false, 0);
    check_nonfinite("finite | lr(1)", OG_NOT_FINITE, false, 0);
    check_nonfinite("finite(skip) | adam(lr=1)", OG_OK, false, 0);
    check_nonfinite("finite(zero) | lr(1)", OG_OK, true, -1);
    check_nonfinite("finite(pass) | lr(1)", OG_OK, true, -1);
    /* as PyTorch: [1, inf] becomes [0, nan] */
    check_nonfinite("finite(pass) | clip_norm(1) | lr(1)", OG_OK, true, 0);
    /* frozen, its gradient is not asked for */
    check_nonfinite("lr(1) | freeze@b", OG_OK, true, 0);
}

/* ---- State ----------------------------------------------------------------------------------- */

static void test_names(void **state)
{
    static const char *const names[] = {
        "a",
        "b",
        "opt/step",
        "opt/c/c",
        "opt/clip_norm/c",
        "opt/adam/beta1",
        "opt/adam/eps",
        "opt/adam/m/a",
        "opt/adam/v/a",
        "opt/adam_2/m/b",
        "opt/adam_2/v/b",
        "opt/adam_2/lr.value",
        "opt/adam_2/lr.steps",
    };
    model m = model_new(OG_FLOAT);

    (void)state;
    model_start(
        &m, "c=clip_norm(1) | clip_norm(2) | groups{ a: adam; _: adam(lr=cosine(1, steps=2)) }");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)state_number(&m, names[i], 0);
    assert_null(og_state_tensor(og_session_state(m.session), "opt/adam/m/b"));
    model_free(&m);
}

/* Arguments are state: they change while training. */
static void test_live_change(void **state)
{
    model m = model_new(OG_FLOAT);

    (void)state;
    model_start(&m, "lr(1)");
    assert_ok(model_run(&m, (float[]){ 1, 1 }, (float[]){ 1, 1 }, NULL),
              og_session_report(m.session));
    assert_ok(og_session_set(m.session, "lr.lr", 0.5), og_session_report(m.session));
    assert_ok(model_run(&m, (float[]){ 1, 1 }, (float[]){ 1, 1 }, NULL),
              og_session_report(m.session));
    assert_true(state_number(&m, "a", 0) == -1.5);
    model_free(&m);
}

/* c = inf is the identity, bit for bit. */
static void test_identity(void **state)
{
    const float ga[] = { 0.1f, -3.3e-38f }, gb[] = { 1.7e38f, -1e-45f };
    model m = model_new(OG_FLOAT);

    (void)state;
    model_start(&m, "clip_norm(inf) | clip_value(inf) | clip_layer(inf) | clip_sign(inf) | lr(1)");
    assert_ok(model_run(&m, ga, gb, NULL), og_session_report(m.session));
    for (int i = 0; i < 2; i++) {
        assert_true(state_number(&m, "a", i) == -(double)ga[i]);
        assert_true(state_number(&m, "b", i) == -(double)gb[i]);
    }
    model_free(&m);
}

/* What follows accumulate happens once for all: slots, clock and parameters wait. */
static void test_accumulate(void **state)
{
    model m = model_new(OG_FLOAT);
    og_run_info info;

    (void)state;
    model_start(
        &m,
        "accumulate(2) | clip_norm(2.5, eps=0) | sgd(lr=step(1, every=1, gamma=0.5), momentum=1)");
    for (int turn = 0; turn < 2; turn++) {
        double before = state_number(&m, "a", 0);

        assert_ok(model_run(&m, (float[]){ 1, 0 }, (float[]){ 0, 4 }, &info),
                  og_session_report(m.session));
        assert_false(info.applied);
        assert_true(info.step == turn && state_number(&m, "a", 0) == before);
        assert_true(state_number(&m, "opt/sgd/momentum_buffer/a", 0) == turn * 1.5);
        assert_true(state_number(&m, "opt/accumulate/sum/a", 0) == 1);
        assert_ok(model_run(&m, (float[]){ 5, 0 }, (float[]){ 0, 4 }, &info),
                  og_session_report(m.session));
        assert_true(info.applied && info.step == turn + 1);
        assert_true(near(info.grad_norm, 5) && near(info.grad_norm_after, 2.5));
        assert_true(state_number(&m, "opt/accumulate/sum/a", 0) == 0);
    }
    assert_true(state_number(&m, "a", 0) == -1.5 - 0.5 * 3);
    model_free(&m);
}

/* Training goes on with the parameters; the averages are named for evaluation. */
static void test_averages(void **state)
{
    model m = model_new(OG_FLOAT);

    (void)state;
    model_start(&m, "lr(1) | ema_weights(0.75)@a");
    assert_int_equal(m.g->averages.n, 1);
    assert_string_equal(m.g->averages.v[0].state->name, "a");
    assert_string_equal(m.g->averages.v[0].update->name, "opt/ema_weights/average/a");
    assert_ok(model_run(&m, (float[]){ 1, 2 }, (float[]){ 0, 0 }, NULL),
              og_session_report(m.session));
    assert_true(state_number(&m, "opt/ema_weights/average/a", 1) == -2);
    assert_ok(model_run(&m, (float[]){ 1, 2 }, (float[]){ 0, 0 }, NULL),
              og_session_report(m.session));
    assert_true(state_number(&m, "opt/ema_weights/average/a", 1) == -2.5);
    assert_true(state_number(&m, "a", 1) == -4);
    model_free(&m);
}

/* The loss scale is in the gradient, halves with a skipped step and grows after good ones. */
static void test_unscale(void **state)
{
    const float bad[] = { (float)NAN, 0 }, good[] = { 1, 2 };
    model m = model_new(OG_FLOAT);
    og_run_info info;

    (void)state;
    model_start(&m, "unscale(8, interval=2) | clip_norm(100) | sgd(lr=1, momentum=0.5)");
    assert_ok(model_run(&m, good, good, &info), og_session_report(m.session));
    assert_true(info.applied && near(info.grad_norm, sqrt(10)) && state_number(&m, "a", 1) == -2);
    assert_ok(model_run(&m, bad, good, &info), og_session_report(m.session));
    assert_true(!info.applied && info.step == 1 && state_number(&m, "a", 1) == -2);
    assert_true(state_number(&m, "opt/unscale/loss_scale", 0) == 4);
    assert_true(state_number(&m, "opt/sgd/momentum_buffer/a", 1) == 2);
    for (int i = 0; i < 2; i++)
        assert_ok(model_run(&m, good, good, &info), og_session_report(m.session));
    assert_true(info.step == 3 && state_number(&m, "opt/unscale/loss_scale", 0) == 8);
    model_free(&m);
}

static void test_counted_skips(void **state)
{
    const float bad[] = { (float)INFINITY, 0 }, good[] = { 1, 2 };
    model m = model_new(OG_FLOAT);
    og_run_info info;

    (void)state;
    model_start(&m, "finite(skip, most=2) | lr(1)");
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2; i++) {
            assert_ok(model_run(&m, bad, good, &info), og_session_report(m.session));
            assert_false(info.applied);
            assert_string_equal(info.nonfinite, "a_grad");
        }
        assert_ok(model_run(&m, good, good, &info), og_session_report(m.session));
        assert_null(info.nonfinite);
        assert_true(info.applied && info.step == round + 1);
    }
    for (int i = 0; i < 2; i++)
        assert_ok(model_run(&m, bad, good, &info), og_session_report(m.session));
    assert_int_equal(model_run(&m, bad, good, &info), OG_NOT_FINITE);
    assert_true(state_number(&m, "a", 0) == -2);
    model_free(&m);
}

/* The loss sum(p^4) has the gradient 4 p^3; sam takes it at p + rho g / |g|. */
static void test_sam(void **state)
{
    og_graph *g = og_graph_new("m");
    int64_t dims[1] = { 2 };
    double p[] = { 1, -2 }, norm = sqrt(16 + 32 * 32.0);
    og_tensor t = og_tensor_view(OG_DOUBLE, 1, dims, p);
    og_value *x = og_parameter(g, "p", &t), *square = og_mul(x, x);
    og_value *loss = og_reduce("ReduceSum", og_mul(square, square), (og_ints){ 0, NULL }, false);
    og_session *session;
    og_run_info info;

    (void)state;
    assert_ok(og_train_step(g, loss, "sam(0.5) | lr(1)"), og_graph_report(g));
    assert_ok(og_session_new(g, NULL, &session), og_session_report(session));
    assert_ok(og_session_run(session, NULL, 0, NULL, 0, NULL, &info), og_session_report(session));
    assert_true(fabs(info.loss - 17) < 1e-12 && fabs(info.grad_norm - norm) < 1e-12);
    for (int i = 0; i < 2; i++) {
        double at = p[i] + 0.5 * 4 * p[i] * p[i] * p[i] / norm;
        double found = og_get_double(og_state_tensor(og_session_state(session), "p"), i);

        assert_true(fabs(found - (p[i] - 4 * at * at * at)) < 1e-9);
    }
    og_session_free(session);
    og_graph_free(g);
}

/* Mean and variance of what was added to a parameter of zeros lie within five standard errors. */
static void check_spread(const og_tensor *p, double *before, double variance)
{
    double sum = 0, squares = 0, n = (double)p->count;

    for (int64_t i = 0; i < p->count; i++) {
        double x = og_get_double(p, i) - before[i];

        sum += x;
        squares += x * x;
        before[i] += x;
    }
    assert_true(fabs(sum / n) < 5 * sqrt(variance / n));
    assert_true(fabs(squares / n - variance) < 5 * variance * sqrt(2 / n));
}

/* The variance is eta / t^gamma; another seed gives other numbers, another thread count does not.
 */
static void test_noise(void **state)
{
    enum { N = 40000 };
    static double zeros[N], before[3][N];
    int64_t dims[1] = { N };
    og_tensor t = og_tensor_view(OG_DOUBLE, 1, dims, zeros);

    (void)state;
    memset(before, 0, sizeof before);
    for (int k = 0; k < 3; k++) {
        og_session_options options = { .threads = k == 1 ? 2 : 1, .seed = k == 2 ? 5 : 0 };
        og_graph *g = og_graph_new("m");
        og_value *x = og_parameter(g, "p", &t);
        og_value *loss = og_reduce("ReduceSum", og_times(x, 0), (og_ints){ 0, NULL }, false);
        og_session *session;
        const og_tensor *p;

        assert_ok(og_train_step(g, loss, "noise(0.04, gamma=1) | lr(1)"), og_graph_report(g));
        assert_ok(og_session_new(g, &options, &session), og_session_report(session));
        p = og_state_tensor(og_session_state(session), "p");
        for (int step = 1; step <= 4; step++) {
            assert_ok(og_session_run(session, NULL, 0, NULL, 0, NULL, NULL),
                      og_session_report(session));
            check_spread(p, before[k], 0.04 / step);
        }
        og_session_free(session);
        og_graph_free(g);
    }
    assert_memory_equal(before[0], before[1], sizeof before[0]);
    assert_true(before[0][0] != before[2][0]);
}

/* Memory may run out anywhere while a step is made. */
static void test_memory(void **state)
{
    static const char *const chains[] = {
        ("accumulate(2) | clip_norm(1) | groups{ a: adam(lr=cosine(1, steps=9, warmup=2)); _: lars "
         "} | ema_weights"),
        "unscale | autoclip | prodigy | lookahead",
        "noise(1) | plateau | dog | keep_params_nonnegative",
        "sam | sophia(lr=1)@a | lbfgs(history=2)@b",
        "lr(1) | scale_by_backtracking_linesearch(2)",
    };

    (void)state;
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        og_status status = OG_NO_MEMORY;

        for (uint64_t n = 1; status && n < 20000; n++) {
            model m = model_new(OG_FLOAT);

            og_fail_at(n);
            status = og_train_step(m.g, m.loss, chains[i]);
            og_fail_at(0);
            assert_true(status == OG_OK || status == OG_NO_MEMORY);
            model_free(&m);
        }
        assert_int_equal(status, OG_OK);
    }
}

/* ---- Refusals -------------------------------------------------------------------------------- */

static void test_refusals(void **state)
{
    model m = model_new(OG_FLOAT);
    og_step_options strict = { .strict = true }, wrong = { .compat = "jax" };

    (void)state;
    assert_int_equal(og_train_step_with(m.g, m.loss, "lr(1) | clip_norm(1)", &strict),
                     OG_BAD_CHAIN);
    assert_non_null(strstr(og_graph_report(m.g)->what, "offset 8: clip_norm behind lr"));
    model_free(&m);

    m = model_new(OG_FLOAT);
    assert_int_equal(og_train_step_with(m.g, m.loss, "lr(1)", &wrong), OG_BAD_ARGUMENT);
    model_free(&m);

    m = model_new(OG_FLOAT);
    assert_int_equal(og_train_step(m.g, og_graph_find(m.g, "ga"), "lr(1)"), OG_NOT_SCALAR);
    model_free(&m);

    m = model_new(OG_FLOAT);
    assert_int_equal(og_train_step(m.g, m.loss, "lr(1) | freeze"), OG_BAD_ARGUMENT);
    model_free(&m);

    m = model_new(OG_FLOAT);
    assert_int_equal(og_train_step(m.g, m.loss, "lr(1)"), OG_OK);
    assert_int_equal(og_train_step(m.g, m.loss, "lr(1)"), OG_EXISTS);
    model_free(&m);
}

/* A parameter without influence is left alone, and that is said. */
static void test_no_influence(void **state)
{
    model m = model_new(OG_FLOAT);
    int64_t dims[1] = { 2 };
    float one[] = { 1, 1 };
    og_tensor t = og_tensor_view(OG_FLOAT, 1, dims, one);

    (void)state;
    og_parameter(m.g, "c", &t);
    model_start(&m, "adamw");
    assert_non_null(strstr(og_step_warning(m.g, 0), "does not depend on the parameter 'c'"));
    assert_ok(model_run(&m, (float[]){ 1, 1 }, (float[]){ 1, 1 }, NULL),
              og_session_report(m.session));
    assert_true(state_number(&m, "c", 0) == 1);
    assert_null(og_state_tensor(og_session_state(m.session), "opt/adamw/m/c"));
    model_free(&m);
}

/* A stage of the caller's own, by the same descriptor. */
static og_status double_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_out(c, i,
                     og_mul(og_stage_in(c, i), og_stage_cast(c, i, og_stage_argument(c, "by"))));
    return OG_OK;
}

static void test_own_stage(void **state)
{
    static const og_stage times = { .name = "times",
                                    .doc = "Times a number.",
                                    .positional = 1,
                                    .arg = { { "by", OG_ARG_NUMBER, "2", NULL, "the factor" } },
                                    .build = double_build };
    const og_stage *const stages[] = { &times, NULL };
    og_step_options options = { .stages = stages };
    model m = model_new(OG_FLOAT);

    (void)state;
    assert_ok(og_train_step_with(m.g, m.loss, "times(3) | lr(1)", &options), og_graph_report(m.g));
    assert_ok(og_session_new(m.g, NULL, &m.session), og_session_report(m.session));
    assert_ok(model_run(&m, (float[]){ 1, 2 }, (float[]){ 1, 1 }, NULL),
              og_session_report(m.session));
    assert_true(state_number(&m, "a", 1) == -6);
    model_free(&m);
}

static void test_explain(void **state)
{
    og_chain *chain;

    (void)state;
    assert_int_equal(og_chain_parse("clip_norm(1) | adam", NULL, &chain), OG_OK);
    assert_string_equal(
        og_chain_explain(chain),
        "clip_norm(1) | adam\n"
        "written out: clip_norm(1) | scale_by_adam(beta1=0.9, beta2=0.999, eps=1e-8, "
        "amsgrad=false) | "
        "lr(0.001)\n"
        "stages:\n"
        "  clip_norm        global   All gradients times min(1, c / (norm + eps)).\n"
        "  scale_by_adam    element  m / (sqrt(v) + eps), the corrected means of g and g^2.  "
        "keeps m, v: 8 bytes an element\n"
        "  lr               element  Times the learning rate, turned downhill.\n"
        "state: 8 bytes for each float32 element of a parameter\n"
        "passes over memory: 2 (the norm and the finite check, the update)\n");
    og_chain_free(chain);
    assert_int_equal(og_chain_parse("lbfgs(history=3)", NULL, &chain), OG_OK);
    assert_non_null(strstr(og_chain_explain(chain), "state: 32 bytes for each float32 element"));
    og_chain_free(chain);
    /* sum, m, v, and where the parameter began, which no step changes */
    assert_int_equal(og_chain_parse("prodigy", NULL, &chain), OG_OK);
    assert_non_null(strstr(og_chain_explain(chain), "state: 16 bytes for each float32 element"));
    og_chain_free(chain);
    assert_int_equal(og_chain_parse("clip_norm(1, p=inf) | sgd", NULL, &chain), OG_OK);
    assert_non_null(strstr(og_chain_explain(chain), "passes over memory: 3"));
    og_chain_free(chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_infos),       cmocka_unit_test(test_zero_gradient),
        cmocka_unit_test(test_nonfinite),   cmocka_unit_test(test_names),
        cmocka_unit_test(test_live_change), cmocka_unit_test(test_identity),
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_no_influence),
        cmocka_unit_test(test_accumulate),  cmocka_unit_test(test_averages),
        cmocka_unit_test(test_unscale),     cmocka_unit_test(test_counted_skips),
        cmocka_unit_test(test_sam),         cmocka_unit_test(test_memory),
        cmocka_unit_test(test_own_stage),   cmocka_unit_test(test_explain),
        cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
