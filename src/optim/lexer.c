/*
 * Words, numbers and strings of chains, losses and selectors, and the reports that point into their
 * text.
 *
 * What a character means depends on where it stands (`-` is a sign in an argument, and takes away
 * in a selector), so there is no list of tokens: the parsers ask for what may come next.
 */
#include "optim/optim.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

enum { LONGEST_NUMBER = 400, CARET_BEFORE = 60, CARET_LINE = 100 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) ||
           (c && strchr("_.*?/", c));
}

static void skip_space(og_lexer *lexer)
{
    while (lexer->text[lexer->at] && strchr(" \t\r\n", lexer->text[lexer->at]))
        lexer->at++;
}

void og_lex_start(og_lexer *lexer, const char *kind, const char *text, og_arena *arena,
                  og_report *report)
{
    *lexer = (og_lexer){ .text = text, .kind = kind, .arena = arena, .report = report };
    skip_space(lexer);
}

char og_lex_peek(const og_lexer *lexer)
{
    return lexer->text[lexer->at];
}

bool og_lex_end(const og_lexer *lexer)
{
    return og_lex_peek(lexer) == '\0';
}

bool og_lex_take(og_lexer *lexer, char c)
{
    if (og_lex_peek(lexer) != c)
        return false;
    lexer->at++;
    skip_space(lexer);
    return true;
}

size_t og_lex_word(const og_lexer *lexer)
{
    size_t n = 0;

    while (is_word(lexer->text[lexer->at + n]))
        n++;
    return n;
}

char og_lex_after_word(const og_lexer *lexer)
{
    og_lexer ahead = *lexer;

    ahead.at += og_lex_word(lexer);
    skip_space(&ahead);
    return og_lex_peek(&ahead);
}

bool og_lex_is(const og_lexer *lexer, const char *word)
{
    size_t n = og_lex_word(lexer);

    return n == strlen(word) && memcmp(lexer->text + lexer->at, word, n) == 0;
}

/* n characters from here, and on behind them. */
static char *take(og_lexer *lexer, size_t n)
{
    char *copy = og_arena_alloc(lexer->arena, n + 1);

    if (copy)
        memcpy(copy, lexer->text + lexer->at, n);
    lexer->at += n;
    skip_space(lexer);
    return copy;
}

char *og_lex_take_word(og_lexer *lexer)
{
    return take(lexer, og_lex_word(lexer));
}

og_status og_lex_string(og_lexer *lexer, char **text)
{
    const char *s = lexer->text + lexer->at + 1;
    size_t n = 0, length = 0;
    char *copy;

    for (; s[n] != '"'; n += s[n] == '\\' ? 2 : 1, length++) {
        if (s[n] == '\0')
            return og_lex_fail(lexer, lexer->at, "the string has no closing '\"'");
        if (s[n] == '\\' && s[n + 1] != '"' && s[n + 1] != '\\')
            return og_lex_fail(lexer, lexer->at + 1 + n,
                               "a backslash in a string stands before '\"' or '\\' only");
    }
    copy = og_arena_alloc(lexer->arena, length + 1);
    if (!copy)
        return og_fail(lexer->report, OG_NO_MEMORY, "no memory for a string");
    for (size_t i = 0, k = 0; i < n; k++) {
        i += s[i] == '\\';
        copy[k] = s[i++];
    }
    *text = copy;
    lexer->at += n + 2;
    skip_space(lexer);
    return OG_OK;
}

/* Length of [-+]digits[.digits][e[-+]digits], the dot anywhere among the digits; 0 where there is
 * no number. */
static size_t number_length(const char *s)
{
    size_t n = *s == '-' || *s == '+', digits = 0, e;

    for (; is_digit(s[n]); n++)
        digits++;
    if (s[n] == '.')
        for (n++; is_digit(s[n]); n++)
            digits++;
    if (digits == 0)
        return 0;
    if (s[n] == 'e' || s[n] == 'E') {
        e = n + 1 + (s[n + 1] == '-' || s[n + 1] == '+');
        if (is_digit(s[e]))
            for (n = e; is_digit(s[n]); n++)
                ;
    }
    return n;
}

/* strtod under any locale of the program. */
static double number_value(const char *s, size_t n)
{
    const char *point = localeconv()->decimal_point;
    char copy[LONGEST_NUMBER + 16];
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] != '.')
            copy[k++] = s[i];
        else
            for (const char *p = point; *p && k < sizeof copy - 1; p++)
                copy[k++] = *p;
    }
    copy[k] = '\0';
    return strtod(copy, NULL);
}

og_status og_lex_number(og_lexer *lexer, double *number, bool *found)
{
    const char *s = lexer->text + lexer->at;
    size_t sign = *s == '-' || *s == '+', n = number_length(s);
    bool infinite = strncmp(s + sign, "inf", 3) == 0 && !is_word(s[sign + 3]);

    *found = infinite || (n > 0 && !is_word(s[n]));
    if (infinite)
        n = sign + 3;
    else if (!*found)
        return sign || (n && number_length(s) > og_lex_word(lexer))
                   ? og_lex_fail(lexer, lexer->at, "this is not a number")
                   : OG_OK;
    if (n > LONGEST_NUMBER)
        return og_lex_fail(lexer, lexer->at, "a number of more than %d characters", LONGEST_NUMBER);
    *number = infinite ? (*s == '-' ? -(double)INFINITY : (double)INFINITY) : number_value(s, n);
    if (!infinite && isinf(*number))
        return og_lex_fail(lexer, lexer->at, "the number is too large for a double");
    lexer->at += n;
    skip_space(lexer);
    return OG_OK;
}

/* Here `*` multiplies, where elsewhere it would belong to a word. */
og_status og_lex_factor(og_lexer *lexer, double *number, bool *found)
{
    size_t n = number_length(lexer->text + lexer->at), at = lexer->at;
    og_lexer ahead = *lexer;

    ahead.at += n;
    skip_space(&ahead);
    *found = n > 0 && og_lex_peek(&ahead) == '*';
    if (!*found)
        return OG_OK;
    if (n > LONGEST_NUMBER)
        return og_lex_fail(lexer, at, "a number of more than %d characters", LONGEST_NUMBER);
    *number = number_value(lexer->text + at, n);
    if (isinf(*number))
        return og_lex_fail(lexer, at, "the number is too large for a double");
    *lexer = ahead;
    (void)og_lex_take(lexer, '*');
    return OG_OK;
}

/* ---- Reports --------------------------------------------------------------------------------- */

/* One line of the text around `at` and a caret below the character; long lines are cut to a window.
 */
static void point_at(og_lexer *lexer, size_t at)
{
    const char *text = lexer->text;
    size_t first = at, last = at, columns = 0;
    char line[CARET_LINE * 2 + 8], space[CARET_LINE + 8];
    size_t k = 0;

    while (first > 0 && text[first - 1] != '\n' && at - first < CARET_BEFORE)
        first--;
    while (((unsigned char)text[first] & 0xC0) == 0x80)
        first++; /* not in the middle of a character */
    while (text[last] && text[last] != '\n' && last - first < CARET_LINE)
        last++;
    while (last > first && ((unsigned char)text[last] & 0xC0) == 0x80)
        last--;
    for (size_t i = first; i < last; i++) {
        unsigned char c = (unsigned char)text[i];

        line[k++] = c < 0x20 || c == 0x7F ? ' ' : (char)c;
        if (i < at && (c & 0xC0) != 0x80)
            columns++;
    }
    line[k] = '\0';
    memset(space, ' ', columns);
    space[columns] = '\0';
    og_report_where(lexer->report, "%s:\n    %s\n    %s^", lexer->kind, line, space);
}

og_status og_lex_fail(og_lexer *lexer, size_t at, const char *format, ...)
{
    char text[512];
    va_list args;
    og_status status;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    status = og_fail(lexer->report, OG_BAD_CHAIN, "offset %zu: %s", at, text);
    point_at(lexer, at);
    return status;
}

og_status og_lex_expected(og_lexer *lexer, const char *expected)
{
    const char *s = lexer->text + lexer->at;
    size_t n = og_lex_word(lexer);
    char found[64], shown[96];

    if (n == 0 && *s)
        for (n = 1; ((unsigned char)s[n] & 0xC0) == 0x80 && n < 4; n++)
            ;
    if (n >= sizeof found)
        n = sizeof found - 1;
    memcpy(found, s, n);
    found[n] = '\0';
    if (*s == '\0')
        return og_lex_fail(lexer, lexer->at, "expected %s, found the end", expected);
    if (*s == '"' || *s == '\'') /* og_escape would put a backslash before it */
        return og_lex_fail(lexer, lexer->at, "expected %s, found %s", expected,
                           *s == '"' ? "a string" : "\"'\"");
    return og_lex_fail(lexer, lexer->at, "expected %s, found '%s'", expected,
                       og_escape(shown, sizeof shown, found));
}

/* ---- Printing -------------------------------------------------------------------------------- */

/* "1e-05" as "1e-5", and the locale's decimal point as a dot. */
static void tidy_number(char *text)
{
    const char *point = localeconv()->decimal_point;
    char *at = strstr(text, point), *e;
    size_t zeros = 0;

    if (at && strcmp(point, ".") != 0) {
        *at = '.';
        memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
    }
    e = strchr(text, 'e');
    if (!e)
        return;
    e++;
    if (*e == '+')
        memmove(e, e + 1, strlen(e));
    if (*e == '-')
        e++;
    while (e[zeros] == '0' && e[zeros + 1])
        zeros++;
    memmove(e, e + zeros, strlen(e + zeros) + 1);
}

char *og_number_text(char out[32], double number)
{
    if (isinf(number))
        return strcpy(out, number < 0 ? "-inf" : "inf");
    if (fabs(number) < 1e15 && number == floor(number)) {
        (void)snprintf(out, 32, "%.0f", number);
        return out;
    }
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(out, 32, "%.*g", digits, number);
        if (strtod(out, NULL) == number)
            break;
    }
    tidy_number(out);
    return out;
}

bool og_word_needs_quotes(const char *word)
{
    og_report report = { .code = OG_OK };
    og_lexer lexer = { .text = word, .kind = "", .report = &report };
    bool number = true;
    double ignored;

    if (*word == '\0' || word[og_lex_word(&lexer)] != '\0' || strcmp(word, "true") == 0 ||
        strcmp(word, "false") == 0)
        return true;
    return og_lex_number(&lexer, &ignored, &number) || number;
}

void og_print_quoted(og_text *out, const char *word)
{
    og_text_add(out, "\"", 1);
    for (const char *s = word; *s; s++) {
        if (*s == '"' || *s == '\\')
            og_text_add(out, "\\", 1);
        og_text_add(out, s, 1);
    }
    og_text_add(out, "\"", 1);
}
