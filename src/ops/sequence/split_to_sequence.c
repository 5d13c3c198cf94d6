/* SplitToSequence: the parts of a tensor along an axis: of the sizes given, of one size, or of
 * size 1. */
#include "ops/sequence/sequence.h"

static og_status split_to_sequence_infer(og_infer *c)
{
    const og_split_to_sequence_attrs *a = c->attrs;
    og_type *of = OG_NEW(c->arena, og_type);
    int rank = c->in[0]->rank, axis, n = 0;
    og_dim *dims;

    if (!of)
        return og_infer_fail(c, OG_NO_MEMORY, "no memory left for types");
    *of = (og_type){ .elem = c->in[0]->elem, .rank = -1 };
    if (rank >= 0) {
        OG_TRY(og_infer_resolve_axis(c, rank, a->axis, &axis));
        dims = og_infer_dims(c, rank);
        for (int i = 0; i < rank; i++)
            if (i != axis)
                dims[n++] = c->in[0]->dims[i];
            else if (og_infer_has(c, 1) || a->keepdims)
                dims[n++] = og_infer_has(c, 1) ? og_dim_fresh(c->dims) : 1;
        of->rank = n;
        of->dims = dims;
    }
    if (c->n_out)
        c->out[0] = (og_type){ .kind = OG_SEQUENCE, .rank = -1, .of = of };
    return OG_OK;
}

const og_op og_op_split_to_sequence = {
    .name = "SplitToSequence",
    .version = 24,
    .valid_from = 11,
    .versions = "11",
    .doc = "The parts of a tensor along an axis, as a sequence.",
    .in = { OG_PORT("input", OG_ANY),
            OG_PORT("split", OG_INDICES, .optional = true, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("output_sequence", OG_ANY, .kind = OG_SEQUENCE) },
    .attr = { OG_INT_ATTR(og_split_to_sequence_attrs, axis, 0),
              OG_INT_ATTR(og_split_to_sequence_attrs, keepdims, 1) },
    .attr_size = sizeof(og_split_to_sequence_attrs),
    .traits = OG_ANY_RANK,
    .infer = split_to_sequence_infer,
};
