/*
 * IDX, the format of MNIST: two zero bytes, a type, the rank, the dimensions as big-endian 32-bit
 * numbers, then big-endian data.  It is often gzipped; the name says so.
 */
#include "data/data.h"

enum { HEADER = 4 };

static og_elem idx_elem(uint8_t code)
{
    switch (code) {
    case 0x08:
        return OG_UINT8;
    case 0x09:
        return OG_INT8;
    case 0x0b:
        return OG_INT16;
    case 0x0c:
        return OG_INT32;
    case 0x0d:
        return OG_FLOAT;
    case 0x0e:
        return OG_DOUBLE;
    default:
        return OG_UNDEFINED;
    }
}

/* Checks the header and says how many bytes the whole file takes; `size` bytes of it are there. */
static og_status idx_header(const uint8_t *data, size_t size, og_elem *elem, int64_t dims[],
                            size_t *total, og_report *report)
{
    size_t bytes, before;
    int64_t count;

    if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b)
        return og_fail(report, OG_BAD_FILE,
                       "IDX: expected two zero bytes, found gzip data under a name without '.gz'");
    if (size < HEADER)
        return og_fail(report, OG_BAD_FILE, "IDX: the file ends inside the header (%zu bytes)",
                       size);
    if (data[0] != 0 || data[1] != 0 || !(*elem = idx_elem(data[2])))
        return og_fail(
            report, OG_BAD_FILE,
            "not an IDX file: the magic is %02x%02x%02x%02x, expected 0000, a type 08, 09, 0b "
            "to 0e, and the number of dimensions",
            data[0], data[1], data[2], data[3]);
    if (data[3] < 1 || data[3] > OG_MAX_RANK)
        return og_fail(report, OG_BAD_FILE, "IDX: %d dimensions; expected 1 to %d", data[3],
                       OG_MAX_RANK);
    before = HEADER + 4u * data[3];
    if (size < before)
        return og_fail(report, OG_BAD_FILE,
                       "IDX: the file ends inside the header (%zu bytes of %zu)", size, before);
    for (int d = 0; d < data[3]; d++)
        dims[d] = og_be32(data + HEADER + 4 * d);
    count = og_count(data[3], dims);
    if (count < 0 || !og_elem_bytes(*elem, count, &bytes) || bytes > SIZE_MAX - before)
        return og_fail(report, OG_BAD_FILE, "IDX: the product of the dimensions overflows 64 bits");
    *total = before + bytes;
    return OG_OK;
}

og_status og_idx_read(const uint8_t *data, size_t size, og_tensor **tensor, og_report *report)
{
    int64_t dims[OG_MAX_RANK];
    og_elem elem;
    size_t total, before;

    *tensor = NULL;
    OG_TRY(idx_header(data, size, &elem, dims, &total, report));
    if (size != total)
        return og_fail(report, OG_BAD_FILE,
                       "IDX: the dimensions need a file of %zu bytes, it has %zu", total, size);
    OG_TRY(og_memory_fits(total, report));
    if (!(*tensor = og_tensor_new(elem, data[3], dims)))
        return og_fail(report, OG_NO_MEMORY, "out of memory for %zu bytes", total);
    before = HEADER + 4u * data[3];
    if (size > before)
        memcpy((*tensor)->data, data + before, size - before);
    if (!OG_HOST_BIG && og_elem_bits(elem) > 8)
        og_bytes_swap((*tensor)->data, (size_t)og_elem_bits(elem) / 8, (*tensor)->count);
    return OG_OK;
}

/* The header is decompressed first, so that the whole never takes more than it says. */
static og_status idx_gunzip(const og_map *map, og_tensor **tensor, og_report *report)
{
    int64_t dims[OG_MAX_RANK];
    og_elem elem;
    size_t total, size;
    uint8_t *data;
    og_status s;

    OG_TRY(og_gunzip(map->data, map->size, HEADER + 4 * OG_MAX_RANK, &data, &size, report));
    s = idx_header(data, size, &elem, dims, &total, report);
    og_free(data);
    if (s)
        return s;
    if (total > SIZE_MAX / 2 || total / OG_DEFLATE_RATIO > map->size)
        return og_fail(report, OG_BAD_FILE,
                       "IDX: %zu compressed bytes cannot hold the %zu declared", map->size, total);
    OG_TRY(og_gunzip(map->data, map->size, total + 1, &data, &size, report));
    s = og_idx_read(data, size, tensor, report);
    og_free(data);
    return s;
}

og_status og_idx_open(const char *path, og_tensor **tensor, og_report *report)
{
    size_t n = strlen(path);
    bool gzip = n > 3 && strcmp(path + n - 3, ".gz") == 0;
    og_map map = { 0 };
    og_status s;

    *tensor = NULL;
    OG_TRY(og_file_map(path, &map, report));
    s = gzip ? idx_gunzip(&map, tensor, report) : og_idx_read(map.data, map.size, tensor, report);
    if (s)
        og_report_file(report, path);
    og_file_unmap(&map);
    return s;
}
