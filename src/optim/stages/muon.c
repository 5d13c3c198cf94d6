/*
 * scale_by_muon, muon: the momentum of a matrix with all its singular values drawn to 1, by
 * Newton-Schulz steps (Jordan et al. 2024).
 *
 * PyTorch trains matrices only, by a plain mean and in bfloat16 (here in the parameter's type).
 * optax corrects the mean for its start at 0, counts the input axis first in its shape rule, and
 * gives all but matrices to AdamW.
 */
#include "optim/moments.h"

/* x <- a x + (b A + c A A) x with A = x x' */
static og_value *newton_schulz(og_value *x)
{
    og_value *product = og_matmul(x, og_transpose(x, OG_INTS(1, 0)));
    og_value *poly =
        og_add(og_times(product, -4.775), og_times(og_matmul(product, product), 2.0315));

    return og_add(og_times(x, 3.4445), og_matmul(poly, x));
}

static og_value *orthogonal(og_stage_context *c, size_t i, og_value *x, og_value *norm)
{
    const og_value *p = og_stage_parameter(c, i);
    bool tall = p->type.dims[0] > p->type.dims[1];

    x = og_div(x, og_stage_cast(c, i, norm));
    if (tall)
        x = og_transpose(x, OG_INTS(1, 0));
    for (double k = 0; k < og_stage_number(c, "steps"); k++)
        x = newton_schulz(x);
    return tall ? og_transpose(x, OG_INTS(1, 0)) : x;
}

static double shape_factor(const og_stage_context *c, const og_value *p)
{
    double rows = (double)p->type.dims[0], columns = (double)p->type.dims[1], ratio;

    if (strcmp(og_stage_word(c, "adjust"), "match_rms") == 0)
        return 0.2 * sqrt(rows > columns ? rows : columns);
    ratio = og_stage_compat(c) == OG_COMPAT_OPTAX ? columns / rows : rows / columns;
    return ratio > 1 ? sqrt(ratio) : 1;
}

static og_status scale_matrix(og_stage_context *c, size_t i)
{
    bool optax = og_stage_compat(c) == OG_COMPAT_OPTAX, nesterov = og_stage_flag(c, "nesterov");
    og_value *g = og_stage_in(c, i), *momentum = og_stage_argument(c, "momentum");
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1), *weight = og_sub(one, momentum);
    og_value *m = og_mean_update(c, i, "momentum_buffer", weight, g),
             *eps = og_stage_argument(c, "eps");
    og_value *t = og_stage_clock(c), *ahead = momentum, *norm;

    if (optax) { /* means corrected for their start: the look ahead by one step more */
        og_value *now = og_sub(one, og_pow(momentum, og_plus(t, 1)));

        weight = og_div(weight, now);
        ahead = nesterov ? og_div(momentum, og_sub(one, og_pow(momentum, og_plus(t, 2))))
                         : og_div(one, now);
    }
    if (nesterov)
        m = og_add(og_mul(g, og_stage_cast(c, i, weight)), og_mul(m, og_stage_cast(c, i, ahead)));
    else if (optax)
        m = og_mul(m, og_stage_cast(c, i, ahead));
    norm = og_stage_norm_of(c, m);
    norm = optax ? og_add(norm, eps) : og_maximum(norm, eps);
    og_stage_out(c, i,
                 og_times(orthogonal(c, i, m, norm), shape_factor(c, og_stage_parameter(c, i))));
    return OG_OK;
}

static og_status scale_by_muon_build(og_stage_context *c)
{
    bool optax = og_stage_compat(c) == OG_COMPAT_OPTAX;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *p = og_stage_parameter(c, i);

        if (og_rank(p) == 2)
            OG_TRY(scale_matrix(c, i));
        else if (optax)
            og_stage_out(c, i, og_moments_nesterov(c, i, 0.9, 0.999, og_stage_argument(c, "eps")));
        else
            return og_stage_fail(
                c,
                "muon trains matrices, '%s' is %s; give the rest to another optimizer by "
                "groups{ … }, or use compat=optax",
                p->name, og_value_type(p));
    }
    return OG_OK;
}

#define MUON_ARGS                                                                                  \
    { "momentum", OG_ARG_NUMBER, "0.95", "[0, 1)", "what is left of the mean after a step" },      \
        { "nesterov", OG_ARG_BOOL, "true", NULL, "look ahead by one momentum" },                   \
        { "steps", OG_ARG_WHOLE, "5", "[1, 99]", "of Newton-Schulz" },                             \
        { "eps", OG_ARG_NUMBER, "1e-7", "[0, inf)", "keeps the division finite" },                 \
    {                                                                                              \
        "adjust", OG_ARG_WORD, "original", "original match_rms", "to the shape of the matrix"      \
    }

const og_stage og_stage_scale_by_muon = {
    .name = "scale_by_muon",
    .doc = "The momentum of a matrix with its singular values drawn to 1.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_MOMENTUM,
    .arg = { MUON_ARGS },
    .compat = { [OG_COMPAT_OPTAX] = "eps=1e-8" },
    .build = scale_by_muon_build,
};

static void muon_expand(og_stage_context *c)
{
    og_stage_write(c,
                   "scale_by_muon(momentum=$momentum, nesterov=$nesterov, steps=$steps, eps=$eps, "
                   "adjust=$adjust) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_muon = {
    .name = "muon",
    .doc = "Muon: scale_by_muon, decoupled decay and lr; for matrices.",
    .arg = { OG_LR("1e-3"), OG_WEIGHT_DECAY("0.1"), MUON_ARGS },
    .compat = { [OG_COMPAT_OPTAX] = "eps=1e-8, weight_decay=0" },
    .expand = muon_expand,
};
