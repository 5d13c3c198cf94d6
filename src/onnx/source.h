/*
 * source: what a loaded graph remembers of its file, so that the file can be written again with
 * other weights.
 */
#ifndef OG_ONNX_SOURCE_H
#define OG_ONNX_SOURCE_H

#include "onnx/onnx_file.h"
#include "onnx/tensor.h"

/* A tensor of the file that became a value of the graph. */
typedef struct og_weight {
    const char *name; /* of the value */
    og_place place;
    og_elem elem;
    int64_t count;
} og_weight;

typedef struct og_unknown {
    const char *text; /* "domain::Name" */
    og_op *op;
    size_t nodes;
} og_unknown;

typedef struct og_source {
    og_arena *arena;
    const char *path;
    og_scan scan; /* the bytes, whose map the graph's store holds, and the place of each tensor */
    og_tensors tensors; /* with the external files */
    og_list(og_weight) weights;
    og_table *by_name;
    og_list(og_unknown *) unknown;
} og_source;

#endif
