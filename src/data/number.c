/*
 * Numbers as text.  Short ones are exact in double arithmetic (Clinger 1990: at most 15 digits and
 * a power of ten up to 22, both exact, one rounding); the others go through strtod, which wants the
 * locale's point.
 */
#include "data/number.h"

#include <float.h>
#include <langinfo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LONGEST = 1200, /* characters of one number; 767 digits decide every double */
    EXACT_DIGITS = 15,
    EXACT_POWER = 22,
    HUGE_POWER = 100000 /* beyond it every number is 0 or infinite */
};

/* The parts of a number as it is written. */
typedef struct written {
    bool negative;
    int digits;        /* of the mantissa, leading zeros left out */
    uint64_t mantissa; /* of the first 19 digits */
    int power;         /* of ten, for the mantissa as an integer */
} written;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *scan_digits(const char *p, const char *end, written *w, int power_step)
{
    for (; p < end && is_digit(*p); p++) {
        if (w->digits > 0 || *p != '0')
            w->digits++;
        if (w->digits <= 19)
            w->mantissa = w->mantissa * 10 + (uint64_t)(*p - '0');
        w->power += power_step;
    }
    return p;
}

static const char *scan_exponent(const char *p, const char *end, written *w)
{
    bool negative = false;
    int power = 0;
    const char *first;

    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    for (first = p; p < end && is_digit(*p); p++)
        if (power < HUGE_POWER)
            power = power * 10 + (*p - '0');
    w->power += negative ? -power : power;
    return p == first ? NULL : p;
}

static bool scan(const char *text, size_t size, written *w)
{
    const char *p = text, *end = text + size, *whole, *point;
    bool some;

    if (p < end && (*p == '+' || *p == '-'))
        w->negative = *p++ == '-';
    whole = p;
    p = scan_digits(p, end, w, 0);
    some = p > whole;
    if (p < end && *p == '.') {
        point = ++p;
        p = scan_digits(p, end, w, -1);
        some = some || p > point;
    }
    if (!some)
        return false;
    if (p < end && (*p == 'e' || *p == 'E'))
        p = scan_exponent(p + 1, end, w);
    return p == end;
}

static bool read_long(const char *text, size_t size, double *number)
{
    char copy[LONGEST + 8];
    const char *point = nl_langinfo(RADIXCHAR), *dot = memchr(text, '.', size);
    size_t before = dot ? (size_t)(dot - text) : size, width = strlen(point);

    if (size > LONGEST || width > 4)
        return false;
    memcpy(copy, text, before);
    if (dot) {
        memcpy(copy + before, point, width);
        memcpy(copy + before + width, dot + 1, size - before - 1);
        size += width - 1;
    }
    copy[size] = 0;
    *number = strtod(copy, NULL);
    return isfinite(*number);
}

bool og_number_read(const char *text, size_t size, double *number)
{
    static const double tens[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    written w = { 0 };
    double x;

    if (!scan(text, size, &w))
        return false;
    if (w.digits > EXACT_DIGITS || w.power < -EXACT_POWER || w.power > EXACT_POWER)
        return read_long(text, size, number);
    x = (double)w.mantissa;
    x = w.power < 0 ? x / tens[-w.power] : x * tens[w.power];
    *number = w.negative ? -x : x;
    return true;
}

char *og_number_write(char out[OG_NUMBER_SIZE], double number)
{
    const char *point = nl_langinfo(RADIXCHAR);
    double back = 0;

    for (int digits = fabs(number) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        char *comma;

        snprintf(out, OG_NUMBER_SIZE, "%.*g", digits, number);
        if (strcmp(point, ".") != 0 && (comma = strstr(out, point))) {
            memmove(comma + 1, comma + strlen(point), strlen(comma + strlen(point)) + 1);
            *comma = '.';
        }
        if (og_number_read(out, strlen(out), &back) && back == number)
            break;
    }
    return out;
}
