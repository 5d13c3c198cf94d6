/* Operators by name on values: what the words of src/ops and the generated builders are made of. */
#ifndef OG_GRAPH_BUILD_H
#define OG_GRAPH_BUILD_H

#include "graph/op.h"

/* The first output of a node on these inputs, added to the innermost graph among theirs.  NULL
 * where a required input is NULL: its failure is in the report already. */
og_value *og_op_on(const char *op, const og_attr *attrs, int n, og_value *const *in);
/* The same with several outputs (NULL ones where a value was NULL or the call failed). */
void og_ops_on(const char *op, const og_attr *attrs, int n, og_value *const *in, int n_out,
               og_value **out);

/* Attributes of a node being built.  A zero, NULL or empty list is left out: it means the default.
 */
enum { OG_BUILD_ATTRS = 20 };
typedef struct og_build {
    og_graph *graph; /* for operators without inputs; NULL: the inputs' */
    int n;
    og_attr attrs[OG_BUILD_ATTRS];
} og_build;

void og_build_int(og_build *b, const char *name, int64_t number);
void og_build_some_int(og_build *b, const char *name, og_some_int number);
void og_build_float(og_build *b, const char *name, double number);
void og_build_some_float(og_build *b, const char *name, og_some_float number);
void og_build_string(og_build *b, const char *name, const char *text);
void og_build_ints(og_build *b, const char *name, og_ints list);
void og_build_floats(og_build *b, const char *name, og_floats list);
void og_build_strings(og_build *b, const char *name, og_strings list);
void og_build_tensor(og_build *b, const char *name, const og_tensor *tensor);
void og_build_graph(og_build *b, const char *name, og_graph *graph);
void og_build_type(og_build *b, const char *name, const char *type);

/* The node: `fixed` inputs and then `more`.  Gives the first output, and all of them in `out`
 * unless that is NULL. */
og_value *og_build_node(const og_build *b, const char *op, int n, og_value *const *fixed,
                        size_t n_more, og_value *const *more, size_t n_out, og_value **out);

#endif
