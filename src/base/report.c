/*
 * Status codes and reports.
 *
 * A report keeps its first failure: what comes later is a consequence, so callers may report
 * without asking whether something went wrong before.
 */
#include "base/base.h"

#include <stdio.h>

static const struct {
    const char *name, *text;
} statuses[] = {
#define STATUS_ROW(code, text) [code] = { #code, text },
    OG_STATUS_LIST(STATUS_ROW)
#undef STATUS_ROW
};

static bool status_known(og_status status)
{
    return (size_t)status < sizeof statuses / sizeof statuses[0];
}

const char *og_status_name(og_status status)
{
    return status_known(status) ? statuses[status].name : "OG_UNKNOWN";
}

const char *og_status_text(og_status status)
{
    return status_known(status) ? statuses[status].text : "an unknown status code";
}

const char *og_version(void)
{
    return OG_VERSION;
}

/* Formats into out and, where the text was cut, ends it with "…" between two characters. */
static void report_print(char *out, size_t size, const char *format, va_list args)
{
    static const char dots[] = "…";
    int length = vsnprintf(out, size, format, args);
    size_t end;

    if (length < 0) {
        out[0] = '\0';
        return;
    }
    if ((size_t)length < size)
        return;
    end = size - sizeof dots;
    while (end > 0 && ((unsigned char)out[end] & 0xC0) == 0x80)
        end--;
    memcpy(out + end, dots, sizeof dots);
}

og_status og_fail_v(og_report *report, og_status code, const char *format, va_list args)
{
    if (!report)
        return code;
    if (report->code != OG_OK)
        return report->code;
    report->code = code;
    report_print(report->what, sizeof report->what, format, args);
    return code;
}

og_status og_fail(og_report *report, og_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    code = og_fail_v(report, code, format, args);
    va_end(args);
    return code;
}

void og_report_where(og_report *report, const char *format, ...)
{
    va_list args;

    if (!report || report->code == OG_OK || report->where[0])
        return;
    va_start(args, format);
    report_print(report->where, sizeof report->where, format, args);
    va_end(args);
}

void og_report_hint(og_report *report, const char *format, ...)
{
    va_list args;

    if (!report || report->code == OG_OK || report->hint[0])
        return;
    va_start(args, format);
    report_print(report->hint, sizeof report->hint, format, args);
    va_end(args);
}

void og_report_clear(og_report *report)
{
    if (report)
        *report = (og_report){ .code = OG_OK };
}
