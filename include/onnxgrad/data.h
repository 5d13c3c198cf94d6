/* Data: sets of named arrays with a common first axis, batches of their rows, and files of named
 * tensors. */
#ifndef ONNXGRAD_DATA_H
#define ONNXGRAD_DATA_H

#include "onnxgrad/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Sets ------------------------------------------------------------------------------------ */

typedef struct og_dataset og_dataset;

/* Opens a set by its source.
 *
 * - digits, digits:test: 1,797 images 8x8 that the library carries, every fifth row the test part
 * - fashion-mnist, fashion-mnist:test: searched in $ONNXGRAD_DATA, $XDG_DATA_HOME/onnxgrad and the
 *   system's share/datasets
 * - adding, order, adding:test, order:test: made-up sequences that need a long memory
 * - idx:IMAGES,LABELS
 * - npz:FILE
 * - npy:x=FILE,y=FILE
 * - csv:FILE?label=COLUMN
 *
 * Options follow a '?', joined by '&': scale, mean and std of the inputs, and some for one kind
 * (data/README.md).  Unless memory is short *dataset is set even on failure, so that
 * og_dataset_report can be read. */
OG_API og_status og_dataset_open(const char *source, og_dataset **dataset);
OG_API void og_dataset_free(og_dataset *dataset);
OG_API const og_report *og_dataset_report(const og_dataset *dataset);

/* A set of the caller's tensors, which are not copied and must outlive it. */
OG_API og_status og_dataset_of(size_t n, const char *const names[], const og_tensor tensors[],
                               og_dataset **dataset);

/* One array of a set. */
typedef struct og_data_array {
    const char *name;
    og_tensor tensor;       /* as stored, all rows of the source: a part (below) has fewer */
    og_elem elem;           /* what a model is fed: float for images, int64 for labels */
    const char *conversion; /* how numbers become that, "divided by 255"; "": not at all */
} og_data_array;

/* Rows of this set, number of its arrays, the i-th (NULL past the end), one by name (NULL if there
 * is none). */
OG_API int64_t og_dataset_rows(const og_dataset *dataset);
OG_API size_t og_dataset_count(const og_dataset *dataset);
OG_API const og_data_array *og_dataset_array(const og_dataset *dataset, size_t i);
OG_API const og_data_array *og_dataset_find(const og_dataset *dataset, const char *name);

/* Smallest and largest number of an array over this set's rows, as it is fed; NaN where there is
 * none. */
OG_API void og_dataset_range(const og_dataset *dataset, size_t i, double *low, double *high);

/* Copies `n` rows of an array into out->data, converted to out->elem: scaled for a floating type,
 * as stored for an integer one.  out->count must be n times the elements of a row; its shape is the
 * caller's.  Allocates nothing, and only a failure changes the set (its report), so threads may
 * share it. */
OG_API og_status og_dataset_batch(og_dataset *dataset, size_t array, const int64_t *rows, size_t n,
                                  og_tensor *out);

/* Two parts of the rows, drawn by `seed`: *rest, and *part with round(fraction * rows) of them, at
 * least one each.  They share the memory of `dataset` and may outlive it.  On failure both are NULL
 * and the report is in `dataset`. */
OG_API og_status og_dataset_split(og_dataset *dataset, double fraction, uint64_t seed,
                                  og_dataset **rest, og_dataset **part);

/* ---- Batches --------------------------------------------------------------------------------- */

/* The rows of an epoch in an order that depends on nothing but (seed, epoch), or in their own
 * order. */
typedef struct og_batches og_batches;
OG_API og_batches *og_batches_new(int64_t rows, int64_t batch, bool shuffle,
                                  uint64_t seed); /* NULL: no memory */
OG_API void og_batches_free(og_batches *batches);

/* Goes to row `position` (0 to rows) of an epoch; a new object stands at (0, 0). */
OG_API void og_batches_seek(og_batches *batches, int64_t epoch, int64_t position);
OG_API int64_t og_batches_epoch(const og_batches *batches);
OG_API int64_t og_batches_position(const og_batches *batches);

/* The next rows of this epoch, `batch` of them or what is left; NULL at its end, where the next
 * epoch begins. Valid until the next call.  Allocates nothing. */
OG_API const int64_t *og_batches_next(og_batches *batches, size_t *n);

/* ---- Files of named tensors ------------------------------------------------------------------ */

/* What a .npy (one tensor, named by the file), .npz or .safetensors file holds. */
typedef struct og_arrays og_arrays;

/* Reads a file; its content says which kind it is.  *arrays is set even on failure, as above. */
OG_API og_status og_arrays_open(const char *path, og_arrays **arrays);
OG_API og_arrays *og_arrays_new(void); /* an empty collection; NULL when memory is short */
OG_API void og_arrays_free(og_arrays *arrays);
OG_API const og_report *og_arrays_report(const og_arrays *arrays);

/* Number of tensors in the order of the file, the i-th one's name and tensor (NULL past the end),
 * one by name. */
OG_API size_t og_arrays_count(const og_arrays *arrays);
OG_API const char *og_arrays_name(const og_arrays *arrays, size_t i);
OG_API const og_tensor *og_arrays_tensor(const og_arrays *arrays, size_t i);
OG_API const og_tensor *og_arrays_find(const og_arrays *arrays, const char *name);

/* Texts beside the tensors, which only .safetensors keeps: number, i-th key, text of a key (NULL:
 * none). */
OG_API size_t og_arrays_metadata_count(const og_arrays *arrays);
OG_API const char *og_arrays_metadata_key(const og_arrays *arrays, size_t i);
OG_API const char *og_arrays_metadata(const og_arrays *arrays, const char *key);

/* Adds a tensor (its data are not copied and must live until saved) or a text (copied; replaces an
 * older one). */
OG_API og_status og_arrays_add(og_arrays *arrays, const char *name, const og_tensor *tensor);
OG_API og_status og_arrays_set_metadata(og_arrays *arrays, const char *key, const char *text);

/* Writes the collection; the path's ending says which kind: .npy (one tensor), .npz or
 * .safetensors. */
OG_API og_status og_arrays_save(og_arrays *arrays, const char *path);

/* Makes a folder, with those above it; one that exists is fine.  `report` may not be NULL. */
OG_API og_status og_folder_make(const char *path, og_report *report);

#ifdef __cplusplus
}
#endif
#endif
