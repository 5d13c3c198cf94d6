#include "tools/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_escaped(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            printf("\\%c", *c);
        else if (*c < 0x20)
            printf("\\u%04x", *c);
        else
            putchar(*c);
    }
}

void json_string(const char *text)
{
    putchar('"');
    put_escaped(text);
    putchar('"');
}

void json_path(const char *folder, const char *name)
{
    putchar('"');
    put_escaped(folder);
    printf("/%s\"", name);
}

void json_object(const char *kind)
{
    printf("{\"event\": \"%s\"", kind);
}

void json_key(const char *key, int first)
{
    printf(first ? "\"%s\": " : ", \"%s\": ", key);
}

void json_number(double number)
{
    char text[40];

    if (!isfinite(number)) {
        fputs("null", stdout);
        return;
    }
    for (int digits = 6; digits <= 17; digits++) { /* the fewest that read back the same */
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    fputs(text, stdout);
}

void json_whole(int64_t number)
{
    printf("%lld", (long long)number);
}
