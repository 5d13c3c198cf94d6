/*
 * System calls on files, with injected failures.
 */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One write of the kernel moves at most about 2 GiB; some file systems fail above that instead. */
enum { SYSTEM_MOST = 1 << 30 };

static bool system_fails(void)
{
    if (!og_inject())
        return false;
    errno = EIO;
    return true;
}

int og_sys_open(const char *path, int flags, mode_t mode)
{
    int fd;

    if (system_fails())
        return -1;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

ssize_t og_sys_read(int fd, void *data, size_t size)
{
    ssize_t n;

    if (system_fails())
        return -1;
    do
        n = read(fd, data, size < SYSTEM_MOST ? size : SYSTEM_MOST);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t og_sys_write(int fd, const void *data, size_t size)
{
    ssize_t n;

    if (system_fails())
        return -1;
    do
        n = write(fd, data, size < SYSTEM_MOST ? size : SYSTEM_MOST);
    while (n < 0 && errno == EINTR);
    return n;
}

ssize_t og_sys_pwrite(int fd, const void *data, size_t size, off_t offset)
{
    ssize_t n;

    if (system_fails())
        return -1;
    do
        n = pwrite(fd, data, size < SYSTEM_MOST ? size : SYSTEM_MOST, offset);
    while (n < 0 && errno == EINTR);
    return n;
}

int og_sys_fsync(int fd)
{
    int result;

    if (system_fails())
        return -1;
    do
        result = fsync(fd);
    while (result < 0 && errno == EINTR);
    return result;
}

int og_sys_ftruncate(int fd, off_t size)
{
    int result;

    if (system_fails())
        return -1;
    do
        result = ftruncate(fd, size);
    while (result < 0 && errno == EINTR);
    return result;
}

int og_sys_rename(const char *from, const char *to)
{
    return system_fails() ? -1 : rename(from, to);
}

int og_sys_mkdir(const char *path, mode_t mode)
{
    return system_fails() ? -1 : mkdir(path, mode);
}

void *og_sys_map(int fd, size_t size)
{
    void *data;

    if (og_inject()) {
        errno = ENOMEM;
        return NULL;
    }
    data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    return data == MAP_FAILED ? NULL : data;
}
