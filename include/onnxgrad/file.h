/* Files: ONNX models in and out, and single tensors as the test data sets of ONNX hold them. */
#ifndef ONNXGRAD_FILE_H
#define ONNXGRAD_FILE_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_load_options {
    size_t max_memory; /* bytes that reading may take; 0: what the machine or its cgroup has */
    bool keep_unknown; /* operators that the library does not have stay as nodes that cannot run */
    bool training; /* the training step of the file (TrainingInfoProto) too, as nodes and bindings;
                      without, it is only checked */
} og_load_options;

/* Loads a model.  Unless memory is short *graph is set even on failure, so that og_graph_report can
 * be read. Older operator versions are upgraded, functions inlined, Constant nodes made constants.
 * `options` may be NULL. */
OG_API og_status og_load(const char *path, const og_load_options *options, og_graph **graph);

/* How the state that a graph updates (og_train_step) is written. */
typedef enum og_save_form {
    OG_SAVE_FUNCTIONAL,   /* state as inputs with defaults, and an output `<name>_new` for each */
    OG_SAVE_TRAINING_INFO /* as ONNX's TrainingInfoProto */
} og_save_form;

/* New numbers of one tensor of a model, or NULL to leave those it has. */
typedef const og_tensor *og_weights(void *context, const char *name);

typedef struct og_save_options {
    og_save_form form;
    const char *prefix;  /* before the names of outputs that saving adds; NULL: "" */
    og_weights *weights; /* numbers of initializers other than the graph's; NULL: none */
    void *context;       /* handed to `weights` */
    /* The model's own graph in a file with training info; NULL: the one that is saved, without its
     * training step.  Needed where training has changed nodes of the model (BatchNormalization). */
    og_graph *inference;
} og_save_options;

/* Writes a graph as a standard ONNX file at the lowest opset that can express it; operators of our
 * own become functions in it.  The file appears whole or not at all.  The report is the graph's;
 * `options` may be NULL. */
OG_API og_status og_save(og_graph *graph, const char *path, const og_save_options *options);

/* Writes the file that `graph` was loaded from again, with new numbers for the tensors that
 * `weights` has and otherwise the same bytes; only a BatchNormalization that was exported for
 * training is written for inference, when nobody reads the statistics it puts out.  Names are those
 * of the graph's constants and initializers.  External data are written beside the new file, under
 * another name where that would overwrite those of the original.  The graph is not touched, its
 * report neither; `report` may not be NULL. */
OG_API og_status og_model_save(const og_graph *graph, const char *path, og_weights *weights,
                               void *context, og_report *report);

/* One tensor in a file of its own (TensorProto).  og_tensor_load makes it with og_tensor_new; a
 * file that holds a sequence gives OG_UNSUPPORTED.  `report` may not be NULL. */
OG_API og_status og_tensor_load(const char *path, og_tensor **tensor, og_report *report);
OG_API og_status og_tensor_save(const char *path, const char *name, const og_tensor *tensor,
                                og_report *report);

#ifdef __cplusplus
}
#endif
#endif
