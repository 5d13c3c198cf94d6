/* Likely mistakes in the order of stages: each is told once, with its reason, and is an error when
 * strict; chains that are right are left in peace. */
#include "../test.h"

#include "optim/optim.h"

#include <stdio.h>
#include <stdlib.h>

/* A chain with one mistake. */
static const struct {
    const char *chain;
    size_t at;
    const char *text;
} mistakes[] = {
    { "clip_norm(1) | unscale | sgd", 0,
      "clip_norm before unscale: it clips gradients that still carry the loss scale" },
    { "clip_norm(1) | accumulate(4) | sgd", 0,
      "clip_norm before accumulate: it clips each part before they are averaged" },
    { "clip_value(1) | finite(skip) | sgd", 16,
      "finite behind clip_value: it comes too late there" },
    { "accumulate(2) | finite(skip) | sgd", 16,
      "finite behind accumulate: it comes too late there" },
    { "trace(0.9) | finite(zero) | lr(0.1)", 13,
      "finite behind trace: it comes too late there: one infinite gradient stays in the averages" },
    { "scale_by_adam | accumulate(2) | lr(0.1)", 0,
      "scale_by_adam before accumulate: it takes in every part" },
    { "trace(0.9) | unscale | lr(0.1)", 0,
      "trace before unscale: it takes in gradients that still carry the loss scale" },
    { "lr(0.1) | scale_by_rms", 10,
      "scale_by_rms behind lr: it divides the learning rate out again" },
    { "adam(lr=1e-3) | clip_norm(1)", 16, "clip_norm behind adam: it clips the update there" },
    { "sgd(lr=0.1) | clip_value(0.1)", 14, "clip_value behind sgd: it clips the update there" },
    { "sgd | accumulate(2)", 6, "accumulate behind sgd: it averages updates there" },
    { "sgd | unscale", 6, "unscale behind sgd: it takes the loss scale off an update there" },
    { "decay(0.1) | unscale | sgd", 0,
      "decay before unscale: it is divided by the loss scale there" },
    { "decay(0.1) | scale_by_adam | lr(0.1)", 0,
      "decay before scale_by_adam: it is divided with the gradient there" },
    { "decay(0.1) | clip_norm(1) | sgd", 0, "decay before clip_norm: it counts in the norm there" },
    /* wherever it stands */
    { "(lr(0.1) | clip_norm(1))", 11, "clip_norm behind lr" },
    { "groups{ a: sgd | clip_norm(1); _: sgd }", 17, "clip_norm behind sgd" },
    { "sgd@a | clip_norm(1)", 8, "clip_norm behind sgd" },
    { "sgd@a+b | clip_norm(1)@a+b | adam@c", 10, "clip_norm behind sgd" },
};

/* What is written on purpose: the documentation's chains, the zoo's, those of the training cases.
 */
static const char *const right[] = {
    "clip_norm(1.0) | adam(lr=1e-3)",
    "c=clip_norm(1) | groups{ \"*.bias\": sgd(lr=0.1); _: adamw(lr=1e-3) }",
    "clip_norm(1.0) | sgd(lr=0.01)",
    "clip_value(0.05) | groups{ \"*.bias\"+\"scale\": adamw(lr=0.003, beta2=0.98, weight_decay=0); "
    "_: adamw(lr=0.003, beta2=0.98, weight_decay=0.1) }",
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
    "clip_layer(0.15) | rmsprop(lr=0.005, alpha=0.9, eps=1e-4)",
    /* everything at once, in its order */
    "finite(skip) | unscale | accumulate(4) | stats | clip_norm(1) | centralize | scale_by_adam | "
    "decay(0.01) | lr(1e-3) | weight_clip(1) | ema_weights",
    /* a clip of the update stands behind the adaptive stage, before the rate */
    "scale_by_adam | clip_rms(1) | lr(1e-3)",
    "clip_norm(1) | scale_by_rms | clip_value(1) | trace(0.9) | lr(0.1)",
    /* behind lr the decay takes a part of the parameter off; a trace there is optax's order */
    "lr(0.1) | decay(0.1)",
    "scale_by_rms | lr(0.1) | trace(0.9)",
    /* on different parameters, and in different groups */
    "sgd@*.bias | clip_norm(1)@*.weight | adam@*.weight",
    "(clip_norm(1) | sgd)@a | (clip_norm(2) | adam)@b",
    "groups{ a: clip_norm(1) | adam; b: slow=sgd; _: lr(1) }",
    /* what a short name does inside is its own affair */
    "adam(weight_decay=0.1)",
    "adafactor(lr=0.01, weight_decay=0.1)",
    "clip_norm(1) | lars(lr=0.1, weight_decay=1e-4)",
    "lion | ema_weights(0.99)",
};

static bool needs_argument(const og_stage *stage)
{
    bool needs = false;

    for (int k = 0; k < OG_MOST_ARGS && stage->arg[k].name; k++)
        needs = needs || !stage->arg[k].value;
    return needs;
}

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        char expected[400];
        og_chain *chain;

        snprintf(expected, sizeof expected, "offset %zu: %s", mistakes[i].at, mistakes[i].text);
        assert_ok(og_chain_parse(mistakes[i].chain, NULL, &chain), og_chain_report(chain));
        if (!og_chain_warning(chain, 0) ||
            strncmp(og_chain_warning(chain, 0), expected, strlen(expected)))
            fail_msg("%s: %s, expected %s", mistakes[i].chain,
                     og_chain_warning(chain, 0) ? og_chain_warning(chain, 0) : "no warning",
                     expected);
        if (og_chain_warning(chain, 1))
            fail_msg("%s: also %s", mistakes[i].chain, og_chain_warning(chain, 1));
        og_chain_free(chain);
        assert_int_equal(
            og_chain_parse(mistakes[i].chain, &(og_step_options){ .strict = true }, &chain),
            OG_BAD_CHAIN);
        assert_non_null(strstr(og_chain_report(chain)->what, mistakes[i].text));
        og_chain_free(chain);
    }
}

static void test_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        og_chain *chain;

        if (og_chain_parse(right[i], &(og_step_options){ .strict = true }, &chain))
            fail_msg("%s: %s", right[i], og_chain_report(chain)->what);
        og_chain_free(chain);
    }
}

/* Every optimizer alone, and with all that may stand before it. */
static void test_optimizers(void **state)
{
    static const char *const before[] = {
        "", "clip_norm(1) | ", "finite(skip) | unscale | accumulate(4) | clip_layer(1) | "
    };
    int n = 0;

    (void)state;
    for (const og_stage *const *s = og_stage_registry; *s; s++)
        for (size_t k = 0; k < 3 && (*s)->expand && !needs_argument(*s); k++) {
            char text[200];
            og_chain *chain;

            snprintf(text, sizeof text, "%s%s", before[k], (*s)->name);
            if (og_chain_parse(text, &(og_step_options){ .strict = true }, &chain))
                fail_msg("%s: %s", text, og_chain_report(chain)->what);
            og_chain_free(chain);
            n++;
        }
    assert_true(n > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_right),
        cmocka_unit_test(test_optimizers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
