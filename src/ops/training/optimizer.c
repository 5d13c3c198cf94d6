/* What ONNX's own optimizers share: the types of their groups, and words for their expansions. */
#include "ops/training/optimizer.h"

enum { IN_RATE, IN_COUNT, IN_TENSORS };

/* ---- Types ----------------------------------------------------------------------------------- */

static og_status one_number(og_infer *c, int i)
{
    const og_type *t = c->in[i];

    if (!t)
        return og_infer_fail(c, OG_BAD_ARGUMENT, "%s needs its input '%s'", c->op->name,
                             og_port_in(c->op, i)->name);
    for (int axis = 0; axis < t->rank; axis++)
        if (og_dim_known(t->dims[axis]) && t->dims[axis] != 1)
            return og_infer_fail(
                c, OG_BAD_SHAPE, "input '%s' of %s has %lld elements, expected one",
                og_port_in(c->op, i)->name, c->op->name, (long long)og_count(t->rank, t->dims));
    return OG_OK;
}

/* Output k is like input i; the gradient and the states of the same tensor must be so too. */
static og_status same_tensor(og_infer *c, int i, int n, int groups)
{
    const og_type *x = c->in[i];
    og_dim both;

    for (int group = 1; group < groups; group++) {
        const og_type *other = c->in[i + group * n];

        if (x->elem && other->elem && x->elem != other->elem)
            return og_infer_fail(c, OG_BAD_TYPE, "inputs %d and %d of %s are %s and %s", i,
                                 i + group * n, c->op->name, og_elem_name(x->elem),
                                 og_elem_name(other->elem));
        if (x->rank < 0 || other->rank < 0)
            continue;
        if (x->rank != other->rank)
            return og_infer_fail(c, OG_BAD_SHAPE, "inputs %d and %d of %s have %d and %d axes", i,
                                 i + group * n, c->op->name, x->rank, other->rank);
        for (int axis = 0; axis < x->rank; axis++)
            OG_TRY(og_infer_agree(c, "the shapes", x->dims[axis], other->dims[axis], &both));
    }
    return OG_OK;
}

og_status og_optimizer_infer(og_infer *c, int groups)
{
    int inputs = c->n_in - IN_TENSORS, n = inputs / groups;

    OG_TRY(one_number(c, IN_RATE));
    OG_TRY(one_number(c, IN_COUNT));
    if (inputs <= 0 || inputs % groups)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "%s has %d inputs, expected 2 and %d for each tensor", c->op->name,
                             c->n_in, groups);
    if (c->n_out > n * (groups - 1))
        return og_infer_fail(c, OG_BAD_ARGUMENT, "%s has %d outputs, it gives %d", c->op->name,
                             c->n_out, n * (groups - 1));
    for (int i = IN_TENSORS; i < c->n_in; i++)
        if (!c->in[i])
            return og_infer_fail(c, OG_BAD_ARGUMENT, "input %d of %s is left out", i, c->op->name);
    for (int i = IN_TENSORS; i < IN_TENSORS + n; i++)
        OG_TRY(same_tensor(c, i, n, groups));
    for (int k = 0; k < c->n_out; k++) {
        const og_type *x = c->in[IN_TENSORS + k % n];

        og_infer_elem(c, k, x->elem);
        OG_TRY(x->rank < 0 ? og_infer_unknown(c, k) : og_infer_shape(c, k, x->rank, x->dims));
    }
    return OG_OK;
}

/* ---- Words ----------------------------------------------------------------------------------- */

static og_value *scalar(og_value *x)
{
    return og_rank(x) == 0 ? x : og_reshape_to(x, 0, NULL);
}

og_optimizer og_optimizer_begin(og_rewrite *c, int groups)
{
    og_value *count = og_cast(scalar(og_in(c, IN_COUNT)), OG_DOUBLE);

    return (og_optimizer){ .c = c,
                           .n = (c->n_in - IN_TENSORS) / groups,
                           .rate = og_cast(scalar(og_in(c, IN_RATE)), OG_DOUBLE),
                           .count = count,
                           .later = og_greater(count, og_scalar_like(count, 0)) };
}

og_value *og_optimizer_in(const og_optimizer *u, int group, int i)
{
    return og_in(u->c, IN_TENSORS + group * u->n + i);
}

void og_optimizer_give(const og_optimizer *u, int group, int i, og_value *by)
{
    og_replace(u->c, group * u->n + i, by);
}

og_value *og_optimizer_gradient(const og_optimizer *u, int i, float norm_coefficient)
{
    og_value *x = og_optimizer_in(u, 0, i), *g = og_optimizer_in(u, 1, i);

    return norm_coefficient == 0 ? g : og_add(og_times(x, norm_coefficient), g);
}
