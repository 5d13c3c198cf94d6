/*
 * LayerNormalization: y = (x - mean) / sqrt(var + epsilon) scale + bias, mean and variance over the
 * axes from `axis` on; and RMSNormalization, the same without the mean.
 */
#include "kernels/norm.h"
#include "ops/nn/layer_norm.h"

static og_status norm_infer(og_infer *c)
{
    const og_norm_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim dims[OG_MAX_RANK], all[OG_MAX_RANK];
    int axis, n;

    OG_TRY(og_infer_resolve_axis(c, rank, a->axis, &axis));
    if (a->stash_type != 1 && a->stash_type != OG_BFLOAT16)
        return og_infer_fail(c, OG_BAD_VALUE, "stash_type is %lld, expected 1 or %d",
                             (long long)a->stash_type, OG_BFLOAT16);
    for (int i = 1; i < c->n_in; i++) {
        if (!og_infer_has(c, i))
            continue;
        OG_TRY(og_broadcast_dims(c, rank, c->in[0]->dims, og_infer_rank(c, i), c->in[i]->dims, &n,
                                 all));
        for (int k = 0; k < n; k++)
            if (n != rank || (og_dim_known(all[k]) && og_dim_known(og_infer_dim(c, 0, k)) &&
                              all[k] != og_infer_dim(c, 0, k)))
                return og_infer_fail(c, OG_BAD_SHAPE,
                                     "input %s does not broadcast to the shape of X",
                                     c->op->in[i].name);
    }
    for (int i = 0; i < rank; i++)
        dims[i] = i < axis ? og_infer_dim(c, 0, i) : 1;
    OG_TRY(og_infer_shape(c, 0, rank, c->in[0]->dims));
    for (int k = 1; k < c->n_out; k++) {
        OG_TRY(og_infer_shape(c, k, rank, dims));
        og_infer_elem(c, k, a->stash_type == 1 ? OG_FLOAT : OG_BFLOAT16);
    }
    return OG_OK;
}

static void norm_lay(const og_tensor *x, int axis, const og_tensor *scale, og_norm_layout *l)
{
    int64_t step = 1, row = 1;

    l->plain = true;
    for (int i = x->rank - 1; i >= 0; i--) {
        const int k = i - (x->rank - scale->rank);
        const int64_t size = k >= 0 ? scale->dims[k] : 1;

        l->step[i] = size > 1 ? step : 0;
        l->plain = l->plain && (x->dims[i] <= 1 || l->step[i] == (i >= axis ? row : 0));
        step *= size;
        row *= i >= axis ? x->dims[i] : 1;
    }
}

/* Rows in pieces of about 32 K elements, but not more pieces than partial sums are worth. */
og_status og_norm_prepare_rows(og_call *c, const og_tensor *x, double cost)
{
    const og_norm_attrs *a = c->attrs;
    og_norm_plan *p = og_call_alloc(c, sizeof *p);

    if (!p)
        return OG_NO_MEMORY;
    for (int i = 0; i < c->n_in; i++)
        if (c->in[i] && c->in[i]->elem != x->elem)
            return og_call_fail(c, OG_UNSUPPORTED, "%s of %s with %s is not supported yet",
                                c->op->name, og_elem_name(x->elem), og_elem_name(c->in[i]->elem));
    p->axis = (int)(a->axis < 0 ? a->axis + x->rank : a->axis);
    p->rows = og_count(p->axis, x->dims);
    p->n = og_count(x->rank - p->axis, x->dims + p->axis);
    p->group = 32768 / (p->n + 1) + 1;
    if (p->rows / p->group >= 64)
        p->group = (p->rows + 63) / 64;
    c->pieces = p->n > 0 ? (p->rows + p->group - 1) / p->group : 0;
    c->cost = cost * (double)p->group * (double)p->n;
    return OG_OK;
}

static og_status norm_prepare(og_call *c)
{
    og_norm_plan *p;

    OG_TRY(og_norm_prepare_rows(c, c->in[0], 0.5));
    p = c->work;
    for (int i = 1; i < c->n_in; i++)
        if (c->in[i])
            norm_lay(c->in[0], p->axis, c->in[i], &p->layout[i - 1]);
    c->piece_scratch = 2 * (size_t)p->n * sizeof(double);
    return OG_OK;
}

/* A scale or bias for one row: where it lies, or its elements in `copy`. */
static const void *norm_operand(const og_call *c, int input, int64_t row, char *copy)
{
    const og_norm_plan *p = c->work;
    const og_tensor *x = c->in[0], *scale = input < c->n_in ? c->in[input] : NULL;
    const size_t size = (size_t)og_elem_bits(x->elem) / 8;
    const og_norm_layout *l = &p->layout[input - 1];

    if (!scale || l->plain)
        return scale ? scale->data : NULL;
    for (int64_t j = 0; j < p->n; j++) {
        int64_t rest = row * p->n + j, at = 0;

        for (int i = x->rank - 1; i >= 0; i--) {
            at += rest % x->dims[i] * l->step[i];
            rest /= x->dims[i];
        }
        memcpy(copy + (size_t)j * size, (const char *)scale->data + (size_t)at * size, size);
    }
    return copy;
}

/* Mean (0 unless centered) and inverse deviation of a row; sums are taken from its first element
 * on. */
void og_norm_statistics(const og_call *c, bool center, float epsilon, const void *x, int64_t n,
                        double *mean, double *inv)
{
    const og_elem elem = c->in[0]->elem;
    double sums[2] = { 0, 0 }, shift = 0, var;

    if (center)
        shift = elem == OG_FLOAT ? (double)*(const float *)x : *(const double *)x;
    og_norm(elem)->moments(x, n, shift, sums);
    *mean = center ? shift + sums[0] / (double)n : 0;
    var = center ? (sums[1] - sums[0] * (sums[0] / (double)n)) / (double)n : sums[1] / (double)n;
    *inv = 1 / sqrt((var < 0 ? 0 : var) + (double)epsilon);
}

static void norm_run(const og_call *c, int64_t piece, void *scratch)
{
    const og_norm_attrs *a = c->attrs;
    const og_norm_plan *p = c->work;
    const bool center = og_norm_centers(c->op, a);
    const size_t size = (size_t)og_elem_bits(c->in[0]->elem) / 8;
    const int64_t first = piece * p->group,
                  end = first + p->group < p->rows ? first + p->group : p->rows;

    for (int64_t row = first; row < end; row++) {
        const size_t at = (size_t)(row * p->n) * size;
        const char *x = (const char *)c->in[0]->data + at;
        double mean, inv;

        og_norm_statistics(c, center, a->epsilon, x, p->n, &mean, &inv);
        if (c->out[0])
            og_norm(c->in[0]->elem)
                ->scaled(x, p->n, mean, inv, norm_operand(c, 1, row, scratch),
                         norm_operand(c, 2, row, (char *)scratch + (size_t)p->n * sizeof(double)),
                         (char *)c->out[0]->data + at);
        if (c->n_out > 1 && c->out[1])
            og_set_double(c->out[1], row, mean);
        if (c->n_out > 2 && c->out[2])
            og_set_double(c->out[2], row, inv);
    }
}

const og_op og_op_layer_normalization = {
    .name = "LayerNormalization",
    .version = 17,
    .doc = "Rows with mean 0 and variance 1, scaled and shifted.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("Scale", OG_SAME_AS(0), .role = OG_ROLE_SCALE),
            OG_PORT("B", OG_SAME_AS(0), .optional = true, .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)),
             OG_PORT("Mean", OG_BIT(OG_FLOAT) | OG_BIT(OG_BFLOAT16), .optional = true),
             OG_PORT("InvStdDev", OG_BIT(OG_FLOAT) | OG_BIT(OG_BFLOAT16), .optional = true) },
    .attr = { OG_INT_ATTR(og_norm_attrs, axis, -1), OG_FLOAT_ATTR(og_norm_attrs, epsilon, 1e-5f),
              OG_INT_ATTR(og_norm_attrs, stash_type, 1) },
    .attr_size = sizeof(og_norm_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = norm_infer,
    .expand = og_norm_expand,
    .gradient = og_norm_gradient,
    .prepare = norm_prepare,
    .run = norm_run,
    .samples = OG_SAMPLES(
        "float[3,17] X; float[17] Scale; float[17] B", "double[2,3,5] X; double[3,5] Scale; axis=1",
        "double[2,3,4] X; double[1,4] Scale; double[2,1,4] B; axis=-1; epsilon=0.1",
        "double[2,3,4] X; double[3,4] Scale; double[2,1,4] B; axis=1",
        "double[4,6] X; double[1] Scale; axis=0", "float[0,5] X; float[5] Scale; float[5] B"),
};

const og_op og_op_rms_normalization = {
    .name = "RMSNormalization",
    .builder = "rms_normalization",
    .version = 23,
    .doc = "Rows with root mean square 1, scaled.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("scale", OG_FLOATS, .role = OG_ROLE_SCALE) },
    .out = { OG_PORT("Y", OG_SAME_AS(1)) },
    .attr = { OG_INT_ATTR(og_norm_attrs, axis, -1), OG_FLOAT_ATTR(og_norm_attrs, epsilon, 1e-5f),
              OG_INT_ATTR(og_norm_attrs, stash_type, 1) },
    .attr_size = sizeof(og_norm_attrs),
    .traits = OG_INPLACE,
    .run_types = OG_NN_REAL,
    .infer = norm_infer,
    .expand = og_norm_expand,
    .gradient = og_norm_gradient,
    .prepare = norm_prepare,
    .run = norm_run,
    .samples = OG_SAMPLES(
        "float[3,17] X; float[17] scale", "double[2,3,5] X; double[3,5] scale; axis=1",
        "double[2,3,4] X; double[1,4] scale; axis=-1; epsilon=0.1", "float[0,5] X; float[5] scale"),
};
