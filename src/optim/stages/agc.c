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

/* Squares of doubles may overflow, so the largest element of each unit is taken out; those of the
 * other types are summed in double anyway. */
static og_value *unit_norms(const og_stage_context *c, og_value *x)
{
    int64_t axes[OG_MAX_RANK];
    og_ints within = unit_axes(c, og_rank(x), axes);
    og_value *largest;

    if (og_rank(x) == 0)
        return og_abs(x);
    if (x->type.elem != OG_DOUBLE)
        return og_reduce("ReduceL2", x, within, true);
    largest = og_divisor(og_reduce("ReduceMax", og_abs(x), within, true));
    return og_mul(og_reduce("ReduceL2", og_div(x, largest), within, true), largest);
}

/* In 16 bits neither a norm nor a small ratio would do. */
static og_value *widen(og_value *x)
{
    og_elem elem = x ? x->type.elem : OG_FLOAT;

    return elem == OG_FLOAT || elem == OG_DOUBLE ? x : og_cast(x, OG_FLOAT);
}

static og_status agc_build(og_stage_context *c)
{
    og_value *clipping = og_stage_argument(c, "clipping"), *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *in = og_stage_in(c, i), *g = widen(in), *norm, *p, *most, *ratio;

        if (in && og_count(in->type.rank, in->type.dims) == 0)
            continue;
        norm = unit_norms(c, g);
        p = unit_norms(c, widen(og_stage_parameter(c, i)));
        most = og_mul(og_maximum(p, og_cast_like(eps, p)), og_cast_like(clipping, p));
        ratio = og_div(most, og_maximum(norm, og_scalar_like(norm, 1e-6)));
        ratio = og_where(og_greater(norm, most), ratio, og_scalar_like(norm, 1));
        og_stage_out(c, i, og_cast_like(og_mul(g, ratio), in));
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
