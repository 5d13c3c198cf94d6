/* Command lines: parsed by a verb's table, which also prints its help. */
#include "tools/command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- Help ------------------------------------------------------------------------------------ */

static void option_print(FILE *out, const option *o)
{
    char left[80];

    snprintf(left, sizeof left, "%s%c%s--%s%s%s%s", o->letter ? "-" : "  ",
             o->letter ? o->letter : ' ', o->letter ? ", " : " ", o->name, o->value ? " " : "",
             o->value ? o->value : "", o->many ? " …" : "");
    fprintf(out, "  %-30s %s", left, o->doc);
    if (o->fallback)
        fprintf(out, " [%s]", o->fallback);
    fputc('\n', out);
}

void usage_print(FILE *out, const verb *v)
{
    fprintf(out, "onnxgrad %s %s\n    %s\n", v->name, v->arguments, v->doc);
    if (v->examples) {
        fputs("\nExamples\n", out);
        for (const char *const *e = v->examples; *e; e++)
            fprintf(out, "  %s\n", *e);
    }
    if (v->options && v->options->name) {
        fputs("\nOptions [default]\n", out);
        for (const option *o = v->options; o->name; o++)
            option_print(out, o);
    }
}

int usage_error(const verb *v, const char *format, ...)
{
    va_list args;

    fputs("error: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nhint: onnxgrad help %s\n", v ? v->name : "");
    return USAGE;
}

/* ---- Nearest name ---------------------------------------------------------------------------- */

/* Insertions, deletions and replacements between two short words. */
static size_t distance(const char *a, const char *b)
{
    size_t row[64], n = strlen(a), m = strlen(b);

    if (n > 60 || m > 60)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);

            diagonal = row[j];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
        }
    }
    return row[m];
}

const char *nearest(const char *name, size_t n, const char *const *names)
{
    const char *best = NULL;
    size_t least = strlen(name) / 3 + 1;

    for (size_t i = 0; i < n; i++) {
        size_t d = distance(name, names[i]);

        if (d <= least) {
            least = d;
            best = names[i];
            if (!d)
                break;
            least = d - 1; /* the first of equals stays */
        }
    }
    return best;
}

/* ---- Parsing --------------------------------------------------------------------------------- */

static const option *find_option(const verb *v, const char *name, size_t n)
{
    for (const option *o = v->options; o && o->name; o++)
        if (strlen(o->name) == n && !strncmp(o->name, name, n))
            return o;
    return NULL;
}

static const option *find_letter(const verb *v, char letter)
{
    for (const option *o = v->options; o && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static int unknown_option(const verb *v, const char *text, size_t n)
{
    const char *names[64];
    char name[64];
    size_t count = 0;

    for (const option *o = v->options; o && o->name && count < 64; o++)
        names[count++] = o->name;
    snprintf(name, sizeof name, "%.*s", (int)n, text);
    const char *near = nearest(name, count, names);
    if (near)
        return usage_error(v, "%s has no option --%s; did you mean --%s?", v->name, name, near);
    return usage_error(v, "%s has no option --%s", v->name, name);
}

/* Takes the option at argv[*at], and the value behind it. */
static int take_option(command *c, int *at)
{
    const char *text = c->argv[*at] + 1, *value = NULL;
    const option *o;

    if (*text == '-') {
        size_t n = strcspn(++text, "=");

        if (!(o = find_option(c->verb, text, n)))
            return unknown_option(c->verb, text, n);
        value = text[n] ? text + n + 1 : NULL;
    } else if (!(o = find_letter(c->verb, *text))) {
        return usage_error(c->verb, "%s has no option -%c", c->verb->name, *text);
    } else if (text[1]) {
        value = text + 1;
    }
    if (!o->value && value)
        return usage_error(c->verb, "--%s takes no value, found '%s'", o->name, value);
    if (o->value && !value) {
        if (*at + 1 >= c->argc)
            return usage_error(c->verb, "--%s needs a value: %s", o->name, o->value);
        value = c->argv[++*at];
    }
    if (!o->many && command_has(c, o->name))
        return usage_error(c->verb, "--%s is given twice", o->name);
    c->given[c->n_given++] = (given){ o, value ? value : "" };
    return DONE;
}

int command_parse(command *c, const verb *v, int argc, char **argv)
{
    bool only_words = false;

    *c = (command){ .verb = v,
                    .argc = argc,
                    .argv = argv,
                    .given = calloc((size_t)argc + 1, sizeof(given)),
                    .words = calloc((size_t)argc + 1, sizeof(char *)) };
    if (!c->given || !c->words) {
        fputs("error: out of memory\n", stderr);
        return FAILED;
    }
    for (int i = 2; i < argc; i++) {
        if (only_words || argv[i][0] != '-' || !argv[i][1]) {
            c->words[c->n_words++] = argv[i];
        } else if (!strcmp(argv[i], "--")) {
            only_words = true;
        } else {
            int status = take_option(c, &i);

            if (status)
                return status;
        }
    }
    if (c->n_words < v->min_words)
        return usage_error(v, "%s needs %s", v->name, v->arguments);
    if (v->max_words >= 0 && c->n_words > v->max_words)
        return usage_error(v, "'%s' is one argument too many: %s takes %s", c->words[v->max_words],
                           v->name, v->max_words ? v->arguments : "none");
    return DONE;
}

void command_free(command *c)
{
    free(c->given);
    free(c->words);
}

bool command_override(command *c, const command *from, const char *except)
{
    given *all = calloc(c->n_given + from->n_given + 1, sizeof *all);
    size_t n = 0;

    if (!all)
        return false;
    for (size_t i = 0; i < c->n_given; i++)
        if (!command_has(from, c->given[i].option->name))
            all[n++] = c->given[i];
    for (size_t i = 0; i < from->n_given; i++)
        if (strcmp(from->given[i].option->name, except))
            all[n++] = from->given[i];
    free(c->given);
    c->given = all;
    c->n_given = n;
    return true;
}

/* ---- Reading what was given ------------------------------------------------------------------ */

bool command_has(const command *c, const char *name)
{
    return command_text(c, name, NULL) != NULL;
}

const char *command_text(const command *c, const char *name, const char *missing)
{
    for (size_t i = c->n_given; i-- > 0;)
        if (!strcmp(c->given[i].option->name, name))
            return c->given[i].text;
    return missing;
}

const char **command_list(const command *c, const char *name)
{
    const char **list = calloc(c->n_given + 1, sizeof *list);
    size_t n = 0;

    for (size_t i = 0; list && i < c->n_given; i++)
        if (!strcmp(c->given[i].option->name, name))
            list[n++] = c->given[i].text;
    return list;
}

bool command_whole(const command *c, const char *name, int64_t low, int64_t *number)
{
    const char *text = command_text(c, name, NULL);
    char *end;

    if (!text)
        return true;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (*text && !*end && !errno && value >= low) {
        *number = value;
        return true;
    }
    usage_error(c->verb, "--%s is '%s', expected a whole number from %lld", name, text,
                (long long)low);
    return false;
}

bool command_size(const command *c, const char *name, size_t *bytes)
{
    static const char units[] = "KMGT";
    const char *text = command_text(c, name, NULL), *unit;
    char *end;

    if (!text)
        return true;
    double value = strtod(text, &end);
    if (end > text && *end && (unit = strchr(units, *end & ~0x20))) {
        for (const char *u = units; u <= unit; u++)
            value *= 1024;
        end++;
    }
    if (end > text && !*end && value >= 1 && value < 9e18) {
        *bytes = (size_t)value;
        return true;
    }
    usage_error(c->verb, "--%s is '%s', expected a size such as 512M or 2G", name, text);
    return false;
}
