/* What the pools over windows share. */
#include "ops/nn/pool.h"

og_status og_pool_infer(og_infer *c, og_dim *dims)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0) - 2;
    og_dim kernel[OG_MAX_RANK];

    if (rank < 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected at least 3",
                             c->op->in[0].name, rank + 2);
    OG_TRY(og_window_check(c, a, rank));
    for (int i = 0; i < rank; i++)
        kernel[i] = a->kernel_shape.v[i];
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_infer_dim(c, 0, 1);
    return og_window_out(c, a, rank, c->in[0]->dims + 2, kernel, dims + 2);
}

og_status og_pool_grad_infer(og_infer *c, int shape)
{
    const og_window *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim dims[OG_MAX_RANK], kernel[OG_MAX_RANK], out[OG_MAX_RANK], both;
    int64_t n;
    const og_dim *content = og_infer_content(c, shape, &n);

    if (rank < 3 || (content && n != rank))
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "dy has rank %d and the shape %lld numbers, expected the same "
                             "and at least 3",
                             rank, content ? (long long)n : (long long)rank);
    OG_TRY(og_window_check(c, a, rank - 2));
    dims[0] = og_infer_dim(c, 0, 0);
    dims[1] = og_infer_dim(c, 0, 1);
    for (int i = 2; i < rank; i++) {
        dims[i] = content ? content[i] : og_dim_fresh(c->dims);
        kernel[i - 2] = a->kernel_shape.v[i - 2];
    }
    if (content)
        OG_TRY(og_window_out(c, a, rank - 2, dims + 2, kernel, out));
    for (int i = 2; i < rank && content; i++)
        OG_TRY(og_infer_agree(c, "a size of dy", out[i - 2], og_infer_dim(c, 0, i), &both));
    return og_infer_shape(c, 0, rank, dims);
}

/* The padding behind: what is given, or what windows reach beyond the input. */
static void pool_after(const og_window *a, og_pool *pool)
{
    for (int i = 0; i < pool->s.rank; i++) {
        const og_conv_shape *s = &pool->s;
        const int64_t cover =
            (s->out[i] - 1) * s->stride[i] + (s->kernel[i] - 1) * s->dilation[i] + 1;
        const int64_t more = cover - s->in[i] - s->before[i];

        if (!strcmp(a->auto_pad, "NOTSET"))
            pool->after[i] = a->pads.v ? a->pads.v[s->rank + i] : 0;
        else if (!strcmp(a->auto_pad, "VALID"))
            pool->after[i] = 0;
        else
            pool->after[i] = more > 0 ? more : 0;
    }
}

og_status og_pool_prepare(og_call *c, const og_tensor *x, const og_tensor *y)
{
    const og_window *a = c->attrs;
    og_pool_call *p = og_call_alloc(c, sizeof *p);
    int64_t *lists, entries;
    og_conv_shape *s;

    if (!p)
        return OG_NO_MEMORY;
    s = &p->pool.s;
    s->rank = x->rank - 2;
    for (int i = 0; i < s->rank; i++) {
        s->in[i] = x->dims[i + 2];
        s->out[i] = y->dims[i + 2];
        s->kernel[i] = a->kernel_shape.v[i];
    }
    og_window_fill(a, s);
    pool_after(a, &p->pool);
    p->pool.column_major = a->storage_order != 0;
    p->pool.include_pad = a->count_include_pad != 0;
    p->pool.p = a->p;
    entries = og_pool_entries(s);
    lists = og_call_alloc(c, 3 * (size_t)entries * sizeof *lists);
    if (!lists)
        return OG_NO_MEMORY;
    og_pool_plan(&p->pool, lists, lists + entries, lists + 2 * entries);
    p->planes = x->dims[0] * x->dims[1];
    p->group = p->pool.in_size >= 32768 ? 1 : 32768 / (p->pool.in_size + 1);
    p->group = p->group < 1 ? 1 : p->group;
    c->pieces = (p->planes + p->group - 1) / p->group;
    c->cost = (double)p->group * (double)(p->pool.in_size + p->pool.out_size) * 0.5;
    return OG_OK;
}

const og_attr *og_pool_attrs(const og_window *a, og_attr *attrs)
{
    int n = 0;

    og_window_attrs(a, true, attrs);
    while (attrs[n].name)
        n++;
    attrs[0] = (og_attr){ .name = "kernel_shape", .kind = OG_ATTR_INTS, .u.ints = a->kernel_shape };
    attrs[n++] = (og_attr)OG_SET_INT("ceil_mode", a->ceil_mode);
    attrs[n] = (og_attr){ .name = NULL };
    return attrs;
}
