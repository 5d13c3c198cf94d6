/* SequenceConstruct: a sequence of tensors of one element type. */
#include "ops/sequence/sequence.h"

static og_status sequence_construct_infer(og_infer *c)
{
    og_type *of = OG_NEW(c->arena, og_type);

    if (!of)
        return og_infer_fail(c, OG_NO_MEMORY, "no memory left for types");
    *of = (og_type){ .elem = c->in[0]->elem,
                     .rank = c->n_in == 1 ? c->in[0]->rank : -1,
                     .dims = c->in[0]->dims };
    if (c->n_out)
        c->out[0] = (og_type){ .kind = OG_SEQUENCE, .rank = -1, .of = of };
    return OG_OK;
}

const og_op og_op_sequence_construct = {
    .name = "SequenceConstruct",
    .version = 11,
    .valid_from = 11,
    .doc = "A sequence of the tensors given.",
    .in = { OG_PORT("inputs", OG_ANY, .variadic = true) },
    .out = { OG_PORT("output_sequence", OG_ANY, .kind = OG_SEQUENCE) },
    .traits = OG_ANY_RANK,
    .infer = sequence_construct_infer,
};
