/*
 * Sets and batches: sources, scaling, gathering with conversion, parts, and orders that resume.
 */
#include "folder.h"

#include "data/data.h"

#include <math.h>

static const int64_t rows_5[] = { 4, 0, 0, 2, 3 };

/* ---- Sources --------------------------------------------------------------------------------- */

static og_dataset *opened(const char *source)
{
    og_dataset *d;

    assert_ok(og_dataset_open(source, &d), og_dataset_report(d));
    return d;
}

static void assert_array(const og_dataset *d, size_t i, const char *name, const char *type,
                         og_elem elem, double low, double high)
{
    const og_data_array *a = og_dataset_array(d, i);
    char text[200];
    double x, y;

    assert_string_equal(a->name, name);
    assert_string_equal(og_tensor_text(text, sizeof text, &a->tensor), type);
    assert_int_equal(a->elem, elem);
    og_dataset_range(d, i, &x, &y);
    assert_true(x == low && y == high);
}

static void digits(void **state)
{
    og_dataset *train = opened("digits"), *test = opened("digits:test");
    int classes[10] = { 0 };
    const uint8_t *label = og_dataset_find(train, "label")->tensor.data;

    (void)state;
    assert_int_equal(og_dataset_rows(train), 1437);
    assert_int_equal(og_dataset_rows(test), 360);
    assert_int_equal(og_dataset_count(train), 2);
    assert_array(train, 0, "image", "uint8[1437,8,8]", OG_FLOAT, 0, 1);
    assert_array(test, 1, "label", "uint8[360]", OG_INT64, 0, 9);
    assert_string_equal(og_dataset_array(train, 0)->conversion, "divided by 16");
    assert_null(og_dataset_array(train, 2));
    for (int i = 0; i < 1437; i++)
        classes[label[i]]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(classes[i], 130, 160);
    og_dataset_free(train);
    og_dataset_free(test);
}

static const struct {
    const char *source; /* %s: the folder */
    og_status code;
    const char *words;
} wrong_sources[] = {
    { "", OG_BAD_ARGUMENT, "no data source" },
    { "digts", OG_BAD_ARGUMENT, "did you mean 'digits'?" },
    { "digits:tset", OG_BAD_ARGUMENT, "the parts train and test, not 'tset'" },
    { "digits?scal=1", OG_BAD_ARGUMENT, "did you mean 'scale'?" },
    { "digits?label=x", OG_BAD_ARGUMENT, "has no option 'label'" },
    { "digits?scale", OG_BAD_ARGUMENT, "expected key=value" },
    { "digits?scale=1&scale=2", OG_BAD_ARGUMENT, "given twice" },
    { "digits?scale=x", OG_BAD_ARGUMENT, "expected a number, found 'x'" },
    { "digits?scale=1,2", OG_BAD_ARGUMENT, "expected one number" },
    { "digits?std=0", OG_BAD_ARGUMENT, "above 0" },
    { "digits?mean=1,2", OG_BAD_SHAPE, "axis 1 has 8" },
    { "digits?mean=1,2,3&std=1,2", OG_BAD_ARGUMENT, "2 numbers against 3" },
    { "idx:", OG_BAD_ARGUMENT, "expected idx:IMAGES,LABELS" },
    { "idx:a", OG_BAD_ARGUMENT, "found one file" },
    { "idx:%s/absent,b", OG_NOT_FOUND, "absent" },
    { "npz:%s/absent.npz", OG_NOT_FOUND, "absent.npz" },
    { "npz:%s", OG_BAD_FILE, "folder" },
    { "npz:%s/xy.npz?arrays=x,z", OG_BAD_ARGUMENT, "no array 'z'" },
    { "npz:%s/xy.npz?arrays=x,x", OG_BAD_ARGUMENT, "named twice" },
    { "npz:%s/ragged.npz", OG_BAD_SHAPE, "array 'y' has 2 rows, but array 'x' has 5" },
    { "npz:%s/scalar.npz", OG_BAD_SHAPE, "scalar" },
    { "npz:%s/none.npz", OG_BAD_FILE, "no arrays" },
    { "npz:%s/empty.npz", OG_BAD_SHAPE, "no rows" },
    { "npy:x", OG_BAD_ARGUMENT, "expected npy:x=FILE,y=FILE" },
    { "npy:x=%s/x.npy,x=b", OG_BAD_ARGUMENT, "two arrays are named 'x'" },
    { "csv:%s/t.csv?header=maybe", OG_BAD_ARGUMENT, "yes, no or auto" },
    { "csv:%s/t.csv?separator=::", OG_BAD_ARGUMENT, "one character or tab" },
    { "csv:%s/t.csv?label=a&target=b", OG_BAD_ARGUMENT, "exclude each other" },
    { "%s/t.csv", OG_BAD_ARGUMENT, "csv:FILE" },
    { "text:a", OG_UNSUPPORTED, "text:FILE" },
    { "images:a", OG_UNSUPPORTED, "images:DIR" },
};

static void save(const char *name, size_t n, const char *const names[], const og_tensor tensors[])
{
    og_arrays *a = og_arrays_new();

    for (size_t i = 0; i < n; i++)
        assert_ok(og_arrays_add(a, names[i], &tensors[i]), og_arrays_report(a));
    assert_ok(og_arrays_save(a, in_folder(name)), og_arrays_report(a));
    og_arrays_free(a);
}

/* x: uint8[5,2,2] of 0 to 19; y: int32[5] */
static void save_samples(void)
{
    static const int64_t dims[] = { 5, 2, 2 }, two[] = { 2 }, zero[] = { 0 };
    static const char *const names[] = { "x", "y" };
    uint8_t bytes[20];
    int32_t labels[5] = { 5, 6, 7, 8, -9 };
    og_tensor x = og_tensor_view(OG_UINT8, 3, dims, bytes);
    og_tensor y = og_tensor_view(OG_INT32, 1, dims, labels);

    for (uint8_t i = 0; i < 20; i++)
        bytes[i] = i;
    save("xy.npz", 2, names, (og_tensor[]){ x, y });
    save("x.npy", 1, names, &x);
    save("y,1.npy", 1, names, &y);
    save("ragged.npz", 2, names, (og_tensor[]){ x, og_tensor_view(OG_INT32, 1, two, labels) });
    save("scalar.npz", 1, names, (og_tensor[]){ og_tensor_view(OG_INT32, 0, NULL, labels) });
    save("empty.npz", 1, names, (og_tensor[]){ og_tensor_view(OG_INT32, 1, zero, labels) });
    save("none.npz", 0, NULL, NULL);
    put("t.csv", "a,b,label\n1,2,0\n3,4,1\n", 22);
}

static void wrong(void **state)
{
    (void)state;
    save_samples();
    for (size_t i = 0; i < sizeof wrong_sources / sizeof *wrong_sources; i++) {
        const char *hole = strstr(wrong_sources[i].source, "%s");
        char source[300];
        const og_report *r;
        og_dataset *d;

        snprintf(source, sizeof source, "%.*s%s%s",
                 hole ? (int)(hole - wrong_sources[i].source) : 200, wrong_sources[i].source,
                 hole ? folder : "", hole ? hole + 2 : "");
        assert_int_equal(og_dataset_open(source, &d), wrong_sources[i].code);
        r = og_dataset_report(d);
        assert_int_equal(r->code, wrong_sources[i].code);
        if (!strstr(r->what, wrong_sources[i].words) && !strstr(r->hint, wrong_sources[i].words))
            fail_msg("%s: expected '%s', found '%s' (%s)", source, wrong_sources[i].words, r->what,
                     r->hint);
        assert_true(r->where[0]);
        og_dataset_free(d);
    }
}

static og_dataset *open_in_folder(const char *before, const char *name, const char *after)
{
    char source[600];

    snprintf(source, sizeof source, "%s%s/%s%s", before, folder, name, after);
    return opened(source);
}

static void files(void **state)
{
    og_dataset *d;
    char both[600];

    (void)state;
    save_samples();
    d = open_in_folder("npz:", "xy.npz", "");
    assert_array(d, 0, "x", "uint8[5,2,2]", OG_FLOAT, 0, 19 / 255.0);
    assert_array(d, 1, "y", "int32[5]", OG_INT64, -9, 8);
    og_dataset_free(d);

    d = open_in_folder("npz:", "xy.npz", "?arrays=y,x&scale=1&mean=1&std=2");
    assert_array(d, 0, "y", "int32[5]", OG_INT64, -9, 8);
    assert_array(d, 1, "x", "uint8[5,2,2]", OG_FLOAT, -0.5, 9);
    assert_string_equal(og_dataset_array(d, 1)->conversion, "minus 1, divided by 2");
    og_dataset_free(d);

    snprintf(both, sizeof both, "npy:a=%s/x.npy,b=%s/y,1.npy", folder, folder);
    d = opened(both);
    assert_array(d, 0, "a", "uint8[5,2,2]", OG_FLOAT, 0, 19 / 255.0);
    assert_array(d, 1, "b", "int32[5]", OG_INT64, -9, 8);
    og_dataset_free(d);

    d = open_in_folder("csv:", "t.csv", "?mean=1,2&std=0.5");
    assert_array(d, 0, "x", "double[2,2]", OG_FLOAT, 0, 4);
    assert_array(d, 1, "label", "int64[2]", OG_INT64, 0, 1);
    og_dataset_free(d);
}

/* $ONNXGRAD_DATA comes first, with or without a folder of the set's name; the error says what to
 * install. */
static void searched(void **state)
{
    static const char images[] = "\0\0\x08\3\0\0\0\1\0\0\0\1\0\0\0\2\1\2",
                      labels[] = "\0\0\x08\1\0\0\0\1\7";
    og_dataset *d;

    (void)state;
    put("t10k-images-idx3-ubyte", images, 18);
    put("t10k-labels-idx1-ubyte", labels, 9);
    setenv("ONNXGRAD_DATA", folder, 1);
    d = opened("fashion-mnist:test");
    assert_array(d, 0, "image", "uint8[1,1,2]", OG_FLOAT, 1 / 255.0, 2 / 255.0);
    og_dataset_free(d);
    setenv("ONNXGRAD_DATA", "/nonexistent", 1);
    if (og_dataset_open("fashion-mnist", &d) == OG_NOT_FOUND)
        assert_string_equal(og_dataset_report(d)->hint, "apt install dataset-fashion-mnist");
    else
        assert_array(d, 0, "image", "uint8[60000,28,28]", OG_FLOAT, 0, 1);
    og_dataset_free(d);
    unsetenv("ONNXGRAD_DATA");
}

/* ---- Batches of a set ------------------------------------------------------------------------ */

/* A set of x uint8[5,3] (0, 10, 20 ...), f float[5,3], d double[5,1], i int64[5,2], b bool[5] and u
 * uint64[5]. */
static uint8_t x_data[15];
static float f_data[15];
static double d_data[5] = { 1, 2.5, -3, 1e300, NAN };
static int64_t i_data[10] = { 0, 1, -2, 300, INT64_MAX, 5, 6, 7, 8, INT64_MIN };
static uint8_t b_data[5] = { 0, 1, 1, 0, 1 };
static uint64_t u_data[5] = { 0, 1, 2, 3, UINT64_MAX };

static og_dataset *sample(void)
{
    static const int64_t three[] = { 5, 3 }, one[] = { 5, 1 }, two[] = { 5, 2 };
    static const char *const names[] = { "x", "f", "d", "i", "b", "u" };
    og_tensor t[] = {
        og_tensor_view(OG_UINT8, 2, three, x_data), og_tensor_view(OG_FLOAT, 2, three, f_data),
        og_tensor_view(OG_DOUBLE, 2, one, d_data),  og_tensor_view(OG_INT64, 2, two, i_data),
        og_tensor_view(OG_BOOL, 1, one, b_data),    og_tensor_view(OG_UINT64, 1, one, u_data)
    };
    og_dataset *d;

    for (int i = 0; i < 15; i++) {
        x_data[i] = (uint8_t)(10 * i);
        f_data[i] = (float)i / 4;
    }
    assert_ok(og_dataset_of(6, names, t, &d), og_dataset_report(d));
    return d;
}

/* The batch of `rows` as text, or the words of the error. */
static const char *batch(og_dataset *d, size_t array, const int64_t *rows, int64_t n, int64_t row,
                         og_elem elem, char out[400])
{
    int64_t dims[] = { n, row };
    og_tensor *t = og_tensor_new(elem, 2, dims);
    size_t at = 0;

    if (og_dataset_batch(d, array, rows, (size_t)n, t)) {
        snprintf(out, 400, "!%.300s", og_dataset_report(d)->what);
        og_report_clear(&d->report);
    } else {
        *out = 0;
        for (int64_t i = 0; i < t->count; i++)
            at += (size_t)snprintf(out + at, 400 - at, i ? " %.9g" : "%.9g", og_get_double(t, i));
    }
    og_tensor_free(t);
    return out;
}

static const struct {
    size_t array;
    int64_t n, row;
    og_elem elem;
    const char *result;
} batches[] = {
    { 0, 2, 3, OG_FLOAT, "0.470588237 0.509803951 0.549019635 0 0.0392156877 0.0784313753" },
    { 0, 1, 3, OG_DOUBLE, "0.470588235 0.509803922 0.549019608" },
    { 0, 1, 3, OG_FLOAT16, "0.470703125 0.509765625 0.548828125" },
    { 0, 1, 3, OG_UINT8, "120 130 140" },
    { 0, 1, 3, OG_INT64, "120 130 140" },
    { 0, 1, 3, OG_INT8, "!array 'x', row 4: 130 does not fit in int8" },
    { 1, 2, 3, OG_FLOAT, "3 3.25 3.5 0 0.25 0.5" },
    { 1, 1, 3, OG_DOUBLE, "3 3.25 3.5" },
    { 1, 1, 3, OG_INT32, "!array 'f', row 4: 3.25 does not fit in int32" },
    { 2, 5, 1, OG_FLOAT, "nan 1 1 -3 inf" },
    { 2, 5, 1, OG_INT64, "!array 'd', row 4: nan does not fit in int64" },
    { 3, 5, 2, OG_INT64, "8 -9.22337204e+18 0 1 0 1 9.22337204e+18 5 6 7" },
    { 3, 5, 2, OG_FLOAT, "8 -9.22337204e+18 0 1 0 1 9.22337204e+18 5 6 7" },
    { 3, 5, 2, OG_INT32, "!array 'i', row 4: -9.22337e+18 does not fit in int32" },
    { 3, 5, 2, OG_UINT64, "!array 'i', row 4" },
    { 4, 5, 1, OG_FLOAT, "1 0 0 1 0" },
    { 4, 5, 1, OG_INT64, "1 0 0 1 0" },
    { 4, 5, 1, OG_BOOL, "1 0 0 1 0" },
    { 5, 1, 1, OG_INT64, "!array 'u', row 4" },
    { 5, 1, 1, OG_UINT64, "1.84467441e+19" },
    { 0, 2, 4, OG_FLOAT, "!2 rows have 3 elements each, the tensor has 8" },
    { 0, 1, 3, OG_COMPLEX64, "!uint8 and cannot become complex64" },
    { 9, 1, 3, OG_FLOAT, "!array 9 of a set that has 6" },
};

static void gathering(void **state)
{
    og_dataset *d = sample();
    char out[400];

    (void)state;
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        const char *want = batches[i].result;
        const char *found =
            batch(d, batches[i].array, rows_5, batches[i].n, batches[i].row, batches[i].elem, out);

        if (*want == '!' ? *found != '!' || !strstr(found, want + 1) : strcmp(found, want) != 0)
            fail_msg("row %zu: expected '%s', found '%s'", i, want, found);
    }
    assert_non_null(
        strstr(batch(d, 0, (int64_t[]){ 5 }, 1, 3, OG_FLOAT, out), "row 5 of a set of 5 rows"));
    assert_non_null(strstr(batch(d, 0, (int64_t[]){ -1 }, 1, 3, OG_FLOAT, out), "row -1"));
    og_dataset_free(d);
}

/* Each byte divided by 255 is the float that dividing floats gives (as other frameworks do). */
static void bytes_by_255(void **state)
{
    static uint8_t data[256];
    static float out[256];
    static const int64_t dims[] = { 1, 256 }, row[] = { 0 };
    og_tensor t = og_tensor_view(OG_UINT8, 2, dims, data),
              to = og_tensor_view(OG_FLOAT, 2, dims, out);
    og_dataset *d;

    (void)state;
    for (int i = 0; i < 256; i++)
        data[i] = (uint8_t)i;
    assert_ok(og_dataset_of(1, (const char *const[]){ "x" }, &t, &d), og_dataset_report(d));
    assert_ok(og_dataset_batch(d, 0, row, 1, &to), og_dataset_report(d));
    for (int i = 0; i < 256; i++)
        assert_true(out[i] == (float)i / 255.0f);
    og_dataset_free(d);
}

static void channels(void **state)
{
    og_dataset *d;
    char out[400];

    (void)state;
    save_samples();
    d = open_in_folder("npz:", "xy.npz", "?scale=1&mean=10,20&std=1,2");
    assert_string_equal(batch(d, 0, rows_5, 1, 4, OG_FLOAT, out), "6 7 -1 -0.5");
    assert_string_equal(batch(d, 0, rows_5, 1, 4, OG_DOUBLE, out), "6 7 -1 -0.5");
    og_dataset_free(d);
}

static void nothing_allocated(void **state)
{
    og_dataset *d = opened("digits"), *rest, *part;
    og_batches *b = og_batches_new(1437, 100, true, 1);
    int64_t dims[] = { 100, 64 }, label_dims[] = { 100 };
    og_tensor *x = og_tensor_new(OG_FLOAT, 2, dims), *y = og_tensor_new(OG_INT64, 1, label_dims);
    const int64_t *rows;
    uint64_t before;
    size_t n;

    (void)state;
    assert_ok(og_dataset_split(d, 0.1, 0, &rest, &part), og_dataset_report(d));
    before = og_alloc_count();
    for (int i = 0; i < 12; i++) {
        rows = og_batches_next(b, &n);
        assert_int_equal(n, 100);
        assert_ok(og_dataset_batch(d, 0, rows, n, x), og_dataset_report(d));
        for (size_t k = 0; k < n; k++)
            assert_true(rows[k] < 1437);
        assert_ok(og_dataset_batch(rest, 1, (int64_t[100]){ 0 }, n, y), og_dataset_report(rest));
    }
    assert_int_equal(og_alloc_count(), before);
    og_tensor_free(x);
    og_tensor_free(y);
    og_batches_free(b);
    og_dataset_free(d);
    og_dataset_free(rest);
    og_dataset_free(part);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static void parts(void **state)
{
    og_dataset *d = opened("digits"), *rest, *part, *again, *other, *inner, *outer;
    bool seen[1437] = { false };
    int differ = 0;

    (void)state;
    assert_ok(og_dataset_split(d, 0.1, 7, &rest, &part), og_dataset_report(d));
    assert_int_equal(og_dataset_rows(part), 144);
    assert_int_equal(og_dataset_rows(rest), 1437 - 144);
    for (int i = 0; i < 144; i++)
        seen[part->map[i]] = true;
    for (int i = 0; i < 1437 - 144; i++) {
        assert_false(seen[rest->map[i]]);
        seen[rest->map[i]] = true;
        assert_true(i == 0 || rest->map[i] > rest->map[i - 1]);
    }
    for (int i = 0; i < 1437; i++)
        assert_true(seen[i]);
    assert_ok(og_dataset_split(d, 0.1, 7, &other, &again), og_dataset_report(d));
    assert_memory_equal(again->map, part->map, 144 * sizeof *part->map);
    og_dataset_free(again);
    og_dataset_free(other);
    assert_ok(og_dataset_split(d, 0.1, 8, &other, &again), og_dataset_report(d));
    for (int i = 0; i < 144; i++)
        differ += again->map[i] != part->map[i];
    assert_true(differ > 100);
    og_dataset_free(d); /* the parts live on, and parts of parts lie in them */
    assert_ok(og_dataset_split(part, 0.5, 1, &outer, &inner), og_dataset_report(part));
    for (int64_t i = 0, k = 0; i < og_dataset_rows(inner); i++) {
        while (k < 144 && part->map[k] != inner->map[i])
            k++;
        assert_true(k < 144);
    }
    og_dataset_free(inner);
    og_dataset_free(outer);
    og_dataset_free(again);
    og_dataset_free(other);
    og_dataset_free(rest);
    og_dataset_free(part);
}

/* A part's rows are the source's rows that its map names, also beyond the strip that is mapped at a
 * time. */
static void batch_of_a_part(void **state)
{
    og_dataset *d = opened("digits"), *rest, *part;
    int64_t rows[300], mapped[300], dims[] = { 300, 64 };
    og_tensor *a = og_tensor_new(OG_FLOAT, 2, dims), *b = og_tensor_new(OG_FLOAT, 2, dims);

    (void)state;
    assert_ok(og_dataset_split(d, 0.3, 1, &rest, &part), og_dataset_report(d));
    for (int i = 0; i < 300; i++)
        mapped[i] = part->map[rows[i] = 299 - i];
    assert_ok(og_dataset_batch(part, 0, rows, 300, a), og_dataset_report(part));
    assert_ok(og_dataset_batch(d, 0, mapped, 300, b), og_dataset_report(d));
    assert_memory_equal(a->data, b->data, og_tensor_bytes(a));
    assert_int_equal(og_dataset_batch(part, 0, (int64_t[]){ og_dataset_rows(part) }, 1, a),
                     OG_BAD_SHAPE);
    og_tensor_free(a);
    og_tensor_free(b);
    og_dataset_free(d);
    og_dataset_free(rest);
    og_dataset_free(part);
}

static void wrong_parts(void **state)
{
    static const double fractions[] = { 0, 1, -1, 2, NAN };
    og_dataset *d = sample(), *rest, *part;

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(og_dataset_split(d, fractions[i], 0, &rest, &part), OG_BAD_ARGUMENT);
        assert_null(rest);
        assert_null(part);
    }
    assert_ok(og_dataset_split(d, 0.001, 0, &rest, &part), og_dataset_report(d));
    assert_int_equal(og_dataset_rows(part), 1);
    og_dataset_free(rest);
    og_dataset_free(part);
    assert_ok(og_dataset_split(d, 0.999, 0, &rest, &part), og_dataset_report(d));
    assert_int_equal(og_dataset_rows(rest), 1);
    og_dataset_free(rest);
    og_dataset_free(part);
    og_dataset_free(d);
}

/* ---- Orders ---------------------------------------------------------------------------------- */

static void epochs(void **state)
{
    og_batches *b = og_batches_new(103, 10, true, 42), *c = og_batches_new(103, 10, true, 42);
    int64_t first[103], second[103], at = 0;
    const int64_t *rows;
    int moved = 0, changed = 0;
    size_t n;

    (void)state;
    for (int batch = 0; (rows = og_batches_next(b, &n)); batch++) {
        assert_int_equal(n, batch < 10 ? 10 : 3);
        memcpy(first + at, rows, n * sizeof *rows);
        at += (int64_t)n;
        assert_int_equal(og_batches_position(b), at);
        assert_int_equal(og_batches_epoch(b), 0);
    }
    assert_int_equal(at, 103);
    assert_int_equal(og_batches_epoch(b), 1);
    assert_int_equal(og_batches_position(b), 0);
    for (at = 0; (rows = og_batches_next(b, &n)); at += (int64_t)n)
        memcpy(second + at, rows, n * sizeof *rows);
    for (int i = 0; i < 103; i++) {
        int found = 0;

        for (int k = 0; k < 103; k++)
            found += first[k] == i;
        assert_int_equal(found, 1);
        moved += first[i] != i;
        changed += first[i] != second[i];
    }
    assert_true(moved > 80 && changed > 80);

    /* Any place is reached by naming it, whatever came before. */
    og_batches_seek(c, 1, 30);
    rows = og_batches_next(c, &n);
    assert_memory_equal(rows, second + 30, 10 * sizeof *rows);
    og_batches_seek(c, 0, 100);
    rows = og_batches_next(c, &n);
    assert_int_equal(n, 3);
    assert_memory_equal(rows, first + 100, 3 * sizeof *rows);
    og_batches_seek(c, 4, 103);
    assert_null(og_batches_next(c, &n));
    assert_int_equal(og_batches_epoch(c), 5);
    og_batches_free(b);
    og_batches_free(c);
}

static void seeds(void **state)
{
    og_batches *a = og_batches_new(1000, 1000, true, 1), *b = og_batches_new(1000, 1000, true, 2);
    og_batches *c = og_batches_new(1000, 300, false, 1);
    const int64_t *x, *y;
    int64_t at = 0;
    size_t n;

    (void)state;
    x = og_batches_next(a, &n);
    y = og_batches_next(b, &n);
    assert_memory_not_equal(x, y, 1000 * sizeof *x);
    while ((x = og_batches_next(c, &n)))
        for (size_t i = 0; i < n; i++)
            assert_int_equal(x[i], at++);
    assert_int_equal(at, 1000);
    og_batches_free(a);
    og_batches_free(b);
    og_batches_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits),
        cmocka_unit_test_setup_teardown(wrong, enter, leave),
        cmocka_unit_test_setup_teardown(files, enter, leave),
        cmocka_unit_test_setup_teardown(searched, enter, leave),
        cmocka_unit_test(gathering),
        cmocka_unit_test(bytes_by_255),
        cmocka_unit_test_setup_teardown(channels, enter, leave),
        cmocka_unit_test(nothing_allocated),
        cmocka_unit_test(parts),
        cmocka_unit_test(batch_of_a_part),
        cmocka_unit_test(wrong_parts),
        cmocka_unit_test(epochs),
        cmocka_unit_test(seeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
