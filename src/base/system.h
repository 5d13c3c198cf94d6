/*
 * The system calls on files that the library makes, each with a way to fail on request
 * (og_fail_at): then errno is EIO, and mmap's is ENOMEM.  Interrupted calls are repeated.
 */
#ifndef OG_BASE_SYSTEM_H
#define OG_BASE_SYSTEM_H

#include "base/base.h"

#include <sys/types.h>

/* True when this call has to fail; counts it when og_fail_at is active. */
bool og_inject(void);

int og_sys_open(const char *path, int flags, mode_t mode);
ssize_t og_sys_read(int fd, void *data, size_t size);
ssize_t og_sys_write(int fd, const void *data, size_t size);
ssize_t og_sys_pwrite(int fd, const void *data, size_t size, off_t offset);
int og_sys_fsync(int fd);
int og_sys_ftruncate(int fd, off_t size);
int og_sys_rename(const char *from, const char *to);
int og_sys_mkdir(const char *path, mode_t mode);
void *og_sys_map(int fd, size_t size); /* read-only and private; NULL on failure */

#endif
