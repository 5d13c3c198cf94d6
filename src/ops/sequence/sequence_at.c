/*
 * SequenceAt: one tensor of a sequence. Where the sequence was made from tensors in the same graph
 * and the position is a constant, it is that tensor, or that part of one.
 */
#include "ops/sequence/sequence.h"

const og_tensor *og_sequence_constant(const og_value *v)
{
    return v && v->data && !v->state && !v->input ? v->data : NULL;
}

static og_value *construct_element(const og_node *maker, int64_t i)
{
    int64_t at = i < 0 ? i + maker->n_in : i;

    return at >= 0 && at < maker->n_in ? maker->in[at] : NULL;
}

/* First and last place along the axis of part i: equal parts, or parts of the sizes given. */
static bool split_part(const og_tensor *sizes, int64_t axis_size, int64_t i, int64_t *from,
                       int64_t *to)
{
    int64_t part = sizes && sizes->rank == 0 ? og_get_int(sizes, 0) : 1, n;

    if (sizes && sizes->rank == 1) {
        n = sizes->count;
        i = i < 0 ? i + n : i;
        if (i < 0 || i >= n)
            return false;
        *from = 0;
        for (int64_t j = 0; j < i; j++)
            *from += og_get_int(sizes, j);
        *to = *from + og_get_int(sizes, i);
        return true;
    }
    if (part < 1 || (i < 0 && axis_size < 0))
        return false;
    n = axis_size < 0 ? INT64_MAX : (axis_size + part - 1) / part;
    i = i < 0 ? i + n : i;
    if (i < 0 || i >= n)
        return false;
    *from = i * part;
    *to = axis_size >= 0 && *from + part > axis_size ? axis_size : *from + part;
    return true;
}

static og_value *split_element(const og_node *maker, int64_t i)
{
    const og_split_to_sequence_attrs *a = maker->attrs;
    og_value *x = maker->in[0], *split = maker->n_in > 1 ? maker->in[1] : NULL;
    const og_tensor *sizes = og_sequence_constant(split);
    int64_t axis = a->axis < 0 ? a->axis + og_rank(x) : a->axis, from, to;

    if (og_rank(x) < 0 || (split && !sizes) ||
        !split_part(sizes, og_known_dim(x, (int)axis), i, &from, &to))
        return NULL;
    og_value *part = og_slice(x, og_ints_like(x, OG_INTS(from)), og_ints_like(x, OG_INTS(to)),
                              og_ints_like(x, OG_INTS(axis)), NULL);
    return split || a->keepdims ? part : og_squeeze(part, OG_INTS(axis));
}

og_value *og_sequence_element(const og_node *maker, int64_t i)
{
    if (!maker)
        return NULL;
    if (maker->op == &og_op_sequence_construct)
        return construct_element(maker, i);
    return maker->op == &og_op_split_to_sequence ? split_element(maker, i) : NULL;
}

static og_status sequence_at_infer(og_infer *c)
{
    const og_type *sequence = c->in[0];

    if (sequence->kind == OG_TENSOR && !sequence->elem)
        return OG_OK; /* made by an operator that is not known */
    if (sequence->kind != OG_SEQUENCE || !sequence->of)
        return og_infer_fail(c, OG_BAD_TYPE, "input 'input_sequence' of SequenceAt is no sequence");
    if (c->n_out)
        c->out[0] = *sequence->of;
    return OG_OK;
}

static void sequence_at_simplify(og_rewrite *c)
{
    const og_tensor *position = og_sequence_constant(og_in(c, 1));
    const og_value *sequence = og_in(c, 0);

    if (position && position->count == 1)
        og_replace(c, 0, og_sequence_element(sequence->node, og_get_int(position, 0)));
}

const og_op og_op_sequence_at = {
    .name = "SequenceAt",
    .version = 11,
    .valid_from = 11,
    .doc = "One tensor of a sequence.",
    .in = { OG_PORT("input_sequence", OG_ANY, .kind = OG_SEQUENCE),
            OG_PORT("position", OG_INDICES, .role = OG_ROLE_SHAPE) },
    .out = { OG_PORT("tensor", OG_ANY) },
    .traits = OG_ANY_RANK,
    .infer = sequence_at_infer,
    .simplify = sequence_at_simplify,
};
