#include "tools/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_plain(const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%";

    return *word && word[strspn(word, plain)] == '\0';
}

/* 'it'\''s': inside single quotes a shell takes everything but the quote as it is. */
static char *put_word(char *out, const char *word)
{
    if (is_plain(word))
        return out + sprintf(out, "%s", word);
    *out++ = '\'';
    for (; *word; word++)
        if (*word == '\'')
            out += sprintf(out, "'\\''");
        else
            *out++ = *word;
    *out++ = '\'';
    *out = '\0';
    return out;
}

char *record_write(int argc, char **argv)
{
    size_t size = 1;
    char *text, *out;

    for (int i = 0; i < argc; i++)
        size += 4 * strlen(argv[i]) + 3;
    if (!(text = malloc(size)))
        return NULL;
    out = text;
    *out = '\0';
    for (int i = 0; i < argc; i++) {
        if (i)
            *out++ = ' ';
        out = put_word(out, i ? argv[i] : "onnxgrad");
    }
    return text;
}

/* Reads one word; *text moves behind it.  NULL where a quote is not closed. */
static char *take_word(char **text)
{
    char *in = *text, *out = *text, *word = *text;

    while (*in && !strchr(" \t\r\n", *in)) {
        if (*in == '\'') {
            char *end = strchr(in + 1, '\'');

            if (!end)
                return NULL;
            memmove(out, in + 1, (size_t)(end - in - 1));
            out += end - in - 1;
            in = end + 1;
        } else {
            in += *in == '\\' && in[1];
            *out++ = *in++;
        }
    }
    *text = in + (*in != '\0');
    *out = '\0';
    return word;
}

char **record_read(char *text, int *argc)
{
    char **argv = calloc(strlen(text) / 2 + 2, sizeof *argv);

    *argc = 0;
    while (argv && *(text += strspn(text, " \t\r\n")))
        if (!(argv[(*argc)++] = take_word(&text))) {
            free(argv);
            return NULL;
        }
    return argv;
}

char *record_load(const char *folder, const char *name)
{
    enum { LARGEST = 1 << 20 };
    char path[4096], *text = NULL;
    size_t n;
    FILE *file;

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
        !(file = fopen(path, "rb")))
        return NULL;
    if ((text = malloc(LARGEST + 1))) {
        n = fread(text, 1, LARGEST, file);
        text[n] = '\0';
    }
    fclose(file);
    return text;
}
