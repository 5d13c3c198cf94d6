/* Quantising what other runtimes are not asked about: numbers that are none, and bad shapes. */
#include "exec/exec.h"
#include "ops/ops.h"

#include "../test.h"

#include "onnxgrad/onnxgrad.h"

static og_value *vector(og_graph *g, int64_t n, const float *data)
{
    const og_tensor t = og_tensor_view(OG_FLOAT, 1, &n, (void *)(uintptr_t)data);

    return og_constant(g, &t);
}

static og_value *to_type(og_graph *g, og_value *x, og_elem elem, double zero)
{
    return og_quantize_linear(x, og_scalar(g, OG_FLOAT, 0.5), og_scalar(g, elem, zero));
}

/* Infinities saturate, NaN is the lowest number of an integer type. */
static void test_no_numbers(void **state)
{
    (void)state;
    static const float x[] = { NAN, -INFINITY, INFINITY, 3e38f, -3e38f, 1.25f, -0.25f };
    static const struct {
        og_elem elem;
        double zero;
        double expected[7];
    } cases[] = {
        { OG_INT8, 0, { -128, -128, 127, 127, -128, 2, 0 } },
        { OG_UINT8, 10, { 0, 0, 255, 255, 0, 12, 10 } },
        { OG_INT16, -5, { -32768, -32768, 32767, 32767, -32768, -3, -5 } },
        { OG_UINT16, 0, { 0, 0, 65535, 65535, 0, 2, 0 } },
        { OG_INT4, 1, { -8, -8, 7, 7, -8, 3, 1 } },
        { OG_UINT4, 0, { 0, 0, 15, 15, 0, 2, 0 } },
        { OG_INT2, 0, { -2, -2, 1, 1, -2, 1, 0 } },
        { OG_UINT2, 1, { 0, 0, 3, 3, 0, 3, 1 } },
        { OG_FLOAT4E2M1, 0, { 0, -6, 6, 6, -6, 2, -0.5 } },
        { OG_FLOAT8E4M3FN, 0, { NAN, -448, 448, 448, -448, 2.5, -0.5 } },
        { OG_FLOAT8E5M2, 0, { NAN, -57344, 57344, 57344, -57344, 2.5, -0.5 } },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        og_graph *g = og_graph_new("t");
        const char *fetch = "q";
        og_session *s;
        og_tensor q;

        og_output(g, "q", to_type(g, vector(g, 7, x), cases[i].elem, cases[i].zero));
        assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
        assert_ok(og_session_run(s, NULL, 0, &fetch, 1, &q, NULL), og_session_report(s));
        assert_int_equal(q.elem, cases[i].elem);
        for (int k = 0; k < 7; k++) {
            const double found = og_get_double(&q, k), wanted = cases[i].expected[k];

            if (found != wanted && !(isnan(found) && isnan(wanted)))
                fail_msg("%s: element %d is %g, expected %g", og_elem_name(q.elem), k, found,
                         wanted);
        }
        og_session_free(s);
        og_graph_free(g);
    }
}

/* A graph whose only node is refused with these words. */
static void refused(og_graph *g, og_status status, const char *words)
{
    assert_int_equal(og_graph_status(g), status);
    if (!strstr(og_graph_report(g)->what, words))
        fail_msg("'%s' does not say '%s'", og_graph_report(g)->what, words);
    og_graph_free(g);
}

static void test_refusals(void **state)
{
    (void)state;
    static const float numbers[] = { 1, 1, 1 };
    og_graph *g = og_graph_new("t");
    og_value *x = og_input(g, "x", "float[2,4]"), *three = vector(g, 3, numbers);

    og_quantize_linear(x, three, NULL);
    refused(g, OG_BAD_SHAPE, "the size of the scale and of x along the axis");

    g = og_graph_new("t"), x = og_input(g, "x", "float[2,4]");
    og_quantize_linear_opt(x, og_input(g, "s", "float[2,3]"), NULL, .block_size = 2);
    refused(g, OG_BAD_SHAPE, "the number of blocks");

    g = og_graph_new("t"), x = og_input(g, "x", "float[2,4]");
    og_quantize_linear(x, og_input(g, "s", "float[2,2]"), NULL);
    refused(g, OG_BAD_SHAPE, "y_scale has rank 2, expected 0, or 1 without blocks");

    g = og_graph_new("t"), x = og_input(g, "x", "float[2,4]");
    og_quantize_linear_opt(x, og_scalar(g, OG_FLOAT, 1), og_scalar(g, OG_INT8, 0),
                           .output_dtype = OG_UINT8);
    refused(g, OG_BAD_TYPE, "output_dtype is uint8, but y_zero_point is of int8");

    g = og_graph_new("t");
    og_dequantize_linear(og_input(g, "x", "int8[3]"), og_scalar(g, OG_FLOAT8E8M0, 1), NULL);
    refused(g, OG_BAD_TYPE, "the result would be of type float8e8m0");

    g = og_graph_new("t");
    og_qlinear_matmul(og_input(g, "a", "int8[2,3]"), og_scalar(g, OG_FLOAT, 1),
                      og_scalar(g, OG_INT8, 0), og_input(g, "b", "int8[4,2]"),
                      og_scalar(g, OG_FLOAT, 1), og_scalar(g, OG_INT8, 0),
                      og_scalar(g, OG_FLOAT, 1), og_scalar(g, OG_INT8, 0));
    refused(g, OG_BAD_SHAPE, "the inner size of A and B");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
