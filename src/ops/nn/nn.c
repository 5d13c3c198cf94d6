/* What the operators of this family share. */
#include "ops/nn/nn.h"

int og_nn_type_since(const og_node *node, int floats, int integers, int bfloat16)
{
    const og_elem elem = node->in[0]->type.elem;

    if (elem == OG_BFLOAT16)
        return bfloat16;
    return og_elem_in(elem, OG_INTEGERS) ? integers : floats;
}

og_value *og_nn_gemm(og_value *a, bool trans_a, og_value *b, bool trans_b, float alpha)
{
    return OG_OP("Gemm",
                 OG_ATTRS(OG_SET_INT("transA", trans_a), OG_SET_INT("transB", trans_b),
                          OG_SET_FLOAT("alpha", alpha)),
                 a, b);
}

void og_nn_upgrade_axis(og_rewrite *c, int from)
{
    og_value *x = og_in(c, 0);
    const int rank = og_rank(x);
    const int64_t axis = og_old_int(c, "axis", 1);
    const og_attr last = OG_SET_INT("axis", -1);

    if (from >= 13)
        return;
    og_drop_attr(c, "axis");
    if (rank >= 0 && (axis == rank - 1 || axis == -1))
        og_set_attr(c, last);
    else
        og_replace(
            c, 0,
            og_reshape_like(
                OG_OP(c->op->name, OG_ATTRS(OG_SET_INT("axis", 1)), og_flatten(x, axis)), x));
}
