/* The straight-through estimator: gradients through what is quantised, against PyTorch's. */
#include "autodiff/autodiff.h"
#include "exec/exec.h"
#include "ops/ops.h"

#include "../test.h"

#include "onnxgrad/onnxgrad.h"

/* Runs a graph without inputs; `n` numbers of the value. */
static void numbers(og_graph *g, og_value *v, int64_t n, float *to)
{
    const char *fetch = "result";
    og_session *s;
    og_tensor y;

    og_output(g, fetch, v);
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    assert_ok(og_session_run(s, NULL, 0, &fetch, 1, &y, NULL), og_session_report(s));
    assert_int_equal(y.elem, OG_FLOAT);
    assert_int_equal(y.count, n);
    memcpy(to, y.data, (size_t)n * sizeof *to);
    og_session_free(s);
}

static void expect(og_graph *g, og_value *v, int64_t n, const float *numbers_wanted,
                   double tolerance)
{
    float found[64];

    numbers(g, v, n, found);
    for (int64_t i = 0; i < n; i++)
        if (!(fabs((double)(found[i] - numbers_wanted[i])) <= tolerance))
            fail_msg("element %lld is %.9g, expected %.9g", (long long)i, (double)found[i],
                     (double)numbers_wanted[i]);
}

static og_value *floats(og_graph *g, int rank, const int64_t *dims, const float *data)
{
    const og_tensor t = og_tensor_view(OG_FLOAT, rank, dims, (void *)(uintptr_t)data);

    return og_constant(g, &t);
}

static og_value *vector(og_graph *g, int64_t n, const float *data)
{
    return floats(g, 1, &n, data);
}

static og_value *ramp(og_graph *g, og_value *like, int64_t n)
{
    float data[64];

    for (int64_t i = 0; i < n; i++)
        data[i] = (float)(i + 1);
    return og_reshape_like(vector(g, n, data), like);
}

static og_value *weighted(og_graph *g, og_value *y, int64_t n)
{
    return og_reduce("ReduceSum", og_mul(y, ramp(g, y, n)), (og_ints){ 0 }, false);
}

/* torch.fake_quantize_per_tensor_affine(x, 0.1, 0, -128, 127), of which the sum of i y[i] is
 * differentiated.  12.749 / 0.1 rounds to 127 and so is inside, 12.76 / 0.1 is not. */
static void test_one_scale(void **state)
{
    (void)state;
    static const float x[] = { -200,  -12.85f, -12.8f, -1.26f,  -0.05f, 0,
                               0.15f, 0.25f,   12.7f,  12.749f, 12.76f, 200 };
    static const float y[] = { -12.8f, -12.8f, -12.8f, -1.3f, 0,     0,
                               0.2f,   0.2f,   12.7f,  12.7f, 12.7f, 12.7f };
    static const float dx[] = { 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0 };

    for (int gradient = 0; gradient < 2; gradient++) {
        og_graph *g = og_graph_new("t");
        og_value *v = vector(g, 12, x), *scale = og_scalar(g, OG_FLOAT, 0.1);
        og_value *zero = og_scalar(g, OG_INT8, 0);
        og_value *q = og_quantize_linear(v, scale, zero);
        og_value *z = og_dequantize_linear(q, scale, zero), *dv;

        assert_ok(og_gradients(g, weighted(g, z, 12), &v, 1, &dv), og_graph_report(g));
        expect(g, gradient ? dv : z, 12, gradient ? dx : y, 1e-5);
        og_graph_free(g);
    }
}

/* torch._fake_quantize_learnable_per_channel_affine(x, [1/16, 1/32], [0, 5], 0, -128, 127, 1.0):
 * the same scales in both operators make the gradient of learned step sizes. */
static void test_scale_per_row(void **state)
{
    (void)state;
    static const float x[] = { -1, 0.33f, 0.95f, 9, -4, 0.5f, 3, -0.07f };
    static const float dx[] = { 1, 2, 3, 0, 5, 6, 7, 8 };
    static const float dscale[] = { 506.83999634f, 1.92000008f }, scales[] = { 0.0625f, 0.03125f };
    static const int64_t dims[] = { 2, 4 }, two = 2;
    static int8_t zeros[] = { 0, 5 };
    const og_tensor zero_tensor = og_tensor_view(OG_INT8, 1, &two, zeros);

    for (int by_scale = 0; by_scale < 2; by_scale++) {
        og_graph *g = og_graph_new("t");
        og_value *wrt[2] = { floats(g, 2, dims, x), vector(g, 2, scales) }, *grads[2];
        og_value *zero = og_constant(g, &zero_tensor);
        og_value *q = og_quantize_linear_opt(wrt[0], wrt[1], zero, .axis = OG_SOME(0));
        og_value *y = og_dequantize_linear_opt(q, wrt[1], zero, .axis = OG_SOME(-2));

        assert_ok(og_gradients(g, weighted(g, y, 8), wrt, 2, grads), og_graph_report(g));
        expect(g, grads[by_scale], by_scale ? 2 : 8, by_scale ? dscale : dx, 1e-4);
        og_graph_free(g);
    }
}

/* Blocks of 2 along rows of 3: the scale of a block takes the sum over its elements, which are
 * multiples of it here, so that QuantizeLinear's part of the gradient takes DequantizeLinear's
 * away. One element saturates: it is 7 of int4 whatever x is. */
static void test_blocks(void **state)
{
    (void)state;
    static const float x[] = { 1, -2, 3, 0.5f, 10, -1.5f }, scales[] = { 1, 1, 0.5f, 0.5f };
    static const float dx[] = { 1, 2, 3, 4, 0, 6 }, dscale[] = { 0, 0, 5 * 7, 0 };
    static const int64_t dims[] = { 2, 3 }, scale_dims[] = { 2, 2 };

    for (int by_scale = 0; by_scale < 2; by_scale++) {
        og_graph *g = og_graph_new("t");
        og_value *wrt[2] = { floats(g, 2, dims, x), floats(g, 2, scale_dims, scales) }, *grads[2];
        og_value *q =
            og_quantize_linear_opt(wrt[0], wrt[1], NULL, .block_size = 2, .output_dtype = OG_INT4);
        og_value *y = og_dequantize_linear_opt(q, wrt[1], NULL, .block_size = 2);

        assert_ok(og_gradients(g, weighted(g, y, 6), wrt, 2, grads), og_graph_report(g));
        expect(g, grads[by_scale], by_scale ? 4 : 6, by_scale ? dscale : dx, 1e-5);
        og_graph_free(g);
    }
}

/* What moves quantised numbers, and MaxPool, hands the gradient on. */
static void test_between(void **state)
{
    (void)state;
    static const float x[] = { 1, 4, 2, 3, 8, 5, 6, 7 }, dx[] = { 0, 2, 0, 0, 1, 0, 0, 0 };
    static const int64_t dims[] = { 1, 2, 4 };
    og_graph *g = og_graph_new("t");
    og_value *v = floats(g, 3, dims, x), *scale = og_scalar(g, OG_FLOAT, 0.5), *dv;
    og_value *zero = og_scalar(g, OG_UINT8, 100), *q = og_quantize_linear(v, scale, zero);

    q = og_max_pool(q, OG_INTS(4));        /* 4 8 */
    q = og_transpose(q, OG_INTS(2, 0, 1)); /* 4 8 */
    q = og_flatten(q, 2);
    q = og_concat(
        0, 2,
        (og_value *[]){ og_slice(q, og_ints_like(q, OG_INTS(1)), og_ints_like(q, OG_INTS(2)),
                                 og_ints_like(q, OG_INTS(1)), NULL),
                        og_slice(q, og_ints_like(q, OG_INTS(0)), og_ints_like(q, OG_INTS(1)),
                                 og_ints_like(q, OG_INTS(1)), NULL) });
    assert_ok(og_gradients(g, weighted(g, og_dequantize_linear(q, scale, zero), 2), &v, 1, &dv),
              og_graph_report(g));
    expect(g, dv, 8, dx, 1e-6);
    og_graph_free(g);
}

/* Integers that were not quantised carry nothing: Cast is no QuantizeLinear. */
static void test_cast_is_not_straight(void **state)
{
    (void)state;
    static const float x[] = { 1, 2 };
    og_graph *g = og_graph_new("t");
    og_value *v = vector(g, 2, x), *dv;
    og_value *y = og_dequantize_linear(og_cast(v, OG_INT8), og_scalar(g, OG_FLOAT, 0.5), NULL);
    og_value *loss = og_reduce("ReduceSum", y, (og_ints){ 0 }, false);

    assert_ok(og_backward(g, loss, NULL, &v, 1, &dv), og_graph_report(g));
    assert_null(dv);
    og_graph_free(g);
}

/* QLinearMatMul and QLinearConv of a row and a column: y = sum of a b, so da = dy b; all scales are
 * powers of two and all numbers on their grids, so nothing is rounded. */
static void test_through_products(void **state)
{
    (void)state;
    static const float a[] = { 1, -2, 3 }, b[] = { 0.5f, 1.5f, -1 }, da[] = { 0.5f, 1.5f, -1 };

    for (int conv = 0; conv < 2; conv++) {
        og_graph *g = og_graph_new("t");
        og_value *v = vector(g, 3, a), *w = vector(g, 3, b), *dv;
        og_value *fine = og_scalar(g, OG_FLOAT, 0.25), *zero = og_scalar(g, OG_INT8, 7);
        og_value *q =
            og_quantize_linear(og_unsqueeze(v, conv ? OG_INTS(0, 1) : OG_INTS(0)), fine, zero);
        og_value *p =
            og_quantize_linear(og_unsqueeze(w, conv ? OG_INTS(0, 1) : OG_INTS(1)), fine, zero);
        og_value *y = conv ? og_qlinear_conv(q, fine, zero, p, fine, zero, fine, zero, NULL)
                           : og_qlinear_matmul(q, fine, zero, p, fine, zero, fine, zero);
        og_value *loss =
            og_reduce("ReduceSum", og_dequantize_linear(y, fine, zero), (og_ints){ 0 }, false);

        assert_ok(og_gradients(g, loss, &v, 1, &dv), og_graph_report(g));
        expect(g, dv, 3, da, 1e-6);
        og_graph_free(g);
    }
}

/* The form of dynamic quantisation: y = a_scale b_scale (sum of integers).  x is on its own grid,
 * [0, 255] / 4, so its rounding is exact and the gradient that of x b.  ConvInteger likewise. */
static void test_dynamic(void **state)
{
    (void)state;
    static const float x[] = { 0, 63.75f, 10, 2.5f }, dx[] = { 0.5f, -1, 1.5f, 2 };
    static int8_t b[] = { 1, -2, 3, 4 };

    for (int conv = 0; conv < 2; conv++) {
        const int64_t dims[] = { conv ? 1 : 4, 1, 4 };
        const og_tensor t = og_tensor_view(OG_INT8, conv ? 3 : 2, dims, b);
        og_graph *g = og_graph_new("t");
        og_value *v = vector(g, 4, x), *w = og_constant(g, &t), *q[3], *dv;

        og_dynamic_quantize_linear_opt(og_unsqueeze(v, conv ? OG_INTS(0, 1) : OG_INTS(0)),
                                       .n_outputs = 3, .outputs = q);
        og_value *sum =
            conv ? og_conv_integer(q[0], w, q[2], NULL) : og_matmul_integer(q[0], w, q[2], NULL);
        og_value *y = og_times(og_mul(og_cast(sum, OG_FLOAT), q[1]), 0.5);

        assert_ok(og_gradients(g, og_reduce("ReduceSum", y, (og_ints){ 0 }, false), &v, 1, &dv),
                  og_graph_report(g));
        expect(g, dv, 4, dx, 1e-5);
        og_graph_free(g);
    }
}

/* ---- Training -------------------------------------------------------------------------------- */

static og_value *quantised(og_value *x, double scale, og_elem elem, double zero)
{
    og_value *s = og_scalar(x->graph, OG_FLOAT, scale), *z = og_scalar(x->graph, elem, zero);

    return og_dequantize_linear(og_quantize_linear(x, s, z), s, z);
}

static og_value *parameter(og_graph *g, const char *name, int64_t rows, int64_t columns, int step,
                           int modulus, float by)
{
    const int64_t dims[] = { rows, columns };
    float data[30];
    const og_tensor t = og_tensor_view(OG_FLOAT, 2, dims, data);

    for (int i = 0; i < rows * columns; i++)
        data[i] = (float)(i * step % modulus) / by - 0.5f;
    return og_parameter(g, name, &t);
}

/* h = q(relu(x q(w1))), y = h q(w2), loss = mean (y - t)^2. */
static og_value *model(og_graph *g, og_value *w[2])
{
    static const int64_t x_dims[] = { 4, 6 }, t_dims[] = { 4, 2 };
    float x[24], t[8];

    for (int i = 0; i < 24; i++)
        x[i] = (float)(i * 7 % 11) / 5 - 1;
    for (int i = 0; i < 8; i++)
        t[i] = (float)(i * 5 % 7) / 4 - 0.7f;
    w[0] = parameter(g, "w1", 6, 5, 13, 17, 16);
    w[1] = parameter(g, "w2", 5, 2, 11, 13, 12);
    og_value *h =
        og_relu(og_matmul(floats(g, 2, x_dims, x), quantised(w[0], 1.0 / 64, OG_INT8, 0)));
    og_value *y =
        og_matmul(quantised(h, 1.0 / 64, OG_UINT8, 3), quantised(w[1], 1.0 / 256, OG_INT8, 3));
    og_value *error = og_sub(y, floats(g, 2, t_dims, t));

    return og_reduce("ReduceMean", og_mul(error, error), (og_ints){ 0 }, false);
}

/* PyTorch 2.13 with fake_quantize_per_tensor_affine in the same places.  The last row of w2 has an
 * element beyond its range; a column of w1 is dead. */
static void test_first_gradients(void **state)
{
    (void)state;
    static const float g1[] = { 0.0587704666f,  -0.0217977297f, 0, 0.0854193196f, -0.0389511213f,
                                -0.0235081874f, -0.0019829981f, 0, -0.132119477f, 0.0155804483f,
                                0.0235081874f,  -0.0366587751f, 0, 0.16747345f,   -0.0155804483f,
                                -0.0587704666f, -0.0168440472f, 0, -0.050065361f, 0.0389511213f,
                                -0.0117540937f, 0.00297068432f, 0, -0.159470856f, 0.00779022416f,
                                0.0352622829f,  -0.0317050964f, 0, 0.140122071f,  -0.0233706739f };
    static const float g2[] = {
        0.0898828954f, -0.000130846398f, -0.103366911f, 0.12347836f, 0, 0, -0.0700374618f, 0,
        0.0862142071f, -0.000125505729f
    };

    for (int i = 0; i < 2; i++) {
        og_graph *g = og_graph_new("t");
        og_value *w[2], *grads[2];

        assert_ok(og_gradients(g, model(g, w), w, 2, grads), og_graph_report(g));
        expect(g, grads[i], i ? 10 : 30, i ? g2 : g1, 1e-7);
        og_graph_free(g);
    }
}

static void test_training(void **state)
{
    (void)state;
    static const struct {
        int step;
        double loss;
    } torch[] = { { 0, 0.2603721022605896 },  { 1, 0.24615459144115448 },
                  { 2, 0.2318403422832489 },  { 3, 0.22189486026763916 },
                  { 4, 0.21204261481761932 }, { 20, 0.15945690870285034 },
                  { 40, 0.14831049740314484 } };
    og_graph *g = og_graph_new("t");
    og_session *s;
    og_run_info info;
    og_value *w[2];
    size_t at = 0;

    assert_ok(og_train_step(g, model(g, w), "sgd(lr=0.1)"), og_graph_report(g));
    assert_ok(og_session_new(g, NULL, &s), og_session_report(s));
    for (int step = 0; step <= 40; step++) {
        assert_ok(og_session_run(s, NULL, 0, NULL, 0, NULL, &info), og_session_report(s));
        if (step == torch[at].step)
            assert_float_equal(info.loss, torch[at++].loss, 1e-6);
    }
    assert_int_equal(at, sizeof torch / sizeof *torch);
    og_session_free(s);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_scale),
        cmocka_unit_test(test_scale_per_row),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_between),
        cmocka_unit_test(test_cast_is_not_straight),
        cmocka_unit_test(test_through_products),
        cmocka_unit_test(test_dynamic),
        cmocka_unit_test(test_first_gradients),
        cmocka_unit_test(test_training),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
