/*
 * finite: what happens when a gradient holds an infinite number or a NaN.
 *
 * error (also without this stage): the run fails and names the tensor; parameters and state stay. skip: the same
 * without failing. zero: such elements count as 0. pass: nothing is tested.
 */
#include "optim/optim.h"

static og_status finite_prepare(og_stage_context *c)
{
    const char *mode = og_stage_word(c, "mode");

    if (c->n < c->step->n)
        return og_stage_fail(c, "finite stands at the top of the chain, for all parameters");
    c->step->graph->nonfinite = strcmp(mode, "error") == 0  ? OG_NONFINITE_ERROR
                                : strcmp(mode, "skip") == 0 ? OG_NONFINITE_SKIP
                                                            : OG_NONFINITE_PASS;
    return OG_OK;
}

/* x - x is 0 for finite numbers and NaN for all others. */
static og_status finite_build(og_stage_context *c)
{
    if (strcmp(og_stage_word(c, "mode"), "zero") != 0)
        return OG_OK;
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *zero = og_scalar_like(g, 0);

        og_stage_out(c, i, og_where(og_equal(og_sub(g, g), zero), g, zero));
    }
    return OG_OK;
}

const og_stage og_stage_finite = {
    .name = "finite",
    .doc = "What happens when a gradient is not finite: error, skip, zero or pass.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_FINITE,
    .positional = 1,
    .arg = { { "mode", OG_ARG_WORD, "error", "error skip zero pass", "what to do" } },
    .prepare = finite_prepare,
    .build = finite_build,
};
