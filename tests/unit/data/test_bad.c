/*
 * The shared collection of malformed files (shared/bad beside the project, or
 * $ONNXGRAD_SHARED/bad): every file of data is refused with the keyword of the manifest, or read
 * where it is valid.  And every allocation and file call may fail.
 */
#include "folder.h"

#include "data/data.h"

static char bad[400];

static int find_bad(void **state)
{
    const char *shared = getenv("ONNXGRAD_SHARED");

    (void)state;
    snprintf(bad, sizeof bad, "%s/bad", shared ? shared : OG_SOURCE_DIR "/../shared");
    return 0;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);

    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* Opens a file as what its name says; false where it is no file of data. */
static bool open_as_data(const char *path, og_report *report, og_status *s)
{
    char source[1000];
    og_arrays *arrays = NULL;
    og_dataset *d = NULL;

    if (ends_with(path, ".safetensors") || ends_with(path, ".npy") || ends_with(path, ".npz")) {
        *s = og_arrays_open(path, &arrays);
        *report = *og_arrays_report(arrays);
    } else if (ends_with(path, ".csv") || ends_with(path, ".idx")) {
        bool csv = ends_with(path, ".csv");

        snprintf(source, sizeof source, csv ? "csv:%s" : "idx:%s,%s", path, path);
        *s = og_dataset_open(source, &d);
        *report = *og_dataset_report(d);
    } else {
        return false;
    }
    og_arrays_free(arrays);
    og_dataset_free(d);
    return true;
}

static void check_line(char *line, int *checked)
{
    char *file = strsep(&line, "\t"), path[600], said[1500];
    const char *class = strsep(&line, "\t"), *expected, *keyword;
    og_report report;
    og_status s;

    if (!class || strcmp(class, "data") != 0)
        return;
    strsep(&line, "\t");
    expected = strsep(&line, "\t");
    keyword = strsep(&line, "\n");
    snprintf(path, sizeof path, "%s/files/%s", bad, file);
    if (!open_as_data(path, &report, &s))
        return;
    ++*checked;
    if (strcmp(expected, "ok") == 0) {
        if (s)
            fail_msg("%s: %s (%s)", file, report.what, report.where);
        return;
    }
    snprintf(said, sizeof said, "%s %s %s", report.what, report.where, report.hint);
    if (!s || !strstr(said, keyword))
        fail_msg("%s: expected an error with '%s', found '%s'", file, keyword, said);
}

static void manifest(void **state)
{
    char path[500], line[2000];
    int checked = 0;
    FILE *file;

    (void)state;
    snprintf(path, sizeof path, "%s/manifest.tsv", bad);
    if (!(file = fopen(path, "r"))) {
        print_message("%s is absent: its files are not checked\n", path);
        skip();
    }
    while (fgets(line, sizeof line, file))
        check_line(line, &checked);
    fclose(file);
    assert_true(checked > 0);
}

/* ---- Failing calls --------------------------------------------------------------------------- */

static og_status save_and_load(const char *ending)
{
    static const int64_t dims[] = { 5, 2 };
    static uint8_t data[10];
    og_tensor t = og_tensor_view(OG_UINT8, 2, dims, data);
    og_arrays *out = og_arrays_new(), *in = NULL;
    char name[20];
    og_status s = out ? OG_OK : OG_NO_MEMORY;

    snprintf(name, sizeof name, "x.%s", ending);
    if (!s)
        s = og_arrays_add(out, "x", &t);
    if (!s)
        s = og_arrays_set_metadata(out, "a", "b");
    if (!s)
        s = og_arrays_save(out, in_folder(name));
    if (!s)
        s = og_arrays_open(in_folder(name), &in);
    og_arrays_free(in);
    og_arrays_free(out);
    return s;
}

static og_status open_and_split(const char *source)
{
    og_dataset *d, *rest = NULL, *part = NULL;
    og_status s = og_dataset_open(source, &d);

    if (!s)
        s = og_dataset_split(d, 0.5, 0, &rest, &part);
    og_dataset_free(rest);
    og_dataset_free(part);
    og_dataset_free(d);
    return s;
}

/* Fails call after call until one time everything works; between, nothing leaks (for the
 * sanitizers). */
static void fail_each(og_status (*run)(const char *), const char *argument)
{
    uint64_t n = 0;
    og_status s;

    do {
        og_fail_at(++n);
        s = run(argument);
        og_fail_at(0);
        if (s && s != OG_NO_MEMORY && s != OG_IO && s != OG_NOT_FOUND && s != OG_BAD_ARGUMENT)
            fail_msg("%s: call %llu that failed gave %s", argument, (unsigned long long)n,
                     og_status_name(s));
        assert_true(n < 10000);
    } while (s);
    assert_true(n > 2);
}

static void failing_calls(void **state)
{
    static const char images[] = "\0\0\x08\2\0\0\0\2\0\0\0\2\1\2\3\4",
                      labels[] = "\0\0\x08\1\0\0\0\2\1\2";
    static const char csv[] = "a,b,\"la\"\"bel\"\n1,2,0\n3,4,1\n";
    char source[600];

    (void)state;
    fail_each(save_and_load, "npy");
    fail_each(save_and_load, "npz");
    fail_each(save_and_load, "safetensors");
    fail_each(open_and_split, "digits?mean=0.5");
    put("images", images, 16);
    put("labels", labels, 10);
    put("t.csv", csv, sizeof csv - 1);
    snprintf(source, sizeof source, "idx:%s/images,%s/labels", folder, folder);
    fail_each(open_and_split, source);
    snprintf(source, sizeof source, "csv:%s/t.csv?label=la\"bel", folder);
    fail_each(open_and_split, source);
    snprintf(source, sizeof source, "npz:%s/x.npz?arrays=x", folder);
    fail_each(open_and_split, source);
    snprintf(source, sizeof source, "npy:a=%s/x.npy,b=%s/x.npy", folder, folder);
    fail_each(open_and_split, source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(manifest, find_bad),
        cmocka_unit_test_setup_teardown(failing_calls, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
