/*
 * NPZ: a zip file whose entries are NPY files, stored or deflated (PKWARE's APPNOTE; zip64 for
 * large ones). Only the central directory is believed, and every offset in it is checked; what one
 * entry claims is bounded by its compressed bytes, and all entries together by the file.
 */
#include "data/data.h"

#include <zlib.h>

enum {
    LOCAL = 0x04034b50,
    CENTRAL = 0x02014b50,
    END = 0x06054b50,
    END64 = 0x06064b50,
    LOCATOR64 = 0x07064b50,
    LOCAL_SIZE = 30,
    CENTRAL_SIZE = 46,
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR64_SIZE = 20,
    EXTRA64 = 1, /* tag of the zip64 extra field */
    LONGEST_NAME = 1024,
};

/* Where the central directory is. */
typedef struct zip_directory {
    uint64_t n, offset, size;
} zip_directory;

/* One entry as the directory has it. */
typedef struct zip_entry {
    char name[LONGEST_NAME + 1];
    int flags, method;
    uint32_t crc;
    uint64_t packed, size, offset;
} zip_entry;

/* ---- Reading --------------------------------------------------------------------------------- */

static og_status zip_directory64(const uint8_t *data, size_t end_at, zip_directory *out,
                                 og_report *report)
{
    const uint8_t *locator, *end;
    uint64_t at;

    if (end_at < LOCATOR64_SIZE || og_le32(data + end_at - LOCATOR64_SIZE) != LOCATOR64)
        return og_fail(report, OG_BAD_FILE, "NPZ: the zip64 locator is missing");
    locator = data + end_at - LOCATOR64_SIZE;
    at = og_le64(locator + 8);
    if (og_le32(locator + 16) > 1)
        return og_fail(report, OG_UNSUPPORTED, "NPZ: a zip file in several parts");
    if (at > end_at - LOCATOR64_SIZE || end_at - LOCATOR64_SIZE - at < END64_SIZE ||
        og_le32(data + at) != END64)
        return og_fail(report, OG_BAD_FILE, "NPZ: the zip64 end record is missing");
    end = data + at;
    *out = (zip_directory){ .n = og_le64(end + 32),
                            .size = og_le64(end + 40),
                            .offset = og_le64(end + 48) };
    return OG_OK;
}

/* The end record stands last, but for a comment whose length it holds. */
static og_status zip_find_directory(const uint8_t *data, size_t size, zip_directory *out,
                                    og_report *report)
{
    size_t at = size < END_SIZE ? 0 : size - END_SIZE;
    size_t first = size > END_SIZE + 0xffff ? size - END_SIZE - 0xffff : 0;
    const uint8_t *end;

    if (size < 4 || og_le16(data) != (LOCAL & 0xffff))
        return og_fail(report, OG_BAD_FILE, "not an NPZ file: expected a zip file");
    while (at > first &&
           (og_le32(data + at) != END || og_le16(data + at + 20) != size - END_SIZE - at))
        at--;
    end = data + at;
    if (size < END_SIZE || og_le32(end) != END || og_le16(end + 20) != size - END_SIZE - at)
        return og_fail(report, OG_BAD_FILE, "NPZ: the zip file has no end record; is it cut off?");
    if (og_le16(end + 4) != og_le16(end + 6))
        return og_fail(report, OG_UNSUPPORTED, "NPZ: a zip file in several parts");
    *out = (zip_directory){ .n = og_le16(end + 10),
                            .size = og_le32(end + 12),
                            .offset = og_le32(end + 16) };
    if (out->n == 0xffff || out->size == UINT32_MAX || out->offset == UINT32_MAX)
        OG_TRY(zip_directory64(data, at, out, report));
    if (out->offset > at || out->size > at - out->offset)
        return og_fail(report, OG_BAD_FILE,
                       "NPZ: the central directory (%llu bytes at %llu) lies beyond the file",
                       (unsigned long long)out->size, (unsigned long long)out->offset);
    if (out->n > out->size / CENTRAL_SIZE)
        return og_fail(report, OG_BAD_FILE,
                       "NPZ: %llu entries do not fit in a directory of %llu bytes",
                       (unsigned long long)out->n, (unsigned long long)out->size);
    return OG_OK;
}

/* The 64-bit numbers that stand for fields of all ones, in the order of the fields. */
static og_status zip_extra64(zip_entry *e, const uint8_t *extra, size_t size, og_report *report)
{
    uint64_t *wide[] = { &e->size, &e->packed, &e->offset };

    while (size >= 4 && og_le16(extra) != EXTRA64 && og_le16(extra + 2) <= size - 4) {
        size_t field = 4u + og_le16(extra + 2);

        extra += field;
        size -= field;
    }
    if (size >= 4 && og_le16(extra) == EXTRA64 && og_le16(extra + 2) <= size - 4) {
        size = og_le16(extra + 2);
        extra += 4;
    } else {
        size = 0;
    }
    for (size_t i = 0; i < 3; i++) {
        if (*wide[i] != UINT32_MAX)
            continue;
        if (size < 8)
            return og_fail(report, OG_BAD_FILE, "NPZ: the zip64 field of the entry is missing");
        *wide[i] = og_le64(extra);
        extra += 8;
        size -= 8;
    }
    return OG_OK;
}

/* Reads the entry at *at of the directory and goes behind it. */
static og_status zip_next(const uint8_t **at, const uint8_t *end, zip_entry *e, og_report *report)
{
    const uint8_t *p = *at;
    size_t name, extra, left = (size_t)(end - p);

    if (left < CENTRAL_SIZE || og_le32(p) != CENTRAL)
        return og_fail(report, OG_BAD_FILE, "NPZ: the central directory is damaged");
    name = og_le16(p + 28);
    extra = og_le16(p + 30);
    if (left - CENTRAL_SIZE < name + extra + og_le16(p + 32))
        return og_fail(report, OG_BAD_FILE, "NPZ: the central directory ends too early");
    if (name > LONGEST_NAME || memchr(p + CENTRAL_SIZE, 0, name))
        return og_fail(report, OG_BAD_FILE, "NPZ: the name of an entry is %s",
                       name > LONGEST_NAME ? "longer than 1024 bytes" : "not text");
    memcpy(e->name, p + CENTRAL_SIZE, name);
    e->name[name] = 0;
    e->flags = og_le16(p + 8);
    e->method = og_le16(p + 10);
    e->crc = og_le32(p + 16);
    e->packed = og_le32(p + 20);
    e->size = og_le32(p + 24);
    e->offset = og_le32(p + 42);
    *at = p + CENTRAL_SIZE + name + extra + og_le16(p + 32);
    return zip_extra64(e, p + CENTRAL_SIZE + name, extra, report);
}

/* The packed bytes of an entry, behind its local header. */
static og_status zip_locate(const uint8_t *data, size_t size, const zip_entry *e,
                            const uint8_t **packed, og_report *report)
{
    uint64_t before;

    if (e->flags & 1)
        return og_fail(report, OG_UNSUPPORTED, "NPZ: the entry is encrypted");
    if (e->method != 0 && e->method != 8)
        return og_fail(report, OG_UNSUPPORTED,
                       "NPZ: compression method %d; expected stored or deflate", e->method);
    if (e->offset > size || size - e->offset < LOCAL_SIZE || og_le32(data + e->offset) != LOCAL)
        return og_fail(report, OG_BAD_FILE, "NPZ: no entry begins at offset %llu",
                       (unsigned long long)e->offset);
    before = (uint64_t)LOCAL_SIZE + og_le16(data + e->offset + 26) + og_le16(data + e->offset + 28);
    if (before > size - e->offset || e->packed > size - e->offset - before)
        return og_fail(report, OG_BAD_FILE, "NPZ: the entry's %llu bytes end beyond the file",
                       (unsigned long long)e->packed);
    if (e->method == 0 ? e->size != e->packed : e->size / OG_DEFLATE_RATIO > e->packed)
        return og_fail(report, OG_BAD_FILE, "NPZ: %llu stored bytes cannot hold the %llu declared",
                       (unsigned long long)e->packed, (unsigned long long)e->size);
    *packed = data + e->offset + before;
    return OG_OK;
}

static og_status npz_tensor(const uint8_t *data, const zip_entry *e, og_tensor **tensor,
                            og_report *report)
{
    if (crc32_z(0, data, (size_t)e->size) != e->crc)
        return og_fail(report, OG_BAD_FILE, "NPZ: the checksum of the entry is wrong");
    return og_npy_read(data, (size_t)e->size, tensor, report);
}

static og_status npz_entry(const uint8_t *data, size_t size, const zip_entry *e, og_tensor **tensor,
                           og_report *report)
{
    const uint8_t *packed = NULL;
    uint8_t *plain;
    og_status s;

    OG_TRY(zip_locate(data, size, e, &packed, report));
    if (e->method == 0)
        return npz_tensor(packed, e, tensor, report);
    OG_TRY(og_memory_fits(e->size, report));
    if (!(plain = og_malloc((size_t)e->size + 1)))
        return og_fail(report, OG_NO_MEMORY, "out of memory for %llu bytes",
                       (unsigned long long)e->size);
    if (!(s = og_inflate(packed, (size_t)e->packed, plain, (size_t)e->size, report)))
        s = npz_tensor(plain, e, tensor, report);
    og_free(plain);
    return s;
}

/* "x.npy" becomes the tensor "x". */
static og_status npz_add(og_arrays *arrays, const uint8_t *data, size_t size, zip_entry *e)
{
    size_t n = strlen(e->name);
    og_tensor *tensor = NULL;

    if (n < 4 || strcmp(e->name + n - 4, ".npy") != 0)
        return og_fail(&arrays->report, OG_BAD_FILE, "NPZ: expected entries named *.npy");
    OG_TRY(npz_entry(data, size, e, &tensor, &arrays->report));
    e->name[n - 4] = 0;
    return og_arrays_take(arrays, e->name, tensor);
}

og_status og_npz_read(og_arrays *arrays, const uint8_t *data, size_t size)
{
    og_report *report = &arrays->report;
    zip_directory directory = { 0 };
    const uint8_t *at, *end;
    uint64_t packed = 0;
    zip_entry e;

    OG_TRY(zip_find_directory(data, size, &directory, report));
    at = data + directory.offset;
    end = at + directory.size;
    for (uint64_t i = 0; i < directory.n; i++) {
        char shown[200];
        og_status s = zip_next(&at, end, &e, report);

        if (s)
            return s;
        og_escape(shown, sizeof shown, e.name);
        packed += e.packed < size ? e.packed : size;
        if (packed > size)
            s = og_fail(report, OG_BAD_FILE, "NPZ: the entries overlap");
        else
            s = npz_add(arrays, data, size, &e);
        if (s) {
            og_report_where(report, "entry '%s'", shown);
            return s;
        }
    }
    if (at != end)
        return og_fail(report, OG_BAD_FILE,
                       "NPZ: the central directory has more than its %llu entries",
                       (unsigned long long)directory.n);
    return OG_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static uint8_t *put16(uint8_t *p, uint64_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
    return p + 2;
}

static uint8_t *put32(uint8_t *p, uint64_t x)
{
    return put16(put16(p, x & 0xffff), x >> 16 & 0xffff);
}

static uint8_t *put64(uint8_t *p, uint64_t x)
{
    return put32(put32(p, x & UINT32_MAX), x >> 32);
}

/* What the local header and the directory share, from the version needed to the length of the extra
 * field. Every entry has the 64-bit extra field, as numpy's force_zip64 writes it; the time is
 * 1980-01-01. */
static uint8_t *put_common(uint8_t *p, uint32_t crc, size_t name, size_t extra)
{
    enum { VERSION = 45, FIRST_OF_JANUARY = 1 << 5 | 1 };

    p = put16(p, VERSION);
    p = put16(p, 0x800); /* the name is UTF-8 */
    p = put16(p, 0);     /* stored */
    p = put32(p, FIRST_OF_JANUARY << 16);
    p = put32(p, crc);
    p = put32(p, UINT32_MAX);
    p = put32(p, UINT32_MAX);
    p = put16(p, name);
    return put16(p, extra);
}

typedef struct npz_written {
    uint32_t crc;
    uint64_t size, offset;
} npz_written;

static og_status npz_write_entry(og_file *file, const og_arrays_entry *e, npz_written *w)
{
    char header[OG_NPY_HEADER];
    uint8_t local[LOCAL_SIZE + 20], *p = local;
    size_t header_size = 0, bytes = og_tensor_bytes(&e->tensor), name = strlen(e->name) + 4;

    OG_TRY(og_npy_header(&e->tensor, header, &header_size, file->report));
    w->size = header_size + bytes;
    w->crc = (uint32_t)crc32_z(0, (const Bytef *)header, header_size);
    if (bytes > 0)
        w->crc = (uint32_t)crc32_z(w->crc, e->tensor.data, bytes);
    p = put32(p, LOCAL);
    p = put_common(p, w->crc, name, 20);
    OG_TRY(og_file_write(file, local, (size_t)(p - local)));
    OG_TRY(og_file_write(file, e->name, name - 4));
    OG_TRY(og_file_write(file, ".npy", 4));
    p = put16(put16(local, EXTRA64), 16);
    p = put64(put64(p, w->size), w->size);
    OG_TRY(og_file_write(file, local, (size_t)(p - local)));
    OG_TRY(og_file_write(file, header, header_size));
    return og_file_write(file, e->tensor.data, bytes);
}

static og_status npz_write_directory(og_file *file, const og_arrays_entry *e, const npz_written *w)
{
    uint8_t central[CENTRAL_SIZE], extra[28], *p = central;
    size_t name = strlen(e->name) + 4;

    p = put32(p, CENTRAL);
    p = put16(p, 45);
    p = put_common(p, w->crc, name, sizeof extra);
    p = put16(p, 0);          /* no comment */
    p = put16(p, 0);          /* part */
    p = put16(p, 0);          /* attributes, internal */
    p = put32(p, 0);          /* and external */
    p = put32(p, UINT32_MAX); /* offset: in the extra field */
    OG_TRY(og_file_write(file, central, (size_t)(p - central)));
    OG_TRY(og_file_write(file, e->name, name - 4));
    OG_TRY(og_file_write(file, ".npy", 4));
    p = put16(put16(extra, EXTRA64), 24);
    p = put64(put64(put64(p, w->size), w->size), w->offset);
    return og_file_write(file, extra, (size_t)(p - extra));
}

static og_status npz_write_end(og_file *file, size_t n, uint64_t offset, uint64_t size)
{
    uint8_t end[END64_SIZE + LOCATOR64_SIZE + END_SIZE], *p = end;

    p = put64(put32(p, END64), END64_SIZE - 12);
    p = put32(put16(put16(p, 45), 45), 0);
    p = put64(put64(put32(p, 0), n), n);
    p = put64(put64(p, size), offset);
    p = put32(put32(p, LOCATOR64), 0);
    p = put32(put64(p, offset + size), 1);
    p = put32(put32(p, END), 0);
    p = put16(put16(p, n < 0xffff ? n : 0xffff), n < 0xffff ? n : 0xffff);
    p = put32(p, size < UINT32_MAX ? size : UINT32_MAX);
    p = put16(put32(p, offset < UINT32_MAX ? offset : UINT32_MAX), 0);
    return og_file_write(file, end, (size_t)(p - end));
}

og_status og_npz_write(og_arrays *arrays, og_file *file)
{
    size_t n = arrays->entries.n;
    npz_written *written = og_calloc(n + 1, sizeof *written);
    uint64_t at = 0, size = 0;
    og_status s = OG_OK;

    if (!written)
        return og_fail(&arrays->report, OG_NO_MEMORY, "out of memory for %zu entries", n);
    for (size_t i = 0; i < n && !s; i++) {
        const og_arrays_entry *e = &arrays->entries.v[i];

        written[i].offset = at;
        if (strlen(e->name) > LONGEST_NAME - 4)
            s = og_fail(&arrays->report, OG_LIMIT, "NPZ: a name is longer than 1020 bytes");
        else
            s = npz_write_entry(file, e, &written[i]);
        at += LOCAL_SIZE + strlen(e->name) + 4 + 20 + written[i].size;
    }
    for (size_t i = 0; i < n && !s; i++) {
        s = npz_write_directory(file, &arrays->entries.v[i], &written[i]);
        size += CENTRAL_SIZE + strlen(arrays->entries.v[i].name) + 4 + 28;
    }
    if (!s)
        s = npz_write_end(file, n, at, size);
    og_free(written);
    return s;
}
