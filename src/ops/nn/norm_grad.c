/*
 * onnxgrad.NormGrad, the gradient of LayerNormalization and RMSNormalization (formulas in
 * layer_norm_rules.c).
 *
 * It takes the statistics anew: a row is in the cache by then, and nothing has to be kept.  Pieces
 * leave their sums over rows in shared scratch.
 */
#include "kernels/norm.h"
#include "ops/nn/layer_norm.h"

static og_status norm_grad_infer(og_infer *c)
{
    const og_norm_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim both;
    int axis;

    OG_TRY(og_infer_resolve_axis(c, rank, a->axis, &axis));
    if (og_infer_rank(c, 1) != rank || (og_infer_has(c, 2) && og_infer_rank(c, 2) != rank - axis))
        return og_infer_fail(c, OG_BAD_SHAPE, "the ranks of dy, x and scale do not fit: %d, %d, %d",
                             rank, og_infer_rank(c, 1), og_infer_rank(c, 2));
    for (int i = 0; i < rank; i++) {
        OG_TRY(og_infer_agree(c, "a size of dy and x", og_infer_dim(c, 0, i), og_infer_dim(c, 1, i),
                              &both));
        if (i >= axis && og_infer_has(c, 2))
            OG_TRY(og_infer_agree(c, "a size of x and scale", og_infer_dim(c, 1, i),
                                  og_infer_dim(c, 2, i - axis), &both));
    }
    OG_TRY(og_infer_shape(c, 0, rank, c->in[1]->dims));
    for (int k = 1; k < c->n_out; k++)
        OG_TRY(og_infer_shape(c, k, rank - axis, c->in[1]->dims + axis));
    return OG_OK;
}

static bool norm_grad_sums(const og_call *c)
{
    return (c->n_out > 1 && c->out[1]) || (c->n_out > 2 && c->out[2]);
}

static og_status norm_grad_prepare(og_call *c)
{
    OG_TRY(og_norm_prepare_rows(c, c->in[1], 0.8));
    if (norm_grad_sums(c))
        c->shared_scratch =
            2 * (size_t)c->pieces * (size_t)((og_norm_plan *)c->work)->n * sizeof(double);
    return OG_OK;
}

static void norm_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_norm_attrs *a = c->attrs;
    const og_norm_plan *p = c->work;
    const bool center = a->center != 0, sums = norm_grad_sums(c);
    const og_elem elem = c->in[0]->elem;
    const size_t size = (size_t)og_elem_bits(elem) / 8;
    const void *scale = c->n_in > 2 && c->in[2] ? c->in[2]->data : NULL;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->rows ? first + p->group : p->rows;
    double *columns = sums ? (double *)c->shared + 2 * piece * p->n : NULL, n = (double)p->n;

    (void)scratch;
    if (sums)
        memset(columns, 0, 2 * (size_t)p->n * sizeof(double));
    for (int64_t row = first; row < end; row++) {
        const size_t at = (size_t)(row * p->n) * size;
        const char *dy = (const char *)c->in[0]->data + at, *x = (const char *)c->in[1]->data + at;
        double mean, inv, dots[2] = { 0, 0 };

        og_norm_statistics(c, center, a->epsilon, x, p->n, &mean, &inv);
        if (sums)
            og_norm(elem)->columns(dy, x, p->n, mean, inv, columns, columns + p->n);
        if (!c->out[0])
            continue;
        og_norm(elem)->dots(dy, scale, x, p->n, mean, dots);
        og_norm(elem)->gradient(dy, scale, x, p->n, mean, inv, -inv * inv * inv * dots[1] / n,
                                center ? -inv * dots[0] / n : 0, (char *)c->out[0]->data + at);
    }
}

static void norm_grad_finish(const og_call *c)
{
    const og_norm_plan *p = c->work;
    const double *columns = c->shared;

    for (int k = 0; k < 2 && norm_grad_sums(c); k++)
        for (int64_t j = 0; j < p->n && k + 1 < c->n_out && c->out[k + 1]; j++) {
            double sum = 0;

            for (int64_t i = 0; i < c->pieces; i++)
                sum += columns[(2 * i + k) * p->n + j];
            og_set_double(c->out[k + 1], j, sum);
        }
}

const og_op og_op_norm_grad = {
    .name = "NormGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradients of LayerNormalization (center=1) or RMSNormalization.",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("x", OG_SAME_AS(0)),
            OG_PORT("scale", OG_SAME_AS(0), .optional = true) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)), OG_PORT("dscale", OG_SAME_AS(0), .optional = true),
             OG_PORT("dbias", OG_SAME_AS(0), .optional = true) },
    .attr = { OG_INT_ATTR(og_norm_attrs, axis, -1), OG_FLOAT_ATTR(og_norm_attrs, epsilon, 1e-5f),
              OG_INT_ATTR(og_norm_attrs, center, 1), OG_INT_ATTR(og_norm_attrs, stash_type, 1) },
    .attr_size = sizeof(og_norm_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = norm_grad_infer,
    .expand = og_norm_grad_expand,
    .prepare = norm_grad_prepare,
    .run = norm_grad_run,
    .finish = norm_grad_finish,
    .samples = OG_SAMPLES("float[3,17] dy; float[3,17] x; float[17] scale",
                          "double[2,3,5] dy; double[2,3,5] x; double[3,5] scale; axis=1; center=0",
                          "double[2,6] dy; double[2,6] x; epsilon=0.1",
                          "float[0,5] dy; float[0,5] x; float[5] scale"),
};
