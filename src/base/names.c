/*
 * Names that come from outside: made printable, matched by patterns, and the nearest to a wrong
 * one.
 */
#include "base/base.h"

#include <stdio.h>

/* The character at `text` and its length in bytes; 0 when the bytes are not UTF-8. */
static size_t names_decode(const char *text, uint32_t *character)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *s = (const unsigned char *)text;
    static const uint8_t lengths[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 3, 4 };
    size_t length = lengths[s[0] >> 4]; /* five and more: the value is beyond 0x10FFFF */

    if (length < 2) {
        *character = s[0];
        return length;
    }
    *character = s[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *character = *character << 6 | (s[i] & 0x3F);
    }
    if (*character < least[length] || *character > 0x10FFFF ||
        (*character >= 0xD800 && *character <= 0xDFFF))
        return 0;
    return length;
}

bool og_utf8_valid(const void *data, size_t size)
{
    const char *text = data;

    while (size > 0) {
        char next[5] = { 0 }; /* ends, where `text` may not */
        size_t n = size < 4 ? size : 4, taken;
        uint32_t character;

        memcpy(next, text, n);
        taken = names_decode(next, &character);
        if (taken == 0 || taken > n)
            return false;
        text += taken;
        size -= taken;
    }
    return true;
}

/* Characters that move the cursor, turn the writing direction or cannot be seen. */
static bool names_hidden(uint32_t c)
{
    return (c >= 0x80 && c < 0xA0) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

/* Writes the printable form of the character at `text` and returns the bytes it took from there. */
static size_t names_unit(char out[12], const char *text)
{
    static const char plain[] = "\n\t\r'\"\\", letter[] = "ntr'\"\\";
    uint32_t c;
    size_t length = names_decode(text, &c);
    const char *special = strchr(plain, *text);

    if (special)
        (void)snprintf(out, 12, "\\%c", letter[special - plain]);
    else if (length == 0 || c < 0x20 || c == 0x7F)
        (void)snprintf(out, 12, "\\x%02x", (unsigned)(unsigned char)*text);
    else if (names_hidden(c))
        (void)snprintf(out, 12, "\\u%04x", (unsigned)c);
    else
        (void)snprintf(out, 12, "%.*s", (int)length, text);
    return length ? length : 1;
}

char *og_escape(char *out, size_t size, const char *text)
{
    static const char dots[] = "…";
    size_t at = 0, cut = 0;
    char unit[12];

    while (text && *text) {
        size_t taken = names_unit(unit, text), length = strlen(unit);

        if (at + length >= size) {
            at = cut;
            if (cut + sizeof dots <= size) {
                memcpy(out + at, dots, sizeof dots - 1);
                at += sizeof dots - 1;
            }
            break;
        }
        memcpy(out + at, unit, length);
        at += length;
        if (at + sizeof dots <= size)
            cut = at;
        text += taken;
    }
    out[at] = '\0';
    return out;
}

/* One character further; a broken byte counts as one. */
static const char *names_next(const char *text)
{
    uint32_t c;
    size_t length = names_decode(text, &c);

    return text + (length ? length : 1);
}

bool og_glob(const char *pattern, const char *name)
{
    const char *star = NULL, *retry = NULL;

    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            retry = name;
        } else if (*pattern == '?') {
            pattern++;
            name = names_next(name);
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star; /* the last star takes one character more */
            name = retry = names_next(retry);
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

enum { NEAREST_MOST = 64 };

static int nearest_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static size_t nearest_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b, upper case like
 * lower. */
static size_t nearest_distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t rows[3][NEAREST_MOST + 1];

    for (size_t j = 0; j <= nb; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            int x = nearest_lower(a[i - 1]), y = nearest_lower(b[j - 1]);

            row[j] = nearest_min(above[j - 1] + (x != y), nearest_min(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == nearest_lower(b[j - 2]) && nearest_lower(a[i - 2]) == y)
                row[j] = nearest_min(row[j], above2[j - 2] + 1);
        }
    }
    return rows[na % 3][nb];
}

const char *og_nearest(const char *name, const char *const *names, size_t n)
{
    size_t size = strlen(name), best = (size + 1) / 3;
    const char *found = NULL, *begins = NULL;

    if (size < 2 || size > NEAREST_MOST)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(names[i]), distance;

        if (length > size && size > 2 && !begins && strncmp(names[i], name, size) == 0)
            begins = names[i];
        if (length > NEAREST_MOST || length + best < size || size + best < length)
            continue;
        distance = nearest_distance(name, size, names[i], length);
        /* Replacing everything is not a likeness: "ab" is not near "cd". */
        if (distance < length && (found ? distance < best : distance <= best)) {
            best = distance;
            found = names[i];
        }
    }
    return found ? found : begins;
}
