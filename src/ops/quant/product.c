/* Products of quantised numbers in floats. */
#include "ops/quant/product.h"

/* 258 * 255 * 255 < 2^24. */
enum { EXACT_IN_FLOAT = 258 };

og_elem og_product_elem(int64_t n)
{
    return n >= 0 && n <= EXACT_IN_FLOAT ? OG_FLOAT : OG_DOUBLE;
}

og_value *og_product_less(og_value *x, og_value *zero, og_elem elem)
{
    return zero ? og_sub(og_cast(x, elem), og_cast(zero, elem)) : og_cast(x, elem);
}

og_value *og_product_rows(og_value *of, og_value *x)
{
    return of && og_rank(of) == 1 && og_rank(x) >= 2 ? og_unsqueeze(of, OG_INTS(-1)) : of;
}

og_value *og_product_behind(og_value *of, int n)
{
    int64_t axes[OG_MAX_RANK];

    for (int i = 0; i < n; i++)
        axes[i] = i + 1;
    return of && og_rank(of) == 1 && n > 0 ? og_unsqueeze(of, (og_ints){ n, axes }) : of;
}

og_value *og_product_matmul(og_value *a, og_value *a_zero, og_value *b, og_value *b_zero)
{
    const og_elem elem = og_product_elem(og_rank(a) > 0 ? og_known_dim(a, og_rank(a) - 1) : -1);

    return og_matmul(og_product_less(a, og_product_rows(a_zero, a), elem),
                     og_product_less(b, b_zero, elem));
}

og_value *og_product_conv(const og_window *attrs, og_value *x, og_value *x_zero, og_value *w,
                          og_value *w_zero)
{
    og_attr list[8];
    int64_t n = 1;

    for (int i = 1; i < og_rank(w) && n >= 0 && n <= EXACT_IN_FLOAT; i++)
        n = og_known_dim(w, i) < 0 ? -1 : n * og_known_dim(w, i);
    const og_elem elem = og_product_elem(n);

    return OG_OP("Conv", og_window_attrs(attrs, true, list), og_product_less(x, x_zero, elem),
                 og_product_less(w, og_product_behind(w_zero, og_rank(w) - 1), elem));
}

og_value *og_product_int32(og_value *sum)
{
    if (!sum)
        return NULL;
    return og_cast(sum->type.elem == OG_FLOAT ? sum : og_cast(sum, OG_INT64), OG_INT32);
}

/* [1] as a scalar, which does not add an axis to what it scales. */
static og_value *plain(og_value *scale)
{
    return scale && og_rank(scale) == 1 && og_known_dim(scale, 0) == 1
               ? og_reshape_to(scale, 0, NULL)
               : scale;
}

og_value *og_product_quantise(og_value *sum, og_value *first, og_value *second, og_value *y_scale,
                              og_value *zero)
{
    og_value *scale = og_div(og_mul(plain(first), plain(second)), plain(y_scale));
    og_value *y = og_mul(og_cast(sum, OG_FLOAT), og_cast(scale, OG_FLOAT));

    return OG_OP("QuantizeLinear", NULL, y, og_scalar_like(y, 1), zero);
}

og_status og_product_check(og_infer *c, int i, og_dim n)
{
    og_dim both;

    if (!og_infer_has(c, i) || og_infer_rank(c, i) == 0)
        return OG_OK;
    if (og_infer_rank(c, i) != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "%s has rank %d, expected %s", c->op->in[i].name,
                             og_infer_rank(c, i), n == OG_ABSENT ? "0" : "0 or 1");
    if (og_infer_dim(c, i, 0) == 1)
        return OG_OK;
    return og_infer_agree(c, c->op->in[i].name, n == OG_ABSENT ? 1 : n, og_infer_dim(c, i, 0),
                          &both);
}

og_status og_product_conv_infer(og_infer *c, int w)
{
    const int rank = og_infer_rank(c, 0) - 2;
    og_dim dims[OG_MAX_RANK];

    OG_TRY(og_conv_check(c, 0, w));
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_infer_dim(c, w, 0);
    OG_TRY(og_window_out(c, c->attrs, rank, c->in[0]->dims + 2, c->in[w]->dims + 2, dims + 2));
    return og_infer_shape(c, 0, rank + 2, dims);
}
