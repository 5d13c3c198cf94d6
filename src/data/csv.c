/*
 * CSV (RFC 4180, and what spreadsheets make of it): quotes, CRLF, a byte order mark, a header or
 * none.  Every column must be numbers; an error names the line and the column, counted from 1.
 */
#include "data/data.h"
#include "data/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct csv_field {
    const char *text;
    size_t size;
    size_t line;
    bool last; /* of its record */
} csv_field;

typedef struct csv_reader {
    const char *p, *end;
    size_t line;
    const og_csv_options *options;
    og_arena *arena;
    og_report *report;
    og_list(const char *) names; /* of the columns; NULL without a header */
    bool header;
    double *values; /* [rows, columns] */
    size_t n, cap;
} csv_reader;

/* ---- Fields ---------------------------------------------------------------------------------- */

static bool at_line_end(const csv_reader *c)
{
    return c->p == c->end || *c->p == '\n' || *c->p == '\r';
}

static void skip_line_end(csv_reader *c)
{
    if (c->p == c->end)
        return;
    c->line++;
    if (*c->p++ == '\r' && c->p < c->end && *c->p == '\n')
        c->p++;
}

/* Behind the opening quote, to behind the closing one. */
static og_status quoted_field(csv_reader *c, csv_field *f)
{
    f->text = c->p;
    for (; c->p < c->end; c->p++) {
        if (*c->p == '\n')
            c->line++;
        if (*c->p == 0)
            return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: a zero byte", c->line);
        if (*c->p != '"')
            continue;
        if (c->end - c->p < 2 || c->p[1] != '"')
            break;
        c->p++;
    }
    if (c->p == c->end)
        return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: the quote is not closed", f->line);
    f->size = (size_t)(c->p - f->text);
    c->p++;
    return OG_OK;
}

static og_status next_field(csv_reader *c, csv_field *f)
{
    *f = (csv_field){ .text = c->p, .line = c->line };
    if (c->p < c->end && *c->p == '"') {
        c->p++;
        OG_TRY(quoted_field(c, f));
        if (!at_line_end(c) && *c->p != c->options->separator)
            return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: text follows a closing quote",
                           c->line);
    } else {
        for (; !at_line_end(c) && *c->p != c->options->separator; c->p++)
            if (*c->p == 0)
                return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: a zero byte", c->line);
        f->size = (size_t)(c->p - f->text);
    }
    f->last = at_line_end(c);
    if (f->last)
        skip_line_end(c);
    else
        c->p++;
    return OG_OK;
}

/* Lines with nothing in them are no records. */
static bool next_record(csv_reader *c)
{
    while (c->p < c->end && at_line_end(c))
        skip_line_end(c);
    return c->p < c->end;
}

static void trim(csv_field *f)
{
    while (f->size > 0 && (f->text[0] == ' ' || f->text[0] == '\t')) {
        f->text++;
        f->size--;
    }
    while (f->size > 0 && (f->text[f->size - 1] == ' ' || f->text[f->size - 1] == '\t'))
        f->size--;
}

/* A field for a report: its beginning, escaped. */
static const char *shown_field(const csv_field *f, char out[80])
{
    char text[49];
    size_t n = f->size < sizeof text - 1 ? f->size : sizeof text - 1;

    memcpy(text, f->text, n);
    text[n] = 0;
    return og_escape(out, 80, text);
}

/* ---- The header ------------------------------------------------------------------------------ */

/* A name with doubled quotes made single. */
static const char *field_name(csv_reader *c, csv_field *f)
{
    char *name = og_arena_alloc(c->arena, f->size + 1), *out = name;

    for (size_t i = 0; name && i < f->size; i++) {
        *out++ = f->text[i];
        if (f->text[i] == '"' && i + 1 < f->size && f->text[i + 1] == '"')
            i++;
    }
    return name;
}

static og_status add_name(csv_reader *c, og_table *seen, csv_field *f)
{
    const char *name;
    char shown[80];

    trim(f);
    name = field_name(c, f);
    if (!name || !og_list_push(c->arena, &c->names, name))
        return og_fail(c->report, OG_NO_MEMORY, "out of memory for the names of columns");
    if (*name && og_table_get(seen, name))
        return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: two columns are named '%s'", f->line,
                       shown_field(f, shown));
    if (*name && !og_table_set(seen, name, c))
        return og_fail(c->report, OG_NO_MEMORY, "out of memory for the names of columns");
    return OG_OK;
}

/* Counts the columns by the first record, which is left to be read again unless it is the header.
 */
static og_status read_first(csv_reader *c)
{
    const char *first = c->p;
    size_t line = c->line;
    og_table *seen = og_table_new(c->arena);
    csv_field f = { 0 };
    double number;
    bool words = false;

    if (!seen)
        return og_fail(c->report, OG_NO_MEMORY, "out of memory for the names of columns");
    while (!f.last) {
        OG_TRY(next_field(c, &f));
        trim(&f);
        words = words || !og_number_read(f.text, f.size, &number);
    }
    c->header = c->options->header < 0 ? words : c->options->header;
    c->p = first;
    c->line = line;
    for (f.last = false; !f.last;) {
        OG_TRY(next_field(c, &f));
        if (c->header)
            OG_TRY(add_name(c, seen, &f));
        else if (!og_list_push(c->arena, &c->names, NULL))
            return og_fail(c->report, OG_NO_MEMORY, "out of memory for the names of columns");
    }
    if (!c->header) {
        c->p = first;
        c->line = line;
    }
    return OG_OK;
}

/* ---- The numbers ----------------------------------------------------------------------------- */

static og_status add_value(csv_reader *c, double number)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 1024;
        double *more;

        OG_TRY(og_memory_fits((uint64_t)cap * sizeof *more, c->report));
        if (!(more = og_realloc(c->values, cap * sizeof *more)))
            return og_fail(c->report, OG_NO_MEMORY, "out of memory for the rows");
        c->values = more;
        c->cap = cap;
    }
    c->values[c->n++] = number;
    return OG_OK;
}

static og_status not_a_number(csv_reader *c, const csv_field *f, size_t column)
{
    const char *name = c->names.v[column];
    char place[120] = "", shown[80], escaped[80];

    if (name)
        snprintf(place, sizeof place, " ('%s')", og_escape(escaped, sizeof escaped, name));
    if (f->size == 0)
        og_fail(c->report, OG_BAD_FILE,
                "CSV line %zu, column %zu%s: expected a number, found nothing", f->line, column + 1,
                place);
    else
        og_fail(c->report, OG_BAD_FILE, "CSV line %zu, column %zu%s: expected a number, found '%s'",
                f->line, column + 1, place, shown_field(f, shown));
    og_report_hint(c->report,
                   "words and gaps are not read: leave the column out, or write numbers for them");
    return OG_BAD_FILE;
}

static og_status read_record(csv_reader *c)
{
    csv_field f = { 0 };
    size_t n = 0, line = c->line;

    for (; !f.last; n++) {
        double number = 0;

        OG_TRY(next_field(c, &f));
        if (n >= c->names.n)
            continue;
        trim(&f);
        if (f.last && n + 1 < c->names.n) /* a line that is too short says so first */
            continue;
        if (!og_number_read(f.text, f.size, &number))
            return not_a_number(c, &f, n);
        OG_TRY(add_value(c, number));
    }
    if (n != c->names.n)
        return og_fail(c->report, OG_BAD_FILE, "CSV line %zu: expected %zu columns, found %zu",
                       line, c->names.n, n);
    return OG_OK;
}

/* ---- Inputs and label ------------------------------------------------------------------------ */

/* The column called `which`, or of that index; SIZE_MAX if there is none. */
static size_t find_column(const csv_reader *c, const char *which)
{
    long n = (long)c->names.n, index;
    char *end;

    for (size_t i = 0; i < c->names.n; i++)
        if (c->names.v[i] && strcmp(c->names.v[i], which) == 0)
            return i;
    index = strtol(which, &end, 10);
    if (!*which || *end || index < -n || index >= n)
        return SIZE_MAX;
    return (size_t)(index < 0 ? index + n : index);
}

/* *column is SIZE_MAX where the options want no label. */
static og_status choose_label(csv_reader *c, size_t *column)
{
    const char *which = c->options->target  ? c->options->target
                        : c->options->label ? c->options->label
                                            : "label";
    const char *near;
    char shown[80];

    *column = find_column(c, which);
    if (*column != SIZE_MAX || strcmp(which, "none") == 0)
        return OG_OK;
    og_fail(c->report, OG_BAD_FILE, "CSV: there is no column '%s' among %zu%s",
            og_escape(shown, sizeof shown, which), c->names.n,
            c->header ? "" : ", and the file has no header");
    near = c->header ? og_nearest(which, c->names.v, c->names.n) : NULL;
    if (near)
        og_report_hint(c->report, "did you mean '%s'?", og_escape(shown, sizeof shown, near));
    else
        og_report_hint(c->report,
                       "?label=COLUMN takes a name or an index (-1: the last), ?label=none none");
    return OG_BAD_FILE;
}

/* Whole numbers that int64 and double both hold exactly. */
static bool all_whole(const csv_reader *c, size_t column)
{
    for (size_t i = column; i < c->n; i += c->names.n)
        if (c->values[i] != floor(c->values[i]) || fabs(c->values[i]) > 9007199254740992.0)
            return false;
    return true;
}

static og_status make_label(csv_reader *c, size_t column, int64_t rows, og_csv *csv)
{
    size_t columns = c->names.n;
    bool classes = !c->options->target && all_whole(c, column);
    og_tensor *t = csv->label = og_tensor_new(classes ? OG_INT64 : OG_DOUBLE, 1, &rows);

    if (!t)
        return og_fail(c->report, OG_NO_MEMORY, "out of memory for the labels");
    for (int64_t i = 0; i < rows; i++) {
        double x = c->values[(size_t)i * columns + column];

        if (!classes) {
            ((double *)t->data)[i] = x;
        } else if (x < 0) {
            og_fail(c->report, OG_BAD_VALUE,
                    "CSV row %lld: the label is %.0f; classes count from 0", (long long)i + 1, x);
            og_report_hint(c->report, "?target=COLUMN reads numbers to predict instead of classes");
            return OG_BAD_VALUE;
        } else {
            ((int64_t *)t->data)[i] = (int64_t)x;
        }
    }
    csv->label_name = c->header ? c->names.v[column] : c->options->target ? "target" : "label";
    return OG_OK;
}

static og_status make_tensors(csv_reader *c, og_csv *csv)
{
    size_t columns = c->names.n, label = SIZE_MAX;
    int64_t dims[2] = { (int64_t)(c->n / columns), 0 };
    double *out;

    OG_TRY(choose_label(c, &label));
    dims[1] = (int64_t)columns - (label != SIZE_MAX);
    if (dims[1] == 0)
        return og_fail(c->report, OG_BAD_FILE, "CSV: there is no column beside the label");
    if (label != SIZE_MAX)
        OG_TRY(make_label(c, label, dims[0], csv));
    if (!(csv->inputs = og_tensor_new(OG_DOUBLE, 2, dims)))
        return og_fail(c->report, OG_NO_MEMORY, "out of memory for the rows");
    out = csv->inputs->data;
    for (size_t i = 0; i < c->n; i++)
        if (i % columns != label)
            *out++ = c->values[i];
    return OG_OK;
}

static og_status read_text(csv_reader *c, og_csv *csv)
{
    if (c->end - c->p >= 2 &&
        (memcmp(c->p, "\xff\xfe", 2) == 0 || memcmp(c->p, "\xfe\xff", 2) == 0))
        return og_fail(c->report, OG_BAD_FILE, "CSV: expected UTF-8, found UTF-16");
    if (c->end - c->p >= 3 && memcmp(c->p, "\xef\xbb\xbf", 3) == 0)
        c->p += 3;
    if (!next_record(c))
        return og_fail(c->report, OG_BAD_FILE, "CSV: the file is empty");
    OG_TRY(read_first(c));
    while (next_record(c))
        OG_TRY(read_record(c));
    if (c->n == 0)
        return og_fail(c->report, OG_BAD_FILE, "CSV: the file has a header but no rows");
    return make_tensors(c, csv);
}

og_status og_csv_read(og_arena *arena, const char *text, size_t size, const og_csv_options *options,
                      og_csv *csv, og_report *report)
{
    csv_reader c = { .p = text,
                     .end = text + size,
                     .line = 1,
                     .options = options,
                     .arena = arena,
                     .report = report };
    og_status s;

    *csv = (og_csv){ 0 };
    s = read_text(&c, csv);
    og_free(c.values);
    return s;
}

og_status og_csv_open(og_arena *arena, const char *path, const og_csv_options *options, og_csv *csv,
                      og_report *report)
{
    size_t n = strlen(path), size;
    bool gzip = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    og_map map = { 0 };
    uint8_t *text;
    og_status s;

    *csv = (og_csv){ 0 };
    OG_TRY(og_file_map(path, &map, report));
    if (!gzip) {
        s = og_csv_read(arena, map.data ? (const char *)map.data : "", map.size, options, csv,
                        report);
    } else if (!(s = og_gunzip(map.data, map.size, SIZE_MAX, &text, &size, report))) {
        s = og_csv_read(arena, (const char *)text, size, options, csv, report);
        og_free(text);
    }
    if (s)
        og_report_file(report, path);
    og_file_unmap(&map);
    return s;
}
