/*
 * load: from an unpacked model to a graph.
 *
 * Names of a file are looked up in scopes: one for the main graph, one for each subgraph (which
 * sees the scopes around it) and one for each body of a function that is being inlined (which sees
 * nothing but its inputs). Constants of all scopes become values of the main graph, so that each
 * can be trained and saved by name.
 */
#ifndef OG_ONNX_LOAD_H
#define OG_ONNX_LOAD_H

#include "onnx/source.h"

/* Which version of each domain's operators a model or a function is written in. */
typedef struct og_imports {
    size_t n;
    Onnx__OperatorSetIdProto **v;
} og_imports;

typedef enum og_visit { OG_UNSEEN, OG_OPEN, OG_SEEN } og_visit;

typedef struct og_function {
    const Onnx__FunctionProto *proto;
    og_visit visit;
    int depth;      /* of calls below it */
    uint64_t nodes; /* in its body with all calls inlined */
} og_function;

/* One body of a function being inlined, or the main graph (function is NULL). */
typedef struct og_frame {
    const og_function *function;
    og_imports imports;
    const og_attr *given;  /* attributes of the call and defaults, ended by a NULL name */
    const char *prefix;    /* before the names of values inside */
    og_table *final_names; /* of the function's outputs: the names in the caller */
} og_frame;

typedef struct og_scope {
    const struct og_scope *outer;  /* names are looked up there too */
    const struct og_scope *caller; /* of a function's body */
    og_graph *graph;
    const og_frame *frame;
    og_table *values; /* by the name in the file */
    og_table *later;  /* every name that nodes of this scope give, for reports and free names */
} og_scope;

typedef struct og_loader {
    og_graph *root;
    og_report *report;
    og_arena *arena; /* until loading ends */
    og_source *source;
    const Onnx__ModelProto *model;
    og_load_options options;
    og_table *functions; /* og_function by "domain::name::overload" */
    og_table *numbers;   /* the last number put behind a name to make it free */
    og_table *unknown;   /* og_unknown by its text */
    og_value omitted;    /* stands for an input that a call leaves out */
    bool located;        /* the report already says which node failed */
} og_loader;

/* ---- Names and scopes (load_scope.c) --------------------------------------------------------- */
og_status og_scope_open(og_loader *ld, og_scope *scope, const og_scope *outer, og_graph *graph,
                        const og_frame *frame);
og_status og_scope_expect(og_loader *ld, og_scope *scope, size_t n, Onnx__NodeProto **nodes);
og_status og_scope_define(og_loader *ld, og_scope *scope, const char *name, og_value *value);
og_status og_scope_check_new(og_loader *ld, const og_scope *scope, const char *name);
/* The value of a name, NULL where no scope has it. */
og_value *og_scope_find(const og_loader *ld, const og_scope *scope, const char *name);
/* The value of a name, NULL for "" and for what a call left out; fails where no scope has it. */
og_status og_scope_value(og_loader *ld, const og_scope *scope, const char *name, og_value **value);
/* The name a value of this scope gets in its graph; NULL for "". */
const char *og_scope_name(og_loader *ld, const og_scope *scope, const char *name);
/* A name that neither `graph` nor any scope on the way out has. */
const char *og_scope_free_name(og_loader *ld, const og_scope *scope, og_graph *graph,
                               const char *base);
/* A constant of the main graph under a name of this scope, from a tensor of the file. */
og_status og_scope_constant(og_loader *ld, og_scope *scope, const char *name,
                            const og_tensor *tensor, const og_place *place, bool initializer);
/* Notes where the numbers of a value lie in the file. */
og_status og_scope_remember(og_loader *ld, const char *name, const og_tensor *tensor,
                            const og_place *place);

/* ---- Graphs (load_graph.c) ------------------------------------------------------------------- */
og_status og_load_graph(og_loader *ld, og_scope *scope, const Onnx__GraphProto *proto);

/* ---- Nodes (load_node.c, load_constant.c) ---------------------------------------------------- */
og_status og_load_nodes(og_loader *ld, og_scope *scope, size_t n, Onnx__NodeProto **nodes);
og_status og_load_constant(og_loader *ld, og_scope *scope, const Onnx__NodeProto *proto);
/* `Gemm node #7 "fc2" (output "y")`, escaped. */
char *og_proto_text(const Onnx__NodeProto *proto, size_t index, char *out, size_t size);
/* Notes an operator that is not there, and gives a descriptor for it. */
og_unknown *og_load_unknown(og_loader *ld, const char *domain, const char *name);

/* ---- Derivatives (load_derivative.c) --------------------------------------------------------- */
/* Replaces the nodes of the scope from `first` on that stand for derivatives of its values. */
og_status og_load_derivatives(og_loader *ld, const og_scope *scope, size_t first);

/* ---- Attributes and types (load_attr.c) ------------------------------------------------------ */
og_status og_load_attrs(og_loader *ld, og_scope *scope, size_t n, Onnx__AttributeProto **protos,
                        og_attr **attrs);
og_status og_load_type(og_loader *ld, const Onnx__TypeProto *proto, const char *name,
                       og_type *type);

/* ---- Functions (load_function.c, load_call.c) ------------------------------------------------ */
og_status og_load_functions(og_loader *ld);
og_function *og_load_find_function(const og_loader *ld, const Onnx__NodeProto *proto);
og_status og_load_call(og_loader *ld, og_scope *scope, const og_function *function,
                       const Onnx__NodeProto *proto, size_t index, const og_attr *attrs);

/* ---- Training (load_training.c) -------------------------------------------------------------- */
og_status og_load_training(og_loader *ld, og_scope *scope);

/* ---- Small words ----------------------------------------------------------------------------- */
static inline const char *og_or_empty(const char *text)
{
    return text ? text : "";
}
/* ONNX's own domain has two spellings. */
static inline const char *og_domain(const char *domain)
{
    return !domain || !strcmp(domain, "ai.onnx") ? "" : domain;
}
og_status og_load_no_memory(og_loader *ld);

#endif
