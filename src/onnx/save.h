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
    og_graph *g; /* the clone */
    og_arena *arena;
    og_report *report;
    og_list(Onnx__OperatorSetIdProto *) imports;
    og_list(og_saved_function *) functions; /* each after those it calls */
    og_list(Onnx__TrainingInfoProto *) training;
} og_saver;

og_status og_save_no_memory(og_saver *s);
/* States that the file needs that version of a domain's operators. */
og_status og_save_need(og_saver *s, const char *domain, int64_t version);
static inline char *og_save_text(const char *text)
{
    return (char *)(uintptr_t)text; /* protobuf-c reads what it writes through char * */
}

/* ---- Making the clone what the file shall hold (prepare.c) ---- */
/* State that is updated becomes inputs with defaults, its new values outputs. */
og_status og_prepare_functional(og_graph *g, const char *prefix);
/* Initializers and constants with other numbers, which are not copied. */
og_status og_prepare_numbers(og_graph *g, og_weights *weights, void *context);
/* Names no node twice and no value twice within sight of another, and gives each body outputs that
 * its own nodes make. */
og_status og_prepare_names(og_graph *g);

/* ---- Graphs (save_graph.c) ---- */
og_status og_save_graph(og_saver *s, og_graph *g, Onnx__GraphProto **proto);
og_status og_save_nodes(og_saver *s, const og_graph *g, size_t first, Onnx__NodeProto **nodes);

/* ---- Attributes and types (save_attr.c) ---- */
og_status og_save_attrs(og_saver *s, const og_node *node, Onnx__NodeProto *proto);
og_status og_save_type(og_saver *s, const og_type *type, Onnx__TypeProto **proto);

/* ---- Functions (save_function.c) ---- */
/* Makes `proto` a call of an own operator, whose function is made if it is new. */
og_status og_save_call(og_saver *s, const og_node *node, Onnx__NodeProto *proto);

/* ---- Training (save_training.c) ---- */
og_status og_save_training(og_saver *s, const og_graph *original);

#endif
