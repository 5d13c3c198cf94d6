/* Sessions: results, committed state, plans by shape, and that a warm run touches no allocator. */
#include "exec/exec.h"
#include "ops/ops.h"

#include <math.h>

#include "../test.h"

static og_value *vector(og_graph *g, const char *name, int64_t n, const float *numbers)
{
    og_tensor t = og_tensor_view(OG_FLOAT, 1, &n, (void *)(uintptr_t)numbers);

    return og_parameter(g, name, &t);
}

static og_feed feed(const char *name, const int64_t *n, float *numbers)
{
    return (og_feed){ name, og_tensor_view(OG_FLOAT, 1, n, numbers) };
}

static void bind(og_graph *g, og_value *state, og_value *update)
{
    og_binding b = { state, update };

    assert_true(og_list_push(g->arena, &g->bindings, b));
}

static og_session *session(og_graph *g, const og_session_options *o)
{
    og_session *s;

    assert_ok(og_session_new(g, o, &s), og_session_report(s));
    return s;
}

static float *numbers(const og_session *s, const char *name)
{
    return og_state_tensor(og_session_state(s), name)->data;
}

static void test_shapes_make_plans(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n]");
    og_output(g, "y", og_add(og_mul(x, x), og_times(x, 2)));
    og_session *s = session(g, NULL);
    const char *fetch = "y";
    og_tensor y;

    for (int64_t n = 0; n < 5; n++) {
        float in[5] = { 1, 2, 3, 4, 5 };
        og_feed f = feed("x", &n, in);

        assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
        assert_int_equal(y.count, n);
        for (int64_t i = 0; i < n; i++)
            assert_float_equal(((float *)y.data)[i], in[i] * in[i] + 2 * in[i], 0);
    }
    og_session_free(s);
    og_graph_free(g);
}

/* w <- w - x, and a second state that swaps with a third: all see the values from before the run.
 */
static void test_commit(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n]");
    og_value *w = vector(g, "w", 2, (float[]){ 10, 20 });
    og_value *a = vector(g, "a", 2, (float[]){ 1, 2 }), *b = vector(g, "b", 2, (float[]){ 3, 4 });
    bind(g, w, og_sub(w, x));
    bind(g, a, b);
    bind(g, b, a);
    og_output(g, "twice", og_times(w, 2));
    og_session *s = session(g, NULL);
    const char *fetch = "twice";
    int64_t n = 2;
    float in[2] = { 1, 2 };
    og_feed f = feed("x", &n, in);
    og_tensor y;

    assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
    assert_float_equal(((float *)y.data)[1], 40, 0); /* read before the update */
    assert_float_equal(numbers(s, "w")[0], 9, 0);
    assert_float_equal(numbers(s, "w")[1], 18, 0);
    assert_float_equal(numbers(s, "a")[0], 3, 0);
    assert_float_equal(numbers(s, "b")[0], 1, 0);
    og_session_free(s);
    og_graph_free(g);
}

/* A new state that is read across elements while it is made must not be written over itself. */
static void test_no_overwrite_across_elements(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *w = vector(g, "w", 3, (float[]){ 1, 2, 3 });
    og_value *order = og_int64s(g, 3, (int64_t[]){ 2, 0, 1 });
    bind(g, w, OG_OP("Gather", NULL, w, order));
    og_session *s = session(g, NULL);

    assert_ok(og_session_run(s, NULL, 0, NULL, 0, NULL, NULL), og_session_report(s));
    assert_float_equal(numbers(s, "w")[0], 3, 0);
    assert_float_equal(numbers(s, "w")[1], 1, 0);
    assert_float_equal(numbers(s, "w")[2], 2, 0);
    og_session_free(s);
    og_graph_free(g);
}

static og_graph *guarded(og_nonfinite policy)
{
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n]");
    og_value *w = vector(g, "w", 2, (float[]){ 10, 20 });
    og_value *sum = og_reduce("ReduceSum", x, (og_ints){ 0 }, false);

    bind(g, w, og_sub(w, x));
    g->ok = og_less(og_abs(sum), og_scalar_like(sum, INFINITY));
    g->nonfinite = policy;
    assert_true(og_list_push(g->arena, &g->watched, x));
    return g;
}

static void test_nonfinite(void **state)
{
    (void)state;
    int64_t n = 2;
    float in[2] = { 1, NAN };
    og_feed f = feed("x", &n, in);
    og_run_info info;

    og_graph *g = guarded(OG_NONFINITE_ERROR);
    og_session *s = session(g, NULL);
    assert_int_equal(og_session_run(s, &f, 1, NULL, 0, NULL, &info), OG_NOT_FINITE);
    assert_non_null(strstr(og_session_report(s)->what, "'x'"));
    assert_non_null(strstr(og_session_report(s)->what, "1 of 2"));
    assert_float_equal(numbers(s, "w")[0], 10, 0);
    in[1] = 2; /* the session goes on afterwards */
    assert_ok(og_session_run(s, &f, 1, NULL, 0, NULL, &info), og_session_report(s));
    assert_float_equal(numbers(s, "w")[1], 18, 0);
    og_session_free(s);
    og_graph_free(g);

    in[1] = NAN;
    g = guarded(OG_NONFINITE_SKIP);
    s = session(g, NULL);
    assert_ok(og_session_run(s, &f, 1, NULL, 0, NULL, &info), og_session_report(s));
    assert_false(info.applied);
    assert_float_equal(numbers(s, "w")[0], 10, 0);
    og_session_free(s);
    og_graph_free(g);
}

static void test_warm_run_allocates_nothing(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n]");
    og_value *w = vector(g, "w", 2, (float[]){ 10, 20 });
    bind(g, w, og_sub(w, og_times(x, 0.5)));
    og_output(g, "y", og_exp(og_add(x, w)));
    og_session *s = session(g, NULL);
    const char *fetch = "y";
    int64_t n = 2;
    float in[2] = { 1, 2 };
    og_feed f = feed("x", &n, in);
    og_tensor y;

    assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
    uint64_t before = og_alloc_count();
    for (int i = 0; i < 10; i++)
        assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
    assert_int_equal(og_alloc_count(), before);
    og_session_free(s);
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "input", "float[n,3]");
    og_output(g, "y", og_neg(x));
    og_session *s = session(g, NULL);
    const char *fetch = "y", *wrong = "z";
    int64_t n = 3, dims[2] = { 2, 4 };
    float in[8] = { 0 };
    og_tensor y;

    assert_int_equal(og_session_run(s, NULL, 0, &fetch, 1, &y, NULL), OG_NOT_FOUND);
    og_feed f = feed("inputt", &n, in);
    assert_int_equal(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), OG_NOT_FOUND);
    assert_non_null(strstr(og_session_report(s)->hint, "input"));
    f = feed("input", &n, in);
    assert_int_equal(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), OG_BAD_SHAPE);
    f.tensor = og_tensor_view(OG_FLOAT, 2, dims, in);
    assert_int_equal(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), OG_BAD_SHAPE);
    f.tensor = og_tensor_view(OG_INT32, 2, (int64_t[]){ 2, 3 }, in);
    assert_int_equal(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), OG_BAD_TYPE);
    f.tensor = og_tensor_view(OG_FLOAT, 2, (int64_t[]){ 2, 3 }, in);
    assert_int_equal(og_session_run(s, &f, 1, &wrong, 1, &y, NULL), OG_NOT_FOUND);
    assert_ok(og_session_run(s, &f, 1, &fetch, 1, &y, NULL), og_session_report(s));
    og_session_free(s);
    og_graph_free(g);
}

/* Passes change speed, never results. */
static void test_passes_off(void **state)
{
    static const char *const off[] = { NULL,   "fold",    "merge",
                                       "fuse", "inplace", "fold,merge,fuse,inplace" };
    float expected[300];
    (void)state;

    for (size_t k = 0; k < sizeof off / sizeof *off; k++) {
        og_graph *g = og_graph_new("t");
        og_value *x = og_input(g, "x", "float[n]");
        og_value *w = vector(g, "w", 1, (float[]){ 0.5f });
        og_value *y = og_add(og_mul(x, w), og_exp(og_neg(og_mul(x, x))));
        y = og_mul(og_sub(y, og_add(og_mul(x, w), x)), og_reshape_like(y, x));
        og_output(g, "y", y);
        og_session *s = session(g, &(og_session_options){ .disable = off[k] });
        const char *fetch = "y";
        int64_t n = 300;
        float in[300];
        og_tensor out;

        for (int i = 0; i < 300; i++)
            in[i] = (float)i / 100 - 1.5f;
        og_feed f = feed("x", &n, in);
        assert_ok(og_session_run(s, &f, 1, &fetch, 1, &out, NULL), og_session_report(s));
        if (!k)
            memcpy(expected, out.data, sizeof expected);
        assert_memory_equal(out.data, expected, sizeof expected);
        og_session_free(s);
        og_graph_free(g);
    }
}

/* If: y = cond ? x * w : -x, the branches reading an input, a computed value and a state from
 * outside. */
static void test_branches(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *cond = og_input(g, "cond", "bool"), *x = og_input(g, "x", "float[n]");
    og_value *w = vector(g, "w", 1, (float[]){ 3 }), *twice = og_times(x, 2);
    og_graph *yes = og_graph_new_inside(g, "yes"), *no = og_graph_new_inside(g, "no");
    og_value *in[2] = { twice, w };
    og_output(yes, "a", og_node(yes, "Mul", 2, in, NULL));
    og_output(no, "b", og_node(no, "Neg", 1, &x, NULL));
    og_attr attrs[] = { { .name = "then_branch", .kind = OG_ATTR_GRAPH, .u.graph = yes },
                        { .name = "else_branch", .kind = OG_ATTR_GRAPH, .u.graph = no },
                        { .name = NULL } };
    og_output(g, "y", og_node(g, "If", 1, &cond, attrs));
    og_session *s = session(g, NULL);
    const char *fetch = "y";
    int64_t n = 2;
    float data[2] = { 1, 2 };

    for (int i = 0; i < 4; i++) {
        uint8_t yes_or_no = (i & 1) == 0;
        og_feed f[2] = { feed("x", &n, data),
                         { "cond", og_tensor_view(OG_BOOL, 0, NULL, &yes_or_no) } };
        og_tensor y;

        assert_ok(og_session_run(s, f, 2, &fetch, 1, &y, NULL), og_session_report(s));
        assert_int_equal(y.count, 2);
        const float expected = (i & 1) ? -2.0f : 12.0f;
        assert_float_equal(((float *)y.data)[1], expected, 0);
    }
    og_session_free(s);
    og_graph_free(g);
}

static og_value *branch_always(og_graph *g, og_value *cond, og_graph *body)
{
    og_attr attrs[] = { { .name = "then_branch", .kind = OG_ATTR_GRAPH, .u.graph = body },
                        { .name = "else_branch", .kind = OG_ATTR_GRAPH, .u.graph = body },
                        { .name = NULL } };

    return og_node(g, "If", 1, &cond, attrs);
}

/* A branch in a branch reads values of both graphs around it that have one name: 2 x - (-x). */
static void test_equal_names(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *cond = og_input(g, "cond", "bool"), *x = og_input(g, "x", "float[n]");
    og_graph *middle = og_graph_new_inside(g, "middle"),
             *inner = og_graph_new_inside(middle, "inner");
    og_value *both[2] = { og_times(x, 2), og_node(middle, "Neg", 1, &x, NULL) };

    assert_int_equal(og_value_rename(both[0], "same"), OG_OK);
    assert_int_equal(og_value_rename(both[1], "same"), OG_OK);
    og_output(inner, "a", og_node(inner, "Sub", 2, both, NULL));
    og_output(middle, "b", branch_always(middle, cond, inner));
    og_output(g, "y", branch_always(g, cond, middle));
    og_session *s = session(g, NULL);
    const char *fetch = "y";
    int64_t n = 2;
    float data[2] = { 1, 2 };
    uint8_t yes = 1;
    og_feed f[2] = { feed("x", &n, data), { "cond", og_tensor_view(OG_BOOL, 0, NULL, &yes) } };
    og_tensor y;

    assert_ok(og_session_run(s, f, 2, &fetch, 1, &y, NULL), og_session_report(s));
    assert_float_equal(((float *)y.data)[1], 6, 0);
    og_session_free(s);
    og_graph_free(g);
}

/* What elementwise steps read is only there while running, though they could know its size before:
 * they must not be joined. */
static void test_behind_unknown_sizes(void **state)
{
    (void)state;
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[n]");
    og_value *places = og_cast(og_node(g, "NonZero", 1, &x, NULL), OG_FLOAT);
    og_value *sum = og_reduce("ReduceSum", places, (og_ints){ 0 }, false);
    og_value *y = og_mul(og_add(x, og_add(og_mul(sum, sum), sum)), x);
    og_session *s;
    const char *fetch = "y";
    int64_t n = 4;
    float data[4] = { 1, 0, 2, -1 };
    og_feed f = feed("x", &n, data);
    og_tensor out;

    og_output(g, "y", y);
    s = session(g, NULL);
    assert_ok(og_session_run(s, &f, 1, &fetch, 1, &out, NULL), og_session_report(s));
    for (int i = 0; i < 4; i++) /* 0 + 2 + 3 = 5 */
        assert_float_equal(((float *)out.data)[i], (data[i] + 30) * data[i], 0);
    og_session_free(s);
    og_graph_free(g);
}

/* Updates that depend on a long chain in which each value is read twice, and on such a chain behind
 * a branch: laying them out takes no longer than they are. */
static void test_deep_updates(void **state)
{
    (void)state;
    enum { DEPTH = 300 };
    og_graph *g = og_graph_new("t");
    og_value *cond = og_input(g, "cond", "bool"), *x = og_input(g, "x", "float[n]");
    og_value *a = vector(g, "a", 2, (float[]){ 1, 1 }), *b = vector(g, "b", 2, (float[]){ 1, 1 });
    og_graph *body = og_graph_new_inside(g, "body");
    og_value *u = a, *v;

    og_output(body, "double", og_times(b, 2));
    v = branch_always(g, cond, body);
    for (int i = 0; i < DEPTH; i++) {
        u = og_sub(og_times(u, 2), u);
        v = og_sub(og_times(v, 2), v);
    }
    bind(g, a, og_add(u, og_ones_like(a)));
    bind(g, b, v);
    og_output(g, "y", og_neg(x));
    og_session *s = session(g, NULL);
    int64_t n = 2;
    uint8_t yes = 1;
    float data[2] = { 1, 2 };
    og_feed f[2] = { feed("x", &n, data), { "cond", og_tensor_view(OG_BOOL, 0, NULL, &yes) } };

    assert_ok(og_session_run(s, f, 2, NULL, 0, NULL, NULL), og_session_report(s));
    assert_float_equal(numbers(s, "a")[1], 2, 0);
    assert_float_equal(numbers(s, "b")[1], 2, 0);
    og_session_free(s);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_make_plans),
        cmocka_unit_test(test_commit),
        cmocka_unit_test(test_no_overwrite_across_elements),
        cmocka_unit_test(test_nonfinite),
        cmocka_unit_test(test_warm_run_allocates_nothing),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_passes_off),
        cmocka_unit_test(test_branches),
        cmocka_unit_test(test_equal_names),
        cmocka_unit_test(test_behind_unknown_sizes),
        cmocka_unit_test(test_deep_updates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
