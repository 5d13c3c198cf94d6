/*
 * Paths as texts.
 */
#include "base/base.h"

char *og_path_join(og_arena *arena, const char *folder, const char *name)
{
    size_t length = strlen(folder);

    if (name[0] == '/' || length == 0)
        return og_arena_string(arena, name);
    return og_arena_print(arena, "%s%s%s", folder, folder[length - 1] == '/' ? "" : "/", name);
}

const char *og_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

char *og_path_folder(og_arena *arena, const char *path)
{
    size_t length = (size_t)(og_path_base(path) - path);
    char *folder;

    if (length == 0)
        return og_arena_string(arena, ".");
    while (length > 1 && path[length - 1] == '/')
        length--;
    folder = og_arena_alloc(arena, length + 1);
    if (folder)
        memcpy(folder, path, length);
    return folder;
}
