/* What kernels say while they are prepared. */
#include "graph/op.h"

void *og_call_alloc(og_call *c, size_t size)
{
    void *memory = og_arena_alloc(c->arena, size);

    if (!c->work)
        c->work = memory;
    return memory;
}

og_status og_call_fail(og_call *c, og_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    og_status s = og_fail_v(c->report, code, format, args);
    va_end(args);
    return s;
}
