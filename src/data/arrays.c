/* Collections of named tensors: the object that files of several tensors become and are made from.
 */
#include "data/data.h"

og_arrays *og_arrays_new(void)
{
    og_arrays *arrays = og_calloc(1, sizeof *arrays);

    if (!arrays)
        return NULL;
    if (!(arrays->arena = og_arena_new()) || !(arrays->names = og_table_new(arrays->arena))) {
        og_arrays_free(arrays);
        return NULL;
    }
    return arrays;
}

void og_arrays_free(og_arrays *arrays)
{
    if (!arrays)
        return;
    for (size_t i = 0; i < arrays->entries.n; i++)
        og_tensor_free(arrays->entries.v[i].owned);
    og_arena_free(arrays->arena);
    og_free(arrays);
}

const og_report *og_arrays_report(const og_arrays *arrays)
{
    return &arrays->report;
}

/* ---- What is in it --------------------------------------------------------------------------- */

size_t og_arrays_count(const og_arrays *arrays)
{
    return arrays->entries.n;
}

const char *og_arrays_name(const og_arrays *arrays, size_t i)
{
    return i < arrays->entries.n ? arrays->entries.v[i].name : NULL;
}

const og_tensor *og_arrays_tensor(const og_arrays *arrays, size_t i)
{
    return i < arrays->entries.n ? &arrays->entries.v[i].tensor : NULL;
}

const og_tensor *og_arrays_find(const og_arrays *arrays, const char *name)
{
    size_t place = (size_t)(uintptr_t)og_table_get(arrays->names, name);

    return place ? og_arrays_tensor(arrays, place - 1) : NULL;
}

size_t og_arrays_metadata_count(const og_arrays *arrays)
{
    return arrays->metadata.n;
}

const char *og_arrays_metadata_key(const og_arrays *arrays, size_t i)
{
    return i < arrays->metadata.n ? arrays->metadata.v[i].key : NULL;
}

const char *og_arrays_metadata(const og_arrays *arrays, const char *key)
{
    for (size_t i = 0; i < arrays->metadata.n; i++)
        if (strcmp(arrays->metadata.v[i].key, key) == 0)
            return arrays->metadata.v[i].text;
    return NULL;
}

/* ---- Adding ---------------------------------------------------------------------------------- */

static og_status arrays_push(og_arrays *arrays, const char *name, og_arrays_entry entry)
{
    char shown[200];

    if (og_table_get(arrays->names, name))
        return og_fail(&arrays->report, OG_BAD_FILE, "two tensors are named '%s'",
                       og_escape(shown, sizeof shown, name));
    entry.name = og_arena_string(arrays->arena, name);
    if (!entry.name || !og_list_push(arrays->arena, &arrays->entries, entry))
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for a tensor's name");
    if (og_table_set(arrays->names, entry.name, (void *)(uintptr_t)arrays->entries.n))
        return OG_OK;
    arrays->entries.n--;
    return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for a tensor's name");
}

og_status og_arrays_take(og_arrays *arrays, const char *name, og_tensor *tensor)
{
    og_status s =
        arrays_push(arrays, name, (og_arrays_entry){ .tensor = *tensor, .owned = tensor });

    if (s)
        og_tensor_free(tensor);
    return s;
}

og_status og_arrays_add(og_arrays *arrays, const char *name, const og_tensor *tensor)
{
    og_arrays_entry entry = { .tensor = *tensor };

    og_report_clear(&arrays->report);
    entry.tensor.dims =
        og_arena_copy(arrays->arena, tensor->dims, sizeof *tensor->dims * (size_t)tensor->rank);
    if (!entry.tensor.dims && tensor->rank > 0)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for a tensor's shape");
    return arrays_push(arrays, name, entry);
}

og_status og_arrays_set_metadata(og_arrays *arrays, const char *key, const char *text)
{
    og_arrays_text entry = { .key = og_arena_string(arrays->arena, key),
                             .text = og_arena_string(arrays->arena, text) };

    if (!entry.key || !entry.text)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for metadata");
    for (size_t i = 0; i < arrays->metadata.n; i++)
        if (strcmp(arrays->metadata.v[i].key, key) == 0) {
            arrays->metadata.v[i].text = entry.text;
            return OG_OK;
        }
    if (!og_list_push(arrays->arena, &arrays->metadata, entry))
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for metadata");
    return OG_OK;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);

    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* The one tensor of "folder/x.npy" is called "x". */
static og_status arrays_read_npy(og_arrays *arrays, const char *path, const og_map *map)
{
    char *name = og_arena_string(arrays->arena, og_path_base(path));
    og_tensor *tensor = NULL;

    if (!name)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for a tensor's name");
    if (ends_with(name, ".npy"))
        name[strlen(name) - 4] = 0;
    OG_TRY(og_npy_read(map->data, map->size, &tensor, &arrays->report));
    return og_arrays_take(arrays, name, tensor);
}

/* The first bytes tell the kind; where they are too few or wrong, the name does, for a better
 * message. */
static og_status arrays_read(og_arrays *arrays, const char *path, const og_map *map)
{
    static const uint8_t npy[] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };

    if (map->size >= sizeof npy && memcmp(map->data, npy, sizeof npy) == 0)
        return arrays_read_npy(arrays, path, map);
    if (map->size >= 4 && map->data[0] == 'P' && map->data[1] == 'K')
        return og_npz_read(arrays, map->data, map->size);
    if (ends_with(path, ".npy"))
        return arrays_read_npy(arrays, path, map);
    if (ends_with(path, ".npz"))
        return og_npz_read(arrays, map->data, map->size);
    if (ends_with(path, ".safetensors") || (map->size > 8 && map->data[8] == '{'))
        return og_safetensors_read(arrays, map->data, map->size);
    return og_fail(&arrays->report, OG_BAD_FILE, "not an NPY, NPZ or safetensors file");
}

og_status og_arrays_open(const char *path, og_arrays **out)
{
    og_arrays *arrays = *out = og_arrays_new();
    og_map map = { 0 };
    og_status s;

    if (!arrays)
        return OG_NO_MEMORY;
    OG_TRY(og_file_map(path, &map, &arrays->report));
    if ((s = arrays_read(arrays, path, &map)))
        og_report_file(&arrays->report, path);
    og_file_unmap(&map);
    return s;
}

static og_status arrays_write_npy(og_arrays *arrays, og_file *file)
{
    const og_tensor *tensor = og_arrays_tensor(arrays, 0);
    char header[OG_NPY_HEADER];
    size_t size = 0;

    if (arrays->entries.n != 1)
        return og_fail(&arrays->report, OG_BAD_ARGUMENT, "an NPY file holds one tensor, not %zu",
                       arrays->entries.n);
    OG_TRY(og_npy_header(tensor, header, &size, &arrays->report));
    OG_TRY(og_file_write(file, header, size));
    return og_file_write(file, tensor->data, og_tensor_bytes(tensor));
}

og_status og_arrays_save(og_arrays *arrays, const char *path)
{
    og_status (*write)(og_arrays *, og_file *) = ends_with(path, ".npy")   ? arrays_write_npy
                                                 : ends_with(path, ".npz") ? og_npz_write
                                                 : ends_with(path, ".safetensors")
                                                     ? og_safetensors_write
                                                     : NULL;
    og_file file = OG_NO_FILE;
    og_status s;

    og_report_clear(&arrays->report);
    if (!write)
        return og_fail(&arrays->report, OG_BAD_ARGUMENT,
                       "'%s' does not end in .npy, .npz or .safetensors", path);
    if ((s = og_file_create(&file, path, &arrays->report)))
        goto done;
    if ((s = write(arrays, &file)))
        goto done;
    s = og_file_commit(&file);
done:
    if (s)
        og_report_file(&arrays->report, path);
    og_file_close(&file);
    return s;
}

og_status og_folder_make(const char *path, og_report *report)
{
    return og_directory_make(path, report);
}
