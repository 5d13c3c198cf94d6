/*
 * Digits: 1,797 images of 8x8 pixels from 0 to 16, carried inside the library as data/digits.csv.gz
 * (a line an image: 64 pixels and the class).  Rows 0, 5, 10 ... are the test part, the others the
 * training part.
 */
#include "data/data.h"

enum { ROWS = 1797, PIXELS = 64, FIFTH = 5, LARGEST = 1 << 20 };

/* The next number of the text; 255 where there is none. */
static uint8_t next_number(const char **p, const char *end)
{
    unsigned x = 0, digits = 0;

    while (*p < end && (**p < '0' || **p > '9'))
        ++*p;
    for (; *p < end && **p >= '0' && **p <= '9' && x < 100; digits++)
        x = x * 10 + (unsigned)(*(*p)++ - '0');
    return (uint8_t)(digits ? x : 255);
}

static og_status digits_parse(const char *p, const char *end, bool test, uint8_t *images,
                              uint8_t *labels, og_report *report)
{
    for (int i = 0; i < ROWS; i++) {
        bool wanted = (i % FIFTH == 0) == test;
        uint8_t pixel = 0, label;

        for (int k = 0; k < PIXELS && pixel <= 16; k++) {
            pixel = next_number(&p, end);
            if (wanted)
                *images++ = pixel;
        }
        label = next_number(&p, end);
        if (wanted)
            *labels++ = label;
        if (pixel > 16 || label > 9)
            return og_fail(report, OG_BUG, "the digits inside the library are damaged at row %d",
                           i);
    }
    return OG_OK;
}

og_status og_digits(bool test, og_tensor **images, og_tensor **labels, og_report *report)
{
    int64_t tests = (ROWS + FIFTH - 1) / FIFTH;
    int64_t dims[] = { test ? tests : ROWS - tests, 8, 8 };
    uint8_t *text;
    size_t size;
    og_status s;

    *images = *labels = NULL;
    OG_TRY(og_gunzip(og_digits_csv_gz, og_digits_csv_gz_size, LARGEST, &text, &size, report));
    *images = og_tensor_new(OG_UINT8, 3, dims);
    *labels = og_tensor_new(OG_UINT8, 1, dims);
    if (*images && *labels)
        s = digits_parse((const char *)text, (const char *)text + size, test, (*images)->data,
                         (*labels)->data, report);
    else
        s = og_fail(report, OG_NO_MEMORY, "out of memory for the digits");
    og_free(text);
    return s;
}
