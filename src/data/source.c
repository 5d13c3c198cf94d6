/*
 * Sources: the text that names a set ("csv:iris.csv?label=species") taken apart, and one small
 * function for each kind that fills the set.
 */
#include "data/data.h"
#include "data/number.h"

#include <stdlib.h>

typedef struct source_option {
    const char *key, *value;
} source_option;

typedef struct source source;

typedef struct source_kind {
    const char *name, *form;
    const char *options[6]; /* beside those of all kinds */
    bool part;              /* what follows the colon is a part, not a place */
    og_status (*open)(source *s);
} source_kind;

struct source {
    og_dataset *d;
    og_arena *arena;
    og_report *report;
    const source_kind *kind;
    char *rest; /* behind the colon; "" if there is none */
    og_list(source_option) options;
};

static og_status no_memory(source *s)
{
    return og_fail(s->report, OG_NO_MEMORY, "out of memory while opening data");
}

static const char *option(const source *s, const char *key)
{
    for (size_t i = 0; i < s->options.n; i++)
        if (strcmp(s->options.v[i].key, key) == 0)
            return s->options.v[i].value;
    return NULL;
}

static const char *option_of(const source *s, const char *key, const char *missing)
{
    const char *value = option(s, key);

    return value ? value : missing;
}

/* ---- Scaling --------------------------------------------------------------------------------- */

/* "0.5" or "0.1,0.2,0.3" as numbers in the arena. */
static og_status read_numbers(source *s, const char *key, const char *text, int64_t *n,
                              double **out)
{
    char shown[80];

    *n = 1;
    for (const char *p = text; *p; p++)
        *n += *p == ',';
    if (!(*out = OG_NEW_N(s->arena, double, *n)))
        return no_memory(s);
    for (int64_t i = 0; i < *n; i++) {
        size_t size = strcspn(text, ",");

        if (!og_number_read(text, size, &(*out)[i]) ||
            (strcmp(key, "std") == 0 && !((*out)[i] > 0)))
            return og_fail(s->report, OG_BAD_ARGUMENT, "option %s: expected %s, found '%s'", key,
                           strcmp(key, "std") == 0 ? "numbers above 0" : "a number",
                           og_escape(shown, sizeof shown, text));
        text += size + (text[size] == ',');
    }
    return OG_OK;
}

/* `n` numbers from one, or from as many. */
static og_status spread(source *s, int64_t n, int64_t *have, double **numbers)
{
    double *all = OG_NEW_N(s->arena, double, n);

    if (!all)
        return no_memory(s);
    if (*have != 1 && *have != n)
        return og_fail(s->report, OG_BAD_ARGUMENT,
                       "options mean and std: %lld numbers against %lld", (long long)*have,
                       (long long)n);
    for (int64_t i = 0; i < n; i++)
        all[i] = (*numbers)[*have == 1 ? 0 : i];
    *numbers = all;
    *have = n;
    return OG_OK;
}

static og_status read_scaling(source *s, double divisor, og_scaling *out)
{
    const char *scale = option(s, "scale");
    double *factor = NULL, *mean = NULL, *std = NULL;
    int64_t n = 1, means = 1, stds = 1;

    if (scale) {
        OG_TRY(read_numbers(s, "scale", scale, &n, &factor));
        divisor = 1;
    }
    if (n != 1)
        return og_fail(s->report, OG_BAD_ARGUMENT, "option scale: expected one number");
    OG_TRY(read_numbers(s, "mean", option_of(s, "mean", "0"), &means, &mean));
    OG_TRY(read_numbers(s, "std", option_of(s, "std", "1"), &stds, &std));
    n = means > stds ? means : stds;
    OG_TRY(spread(s, n, &means, &mean));
    OG_TRY(spread(s, n, &stds, &std));
    *out = (og_scaling){
        .factor = factor ? *factor : 1, .divisor = divisor, .channels = n, .mean = mean, .std = std
    };
    return OG_OK;
}

/* Gives the set a tensor.  Images of bytes are scaled (by 1/divisor, or as the options say), other
 * arrays only where they are the first one and an option asks for it. */
static og_status give(source *s, const char *name, og_tensor *t, double divisor)
{
    bool rows = t->rank > 0 && t->dims[0] > 0 && t->count / t->dims[0] != 1;
    bool asked = option(s, "scale") || option(s, "mean") || option(s, "std");
    bool image = t->elem == OG_UINT8 && rows;
    og_scaling scaling;
    og_status status = OG_OK;

    image = image || (asked && og_dataset_count(s->d) == 0);
    if (image && (status = read_scaling(s, t->elem == OG_UINT8 ? divisor : 1, &scaling))) {
        og_tensor_free(t);
        return status;
    }
    return og_dataset_take(s->d, name, t, image ? &scaling : NULL);
}

/* Both, or neither. */
static og_status give_pair(source *s, og_tensor *images, og_tensor *labels, double divisor)
{
    og_status status = give(s, "image", images, divisor);

    if (status) {
        og_tensor_free(labels);
        return status;
    }
    return give(s, "label", labels, 255);
}

/* ---- The kinds ------------------------------------------------------------------------------- */

static og_status open_digits(source *s)
{
    og_tensor *images, *labels;
    og_status status = og_digits(strcmp(s->rest, "test") == 0, &images, &labels, s->report);

    if (status) {
        og_tensor_free(images);
        og_tensor_free(labels);
        return status;
    }
    return give_pair(s, images, labels, 16);
}

static og_status open_idx_pair(source *s, const char *images_path, const char *labels_path)
{
    og_tensor *images, *labels;
    og_status status;

    OG_TRY(og_idx_open(images_path, &images, s->report));
    if ((status = og_idx_open(labels_path, &labels, s->report))) {
        og_tensor_free(images);
        return status;
    }
    return give_pair(s, images, labels, 255);
}

/* The file in one of its two forms, or NULL. */
static const char *present(source *s, const char *folder, const char *name)
{
    char *path = og_arena_print(s->arena, "%s/%s.gz", folder, name);

    if (path && og_file_exists(path))
        return path;
    path = og_arena_print(s->arena, "%s/%s", folder, name);
    return path && og_file_exists(path) ? path : NULL;
}

/* Where sets are looked for, in order; NULL for variables that are not set. */
static void search_folders(source *s, const char *folders[6])
{
    const char *own = getenv("ONNXGRAD_DATA"), *xdg = getenv("XDG_DATA_HOME"),
               *home = getenv("HOME");
    const char *set = s->kind->name;

    memset(folders, 0, 6 * sizeof *folders);
    if (own && *own) {
        folders[0] = og_arena_print(s->arena, "%s/%s", own, set);
        folders[1] = own;
    }
    if (xdg && *xdg)
        folders[2] = og_arena_print(s->arena, "%s/onnxgrad/%s", xdg, set);
    if (home && *home)
        folders[3] = og_arena_print(s->arena, "%s/.local/share/onnxgrad/%s", home, set);
    folders[4] = og_arena_print(s->arena, "/usr/local/share/datasets/%s", set);
    folders[5] = og_arena_print(s->arena, "/usr/share/datasets/%s", set);
}

static og_status open_fashion(source *s)
{
    bool test = strcmp(s->rest, "test") == 0;
    const char *images = test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte";
    const char *labels = test ? "t10k-labels-idx1-ubyte" : "train-labels-idx1-ubyte";
    const char *folders[6];

    search_folders(s, folders);
    for (int i = 0; i < 6; i++) {
        const char *x = folders[i] ? present(s, folders[i], images) : NULL;
        const char *y = x ? present(s, folders[i], labels) : NULL;

        if (y)
            return open_idx_pair(s, x, y);
    }
    og_fail(s->report, OG_NOT_FOUND, "the set fashion-mnist is not on this machine: no %s[.gz]",
            images);
    og_report_where(
        s->report, "looked in $ONNXGRAD_DATA, $XDG_DATA_HOME/onnxgrad, ~/.local/share/onnxgrad, %s",
        "/usr/local/share/datasets and /usr/share/datasets");
    og_report_hint(s->report, "apt install dataset-fashion-mnist");
    return OG_NOT_FOUND;
}

/* "IMAGES,LABELS": at the comma that leaves an existing file before it, for names that hold commas.
 */
static og_status open_idx(source *s)
{
    char *comma = strchr(s->rest, ',');

    for (char *at = comma; at; at = strchr(at + 1, ',')) {
        *at = 0;
        if (og_file_exists(s->rest)) {
            comma = at;
            break;
        }
        *at = ',';
    }
    if (!comma)
        return og_fail(s->report, OG_BAD_ARGUMENT, "expected idx:IMAGES,LABELS, found one file");
    *comma = 0;
    return open_idx_pair(s, s->rest, comma + 1);
}

/* The tensors are moved out of the collection, not copied. */
static og_status move_array(source *s, og_arrays_entry *entry)
{
    og_tensor *tensor = entry->owned;

    entry->owned = NULL;
    return give(s, entry->name, tensor, 255);
}

static og_status move_named(source *s, og_arrays *arrays, const char *names)
{
    char shown[80], *list = og_arena_string(s->arena, names);

    for (char *name = list, *next; name; name = next) {
        size_t place;

        if ((next = strchr(name, ',')))
            *next++ = 0;
        place = (size_t)(uintptr_t)og_table_get(arrays->names, name);
        if (!place)
            return og_fail(s->report, OG_BAD_ARGUMENT, "option arrays: there is no array '%s'",
                           og_escape(shown, sizeof shown, name));
        if (!arrays->entries.v[place - 1].owned)
            return og_fail(s->report, OG_BAD_ARGUMENT, "option arrays: '%s' is named twice",
                           og_escape(shown, sizeof shown, name));
        OG_TRY(move_array(s, &arrays->entries.v[place - 1]));
    }
    return list ? OG_OK : no_memory(s);
}

static og_status open_npz(source *s)
{
    const char *names = option(s, "arrays");
    og_arrays *arrays;
    og_status status = og_arrays_open(s->rest, &arrays);

    if (!arrays)
        return no_memory(s);
    if (status) {
        *s->report = *og_arrays_report(arrays);
        og_arrays_free(arrays);
        return status;
    }
    if (names)
        status = move_named(s, arrays, names);
    for (size_t i = 0; i < og_arrays_count(arrays) && !names && !status; i++)
        status = move_array(s, &arrays->entries.v[i]);
    if (!status && og_dataset_count(s->d) == 0)
        status = og_fail(s->report, OG_BAD_FILE, "the file holds no arrays");
    if (status)
        og_report_file(s->report, s->rest);
    og_arrays_free(arrays);
    return status;
}

/* "x=FILE,y=FILE"; a piece without '=' belongs to the name before it. */
static og_status open_npy(source *s)
{
    for (char *piece = s->rest, *next; piece; piece = next) {
        char *equals = strchr(piece, '='), *comma = strchr(piece, ',');
        og_tensor *tensor;

        if (!equals || equals == piece || (comma && comma < equals))
            return og_fail(s->report, OG_BAD_ARGUMENT, "expected npy:x=FILE,y=FILE, found '%s'",
                           piece);
        while (comma && !strchr(comma, '='))
            comma = strchr(comma + 1, ',');
        if ((next = comma))
            *next++ = 0;
        *equals = 0;
        if (og_dataset_find(s->d, piece))
            return og_fail(s->report, OG_BAD_ARGUMENT, "two arrays are named '%s'", piece);
        OG_TRY(og_npy_open(equals + 1, &tensor, s->report));
        OG_TRY(give(s, piece, tensor, 255));
    }
    return OG_OK;
}

static og_status csv_options(source *s, og_csv_options *out)
{
    const char *header = option_of(s, "header", "auto"),
               *separator = option_of(s, "separator", ",");

    *out = (og_csv_options){ .label = option(s, "label"), .target = option(s, "target") };
    if (out->label && out->target)
        return og_fail(s->report, OG_BAD_ARGUMENT, "options label and target exclude each other");
    out->header = strcmp(header, "yes") == 0 ? 1 : strcmp(header, "no") == 0 ? 0 : -1;
    if (out->header < 0 && strcmp(header, "auto") != 0)
        return og_fail(s->report, OG_BAD_ARGUMENT,
                       "option header: expected yes, no or auto, found '%s'", header);
    out->separator = strcmp(separator, "tab") == 0 ? '\t' : *separator;
    if (!*separator || (separator[1] && out->separator != '\t') || strchr("\"\r\n", *separator))
        return og_fail(s->report, OG_BAD_ARGUMENT,
                       "option separator: expected one character or tab, found '%s'", separator);
    return OG_OK;
}

static og_status open_csv(source *s)
{
    og_csv_options options;
    og_csv csv;
    og_status status;

    OG_TRY(csv_options(s, &options));
    if ((status = og_csv_open(s->arena, s->rest, &options, &csv, s->report))) {
        og_tensor_free(csv.inputs);
        og_tensor_free(csv.label);
        return status;
    }
    if ((status = give(s, "x", csv.inputs, 1))) {
        og_tensor_free(csv.label);
        return status;
    }
    if (!csv.label)
        return OG_OK;
    /* A column may be called x as the inputs are. */
    return give(s, strcmp(csv.label_name, "x") == 0 ? "label" : csv.label_name, csv.label, 1);
}

/* A whole number from `low`, or `missing`. */
static og_status whole_option(source *s, const char *key, int64_t low, int64_t missing,
                              int64_t *number)
{
    const char *text = option(s, key);
    double x = 0;
    char shown[80];

    *number = missing;
    if (!text)
        return OG_OK;
    if (!og_number_read(text, strlen(text), &x) || !(x >= (double)low) || !(x <= 1e9) ||
        x != (double)(int64_t)x)
        return og_fail(s->report, OG_BAD_ARGUMENT,
                       "option %s: expected a whole number from %lld to 1e9, found '%s'", key,
                       (long long)low, og_escape(shown, sizeof shown, text));
    *number = (int64_t)x;
    return OG_OK;
}

static og_status open_sequences(source *s)
{
    bool test = strcmp(s->rest, "test") == 0, order = strcmp(s->kind->name, "order") == 0;
    og_sequences make = { .order = order, .test = test };
    int64_t seed = 0;
    og_tensor *x, *y;
    og_status status;

    OG_TRY(whole_option(s, "length", 2, order ? 50 : 100, &make.length));
    OG_TRY(whole_option(s, "rows", 1, test ? 2000 : 20000, &make.rows));
    OG_TRY(whole_option(s, "seed", 0, 0, &seed));
    make.seed = (uint64_t)seed;
    if ((status = og_sequences_make(&make, &x, &y, s->report)))
        og_tensor_free(x);
    else
        status = og_dataset_take(s->d, "x", x, NULL);
    if (!status)
        return og_dataset_take(s->d, order ? "label" : "target", y, NULL);
    og_tensor_free(y);
    return status;
}

static og_status open_unsupported(source *s)
{
    return og_fail(s->report, OG_UNSUPPORTED, "data of the form %s cannot be read yet",
                   s->kind->form);
}

static const source_kind kinds[] = {
    { .name = "digits", .form = "digits[:test]", .part = true, .open = open_digits },
    { .name = "fashion-mnist", .form = "fashion-mnist[:test]", .part = true, .open = open_fashion },
    { .name = "idx", .form = "idx:IMAGES,LABELS", .open = open_idx },
    { .name = "npz", .form = "npz:FILE", .options = { "arrays" }, .open = open_npz },
    { .name = "npy", .form = "npy:x=FILE,y=FILE", .open = open_npy },
    { .name = "csv",
      .form = "csv:FILE?label=COLUMN",
      .open = open_csv,
      .options = { "label", "target", "header", "separator" } },
    { .name = "adding",
      .form = "adding[:test]",
      .part = true,
      .open = open_sequences,
      .options = { "length", "rows", "seed" } },
    { .name = "order",
      .form = "order[:test]",
      .part = true,
      .open = open_sequences,
      .options = { "length", "rows", "seed" } },
    { .name = "text",
      .form = "text:FILE?context=128",
      .options = { "context" },
      .open = open_unsupported },
    { .name = "images", .form = "images:DIR", .open = open_unsupported },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- The text -------------------------------------------------------------------------------- */

static og_status unknown_kind(source *s, const char *text, const char *name)
{
    const char *names[KINDS], *near;
    char shown[120];

    for (int i = 0; i < KINDS; i++)
        names[i] = kinds[i].name;
    near = og_nearest(name, names, KINDS);
    og_fail(s->report, OG_BAD_ARGUMENT, "'%s' is no data source",
            og_escape(shown, sizeof shown, text));
    if (og_file_exists(text))
        og_report_hint(
            s->report,
            "a file needs its kind in front: csv:FILE, npz:FILE, npy:x=FILE or idx:FILE,FILE");
    else if (near)
        og_report_hint(s->report, "did you mean '%s'?", near);
    else
        og_report_hint(
            s->report,
            "sources are digits, fashion-mnist, adding, order, idx:, npz:, npy: and csv:");
    return OG_BAD_ARGUMENT;
}

static og_status add_option(source *s, char *text)
{
    const char *known[9] = { "scale", "mean", "std" }, *near;
    source_option o = { .key = text };
    char shown[80], *equals = strchr(text, '=');
    size_t n = 3;

    for (size_t i = 0; i < 6 && s->kind->options[i]; i++)
        known[n++] = s->kind->options[i];
    if (!equals)
        return og_fail(s->report, OG_BAD_ARGUMENT, "data option '%s': expected key=value",
                       og_escape(shown, sizeof shown, text));
    *equals = 0;
    o.value = equals + 1;
    if (option(s, o.key))
        return og_fail(s->report, OG_BAD_ARGUMENT, "data option '%s' is given twice",
                       og_escape(shown, sizeof shown, o.key));
    for (size_t i = 0; i < n; i++)
        if (strcmp(known[i], o.key) == 0)
            return og_list_push(s->arena, &s->options, o) ? OG_OK : no_memory(s);
    near = og_nearest(o.key, known, n);
    og_fail(s->report, OG_BAD_ARGUMENT, "%s has no option '%s'", s->kind->form,
            og_escape(shown, sizeof shown, o.key));
    if (near)
        og_report_hint(s->report, "did you mean '%s'?", near);
    return OG_BAD_ARGUMENT;
}

/* "KIND[:REST][?KEY=VALUE[&KEY=VALUE]...]" */
static og_status parse(source *s, const char *text)
{
    char *copy = og_arena_string(s->arena, text), *options, *colon, shown[80];

    if (!copy)
        return no_memory(s);
    if ((options = strrchr(copy, '?')))
        *options++ = 0;
    if ((colon = strchr(copy, ':')))
        *colon = 0;
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, copy) == 0)
            s->kind = &kinds[i];
    if (!s->kind)
        return unknown_kind(s, text, copy);
    s->rest = colon ? colon + 1 : copy + strlen(copy);
    if (s->kind->part && (colon || *s->rest) && strcmp(s->rest, "test") != 0 &&
        strcmp(s->rest, "train") != 0)
        return og_fail(s->report, OG_BAD_ARGUMENT, "%s has the parts train and test, not '%s'",
                       s->kind->name, og_escape(shown, sizeof shown, s->rest));
    if (!s->kind->part && !*s->rest)
        return og_fail(s->report, OG_BAD_ARGUMENT, "expected %s, found '%s'", s->kind->form,
                       og_escape(shown, sizeof shown, text));
    for (char *next; options; options = next) {
        if ((next = strchr(options, '&')))
            *next++ = 0;
        OG_TRY(add_option(s, options));
    }
    return OG_OK;
}

og_status og_dataset_open(const char *text, og_dataset **dataset)
{
    og_dataset *d = *dataset = og_dataset_new();
    source s = { .d = d };
    char shown[200];
    og_status status;

    if (!d)
        return OG_NO_MEMORY;
    s.arena = d->core->arena;
    s.report = &d->report;
    if (!(status = parse(&s, text)))
        status = s.kind->open(&s);
    if (status)
        og_report_where(s.report, "data '%s'", og_escape(shown, sizeof shown, text));
    return status;
}
