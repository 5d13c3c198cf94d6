/* What the convolutions and their gradients share. */
#include "ops/nn/conv.h"

og_status og_conv_check(og_infer *c, int x, int w)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, x), kernel_rank = og_infer_rank(c, w);
    const char *name = c->op->in[w].name;
    og_dim both;

    if (rank < 3 || kernel_rank != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "%s has rank %d and %s %d, expected the same and at least 3",
                             c->op->in[x].name, rank, name, kernel_rank);
    if (a->group < 1)
        return og_infer_fail(c, OG_BAD_VALUE, "group is %lld, expected at least 1",
                             (long long)a->group);
    OG_TRY(og_window_check(c, a, rank - 2));
    OG_TRY(og_infer_agree(c, "the channels", og_infer_dim(c, x, 1),
                          og_dim_mul(c->dims, og_infer_dim(c, w, 1), a->group), &both));
    both = og_infer_dim(c, w, 0);
    if (og_dim_known(both) && both % a->group != 0)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "%s has %lld channels, expected a multiple of group %lld", name,
                             (long long)both, (long long)a->group);
    for (int i = 0; i < rank - 2; i++) {
        const og_dim size = og_infer_dim(c, w, i + 2);

        if (size == 0)
            return og_infer_fail(c, OG_BAD_SHAPE, "%s has size 0 along axis %d", name, i + 2);
        if (a->kernel_shape.v && og_dim_known(size) && a->kernel_shape.v[i] != size)
            return og_infer_fail(c, OG_BAD_SHAPE, "kernel_shape[%d] is %lld, but %s has %lld", i,
                                 (long long)a->kernel_shape.v[i], name, (long long)size);
    }
    return OG_OK;
}

og_status og_conv_check_bias(og_infer *c, og_dim channels)
{
    og_dim both;

    if (!og_infer_has(c, 2))
        return OG_OK;
    if (og_infer_rank(c, 2) != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "input B has rank %d, expected 1",
                             og_infer_rank(c, 2));
    return og_infer_agree(c, "the channels of the result and of B", channels, og_infer_dim(c, 2, 0),
                          &both);
}

og_conv_shape og_conv_shape_of(const og_window *a, const og_tensor *x, const og_tensor *w,
                               const og_tensor *y)
{
    og_conv_shape s = { .rank = x->rank - 2,
                        .images = x->dims[0],
                        .groups = a->group,
                        .in_channels = x->dims[1],
                        .out_channels = y->dims[1] };

    for (int i = 0; i < s.rank; i++) {
        s.in[i] = x->dims[i + 2];
        s.out[i] = y->dims[i + 2];
        s.kernel[i] = w->dims[i + 2];
    }
    og_window_fill(a, &s);
    return s;
}

void *og_conv_memory(void *call, size_t size)
{
    return og_call_alloc(call, size);
}

double og_conv_flops(const og_conv_shape *s)
{
    double n = 2 * (double)s->images * (double)s->out_channels * (double)s->in_channels /
               (double)s->groups;

    for (int i = 0; i < s->rank; i++)
        n *= (double)s->kernel[i] * (double)s->out[i];
    return n;
}

og_status og_conv_prepare(og_call *c, const og_conv_shape *shape, og_conv *plan)
{
    og_conv_needs needs;

    if (!plan)
        return OG_NO_MEMORY;
    needs = og_conv_needs_of(plan);
    c->work = plan;
    c->pieces = needs.pieces;
    c->cost = needs.cost;
    c->flops = og_conv_flops(shape);
    c->piece_scratch = needs.scratch;
    return OG_OK;
}

og_value *og_conv_bias_gradient(og_value *dy)
{
    int64_t axes[OG_MAX_RANK], n = 0;

    for (int i = 0; i < og_rank(dy); i++)
        if (i != 1)
            axes[n++] = i;
    return og_reduce("ReduceSum", dy, (og_ints){ n, axes }, false);
}
