/*
 * Loops of floating types, as a template on top of loops_all.h: the includer defines T, FN(name)
 * and provides FN(exp), FN(log), FN(tanh), FN(erf), FN(sigmoid), FN(log1p_unit) and
 * FN(expm1_negative).
 */

OG_MAP(exp)
OG_MAP(log)
OG_MAP(tanh)
OG_MAP(erf)
OG_MAP(sigmoid)
OG_MAP(sqrt)
OG_MAP(floor)
OG_MAP(ceil)
OG_MAP(round)
OG_MAP(tan)
OG_MAP(asin)
OG_MAP(acos)
OG_MAP(atan)
OG_MAP(sinh)
OG_MAP(cosh)
OG_MAP(asinh)
OG_MAP(acosh)
OG_MAP(atanh)

OG_INLINE T FN(reciprocal_of)(T x)
{
    return (T)1 / x;
}
OG_MAP(reciprocal)

/* Blocks that hold a far number, an infinity or a NaN take the C library's function, the others
 * vector code. */
OG_INLINE void FN(guarded)(void *const *out, const void *const *in, int64_t n, T (*near)(T),
                           T (*of)(T))
{
    const T *x = in[0];
    T *y = out[0];

    for (int64_t first = 0, end; first < n; first = end) {
        bool far = false;

        end = n - first < 256 ? n : first + 256;
        for (int64_t i = first; i < end; i++)
            far |= !(FN(abs_of)(x[i]) <= FN(trig_limit));
        if (far) {
            for (int64_t i = first; i < end; i++)
                y[i] = of(x[i]);
            continue;
        }
        OG_SIMD
        for (int64_t i = first; i < end; i++)
            y[i] = near(x[i]);
    }
}

static void FN(sin_loop)(OG_LOOP_ARGS)
{
    (void)step, (void)attrs;
    FN(guarded)(out, in, n, FN(sin_near), FN(sin_of));
}

static void FN(cos_loop)(OG_LOOP_ARGS)
{
    (void)step, (void)attrs;
    FN(guarded)(out, in, n, FN(cos_near), FN(cos_of));
}

/* ---- Activations ----------------------------------------------------------------------------- */

OG_INLINE T FN(leaky_relu_of)(T x, const og_loop_attrs *a)
{
    return x < 0 ? (T)a->alpha * x : x;
}
OG_FORM(leaky_relu)

OG_INLINE T FN(elu_of)(T x, const og_loop_attrs *a)
{
    T e = (T)a->alpha * FN(expm1_negative)(x);

    return x < 0 ? e : x;
}
OG_FORM(elu)

OG_INLINE T FN(selu_of)(T x, const og_loop_attrs *a)
{
    T e = (T)a->alpha * FN(expm1_negative)(x);

    return (T)a->gamma * (x <= 0 ? e : x);
}
OG_FORM(selu)

OG_INLINE T FN(celu_of)(T x, const og_loop_attrs *a)
{
    T e = (T)a->alpha * FN(expm1_negative)(x / (T)a->alpha);

    return x < 0 ? e : x;
}
OG_FORM(celu)

/* log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) */
OG_INLINE T FN(softplus_of)(T x)
{
    T top = x < 0 ? 0 : x;

    return top + FN(log1p_unit)(FN(exp_of)(-FN(abs_of)(x)));
}
OG_MAP(softplus)

OG_INLINE T FN(softsign_of)(T x)
{
    return x / (1 + FN(abs_of)(x));
}
OG_MAP(softsign)

OG_INLINE T FN(hard_sigmoid_of)(T x, const og_loop_attrs *a)
{
    T y = (T)a->alpha * x + (T)a->beta;

    y = y < 0 ? 0 : y;
    return y > 1 ? 1 : y;
}
OG_FORM(hard_sigmoid)

OG_INLINE T FN(hard_swish_of)(T x)
{
    T y = x * (T)(1.0 / 6) + (T)0.5;

    y = y < 0 ? 0 : y;
    return x * (y > 1 ? 1 : y);
}
OG_MAP(hard_swish)

/* x tanh(log(1 + e^x)) = x n / (n + 2) with n = e^x (e^x + 2); beyond 20 it is x. */
OG_INLINE T FN(mish_of)(T x)
{
    T e = FN(exp_of)(x > 20 ? 20 : x);
    T n = e * (e + 2);

    return x > 20 ? x : x * (n / (n + 2));
}
OG_MAP(mish)

OG_INLINE T FN(gelu_of)(T x)
{
    return (T)0.5 * x * (1 + FN(erf_of)(x * (T)0.70710678118654752440));
}
OG_MAP(gelu)

OG_INLINE T FN(gelu_tanh_of)(T x)
{
    T u = (T)0.79788456080286535588 * (x + (T)0.044715 * x * x * x);

    return (T)0.5 * x * (1 + FN(tanh_of)(u));
}
OG_MAP(gelu_tanh)

OG_INLINE T FN(thresholded_relu_of)(T x, const og_loop_attrs *a)
{
    return x <= (T)a->alpha ? 0 : x;
}
OG_FORM(thresholded_relu)

OG_INLINE T FN(swish_of)(T x, const og_loop_attrs *a)
{
    return x * FN(sigmoid_of)((T)a->alpha * x);
}
OG_FORM(swish)

/* ---- Tests ----------------------------------------------------------------------------------- */

static void FN(is_nan_loop)(OG_LOOP_ARGS)
{
    const T *x = in[0];
    uint8_t *y = out[0];

    (void)step, (void)attrs;
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] != x[i];
}

static void FN(is_inf_loop)(OG_LOOP_ARGS)
{
    const og_loop_attrs *a = attrs;
    const T high = a->detect_positive ? (T)INFINITY : (T)NAN,
            low = a->detect_negative ? (T)-INFINITY : (T)NAN;
    const T *x = in[0];
    uint8_t *y = out[0];

    (void)step;
    OG_SIMD
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] == high || x[i] == low;
}

/* ---- Gradients ------------------------------------------------------------------------------- */

OG_INLINE T FN(tanh_grad_of)(T dy, T y)
{
    return dy * (1 - y * y);
}
OG_PAIR(tanh_grad)

OG_INLINE T FN(sigmoid_grad_of)(T dy, T y)
{
    return dy * (y * (1 - y));
}
OG_PAIR(sigmoid_grad)

/* dy (Phi(x) + x phi(x)) */
OG_INLINE T FN(gelu_grad_of)(T dy, T x)
{
    T cdf = (T)0.5 * (1 + FN(erf_of)(x * (T)0.70710678118654752440));

    return dy * (cdf + x * ((T)0.39894228040143267794 * FN(exp_of)((T)-0.5 * x * x)));
}
OG_PAIR(gelu_grad)

/* ---- Training -------------------------------------------------------------------------------- */

/* onnxgrad.AdamScale; all inputs behind the third are single numbers. */
static void FN(adam_scale_loop)(OG_LOOP_ARGS)
{
    const T *g = in[0], *m = in[1], *v = in[2];
    const T weight1 = *(const T *)in[3], beta2 = *(const T *)in[4], weight2 = *(const T *)in[5];
    const T correct1 = *(const T *)in[6], correct2 = *(const T *)in[7], eps = *(const T *)in[8];
    T *y = out[0], *new_m = out[1], *new_v = out[2];

    (void)step, (void)attrs;
    OG_SIMD
    for (int64_t i = 0; i < n; i++) {
        const T m1 = m[i] + weight1 * (g[i] - m[i]), v1 = v[i] * beta2 + weight2 * (g[i] * g[i]);
        const T direction = m1 * correct1 / (FN(sqrt_of)(v1) * correct2 + eps);

        new_m[i] = m1;
        new_v[i] = v1;
        y[i] = direction;
    }
}
