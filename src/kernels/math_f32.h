/*
 * Elementary functions of float that compilers turn into vector code: no branches, no tables, no
 * calls. Exact at 0, infinities and NaN, denormals included.  The polynomials are minimax fits
 * (Remez) to the functions named beside them; errors in units of the last place: exp 1, log 1, tanh
 * and sigmoid 3, erf 6.
 */
#ifndef OG_MATH_F32_H
#define OG_MATH_F32_H

#include "kernels/simd.h"

#include <float.h>
#include <math.h>

#define OG_ROUNDER 12582912.0f /* 1.5 * 2^23: adding it rounds to an integer in the low bits */

/* 2^n for n in [-126, 127]. */
OG_INLINE float og_power_of_2(int32_t n)
{
    return og_from_bits32((uint32_t)(n + 127) << 23);
}

/* x = n ln 2 + r with |r| <= ln 2 / 2. */
OG_INLINE int32_t og_split_exp(float x, float *r)
{
    float t = x * 1.44269504f + OG_ROUNDER;
    float n = t - OG_ROUNDER;

    *r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    return (int32_t)(og_bits32(t) - og_bits32(OG_ROUNDER));
}

/* exp(r) = 1 + r + r^2 q(r).  2^n is applied in two steps, for results that are denormal. */
OG_INLINE float exp_of_f32(float x)
{
    float r, q, y = x > 89.0f ? 89.0f : x;
    int32_t n, half;

    y = y < -104.0f ? -104.0f : y;
    n = og_split_exp(y, &r);
    q = 0.00138131451f;
    q = q * r + 0.00836941884f;
    q = q * r + 0.0416684568f;
    q = q * r + 0.166665148f;
    q = q * r + 0.499999931f;
    /* A NaN leaves any n; the bounds keep the shifts defined and the NaN comes back through r. */
    n = n < -152 ? -152 : n > 129 ? 129 : n;
    half = n / 2;
    return (q * r * r + r + 1.0f) * og_power_of_2(half) * og_power_of_2(n - half);
}

/* exp(x) - 1 for x <= 0, without loss near 0. */
OG_INLINE float expm1_negative_f32(float x)
{
    float r, q, s, y = x < -30.0f ? -30.0f : x;
    int32_t n = og_split_exp(y, &r);

    q = 0.00139475978f;
    q = q * r + 0.00836724676f;
    q = q * r + 0.0416662665f;
    q = q * r + 0.16666538f;
    q = q * r + 0.500000007f;
    n = n < -60 ? -60 : n > 0 ? 0 : n;
    s = og_power_of_2(n);
    return s * (q * r * r + r) + (s - 1.0f);
}

/* x = m 2^e with m in [sqrt(1/2), sqrt(2)); log(1 + f) = f - f^2/2 + f^3 q(f). */
OG_INLINE float log_of_f32(float x)
{
    bool tiny = x < FLT_MIN;
    float scaled = tiny ? x * 8388608.0f : x;
    uint32_t bits = og_bits32(scaled) - 0x3f3504f3u;
    float e = (float)((int32_t)bits >> 23) - (tiny ? 23.0f : 0.0f);
    float f = og_from_bits32((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
    float q, y;

    q = -0.0785960662f;
    q = q * f + 0.128816437f;
    q = q * f + -0.131287551f;
    q = q * f + 0.141811927f;
    q = q * f + -0.166245541f;
    q = q * f + 0.200022862f;
    q = q * f + -0.250008104f;
    q = q * f + 0.333333167f;
    y = q * f * f * f + e * -2.12194440e-4f - 0.5f * f * f;
    y = (f + y) + e * 0.693359375f;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x < INFINITY ? y : x; /* infinity and NaN give themselves */
}

/* log(1 + u) for u in [0, 1]: the rounding of 1 + u is put back. */
OG_INLINE float log1p_unit_f32(float u)
{
    float w = 1.0f + u;

    return log_of_f32(w) + (u - (w - 1.0f)) / w;
}

OG_INLINE float tanh_of_f32(float x)
{
    float t = expm1_negative_f32(-2.0f * fabsf(x));

    return copysignf(-t / (2.0f + t), x);
}

/* Both branches avoid the overflow of exp. */
OG_INLINE float sigmoid_of_f32(float x)
{
    float e = exp_of_f32(-fabsf(x));
    float s = 1.0f / (1.0f + e);

    return x >= 0.0f ? s : e * s;
}

/* x p(x^2) / q(x^2), a rational minimax fit up to 3.93, where the result rounds to 1. */
OG_INLINE float erf_of_f32(float x)
{
    float a = x > 3.93f ? 3.93f : x, z, p, q, y;

    a = a < -3.93f ? -3.93f : a;
    z = a * a;
    p = -1.28570594e-8f;
    p = p * z + 4.61985246e-6f;
    p = p * z + 0.000377162040f;
    p = p * z + 0.00384036684f;
    p = p * z + 0.0542548746f;
    p = p * z + 0.185149983f;
    p = p * z + 1.12837923f;
    q = 6.24989407e-5f;
    q = q * z + 0.00130241725f;
    q = q * z + 0.0154349664f;
    q = q * z + 0.113887750f;
    q = q * z + 0.497418314f;
    q = q * z + 1.0f;
    y = a * (p / q);
    y = y > 1.0f ? 1.0f : y;
    return y < -1.0f ? -1.0f : y;
}

/* What the C library or one instruction computes. */
#define OG_LIBM(name, call)                                                                        \
    OG_INLINE float name##_f32(float x)                                                            \
    {                                                                                              \
        return call(x);                                                                            \
    }
OG_LIBM(fabs, fabsf)
OG_LIBM(sqrt_of, sqrtf)
OG_LIBM(floor_of, floorf)
OG_LIBM(ceil_of, ceilf)
OG_LIBM(round_of, rintf)
OG_LIBM(sin_of, sinf)
OG_LIBM(cos_of, cosf)
OG_LIBM(tan_of, tanf)
OG_LIBM(asin_of, asinf)
OG_LIBM(acos_of, acosf)
OG_LIBM(atan_of, atanf)
OG_LIBM(sinh_of, sinhf)
OG_LIBM(cosh_of, coshf)
OG_LIBM(asinh_of, asinhf)
OG_LIBM(acosh_of, acoshf)
OG_LIBM(atanh_of, atanhf)
#undef OG_LIBM

OG_INLINE float copysign_f32(float x, float sign)
{
    return copysignf(x, sign);
}

OG_INLINE float c_fmod_f32(float a, float b)
{
    return fmodf(a, b);
}

OG_INLINE float c_pow_f32(float a, float b)
{
    return powf(a, b);
}

/* Sine and cosine through double: x = n pi/2 + r, exact enough up to 2^20. */
#define trig_limit_f32 1048576.0f

OG_INLINE float og_sin_shifted(float x, uint64_t quarter)
{
    double t = (double)x * 0.63661977236758134 + 6755399441055744.0;
    double n = t - 6755399441055744.0;
    double r = ((double)x - n * 1.5707963267341256) - n * 6.0771005065061922e-11;
    double z = r * r, s, c, y;
    uint64_t k = og_bits64(t) + quarter;

    s = -2.4761638102065936e-08;
    s = s * z + 2.7555357579563008e-06;
    s = s * z + -0.00019841263822263102;
    s = s * z + 0.0083333333252707462;
    s = s * z + -0.16666666666631588;
    c = 2.0647692550507415e-09;
    c = c * z + -2.7555566436517984e-07;
    c = c * z + 2.4801580967906041e-05;
    c = c * z + -0.0013888888878265913;
    c = c * z + 0.041666666666602195;
    y = k & 1 ? 1.0 - 0.5 * z + z * z * c : r + r * z * s;
    return (float)(k & 2 ? -y : y);
}

OG_INLINE float sin_near_f32(float x)
{
    return og_sin_shifted(x, 0);
}

OG_INLINE float cos_near_f32(float x)
{
    return og_sin_shifted(x, 1);
}

#endif
