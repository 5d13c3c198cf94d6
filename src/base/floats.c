/*
 * Floats of less than 32 bits.
 *
 * Each type is a row of one table: a number is encoded straight from double, so it is rounded
 * once.  half and bfloat16 also have quick ways from and to float.
 */
#include "base/types.h"

#include <math.h>

typedef struct small_float {
    int exponent_bits, mantissa_bits, bias;
    uint32_t most;     /* the code of the largest finite number, without sign */
    uint32_t infinity; /* its code, or that of the largest number where there is none */
    uint32_t nan;      /* its code, or what stands for it */
    bool one_zero;     /* the code of a negative zero means NaN */
} small_float;

static const small_float small_floats[OG_ELEM_COUNT] = {
    [OG_FLOAT16] = { 5, 10, 15, 0x7BFF, 0x7C00, 0x7E00, false },
    [OG_BFLOAT16] = { 8, 7, 127, 0x7F7F, 0x7F80, 0x7FC0, false },
    [OG_FLOAT8E4M3FN] = { 4, 3, 7, 0x7E, 0x7E, 0x7F, false },
    [OG_FLOAT8E4M3FNUZ] = { 4, 3, 8, 0x7F, 0x7F, 0x80, true },
    [OG_FLOAT8E5M2] = { 5, 2, 15, 0x7B, 0x7C, 0x7F, false },
    [OG_FLOAT8E5M2FNUZ] = { 5, 2, 16, 0x7F, 0x7F, 0x80, true },
    [OG_FLOAT4E2M1] = { 2, 1, 1, 0x7, 0x7, 0x7, false },
};

static double small_decode(const small_float *f, uint32_t code)
{
    uint32_t sign = 1u << (f->exponent_bits + f->mantissa_bits), magnitude = code & (sign - 1);
    int exponent = (int)(magnitude >> f->mantissa_bits);
    uint32_t mantissa = magnitude & ((1u << f->mantissa_bits) - 1);
    double x;

    if (f->one_zero && code == sign)
        return NAN;
    if (magnitude > f->most)
        x = magnitude == f->infinity ? INFINITY : NAN;
    else if (exponent == 0)
        x = ldexp(mantissa, 1 - f->bias - f->mantissa_bits);
    else
        x = ldexp(mantissa + (1u << f->mantissa_bits), exponent - f->bias - f->mantissa_bits);
    return code & sign ? -x : x;
}

/* A step at the exponent e is 2^(e - mantissa_bits); x is counted in steps, and the count is added
 * below the exponent: a mantissa that rounds up to the next power of two carries by itself. */
static uint32_t small_encode(const small_float *f, double x)
{
    uint32_t sign = signbit(x) ? 1u << (f->exponent_bits + f->mantissa_bits) : 0, code;
    int exponent, least = 1 - f->bias;

    if (isnan(x))
        return f->nan;
    x = fabs(x);
    if (isinf(x) || x >= ldexp(1.0, (1 << f->exponent_bits) - f->bias + 1))
        return f->infinity | sign;
    exponent = x > 0 ? ilogb(x) : least;
    if (exponent < least)
        exponent = least;
    code = (uint32_t)(exponent - least) << f->mantissa_bits;
    code += (uint32_t)rint(ldexp(x, f->mantissa_bits - exponent));
    if (code > f->most)
        code = f->infinity;
    return code == 0 && f->one_zero ? 0 : code | sign;
}

/* float8e8m0 is a bare power of two, 2^(code - 127), without sign or zero; 255 is NaN. */
static double e8m0_decode(uint32_t code)
{
    return code == 255 ? (double)NAN : ldexp(1.0, (int)code - 127);
}

static uint32_t e8m0_encode(double x)
{
    int exponent;
    double mantissa;

    if (!(x >= 0) || isinf(x)) /* what has no code is NaN, as in ONNX */
        return 255;
    mantissa = frexp(x, &exponent); /* [0.5, 1) */
    exponent += 126 + (mantissa > 0.75 || (mantissa == 0.75 && (exponent + 126) % 2 != 0));
    return x == 0 || exponent < 0 ? 0 : exponent > 254 ? 254 : (uint32_t)exponent;
}

double og_small_decode(og_elem elem, uint32_t code)
{
    return elem == OG_FLOAT8E8M0 ? e8m0_decode(code) : small_decode(&small_floats[elem], code);
}

uint32_t og_small_encode(og_elem elem, double x)
{
    return elem == OG_FLOAT8E8M0 ? e8m0_encode(x) : small_encode(&small_floats[elem], x);
}

float og_bfloat16_to_float(uint16_t bits)
{
    uint32_t wide = (uint32_t)bits << 16;
    float x;

    memcpy(&x, &wide, sizeof x);
    return x;
}

uint16_t og_float_to_bfloat16(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    if ((bits & 0x7FFFFFFF) > 0x7F800000)
        return (uint16_t)(bits >> 16 | 0x40); /* a quiet NaN, also when its low bits are cut */
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

float og_half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7FFF, bits;
    float x;

    if (magnitude >= 0x7C00) {
        bits = magnitude << 13 | 0x7F800000;
    } else if (magnitude >= 0x0400) {
        bits = (magnitude << 13) + (112u << 23);
    } else {
        x = (float)magnitude * 0x1p-24f;
        memcpy(&bits, &x, sizeof bits);
    }
    bits |= sign;
    memcpy(&x, &bits, sizeof x);
    return x;
}

uint16_t og_float_to_half(float x)
{
    uint32_t bits, sign, magnitude;

    memcpy(&bits, &x, sizeof bits);
    sign = bits >> 16 & 0x8000;
    magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000)
        return (uint16_t)(sign | 0x7E00 | (magnitude >> 13 & 0x3FF));
    if (magnitude >= 0x477FF000) /* 65520, half a step above the largest */
        return (uint16_t)(sign | 0x7C00);
    if (magnitude < 0x38800000) { /* below 2^-14: the sum with 0.5 rounds to steps of 2^-24 */
        float shifted;

        memcpy(&shifted, &magnitude, sizeof shifted);
        shifted += 0.5f;
        memcpy(&magnitude, &shifted, sizeof magnitude);
        return (uint16_t)(sign | (magnitude - 0x3F000000));
    }
    magnitude += 0xFFF + (magnitude >> 13 & 1);
    return (uint16_t)(sign | ((magnitude - (112u << 23)) >> 13));
}
