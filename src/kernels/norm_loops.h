/* Loops of the normalisations for one C type.  The includer defines T and FN(name). */

static void FN(moments)(const void *in, int64_t n, double shift, double *sums)
{
    const T *x = in;
    double sum = 0, squares = 0;

#pragma omp simd reduction(+ : sum, squares)
    for (int64_t j = 0; j < n; j++) {
        const double d = (double)x[j] - shift;

        sum += d;
        squares += d * d;
    }
    sums[0] += sum;
    sums[1] += squares;
}

static void FN(dots)(const void *gradient, const void *factors, const void *in, int64_t n,
                     double mean, double *sums)
{
    const T *dy = gradient, *scale = factors, *x = in;
    double sum = 0, dot = 0;

    if (scale) {
#pragma omp simd reduction(+ : sum, dot)
        for (int64_t j = 0; j < n; j++) {
            const double g = (double)dy[j] * (double)scale[j];

            sum += g;
            dot += g * ((double)x[j] - mean);
        }
    } else {
#pragma omp simd reduction(+ : sum, dot)
        for (int64_t j = 0; j < n; j++) {
            sum += (double)dy[j];
            dot += (double)dy[j] * ((double)x[j] - mean);
        }
    }
    sums[0] += sum;
    sums[1] += dot;
}

static void FN(affine)(const void *in, int64_t n, double mean, double factor, double offset,
                       void *out)
{
    const T *x = in, m = (T)mean, a = (T)factor, b = (T)offset;
    T *y = out;

    OG_SIMD
    for (int64_t j = 0; j < n; j++)
        y[j] = (x[j] - m) * a + b;
}

static void FN(scaled)(const void *in, int64_t n, double mean, double inverse, const void *factors,
                       const void *offsets, void *out)
{
    const T *x = in, *scale = factors, *bias = offsets, m = (T)mean, inv = (T)inverse;
    T *y = out;

    if (scale && bias) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = (x[j] - m) * inv * scale[j] + bias[j];
    } else if (scale) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            y[j] = (x[j] - m) * inv * scale[j];
    } else {
        FN(affine)(in, n, mean, inverse, 0, out);
        if (bias) {
            OG_SIMD
            for (int64_t j = 0; j < n; j++)
                y[j] += bias[j];
        }
    }
}

static void FN(gradient)(const void *gradient, const void *factors, const void *in, int64_t n,
                         double mean, double a, double b, double c, void *out)
{
    const T *dy = gradient, *scale = factors, *x = in, m = (T)mean, fa = (T)a, fb = (T)b, fc = (T)c;
    T *dx = out;

    if (scale) {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            dx[j] = dy[j] * scale[j] * fa + (x[j] - m) * fb + fc;
    } else {
        OG_SIMD
        for (int64_t j = 0; j < n; j++)
            dx[j] = dy[j] * fa + (x[j] - m) * fb + fc;
    }
}

static void FN(columns)(const void *gradient, const void *in, int64_t n, double mean, double inv,
                        double *dscale, double *dbias)
{
    const T *dy = gradient, *x = in;

    OG_SIMD
    for (int64_t j = 0; j < n; j++) {
        dscale[j] += (double)dy[j] * (((double)x[j] - mean) * inv);
        dbias[j] += (double)dy[j];
    }
}

static const og_norm_loops FN(norm) = {
    .moments = FN(moments),
    .dots = FN(dots),
    .affine = FN(affine),
    .scaled = FN(scaled),
    .gradient = FN(gradient),
    .columns = FN(columns),
};
#undef T
#undef FN
