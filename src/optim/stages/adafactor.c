/*
 * scale_by_factored_rms, adafactor: the second moment of a matrix kept as the means of its rows and
 * columns (Shazeer and Stern 2018, arXiv:1804.04235). Its share of each new g^2 falls as
 * t^-decay_rate.
 *
 * PyTorch factors the last two axes of every tensor of rank 2 and more; optax the two longest,
 * where both have at least min_dim elements.
 */
#include "optim/moments.h"

typedef struct factored {
    og_value *weight; /* of the new g^2 */
    double min_dim;
    bool optax;
} factored;

/* The axes that are joined, the longer last; false where the whole second moment is kept. */
static bool factored_axes(const factored *f, const og_value *p, int *shorter, int *longer)
{
    int rank = p->type.rank, first = -1, second = -1;

    if (rank < 2)
        return false;
    if (!f->optax) {
        *shorter = rank - 2;
        *longer = rank - 1;
        return (double)p->type.dims[rank - 2] >= f->min_dim &&
               (double)p->type.dims[rank - 1] >= f->min_dim;
    }
    for (int k = 0; k < rank; k++) { /* as numpy's argsort: of equal ones the later is the longer */
        if (first < 0 || p->type.dims[k] >= p->type.dims[first]) {
            second = first;
            first = k;
        } else if (second < 0 || p->type.dims[k] >= p->type.dims[second]) {
            second = k;
        }
    }
    *shorter = second;
    *longer = first;
    return (double)p->type.dims[second] >= f->min_dim;
}

static og_value *mean_along(og_value *x, int axis)
{
    return og_reduce("ReduceMean", x, OG_INTS(axis), true);
}

/* The slot of the shape without an axis, moved towards the mean of g^2 along it. */
static og_value *side(og_stage_context *c, size_t i, const factored *f, const char *slot, int axis,
                      og_value *square)
{
    const og_value *p = og_stage_parameter(c, i);
    int64_t dims[OG_MAX_RANK];
    og_value *x, *next;

    for (int k = 0; k < p->type.rank; k++)
        dims[k] = k == axis ? 1 : p->type.dims[k];
    x = og_stage_shaped_slot(c, i, slot, p->type.rank, dims, 0);
    next = og_add(x, og_mul(og_sub(mean_along(square, axis), x), og_stage_cast(c, i, f->weight)));
    og_stage_keep(c, x, next);
    return next;
}

/* The second moment: rows times columns over the mean of the rows, or as it is. */
static og_value *second_moment(og_stage_context *c, size_t i, const factored *f, og_value *square,
                               og_value *least)
{
    int shorter, longer;
    og_value *rows, *columns, *mean;

    if (!factored_axes(f, og_stage_parameter(c, i), &shorter, &longer))
        return og_mean_update(c, i, "v", f->weight, square);
    rows = side(c, i, f, "rows", longer, square);
    columns = side(c, i, f, "columns", shorter, square);
    mean = mean_along(rows, shorter);
    return og_mul(og_div(rows, f->optax ? mean : og_maximum(mean, least)), columns);
}

static double machine_eps(og_elem elem)
{
    return elem == OG_DOUBLE  ? 2.220446049250313e-16
           : elem == OG_FLOAT ? 1.1920928955078125e-07
                              : 9.765625e-04;
}

static og_status scale_by_factored_rms_build(og_stage_context *c)
{
    og_value *t = og_plus(og_stage_clock(c), 1);
    factored f = { .weight = og_pow(t, og_neg(og_stage_argument(c, "decay_rate"))),
                   .min_dim = og_stage_number(c, "min_dim"),
                   .optax = og_stage_compat(c) == OG_COMPAT_OPTAX };
    double given = og_stage_number(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *square = og_mul(g, g), *v, *least;
        double eps = given != 0 ? given : machine_eps(og_stage_parameter(c, i)->type.elem);

        least = og_scalar_like(g, eps);
        if (f.optax)
            square = og_add(square, least);
        v = second_moment(c, i, &f, square, least);
        v = f.optax ? v : og_maximum(v, og_mul(least, least));
        og_stage_out(c, i, og_div(g, og_sqrt(v)));
    }
    return OG_OK;
}

#define FACTORED_ARGS                                                                              \
    { "decay_rate", OG_ARG_NUMBER, "0.8", "[0, 1]", "how fast the share of new g^2 falls" },       \
        { "eps", OG_ARG_FIXED, "0", "[0, inf)", "least second moment; 0: that of the type" },      \
    {                                                                                              \
        "min_dim", OG_ARG_WHOLE, "0", "[0, 1000000]", "shorter axes are not factored"              \
    }

const og_stage og_stage_scale_by_factored_rms = {
    .name = "scale_by_factored_rms",
    .doc = "g over the root of a second moment kept by row and column.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { FACTORED_ARGS },
    .compat = { [OG_COMPAT_OPTAX] = "eps=1e-30, min_dim=128" },
    .build = scale_by_factored_rms_build,
};

static og_status scale_by_param_block_rms_build(og_stage_context *c)
{
    og_value *least = og_stage_argument(c, "min_scale");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        const og_value *p = og_stage_parameter(c, i);
        double n = (double)og_count(p->type.rank, p->type.dims);
        og_value *norm = og_stage_norm_of(c, og_stage_parameter(c, i));

        og_stage_multiply(c, i, og_maximum(og_times(norm, n > 0 ? 1 / sqrt(n) : 0), least));
    }
    return OG_OK;
}

static og_status scale_by_param_block_norm_build(og_stage_context *c)
{
    og_value *least = og_stage_argument(c, "min_scale");

    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, og_maximum(og_stage_norm_of(c, og_stage_parameter(c, i)), least));
    return OG_OK;
}

#define MIN_SCALE                                                                                  \
    {                                                                                              \
        "min_scale", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the least factor"                         \
    }

const og_stage og_stage_scale_by_param_block_rms = {
    .name = "scale_by_param_block_rms",
    .doc = "Times the root mean square of the parameter.",
    .scope = OG_SCOPE_TENSOR,
    .positional = 1,
    .arg = { MIN_SCALE },
    .build = scale_by_param_block_rms_build,
};

const og_stage og_stage_scale_by_param_block_norm = {
    .name = "scale_by_param_block_norm",
    .doc = "Times the norm of the parameter.",
    .scope = OG_SCOPE_TENSOR,
    .positional = 1,
    .arg = { MIN_SCALE },
    .build = scale_by_param_block_norm_build,
};

/* Decay is behind lr in both, so that it does not depend on the parameter's scale. */
static void adafactor_expand(og_stage_context *c)
{
    bool decay = og_stage_number(c, "weight_decay") != 0;

    og_stage_write(
        c,
        "scale_by_factored_rms(decay_rate=$decay_rate, eps=$eps, min_dim=$min_dim) | clip_rms($d)"
        " | scale_by_param_block_rms($eps2) | ");
    if (og_stage_compat(c) == OG_COMPAT_OPTAX) {
        og_stage_write(c, "lr($lr)");
        og_stage_write(c, decay ? " | decay($weight_decay)" : "");
    } else {
        og_stage_write(c, "lr(relative($lr))");
        og_stage_write(c, decay ? " | decay(product($lr, by=$weight_decay))" : "");
    }
}

const og_stage og_stage_adafactor = {
    .name = "adafactor",
    .doc = "Adafactor: little state, steps in proportion to the parameters.",
    .arg = {
        OG_LR("1e-2"),
        FACTORED_ARGS,
        { "eps2", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the least root mean square of a parameter" },
        { "d", OG_ARG_NUMBER, "1", "(0, inf]", "the largest root mean square of an update" },
        OG_WEIGHT_DECAY("0"),
    },
    .compat = { [OG_COMPAT_OPTAX] = "eps=1e-30, min_dim=128" },
    .expand = adafactor_expand,
};
