/*
 * Hessian-vector products of the training loss of every model of the zoo, in double: the gradient
 * of <gradient, v> against central differences of gradients along v.
 */
#include "../test.h"

#include "autodiff/autodiff.h"
#include "check/gradcheck.h"
#include "models/zoo.h"
#include "onnxgrad/check.h"
#include "ops/ops.h"
#include "train/mode.h"

#include <stdlib.h>

enum { MOST = 80 };

typedef struct second {
    const char *name;
    og_graph *g;
    og_session *session;
    size_t n, n_feeds;
    og_value *wrt[MOST], *grads[MOST], *products[MOST];
    og_tensor *v[MOST], *fed[8], *product[MOST], *ahead[MOST];
    og_feed feeds[8];
} second;

static void feed_inputs(second *s)
{
    for (size_t i = 0; i < s->g->inputs.n; i++) {
        og_value *in = s->g->inputs.v[i];
        og_tensor *t;

        if (og_input_has_default(s->g, i))
            continue;
        assert_ok(og_input_random(s->g, i, 1, &t), og_graph_report(s->g));
        in->type.dims = og_arena_copy(s->g->arena, t->dims, sizeof(int64_t) * (size_t)t->rank);
        s->fed[s->n_feeds] = t;
        s->feeds[s->n_feeds++] = (og_feed){ in->name, *t };
    }
    assert_ok(og_graph_infer(s->g), og_graph_report(s->g));
}

/* A direction of length 1 in the space of all parameters. */
static void choose_direction(second *s)
{
    og_philox random = { .seed = 5 };
    double sum = 0;

    for (size_t i = 0; i < s->g->values.n; i++)
        if (s->g->values.v[i]->trainable)
            s->wrt[s->n++] = s->g->values.v[i];
    for (size_t i = 0; i < s->n; i++) {
        s->v[i] = og_tensor_new(OG_DOUBLE, s->wrt[i]->type.rank, s->wrt[i]->type.dims);
        for (int64_t k = 0; k < s->v[i]->count; k++) {
            double x = og_philox_normal(&random);

            og_set_double(s->v[i], k, x);
            sum += x * x;
        }
    }
    for (size_t i = 0; i < s->n; i++)
        for (int64_t k = 0; k < s->v[i]->count; k++)
            og_set_double(s->v[i], k, og_get_double(s->v[i], k) / sqrt(sum));
}

static void add_products(second *s, og_value *loss)
{
    og_value *dot = NULL;

    assert_ok(og_backward(s->g, loss, NULL, s->wrt, s->n, s->grads), og_graph_report(s->g));
    for (size_t i = 0; i < s->n; i++) {
        og_value *term = og_reduce("ReduceSum", og_mul(s->grads[i], og_constant(s->g, s->v[i])),
                                   (og_ints){ 0, NULL }, false);

        dot = dot ? og_add(dot, term) : term;
    }
    assert_ok(og_graph_settle(s->g), og_graph_report(s->g));
    assert_ok(og_gradients(s->g, og_value_now(dot), s->wrt, s->n, s->products),
              og_graph_report(s->g));
    assert_ok(og_graph_settle(s->g), og_graph_report(s->g));
}

/* Copies of the values at the parameters moved by h v. */
static void evaluate(second *s, double h, og_value *const *values, og_tensor **copies)
{
    const char *names[MOST];
    og_tensor views[MOST];

    for (size_t i = 0; i < s->n; i++) {
        og_tensor *p = og_state_tensor(og_session_state(s->session), s->wrt[i]->name);

        names[i] = og_value_now(values[i])->name;
        for (int64_t k = 0; k < p->count; k++)
            og_set_double(p, k, og_get_double(p, k) + h * og_get_double(s->v[i], k));
    }
    assert_ok(og_session_run(s->session, s->feeds, s->n_feeds, names, s->n, views, NULL),
              og_session_report(s->session));
    for (size_t i = 0; i < s->n; i++)
        copies[i] = og_tensor_copy(&views[i]);
}

/* Each tensor to a part in a million of its largest number, or of the largest of all tensors. */
static void compare(second *s, double h, og_tensor *const *behind)
{
    double most = 0;

    for (size_t i = 0; i < s->n; i++)
        for (int64_t k = 0; k < s->product[i]->count; k++)
            most = fmax(most, fabs(og_get_double(s->product[i], k)));
    assert_true(most > 1e-6);
    for (size_t i = 0; i < s->n; i++)
        for (int64_t k = 0; k < s->product[i]->count; k++) {
            double found = og_get_double(s->product[i], k);
            double slope = (og_get_double(s->ahead[i], k) - og_get_double(behind[i], k)) / (2 * h);

            if (!(fabs(found - slope) <= 1e-6 * most))
                fail_msg("%s: %s[%lld]: the product is %.10g, differences give %.10g", s->name,
                         s->wrt[i]->name, (long long)k, found, slope);
        }
}

static void check_model(const og_zoo *zoo, double h)
{
    second *s = calloc(1, sizeof *s);
    const og_session_options options = { .threads = 1 };
    og_tensor *behind[MOST];
    og_loss loss;

    s->name = zoo->name;
    s->g = og_graph_new(zoo->name);
    zoo->build(s->g);
    assert_ok(og_loss_build(s->g, zoo->loss, &loss), og_graph_report(s->g));
    assert_ok(og_modes_set(s->g, OG_MODE_LEARN, OG_MODE_LEARN, NULL), og_graph_report(s->g));
    assert_ok(og_graph_widen(s->g), og_graph_report(s->g));
    feed_inputs(s);
    choose_direction(s);
    assert_true(s->n > 0);
    add_products(s, loss.value);
    assert_ok(og_session_new(s->g, &options, &s->session), og_session_report(s->session));
    evaluate(s, 0, s->products, s->product);
    evaluate(s, h, s->grads, s->ahead);
    evaluate(s, -2 * h, s->grads, behind);
    compare(s, h, behind);
    for (size_t i = 0; i < s->n; i++) {
        og_tensor_free(s->v[i]);
        og_tensor_free(s->product[i]);
        og_tensor_free(s->ahead[i]);
        og_tensor_free(behind[i]);
    }
    for (size_t i = 0; i < s->n_feeds; i++)
        og_tensor_free(s->fed[i]);
    og_session_free(s->session);
    og_graph_free(s->g);
    free(s);
}

/* The step is so small that none of the many kinks of a network with Relu or MaxPool lies in it. */
static void zoo(void **state)
{
    (void)state;
    for (const og_zoo *const *z = og_zoo_models; *z; z++)
        check_model(*z, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(zoo) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
