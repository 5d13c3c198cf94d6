/* Sequences whose makeup is known while a graph is built: reading such a one is reading a tensor,
 * so no sequence is ever made. */
#ifndef OG_OPS_SEQUENCE_H
#define OG_OPS_SEQUENCE_H

#include "ops/ops.h"

/* The numbers of an int64 or int32 constant; NULL where a value is not a constant. */
const og_tensor *og_sequence_constant(const og_value *v);

/* Element `i` (negative counts from the end) of the sequence that a node makes, as a tensor added
 * to the graph; NULL where the node does not tell. */
og_value *og_sequence_element(const og_node *maker, int64_t i);

typedef struct og_split_to_sequence_attrs {
    int64_t axis, keepdims;
} og_split_to_sequence_attrs;

extern const og_op og_op_split_to_sequence, og_op_sequence_construct;

#endif
