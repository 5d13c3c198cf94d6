/* What the files of the graph room share about nodes; other rooms need only graph.h and op.h. */
#ifndef OG_GRAPH_NODE_H
#define OG_GRAPH_NODE_H

#include "graph/op.h"

enum { OG_MAX_ATTRS = 18, OG_MAX_IN = 18, OG_MAX_OUT = 10 };

/* Deep copy of an attribute list into the graph; NULL when memory is short (reported). */
const og_attr *og_attrs_copy(og_graph *graph, const og_attr *attrs);

/* The operator's struct filled from a list, or what is wrong with the list. */
og_status og_attrs_read(og_graph *graph, const og_op *op, const og_attr *attrs, const void **out);

/* Inputs that must be given; whether these inputs fit the ports. */
int og_ports_required(const og_op *op);
og_status og_ports_check(const og_op *op, int n_in, const og_type *const *in, og_report *report);

#endif
