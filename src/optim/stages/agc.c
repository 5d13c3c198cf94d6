/*
 * agc: adaptive gradient clipping (Brock et al. 2021, arXiv:2102.06171): no unit's gradient is
 * longer than `clipping` times the unit's own weights.
 *
 * A unit is one output: a row of a [out, in, …] weight, as Gemm with transB, Conv and PyTorch have
 * it; a column of a [in, out] one (units=columns, as optax has it, where a kernel is [height,
 * width, in, out]). A vector is one unit.
 */
#include "optim/moments.h"

/* The axes within a unit. */
static og_ints unit_axes(const og_stage_context *c, int rank, int64_t *axes)
{
    bool columns = strcmp(og_stage_word(c, "units"), "columns") == 0;
    int first = rank > 1 && !columns ? 1 : 0;
    int end = rank < 2 || !columns ? rank : rank <= 3 ? 1 : rank - 1;
    og_ints list = { .v = axes };

    for (int i = first; i < end; i++)
        axes[list.n++] = i;
    return list;
}

static og_value *unit_norms(const og_stage_context *c, og_value *x)
{
    int64_t axes[OG_MAX_RANK];

    return og_rank(x) == 0 ? og_abs(x)
                           : og_reduce("ReduceL2", x, unit_axes(c, og_rank(x), axes), true);
}

static og_status agc_build(og_stage_context *c)
{
    og_value *clipping = og_stage_argument(c, "clipping"), *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *norm = unit_norms(c, g),
                 *p = unit_norms(c, og_stage_parameter(c, i));
        og_value *most =
            og_mul(og_maximum(p, og_stage_cast(c, i, eps)), og_stage_cast(c, i, clipping));
        og_value *ratio = og_div(most, og_maximum(norm, og_scalar_like(norm, 1e-6)));

        og_stage_out(c, i,
                     og_mul(g, og_where(og_less(norm, most), og_scalar_like(norm, 1), ratio)));
    }
    return OG_OK;
}

const og_stage og_stage_agc = {
    .name = "agc",
    .doc = "No unit's gradient is longer than a part of its weights.",
    .scope = OG_SCOPE_UNIT,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "clipping", OG_ARG_NUMBER, "0.01", "(0, inf]", "the largest ratio of norms" },
        { "eps", OG_ARG_NUMBER, "1e-3", "[0, inf)", "the least norm weights count with" },
        { "units", OG_ARG_WORD, "rows", "rows columns", "what one output is" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "units=columns" },
    .build = agc_build,
};
