/*
 * Data in other files: only regular files inside the model's folder, only bytes that are there.
 *
 * A location comes from whoever wrote the model, so it may try to leave the folder: by an absolute
 * path, by "..", by a link, by a backslash on systems where that is a slash.
 */
#include "onnx/tensor.h"

static og_status external_wrong(og_tensors *t, const char *name, const char *what,
                                const char *value)
{
    char shown[120], text[200];

    return og_fail(t->report, OG_BAD_FILE, "external data of tensor '%s': %s '%s'",
                   og_escape(shown, sizeof shown, name), what, og_escape(text, sizeof text, value));
}

static const char *entry(const Onnx__TensorProto *proto, const char *key)
{
    for (size_t i = 0; i < proto->n_external_data; i++) {
        const Onnx__StringStringEntryProto *e = proto->external_data[i];

        if (e->key && !strcmp(e->key, key))
            return e->value ? e->value : "";
    }
    return NULL;
}

/* A number of decimal digits and nothing else, below 2^63. */
static bool read_number(const char *text, uint64_t *number)
{
    uint64_t x = 0;

    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || x > ((uint64_t)INT64_MAX - 9) / 10)
            return false;
        x = x * 10 + (uint64_t)(*text - '0');
    }
    *number = x;
    return true;
}

static og_status check_location(og_tensors *t, const char *name, const char *location)
{
    const char *at = location;

    if (!location || !*location)
        return external_wrong(t, name, "no location; found", location ? location : "");
    if (*location == '/' || strchr(location, '\\') || (location[0] && location[1] == ':'))
        return external_wrong(
            t, name, "the location must be a path inside the model's folder, found", location);
    for (;;) {
        size_t n = strcspn(at, "/");

        if (n == 2 && !strncmp(at, "..", 2))
            return external_wrong(t, name, "the location must not hold '..', found", location);
        at += n;
        if (!*at)
            break;
        if (!*++at)
            return external_wrong(t, name, "the location is a folder:", location);
    }
    return OG_OK;
}

static og_status open_external(og_tensors *t, const char *name, const char *location, size_t *index)
{
    og_external e = { 0 };
    char *path;

    for (size_t i = 0; i < t->externals.n; i++)
        if (!strcmp(t->externals.v[i].location, location)) {
            *index = i;
            return OG_OK;
        }
    OG_TRY(check_location(t, name, location));
    OG_TRY(og_path_inside(t->arena, t->folder, location, &path, t->report));
    OG_TRY(og_file_map(path, &e.map, t->report));
    e.path = path;
    e.location = og_arena_string(t->arena, location);
    if (!e.location || !og_list_push(t->arena, &t->externals, e)) {
        og_file_unmap(&e.map);
        return og_fail(t->report, OG_NO_MEMORY, "no memory for external data");
    }
    *index = t->externals.n - 1;
    return OG_OK;
}

og_status og_tensors_external(og_tensors *t, const Onnx__TensorProto *proto, const char *name,
                              size_t size, const uint8_t **data, og_place *place)
{
    const char *location = entry(proto, "location"), *offset = entry(proto, "offset"),
               *length = entry(proto, "length");
    uint64_t begin = 0, given = size;
    size_t index = 0;
    char shown[120];

    if (!t->folder)
        return og_fail(t->report, OG_UNSUPPORTED,
                       "tensor '%s' has external data, which only a model may",
                       og_escape(shown, sizeof shown, name));
    if (!location)
        return external_wrong(t, name, "no location; found", "");
    if (offset && !read_number(offset, &begin))
        return external_wrong(t, name, "the offset must be a number, found", offset);
    if (length && !read_number(length, &given))
        return external_wrong(t, name, "the length must be a number, found", length);
    OG_TRY(open_external(t, name, location, &index));
    size_t available = t->externals.v[index].map.size;
    if (given != size || begin > available || size > available - begin)
        return og_fail(
            t->report, OG_BAD_FILE,
            "external data of tensor '%s': %llu bytes at offset %llu of a file of %zu bytes, "
            "expected %zu bytes inside it",
            og_escape(shown, sizeof shown, name), (unsigned long long)given,
            (unsigned long long)begin, available, size);
    *data = size ? t->externals.v[index].map.data + begin : NULL;
    place->external = index + 1;
    place->offset = begin;
    return OG_OK;
}
