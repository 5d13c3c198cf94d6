/*
 * Files: what is committed is whole, what is not leaves nothing, and every call may fail.
 */
#include "../test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/onnxgrad-file-XXXXXX";
static char path[64];

static int enter(void **state)
{
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof path, "%s/file", folder);
    return 0;
}

/* rmdir also proves that no temporary file was left. */
static int leave(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static og_status put(const char *text, og_report *report)
{
    og_file file = OG_NO_FILE;
    og_status status;

    if ((status = og_file_create(&file, path, report)))
        goto done;
    if ((status = og_file_write(&file, text, strlen(text))))
        goto done;
    status = og_file_commit(&file);
done:
    og_file_close(&file);
    return status;
}

static void assert_content(const char *expected, size_t size)
{
    og_report report = { .code = OG_OK };
    void *data;
    size_t found;
    og_map map;

    assert_ok(og_file_read(path, &data, &found, &report), &report);
    assert_int_equal(found, size);
    assert_memory_equal(data, expected, size);
    assert_int_equal(((char *)data)[size], 0);
    og_free(data);
    assert_ok(og_file_map(path, &map, &report), &report);
    assert_int_equal(map.size, size);
    if (size)
        assert_memory_equal(map.data, expected, size);
    else
        assert_null(map.data);
    og_file_unmap(&map);
}

static void round_trip(void **state)
{
    og_report report = { .code = OG_OK };

    (void)state;
    assert_false(og_file_exists(path));
    assert_ok(put("first", &report), &report);
    assert_true(og_file_exists(path));
    assert_content("first", 5);
    assert_ok(put("", &report), &report);
    assert_content("", 0);
}

static void large_and_small_writes(void **state)
{
    enum { SIZE = 1 << 20 };
    og_report report = { .code = OG_OK };
    og_file file = OG_NO_FILE;
    char *bytes = malloc(SIZE);
    size_t at = 0;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 7 + i / 1000);
    assert_ok(og_file_create(&file, path, &report), &report);
    for (size_t step = 1; at < SIZE; step = step * 3 % 100003 + 1) {
        size_t size = step < SIZE - at ? step : SIZE - at;

        assert_ok(og_file_write(&file, bytes + at, size), &report);
        at += size;
    }
    memcpy(bytes + 1000, "patched", 7);
    assert_ok(og_file_write_at(&file, 1000, "patched", 7), &report);
    bytes[SIZE - 1] = 'z';
    assert_ok(og_file_write_at(&file, SIZE - 1, "z", 1), &report);
    assert_ok(og_file_commit(&file), &report);
    og_file_close(&file);
    assert_content(bytes, SIZE);
    free(bytes);
}

static void not_committed(void **state)
{
    og_report report = { .code = OG_OK };
    og_file file = OG_NO_FILE;

    (void)state;
    assert_ok(put("old", &report), &report);
    assert_ok(og_file_create(&file, path, &report), &report);
    assert_ok(og_file_write(&file, "new", 3), &report);
    assert_content("old", 3);
    og_file_close(&file);
    og_file_close(&file);
    assert_content("old", 3);
}

/* Two writers at once do not mix; the later commit wins.  What a killed one left is taken over. */
static void two_writers(void **state)
{
    og_report report = { .code = OG_OK };
    og_file first = OG_NO_FILE, second = OG_NO_FILE;
    char stale[80];
    int fd;

    (void)state;
    (void)snprintf(stale, sizeof stale, "%s.tmp", path);
    fd = open(stale, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "left by a killed process", 24), 24);
    close(fd);
    assert_ok(og_file_create(&first, path, &report), &report);
    assert_ok(og_file_create(&second, path, &report), &report);
    assert_ok(og_file_write(&first, "first", 5), &report);
    assert_ok(og_file_write(&second, "second", 6), &report);
    assert_ok(og_file_commit(&second), &report);
    assert_content("second", 6);
    assert_ok(og_file_commit(&first), &report);
    assert_content("first", 5);
    og_file_close(&first);
    og_file_close(&second);
}

static void mode_and_link_stay(void **state)
{
    og_report report = { .code = OG_OK };
    char link_path[80];
    char *target = path + strlen(path);
    struct stat about;

    (void)state;
    assert_ok(put("old", &report), &report);
    assert_int_equal(chmod(path, 0640), 0);
    (void)snprintf(link_path, sizeof link_path, "%s-link", path);
    assert_int_equal(symlink("file", link_path), 0);
    memcpy(target, "-link", 6);
    assert_ok(put("new", &report), &report);
    *target = '\0';
    assert_int_equal(lstat(link_path, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0640);
    assert_content("new", 3);
}

static void append_and_cut(void **state)
{
    og_report report = { .code = OG_OK };
    og_file file = OG_NO_FILE;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_ok(og_file_append(&file, path, &report), &report);
        assert_ok(og_file_write(&file, "line\n", 5), &report);
        og_file_close(&file); /* writes what is buffered */
    }
    assert_content("line\nline\n", 10);
    assert_ok(og_file_truncate(path, 5, &report), &report);
    assert_content("line\n", 5);
    assert_ok(og_file_append(&file, path, &report), &report);
    assert_int_equal(og_file_write_at(&file, 0, "x", 1), OG_BAD_ARGUMENT);
    og_file_close(&file);
}

static void refusals(void **state)
{
    og_report report = { .code = OG_OK };
    char pipe_path[80];
    void *data;
    size_t size;
    og_map map;
    og_file file = OG_NO_FILE;

    (void)state;
    assert_int_equal(og_file_read(path, &data, &size, &report), OG_NOT_FOUND);
    assert_non_null(strstr(report.what, path));
    assert_non_null(strstr(report.what, "No such file"));
    assert_int_equal(og_file_read(folder, &data, &size, NULL), OG_BAD_FILE);
    assert_int_equal(og_file_map("/dev/zero", &map, NULL), OG_BAD_FILE);
    (void)snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(og_file_read(pipe_path, &data, &size, NULL), OG_BAD_FILE);
    assert_int_equal(unlink(pipe_path), 0);
    assert_int_equal(og_file_create(&file, folder, NULL), OG_IO);
    assert_int_equal(og_file_create(&file, "/nowhere/at/all", NULL), OG_NOT_FOUND);
    assert_int_equal(file.fd, -1);
    assert_int_equal(og_file_write(&file, "x", 1), OG_BAD_ARGUMENT);
    assert_int_equal(og_file_truncate(path, 0, NULL), OG_NOT_FOUND);
    assert_false(og_file_exists(path));
}

/* A device is written to, not replaced. */
static void devices_stay(void **state)
{
    og_report report = { .code = OG_OK };
    og_file file = OG_NO_FILE;
    struct stat about;

    (void)state;
    assert_ok(og_file_create(&file, "/dev/null", &report), &report);
    assert_ok(og_file_write(&file, "x", 1), &report);
    assert_ok(og_file_commit(&file), &report);
    og_file_close(&file);
    assert_int_equal(stat("/dev/null", &about), 0);
    assert_true(S_ISCHR(about.st_mode));
}

/* However a save ends, the file is the old one or the new one, whole; and some attempt comes
 * through. */
static void every_call_fails_once(void **state)
{
    og_report report = { .code = OG_OK };
    og_status status = OG_BUG;
    uint64_t n = 0;

    (void)state;
    assert_ok(put("old", &report), &report);
    while (status) {
        void *data;
        size_t size;

        og_report_clear(&report);
        og_fail_at(++n);
        status = put("new text", &report);
        og_fail_at(0);
        assert_int_equal(report.code, status);
        assert_true(status == OG_OK || report.what[0] != '\0');
        assert_ok(og_file_read(path, &data, &size, &report), &report);
        if (status)
            assert_true(strcmp(data, "old") == 0 || strcmp(data, "new text") == 0);
        else
            assert_string_equal(data, "new text");
        og_free(data);
    }
    assert_true(n > 6);
}

static void reading_fails(void **state)
{
    og_report report = { .code = OG_OK };
    void *data;
    size_t size;
    og_map map;

    (void)state;
    assert_ok(put("text", &report), &report);
    for (uint64_t n = 1; n <= 3; n++) {
        og_fail_at(n);
        assert_int_equal(og_file_read(path, &data, &size, NULL), n == 2 ? OG_NO_MEMORY : OG_IO);
        og_fail_at(0);
        assert_null(data);
    }
    for (uint64_t n = 1; n <= 2; n++) {
        og_fail_at(n);
        assert_int_equal(og_file_map(path, &map, NULL), n == 1 ? OG_IO : OG_NO_MEMORY);
        og_fail_at(0);
        assert_null(map.data);
    }
}

static void folders(void **state)
{
    og_report report = { .code = OG_OK };
    char deep[128];

    (void)state;
    (void)snprintf(deep, sizeof deep, "%s/a//b/c/", folder);
    assert_ok(og_directory_make(deep, &report), &report);
    assert_ok(og_directory_make(deep, &report), &report);
    assert_true(og_file_exists(deep));
    for (int level = 0; level < 3; level++) {
        *strrchr(deep, '/') = '\0';
        assert_int_equal(rmdir(deep), 0);
        if (level == 1)
            *strrchr(deep, '/') = '\0';
    }
    assert_ok(put("in the way", &report), &report);
    assert_int_equal(og_directory_make(path, NULL), OG_NOT_FOUND);
    og_fail_at(2);
    assert_int_equal(og_directory_make(folder, NULL), OG_IO);
    og_fail_at(0);
}

static void paths(void **state)
{
    og_arena *arena = og_arena_new();

    (void)state;
    assert_string_equal(og_path_join(arena, "a", "b"), "a/b");
    assert_string_equal(og_path_join(arena, "a/", "b"), "a/b");
    assert_string_equal(og_path_join(arena, "a", "/b"), "/b");
    assert_string_equal(og_path_join(arena, "", "b"), "b");
    assert_string_equal(og_path_base("a/b.c"), "b.c");
    assert_string_equal(og_path_base("b.c"), "b.c");
    assert_string_equal(og_path_folder(arena, "b.c"), ".");
    assert_string_equal(og_path_folder(arena, "a/b/c"), "a/b");
    assert_string_equal(og_path_folder(arena, "/c"), "/");
    assert_string_equal(og_path_folder(arena, "a//c"), "a");
    og_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, enter, leave),
        cmocka_unit_test_setup_teardown(large_and_small_writes, enter, leave),
        cmocka_unit_test_setup_teardown(not_committed, enter, leave),
        cmocka_unit_test_setup_teardown(two_writers, enter, leave),
        cmocka_unit_test_setup_teardown(mode_and_link_stay, enter, leave),
        cmocka_unit_test_setup_teardown(append_and_cut, enter, leave),
        cmocka_unit_test_setup_teardown(refusals, enter, leave),
        cmocka_unit_test_setup_teardown(devices_stay, enter, leave),
        cmocka_unit_test_setup_teardown(every_call_fails_once, enter, leave),
        cmocka_unit_test_setup_teardown(reading_fails, enter, leave),
        cmocka_unit_test_setup_teardown(folders, enter, leave),
        cmocka_unit_test(paths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
