/*
 * Rules of BatchNormalization: inference, upgrades, expansion, gradients.
 *
 * Training: z = (x - mean) inv with the batch's mean and inverse deviation, y = z scale + bias.
 * dbias = sum(dy), dscale = sum(dy z), dx = scale inv (dy - dbias / m - z dscale / m) for m
 * elements of a channel.  The rule needs mean and inv, which onnxgrad.BatchNormTrain gives as
 * further outputs.  Running statistics carry no gradient.
 */
#include "ops/nn/batch_norm.h"

og_value *og_bn_column(og_value *vector, og_value *x)
{
    int64_t dims[OG_MAX_RANK] = { -1 };

    for (int i = 1; i < og_rank(x) - 1; i++)
        dims[i] = 1;
    return og_rank(x) > 2 ? og_reshape_to(vector, og_rank(x) - 1, dims) : vector;
}

static og_ints other_axes(const og_value *x, int64_t *axes)
{
    og_ints list = { 0, axes };

    for (int i = 0; i < og_rank(x); i++)
        if (i != 1)
            axes[list.n++] = i;
    return list;
}

og_value *og_bn_sum(og_value *x)
{
    int64_t axes[OG_MAX_RANK];

    return og_reduce("ReduceSum", x, other_axes(x, axes), false);
}

static og_value *bn_mean(og_value *x)
{
    int64_t axes[OG_MAX_RANK];

    return og_reduce("ReduceMean", x, other_axes(x, axes), false);
}

/* While not training, the running statistics are the given ones: a node that is frozen keeps its
 * outputs. */
og_status og_bn_infer(og_infer *c)
{
    const int rank = og_infer_rank(c, 0);
    og_dim channels;

    if (rank < 2)
        return og_infer_fail(c, OG_BAD_SHAPE, "input X has rank %d, expected at least 2", rank);
    channels = og_infer_dim(c, 0, 1);
    for (int i = 1; i < 5; i++) {
        if (og_infer_rank(c, i) != 1)
            return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected 1",
                                 c->op->in[i].name, og_infer_rank(c, i));
        OG_TRY(og_infer_agree(c, "the channels", channels, og_infer_dim(c, i, 0), &channels));
    }
    OG_TRY(og_infer_shape(c, 0, rank, c->in[0]->dims));
    for (int k = 1; k < c->n_out; k++)
        OG_TRY(og_infer_shape(c, k, 1, &channels));
    return OG_OK;
}

/* Versions 1 and 6 train unless is_test, versions 7 and 9 when they have more outputs than Y.
 * Without `spatial`, each activation is a channel.  What was saved, outputs 3 and 4, are the
 * batch's own mean and variance. */
void og_bn_upgrade(og_rewrite *c, int from)
{
    const bool training = from < 7 ? !og_old_int(c, "is_test", 0) : c->n_out > 1;
    const bool flat = from < 9 && !og_old_int(c, "spatial", 1) && og_rank(og_in(c, 0)) != 2;
    const og_attr attrs[] = { OG_SET_INT("training_mode", training),
                              OG_SET_FLOAT("epsilon", og_old_float(c, "epsilon", 1e-5f)),
                              OG_SET_FLOAT("momentum", og_old_float(c, "momentum", 0.9f)),
                              { .name = NULL } };
    og_value *x = og_in(c, 0), *out[3] = { NULL }, *in[5], *d;

    if (from >= 14)
        return;
    if (flat)
        x = og_flatten(x, 1);
    in[0] = x;
    for (int i = 1; i < 5; i++)
        in[i] = flat ? og_reshape_to(og_in(c, i), 1, (const int64_t[]){ -1 }) : og_in(c, i);
    og_ops_on("BatchNormalization", attrs, 5, in, training ? 3 : 1, out);
    if (flat && out[0])
        out[0] = og_reshape_like(out[0], og_in(c, 0));
    og_replace(c, 0, out[0]);
    for (int k = 1; k < c->n_out && k < 5; k++) {
        og_value *by = k < 3 ? training ? out[k] : in[k + 2] : NULL;

        if (k >= 3 && training) {
            by = bn_mean(x);
            d = og_sub(x, og_bn_column(by, x));
            by = k == 3 ? by : bn_mean(og_mul(d, d));
        } else if (k >= 3) {
            by = in[k];
        }
        og_replace(c, k, by);
    }
}

/* running = old momentum + batch (1 - momentum). */
static og_value *bn_running(og_value *old, og_value *batch, float momentum)
{
    return og_add(og_times(old, (double)momentum),
                  og_times(og_cast_like(batch, old), 1 - (double)momentum));
}

void og_bn_expand(og_rewrite *c)
{
    const og_bn_attrs *a = c->attrs;
    og_value *x = og_in(c, 0), *scale = og_in(c, 1), *bias = og_in(c, 2), *mean, *var, *d, *inv, *z;

    mean = og_cast_like(og_in(c, 3), x);
    var = og_cast_like(og_in(c, 4), x);
    og_replace(c, 1, og_in(c, 3));
    og_replace(c, 2, og_in(c, 4));
    if (a->training_mode) {
        mean = bn_mean(x);
        d = og_sub(x, og_bn_column(mean, x));
        var = bn_mean(og_mul(d, d));
        og_replace(c, 1, bn_running(og_in(c, 3), mean, a->momentum));
        og_replace(c, 2, bn_running(og_in(c, 4), var, a->momentum));
    }
    inv = OG_OP("Reciprocal", NULL, og_sqrt(og_plus(var, (double)a->epsilon)));
    if (c->op->domain) {
        og_replace(c, 3, mean);
        og_replace(c, 4, inv);
    }
    z = og_mul(og_sub(x, og_bn_column(mean, x)), og_bn_column(inv, x));
    z = og_mul(z, og_bn_column(og_cast_like(scale, x), x));
    og_replace(c, 0, og_add(z, og_bn_column(og_cast_like(bias, x), x)));
}

/* By statistics that are given: y = (x - mean) inv scale + bias. */
static void bn_gradient_given(og_grad *c)
{
    const og_bn_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *scale = og_x(c, 1), *dy = og_dy(c, 0), *mean = og_x(c, 3);
    og_value *inv = OG_OP("Reciprocal", NULL,
                          og_sqrt(og_plus(og_cast_like(og_x(c, 4), x), (double)a->epsilon)));
    og_value *factor = og_mul(og_cast_like(scale, x), inv), *dbias = og_bn_sum(dy), *dscale;

    dscale = og_sub(x, og_bn_column(og_cast_like(mean, x), x));
    dscale = og_mul(og_bn_sum(og_mul(dy, dscale)), inv);
    if (og_wants(c, 0))
        og_set_dx(c, 0, og_mul(dy, og_bn_column(factor, x)));
    if (og_wants(c, 1))
        og_set_dx(c, 1, og_cast_like(dscale, scale));
    if (og_wants(c, 2))
        og_set_dx(c, 2, og_cast_like(dbias, og_x(c, 2)));
    if (og_wants(c, 3))
        og_set_dx(c, 3, og_cast_like(og_neg(og_mul(dbias, factor)), mean));
    if (og_wants(c, 4))
        og_set_dx(c, 4, og_cast_like(og_times(og_mul(og_mul(dscale, inv), factor), -0.5), mean));
}

/* What flows in through the batch's mean and inverse deviation: dmean / m - dinv inv^3 (x - mean) /
 * m. */
static og_value *bn_through_statistics(og_grad *c, og_value *x)
{
    og_value *dmean = og_dy(c, 3), *dinv = og_dy(c, 4), *dx = NULL;
    og_value *m =
        og_div(og_cast_like(OG_OP("Size", NULL, x), x), og_cast_like(og_size_along(x, 1), x));

    if (dmean)
        dx = og_expand_like(og_bn_column(og_div(dmean, m), x), x);
    if (dinv) {
        og_value *inv = og_y(c, 4), *d = og_sub(x, og_bn_column(og_y(c, 3), x));
        og_value *slope = og_mul(og_mul(og_mul(inv, inv), inv), og_div(dinv, m));

        slope = og_neg(og_mul(d, og_bn_column(slope, x)));
        dx = dx ? og_add(dx, slope) : slope;
    }
    return dx;
}

void og_bn_gradient(og_grad *c)
{
    const og_bn_attrs *a = c->attrs;
    og_value *x = og_x(c, 0), *out[3] = { NULL }, *more = NULL;

    if (!a->training_mode) {
        bn_gradient_given(c);
        return;
    }
    if (c->node->op->domain)
        more = bn_through_statistics(c, x);
    else if (og_dy(c, 0))
        og_forward(c, "BatchNormTrain");
    if (og_dy(c, 0))
        og_ops_on(
            "onnxgrad::BatchNormGrad", NULL, 5,
            (og_value *[]){ og_dy(c, 0), x, og_cast_like(og_x(c, 1), x), og_y(c, 3), og_y(c, 4) },
            3, out);
    og_set_dx(c, 0, out[0] && more ? og_add(out[0], more) : out[0] ? out[0] : more);
    og_set_dx(c, 1, og_cast_like(out[1], og_x(c, 1)));
    og_set_dx(c, 2, og_cast_like(out[2], og_x(c, 2)));
}
