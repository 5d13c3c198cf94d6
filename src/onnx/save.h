/*
 * save: from a graph to a standard ONNX file.
 *
 * Saving works on a clone, which is first made what the file shall hold (prepare.c) and then
 * written as it is. Messages are built in an arena over the clone's own texts and numbers, which
 * are not copied.  While nodes are written the opsets they need are collected; the model and its
 * functions import the result.
 */
#ifndef OG_ONNX_SAVE_H
#define OG_ONNX_SAVE_H

#include "onnx/onnx_file.h"
#include "onnx/pack.h"

typedef struct og_saved_function {
    Onnx__FunctionProto proto;
    const uint8_t *body; /* packed without its name and imports: what makes it distinct */
    size_t size;
} og_saved_function;

typedef struct og_saver {
    og_graph *g; /* the clone that is being written */
    og_arena *arena;
    og_report *report; /* of that clone */
    og_list(Onnx__OperatorSetIdProto *) imports;
    og_list(og_saved_function *) functions; /* each after those it calls */
    Onnx__TrainingInfoProto *training;      /* or NULL */
} og_saver;

og_status og_save_no_memory(og_saver *s);
/* States that the file needs that version of a domain's operators. */
og_status og_save_need(og_saver *s, const char *domain, int64_t version);
static inline char *og_save_text(const char *text)
{
    return (char *)(uintptr_t)text; /* protobuf-c reads what it writes through char * */
}

/* ---- Making the clone what the file shall hold (prepare.c) ----------------------------------- */
/* New values of the state, the loss and `finite` become outputs. */
og_status og_prepare_step(og_graph *g, const char *prefix);
/* The same, and state that is updated becomes inputs with defaults. */
og_status og_prepare_functional(og_graph *g, const char *prefix);
/* Forgets the training step, and every node that no output needs. */
og_status og_prepare_inference(og_graph *g);
/* Initializers and constants with other numbers, which are not copied. */
og_status og_prepare_numbers(og_graph *g, og_weights *weights, void *context);
/* Names no node twice and no value twice within sight of another, and gives each body outputs that
 * its own nodes make.  `node_names` holds the names that are taken already, or is NULL. */
og_status og_prepare_names(og_graph *g, og_table *node_names);

/* ---- Graphs (save_graph.c) ------------------------------------------------------------------- */
og_status og_save_graph(og_saver *s, og_graph *g, Onnx__GraphProto **proto);
og_status og_save_nodes(og_saver *s, const og_graph *g, size_t first, Onnx__NodeProto **nodes);

/* Sets `mark` to 1 on the values that a node, a body or an output reads, to 0 on the others. */
void og_save_mark_used(og_graph *g);

/* ---- Attributes and types (save_attr.c) ------------------------------------------------------ */
og_status og_save_attrs(og_saver *s, const og_node *node, Onnx__NodeProto *proto);
og_status og_save_type(og_saver *s, const og_type *type, Onnx__TypeProto **proto);

/* ---- Functions (save_function.c) ------------------------------------------------------------- */
/* Makes `proto` a call of an own operator, whose function is made if it is new. */
og_status og_save_call(og_saver *s, const og_node *node, Onnx__NodeProto *proto);

/* ---- Training (save_training.c) -------------------------------------------------------------- */
/* Takes from a clone what only its training step reads: labels, slots of the optimizer. */
void og_save_forget_training(og_graph *inference);
/* Makes s->training of the step in `step`, a clone, beside the inference graph of the file. */
og_status og_save_training(og_saver *s, og_graph *inference, og_graph *step, const char *prefix);

#endif
