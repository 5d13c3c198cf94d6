/* Failures in three lines, and the exit status of each kind. */
#include "tools/command.h"

#include <string.h>

static int exit_status(og_status code)
{
    switch (code) {
    case OG_OK:
        return DONE;
    case OG_BAD_ARGUMENT:
    case OG_BAD_CHAIN:
    case OG_NOT_SCALAR:
    case OG_EXISTS:
        return USAGE;
    case OG_BAD_FILE:
    case OG_NOT_FOUND:
    case OG_BAD_TYPE:
    case OG_BAD_SHAPE:
    case OG_BAD_VALUE:
    case OG_UNSUPPORTED:
    case OG_NO_GRADIENT:
    case OG_LIMIT:
        return BAD_INPUT;
    case OG_NO_MEMORY:
    case OG_IO:
    case OG_NOT_FINITE:
    case OG_STOPPED:
    case OG_BUG:
        break;
    }
    return FAILED;
}

int report_print(const og_report *r)
{
    fprintf(stderr, "error: %s\n", *r->what ? r->what : og_status_text(r->code));
    if (*r->where) /* a place in a text stands over a caret, in lines of its own */
        fprintf(stderr, "%s%s\n", strchr(r->where, '\n') ? "" : "in ", r->where);
    if (*r->hint)
        fprintf(stderr, "hint: %s\n", r->hint);
    return exit_status(r->code);
}
