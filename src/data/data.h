/*
 * data: datasets and file formats.  A set is arrays with a common first axis; a source text says
 * where they come from.  Readers check every size of a file before they use it.
 */
#ifndef OG_DATA_H
#define OG_DATA_H

#include "base/base.h"
#include "onnxgrad/data.h"

/* ---- Bytes ----------------------------------------------------------------------------------- */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
enum { OG_HOST_BIG = 1 };
#else
enum { OG_HOST_BIG = 0 };
#endif

static inline uint16_t og_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t og_le32(const uint8_t *p)
{
    return og_le16(p) | (uint32_t)og_le16(p + 2) << 16;
}

static inline uint64_t og_le64(const uint8_t *p)
{
    return og_le32(p) | (uint64_t)og_le32(p + 4) << 32;
}

static inline uint32_t og_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Turns the bytes of each of `count` words of `width` bytes round. */
void og_bytes_swap(void *data, size_t width, int64_t count);

/* OG_OK if `bytes` more are within the machine's memory: for sizes that a file only claims. */
og_status og_memory_fits(uint64_t bytes, og_report *report);

/* Names the file in a report that failed, before the place inside it that is there already. */
void og_report_file(og_report *report, const char *path);

/* ---- Compressed data (zlib, through base's allocation) --------------------------------------- */

/* Decompresses a raw deflate stream of exactly `size` bytes. */
og_status og_inflate(const uint8_t *in, size_t in_size, uint8_t *out, size_t size,
                     og_report *report);

/* Decompresses a gzip file, at most `limit` bytes of it (SIZE_MAX: all, checked to its end).  *out
 * is freed with og_free. */
og_status og_gunzip(const uint8_t *in, size_t in_size, size_t limit, uint8_t **out, size_t *size,
                    og_report *report);

/* Deflate grows data at most this many times. */
enum { OG_DEFLATE_RATIO = 1032 };

/* ---- Formats --------------------------------------------------------------------------------- */

/* One tensor from bytes; the caller frees it. */
og_status og_npy_read(const uint8_t *data, size_t size, og_tensor **tensor, og_report *report);
og_status og_idx_read(const uint8_t *data, size_t size, og_tensor **tensor, og_report *report);

/* One from a file; an .idx that ends in .gz is decompressed. */
og_status og_npy_open(const char *path, og_tensor **tensor, og_report *report);
og_status og_idx_open(const char *path, og_tensor **tensor, og_report *report);

/* A table of numbers in a text.  `label` and `target` are a column's name, or its index (negative:
 * from the end); a label is whole numbers from 0 if all its numbers are whole, a target any
 * numbers. */
typedef struct og_csv_options {
    const char *label;  /* "none": no such column; NULL: the one called "label" */
    const char *target; /* instead of a label; NULL: none */
    int header;         /* 1: the first line is one, 0: it is not, -1: it is if it holds a word */
    char separator;
} og_csv_options;

typedef struct og_csv {
    og_tensor *inputs;      /* double[rows, the other columns] */
    og_tensor *label;       /* int64[rows] or double[rows]; NULL with label "none" */
    const char *label_name; /* in the arena */
} og_csv;

/* The caller frees both tensors, after a failure too. */
og_status og_csv_read(og_arena *arena, const char *text, size_t size, const og_csv_options *options,
                      og_csv *csv, og_report *report);
og_status og_csv_open(og_arena *arena, const char *path, const og_csv_options *options, og_csv *csv,
                      og_report *report);

/* What stands before the data of a tensor in an NPY file; the data follow in row-major order. */
enum { OG_NPY_HEADER = 2048 };
og_status og_npy_header(const og_tensor *tensor, char header[OG_NPY_HEADER], size_t *size,
                        og_report *report);

/* Collections of several. */
typedef struct og_arrays_entry {
    const char *name;
    og_tensor tensor;
    og_tensor *owned; /* the tensor if it was read from a file; NULL if it is the caller's */
} og_arrays_entry;

typedef struct og_arrays_text {
    const char *key, *text;
} og_arrays_text;

struct og_arrays {
    og_arena *arena;
    og_list(og_arrays_entry) entries;
    og_list(og_arrays_text) metadata;
    og_table *names; /* of entries, to index + 1 */
    og_report report;
};

/* Adds a tensor that the collection then owns (freed even on failure); names are copied. */
og_status og_arrays_take(og_arrays *arrays, const char *name, og_tensor *tensor);

og_status og_npz_read(og_arrays *arrays, const uint8_t *data, size_t size);
og_status og_npz_write(og_arrays *arrays, og_file *file);
og_status og_safetensors_read(og_arrays *arrays, const uint8_t *data, size_t size);
og_status og_safetensors_write(og_arrays *arrays, og_file *file);

/* ---- Sets ------------------------------------------------------------------------------------ */

/* How stored numbers become inputs: (x * factor / divisor - mean[c]) / std[c], c being the index
 * along axis 1. */
typedef struct og_scaling {
    double factor, divisor;
    int64_t channels; /* 1: mean and std hold for all */
    const double *mean, *std;
} og_scaling;

typedef struct og_column {
    og_data_array array;
    og_tensor *owned; /* NULL: the caller's */
    int64_t row;      /* elements of a row */
    bool scaled;
    og_scaling scaling;
    int64_t inner;      /* elements behind axis 1 */
    const float *table; /* [channels][256]: what each byte becomes; NULL for other types */
} og_column;

/* What the parts of a set share. */
typedef struct og_data_core {
    _Atomic int users;
    og_arena *arena;
    size_t n;
    og_column *columns;
} og_data_core;

struct og_dataset {
    og_data_core *core;
    int64_t rows;
    int64_t *map; /* [rows] rows of the source; NULL: all of them */
    og_report report;
};

og_dataset *og_dataset_new(void); /* without arrays; NULL when memory is short */

/* Adds an array that the set then owns (freed even on failure).  An image is scaled, by `scaling`
 * or if that is NULL by 1/255; a label of one whole number a row is fed as int64. */
og_status og_dataset_take(og_dataset *dataset, const char *name, og_tensor *tensor,
                          const og_scaling *scaling);

/* The images that the library carries: one part of them. */
og_status og_digits(bool test, og_tensor **images, og_tensor **labels, og_report *report);
extern const unsigned char og_digits_csv_gz[];
extern const size_t og_digits_csv_gz_size;

/* Made-up sequences: x float[rows, length, 2] and y float[rows, 1], or, for the order task, x
 * float[rows, length, 6] and y int64[rows].  The caller frees both tensors, after a failure too. */
typedef struct og_sequences {
    bool order, test;
    int64_t rows, length; /* length at least 2 */
    uint64_t seed;
} og_sequences;
og_status og_sequences_make(const og_sequences *sequences, og_tensor **x, og_tensor **y,
                            og_report *report);

#endif
