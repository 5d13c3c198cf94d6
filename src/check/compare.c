/* Two tensors: the same type and shape, and numbers that are close enough. */
#include "check/check.h"

#include <math.h>
#include <stdio.h>

static bool is_floating(og_elem elem)
{
    return elem == OG_FLOAT || elem == OG_DOUBLE || elem == OG_FLOAT16 || elem == OG_BFLOAT16 ||
           elem == OG_FLOAT8E4M3FN || elem == OG_FLOAT8E4M3FNUZ || elem == OG_FLOAT8E5M2 ||
           elem == OG_FLOAT8E5M2FNUZ || elem == OG_FLOAT4E2M1 || elem == OG_FLOAT8E8M0;
}

static bool close_to(double found, double expected, double rtol, double atol)
{
    if (isnan(expected) || isnan(found))
        return isnan(expected) && isnan(found);
    if (isinf(expected) || isinf(found))
        return found == expected;
    return fabs(found - expected) <= atol + rtol * fabs(expected);
}

static og_status compare_shapes(const char *what, const og_tensor *a, const og_tensor *b,
                                og_report *report)
{
    char found[200], expected[200];
    bool same = a->rank == b->rank;

    for (int i = 0; same && i < a->rank; i++)
        same = a->dims[i] == b->dims[i];
    if (same && a->elem == b->elem)
        return OG_OK;
    return og_fail(report, same ? OG_BAD_TYPE : OG_BAD_SHAPE, "%s is %s, expected %s", what,
                   og_tensor_text(found, sizeof found, a),
                   og_tensor_text(expected, sizeof expected, b));
}

static og_status compare_strings(const char *what, const og_tensor *a, const og_tensor *b,
                                 og_report *report)
{
    const og_string *found = a->data, *expected = b->data;

    for (int64_t i = 0; i < a->count; i++)
        if (found[i].size != expected[i].size ||
            (found[i].size && memcmp(found[i].data, expected[i].data, found[i].size)))
            return og_fail(report, OG_BAD_VALUE, "%s: element %lld is '%.*s', expected '%.*s'",
                           what, (long long)i, (int)(found[i].size > 60 ? 60 : found[i].size),
                           found[i].data, (int)(expected[i].size > 60 ? 60 : expected[i].size),
                           expected[i].data);
    return OG_OK;
}

static og_status compare_integers(const char *what, const og_tensor *a, const og_tensor *b,
                                  og_report *report)
{
    for (int64_t i = 0; i < a->count; i++)
        if (og_get_int(a, i) != og_get_int(b, i))
            return og_fail(report, OG_BAD_VALUE, "%s: element %lld of %lld is %lld, expected %lld",
                           what, (long long)i, (long long)a->count, (long long)og_get_int(a, i),
                           (long long)og_get_int(b, i));
    return OG_OK;
}

/* Numbers of a tensor, two for a complex element, as a tensor of real ones. */
static og_tensor as_real(const og_tensor *t)
{
    og_tensor r = *t;

    if (t->elem == OG_COMPLEX64 || t->elem == OG_COMPLEX128) {
        r.elem = t->elem == OG_COMPLEX64 ? OG_FLOAT : OG_DOUBLE;
        r.count = 2 * t->count;
    }
    return r;
}

static og_status compare_reals(const char *what, const og_tensor *a, const og_tensor *b,
                               double rtol, double atol, og_report *report)
{
    int64_t wrong = 0, first = -1;

    for (int64_t i = 0; i < a->count; i++)
        if (!close_to(og_get_double(a, i), og_get_double(b, i), rtol, atol)) {
            first = first < 0 ? i : first;
            wrong++;
        }
    if (!wrong)
        return OG_OK;
    return og_fail(
        report, OG_BAD_VALUE,
        "%s: %lld of %lld elements differ, first element %lld: found %.9g, expected %.9g", what,
        (long long)wrong, (long long)a->count, (long long)first, og_get_double(a, first),
        og_get_double(b, first));
}

og_status og_compare(const char *what, const og_tensor *found, const og_tensor *expected,
                     double rtol, double atol, og_report *report)
{
    og_tensor a = as_real(found), b = as_real(expected);

    OG_TRY(compare_shapes(what, found, expected, report));
    if (found->elem == OG_STRING)
        return compare_strings(what, found, expected, report);
    if (!is_floating(a.elem))
        return compare_integers(what, found, expected, report);
    return compare_reals(what, &a, &b, rtol, atol, report);
}
