/*
 * unscale: the loss is multiplied by a scale before gradients are taken, and this stage divides
 * them again, so that small ones survive in narrow types.
 *
 * The scale finds itself: a gradient that is not finite skips the step and lowers it, `interval`
 * good steps in a row raise it (PyTorch's GradScaler).
 */
#include "optim/optim.h"

static og_status unscale_prepare(og_stage_context *c)
{
    if (c->n < c->step->n)
        return og_stage_fail(c, "unscale stands at the top of the chain, for all parameters");
    og_stage_seed(c, og_stage_shared(c, "loss_scale", OG_DOUBLE, og_stage_number(c, "scale")));
    return OG_OK;
}

/* Good steps and scale after this step. */
static void follow(og_stage_context *c, og_value *scale, og_value *finite)
{
    og_graph *g = og_stage_graph(c);
    og_value *good = og_stage_shared(c, "good_steps", OG_INT64, 0), *next = og_plus(good, 1);
    og_value *zero = og_scalar(g, OG_INT64, 0);
    og_value *full = og_equal(next, og_scalar(g, OG_INT64, og_stage_number(c, "interval")));
    og_value *raised = og_where(full, og_mul(scale, og_stage_argument(c, "growth")), scale);

    og_stage_keep(c, scale,
                  og_where(finite, raised, og_mul(scale, og_stage_argument(c, "backoff"))));
    og_stage_keep(c, good, og_where(finite, og_where(full, zero, next), zero));
}

static og_status unscale_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *scale = c->step->seed, *finite = g->ok, *back;

    if (!finite)
        return og_stage_fail(c,
                             "unscale needs the test that finite(pass) and finite(zero) turn off");
    follow(c, scale, finite);
    g->ok = NULL; /* the gate takes its place: the scale itself changes in a skipped step */
    back = og_div(og_scalar(g, OG_DOUBLE, 1), scale);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, back);
    return og_stage_gate(c, finite);
}

const og_stage og_stage_unscale = {
    .name = "unscale",
    .doc = "Takes off a loss scale that finds itself; skips steps that overflow.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_UNSCALE,
    .positional = 1,
    .arg = {
        { "scale", OG_ARG_FIXED, "65536", "(0, inf)", "where the scale begins" },
        { "growth", OG_ARG_NUMBER, "2", "[1, inf)", "raises it" },
        { "backoff", OG_ARG_NUMBER, "0.5", "(0, 1]", "lowers it" },
        { "interval", OG_ARG_WHOLE, "2000", "[1, 1000000000]", "good steps before it is raised" },
    },
    .prepare = unscale_prepare,
    .build = unscale_build,
};
