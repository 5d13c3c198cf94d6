/*
 * finite: what happens when a gradient holds an infinite number or a NaN.
 *
 * error (also without this stage): the run fails and names the tensor; parameters and state stay.
 * skip: the same without failing; with most=n, n such steps in a row are skipped and the next one
 * is an error. zero: such elements count as 0. pass: nothing is tested.
 */
#include "optim/optim.h"

static bool is_mode(const og_stage_context *c, const char *mode)
{
    return strcmp(og_stage_word(c, "mode"), mode) == 0;
}

static og_status finite_prepare(og_stage_context *c)
{
    bool counted = is_mode(c, "skip") && og_stage_number(c, "most") > 0;

    if (c->n < c->step->n)
        return og_stage_fail(c, "finite stands at the top of the chain, for all parameters");
    c->step->graph->nonfinite = is_mode(c, "error") || counted ? OG_NONFINITE_ERROR
                                : is_mode(c, "skip")           ? OG_NONFINITE_SKIP
                                                               : OG_NONFINITE_PASS;
    return OG_OK;
}

/* Skipping is a gate then, so that the count of skipped steps is state that changes; the run fails
 * when it is full. */
static og_status count_skips(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *skips = og_stage_shared(c, "skips", OG_INT64, 0), *finite = g->ok;
    og_value *in[] = { finite, og_less(skips, og_scalar(g, OG_INT64, og_stage_number(c, "most"))) };

    og_stage_keep(c, skips, og_where(finite, og_scalar(g, OG_INT64, 0), og_plus(skips, 1)));
    g->ok = og_op_on("Or", NULL, 2, in);
    return og_stage_gate(c, finite);
}

/* x - x is 0 for finite numbers and NaN for all others. */
static void zero_bad(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *zero = og_scalar_like(g, 0);

        og_stage_out(c, i, og_where(og_equal(og_sub(g, g), zero), g, zero));
    }
}

static og_status finite_build(og_stage_context *c)
{
    if (is_mode(c, "zero"))
        zero_bad(c);
    return is_mode(c, "skip") && og_stage_number(c, "most") > 0 ? count_skips(c) : OG_OK;
}

const og_stage og_stage_finite = {
    .name = "finite",
    .doc = "What happens when a gradient is not finite: error, skip, zero or pass.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_FINITE,
    .positional = 1,
    .arg = {
        { "mode", OG_ARG_WORD, "error", "error skip zero pass", "what to do" },
        { "most", OG_ARG_WHOLE, "0", "[0, 1000000000]", "skips in a row before an error; 0: any number" },
    },
    .prepare = finite_prepare,
    .build = finite_build,
};
