/*
 * Rules of LayerNormalization and RMSNormalization: expansions and gradients.
 *
 * With g = dy scale and z = (x - mean) inv: dx = inv (g - mean(g) - z mean(g z)), dscale = sum(dy
 * z), dbias = sum(dy).
 */
#include "ops/nn/layer_norm.h"

bool og_norm_centers(const og_op *op, const og_norm_attrs *a)
{
    return op->name[0] == 'N' ? a->center != 0 : op->name[0] == 'L';
}

/* The axes from `axis` on, as a list. */
static og_ints norm_axes(int64_t axis, int rank, int64_t *axes)
{
    og_ints list = { 0, axes };

    for (int64_t i = axis < 0 ? axis + rank : axis; i < rank; i++)
        axes[list.n++] = i;
    return list;
}

typedef struct {
    og_value *x, *mean, *inv, *z; /* in the type that the statistics are made in */
} norm_parts;

/* Statistics are made in float, or in double where x is. */
static norm_parts norm_compose(const og_norm_attrs *a, bool center, og_value *x)
{
    int64_t axes[OG_MAX_RANK];
    const og_ints list = norm_axes(a->axis, og_rank(x), axes);
    norm_parts p = { .x = x };
    og_value *d;

    if (x && x->type.elem != OG_DOUBLE)
        p.x = og_cast(x, a->stash_type == 1 ? OG_FLOAT : OG_BFLOAT16);
    p.mean = og_reduce("ReduceMean", p.x, list, true);
    d = center ? og_sub(p.x, p.mean) : p.x;
    p.inv = og_sqrt(og_plus(og_reduce("ReduceMean", og_mul(d, d), list, true), (double)a->epsilon));
    p.inv = OG_OP("Reciprocal", NULL, p.inv);
    p.z = og_mul(d, p.inv);
    return p;
}

void og_norm_expand(og_rewrite *c)
{
    const og_norm_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *scale = og_in(c, 1), *bias = c->n_in > 2 ? og_in(c, 2) : NULL;
    const norm_parts p = norm_compose(a, og_norm_centers(c->op, a), x);
    og_value *y = og_mul(og_cast_like(p.z, scale), scale);
    const og_elem stash = a->stash_type == 1 ? OG_FLOAT : OG_BFLOAT16;

    og_replace(c, 0, bias ? og_add(y, bias) : y);
    if (og_norm_centers(c->op, a)) {
        og_replace(c, 1, og_cast(p.mean, stash));
        og_replace(c, 2, og_cast(p.inv, stash));
    }
}

/* The scale has exactly the axes from `axis` on. */
static bool norm_scale_fits(const og_value *x, const og_value *scale, int64_t axis)
{
    const int rank = og_rank(x), from = (int)(axis < 0 ? axis + rank : axis);

    if (og_rank(scale) != rank - from || x->type.elem != scale->type.elem)
        return false;
    for (int i = from; i < rank; i++)
        if (x->type.dims[i] != scale->type.dims[i - from])
            return false;
    return true;
}

/* What flows in through Mean and InvStdDev: dmean / n - dinv inv^3 (x - mean) / n. */
static og_value *norm_through_statistics(og_grad *c, const norm_parts *p)
{
    const og_norm_attrs *a = c->attrs;
    og_value *dmean = og_dy(c, 1), *dinv = og_dy(c, 2), *dx = NULL, *n;
    int64_t axes[OG_MAX_RANK];

    n = og_reduce("ReduceSum", og_ones_like(p->x), norm_axes(a->axis, og_rank(p->x), axes), true);
    if (dmean)
        dx = og_expand_like(og_div(og_cast_like(dmean, p->x), n), p->x);
    if (dinv) {
        og_value *slope = og_mul(og_mul(p->inv, p->inv), og_mul(p->z, og_cast_like(dinv, p->x)));

        slope = og_neg(og_div(slope, n));
        dx = dx ? og_add(dx, slope) : slope;
    }
    return og_cast_like(dx, og_x(c, 0));
}

void og_norm_gradient(og_grad *c)
{
    const og_norm_attrs *a = c->attrs;
    const bool center = og_norm_centers(c->node->op, a);
    og_value *x = og_x(c, 0), *scale = og_x(c, 1), *dy = og_dy(c, 0), *out[3] = { NULL }, *more;
    const og_attr attrs[] = { OG_SET_INT("axis", a->axis),
                              OG_SET_FLOAT("epsilon", a->epsilon),
                              OG_SET_INT("center", center),
                              { .name = NULL } };
    const bool through = center && (og_dy(c, 1) || og_dy(c, 2));
    norm_parts p = { 0 };

    if (dy && norm_scale_fits(x, scale, a->axis)) {
        og_ops_on("onnxgrad::NormGrad", attrs, 3, (og_value *[]){ dy, x, scale }, 3, out);
        if (c->node->n_in > 2 && og_x(c, 2) && !norm_scale_fits(x, og_x(c, 2), a->axis))
            out[2] = og_sum_to_like(dy, og_x(c, 2));
    } else if (dy) {
        p = norm_compose(a, center, x);
        og_ops_on("onnxgrad::NormGrad", attrs, 2,
                  (og_value *[]){ og_cast_like(og_mul(dy, scale), x), x }, 1, out);
        out[1] = og_sum_to_like(og_mul(dy, og_cast_like(p.z, dy)), scale);
        out[2] = c->node->n_in > 2 ? og_sum_to_like(dy, og_x(c, 2)) : NULL;
    }
    if (through) {
        p = norm_compose(a, center, x);
        more = norm_through_statistics(c, &p);
        out[0] = out[0] ? og_add(out[0], more) : more;
    }
    og_set_dx(c, 0, out[0]);
    og_set_dx(c, 1, out[1]);
    if (c->node->n_in > 2 && og_x(c, 2))
        og_set_dx(c, 2, out[2]);
}

void og_norm_grad_expand(og_rewrite *c)
{
    const og_norm_attrs *a = c->attrs;
    og_value *dy = og_in(c, 0), *scale = og_in(c, 2), *g, *dx;
    const norm_parts p = norm_compose(a, a->center != 0, og_in(c, 1));
    int64_t axes[OG_MAX_RANK];
    const og_ints list = norm_axes(a->axis, og_rank(dy), axes);

    g = og_cast_like(scale ? og_mul(dy, scale) : dy, p.x);
    dx = og_sub(g, og_mul(p.z, og_reduce("ReduceMean", og_mul(g, p.z), list, true)));
    if (a->center)
        dx = og_sub(dx, og_reduce("ReduceMean", g, list, true));
    og_replace(c, 0, og_cast_like(og_mul(p.inv, dx), dy));
    if (!scale)
        return;
    og_replace(c, 1, og_sum_to_like(og_mul(dy, og_cast_like(p.z, dy)), scale));
    og_replace(c, 2, og_sum_to_like(dy, scale));
}
