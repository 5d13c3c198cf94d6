/*
 * onnxgrad.BatchNormGrad, the gradient of BatchNormalization in training: with z = (x - mean) inv,
 * dbias = sum(dy), dscale = sum(dy z), dx = scale inv (dy - dbias / m - z dscale / m).
 */
#include "kernels/norm.h"
#include "ops/nn/batch_norm.h"

static og_status bn_grad_infer(og_infer *c)
{
    const int rank = og_infer_rank(c, 1);
    og_dim channels, both;

    if (rank < 2 || og_infer_rank(c, 0) != rank)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "dy has rank %d and x %d, expected the same and at least 2",
                             og_infer_rank(c, 0), rank);
    for (int i = 0; i < rank; i++)
        OG_TRY(og_infer_agree(c, "a size of dy and x", og_infer_dim(c, 0, i), og_infer_dim(c, 1, i),
                              &both));
    channels = og_infer_dim(c, 1, 1);
    for (int i = 2; i < 5; i++) {
        if (og_infer_rank(c, i) != 1)
            return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected 1",
                                 c->op->in[i].name, og_infer_rank(c, i));
        OG_TRY(og_infer_agree(c, "the channels", channels, og_infer_dim(c, i, 0), &channels));
    }
    OG_TRY(og_infer_shape(c, 0, rank, c->in[1]->dims));
    OG_TRY(og_infer_shape(c, 1, 1, &channels));
    return og_infer_shape(c, 2, 1, &channels);
}

static void bn_grad_expand(og_rewrite *c)
{
    og_value *dy = og_in(c, 0), *x = og_in(c, 1), *scale = og_in(c, 2), *inv = og_in(c, 4), *z, *m,
             *dx;
    og_value *dbias = og_bn_sum(dy), *dscale;

    z = og_mul(og_sub(x, og_bn_column(og_in(c, 3), x)), og_bn_column(inv, x));
    dscale = og_bn_sum(og_mul(dy, z));
    m = og_div(og_cast_like(OG_OP("Size", NULL, x), x), og_cast_like(og_size_along(x, 1), x));
    dx = og_sub(dy, og_bn_column(og_div(dbias, m), x));
    dx = og_sub(dx, og_mul(z, og_bn_column(og_div(dscale, m), x)));
    og_replace(c, 0, og_mul(dx, og_bn_column(og_mul(scale, inv), x)));
    og_replace(c, 1, dscale);
    og_replace(c, 2, dbias);
}

static og_status bn_grad_prepare(og_call *c)
{
    return og_bn_prepare(c, c->in[1], 0.8);
}

static void bn_grad_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_bn_plan *p = c->work;
    const og_elem elem = c->in[0]->elem;
    const size_t size = (size_t)og_elem_bits(elem) / 8;
    const double m = (double)p->images * (double)p->size;
    int64_t first, end;

    (void)scratch;
    og_bn_channels(p, piece, &first, &end);
    for (int64_t ch = first; ch < end; ch++) {
        const double mean = og_get_double(c->in[3], ch), inv = og_get_double(c->in[4], ch);
        const double factor = og_get_double(c->in[2], ch) * inv;
        double sums[2] = { 0, 0 };

        for (int64_t i = 0; i < p->images; i++) {
            const size_t at = (size_t)((i * p->channels + ch) * p->size) * size;

            og_norm(elem)->dots((const char *)c->in[0]->data + at, NULL,
                                (const char *)c->in[1]->data + at, p->size, mean, sums);
        }
        if (c->n_out > 1 && c->out[1])
            og_set_double(c->out[1], ch, sums[1] * inv);
        if (c->n_out > 2 && c->out[2])
            og_set_double(c->out[2], ch, sums[0]);
        for (int64_t i = 0; i < p->images && c->out[0]; i++) {
            const size_t at = (size_t)((i * p->channels + ch) * p->size) * size;

            og_norm(elem)->gradient((const char *)c->in[0]->data + at, NULL,
                                    (const char *)c->in[1]->data + at, p->size, mean, factor,
                                    -factor * inv * inv * sums[1] / m, -factor * sums[0] / m,
                                    (char *)c->out[0]->data + at);
        }
    }
}

const og_op og_op_batch_norm_grad = {
    .name = "BatchNormGrad",
    .domain = "onnxgrad",
    .version = 1,
    .doc = "Gradient of BatchNormalization in training.",
    .in = { OG_PORT("dy", OG_FLOATS), OG_PORT("x", OG_SAME_AS(0)), OG_PORT("scale", OG_SAME_AS(0)),
            OG_PORT("mean", OG_SAME_AS(0)), OG_PORT("inv", OG_SAME_AS(0)) },
    .out = { OG_PORT("dx", OG_SAME_AS(0)), OG_PORT("dscale", OG_SAME_AS(0), .optional = true),
             OG_PORT("dbias", OG_SAME_AS(0), .optional = true) },
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = bn_grad_infer,
    .expand = bn_grad_expand,
    .prepare = bn_grad_prepare,
    .run = bn_grad_run,
    .samples = OG_SAMPLES(
        "float[2,3,4,5] dy; float[2,3,4,5] x; float[3] scale; float[3] mean; float[3] inv in "
        "0.5..2",
        "double[4,2] dy; double[4,2] x; double[2] scale; double[2] mean; double[2] inv in 0.5..2",
        "float[0,3,2] dy; float[0,3,2] x; float[3] scale; float[3] mean; float[3] inv in 0.5..2"),
};
