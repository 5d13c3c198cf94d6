/* Resize: old versions, whole numbers, what is refused, numbers that come with each run. */
#include "exec/exec.h"
#include "ops/ops.h"

#include "../test.h"

static og_value *floats(og_graph *g, int64_t n, const float *numbers)
{
    const og_tensor t = og_tensor_view(OG_FLOAT, 1, &n, (void *)(uintptr_t)numbers);

    return og_constant(g, &t);
}

/* y of a graph fed with x only. */
static void run(og_graph *g, const og_tensor *x, og_session **s, og_tensor *y)
{
    const og_feed feed = { "x", *x };
    const char *fetch = "y";

    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_ok(og_session_new(g, NULL, s), og_session_report(*s));
    assert_ok(og_session_run(*s, &feed, 1, &fetch, 1, y, NULL), og_session_report(*s));
}

/* ---- Old versions ---------------------------------------------------------------------------- */

typedef struct {
    const char *op;
    int from;
    const og_attr attrs[4];
    bool input; /* scales are the second input */
    float scales[4];
    int64_t n;
    float expected[12];
} old_case;

static void check_old(const old_case *t)
{
    const int64_t dims[] = { 1, 1, 1, 4 };
    const float numbers[] = { 1, 2, 3, 4 };
    const og_tensor data = og_tensor_view(OG_FLOAT, 4, dims, (void *)(uintptr_t)numbers);
    og_graph *g = og_graph_new("t");
    og_value *in[64] = { og_input(g, "x", "float[1,1,1,4]"),
                         t->input ? floats(g, 4, t->scales) : NULL };
    og_value *out[1] = { NULL };
    og_attr raw[20] = { { .name = NULL } };
    og_rewrite c = { .g = g,
                     .op = og_op_find("", t->op),
                     .from = t->from,
                     .n_in = t->input ? 2 : 1,
                     .n_out = 1,
                     .in = in,
                     .out = out,
                     .raw = raw };
    og_session *s;
    og_tensor y;

    while (t->attrs[c.n_raw].name) {
        raw[c.n_raw] = t->attrs[c.n_raw];
        c.n_raw++;
    }
    c.op->upgrade(&c, t->from);
    og_output(g, "y", out[0]);
    run(g, &data, &s, &y);
    assert_int_equal(y.count, t->n);
    for (int64_t i = 0; i < t->n; i++)
        assert_float_equal(((const float *)y.data)[i], t->expected[i], 1e-6);
    og_session_free(s);
    og_graph_free(g);
}

static void test_old_versions(void **state)
{
    static const float half[] = { 1, 1, 1, 1.5f };
    const old_case cases[] = {
        /* nearest goes down where the axis grows, and up where it shrinks */
        { "Resize",
          10,
          { OG_SET_STRING("mode", "nearest") },
          true,
          { 1, 1, 1, 1.5f },
          6,
          { 1, 1, 2, 3, 3, 4 } },
        { "Resize",
          10,
          { OG_SET_STRING("mode", "nearest") },
          true,
          { 1, 1, 1, 0.6f },
          2,
          { 1, 3 } },
        { "Resize",
          10,
          { OG_SET_STRING("mode", "nearest") },
          true,
          { 1, 1, 2, 0.6f },
          4,
          { 1, 3, 1, 3 } },
        { "Resize",
          10,
          { OG_SET_STRING("mode", "linear") },
          true,
          { 1, 1, 1, 2 },
          8,
          { 1, 1.5f, 2, 2.5f, 3, 3.5f, 4, 4 } },
        { "Upsample",
          9,
          { OG_SET_STRING("mode", "linear") },
          true,
          { 1, 1, 1, 2 },
          8,
          { 1, 1.5f, 2, 2.5f, 3, 3.5f, 4, 4 } },
        { "Upsample",
          7,
          { { .name = "scales", .kind = OG_ATTR_FLOATS, .u.floats = { 4, half } } },
          false,
          { 0 },
          6,
          { 1, 1, 2, 3, 3, 4 } },
        { "Upsample",
          1,
          { OG_SET_FLOAT("height_scale", 2), OG_SET_FLOAT("width_scale", 1),
            OG_SET_STRING("mode", "bilinear") },
          false,
          { 0 },
          8,
          { 1, 2, 3, 4, 1, 2, 3, 4 } },
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_old(&cases[i]);
}

/* ---- Types ----------------------------------------------------------------------------------- */

static og_value *sizes(og_graph *g, int64_t n)
{
    return og_int64s(g, 1, &n);
}

/* Sums are rounded to the nearest, and held where a cubic leaves the type. */
static void test_whole_numbers(void **state)
{
    const int64_t n = 4;
    uint8_t numbers[] = { 0, 0, 255, 255 };
    const og_tensor data = og_tensor_view(OG_UINT8, 1, &n, numbers);
    const uint8_t linear[] = { 0, 0, 0, 64, 191, 255, 255, 255 };
    og_session *s;
    og_tensor y;
    (void)state;

    for (int cubic = 0; cubic < 2; cubic++) {
        const og_attr attrs[] = { OG_SET_STRING("mode", cubic ? "cubic" : "linear"),
                                  { .name = NULL } };
        og_graph *g = og_graph_new("t");
        og_value *in[] = { og_input(g, "x", "uint8[4]"), NULL, NULL, sizes(g, 8) };

        og_output(g, "y", og_node(g, "Resize", 4, in, attrs));
        run(g, &data, &s, &y);
        if (cubic)
            assert_true(((const uint8_t *)y.data)[2] == 0 && ((const uint8_t *)y.data)[5] == 255);
        else
            assert_memory_equal(y.data, linear, sizeof linear);
        og_session_free(s);
        og_graph_free(g);
    }
}

/* A region that is fed: the same as a constant one, both ways. */
static void test_late_region(void **state)
{
    const int64_t n = 5, two = 2;
    float numbers[] = { 1, 4, 2, 8, 5 }, region[] = { 0.25f, 0.75f };
    const og_attr attrs[] = { OG_SET_STRING("mode", "linear"),
                              OG_SET_STRING("coordinate_transformation_mode", "tf_crop_and_resize"),
                              { .name = NULL } };
    float expected[8];
    (void)state;

    for (int late = 0; late < 2; late++) {
        og_graph *g = og_graph_new("t");
        og_value *x = og_input(g, "x", "float[5]"), *dx;
        og_value *roi = late ? og_input(g, "roi", "float[2]") : floats(g, 2, region);
        og_value *in[] = { x, roi, NULL, sizes(g, 3) }, *y = og_node(g, "Resize", 4, in, attrs);
        og_value *loss = og_reduce("ReduceSum", og_mul(y, y), (og_ints){ 0 }, false);

        assert_ok(og_gradients(g, loss, &x, 1, &dx), og_graph_report(g));
        og_output(g, "all", og_concat(0, 2, (og_value *[]){ y, dx }));
        const og_feed feeds[] = { { "x", og_tensor_view(OG_FLOAT, 1, &n, numbers) },
                                  { "roi", og_tensor_view(OG_FLOAT, 1, &two, region) } };
        const char *fetch = "all";
        og_session *s;
        og_tensor out;
        assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
        assert_ok(og_session_run(s, feeds, late ? 2 : 1, &fetch, 1, &out, NULL),
                  og_session_report(s));
        if (!late)
            memcpy(expected, out.data, sizeof expected);
        assert_int_equal(out.count, 8);
        assert_memory_equal(out.data, expected, sizeof expected);
        og_session_free(s);
        og_graph_free(g);
    }
    assert_float_equal(expected[0], 4, 0); /* place 1 is a quarter of the way */
    assert_float_equal(expected[4], 8, 0); /* and its gradient */
}

/* ---- Refusals -------------------------------------------------------------------------------- */

static void assert_refused(const og_attr *attrs, const float *scales, int64_t n, bool with_sizes,
                           og_status code, const char *words)
{
    og_graph *g = og_graph_new("t");
    og_value *in[] = { og_input(g, "x", "float[4]"), NULL, scales ? floats(g, n, scales) : NULL,
                       with_sizes ? sizes(g, 8) : NULL };

    assert_null(og_node(g, "Resize", 4, in, attrs));
    assert_int_equal(og_graph_status(g), code);
    assert_non_null(strstr(og_graph_report(g)->what, words));
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    const float two[] = { 2, 2 }, zero[] = { 0 }, huge[] = { 3e38f };
    const og_attr mode[] = { OG_SET_STRING("mode", "bilinear"), { .name = NULL } };
    const og_attr antialias[] = { OG_SET_INT("antialias", 1), { .name = NULL } };
    const og_attr crop[] = { OG_SET_STRING("coordinate_transformation_mode", "tf_crop_and_resize"),
                             { .name = NULL } };
    const og_attr axes[] = { OG_SET_INTS("axes", 1), { .name = NULL } };
    (void)state;

    assert_refused(mode, two, 1, false, OG_BAD_ARGUMENT, "no mode 'bilinear'");
    assert_refused(antialias, two, 1, false, OG_BAD_ARGUMENT, "antialias");
    assert_refused(crop, two, 1, false, OG_BAD_ARGUMENT, "needs the input roi");
    assert_refused(axes, two, 1, false, OG_BAD_SHAPE, "axis 1");
    assert_refused(NULL, two, 1, true, OG_BAD_ARGUMENT, "both given");
    assert_refused(NULL, NULL, 0, false, OG_BAD_ARGUMENT, "neither");
    assert_refused(NULL, two, 2, false, OG_BAD_SHAPE, "scales has 2 numbers, expected 1");
    assert_refused(NULL, zero, 1, false, OG_BAD_VALUE, "a scale is 0");
    assert_refused(NULL, huge, 1, false, OG_LIMIT, "too large");
}

/* An empty list of scales, as files of version 11 have it, is none. */
static void test_empty_scales(void **state)
{
    og_graph *g = og_graph_new("t");
    og_value *in[] = { og_input(g, "x", "float[4]"), floats(g, 0, (float[]){ 0 }),
                       floats(g, 0, (float[]){ 0 }), sizes(g, 8) };
    og_value *y = og_node(g, "Resize", 4, in, NULL);
    (void)state;

    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_string_equal(og_value_type(y), "float[8]");
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_versions), cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_late_region),  cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_empty_scales),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
