/*
 * Files: read whole, mapped, written so that a reader sees the old file or the new one and nothing
 * between.
 *
 * A new file is written under the name `path.tmp` (`path.tmp1` … when another process is at it)
 * and held by a lock; what a killed process left there is taken over by the next one.
 */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BUFFER = 64 << 10, FILE_TRIES = 16, FILE_SHOWN = 300 };

/* "cannot DO 'path': reason", from errno. */
static og_status file_fail(og_report *report, const char *verb, const char *path)
{
    int error = errno;
    char shown[FILE_SHOWN], reason[128];
    og_status status = error == ENOMEM                       ? OG_NO_MEMORY
                       : error == ENOENT || error == ENOTDIR ? OG_NOT_FOUND
                                                             : OG_IO;

    return og_fail(report, status, "cannot %s '%s': %s", verb, og_escape(shown, sizeof shown, path),
                   strerror_r(error, reason, sizeof reason));
}

static og_status file_no_memory(og_report *report, const char *path, size_t size)
{
    char shown[FILE_SHOWN];

    return og_fail(report, OG_NO_MEMORY, "out of memory: '%s' takes %zu bytes",
                   og_escape(shown, sizeof shown, path), size);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Opens a regular file.  Without O_NONBLOCK, opening a pipe would wait for its other end. */
static og_status file_open_regular(const char *path, int *fd, size_t *size, og_report *report)
{
    struct stat about = { .st_size = 0 };
    char shown[FILE_SHOWN];

    *fd = og_sys_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (*fd < 0)
        return file_fail(report, "open", path);
    if (fstat(*fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size < PTRDIFF_MAX) {
        *size = (size_t)about.st_size;
        return OG_OK;
    }
    close(*fd);
    *fd = -1;
    return og_fail(report, OG_BAD_FILE, "'%s' is %s, expected a regular file",
                   og_escape(shown, sizeof shown, path),
                   S_ISDIR(about.st_mode) ? "a folder" : "a device, pipe or the like");
}

og_status og_file_read(const char *path, void **data, size_t *size, og_report *report)
{
    og_status status;
    size_t expected, at = 0;
    char *memory;
    int fd;

    *data = NULL;
    *size = 0;
    OG_TRY(file_open_regular(path, &fd, &expected, report));
    memory = og_malloc(expected + 1);
    status = memory ? OG_OK : file_no_memory(report, path, expected);
    while (status == OG_OK && at < expected) {
        ssize_t n = og_sys_read(fd, memory + at, expected - at);

        if (n < 0)
            status = file_fail(report, "read", path);
        if (n <= 0)
            break; /* a file that shrank meanwhile is as long as what came */
        at += (size_t)n;
    }
    close(fd);
    if (status) {
        og_free(memory);
        return status;
    }
    memory[at] = '\0';
    *data = memory;
    *size = at;
    return OG_OK;
}

og_status og_file_map(const char *path, og_map *map, og_report *report)
{
    og_status status = OG_OK;
    size_t size;
    int fd;

    *map = (og_map){ .data = NULL };
    OG_TRY(file_open_regular(path, &fd, &size, report));
    if (size > 0) {
        map->data = og_sys_map(fd, size);
        if (map->data)
            map->size = size;
        else
            status = file_fail(report, "map", path);
    }
    close(fd);
    return status;
}

void og_file_unmap(og_map *map)
{
    if (map->data)
        munmap((void *)(uintptr_t)map->data, map->size); /* munmap's argument is not const */
    *map = (og_map){ .data = NULL };
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* True when the open file is ours alone: locked, and still what the name means. */
static bool file_own(int fd, const char *path)
{
    struct stat opened, named;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev && S_ISREG(opened.st_mode) && opened.st_nlink == 1 &&
           opened.st_uid == geteuid();
}

/* Opens path.tmp or, when that is somebody else's, path.tmp1 and so on. */
static og_status file_open_temporary(og_file *file, const struct stat *old)
{
    size_t size = strlen(file->path) + sizeof ".tmp99";

    file->temporary = og_malloc(size);
    if (!file->temporary)
        return file_no_memory(file->report, file->path, size);
    for (int i = 0; i < FILE_TRIES; i++) {
        (void)snprintf(file->temporary, size, i ? "%s.tmp%d" : "%s.tmp", file->path, i);
        file->fd = og_sys_open(file->temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (file->fd >= 0 && file_own(file->fd, file->temporary)) {
            if (old)
                (void)fchmod(file->fd, old->st_mode & 07777); /* only a wish */
            if (og_sys_ftruncate(file->fd, 0) == 0)
                return OG_OK;
            return file_fail(file->report, "write", file->path);
        }
        if (file->fd < 0 && errno != ELOOP && errno != EACCES)
            break;
        if (file->fd >= 0)
            close(file->fd);
        file->fd = -1;
        errno = EBUSY;
    }
    og_free(file->temporary); /* not ours to remove */
    file->temporary = NULL;
    return file_fail(file->report, "create", file->path);
}

static og_status file_start(og_file *file, const char *path, og_report *report)
{
    *file = OG_NO_FILE;
    file->report = report;
    file->path = og_malloc(strlen(path) + 1);
    if (!file->path)
        return file_no_memory(report, path, strlen(path) + 1);
    memcpy(file->path, path, strlen(path) + 1);
    return OG_OK;
}

/* Opens the very file: what a device, a pipe or a log is written through.  A folder refuses it. */
static og_status file_open_direct(og_file *file, int flags)
{
    file->fd = og_sys_open(file->path, O_WRONLY | O_NOCTTY | flags, 0666);
    return file->fd < 0 ? file_fail(file->report, "open", file->path) : OG_OK;
}

static og_status file_started(og_file *file, og_status status)
{
    if (status)
        og_file_close(file);
    return status;
}

og_status og_file_create(og_file *file, const char *path, og_report *report)
{
    char target[PATH_MAX];
    struct stat old;
    bool exists = stat(path, &old) == 0;

    /* A link stays a link: what it points to is replaced. */
    if (exists && realpath(path, target))
        path = target;
    OG_TRY(file_start(file, path, report));
    if (exists && !S_ISREG(old.st_mode))
        return file_started(file, file_open_direct(file, 0));
    return file_started(file, file_open_temporary(file, exists ? &old : NULL));
}

og_status og_file_append(og_file *file, const char *path, og_report *report)
{
    OG_TRY(file_start(file, path, report));
    return file_started(file, file_open_direct(file, O_CREAT | O_APPEND));
}

/* After a failure nothing more is written: the file would have a hole. */
static og_status file_write_failed(og_file *file)
{
    file->buffer.failed = true;
    return file_fail(file->report, "write", file->path);
}

static og_status file_usable(const og_file *file)
{
    if (file->fd < 0)
        return og_fail(file->report, OG_BAD_ARGUMENT, "a file that is not open was written to");
    if (file->buffer.failed)
        return og_fail(file->report, OG_IO, "an earlier write to the file failed");
    return OG_OK;
}

static og_status file_write_all(og_file *file, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = og_sys_write(file->fd, data, size);

        if (n < 0)
            return file_write_failed(file);
        data += n;
        size -= (size_t)n;
    }
    return OG_OK;
}

og_status og_file_flush(og_file *file)
{
    OG_TRY(file_usable(file));
    OG_TRY(file_write_all(file, file->buffer.data, file->buffer.size));
    file->buffer.size = 0;
    return OG_OK;
}

og_status og_file_write(og_file *file, const void *data, size_t size)
{
    OG_TRY(file_usable(file));
    if (file->buffer.size + size > FILE_BUFFER)
        OG_TRY(og_file_flush(file));
    if (size >= FILE_BUFFER)
        return file_write_all(file, data, size);
    og_text_add(&file->buffer, data, size);
    if (file->buffer.failed)
        return file_no_memory(file->report, file->path, size);
    return OG_OK;
}

og_status og_file_write_at(og_file *file, uint64_t offset, const void *data, size_t size)
{
    const char *bytes = data;

    OG_TRY(og_file_flush(file));
    if (!file->temporary)
        return og_fail(file->report, OG_BAD_ARGUMENT,
                       "only a file that is being created is written to at an offset");
    if (offset > INT64_MAX || size > INT64_MAX - offset) {
        errno = EFBIG;
        return file_write_failed(file);
    }
    while (size > 0) {
        ssize_t n = og_sys_pwrite(file->fd, bytes, size, (off_t)offset);

        if (n < 0)
            return file_write_failed(file);
        bytes += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return OG_OK;
}

/* Makes the rename last: the folder is what holds the name.  Some file systems cannot, and some
 * folders may not be read. */
static og_status file_flush_folder(og_file *file)
{
    const char *base = og_path_base(file->path);
    char folder[PATH_MAX] = ".";
    size_t length = (size_t)(base - file->path);
    og_status status = OG_OK;
    int fd;

    if (length >= sizeof folder)
        return OG_OK;
    if (length) {
        memcpy(folder, file->path, length);
        folder[length] = '\0';
    }
    fd = og_sys_open(folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return errno == EACCES ? OG_OK : file_fail(file->report, "flush the folder of", file->path);
    if (og_sys_fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP)
        status = file_fail(file->report, "flush the folder of", file->path);
    close(fd);
    return status;
}

og_status og_file_commit(og_file *file)
{
    OG_TRY(og_file_flush(file));
    if (!file->temporary)
        return OG_OK;
    if (og_sys_fsync(file->fd) != 0)
        return file_write_failed(file);
    if (og_sys_rename(file->temporary, file->path) != 0)
        return file_fail(file->report, "rename the new file to", file->path);
    og_free(file->temporary);
    file->temporary = NULL;
    close(file->fd);
    file->fd = -1;
    return file_flush_folder(file);
}

void og_file_close(og_file *file)
{
    if (file->fd >= 0) {
        if (file->temporary)
            (void)unlink(file->temporary);
        else if (!file->buffer.failed)
            (void)og_file_flush(file); /* the report tells of a failure */
        close(file->fd);
    }
    og_free(file->temporary);
    og_free(file->path);
    og_text_free(&file->buffer);
    *file = OG_NO_FILE;
}

/* ---- Folders and facts ----------------------------------------------------------------------- */

og_status og_directory_make(const char *path, og_report *report)
{
    size_t length = strlen(path);
    char *part = og_malloc(length + 1);
    struct stat about;
    og_status status = OG_OK;
    int error = 0;

    if (!part)
        return file_no_memory(report, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (i < length && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        error = og_sys_mkdir(part, 0777) ? errno : 0;
    }
    og_free(part);
    /* Only the last one counts: parents may exist, or lie where nothing can be made. */
    if (error && !(error == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode))) {
        errno = error == EEXIST ? ENOTDIR : error;
        status = file_fail(report, "make the folder", path);
    }
    return status;
}

bool og_file_exists(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0;
}

og_status og_file_truncate(const char *path, uint64_t size, og_report *report)
{
    og_status status = OG_OK;
    int fd = og_sys_open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK, 0);

    if (fd < 0)
        return file_fail(report, "open", path);
    if (size > INT64_MAX) {
        errno = EFBIG;
        status = file_fail(report, "cut", path);
    } else if (og_sys_ftruncate(fd, (off_t)size) != 0) {
        status = file_fail(report, "cut", path);
    }
    close(fd);
    return status;
}

og_status og_path_inside(og_arena *arena, const char *folder, const char *name, char **path,
                         og_report *report)
{
    char root[PATH_MAX], target[PATH_MAX], shown[FILE_SHOWN];
    const char *joined = og_path_join(arena, folder, name);

    *path = NULL;
    if (!joined)
        return file_no_memory(report, name, strlen(name));
    if (!realpath(folder, root))
        return file_fail(report, "open the folder", folder);
    if (!realpath(joined, target))
        return file_fail(report, "open", joined);
    size_t length = strcmp(root, "/") ? strlen(root) : 0;
    if (strncmp(target, root, length) != 0 || target[length] != '/')
        return og_fail(report, OG_BAD_FILE, "'%s' leads out of its folder",
                       og_escape(shown, sizeof shown, joined));
    *path = og_arena_string(arena, target);
    return *path ? OG_OK : file_no_memory(report, target, strlen(target));
}
