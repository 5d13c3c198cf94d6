/*
 * One element of any type to and from double and int64.
 *
 * An element is first a code, the bits it occupies; what the code means is the type's kind.
 */
#include "base/types.h"

#include <math.h>

static const char *element_place(const og_tensor *tensor, int64_t i, size_t bytes)
{
    return (const char *)tensor->data + (size_t)i * bytes;
}

/* The code, zero-extended; of a complex number the real part's. */
static uint64_t element_code(const og_tensor *tensor, int64_t i)
{
    const int bits = og_elem_bits(tensor->elem);
    uint8_t code8;
    uint16_t code16;
    uint32_t code32;
    uint64_t code64;

    switch (bits) {
    case 2:
    case 4:
        code8 = ((const uint8_t *)tensor->data)[i * bits / 8];
        return (uint64_t)(code8 >> (i * bits % 8)) & ((1u << bits) - 1);
    case 8:
        return ((const uint8_t *)tensor->data)[i];
    case 16:
        memcpy(&code16, element_place(tensor, i, 2), 2);
        return code16;
    case 32:
        memcpy(&code32, element_place(tensor, i, 4), 4);
        return code32;
    default:
        memcpy(&code64, element_place(tensor, i, (size_t)bits / 8), 8);
        return code64;
    }
}

/* Keeps the low bits of the code that the type has. */
static void element_set_code(og_tensor *tensor, int64_t i, uint64_t code)
{
    const int bits = og_elem_bits(tensor->elem);
    char *place = (char *)tensor->data + (size_t)i * ((size_t)bits / 8);
    uint8_t code8 = (uint8_t)code;
    uint16_t code16 = (uint16_t)code;
    uint32_t code32 = (uint32_t)code;

    if (bits < 8) {
        uint8_t *byte = (uint8_t *)tensor->data + i * bits / 8;
        unsigned shift = (unsigned)(i * bits % 8), mask = ((1u << bits) - 1) << shift;

        *byte = (uint8_t)((*byte & ~mask) | ((unsigned)code8 << shift & mask));
    } else if (bits == 8) {
        memcpy(place, &code8, 1);
    } else if (bits == 16) {
        memcpy(place, &code16, 2);
    } else if (bits == 32) {
        memcpy(place, &code32, 4);
    } else {
        memcpy(place, &code, 8);
    }
}

/* A complex number's part as a float or double, any other float as itself. */
static bool element_wide_float(og_elem elem, bool *is_double)
{
    *is_double = elem == OG_DOUBLE || elem == OG_COMPLEX128;
    return *is_double || elem == OG_FLOAT || elem == OG_COMPLEX64;
}

static double element_float(const og_tensor *tensor, int64_t i)
{
    bool is_double;
    float x;
    double wide;

    if (!element_wide_float(tensor->elem, &is_double))
        return og_small_decode(tensor->elem, (uint32_t)element_code(tensor, i));
    if (is_double) {
        memcpy(&wide, element_place(tensor, i, (size_t)og_elem_bits(tensor->elem) / 8), 8);
        return wide;
    }
    memcpy(&x, element_place(tensor, i, (size_t)og_elem_bits(tensor->elem) / 8), 4);
    return x;
}

static void element_set_float(og_tensor *tensor, int64_t i, double number)
{
    size_t size = (size_t)og_elem_bits(tensor->elem) / 8;
    char *place = (char *)tensor->data + (size_t)i * size;
    bool is_double;
    float x;

    if (!element_wide_float(tensor->elem, &is_double)) {
        element_set_code(tensor, i, og_small_encode(tensor->elem, number));
        return;
    }
    if (og_elem_kind(tensor->elem) == 'C')
        memset(place, 0, size);
    if (is_double) {
        memcpy(place, &number, 8);
    } else {
        x = (float)number;
        memcpy(place, &x, 4);
    }
}

/* Towards zero, at the ends of the range where it lies outside; NaN is 0. */
static int64_t element_int64(double x)
{
    if (isnan(x))
        return 0;
    return x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

static uint64_t element_integer(const og_tensor *tensor, double x)
{
    const int bits = og_elem_bits(tensor->elem);

    if (og_elem_kind(tensor->elem) == 'U') {
        if (!(x > 0))
            return 0;
        if (x >= ldexp(1.0, bits))
            return UINT64_MAX >> (64 - bits);
        return (uint64_t)x;
    }
    if (x >= ldexp(1.0, bits - 1))
        return (uint64_t)INT64_MAX >> (64 - bits);
    if (x < -ldexp(1.0, bits - 1))
        return UINT64_C(1) << (bits - 1);
    return (uint64_t)element_int64(x);
}

int64_t og_get_int(const og_tensor *tensor, int64_t i)
{
    const int bits = og_elem_bits(tensor->elem);
    uint64_t code, sign;

    switch (og_elem_kind(tensor->elem)) {
    case 'I':
        code = element_code(tensor, i);
        sign = UINT64_C(1) << (bits - 1);
        return (int64_t)((code ^ sign) - sign);
    case 'U':
        return (int64_t)element_code(tensor, i);
    case 'B':
        return element_code(tensor, i) != 0;
    case 'F':
    case 'C':
        return element_int64(element_float(tensor, i));
    default:
        return 0;
    }
}

double og_get_double(const og_tensor *tensor, int64_t i)
{
    char kind = og_elem_kind(tensor->elem);

    if (kind == 'F' || kind == 'C')
        return element_float(tensor, i);
    if (kind == 'U')
        return (double)element_code(tensor, i);
    return (double)og_get_int(tensor, i);
}

void og_set_double(og_tensor *tensor, int64_t i, double number)
{
    switch (og_elem_kind(tensor->elem)) {
    case 'I':
    case 'U':
        element_set_code(tensor, i, element_integer(tensor, number));
        break;
    case 'B':
        element_set_code(tensor, i, number != 0);
        break;
    case 'F':
    case 'C':
        element_set_float(tensor, i, number);
        break;
    default:
        break;
    }
}

/* A double holds 53 bits.  Beyond, the bits that would be rounded away are joined into the lowest
 * one kept, so that a second rounding, to fewer bits, comes out as a single one would. */
static double element_sticky(int64_t number)
{
    const uint64_t low = 0x7FF;
    uint64_t bits = (uint64_t)number;

    if (number > -(INT64_C(1) << 53) && number < INT64_C(1) << 53)
        return (double)number;
    if (bits & low)
        bits = (bits & ~low) | (low + 1);
    return (double)(int64_t)bits;
}

void og_set_int(og_tensor *tensor, int64_t i, int64_t number)
{
    bool is_double;

    switch (og_elem_kind(tensor->elem)) {
    case 'I':
    case 'U':
        element_set_code(tensor, i, (uint64_t)number);
        break;
    case 'B':
        element_set_code(tensor, i, number != 0);
        break;
    case 'F':
    case 'C':
        (void)element_wide_float(tensor->elem, &is_double);
        element_set_float(tensor, i, is_double ? (double)number : element_sticky(number));
        break;
    default:
        break;
    }
}
