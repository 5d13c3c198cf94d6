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
