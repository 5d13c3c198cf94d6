/* Elementary functions of double under the names that templates use: the C library's. */
#ifndef OG_MATH_F64_H
#define OG_MATH_F64_H

#include <math.h>

#define OG_LIBM(name, call)                                                                        \
    static inline double name##_f64(double x)                                                      \
    {                                                                                              \
        return call(x);                                                                            \
    }
OG_LIBM(fabs, fabs)
OG_LIBM(exp_of, exp)
OG_LIBM(log_of, log)
OG_LIBM(tanh_of, tanh)
OG_LIBM(erf_of, erf)
OG_LIBM(expm1_negative, expm1)
OG_LIBM(log1p_unit, log1p)
OG_LIBM(sqrt_of, sqrt)
OG_LIBM(floor_of, floor)
OG_LIBM(ceil_of, ceil)
OG_LIBM(round_of, rint)
OG_LIBM(sin_of, sin)
OG_LIBM(cos_of, cos)
OG_LIBM(tan_of, tan)
OG_LIBM(asin_of, asin)
OG_LIBM(acos_of, acos)
OG_LIBM(atan_of, atan)
OG_LIBM(sinh_of, sinh)
OG_LIBM(cosh_of, cosh)
OG_LIBM(asinh_of, asinh)
OG_LIBM(acosh_of, acosh)
OG_LIBM(atanh_of, atanh)
#undef OG_LIBM

/* The C library's are right everywhere. */
#define trig_limit_f64 INFINITY
#define sin_near_f64 sin_of_f64
#define cos_near_f64 cos_of_f64

static inline double copysign_f64(double x, double sign)
{
    return copysign(x, sign);
}

static inline double c_fmod_f64(double a, double b)
{
    return fmod(a, b);
}

static inline double c_pow_f64(double a, double b)
{
    return pow(a, b);
}

static inline double sigmoid_of_f64(double x)
{
    double e = exp(-fabs(x));
    double s = 1.0 / (1.0 + e);

    return x >= 0.0 ? s : e * s;
}

#endif
