/*
 * CSV and IDX: every row is a file and what it becomes, or words of the error.
 */
#include "folder.h"

#include "data/data.h"

#include <zlib.h>

static void print_tensor(og_text *out, const og_tensor *t)
{
    char type[200];

    og_text_print(out, "%s", og_tensor_text(type, sizeof type, t));
    for (int64_t i = 0; i < t->count; i++)
        og_text_print(out, " %g", og_get_double(t, i));
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static const struct {
    const char *text, *options; /* label, target, header, separator; by spaces, - for none */
    const char *result;         /* "!" and a part of the message, or the arrays */
} csvs[] = {
    { "a,b,label\n1,2,0\n3,4,1\n", "", "double[2,2] 1 2 3 4; label int64[2] 0 1" },
    { "label,b\n1,2\n", "", "double[1,1] 2; label int64[1] 1" },
    { "a,b\r\n1,2\r\n\r\n3,4\r\n", "b", "double[2,1] 1 3; b int64[2] 2 4" },
    { "a,b\r1,2\r3,4", "b", "double[2,1] 1 3; b int64[2] 2 4" },
    { "\xef\xbb\xbf\"a\",\"b \"\"x\"\"\"\n\"1\", 2 \n", "a", "double[1,1] 2; a int64[1] 1" },
    { "\"a\nb\",c\n1,2\nx,3\n", "c", "!line 4, column 1 ('a\\nb'): expected a number, found 'x'" },
    { "1,2\n3,4\n", "1", "double[2,1] 1 3; label int64[2] 2 4" },
    { "1,2\n3,4\n", "-2", "double[2,1] 2 4; label int64[2] 1 3" },
    { "1,2\n3,4\n", "none", "double[2,2] 1 2 3 4" },
    { "1,2\n3,4\n", "0 - yes", "double[1,1] 4; 1 int64[1] 3" },
    { "a,b\n3,4\n", "0 - no", "!line 1, column 1: expected a number, found 'a'" },
    { "1;2,5\n", "0 - no ;", "!line 1, column 2" },
    { "1;2.5\n", "0 - - ;", "double[1,1] 2.5; label int64[1] 1" },
    { "a\tb\n1\t2\n", "b - - \t", "double[1,1] 1; b int64[1] 2" },
    { "a,y\n1,2.5\n2,-3\n", "y", "double[2,1] 1 2; y double[2] 2.5 -3" },
    { "a,y\n1,2\n2,-3\n", "- y", "double[2,1] 1 2; y double[2] 2 -3" },
    { "a,y\n1,2\n2,-3\n", "y", "!row 2: the label is -3; classes count from 0" },
    { "a,b\n1e-3,+2.5E2\n-.5,5.\n", "none", "double[2,2] 0.001 250 -0.5 5" },
    { "", "", "!the file is empty" },
    { "\n\n", "", "!the file is empty" },
    { "a,label\n", "", "!a header but no rows" },
    { "label\n1\n", "", "!no column beside the label" },
    { "a,b\n1,2\n", "", "!no column 'label' among 2" },
    { "a,lable\n1,2\n", "", "?did you mean 'lable'?" },
    { "1,2\n", "", "!no column 'label' among 2, and the file has no header" },
    { "1,2\n", "2", "!no column '2'" },
    { "1,2\n", "-3", "!no column '-3'" },
    { "a,a\n1,2\n", "0", "!line 1: two columns are named 'a'" },
    { "a,b\n1\n", "b", "!line 2: expected 2 columns, found 1" },
    { "a,b\n1,2\n\n1,2,3\n", "b", "!line 4: expected 2 columns, found 3" },
    { "a,b\n1,\n", "b", "!line 2, column 2 ('b'): expected a number, found nothing" },
    { "a,b\n1,NA\n", "b", "!line 2, column 2 ('b'): expected a number, found 'NA'" },
    { "a,b\n1,nan\n", "b", "!found 'nan'" },
    { "a,b\n1,1e999\n", "b", "!found '1e999'" },
    { "a,b\n\"1,2\n", "b", "!line 2: the quote is not closed" },
    { "a,b\n\"1\"x,2\n", "b", "!line 2: text follows a closing quote" },
    { "\xff\xfe"
      "a,b",
      "b", "!UTF-16" },
};

static void csv_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof csvs / sizeof *csvs; i++) {
        char options[40], *rest = options, *word[4];
        og_csv_options o = { .header = -1, .separator = ',' };
        og_arena *arena = og_arena_new();
        og_report report = { 0 };
        og_text out = { 0 };
        og_csv csv;
        bool error = *csvs[i].result == '!' || *csvs[i].result == '?';
        og_status s;

        snprintf(options, sizeof options, "%s", csvs[i].options);
        for (int k = 0; k < 4; k++) {
            word[k] = strsep(&rest, " ");
            if (word[k] && (!*word[k] || strcmp(word[k], "-") == 0))
                word[k] = NULL;
        }
        o.label = word[0];
        o.target = word[1];
        o.header = word[2] ? strcmp(word[2], "yes") == 0 : -1;
        o.separator = word[3] ? *word[3] : ',';
        s = og_csv_read(arena, csvs[i].text, strlen(csvs[i].text), &o, &csv, &report);
        if (error) {
            assert_int_not_equal(s, OG_OK);
            og_text_print(&out, "%s", *csvs[i].result == '!' ? report.what : report.hint);
        } else {
            assert_ok(s, &report);
            print_tensor(&out, csv.inputs);
            if (csv.label) {
                og_text_print(&out, "; %s ", csv.label_name);
                print_tensor(&out, csv.label);
            }
        }
        if (error ? !strstr(out.data, csvs[i].result + 1) : strcmp(out.data, csvs[i].result) != 0)
            fail_msg("%s: expected '%s', found '%s'", csvs[i].text, csvs[i].result, out.data);
        og_text_free(&out);
        og_tensor_free(csv.inputs);
        og_tensor_free(csv.label);
        og_arena_free(arena);
    }
}

static void csv_zero_byte(void **state)
{
    static const char *const texts[] = { "a,b\n1,2\n3\0,4\n", "a,b\n1,2\n\"\0\",4\n" };
    static const og_csv_options options = { .label = "b", .header = -1, .separator = ',' };
    og_arena *arena = og_arena_new();

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        og_report report = { 0 };
        og_csv csv;

        assert_int_equal(og_csv_read(arena, texts[i], 13, &options, &csv, &report), OG_BAD_FILE);
        assert_string_equal(report.what, "CSV line 3: a zero byte");
    }
    og_arena_free(arena);
}

/* ---- IDX ------------------------------------------------------------------------------------- */

static const struct {
    const char *bytes;
    size_t size;
    const char *result;
} idxs[] = {
    { "\0\0\x08\2\0\0\0\2\0\0\0\3\1\2\3\4\5\6", 18, "uint8[2,3] 1 2 3 4 5 6" },
    { "\0\0\x09\1\0\0\0\2\xff\1", 10, "int8[2] -1 1" },
    { "\0\0\x0b\1\0\0\0\2\1\0\xff\xfe", 12, "int16[2] 256 -2" },
    { "\0\0\x0c\1\0\0\0\1\0\1\0\2", 12, "int32[1] 65538" },
    { "\0\0\x0d\1\0\0\0\1\x3f\xc0\0\0", 12, "float[1] 1.5" },
    { "\0\0\x0e\1\0\0\0\1\x3f\xf8\0\0\0\0\0\0", 16, "double[1] 1.5" },
    { "\0\0\x08\2\0\0\0\0\xff\xff\xff\xff", 12, "uint8[0,4294967295]" },
    { "\0\0\x0a\1\0\0\0\1\0", 9, "!magic is 00000a01" },
    { "\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", 17, "!overflows" },
    { "\0\0\x08\1\0\0\0\2\1", 9, "!need a file of 10 bytes, it has 9" },
    { "\0\0\x08\1\0\0\0\1\1\2", 10, "!need a file of 9 bytes, it has 10" },
    { "\0\0\x08\0\1", 5, "!0 dimensions" },
    { "\0\0\x08\x41", 4, "!65 dimensions" },
    { "\0\0\x08\1\0\0\0", 7, "!7 bytes of 8" },
    { "", 0, "!inside the header" },
};

static const char *gzipped(const char *name, const void *data, size_t size)
{
    const char *path = in_folder(name);
    gzFile file = gzopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(gzwrite(file, data, (unsigned)size), size);
    gzclose(file);
    return path;
}

static void idx_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof idxs / sizeof *idxs; i++)
        for (int gzip = 0; gzip < 2; gzip++) {
            const char *path =
                (gzip ? gzipped : put)(gzip ? "x.gz" : "x", idxs[i].bytes, idxs[i].size);
            bool error = *idxs[i].result == '!';
            og_report report = { 0 };
            og_text out = { 0 };
            og_tensor *t;
            og_status s = og_idx_open(path, &t, &report);

            if (error) {
                assert_int_equal(s, OG_BAD_FILE);
                og_text_print(&out, "%s", report.what);
            } else {
                assert_ok(s, &report);
                print_tensor(&out, t);
            }
            if (!strstr(out.data, idxs[i].result + error))
                fail_msg("row %zu: expected '%s', found '%s'", i, idxs[i].result, out.data);
            og_text_free(&out);
            og_tensor_free(t);
        }
}

/* Every beginning of a gzip file, every damaged byte of its checksum, and text behind it are
 * refused; two gzip files joined are one. */
static void gzip_damaged(void **state)
{
    uint8_t file[256], *data;
    size_t n;
    og_map map;
    og_report report = { 0 };
    og_tensor *t;

    (void)state;
    assert_ok(og_file_map(gzipped("a.gz", idxs[0].bytes, idxs[0].size), &map, &report), &report);
    memcpy(file, map.data, n = map.size);
    og_file_unmap(&map);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(og_idx_open(put("x.gz", file, i), &t, NULL), OG_OK);
    for (size_t i = n - 8; i < n; i++) {
        file[i] ^= 1;
        assert_int_not_equal(og_idx_open(put("x.gz", file, n), &t, NULL), OG_OK);
        file[i] ^= 1;
    }
    file[n] = 'x';
    assert_int_not_equal(og_idx_open(put("x.gz", file, n + 1), &t, NULL), OG_OK);
    memcpy(file + n, file, n);
    assert_ok(og_gunzip(file, 2 * n, SIZE_MAX, &data, &n, &report), &report);
    assert_int_equal(n, 2 * idxs[0].size);
    assert_memory_equal(data + idxs[0].size, idxs[0].bytes, idxs[0].size);
    og_free(data);
}

/* A small file that claims 4 GiB is refused before memory is taken. */
static void gzip_claims(void **state)
{
    static const char header[] = "\0\0\x08\2\xff\xff\xff\xff\0\0\0\1";
    og_report report = { 0 };
    og_tensor *t;

    (void)state;
    assert_int_equal(og_idx_open(gzipped("x.gz", header, 12), &t, &report), OG_BAD_FILE);
    assert_non_null(strstr(report.what, "cannot hold"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_files),
        cmocka_unit_test(csv_zero_byte),
        cmocka_unit_test_setup_teardown(idx_files, enter, leave),
        cmocka_unit_test_setup_teardown(gzip_damaged, enter, leave),
        cmocka_unit_test_setup_teardown(gzip_claims, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
