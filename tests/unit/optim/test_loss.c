/* Losses as text: their values by PyTorch's formulas (numpy, float64), the labels they ask for,
 * what is refused. */
#include "../test.h"

#include "onnxgrad/session.h"
#include "optim/optim.h"

#include <stdio.h>

static const double x[] = { 1, -2, .5, .25, .75, -1 }, target[] = { 0, 1, .5, 2, 0, -1 },
                    half[] = { 0, 1, .5, 1, 0, .25 },
                    shares[] = { .2, .3, .5, 0, .4, .6 }, probabilities[] = { 0.7310585786300049,
                                                                              0.11920292202211755,
                                                                              0.6224593312018546,
                                                                              0.5621765008857981,
                                                                              0.679178699175393,
                                                                              0.2689414213699951 },
                    log_p[] = { -0.5045969023422835, -3.5045969023422837, -1.0045969023422835,
                                -1.0767844750362339, -0.5767844750362338, -2.326784475036234 },
                    scalar[] = { 2.5 };
static const int64_t classes[] = { 2, 0 };

static double evaluate(const char *spec, const char *prediction_type, const double *prediction,
                       const void *label, og_elem label_elem)
{
    og_graph *g = og_graph_new("loss");
    og_value *in = og_input(g, "in", prediction_type);
    int64_t dims[] = { 2, 3 }, three[] = { 3 }, transposed[] = { 3, 2 }, deep[] = { 1, 2, 3 };
    int64_t two[] = { 2 }, one_two[] = { 1, 2 };
    double weights[] = { 1, 2, .5 }, three_d[] = { 3 };
    og_tensor w = og_tensor_view(OG_DOUBLE, 1, three, weights),
              k = og_tensor_view(OG_DOUBLE, 0, NULL, three_d);
    og_session *session;
    og_run_info info;
    og_feed feeds[2];
    og_tensor result;
    og_loss loss;
    size_t n = 1;

    og_output(g, "y", OG_OP("Identity", NULL, in));
    (void)og_value_rename(og_constant(g, &w), "w");
    (void)og_value_rename(og_constant(g, &k), "k");
    assert_ok(og_loss_build(g, spec, &loss), og_graph_report(g));
    og_output(g, "loss", loss.value);
    assert_ok(og_session_new(g, NULL, &session), og_session_report(session));
    feeds[0] = (og_feed){ "in", og_tensor_view(OG_DOUBLE, og_rank(in),
                                               og_rank(in) == 0           ? NULL
                                               : og_rank(in) == 3         ? deep
                                               : og_known_dim(in, 0) == 3 ? transposed
                                                                          : dims,
                                               (void *)(uintptr_t)prediction) };
    if (loss.n_labels) {
        bool whole = label_elem == OG_INT64;

        feeds[n++] = (og_feed){ "t", og_tensor_view(label_elem, whole ? og_rank(in) - 1 : 2,
                                                    !whole             ? dims
                                                    : og_rank(in) == 3 ? one_two
                                                                       : two,
                                                    (void *)(uintptr_t)label) };
    }
    assert_ok(og_session_run(session, feeds, n, (const char *[]){ "loss" }, 1, &result, &info),
              og_session_report(session));
    double value = og_get_double(&result, 0);
    og_session_free(session);
    og_graph_free(g);
    return value;
}

static void test_values(void **state)
{
    static const double x_t[] = { 1, .25, -2, .75, .5, -1 }; /* the classes first */
    static const struct {
        const char *spec, *type;
        const double *x;
        const void *t;
        og_elem elem;
        double expected;
    } rows[] = {
        { "cross_entropy(y, t)", "double[batch,3]", x, classes, OG_INT64, 1.0406906886892584 },
        { "softmax_cross_entropy(y, t, reduction=sum)", "double[batch,3]", x, classes, OG_INT64,
          2.081381377378517 },
        { "cross_entropy(y, t, weight=w)", "double[2,3]", x, classes, OG_INT64,
          1.0527219508049168 },
        { "cross_entropy(y, t, label_smoothing=0.1)", "double[2,3]", x, classes, OG_INT64,
          1.0865240220225916 },
        { "cross_entropy(y, t, label_smoothing=0.1, reduction=sum)", "double[2,3]", x, classes,
          OG_INT64, 2.173048044045183 },
        { "cross_entropy(y, t, label_smoothing=0.1, weight=w)", "double[2,3]", x, classes, OG_INT64,
          1.201001640631643 },
        { "cross_entropy(y, t, ignore_index=0)", "double[2,3]", x, classes, OG_INT64,
          1.0045969023422834 },
        { "cross_entropy(y, t, ignore_index=0, label_smoothing=0.1)", "double[2,3]", x, classes,
          OG_INT64, 1.07126356900895 },
        { "cross_entropy(y, t, class_axis=0)", "double[3,2]", x_t, classes, OG_INT64,
          1.0406906886892584 },
        { "cross_entropy(y, t, class_axis=-1)", "double[1,2,3]", x, classes, OG_INT64,
          1.0406906886892584 },
        { "cross_entropy(y, t, class_axis=2, label_smoothing=0.1)", "double[1,2,3]", x, classes,
          OG_INT64, 1.0865240220225916 },
        { "nll(y, t)", "double[2,3]", log_p, classes, OG_INT64, 1.0406906886892584 },
        { "nll(y, t, weight=w, reduction=mean)", "double[2,3]", log_p, classes, OG_INT64,
          1.0527219508049168 },
        { "mse(y, t)", "double[batch,3]", x, target, OG_DOUBLE, 2.2708333333333335 },
        { "mse(y, t, reduction=sum)", "double[2,3]", x, target, OG_DOUBLE, 13.625 },
        { "l1(y, t)", "double[2,3]", x, target, OG_DOUBLE, 1.0833333333333333 },
        { "smooth_l1(y, t)", "double[2,3]", x, target, OG_DOUBLE, 0.7552083333333334 },
        { "smooth_l1(y, t, beta=2)", "double[2,3]", x, target, OG_DOUBLE, 0.5260416666666666 },
        { "smooth_l1(y, t, beta=0)", "double[2,3]", x, target, OG_DOUBLE, 1.0833333333333333 },
        { "bce_logits(y, t)", "double[2,3]", x, half, OG_DOUBLE, 1.0733897993755446 },
        { "bce_with_logits(y, t, pos_weight=k)", "double[2,3]", x, half, OG_DOUBLE,
          2.162796914339353 },
        { "bce_logits(y, t, weight=k)", "double[2,3]", x, half, OG_DOUBLE, 3 * 1.0733897993755446 },
        { "bce(y, t)", "double[2,3]", probabilities, half, OG_DOUBLE, 1.0733897993755446 },
        { "kl(y, t)", "double[2,3]", log_p, shares, OG_DOUBLE, 0.26311944938411447 },
        { "kl(y, t, reduction=sum)", "double[2,3]", log_p, shares, OG_DOUBLE, 1.5787166963046868 },
        { "kl(y, t, reduction=batchmean)", "double[2,3]", log_p, shares, OG_DOUBLE,
          0.7893583481523434 },
        { "output(y)", "double", scalar, NULL, OG_DOUBLE, 2.5 },
        { "output(y, reduction=sum)", "double[2,3]", x, NULL, OG_DOUBLE, -0.5 },
        { "output(y, reduction=mean)", "double[2,3]", x, NULL, OG_DOUBLE, -0.5 / 6 },
        { "mse(y, t) + 0.5*l1(y, t) - 2 * l1(y,t)", "double[2,3]", x, target, OG_DOUBLE,
          2.2708333333333335 - 1.5 * 1.0833333333333333 },
        { "-mse(y, t)", "double[2,3]", x, target, OG_DOUBLE, -2.2708333333333335 },
        { "1e-1 * mse(y, t)+output(y,reduction=sum)", "double[2,3]", x, target, OG_DOUBLE,
          0.22708333333333335 - 0.5 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double found = evaluate(rows[i].spec, rows[i].type, rows[i].x, rows[i].t, rows[i].elem);

        if (!(fabs(found - rows[i].expected) <= 1e-13 * (1 + fabs(rows[i].expected))))
            fail_msg("%s: expected %.16g, found %.16g", rows[i].spec, rows[i].expected, found);
    }
}

/* ---- Labels ---------------------------------------------------------------------------------- */

static void test_labels(void **state)
{
    static const struct {
        const char *spec, *type, *label;
    } rows[] = {
        { "cross_entropy(y, t)", "float[batch,10]", "int64[batch]" },
        { "cross_entropy(y, t)", "float[batch,10,h,w]", "int64[batch,h,w]" },
        { "cross_entropy(y, t, class_axis=-1)", "float[batch,128,65]", "int64[batch,128]" },
        { "cross_entropy(y, t)", "float[10]", "int64" },
        { "nll(y, t)", "float[7,10]", "int64[7]" },
        { "mse(y, \"my label:0\")", "float[batch,3]", "float[batch,3]" },
        { "mse(y, t) + l1(y, t)", "double[4]", "double[4]" },
        { "bce(y, t)", "float", "float" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        og_graph *g = og_graph_new("loss");
        og_loss loss;

        og_output(g, "y", OG_OP("Identity", NULL, og_input(g, "in", rows[i].type)));
        assert_ok(og_loss_build(g, rows[i].spec, &loss), og_graph_report(g));
        assert_int_equal(loss.n_labels, 1);
        assert_string_equal(og_value_type(loss.labels[0]), rows[i].label);
        assert_string_equal(og_value_name(loss.labels[0]),
                            strchr(rows[i].spec, '"') ? "my label:0" : "t");
        assert_int_equal(og_rank(loss.value), 0);
        og_graph_free(g);
    }
}

/* An input that is there is used: of another real type it is cast, a bool mask too. */
static void test_present_label(void **state)
{
    og_graph *g = og_graph_new("loss");
    og_loss loss;

    (void)state;
    og_output(g, "y", OG_OP("Identity", NULL, og_input(g, "in", "float[n,2]")));
    og_value *mask = og_input(g, "mask", "bool[n,2]");
    assert_ok(og_loss_build(g, "bce_logits(y, mask)", &loss), og_graph_report(g));
    assert_int_equal(loss.n_labels, 1);
    assert_ptr_equal(loss.labels[0], mask);
    og_graph_free(g);
}

/* ---- Refused --------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
    static const struct {
        const char *spec, *what, *hint;
    } rows[] = {
        { "", "offset 0: expected a name, found the end", "" },
        { "mse", "offset 0: mse needs 'prediction'", "mse(prediction, label" },
        { "mse(y)", "offset 0: mse needs 'label'", "mse(prediction, label" },
        { "mse(y, t", "offset 8: expected ',' or ')', found the end", "" },
        { "mse(y, t) mse(y, t)", "offset 10: expected '+', '-' or the end, found 'mse'", "" },
        { "mse(y, t) +", "offset 11: expected a name, found the end", "" },
        { "0.5 mse(y, t)", "offset 0: expected a name, found '0.5'", "" },
        { "0.5*0.5*mse(y, t)", "offset 4: expected a name, found '0.5*mse'", "" },
        { "1e999*mse(y, t)", "offset 0: the number is too large for a double", "" },
        { "mse(y, t) * 2", "offset 10: expected '+', '-' or the end, found '*'", "" },
        { "msee(y, t)", "offset 0: there is no loss 'msee'", "did you mean 'mse'" },
        { "cross_entropy(y, t, smoothing=0.1)",
          "offset 20: cross_entropy has no argument 'smoothing'", "" },
        { "cross_entropy(y, t, label_smoothing=2)",
          "offset 36: 'label_smoothing' is in [0, 1], found 2", "" },
        { "cross_entropy(y, t, class_axis=5)",
          "offset 0: class_axis is 5, the prediction 'y' has 2 axes", "" },
        { "cross_entropy(y, t, reduction=none)",
          "offset 30: 'reduction' is one of: mean sum; found 'none'", "" },
        { "cross_entropy(z, t)", "offset 14: the graph has no value 'z'",
          "the graph's output is 'y'" },
        { "cross_entropy(y, t, weight=w)", "offset 27: the graph has no value 'w'", "" },
        { "mse(y, other)", "offset 7: the label 'other' is float[n,3], expected float[n,2]", "" },
        { "cross_entropy(y, in)", "offset 17: the label 'in' is float[n,2], expected int64[n]",
          "" },
        { "mse(whole, t)", "offset 0: the prediction 'whole' is int64[n], expected real numbers",
          "" },
        { "cross_entropy(one, t)",
          "offset 0: the prediction 'one' is float[], expected an axis of classes", "" },
        { "mse(1, t)", "offset 4: 'prediction' is a word", "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        og_graph *g = og_graph_new("loss");
        og_loss loss;
        og_status status;

        og_output(g, "y", OG_OP("Identity", NULL, og_input(g, "in", "float[n,2]")));
        og_input(g, "other", "float[n,3]");
        og_input(g, "whole", "int64[n]");
        og_input(g, "one", "float[]");
        status = og_loss_build(g, rows[i].spec, &loss);
        if (status != OG_BAD_CHAIN ||
            strncmp(og_graph_report(g)->what, rows[i].what, strlen(rows[i].what)) != 0 ||
            !strstr(og_graph_report(g)->hint, rows[i].hint))
            fail_msg("%s: expected %s, found %s (hint %s)", rows[i].spec, rows[i].what,
                     og_graph_report(g)->what, og_graph_report(g)->hint);
        assert_null(loss.value);
        og_graph_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_present_label),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
