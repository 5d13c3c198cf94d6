/*
 * Deflate and gzip through zlib, whose memory comes from base.  The caller knows the size that must
 * come out, or a limit: a small file cannot fill the memory.
 */
#include "data/data.h"

#include <zlib.h>

enum {
    RAW = -15, /* window bits of a bare deflate stream */
    GZIP = 15 + 16,
    CHUNK = 1 << 30, /* zlib counts bytes in 32 bits */
};

static voidpf inflate_alloc(voidpf context, uInt n, uInt size)
{
    (void)context;
    return og_calloc(n, size);
}

static void inflate_free(voidpf context, voidpf memory)
{
    (void)context;
    og_free(memory);
}

static og_status inflate_begin(z_stream *z, int bits, og_report *report)
{
    *z = (z_stream){ .zalloc = inflate_alloc, .zfree = inflate_free };
    if (inflateInit2(z, bits) != Z_OK)
        return og_fail(report, OG_NO_MEMORY, "out of memory while decompressing");
    return OG_OK;
}

/* Decompresses until the stream ends, the output is full, or the input is used up. */
static int inflate_some(z_stream *z, const uint8_t **in, size_t *in_left, uint8_t **out,
                        size_t *out_left)
{
    int code;

    do {
        uInt give = (uInt)(*in_left < CHUNK ? *in_left : CHUNK);
        uInt take = (uInt)(*out_left < CHUNK ? *out_left : CHUNK);

        z->next_in = (Bytef *)(uintptr_t)*in; /* zlib only reads it */
        z->avail_in = give;
        z->next_out = *out;
        z->avail_out = take;
        code = inflate(z, Z_NO_FLUSH);
        *in += give - z->avail_in;
        *in_left -= give - z->avail_in;
        *out += take - z->avail_out;
        *out_left -= take - z->avail_out;
    } while (code == Z_OK && *out_left > 0 && *in_left > 0);
    return code;
}

static og_status inflate_wrong(int code, const z_stream *z, og_report *report)
{
    if (code == Z_MEM_ERROR)
        return og_fail(report, OG_NO_MEMORY, "out of memory while decompressing");
    if (code == Z_OK || code == Z_BUF_ERROR)
        return og_fail(report, OG_BAD_FILE, "the compressed data end too early");
    return og_fail(report, OG_BAD_FILE, "the compressed data are damaged (%s)",
                   z->msg ? z->msg : "dictionary needed");
}

og_status og_inflate(const uint8_t *in, size_t in_size, uint8_t *out, size_t size,
                     og_report *report)
{
    uint8_t spare, *beyond = &spare;
    size_t left = size, spare_left = 1;
    z_stream z;
    og_status s;
    int code = Z_OK;

    OG_TRY(inflate_begin(&z, RAW, report));
    if (size > 0)
        code = inflate_some(&z, &in, &in_size, &out, &left);
    if (code != Z_STREAM_END && left == 0) /* the end mark may still be to come */
        code = inflate_some(&z, &in, &in_size, &beyond, &spare_left);
    if (code != Z_STREAM_END && spare_left == 1)
        s = inflate_wrong(code, &z, report);
    else if (left > 0 || spare_left == 0 || in_size > 0)
        s = og_fail(report, OG_BAD_FILE, "the compressed data hold %s than the %zu bytes declared",
                    left > 0 ? "less" : "more", size);
    else
        s = OG_OK;
    inflateEnd(&z);
    return s;
}

/* Twice the room, at most `limit`. */
static og_status gunzip_grow(uint8_t **buffer, size_t *cap, size_t limit, og_report *report)
{
    size_t wanted = *cap < limit / 2 ? *cap * 2 : limit;
    uint8_t *more;

    OG_TRY(og_memory_fits(wanted, report));
    if (!(more = og_realloc(*buffer, wanted)))
        return og_fail(report, OG_NO_MEMORY, "out of memory while decompressing");
    *buffer = more;
    *cap = wanted;
    return OG_OK;
}

/* All members of the file, one behind the other. */
static og_status gunzip_members(z_stream *z, const uint8_t *in, size_t in_size, size_t limit,
                                uint8_t **buffer, size_t *size, og_report *report)
{
    size_t cap = *size;

    *size = 0;
    while (in_size > 0) {
        uint8_t *out = *buffer + *size;
        size_t left = cap - *size;
        int code = inflate_some(z, &in, &in_size, &out, &left);

        *size = cap - left;
        if (code == Z_STREAM_END && in_size == 0)
            return OG_OK;
        if (code == Z_STREAM_END)
            inflateReset(z);
        else if (left == 0 && cap == limit)
            return OG_OK;
        else if (left == 0 && (code == Z_OK || code == Z_BUF_ERROR))
            OG_TRY(gunzip_grow(buffer, &cap, limit, report));
        else
            return inflate_wrong(code, z, report);
    }
    return inflate_wrong(Z_BUF_ERROR, z, report);
}

og_status og_gunzip(const uint8_t *in, size_t in_size, size_t limit, uint8_t **out, size_t *size,
                    og_report *report)
{
    size_t most =
        in_size < SIZE_MAX / OG_DEFLATE_RATIO ? in_size * OG_DEFLATE_RATIO + 64 : SIZE_MAX;
    z_stream z;
    og_status s;

    limit = limit < most ? limit : most;
    *size = in_size < limit / 4 ? in_size * 4 + 64 : limit;
    if (!(*out = og_malloc(*size)))
        return og_fail(report, OG_NO_MEMORY, "out of memory while decompressing");
    if (!(s = inflate_begin(&z, GZIP, report))) {
        s = gunzip_members(&z, in, in_size, limit, out, size, report);
        inflateEnd(&z);
    }
    if (s) {
        og_free(*out);
        *out = NULL;
    }
    return s;
}
