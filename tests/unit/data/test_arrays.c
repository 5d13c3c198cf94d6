/*
 * NPY, NPZ and safetensors: what is written reads back, what other programs write is read, and what
 * is damaged is refused with words that say how.
 */
#include "folder.h"

#include "data/data.h"

#include <zlib.h>

/* ---- Round trips ----------------------------------------------------------------------------- */

static const og_elem numpy_types[] = { OG_FLOAT16, OG_FLOAT, OG_DOUBLE,    OG_INT8,      OG_INT16,
                                       OG_INT32,   OG_INT64, OG_UINT8,     OG_UINT16,    OG_UINT32,
                                       OG_UINT64,  OG_BOOL,  OG_COMPLEX64, OG_COMPLEX128 };
static const og_elem other_types[] = { OG_BFLOAT16,   OG_FLOAT8E4M3FN,   OG_FLOAT8E4M3FNUZ,
                                       OG_FLOAT8E5M2, OG_FLOAT8E5M2FNUZ, OG_FLOAT8E8M0,
                                       OG_FLOAT4E2M1 };
static const int64_t shapes[][3] = { { 2, 3, 4 }, { 0, 3, 2 }, { 1, 1, 2 } };

static og_tensor *sample(og_elem elem, int rank, const int64_t *dims)
{
    og_tensor *t = og_tensor_new(elem, rank, dims);
    uint8_t *bytes = t->data;

    for (size_t i = 0; i < og_tensor_bytes(t); i++)
        bytes[i] = (uint8_t)(elem == OG_BOOL ? i % 2 : i * 37 + 11);
    return t;
}

static void assert_same(const og_tensor *a, const og_tensor *b)
{
    assert_int_equal(a->elem, b->elem);
    assert_int_equal(a->rank, b->rank);
    assert_int_equal(a->count, b->count);
    for (int i = 0; i < a->rank; i++)
        assert_int_equal(a->dims[i], b->dims[i]);
    assert_memory_equal(a->data, b->data, og_tensor_bytes(a));
}

static void round_trip(const char *ending, const og_elem *types, size_t n_types, size_t at_once)
{
    og_tensor *made[64];
    char name[40];

    for (size_t first = 0; first < n_types * 4; first += at_once) {
        og_arrays *out = og_arrays_new(), *in;
        size_t n = 0;

        for (; n < at_once && first + n < n_types * 4; n++) {
            size_t k = first + n;
            og_elem elem = types[k % n_types];

            made[n] = sample(elem, k / n_types == 3 && elem != OG_FLOAT4E2M1 ? 0 : 3,
                             shapes[k / n_types % 3]);
            snprintf(name, sizeof name, "t/%zu \"\\\xc3\xa9", k);
            assert_ok(og_arrays_add(out, name, made[n]), og_arrays_report(out));
        }
        snprintf(name, sizeof name, "x.%s", ending);
        assert_ok(og_arrays_save(out, in_folder(name)), og_arrays_report(out));
        assert_ok(og_arrays_open(in_folder(name), &in), og_arrays_report(in));
        assert_int_equal(og_arrays_count(in), n);
        for (size_t i = 0; i < n; i++) {
            const char *shown = at_once == 1 ? "x" : og_arrays_name(out, i);

            assert_string_equal(og_arrays_name(in, i), shown);
            assert_same(og_arrays_tensor(in, i), made[i]);
            assert_ptr_equal(og_arrays_find(in, shown), og_arrays_tensor(in, i));
            og_tensor_free(made[i]);
        }
        assert_null(og_arrays_find(in, "absent"));
        og_arrays_free(out);
        og_arrays_free(in);
    }
}

static void round_trips(void **state)
{
    enum { NUMPY = sizeof numpy_types / sizeof *numpy_types };

    (void)state;
    round_trip("npy", numpy_types, NUMPY, 1);
    round_trip("npz", numpy_types, NUMPY, 64);
    round_trip("safetensors", numpy_types, NUMPY, 64);
    round_trip("safetensors", other_types, sizeof other_types / sizeof *other_types, 64);
}

static void metadata(void **state)
{
    og_arrays *out = og_arrays_new(), *in;

    (void)state;
    assert_ok(og_arrays_set_metadata(out, "step", "11"), og_arrays_report(out));
    assert_ok(og_arrays_set_metadata(out, "run", "{\"seed\": \"a\\n\"}"), og_arrays_report(out));
    assert_ok(og_arrays_set_metadata(out, "step", "12"), og_arrays_report(out));
    assert_ok(og_arrays_save(out, in_folder("m.safetensors")), og_arrays_report(out));
    assert_ok(og_arrays_open(in_folder("m.safetensors"), &in), og_arrays_report(in));
    assert_int_equal(og_arrays_count(in), 0);
    assert_int_equal(og_arrays_metadata_count(in), 2);
    assert_string_equal(og_arrays_metadata_key(in, 0), "step");
    assert_string_equal(og_arrays_metadata(in, "step"), "12");
    assert_string_equal(og_arrays_metadata(in, "run"), "{\"seed\": \"a\\n\"}");
    assert_null(og_arrays_metadata(in, "absent"));
    og_arrays_free(out);
    og_arrays_free(in);
}

static void refused_to_write(void **state)
{
    int64_t dims[] = { 3 };
    og_tensor *bfloat = og_tensor_new(OG_BFLOAT16, 1, dims),
              *four = og_tensor_new(OG_INT4, 1, dims);
    og_arrays *a = og_arrays_new();

    (void)state;
    assert_ok(og_arrays_add(a, "x", bfloat), og_arrays_report(a));
    assert_int_equal(og_arrays_add(a, "x", bfloat), OG_BAD_FILE);
    assert_int_equal(og_arrays_save(a, in_folder("x.npz")), OG_UNSUPPORTED);
    assert_non_null(strstr(og_arrays_report(a)->what, "bfloat16"));
    assert_int_equal(og_arrays_save(a, in_folder("x.txt")), OG_BAD_ARGUMENT);
    assert_ok(og_arrays_add(a, "y", four), og_arrays_report(a));
    assert_int_equal(og_arrays_save(a, in_folder("x.safetensors")), OG_UNSUPPORTED);
    assert_int_equal(og_arrays_save(a, in_folder("x.npy")), OG_BAD_ARGUMENT);
    assert_int_equal(access(in_folder("x.safetensors"), F_OK), -1);
    og_arrays_free(a);
    og_tensor_free(bfloat);
    og_tensor_free(four);
}

/* ---- NPY of others --------------------------------------------------------------------------- */

/* An NPY file of version `version` around a header's text. */
static size_t npy(uint8_t *out, int version, const char *header, const void *data, size_t size)
{
    size_t length = strlen(header), before = version == 1 ? 10 : 12;

    memcpy(out, "\x93NUMPY", 6);
    out[6] = (uint8_t)version;
    out[7] = 0;
    for (size_t i = 8; i < before; i++)
        out[i] = (uint8_t)(length >> (8 * (i - 8)));
    memcpy(out + before, header, length);
    memcpy(out + before + length, data, size);
    return before + length + size;
}

static const uint8_t ramp[32] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };

typedef struct npy_case {
    const char *header;
    size_t size;        /* bytes of the ramp that follow */
    const char *result; /* "!" and a part of the message, or type and numbers */
} npy_case;

static const npy_case npy_cases[] = {
    { "{'descr': '>i2', 'fortran_order': False, 'shape': (2, 2), }\n", 8,
      "int16[2,2] 1 515 1029 1543" },
    { "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 2), }\n", 8,
      "int16[2,2] 256 770 1284 1798" },
    { "{'descr': '>u4', 'fortran_order': False, 'shape': (1,)}", 4, "uint32[1] 66051" },
    { "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", 6, "uint8[2,3] 0 2 4 1 3 5" },
    { "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }", 8,
      "int16[2,2] 1 1029 515 1543" },
    { "{'descr': '|i1', 'fortran_order': True, 'shape': (2, 2, 3), }", 12,
      "int8[2,2,3] 0 4 8 2 6 10 1 5 9 3 7 11" },
    { "{'descr': '|u1', 'fortran_order': True, 'shape': (0, 4611686018427387904), }", 0,
      "uint8[0," },
    { "{'descr': '|b1', 'fortran_order': False, 'shape': (4,), }", 4, "bool[4] 0 1 1 1" },
    { "{'shape': (), 'descr': \"|u1\", 'fortran_order': False}   \n", 1, "uint8 0" },
    { "{ 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2L , 1L ) }", 2,
      "uint8[2,1] 0 1" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3)}", 3, "uint8[3] 0 1 2" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 2, "!needs 3 bytes of data" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)}", 4, "!the file has 4" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (-3,)}", 3, "!a number in 'shape'" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3 3)}", 9, "!',' or ')'" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", 0,
      "!overflows" },
    { "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}", 0,
      "!overflows" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': [3]}", 3, "!a tuple" },
    { "{'descr': '|u1', 'fortran_order': 0, 'shape': (3,)}", 3, "!True or False" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'shape': (3,)}", 3, "!given twice" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), 'x': 1}", 3, "!'x' is unknown" },
    { "{'descr': '|u1', 'shape': (3,)}", 3, "!'fortran_order' is missing" },
    { "{'fortran_order': False, 'shape': (3,)}", 3, "!'descr' is missing" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)", 3, "!',' or '}'" },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (3,)} x", 3, "!its end" },
    { "{'descr': '|u1", 0, "!the end of a string" },
    { "{'descr': '<f 4', 'fortran_order': False, 'shape': (1,)}", 4, "!'<f 4'" },
    { "{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}", 4, "!'f4'" },
    { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 4, "!'|O'" },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "!list of fields" },
    { "[]", 0, "!expected '{'" },
    { "", 0, "!expected '{'" },
};

static void print_tensor(og_text *out, const og_tensor *t)
{
    char type[200];

    og_text_print(out, "%s", og_tensor_text(type, sizeof type, t));
    for (int64_t i = 0; i < t->count; i++)
        og_text_print(out, " %g", og_get_double(t, i));
}

static void npy_headers(void **state)
{
    uint8_t file[512];

    (void)state;
    for (size_t i = 0; i < sizeof npy_cases / sizeof *npy_cases; i++)
        for (int version = 1; version <= 3; version++) {
            const npy_case *c = &npy_cases[i];
            size_t size = npy(file, version, c->header, ramp, c->size);
            og_report report = { 0 };
            og_tensor *t;
            og_text out = { 0 };
            og_status s = og_npy_read(file, size, &t, &report);

            if (*c->result == '!') {
                assert_int_not_equal(s, OG_OK);
                assert_null(t);
                og_text_print(&out, "%s", report.what);
            } else {
                assert_ok(s, &report);
                print_tensor(&out, t);
            }
            if (!strstr(out.data, c->result + (*c->result == '!')))
                fail_msg("%s: expected '%s', found '%s'", c->header, c->result, out.data);
            og_text_free(&out);
            og_tensor_free(t);
        }
}

/* Every beginning of a file and every other version is refused. */
static void npy_cut(void **state)
{
    uint8_t file[512];
    size_t size = npy(file, 2, npy_cases[0].header, ramp, 8);
    og_tensor *t;

    (void)state;
    for (size_t n = 0; n < size; n++)
        assert_int_not_equal(og_npy_read(file, n, &t, NULL), OG_OK);
    file[6] = 4;
    assert_int_equal(og_npy_read(file, size, &t, NULL), OG_UNSUPPORTED);
}

/* ---- NPZ of others --------------------------------------------------------------------------- */

typedef struct zip_file {
    uint8_t data[4096];
    size_t size;
} zip_file;

static void add(zip_file *z, uint64_t x, int bytes)
{
    for (int i = 0; i < bytes; i++)
        z->data[z->size++] = (uint8_t)(i < 8 ? x >> (8 * i) : 0);
}

static void add_bytes(zip_file *z, const void *data, size_t size)
{
    memcpy(z->data + z->size, data, size);
    z->size += size;
}

/* What a zip is made of; a test changes one thing. */
typedef struct zip_plan {
    bool deflate, wide; /* wide: 64-bit fields throughout */
    uint64_t lie_size, lie_packed, lie_offset, lie_entries, lie_directory;
    uint32_t lie_crc;
    int flags, method;
    const char *name, *comment;
} zip_plan;

static void plan_entry(zip_file *z, const zip_plan *p, const uint8_t *packed, size_t packed_size,
                       const uint8_t *plain, size_t size)
{
    const char *name = p->name ? p->name : "x.npy";
    int method = p->method ? p->method : p->deflate ? 8 : 0;
    uint32_t crc = (uint32_t)crc32_z(0, plain, size) ^ p->lie_crc;
    size_t central;

    add(z, 0x04034b50, 4);
    add(z, 20, 2);
    add(z, (uint64_t)p->flags, 2);
    add(z, (uint64_t)method, 2);
    add(z, 0, 4);
    add(z, 0, 12); /* as a streaming writer: sizes only in the directory */
    add(z, strlen(name), 2);
    add(z, 4, 2);
    add_bytes(z, name, strlen(name));
    add(z, 0xcafe, 4); /* some extra field */
    add_bytes(z, packed, packed_size);

    central = z->size;
    add(z, 0x02014b50, 4);
    add(z, 20, 4);
    add(z, (uint64_t)p->flags, 2);
    add(z, (uint64_t)method, 2);
    add(z, 0, 4);
    add(z, crc, 4);
    add(z, p->wide ? UINT32_MAX : packed_size + p->lie_packed, 4);
    add(z, p->wide ? UINT32_MAX : size + p->lie_size, 4);
    add(z, strlen(name), 2);
    add(z, p->wide ? 4 + 4 + 28 : 0, 2);
    add(z, 0, 10);
    add(z, p->wide ? UINT32_MAX : p->lie_offset, 4);
    add_bytes(z, name, strlen(name));
    if (p->wide) {
        add(z, 0xcafe, 4);
        add(z, 1 | 24 << 16, 4);
        add(z, size + p->lie_size, 8);
        add(z, packed_size + p->lie_packed, 8);
        add(z, p->lie_offset, 8);
        add(z, 0, 4);
    }
    if (p->wide) {
        size_t end = z->size;

        add(z, 0x06064b50, 4);
        add(z, 44, 8);
        add(z, 45, 4);
        add(z, 0, 8);
        add(z, 1 + p->lie_entries, 8);
        add(z, 1 + p->lie_entries, 8);
        add(z, end - central, 8);
        add(z, central + p->lie_directory, 8);
        add(z, 0x07064b50, 4);
        add(z, 0, 4);
        add(z, end, 8);
        add(z, 1, 4);
        central = UINT32_MAX;
    }
    {
        size_t directory = z->size - central;

        add(z, 0x06054b50, 4);
        add(z, 0, 4);
        add(z, p->wide ? 0xffff : 1 + p->lie_entries, 2);
        add(z, p->wide ? 0xffff : 1 + p->lie_entries, 2);
        add(z, p->wide ? UINT32_MAX : directory, 4);
        add(z, p->wide ? UINT32_MAX : central + p->lie_directory, 4);
        add(z, p->comment ? strlen(p->comment) : 0, 2);
        if (p->comment)
            add_bytes(z, p->comment, strlen(p->comment));
    }
}

static void make_zip(zip_file *z, const zip_plan *p)
{
    uint8_t plain[256], packed[512];
    size_t size = npy(plain, 1, npy_cases[0].header, ramp, 8);
    z_stream s = { 0 };

    z->size = 0;
    if (!p->deflate) {
        plan_entry(z, p, plain, size, plain, size);
        return;
    }
    deflateInit2(&s, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    s.next_in = plain;
    s.avail_in = (uInt)size;
    s.next_out = packed;
    s.avail_out = sizeof packed;
    deflate(&s, Z_FINISH);
    plan_entry(z, p, packed, s.total_out, plain, size);
    deflateEnd(&s);
}

static const struct {
    zip_plan plan;
    const char *message; /* NULL: it reads */
} zips[] = {
    { { 0 }, NULL },
    { { .deflate = true }, NULL },
    { { .wide = true }, NULL },
    { { .wide = true, .deflate = true }, NULL },
    { { .comment = "PK\5\6 a comment that looks like an end" }, NULL },
    { { .lie_crc = 1 }, "checksum" },
    { { .lie_crc = 1, .deflate = true }, "checksum" },
    { { .flags = 1 }, "encrypted" },
    { { .method = 12 }, "method 12" },
    { { .name = "x.txt" }, "*.npy" },
    { { .lie_size = 1 }, "stored bytes cannot hold" },
    { { .lie_size = 1, .deflate = true }, "hold less than" },
    { { .lie_size = (uint64_t)-1, .deflate = true }, "hold more than" },
    { { .lie_size = 1000000, .deflate = true }, "cannot hold" },
    { { .lie_size = (uint64_t)1 << 62, .deflate = true, .wide = true }, "cannot hold" },
    { { .lie_packed = (uint64_t)-1, .deflate = true }, "too early" },
    { { .lie_packed = 1, .deflate = true }, "hold more than" },
    { { .lie_packed = 1000, .deflate = true }, "beyond the file" },
    { { .lie_packed = (uint64_t)-200, .wide = true, .deflate = true }, "beyond the file" },
    { { .lie_offset = 1 }, "no entry begins at offset 1" },
    { { .lie_offset = UINT64_MAX - 8, .wide = true }, "no entry begins" },
    { { .lie_entries = 1 }, "do not fit" },
    { { .lie_entries = (uint64_t)1 << 60, .wide = true }, "do not fit" },
    { { .lie_entries = (uint64_t)-1 }, "more than its 0 entries" },
    { { .lie_directory = 5 }, "beyond the file" },
    { { .lie_directory = (uint64_t)-5 }, "directory is damaged" },
    { { .lie_directory = (uint64_t)1 << 63, .wide = true }, "beyond the file" },
};

static void npz_files(void **state)
{
    static zip_file z;

    (void)state;
    for (size_t i = 0; i < sizeof zips / sizeof *zips; i++) {
        og_arrays *arrays;
        og_status s;

        make_zip(&z, &zips[i].plan);
        s = og_arrays_open(put("x.npz", z.data, z.size), &arrays);
        if (!zips[i].message) {
            og_text out = { 0 };

            assert_ok(s, og_arrays_report(arrays));
            print_tensor(&out, og_arrays_find(arrays, "x"));
            assert_string_equal(out.data, npy_cases[0].result);
            og_text_free(&out);
        } else if (s == OG_OK || !strstr(og_arrays_report(arrays)->what, zips[i].message)) {
            fail_msg("row %zu: expected '%s', found '%s'", i, zips[i].message,
                     og_arrays_report(arrays)->what);
        }
        og_arrays_free(arrays);
    }
}

/* No beginning of a zip file is one, and no change of a byte reads outside it (for the sanitizers).
 */
static void npz_damaged(void **state)
{
    static zip_file z;
    og_arrays *arrays;

    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        make_zip(&z, &(zip_plan){ .deflate = true, .wide = wide });
        for (size_t n = 0; n < z.size; n++) {
            uint8_t *copy = malloc(n + 1);

            memcpy(copy, z.data, n);
            arrays = og_arrays_new();
            assert_int_not_equal(og_npz_read(arrays, copy, n), OG_OK);
            og_arrays_free(arrays);
            free(copy);
        }
        for (size_t n = 0; n < z.size; n++) {
            z.data[n] ^= 0xff;
            arrays = og_arrays_new();
            og_npz_read(arrays, z.data, z.size);
            og_arrays_free(arrays);
            z.data[n] ^= 0xff;
        }
    }
}

/* ---- safetensors of others --------------------------------------------------------------------
 */

static const struct {
    const char *header;
    size_t size;
    const char *message; /* NULL: it reads */
} safetensors[] = {
    { "{}", 0, NULL },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]},"
      "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
      4, NULL },
    { "{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,2]}}", 2, NULL },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
      "\"b\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[1,1]}}",
      1, NULL },
    { "{\"a\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]}}", 3, "'F6_E2M3'" },
    { "{\"a\":{\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "'dtype' is missing" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":4,\"data_offsets\":[0,4]}}", 4, "no list" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4.5],\"data_offsets\":[0,4]}}", 4,
      "not a whole number" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}}", 4,
      "ends before it begins" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,3]}}", 3, "needs 4 bytes" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,1e30]}}", 4, "outside" },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[1,5]}}", 5, "behind a hole" },
    { "{\"a\":[]}", 0, "expected an object" },
    { "{\"__metadata__\":[]}", 0, "not an object" },
    { "{\"__metadata__\":{\"a\":1}}", 0, "not a text" },
    { "{\"a\":{},\"a\":{}}", 0, "given twice" },
    { "{} x", 0, "the end of the text" },
    { "[]", 0, "no '{'" },
};

static void safetensors_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof safetensors / sizeof *safetensors; i++) {
        zip_file f = { .size = 0 };
        og_arrays *arrays = og_arrays_new();
        og_status s;

        add(&f, strlen(safetensors[i].header), 8);
        add_bytes(&f, safetensors[i].header, strlen(safetensors[i].header));
        add_bytes(&f, ramp, safetensors[i].size);
        s = og_safetensors_read(arrays, f.data, f.size);
        if (!safetensors[i].message)
            assert_ok(s, og_arrays_report(arrays));
        else if (s == OG_OK || !strstr(og_arrays_report(arrays)->what, safetensors[i].message))
            fail_msg("%s: expected '%s', found '%s'", safetensors[i].header, safetensors[i].message,
                     og_arrays_report(arrays)->what);
        og_arrays_free(arrays);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trips, enter, leave),
        cmocka_unit_test_setup_teardown(metadata, enter, leave),
        cmocka_unit_test_setup_teardown(refused_to_write, enter, leave),
        cmocka_unit_test(npy_headers),
        cmocka_unit_test(npy_cut),
        cmocka_unit_test_setup_teardown(npz_files, enter, leave),
        cmocka_unit_test(npz_damaged),
        cmocka_unit_test(safetensors_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
