/*
 * base: what every room stands on: reports, memory, names, files, element types, random numbers,
 * threads.
 *
 * All memory and all file calls of the library pass through here, so that a limit or a test can
 * make any of them fail.
 */
#ifndef OG_BASE_H
#define OG_BASE_H

#include "onnxgrad/status.h"
#include "onnxgrad/tensor.h"

#include <assert.h>
#include <string.h>

/* ---- Reports --------------------------------------------------------------------------------- */

/* Writes the report and returns `code`; the first failure stays, a later one only returns the
 * stored code. */
og_status og_fail(og_report *report, og_status code, const char *format, ...) OG_PRINTF(3, 4);
og_status og_fail_v(og_report *report, og_status code, const char *format, va_list args);

/* Fill in the other two sentences of a report that already failed; what is there stays. */
void og_report_where(og_report *report, const char *format, ...) OG_PRINTF(2, 3);
void og_report_hint(og_report *report, const char *format, ...) OG_PRINTF(2, 3);
void og_report_clear(og_report *report);

#define OG_TRY(call)                                                                               \
    do {                                                                                           \
        og_status og_try_ = (call);                                                                \
        if (og_try_)                                                                               \
            return og_try_;                                                                        \
    } while (0)

/* ---- Memory ---------------------------------------------------------------------------------- */

/* malloc, calloc(n, size) with overflow check, realloc; NULL when memory is short. */
void *og_malloc(size_t size);
void *og_calloc(size_t n, size_t size);
void *og_realloc(void *memory, size_t size);
void og_free(void *memory);

/* 64-byte aligned; large blocks ask for huge pages.  Freed by og_free_aligned. */
void *og_malloc_aligned(size_t size);
void og_free_aligned(void *memory);

/* Calls of og_malloc, og_calloc, og_realloc and og_malloc_aligned so far, by all threads: tests
 * count with it.  og_fail_at(n) makes the n-th call from now (1 is the next) and every later one
 * fail, of allocations and file calls alike; 0 ends that. */
uint64_t og_alloc_count(void);
void og_fail_at(uint64_t n);

bool og_size_mul(size_t a, size_t b, size_t *product);     /* false on overflow */
bool og_count_mul(int64_t a, int64_t b, int64_t *product); /* of non-negative numbers */

/* Memory that is freed all at once.  Allocations are zeroed and 16-byte aligned.  NULL only when
 * memory is short, and then og_arena_failed stays true, so a builder may check once at its end. */
typedef struct og_arena og_arena;
og_arena *og_arena_new(void);
void og_arena_free(og_arena *arena);
void *og_arena_alloc(og_arena *arena, size_t size);
void *og_arena_copy(og_arena *arena, const void *data, size_t size);
char *og_arena_string(og_arena *arena, const char *text); /* a copy */
char *og_arena_print(og_arena *arena, const char *format, ...) OG_PRINTF(2, 3);
bool og_arena_failed(const og_arena *arena);
#define OG_NEW(arena, T) ((T *)og_arena_alloc((arena), sizeof(T)))
#define OG_NEW_N(arena, T, n) ((T *)og_arena_alloc((arena), sizeof(T) * (size_t)(n)))

/* A growing array in an arena: og_list(T) is a struct with `v`, `n`, `cap`; og_list_push gives
 * false when memory is short. */
#define og_list(T)                                                                                 \
    struct {                                                                                       \
        T *v;                                                                                      \
        size_t n, cap;                                                                             \
    }
#define og_list_push(arena, list, item)                                                            \
    (og_list_room((arena), (void **)&(list)->v, (list)->n, &(list)->cap, sizeof *(list)->v)        \
         ? ((list)->v[(list)->n++] = (item), true)                                                 \
         : false)
bool og_list_room(og_arena *arena, void **v, size_t n, size_t *cap, size_t size);

/* A growing text on the heap.  After a failed allocation it stays as it was, also through further
 * additions, and `failed` is true. */
typedef struct og_text {
    char *data; /* always terminated; "" before the first addition may be NULL */
    size_t size, cap;
    bool failed;
} og_text;
void og_text_print(og_text *text, const char *format, ...) OG_PRINTF(2, 3);
void og_text_add(og_text *text, const void *data, size_t size);
void og_text_free(og_text *text);

/* ---- Names ----------------------------------------------------------------------------------- */

/* Hash table from names to pointers, in an arena; keys are kept, not copied. */
typedef struct og_table og_table;
og_table *og_table_new(og_arena *arena);
void *og_table_get(const og_table *table, const char *key);
/* NULL removes; false when memory is short. */
bool og_table_set(og_table *table, const char *key, void *value);
uint64_t og_hash_bytes(uint64_t seed, const void *data, size_t size);

/* Copies `text` into out (size > 0), control characters, quotes and broken UTF-8 as escapes, cut
 * with "…" when too long; returns out.  For names that come from files. */
char *og_escape(char *out, size_t size, const char *text);
bool og_utf8_valid(const void *data, size_t size);

/* Shell-like match where * crosses every character and ? is one. */
bool og_glob(const char *pattern, const char *name);

/* The nearest of the names by edit distance, or NULL when none is near: for "did you mean". */
const char *og_nearest(const char *name, const char *const *names, size_t n);

/* ---- Element types --------------------------------------------------------------------------- */

/* A set of element types, bit `1 << elem`. */
typedef uint32_t og_elems;
#define OG_BIT(elem) ((og_elems)1 << (elem))
bool og_elem_in(og_elem elem, og_elems set);

/* One element to and from double; integers beyond 2^53 through og_get_int.  Indices are in
 * elements, packed types included.  Not for strings. */
double og_get_double(const og_tensor *tensor, int64_t i);
void og_set_double(og_tensor *tensor, int64_t i, double number);
int64_t og_get_int(const og_tensor *tensor, int64_t i);
void og_set_int(og_tensor *tensor, int64_t i, int64_t number);

float og_half_to_float(uint16_t bits);
uint16_t og_float_to_half(float x); /* nearest, ties to even */
float og_bfloat16_to_float(uint16_t bits);
uint16_t og_float_to_bfloat16(float x);

/* The product of dims, or -1 on overflow or a negative dimension. */
int64_t og_count(int rank, const int64_t *dims);

/* Bytes that `count` elements take; false on overflow. */
bool og_elem_bytes(og_elem elem, int64_t count, size_t *bytes);

/* "float[2,3]" for reports; returns out. */
char *og_tensor_text(char *out, size_t size, const og_tensor *tensor);

/* ---- Files ----------------------------------------------------------------------------------- */

/* Reads a regular file whole; *data is freed with og_free and has a zero byte behind its end.
 * Reports name the path; OG_NOT_FOUND and OG_BAD_FILE (not a regular file) are told from OG_IO. */
og_status og_file_read(const char *path, void **data, size_t *size, og_report *report);

/* A read-only private mapping of a regular file (data is NULL for an empty one). */
typedef struct og_map {
    const uint8_t *data;
    size_t size;
} og_map;
og_status og_file_map(const char *path, og_map *map, og_report *report);
void og_file_unmap(og_map *map);

/* Writing: to a temporary name beside `path`, flushed and renamed by commit; close removes what
 * was not committed.  og_file_append opens for adding at the end instead and needs no commit; it
 * and devices take no og_file_write_at.  A call that failed to open leaves OG_NO_FILE. */
typedef struct og_file {
    int fd;
    char *path, *temporary;
    og_report *report;
    og_text buffer;
} og_file;
#define OG_NO_FILE ((og_file){ .fd = -1 })
og_status og_file_create(og_file *file, const char *path, og_report *report);
og_status og_file_append(og_file *file, const char *path, og_report *report);
og_status og_file_write(og_file *file, const void *data, size_t size);
og_status og_file_write_at(og_file *file, uint64_t offset, const void *data, size_t size);
og_status og_file_flush(og_file *file);
og_status og_file_commit(og_file *file);
void og_file_close(og_file *file);

og_status og_directory_make(const char *path, og_report *report); /* parents too; may exist */
og_status og_directory_new(const char *path, og_report *report);  /* OG_EXISTS if it does */
bool og_is_directory(const char *path);
/* The names in a folder, sorted by bytes, without "." and ".."; they lie in the arena. */
og_status og_directory_list(og_arena *arena, const char *path, size_t *n, const char *const **names,
                            og_report *report);
bool og_file_exists(const char *path);
og_status og_file_truncate(const char *path, uint64_t size, og_report *report);

/* `folder/name` in an arena; `name` alone where it is absolute. */
char *og_path_join(og_arena *arena, const char *folder, const char *name);
const char *og_path_base(const char *path);              /* behind the last slash */
char *og_path_folder(og_arena *arena, const char *path); /* "." where there is none */

/* Where `folder/name` really lies, all links followed; OG_BAD_FILE unless that is inside the
 * folder. */
og_status og_path_inside(og_arena *arena, const char *folder, const char *name, char **path,
                         og_report *report);

/* ---- Random numbers -------------------------------------------------------------------------- */

/* Philox4x32-10 (Salmon et al. 2011): the i-th number is a function of (seed, stream, i), so any
 * position can be resumed and any piece computed apart. */
typedef struct og_philox {
    uint64_t seed, stream, position; /* position counts 32-bit words */
} og_philox;
void og_philox_block(uint64_t seed, uint64_t stream, uint64_t block, uint32_t out[4]);
uint32_t og_philox_u32(og_philox *random);
double og_philox_uniform(og_philox *random); /* [0, 1), 53 bits */
double og_philox_normal(og_philox *random);  /* Box-Muller, one number a call */
/* The two normal numbers that one block gives: counted, any of them can be had alone. */
void og_philox_normals(uint64_t seed, uint64_t stream, uint64_t block, double out[2]);
uint64_t og_philox_below(og_philox *random, uint64_t n); /* unbiased, n > 0 */

/* MT19937 and numpy's legacy double stream (np.random.seed(seed); np.random.uniform): ONNX's
 * Dropout cases are made with it. */
typedef struct og_mt19937 {
    uint32_t state[624];
    int index;
} og_mt19937;
void og_mt_seed(og_mt19937 *mt, uint32_t seed);
double og_mt_double(og_mt19937 *mt);

/* ---- Threads --------------------------------------------------------------------------------- */

/* A pool of n threads, the caller among them; NULL only when memory is short.  og_threads_run gives
 * every piece in [0, pieces) to one thread (index in [0, n), the caller is 0) and returns when all
 * are done.  One job at a time; a NULL pool runs everything in the caller. */
typedef struct og_threads og_threads;
typedef void og_piece(void *context, int64_t piece, int thread);
og_threads *og_threads_new(int n);
void og_threads_free(og_threads *threads);
int og_threads_count(const og_threads *threads);
void og_threads_run(og_threads *threads, int64_t pieces, og_piece *run, void *context);

/* ---- The machine ----------------------------------------------------------------------------- */

int og_cpu_count(void);              /* what affinity and cgroup allow, at least 1 */
size_t og_memory_limit(void);        /* bytes of the machine or its cgroup */
size_t og_memory_peak(void);         /* largest resident set of this process so far, bytes */
double og_seconds(void);             /* a monotonic clock */
double og_seconds_since_start(void); /* since the process was started */

#endif
