/*
 * onnx: models and tensors in files. The public calls are in onnxgrad/file.h; this header adds what
 * the rest of the library asks about a file.
 */
#ifndef OG_ONNX_FILE_H
#define OG_ONNX_FILE_H

#include "graph/op.h"
#include "onnxgrad/file.h"

/* Limits on what a file may ask for; documented, and named in the reports. */
enum {
    OG_MAX_FUNCTION_DEPTH = 100,    /* functions that call functions */
    OG_MAX_INLINED_NODES = 1000000, /* nodes of a model with its functions inlined */
    OG_OLDEST_IR = 3,
    OG_NEWEST_IR = 14
};

/* The newest version of a domain's operators that this library knows; 0 for a domain it does not
 * know. */
int og_newest_opset(const char *domain);

/* Operators of a graph loaded with keep_unknown that the library does not have: their number, and
 * of each the text "domain::Name" and how many nodes use it. */
size_t og_unknown_count(const og_graph *graph);
const char *og_unknown_op(const og_graph *graph, size_t i, size_t *nodes);

/* True when og_model_save can overwrite the numbers of this value. */
bool og_model_has(const og_graph *graph, const char *name);

#endif
