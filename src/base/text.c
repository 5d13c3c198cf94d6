/*
 * Growing texts on the heap.
 */
#include "base/base.h"

#include <stdio.h>

/* Makes room for `more` bytes and the terminating zero. */
static bool text_room(og_text *text, size_t more)
{
    size_t cap = text->cap ? text->cap : 64;
    char *grown;

    if (text->failed)
        return false;
    if (more < text->cap && text->size < text->cap - more)
        return true;
    if (more > PTRDIFF_MAX / 4 || text->size > PTRDIFF_MAX / 4) {
        text->failed = true;
        return false;
    }
    while (cap < text->size + more + 1)
        cap *= 2;
    grown = og_realloc(text->data, cap);
    if (!grown) {
        text->failed = true;
        return false;
    }
    text->data = grown;
    text->cap = cap;
    return true;
}

void og_text_print(og_text *text, const char *format, ...)
{
    va_list args, again;
    int length;

    va_start(args, format);
    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        text->failed = true;
    } else if (text_room(text, (size_t)length)) {
        (void)vsnprintf(text->data + text->size, (size_t)length + 1, format, again);
        text->size += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

void og_text_add(og_text *text, const void *data, size_t size)
{
    if (!text_room(text, size))
        return;
    if (size)
        memcpy(text->data + text->size, data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void og_text_free(og_text *text)
{
    og_free(text->data);
    *text = (og_text){ .data = NULL };
}
