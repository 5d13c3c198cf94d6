/* The words of gradient rules and expansions: thin calls of og_node that pass NULL through. */
#include "ops/ops.h"

/* ---- Elementwise ----------------------------------------------------------------------------- */

og_value *og_add(og_value *a, og_value *b)
{
    return OG_OP("Add", NULL, a, b);
}

og_value *og_sub(og_value *a, og_value *b)
{
    return OG_OP("Sub", NULL, a, b);
}

og_value *og_mul(og_value *a, og_value *b)
{
    return OG_OP("Mul", NULL, a, b);
}

og_value *og_div(og_value *a, og_value *b)
{
    return OG_OP("Div", NULL, a, b);
}

og_value *og_pow(og_value *a, og_value *b)
{
    return OG_OP("Pow", NULL, a, b);
}

og_value *og_neg(og_value *x)
{
    return OG_OP("Neg", NULL, x);
}

og_value *og_exp(og_value *x)
{
    return OG_OP("Exp", NULL, x);
}

og_value *og_log(og_value *x)
{
    return OG_OP("Log", NULL, x);
}

og_value *og_sqrt(og_value *x)
{
    return OG_OP("Sqrt", NULL, x);
}

og_value *og_abs(og_value *x)
{
    return OG_OP("Abs", NULL, x);
}

og_value *og_sign(og_value *x)
{
    return OG_OP("Sign", NULL, x);
}

og_value *og_where(og_value *condition, og_value *x, og_value *y)
{
    return OG_OP("Where", NULL, condition, x, y);
}

og_value *og_equal(og_value *a, og_value *b)
{
    return OG_OP("Equal", NULL, a, b);
}

og_value *og_less(og_value *a, og_value *b)
{
    return OG_OP("Less", NULL, a, b);
}

og_value *og_greater(og_value *a, og_value *b)
{
    return OG_OP("Greater", NULL, a, b);
}

og_value *og_not(og_value *x)
{
    return OG_OP("Not", NULL, x);
}

og_value *og_and(og_value *a, og_value *b)
{
    return OG_OP("And", NULL, a, b);
}

og_value *og_matmul(og_value *a, og_value *b)
{
    return OG_OP("MatMul", NULL, a, b);
}

og_value *og_scalar_like(og_value *x, double number)
{
    return x ? og_scalar(x->graph, x->type.elem, number) : NULL;
}

og_value *og_plus(og_value *x, double number)
{
    return og_add(x, og_scalar_like(x, number));
}

og_value *og_times(og_value *x, double number)
{
    return og_mul(x, og_scalar_like(x, number));
}

/* ---- Types and shapes ------------------------------------------------------------------------ */

og_value *og_cast(og_value *x, og_elem to)
{
    if (!x || x->type.elem == to)
        return x;
    return OG_OP("Cast", OG_ATTRS(OG_SET_INT("to", to)), x);
}

og_value *og_cast_like(og_value *x, og_value *like)
{
    return like ? og_cast(x, like->type.elem) : NULL;
}

og_value *og_shape_of(og_value *x)
{
    return OG_OP("Shape", NULL, x);
}

og_value *og_size_along(og_value *x, int64_t axis)
{
    og_value *shape = og_shape_of(x);

    return OG_OP("Gather", NULL, shape,
                 shape ? og_scalar(shape->graph, OG_INT64, (double)axis) : NULL);
}

og_value *og_reshape(og_value *x, og_value *shape)
{
    return OG_OP("Reshape", OG_ATTRS(OG_SET_INT("allowzero", 1)), x, shape);
}

og_value *og_reshape_like(og_value *x, og_value *like)
{
    return og_reshape(x, og_shape_of(like));
}

og_value *og_reshape_to(og_value *x, int64_t n, const int64_t *dims)
{
    return OG_OP("Reshape", NULL, x, og_ints_like(x, (og_ints){ n, dims }));
}

og_value *og_flatten(og_value *x, int64_t axis)
{
    return OG_OP("Flatten", OG_ATTRS(OG_SET_INT("axis", axis)), x);
}

og_value *og_transpose(og_value *x, og_ints perm)
{
    const og_attr attrs[] = { { .name = "perm", .kind = OG_ATTR_INTS, .u.ints = perm },
                              { .name = NULL } };

    return OG_OP("Transpose", perm.v ? attrs : NULL, x);
}

og_value *og_expand(og_value *x, og_value *shape)
{
    return OG_OP("Expand", NULL, x, shape);
}

og_value *og_expand_like(og_value *x, og_value *like)
{
    return og_expand(x, og_shape_of(like));
}

og_value *og_squeeze(og_value *x, og_ints axes)
{
    return OG_OP("Squeeze", NULL, x, og_ints_like(x, axes));
}

og_value *og_unsqueeze(og_value *x, og_ints axes)
{
    return OG_OP("Unsqueeze", NULL, x, og_ints_like(x, axes));
}

og_value *og_concat(int64_t axis, int n, og_value *const *in)
{
    return og_op_on("Concat", OG_ATTRS(OG_SET_INT("axis", axis)), n, in);
}

og_value *og_slice(og_value *x, og_value *starts, og_value *ends, og_value *axes, og_value *steps)
{
    return OG_OP("Slice", NULL, x, starts, ends, axes, steps);
}

og_value *og_fill(og_value *shape, og_elem elem, double number)
{
    int64_t one[1] = { 1 };
    uint8_t bytes[16] = { 0 };
    og_tensor value = og_tensor_view(elem, 1, one, bytes);

    og_set_double(&value, 0, number);
    return OG_OP("ConstantOfShape", OG_ATTRS(OG_SET_TENSOR("value", &value)), shape);
}

og_value *og_zeros_like(og_value *x)
{
    return x ? og_fill(og_shape_of(x), x->type.elem, 0) : NULL;
}

og_value *og_ones_like(og_value *x)
{
    return x ? og_fill(og_shape_of(x), x->type.elem, 1) : NULL;
}

og_value *og_ints_like(og_value *like, og_ints numbers)
{
    return like ? og_int64s(like->graph, (size_t)numbers.n, numbers.v) : NULL;
}

/* ---- Sums ------------------------------------------------------------------------------------ */

og_value *og_reduce(const char *op, og_value *x, og_ints axes, bool keep)
{
    og_value *list = axes.v ? og_ints_like(x, axes) : NULL;

    return OG_OP(op, OG_ATTRS(OG_SET_INT("keepdims", keep)), x, list);
}

og_value *og_sum_along(og_value *x, int64_t axis)
{
    return og_reduce("ReduceSum", x, OG_INTS(axis), true);
}

og_value *og_sum_to(og_value *x, og_value *shape)
{
    return OG_OP("onnxgrad::SumTo", NULL, x, shape);
}

/* Where the shapes are known to be equal there is nothing to undo. */
og_value *og_sum_to_like(og_value *x, og_value *like)
{
    if (x && like && x->type.rank >= 0 && x->type.rank == like->type.rank) {
        bool same = true;

        for (int i = 0; i < x->type.rank; i++)
            same = same && x->type.dims[i] == like->type.dims[i];
        if (same)
            return x;
    }
    return og_sum_to(x, og_shape_of(like));
}

int og_rank(const og_value *x)
{
    return x ? x->type.rank : -1;
}

int64_t og_known_dim(const og_value *x, int axis)
{
    int rank = og_rank(x);

    if (axis < 0)
        axis += rank;
    if (axis < 0 || axis >= rank || !og_dim_known(x->type.dims[axis]))
        return -1;
    return x->type.dims[axis];
}
