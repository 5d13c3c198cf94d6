/* elementwise: what operators need beyond og_elementwise_prepare and og_elementwise_run of ops.h.
 */
#ifndef OG_ELEMENTWISE_H
#define OG_ELEMENTWISE_H

#include "kernels/kernels.h"
#include "ops/ops.h"

/* As og_elementwise_prepare, with the loop chosen by the caller and written for element type `as`:
 * inputs and outputs of other numeric types are converted in strips.  bool inputs and outputs are
 * never converted. */
og_status og_elementwise_prepare_as(og_call *c, og_loop *loop, og_elem as);

/* The elements [*first, *end) of the output that a piece computes. */
void og_elementwise_piece(const og_call *c, int64_t piece, int64_t *first, int64_t *end);

/* The opset that brought node's operator for the element type of its deciding input: floats (but
 * bfloat16), integers, bfloat16. */
int og_type_since(const og_node *node, int floats, int integers, int bfloat16);

/* .upgrade of operators whose old versions only had `consumed_inputs`, a hint without meaning. */
void og_drop_consumed_inputs(og_rewrite *c, int from);

/* .upgrade of operators of two inputs whose versions before 7 broadcast by attributes. */
void og_old_broadcast(og_rewrite *c, int from);

/* .check of divisions: integers are not divided by zero. */
og_status og_check_divisor(og_call *c);

/* A function `name` for .loop. */
#define OG_LOOP_OF(name, kernel)                                                                   \
    static og_loop *name(const void *attrs, og_elem in, og_elem out)                               \
    {                                                                                              \
        (void)attrs, (void)out;                                                                    \
        return og_loop_find((kernel), in);                                                         \
    }

/* A function `name` for .valid_from_node. */
#define OG_SINCE(name, floats, integers, bfloat16)                                                 \
    static int name(const og_node *node)                                                           \
    {                                                                                              \
        return og_type_since(node, (floats), (integers), (bfloat16));                              \
    }

#endif
