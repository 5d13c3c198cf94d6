/* Layers: names, shapes and initial numbers as PyTorch has them. */
#include "fixture.h"

#include <math.h>

static const og_tensor *parameter(og_graph *g, const char *name)
{
    og_value *v = og_graph_find(g, name);

    assert_non_null(v);
    assert_true(v->trainable);
    return v->data;
}

static og_graph *with_seed(uint64_t seed, bool other_first)
{
    og_graph *g = og_graph_new("layers");
    og_value *x = og_input(g, "x", "float[n,100]");

    og_layers_seed(g, seed);
    if (other_first)
        og_output(g, "other", og_linear(x, 3, "other"));
    og_output(g, "y", og_linear(x, 50, "fc"));
    assert_ok(og_graph_status(g), og_graph_report(g));
    return g;
}

/* U(-1/sqrt(fan_in), 1/sqrt(fan_in)): within the bound, filling it, mean 0 and the variance of a
 * uniform one. */
static void uniform_by_fan_in(void **state)
{
    og_graph *g = with_seed(7, false);
    const og_tensor *w = parameter(g, "fc.weight"), *b = parameter(g, "fc.bias");
    double sum = 0, squares = 0, largest = 0, bound = 0.1;

    (void)state;
    assert_int_equal(w->rank, 2);
    assert_int_equal(w->dims[0], 50);
    assert_int_equal(w->dims[1], 100);
    assert_int_equal(b->count, 50);
    for (int64_t i = 0; i < w->count; i++) {
        double x = og_get_double(w, i);

        sum += x;
        squares += x * x;
        largest = fmax(largest, fabs(x));
    }
    assert_true(largest <= bound && largest > 0.99 * bound);
    assert_true(fabs(sum / (double)w->count) < 0.004);
    assert_true(fabs(squares / (double)w->count / (bound * bound / 3) - 1) < 0.05);
    og_graph_free(g);
}

/* A parameter's numbers depend on the seed and its name alone. */
static void by_seed_and_name(void **state)
{
    og_graph *a = with_seed(7, false), *b = with_seed(7, true), *c = with_seed(8, false);
    const og_tensor *x = parameter(a, "fc.weight"), *y = parameter(b, "fc.weight"),
                    *z = parameter(c, "fc.weight");

    (void)state;
    assert_memory_equal(x->data, y->data, og_tensor_bytes(x));
    assert_memory_not_equal(x->data, z->data, og_tensor_bytes(x));
    og_graph_free(a);
    og_graph_free(b);
    og_graph_free(c);
}

static void convolution(void **state)
{
    og_graph *g = og_graph_new("conv");
    og_value *x = og_input(g, "x", "float[n,6,9,9]");
    og_value *y =
        og_conv2d_opt(x, 8, 3, "c", .padding = 1, .stride = 2, .groups = 2, .no_bias = true);

    (void)state;
    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_string_equal(og_value_type(y), "float[n,8,5,5]");
    assert_int_equal(parameter(g, "c.weight")->dims[1], 3);
    assert_null(og_graph_find(g, "c.bias"));
    og_graph_free(g);
}

/* Along the last axis of any rank, as torch.nn.Linear. */
static void linear_of_rank_3(void **state)
{
    og_graph *g = og_graph_new("rank");
    og_value *y = og_linear(og_input(g, "x", "float[n,t,6]"), 4, "fc");

    (void)state;
    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_string_equal(og_value_type(y), "float[n,t,4]");
    og_graph_free(g);
}

static void needs_a_size(void **state)
{
    og_graph *g = og_graph_new("unknown");

    (void)state;
    assert_null(og_linear(og_input(g, "x", "float[n,m]"), 4, "fc"));
    assert_int_equal(og_graph_status(g), OG_BAD_SHAPE);
    assert_non_null(strstr(og_graph_report(g)->what, "fc"));
    assert_null(og_linear(NULL, 4, "fc"));
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_by_fan_in), cmocka_unit_test(by_seed_and_name),
        cmocka_unit_test(convolution),       cmocka_unit_test(linear_of_rank_3),
        cmocka_unit_test(needs_a_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
