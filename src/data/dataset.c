/*
 * Sets of arrays.  Rows stay as they were stored (a byte image takes a quarter of its floats) and
 * are converted when a batch is gathered: bytes through a table of 256 results, the rest by
 * arithmetic in double, rounded once.
 */
#include "data/data.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>

static const uint64_t split_stream = 0x73706c6974000000; /* "split" in ASCII */

/* ---- Life ------------------------------------------------------------------------------------ */

static void core_release(og_data_core *core)
{
    if (!core || atomic_fetch_sub(&core->users, 1) > 1)
        return;
    for (size_t i = 0; i < core->n; i++)
        og_tensor_free(core->columns[i].owned);
    og_free(core->columns);
    og_arena_free(core->arena);
    og_free(core);
}

og_dataset *og_dataset_new(void)
{
    og_dataset *d = og_calloc(1, sizeof *d);

    if (!d)
        return NULL;
    if (!(d->core = og_calloc(1, sizeof *d->core)) || !(d->core->arena = og_arena_new())) {
        og_free(d->core);
        og_free(d);
        return NULL;
    }
    atomic_init(&d->core->users, 1);
    return d;
}

void og_dataset_free(og_dataset *dataset)
{
    if (!dataset)
        return;
    core_release(dataset->core);
    og_free(dataset->map);
    og_free(dataset);
}

const og_report *og_dataset_report(const og_dataset *dataset)
{
    return &dataset->report;
}

/* ---- Adding arrays --------------------------------------------------------------------------- */

static bool is_integer(og_elem elem)
{
    return elem == OG_UINT8 || elem == OG_INT8 || elem == OG_UINT16 || elem == OG_INT16 ||
           elem == OG_INT32 || elem == OG_INT64 || elem == OG_UINT32 || elem == OG_UINT64;
}

static bool is_floating(og_elem elem)
{
    return elem == OG_FLOAT || elem == OG_DOUBLE || elem == OG_FLOAT16 || elem == OG_BFLOAT16;
}

/* "divided by 255, minus 0.5, divided by 0.25" */
static const char *describe(og_arena *arena, const og_scaling *s)
{
    og_text text = { 0 };
    const char *out;

    if (s->divisor != 1)
        og_text_print(&text, "divided by %g", s->divisor);
    if (s->factor != 1)
        og_text_print(&text, "%stimes %g", text.size ? ", " : "", s->factor);
    if (s->channels > 1)
        og_text_print(&text, "%sless mean and divided by deviation for each of %lld channels",
                      text.size ? ", " : "", (long long)s->channels);
    else if (s->mean[0] != 0 || s->std[0] != 1)
        og_text_print(&text, "%sminus %g, divided by %g", text.size ? ", " : "", s->mean[0],
                      s->std[0]);
    out = text.failed ? NULL : og_arena_string(arena, text.data ? text.data : "");
    og_text_free(&text);
    return out;
}

static double scaled(const og_scaling *s, double x, int64_t channel)
{
    return (x * s->factor / s->divisor - s->mean[channel]) / s->std[channel];
}

static bool make_table(og_arena *arena, og_column *c)
{
    const og_scaling *s = &c->scaling;
    float *table = OG_NEW_N(arena, float, 256 * s->channels);

    for (int64_t i = 0; table && i < 256 * s->channels; i++)
        table[i] = (float)scaled(s, (double)(i % 256), i / 256);
    c->table = table;
    return table != NULL;
}

static og_status set_scaling(og_dataset *d, og_column *c, const og_scaling *s)
{
    static const double zero[] = { 0 }, one[] = { 1 };
    static const og_scaling bytes = {
        .factor = 1, .divisor = 255, .channels = 1, .mean = zero, .std = one
    };
    const og_tensor *t = &c->array.tensor;
    og_arena *arena = d->core->arena;
    char name[80];

    c->scaled = true;
    c->scaling = s ? *s : bytes;
    if (c->scaling.channels > 1 && (t->rank < 2 || t->dims[1] != c->scaling.channels))
        return og_fail(&d->report, OG_BAD_SHAPE,
                       "array '%s': %lld means or deviations, but axis 1 has %lld elements",
                       og_escape(name, sizeof name, c->array.name), (long long)c->scaling.channels,
                       t->rank < 2 ? 0LL : (long long)t->dims[1]);
    c->scaling.mean =
        og_arena_copy(arena, c->scaling.mean, sizeof(double) * (size_t)c->scaling.channels);
    c->scaling.std =
        og_arena_copy(arena, c->scaling.std, sizeof(double) * (size_t)c->scaling.channels);
    if (!c->scaling.mean || !c->scaling.std ||
        !(c->array.conversion = describe(arena, &c->scaling)) ||
        (t->elem == OG_UINT8 && !make_table(arena, c)))
        return og_fail(&d->report, OG_NO_MEMORY, "out of memory for the scaling of an array");
    if (!is_floating(t->elem) || t->elem == OG_DOUBLE)
        c->array.elem = OG_FLOAT;
    return OG_OK;
}

static og_status check_rows(og_dataset *d, const char *name, const og_tensor *t)
{
    char shown[80], other[80];

    if (t->rank < 1)
        return og_fail(&d->report, OG_BAD_SHAPE, "array '%s' is a scalar; expected rows",
                       og_escape(shown, sizeof shown, name));
    if (t->dims[0] < 1)
        return og_fail(&d->report, OG_BAD_SHAPE, "array '%s' has no rows",
                       og_escape(shown, sizeof shown, name));
    if (d->core->n > 0 && t->dims[0] != d->rows)
        return og_fail(
            &d->report, OG_BAD_SHAPE, "array '%s' has %lld rows, but array '%s' has %lld",
            og_escape(shown, sizeof shown, name), (long long)t->dims[0],
            og_escape(other, sizeof other, d->core->columns[0].array.name), (long long)d->rows);
    return OG_OK;
}

static og_status add_column(og_dataset *d, const char *name, const og_tensor *t,
                            const og_scaling *scaling)
{
    og_data_core *core = d->core;
    og_column c = { .inner = 1 }, *more;

    OG_TRY(check_rows(d, name, t));
    more = og_realloc(core->columns, (core->n + 1) * sizeof *more);
    if (!more)
        return og_fail(&d->report, OG_NO_MEMORY, "out of memory for an array");
    core->columns = more;
    c.array = (og_data_array){
        .name = og_arena_string(core->arena, name), .tensor = *t, .elem = t->elem, .conversion = ""
    };
    c.array.tensor.dims = og_arena_copy(core->arena, t->dims, sizeof *t->dims * (size_t)t->rank);
    if (!c.array.name || !c.array.tensor.dims)
        return og_fail(&d->report, OG_NO_MEMORY, "out of memory for an array");
    c.row = t->count / t->dims[0];
    for (int i = 2; i < t->rank; i++)
        c.inner *= t->dims[i];
    if (c.row == 1 && is_integer(t->elem))
        c.array.elem = OG_INT64;
    else if (t->elem == OG_UINT8 || scaling)
        OG_TRY(set_scaling(d, &c, scaling));
    else if (t->elem == OG_DOUBLE)
        c.array.elem = OG_FLOAT;
    d->rows = t->dims[0];
    core->columns[core->n++] = c;
    return OG_OK;
}

og_status og_dataset_take(og_dataset *dataset, const char *name, og_tensor *tensor,
                          const og_scaling *scaling)
{
    og_status s = add_column(dataset, name, tensor, scaling);

    if (s)
        og_tensor_free(tensor);
    else
        dataset->core->columns[dataset->core->n - 1].owned = tensor;
    return s;
}

og_status og_dataset_of(size_t n, const char *const names[], const og_tensor tensors[],
                        og_dataset **dataset)
{
    og_dataset *d = *dataset = og_dataset_new();

    if (!d)
        return OG_NO_MEMORY;
    if (n == 0)
        return og_fail(&d->report, OG_BAD_ARGUMENT, "a set needs at least one array");
    for (size_t i = 0; i < n; i++) {
        if (og_dataset_find(d, names[i]))
            return og_fail(&d->report, OG_BAD_ARGUMENT, "two arrays are named '%s'", names[i]);
        OG_TRY(add_column(d, names[i], &tensors[i], NULL));
    }
    return OG_OK;
}

/* ---- Looking --------------------------------------------------------------------------------- */

int64_t og_dataset_rows(const og_dataset *dataset)
{
    return dataset->rows;
}

size_t og_dataset_count(const og_dataset *dataset)
{
    return dataset->core->n;
}

const og_data_array *og_dataset_array(const og_dataset *dataset, size_t i)
{
    return i < dataset->core->n ? &dataset->core->columns[i].array : NULL;
}

const og_data_array *og_dataset_find(const og_dataset *dataset, const char *name)
{
    for (size_t i = 0; i < dataset->core->n; i++)
        if (strcmp(dataset->core->columns[i].array.name, name) == 0)
            return &dataset->core->columns[i].array;
    return NULL;
}

/* The k-th number of a stored row as it is fed to a floating input. */
static double column_number(const og_column *c, int64_t row, int64_t k)
{
    double x = og_get_double(&c->array.tensor, row * c->row + k);

    return c->scaled ? scaled(&c->scaling, x, k / c->inner % c->scaling.channels) : x;
}

static int64_t source_row(const og_dataset *d, int64_t row)
{
    return d->map ? d->map[row] : row;
}

void og_dataset_range(const og_dataset *dataset, size_t i, double *low, double *high)
{
    const og_column *c = i < dataset->core->n ? &dataset->core->columns[i] : NULL;
    og_elem elem = c ? c->array.tensor.elem : OG_UNDEFINED;

    *low = *high = NAN;
    if (!c || elem == OG_STRING || elem == OG_COMPLEX64 || elem == OG_COMPLEX128)
        return;
    for (int64_t r = 0; r < dataset->rows; r++)
        for (int64_t k = 0; k < c->row; k++) {
            double x = column_number(c, source_row(dataset, r), k);

            *low = x < *low || isnan(*low) ? x : *low; /* comparisons leave a NaN of the data out */
            *high = x > *high || isnan(*high) ? x : *high;
        }
}

/* ---- Batches --------------------------------------------------------------------------------- */

static void gather_copy(const og_column *c, const int64_t *rows, size_t n, void *out)
{
    size_t bytes = (size_t)c->row * (size_t)og_elem_bits(c->array.tensor.elem) / 8;
    const char *from = c->array.tensor.data;
    char *to = out;

    for (size_t i = 0; i < n; i++, to += bytes)
        memcpy(to, from + (size_t)rows[i] * bytes, bytes);
}

static void gather_bytes(const og_column *c, const int64_t *rows, size_t n, float *out)
{
    const uint8_t *from = c->array.tensor.data;

    for (size_t i = 0; i < n; i++) {
        const uint8_t *row = from + rows[i] * c->row;

        if (c->scaling.channels == 1)
            for (int64_t k = 0; k < c->row; k++)
                out[k] = c->table[row[k]];
        else
            for (int64_t k = 0; k < c->row; k++)
                out[k] = c->table[k / c->inner % c->scaling.channels * 256 + row[k]];
        out += c->row;
    }
}

static void gather_double(const og_column *c, const int64_t *rows, size_t n, float *out)
{
    const double *from = c->array.tensor.data;

    for (size_t i = 0; i < n; i++)
        for (int64_t k = 0; k < c->row; k++)
            *out++ = (float)from[rows[i] * c->row + k];
}

static void gather_numbers(const og_column *c, const int64_t *rows, size_t n, og_tensor *out)
{
    int64_t at = 0;

    for (size_t i = 0; i < n; i++)
        for (int64_t k = 0; k < c->row; k++)
            og_set_double(out, at++, column_number(c, rows[i], k));
}

/* The k-th stored number as an integer; false where it is none. */
static bool whole_number(const og_tensor *t, int64_t k, int64_t *number)
{
    double x;

    if (is_integer(t->elem) || t->elem == OG_BOOL) {
        *number = og_get_int(t, k);
        return true;
    }
    x = og_get_double(t, k);
    if (x != floor(x) || fabs(x) > 9007199254740992.0)
        return false;
    *number = (int64_t)x;
    return true;
}

/* Each number is read back to see that the type holds it; uint64 beyond int64 reads as negative. */
static og_status gather_integers(og_dataset *d, const og_column *c, const int64_t *rows, size_t n,
                                 og_tensor *out)
{
    const og_tensor *t = &c->array.tensor;
    bool sign_differs = (t->elem == OG_UINT64) != (out->elem == OG_UINT64);
    int64_t at = 0, number = 0;
    char name[80];

    for (size_t i = 0; i < n; i++)
        for (int64_t k = rows[i] * c->row; k < (rows[i] + 1) * c->row; k++, at++) {
            bool held = whole_number(t, k, &number);

            if (held)
                og_set_int(out, at, number);
            if (!held || og_get_int(out, at) != number || (number < 0 && sign_differs))
                return og_fail(&d->report, OG_BAD_VALUE,
                               "array '%s', row %lld: %g does not fit in %s",
                               og_escape(name, sizeof name, c->array.name), (long long)rows[i],
                               og_get_double(t, k), og_elem_name(out->elem));
        }
    return OG_OK;
}

static og_status check_batch(og_dataset *d, size_t array, const int64_t *rows, size_t n,
                             const og_tensor *out)
{
    const og_column *c = &d->core->columns[array];
    og_elem from = c->array.tensor.elem, to = out->elem;
    int64_t count;
    char name[80];

    if (!og_count_mul((int64_t)n, c->row, &count) || out->count != count)
        return og_fail(&d->report, OG_BAD_SHAPE,
                       "array '%s': %zu rows have %lld elements each, the tensor has %lld in all",
                       og_escape(name, sizeof name, c->array.name), n, (long long)c->row,
                       (long long)out->count);
    if (from != to && (from == OG_STRING || to == OG_STRING || from == OG_COMPLEX64 ||
                       from == OG_COMPLEX128 || to == OG_COMPLEX64 || to == OG_COMPLEX128))
        return og_fail(&d->report, OG_BAD_TYPE, "array '%s' is %s and cannot become %s",
                       og_escape(name, sizeof name, c->array.name), og_elem_name(from),
                       og_elem_name(to));
    for (size_t i = 0; i < n; i++)
        if (rows[i] < 0 || rows[i] >= d->rows)
            return og_fail(&d->report, OG_BAD_ARGUMENT, "row %lld of a set of %lld rows",
                           (long long)rows[i], (long long)d->rows);
    return OG_OK;
}

static og_status gather(og_dataset *d, const og_column *c, const int64_t *rows, size_t n,
                        og_tensor *out)
{
    og_elem from = c->array.tensor.elem, to = out->elem;

    if (from == to && og_elem_bits(from) >= 8 && !(c->scaled && is_floating(to))) {
        gather_copy(c, rows, n, out->data);
    } else if (is_integer(to) || to == OG_INT4 || to == OG_UINT4 || to == OG_INT2 ||
               to == OG_UINT2 || to == OG_BOOL) {
        return gather_integers(d, c, rows, n, out);
    } else if (to == OG_FLOAT && c->table) {
        gather_bytes(c, rows, n, out->data);
    } else if (to == OG_FLOAT && from == OG_DOUBLE && !c->scaled) {
        gather_double(c, rows, n, out->data);
    } else {
        gather_numbers(c, rows, n, out);
    }
    return OG_OK;
}

og_status og_dataset_batch(og_dataset *dataset, size_t array, const int64_t *rows, size_t n,
                           og_tensor *out)
{
    enum { STRIP = 128 }; /* rows looked up in the map at a time, on the stack */
    og_tensor part = *out;
    const og_column *c;

    if (array >= dataset->core->n)
        return og_fail(&dataset->report, OG_BAD_ARGUMENT, "array %zu of a set that has %zu", array,
                       dataset->core->n);
    c = &dataset->core->columns[array];
    OG_TRY(check_batch(dataset, array, rows, n, out));
    if (!dataset->map || og_elem_bits(out->elem) < 8)
        return gather(dataset, c, rows, n, out);
    for (size_t at = 0; at < n; at += STRIP) {
        int64_t mapped[STRIP];
        size_t m = n - at < STRIP ? n - at : STRIP;

        for (size_t i = 0; i < m; i++)
            mapped[i] = dataset->map[rows[at + i]];
        part.data = (char *)out->data + at * (size_t)c->row * ((size_t)og_elem_bits(out->elem) / 8);
        OG_TRY(gather(dataset, c, mapped, m, &part));
    }
    return OG_OK;
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static og_dataset *make_part(og_dataset *d, int64_t rows)
{
    og_dataset *part = og_calloc(1, sizeof *part);

    if (!part)
        return NULL;
    if (!(part->map = og_calloc((size_t)rows, sizeof *part->map))) {
        og_free(part);
        return NULL;
    }
    atomic_fetch_add(&d->core->users, 1);
    part->core = d->core;
    part->rows = rows;
    return part;
}

/* Marks `wanted` rows: the last ones of a shuffled list. */
static void draw_rows(int64_t *order, bool *drawn, int64_t rows, int64_t wanted, uint64_t seed)
{
    og_philox random = { .seed = seed, .stream = split_stream };

    for (int64_t i = 0; i < rows; i++)
        order[i] = i;
    for (int64_t i = rows - 1; i >= rows - wanted; i--) {
        int64_t k = (int64_t)og_philox_below(&random, (uint64_t)i + 1);

        drawn[order[k]] = true;
        order[k] = order[i];
    }
}

static void fill_parts(const og_dataset *d, const bool *drawn, og_dataset *rest, og_dataset *part)
{
    int64_t r = 0, p = 0;

    for (int64_t i = 0; i < d->rows; i++)
        *(drawn[i] ? &part->map[p++] : &rest->map[r++]) = source_row(d, i);
}

og_status og_dataset_split(og_dataset *dataset, double fraction, uint64_t seed, og_dataset **rest,
                           og_dataset **part)
{
    int64_t wanted;
    int64_t *order;
    bool *drawn;

    *rest = *part = NULL;
    og_report_clear(&dataset->report);
    if (!(fraction > 0 && fraction < 1))
        return og_fail(&dataset->report, OG_BAD_ARGUMENT,
                       "a part of %g of the rows; expected a fraction between 0 and 1", fraction);
    if (dataset->rows < 2)
        return og_fail(&dataset->report, OG_BAD_ARGUMENT, "%lld row cannot be split",
                       (long long)dataset->rows);
    wanted = (int64_t)llround(fraction * (double)dataset->rows);
    wanted = wanted < 1 ? 1 : wanted > dataset->rows - 1 ? dataset->rows - 1 : wanted;
    order = og_calloc((size_t)dataset->rows, sizeof *order);
    drawn = og_calloc((size_t)dataset->rows, sizeof *drawn);
    *rest = make_part(dataset, dataset->rows - wanted);
    *part = make_part(dataset, wanted);
    if (order && drawn && *rest && *part) {
        draw_rows(order, drawn, dataset->rows, wanted, seed);
        fill_parts(dataset, drawn, *rest, *part);
    } else {
        og_dataset_free(*rest);
        og_dataset_free(*part);
        *rest = *part = NULL;
    }
    og_free(order);
    og_free(drawn);
    if (!*rest)
        return og_fail(&dataset->report, OG_NO_MEMORY, "out of memory for a part of %lld rows",
                       (long long)wanted);
    return OG_OK;
}
