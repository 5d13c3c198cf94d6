/*
 * scale_by_polyak, polyak_sgd: the step that would bring a linear loss down to f_min,
 * (loss - f_min) / |g|^2, but at most max_lr (Loizou et al. 2020, arXiv:2002.10542; the variant
 * sps+ of Garrigos et al. 2023, arXiv:2307.14528, takes no step while the loss lies below f_min).
 *
 * The loss is that of this run, so behind `accumulate` that of the last part.
 */
#include "optim/optim.h"

static og_status scale_by_polyak_build(og_stage_context *c)
{
    static const double tiny = 0x1p-52; /* below, the gradient counts as 0 */
    og_graph *g = og_stage_graph(c);
    og_value *norm = og_stage_norm(c, 2), *most = og_stage_argument(c, "max_lr");
    og_value *gap = og_sub(og_stage_loss(c), og_stage_argument(c, "f_min"));
    og_value *zero = og_scalar(g, OG_DOUBLE, 0), *below, *step;

    if (strcmp(og_stage_word(c, "variant"), "sps+") == 0)
        gap = og_where(og_less(gap, zero), zero, gap);
    below = og_add(og_mul(norm, norm), og_stage_argument(c, "eps"));
    step = og_div(gap, below);
    step = og_where(og_greater(step, most), most, step);
    step = og_where(og_greater(below, og_scalar(g, OG_DOUBLE, tiny)), step, zero);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, step);
    return OG_OK;
}

#define POLYAK_ARGS                                                                                \
    { "f_min", OG_ARG_NUMBER, "0", "(-inf, inf)", "the lowest loss there can be" },                \
        { "max_lr", OG_ARG_NUMBER, "1", "(0, inf]", "the longest step" },                          \
        { "eps", OG_ARG_NUMBER, "0", "[0, inf)", "added to the squared norm" },                    \
    {                                                                                              \
        "variant", OG_ARG_WORD, "sps", "sps sps+", "sps+: no step below f_min"                     \
    }

const og_stage og_stage_scale_by_polyak = {
    .name = "scale_by_polyak",
    .doc = "All updates times (loss - f_min) / norm^2.",
    .scope = OG_SCOPE_GLOBAL,
    .arg = { POLYAK_ARGS },
    .build = scale_by_polyak_build,
};

static void polyak_sgd_expand(og_stage_context *c)
{
    og_stage_write(c, "lr($scaling) | scale_by_polyak(f_min=$f_min, max_lr=$max_lr, eps=$eps, "
                      "variant=$variant)");
}

const og_stage og_stage_polyak_sgd = {
    .name = "polyak_sgd",
    .doc = "Gradient descent that takes its step from the loss.",
    .arg = { POLYAK_ARGS,
             { "scaling", OG_ARG_NUMBER, "1", "(0, inf)", "times the gradient, before" } },
    .expand = polyak_sgd_expand,
};
