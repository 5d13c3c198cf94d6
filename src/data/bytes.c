/* What the readers share: the order of bytes, memory for what a file claims to hold, the place in a
 * report. */
#include "data/data.h"

void og_bytes_swap(void *data, size_t width, int64_t count)
{
    uint8_t *p = data;

    for (int64_t i = 0; i < count; i++, p += width)
        for (size_t a = 0, b = width - 1; a < b; a++, b--) {
            uint8_t byte = p[a];

            p[a] = p[b];
            p[b] = byte;
        }
}

og_status og_memory_fits(uint64_t bytes, og_report *report)
{
    size_t limit = og_memory_limit();

    if (bytes > limit)
        return og_fail(report, OG_LIMIT, "needs %llu bytes of memory, the limit is %zu",
                       (unsigned long long)bytes, limit);
    return OG_OK;
}

void og_report_file(og_report *report, const char *path)
{
    char shown[sizeof report->where / 2], inner[sizeof report->where];

    if (!report)
        return;
    memcpy(inner, report->where, sizeof inner);
    report->where[0] = 0;
    og_report_where(report, "file '%s'%s%s", og_escape(shown, sizeof shown, path),
                    *inner ? ", " : "", inner);
}
