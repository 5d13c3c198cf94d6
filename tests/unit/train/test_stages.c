/* Every stage there is: explained, printed in a form that reads back, and trained with a stop in
 * the middle that leaves no trace. */
#include "fixture.h"

#include "optim/optim.h"

#include <stdio.h>

typedef struct watched {
    int steps, stop_after;
} watched;

static bool watch(void *context, const og_train_event *e)
{
    watched *w = context;

    w->steps += e->kind == OG_TRAIN_STEP;
    return !w->stop_after || w->steps < w->stop_after;
}

/* The stage with what it cannot do without: arguments, parameters it takes, a learning rate. */
static void write_chain(const og_stage *s, char *text, size_t size)
{
    const bool matrices = strstr(s->name, "muon") != NULL;
    const bool behind = s->traits & OG_STAGE_WEIGHTS || strstr(s->name, "linesearch") != NULL;
    char call[200];
    size_t n =
        (size_t)snprintf(call, sizeof call, "%s%s", s->name, matrices ? "(compat=optax" : "");
    bool any = matrices;

    for (int i = 0; i < 16 && s->arg[i].name; i++) {
        if (s->arg[i].value && strcmp(s->arg[i].name, "every") != 0)
            continue;
        n +=
            (size_t)snprintf(call + n, sizeof call - n, "%s%s=%s", any ? ", " : "(", s->arg[i].name,
                             s->arg[i].kind == OG_ARG_WHOLE || s->arg[i].value ? "2" : "0.5");
        any = true;
    }
    (void)snprintf(call + n, sizeof call - n, "%s%s", any ? ")" : "",
                   strcmp(s->name, "freeze") == 0 ? "@fc1.bias" : "");
    if (s->traits & OG_STAGE_LR || (s->expand && strncmp(s->name, "scale_by_", 9) != 0))
        (void)snprintf(text, size, "%s", call);
    else
        (void)snprintf(text, size, behind ? "lr(0.01) | %s" : "%s | lr(0.01)", call);
}

static void check_text(const char *text)
{
    og_chain *chain, *again;

    if (og_chain_parse(text, NULL, &chain))
        fail_msg("%s: %s", text, og_chain_report(chain)->what);
    assert_int_equal(og_chain_parse(og_chain_text(chain), NULL, &again), OG_OK);
    assert_string_equal(og_chain_text(again), og_chain_text(chain));
    assert_non_null(strstr(og_chain_explain(chain), "passes over memory: "));
    og_chain_free(chain);
    og_chain_free(again);
}

static void every_stage_is_explained(void **state)
{
    char text[400];

    (void)state;
    for (const og_stage *const *s = og_stage_registry; *s; s++) {
        write_chain(*s, text, sizeof text);
        check_text(text);
    }
}

static void same_state(const char *chain, og_trainer *a, og_trainer *b)
{
    og_state *x = og_trainer_state(a), *y = og_trainer_state(b);

    assert_int_equal(og_state_size(x), og_state_size(y));
    for (size_t i = 0; i < og_state_size(x); i++) {
        const char *name = og_state_name(x, i);
        const og_tensor *u = og_state_tensor(x, name), *v = og_state_tensor(y, name);

        if (!v || u->count != v->count || memcmp(u->data, v->data, og_tensor_bytes(u)) != 0)
            fail_msg("%s: '%s' is not what it is without the stop", chain, name);
    }
}

static og_trainer *trained(og_graph *g, og_dataset *data, const char *chain, watched *w,
                           const char *from)
{
    og_train_options o = { .loss = "cross_entropy(scores, label)",
                           .chain = chain,
                           .batch = 8,
                           .epochs = 2,
                           .threads = 1,
                           .watch = watch,
                           .context = w };
    og_trainer *t;
    og_status status;

    if (og_trainer_new(g, data, &o, &t))
        fail_msg("%s: %s", chain, og_trainer_report(t)->what);
    if (from)
        assert_ok(og_trainer_restore(t, from), og_trainer_report(t));
    status = og_trainer_run(t);
    if (status != (w->stop_after ? OG_STOPPED : OG_OK))
        fail_msg("%s: %s", chain, og_trainer_report(t)->what);
    return t;
}

static void every_stage_resumes(void **state)
{
    points p;
    og_graph *g = small_model("float[batch,4]");
    char folder[300], path[400], chain[400];

    (void)state;
    points_flat(&p);
    folder_open(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/c.safetensors", folder);
    for (const og_stage *const *s = og_stage_registry; *s; s++) {
        watched whole = { 0 }, part = { .stop_after = 6 }, rest = { 0 };
        og_trainer *a, *b, *c;

        write_chain(*s, chain, sizeof chain);
        a = trained(g, p.data, chain, &whole, NULL);
        b = trained(g, p.data, chain, &part, NULL);
        assert_ok(og_trainer_checkpoint(b, path), og_trainer_report(b));
        c = trained(g, p.data, chain, &rest, path);
        assert_int_equal(part.steps + rest.steps, whole.steps);
        same_state(chain, a, c);
        og_trainer_free(a);
        og_trainer_free(b);
        og_trainer_free(c);
    }
    og_dataset_free(p.data);
    og_graph_free(g);
    folder_close(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stage_is_explained),
        cmocka_unit_test(every_stage_resumes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
