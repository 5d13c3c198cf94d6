/*
 * clip_layer: each parameter's gradient times min(1, its bound / (its norm + eps)); Keras calls it
 * clipnorm.
 *
 * The bound is c for each, or a share of a bound c on all K parameters together: c / sqrt(K), or c
 * * sqrt(size / all sizes) (McMahan et al. 2017, arXiv:1710.06963).
 */
#include "optim/optim.h"

static int64_t elements(const og_value *x)
{
    return og_count(x->type.rank, x->type.dims);
}

/* What c is multiplied by for the i-th parameter. */
static double share(og_stage_context *c, size_t i, double all)
{
    const char *how = og_stage_word(c, "share");

    if (strcmp(how, "each") == 0)
        return 1;
    if (strcmp(how, "root") == 0)
        return 1 / sqrt((double)og_stage_count(c));
    return all > 0 ? sqrt((double)elements(og_stage_parameter(c, i)) / all) : 1;
}

static og_status clip_layer_build(og_stage_context *c)
{
    og_value *bound = og_stage_argument(c, "c");
    double all = 0;

    for (size_t i = 0; i < og_stage_count(c); i++)
        all += (double)elements(og_stage_parameter(c, i));
    for (size_t i = 0; i < og_stage_count(c); i++) {
        double part = share(c, i, all);

        og_stage_multiply(c, i,
                          og_stage_clip_coef(c, part == 1 ? bound : og_times(bound, part),
                                             og_stage_tensor_norm(c, i)));
    }
    return OG_OK;
}

const og_stage og_stage_clip_layer = {
    .name = "clip_layer",
    .doc = "Each parameter's gradient times min(1, c / (its norm + eps)).",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest norm of one parameter" },
        { "share", OG_ARG_WORD, "each", "each root size", "c for each; c for all by number; by size" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the norm" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "eps=0", [OG_COMPAT_KERAS] = "eps=0" },
    .build = clip_layer_build,
};
