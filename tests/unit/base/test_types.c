/*
 * Element types: every code of every narrow type both ways, rounding at every midpoint, packed
 * access, and the ends of the integer ranges.
 */
#include "../test.h"

#include <math.h>

static const og_elem small_floats[] = {
    OG_FLOAT16,    OG_BFLOAT16,       OG_FLOAT8E4M3FN, OG_FLOAT8E4M3FNUZ,
    OG_FLOAT8E5M2, OG_FLOAT8E5M2FNUZ, OG_FLOAT4E2M1,   OG_FLOAT8E8M0,
};
enum { SMALL_FLOATS = sizeof small_floats / sizeof *small_floats };

static uint16_t cell;

static double decode(og_elem elem, unsigned code)
{
    og_tensor t = og_tensor_view(elem, 0, NULL, &cell);

    cell = (uint16_t)code;
    return og_get_double(&t, 0);
}

static unsigned encode(og_elem elem, double x)
{
    og_tensor t = og_tensor_view(elem, 0, NULL, &cell);

    cell = 0;
    og_set_double(&t, 0, x);
    return cell;
}

static unsigned code_count(og_elem elem)
{
    return 1u << og_elem_bits(elem);
}

static void names_both_ways(void **state)
{
    (void)state;
    for (int i = 1; i < OG_ELEM_COUNT; i++) {
        assert_int_equal(og_elem_from_name(og_elem_name((og_elem)i)), i);
        assert_true(og_elem_bits((og_elem)i) > 0);
        assert_true(og_elem_in((og_elem)i, OG_BIT(i)) && !og_elem_in((og_elem)i, ~OG_BIT(i)));
    }
    assert_int_equal(og_elem_from_name("float32"), OG_UNDEFINED);
    assert_int_equal(og_elem_from_name(NULL), OG_UNDEFINED);
    assert_string_equal(og_elem_name((og_elem)99), og_elem_name(OG_UNDEFINED));
    assert_int_equal(og_elem_bits((og_elem)-1), 0);
    assert_false(og_elem_in((og_elem)-1, UINT32_MAX) || og_elem_in((og_elem)32, UINT32_MAX));
}

/* Values from the papers of the formats and ONNX's pages on float8 and float4. */
static void known_codes(void **state)
{
    static const struct {
        og_elem elem;
        unsigned code;
        double value;
    } rows[] = {
        { OG_FLOAT16, 0x3C00, 1 },
        { OG_FLOAT16, 0x7BFF, 65504 },
        { OG_FLOAT16, 0x0001, 0x1p-24 },
        { OG_FLOAT16, 0xFC00, -INFINITY },
        { OG_BFLOAT16, 0x3F80, 1 },
        { OG_BFLOAT16, 0x0001, 0x1p-133 },
        { OG_BFLOAT16, 0x7F80, INFINITY },
        { OG_FLOAT8E4M3FN, 0x7E, 448 },
        { OG_FLOAT8E4M3FN, 0x01, 0x1p-9 },
        { OG_FLOAT8E4M3FN, 0x38, 1 },
        { OG_FLOAT8E4M3FN, 0xFF, NAN },
        { OG_FLOAT8E4M3FNUZ, 0x7F, 240 },
        { OG_FLOAT8E4M3FNUZ, 0x01, 0x1p-10 },
        { OG_FLOAT8E4M3FNUZ, 0x80, NAN },
        { OG_FLOAT8E5M2, 0x7B, 57344 },
        { OG_FLOAT8E5M2, 0x01, 0x1p-16 },
        { OG_FLOAT8E5M2, 0x7C, INFINITY },
        { OG_FLOAT8E5M2, 0xFD, NAN },
        { OG_FLOAT8E5M2FNUZ, 0x7F, 57344 },
        { OG_FLOAT8E5M2FNUZ, 0x01, 0x1p-17 },
        { OG_FLOAT8E5M2FNUZ, 0x80, NAN },
        { OG_FLOAT4E2M1, 0x1, 0.5 },
        { OG_FLOAT4E2M1, 0x7, 6 },
        { OG_FLOAT4E2M1, 0xB, -1.5 },
        { OG_FLOAT8E8M0, 0, 0x1p-127 },
        { OG_FLOAT8E8M0, 127, 1 },
        { OG_FLOAT8E8M0, 254, 0x1p127 },
        { OG_FLOAT8E8M0, 255, NAN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double x = decode(rows[i].elem, rows[i].code);

        if (isnan(rows[i].value) ? !isnan(x) : x != rows[i].value)
            fail_msg("%s 0x%X is %g", og_elem_name(rows[i].elem), rows[i].code, x);
    }
}

static void every_code_returns(void **state)
{
    (void)state;
    for (int k = 0; k < SMALL_FLOATS; k++) {
        for (unsigned code = 0; code < code_count(small_floats[k]); code++) {
            double x = decode(small_floats[k], code);

            if (!isnan(x) && encode(small_floats[k], x) != code)
                fail_msg("%s 0x%X", og_elem_name(small_floats[k]), code);
            if (isnan(x) && !isnan(decode(small_floats[k], encode(small_floats[k], x))))
                fail_msg("%s loses the NaN 0x%X", og_elem_name(small_floats[k]), code);
        }
    }
}

/* Neighbouring codes are neighbouring numbers: what lies between goes to the nearer one, the middle
 * to the even code. */
static void every_midpoint(void **state)
{
    (void)state;
    for (int k = 0; k < SMALL_FLOATS; k++) {
        og_elem elem = small_floats[k];

        for (unsigned code = 0; code + 1 < code_count(elem); code++) {
            double x = decode(elem, code), y = decode(elem, code + 1), middle = (x + y) / 2;

            if (!isfinite(x) || !isfinite(y) || !signbit(x) != !signbit(y))
                continue;
            assert_int_equal(encode(elem, middle), code % 2 ? code + 1 : code);
            assert_int_equal(encode(elem, nextafter(middle, x)), code);
            assert_int_equal(encode(elem, nextafter(middle, y)), code + 1);
        }
    }
}

static void too_large(void **state)
{
    static const struct {
        og_elem elem;
        double x, to;
    } rows[] = {
        { OG_FLOAT16, 65519.999, 65504 },
        { OG_FLOAT16, 65520, INFINITY },
        { OG_FLOAT16, -1e300, -INFINITY },
        { OG_BFLOAT16, 3.4e38, INFINITY },
        { OG_FLOAT8E4M3FN, 464, 448 },
        { OG_FLOAT8E4M3FN, 1e9, 448 },
        { OG_FLOAT8E4M3FN, -INFINITY, -448 },
        { OG_FLOAT8E4M3FNUZ, 1e9, 240 },
        { OG_FLOAT8E4M3FNUZ, -INFINITY, -240 },
        { OG_FLOAT8E5M2, 61439, 57344 },
        { OG_FLOAT8E5M2, 61440, INFINITY },
        { OG_FLOAT8E5M2FNUZ, INFINITY, 57344 },
        { OG_FLOAT4E2M1, 7, 6 },
        { OG_FLOAT4E2M1, -1e300, -6 },
        { OG_FLOAT8E8M0, 1e300, 0x1p127 },
        { OG_FLOAT8E8M0, 0, 0x1p-127 },
        { OG_FLOAT8E8M0, 1e-300, 0x1p-127 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double x = decode(rows[i].elem, encode(rows[i].elem, rows[i].x));

        if (x != rows[i].to)
            fail_msg("%s of %g is %g", og_elem_name(rows[i].elem), rows[i].x, x);
    }
    assert_int_equal(encode(OG_FLOAT8E4M3FNUZ, -0.0), 0);
    assert_int_equal(encode(OG_FLOAT8E4M3FN, -0.0), 0x80);
    assert_int_equal(encode(OG_FLOAT8E4M3FNUZ, -1e-9), 0);
    assert_true(isnan(decode(OG_FLOAT8E8M0, encode(OG_FLOAT8E8M0, -1))));
}

/* The quick conversions against the general ones, on every half and around every boundary between
 * halves. */
static void quick_conversions(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 65536; code++) {
        float half = og_half_to_float((uint16_t)code);
        float brain = og_bfloat16_to_float((uint16_t)code);
        double x = decode(OG_FLOAT16, code), y = decode(OG_BFLOAT16, code);

        assert_true(isnan(x) ? isnan(half) : half == x && !signbit(half) == !signbit(x));
        assert_true(isnan(y) ? isnan(brain) : brain == y && !signbit(brain) == !signbit(y));
        if (isnan(x))
            assert_true(isnan(og_half_to_float(og_float_to_half(half))));
        if (isnan(y))
            assert_true(isnan(og_bfloat16_to_float(og_float_to_bfloat16(brain))));
    }
    for (uint32_t top = 0; top < 1u << 20; top++) {
        static const uint32_t low[] = { 0, 1, 0x7FF, 0x800, 0x801, 0xFFF };

        for (int i = 0; i < 6; i++) {
            uint32_t bits = top << 12 | low[i];
            float x;

            memcpy(&x, &bits, sizeof x);
            if (!isnan(x) && (og_float_to_half(x) != encode(OG_FLOAT16, x) ||
                              og_float_to_bfloat16(x) != encode(OG_BFLOAT16, x)))
                fail_msg("0x%08X", bits);
        }
    }
}

static void integer_ends(void **state)
{
    int64_t storage[4];

    (void)state;
    for (int e = 1; e < OG_ELEM_COUNT; e++) {
        og_elem elem = (og_elem)e;
        og_tensor t = og_tensor_view(elem, 1, (const int64_t[]){ 2 }, storage);
        int bits = og_elem_bits(elem);
        bool is_unsigned = og_elem_name(elem)[0] == 'u';
        int64_t most, least;

        if (strstr(og_elem_name(elem), "int") == NULL)
            continue;
        most = INT64_MAX >> (64 - bits);
        least = -most - 1;
        if (is_unsigned) {
            most = bits == 64 ? -1 : (INT64_C(1) << bits) - 1;
            least = 0;
        }
        memset(storage, 0, sizeof storage);
        og_set_double(&t, 1, 1e30);
        assert_int_equal(og_get_int(&t, 1), most);
        og_set_double(&t, 1, -1e30);
        assert_int_equal(og_get_int(&t, 1), least);
        og_set_double(&t, 1, NAN);
        assert_int_equal(og_get_int(&t, 1), 0);
        og_set_double(&t, 1, 1.99);
        assert_int_equal(og_get_int(&t, 1), 1);
        og_set_double(&t, 1, -0.99);
        assert_int_equal(og_get_int(&t, 1), 0);
        og_set_int(&t, 1, most);
        assert_int_equal(og_get_int(&t, 1), most);
        assert_int_equal(og_get_int(&t, 0), 0);
        og_set_int(&t, 1, (int64_t)((uint64_t)most + 1)); /* wraps */
        assert_int_equal(og_get_int(&t, 1), least);
    }
}

static void packed_neighbours(void **state)
{
    static const og_elem packed[] = { OG_UINT4, OG_INT4, OG_FLOAT4E2M1, OG_UINT2, OG_INT2 };
    unsigned char bytes[4];

    (void)state;
    for (int k = 0; k < 5; k++) {
        og_tensor t = og_tensor_view(packed[k], 1, (const int64_t[]){ 8 }, bytes);
        bool is_signed = packed[k] == OG_INT4 || packed[k] == OG_INT2;
        bool narrow = og_elem_bits(packed[k]) == 2;

        memset(bytes, 0xFF, sizeof bytes);
        for (int64_t i = 7; i >= 0; i--)
            og_set_int(&t, i, narrow ? i % 2 - is_signed : i % 3 - is_signed);
        for (int64_t i = 0; i < 8; i++)
            assert_int_equal(og_get_int(&t, i), narrow ? i % 2 - is_signed : i % 3 - is_signed);
        assert_true(!narrow || (bytes[2] == 0xFF && bytes[3] == 0xFF));
    }
    /* The first element lies in the low bits. */
    bytes[0] = 0x21;
    assert_int_equal(og_get_int(&(og_tensor){ .elem = OG_UINT4, .data = bytes }, 0), 1);
    assert_int_equal(og_get_int(&(og_tensor){ .elem = OG_UINT2, .data = bytes }, 2), 2);
}

static void wide_types(void **state)
{
    double storage[4] = { 0 };
    og_tensor t = og_tensor_view(OG_COMPLEX128, 1, (const int64_t[]){ 2 }, storage);

    (void)state;
    storage[3] = 5;
    og_set_double(&t, 1, 2.5);
    assert_true(storage[2] == 2.5 && storage[3] == 0 && og_get_double(&t, 1) == 2.5);
    t.elem = OG_COMPLEX64;
    og_set_double(&t, 1, 0.1);
    assert_true(og_get_double(&t, 1) == 0.1f);
    t.elem = OG_BOOL;
    og_set_double(&t, 1, 0.25);
    assert_int_equal(og_get_int(&t, 1), 1);
    t.elem = OG_UINT64;
    og_set_double(&t, 1, 0x1p63);
    assert_true(og_get_double(&t, 1) == 0x1p63);
    t.elem = OG_DOUBLE;
    og_set_double(&t, 1, -1e300);
    assert_int_equal(og_get_int(&t, 1), INT64_MIN);
    t.elem = OG_INT64;
    og_set_int(&t, 1, INT64_MAX - 1);
    assert_int_equal(og_get_int(&t, 1), INT64_MAX - 1);
    /* 2^60 + 2^36 is the middle of two floats and the one more decides: rounding twice would lose
     * it. */
    t.elem = OG_FLOAT;
    og_set_int(&t, 1, (INT64_C(1) << 60) + (INT64_C(1) << 36) + 1);
    assert_true(og_get_double(&t, 1) == 0x1p60 + 0x1p37);
    og_set_int(&t, 1, -(INT64_C(1) << 60) - (INT64_C(1) << 36) - 1);
    assert_true(og_get_double(&t, 1) == -0x1p60 - 0x1p37);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_both_ways),    cmocka_unit_test(known_codes),
        cmocka_unit_test(every_code_returns), cmocka_unit_test(every_midpoint),
        cmocka_unit_test(too_large),          cmocka_unit_test(quick_conversions),
        cmocka_unit_test(integer_ends),       cmocka_unit_test(packed_neighbours),
        cmocka_unit_test(wide_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
