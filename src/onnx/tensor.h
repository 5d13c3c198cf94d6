/*
 * tensor: TensorProto and SparseTensorProto to tensors, from whichever of the places their numbers
 * may lie in: raw_data, one of the *_data lists, or another file.
 */
#ifndef OG_ONNX_TENSOR_H
#define OG_ONNX_TENSOR_H

#include "onnx/scan.h"

/* A file with the data of tensors, beside the model. */
typedef struct og_external {
    const char *location; /* as the model says */
    const char *path;     /* where it really lies */
    og_map map;
} og_external;

/* Where a tensor's numbers lie, for overwriting them. */
typedef struct og_place {
    size_t message;  /* its number in the scan */
    size_t external; /* 1 + the number of the external file; 0: in the model's own */
    uint64_t offset; /* in the external file */
} og_place;

/* What reading tensors needs and collects. */
typedef struct og_tensors {
    const og_scan *scan;
    const char *folder; /* of the model; NULL: no external data */
    size_t max_memory;  /* bytes that numbers may take which do not stay in the file */
    size_t used;        /* of them, so far */
    og_report *report;
    og_arena *arena; /* for dims, paths and the list; outlives the tensors */
    og_list(og_external) externals;
    void *(*room)(void *owner,
                  size_t size); /* memory for numbers that cannot stay where they are */
    void *owner;
} og_tensors;

/* Reads a tensor; `name` stands in reports.  out->data lies in the mapped file where it is as a
 * tensor needs it, else in .room; `place` may be NULL. */
og_status og_tensors_read(og_tensors *t, const Onnx__TensorProto *proto, const char *name,
                          og_tensor *out, og_place *place);

/* Reads a sparse tensor into a dense one. */
og_status og_tensors_read_sparse(og_tensors *t, const Onnx__SparseTensorProto *proto,
                                 const char *name, og_tensor *out);

/* The bytes of an external tensor's numbers: checks location, offset and length. */
og_status og_tensors_external(og_tensors *t, const Onnx__TensorProto *proto, const char *name,
                              size_t size, const uint8_t **data, og_place *place);

/* Memory for numbers, within the limit; `about` says for what, in the report. */
og_status og_tensors_room(og_tensors *t, const char *about, size_t size, void **data);

/* The field of TensorProto in which a type's numbers are listed: 4 float_data, 5 int32_data … */
uint32_t og_tensor_list_field(og_elem elem);
/* How many entries that list has for `count` elements. */
int64_t og_tensor_list_entries(og_elem elem, int64_t count);

#endif
