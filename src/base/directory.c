/* Folders: made where nothing was, and listed. */
#include "base/system.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FOLDER_SHOWN = 300 };

static og_status folder_fail(og_report *report, const char *verb, const char *path)
{
    int error = errno;
    char shown[FOLDER_SHOWN], reason[128];
    og_status status = error == ENOENT || error == ENOTDIR ? OG_NOT_FOUND
                       : error == EEXIST                   ? OG_EXISTS
                       : error == ENOMEM                   ? OG_NO_MEMORY
                                                           : OG_IO;

    return og_fail(report, status, "cannot %s the folder '%s': %s", verb,
                   og_escape(shown, sizeof shown, path), strerror_r(error, reason, sizeof reason));
}

og_status og_directory_new(const char *path, og_report *report)
{
    return og_sys_mkdir(path, 0777) ? folder_fail(report, "make", path) : OG_OK;
}

bool og_is_directory(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

og_status og_directory_list(og_arena *arena, const char *path, size_t *n, const char *const **names,
                            og_report *report)
{
    og_list(const char *) list = { 0 };
    DIR *folder = og_inject() ? (errno = EIO, NULL) : opendir(path);
    bool memory = true;

    *n = 0;
    *names = NULL;
    if (!folder)
        return folder_fail(report, "open", path);
    for (struct dirent *e; memory && (e = readdir(folder));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        const char *name = og_arena_string(arena, e->d_name);

        memory = name && og_list_push(arena, &list, name);
    }
    closedir(folder);
    if (!memory)
        return og_fail(report, OG_NO_MEMORY, "out of memory for the names in a folder");
    if (list.n)
        qsort(list.v, list.n, sizeof *list.v, by_bytes);
    *n = list.n;
    *names = list.v;
    return OG_OK;
}
