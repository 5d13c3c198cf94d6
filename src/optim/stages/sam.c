/*
 * sam: the gradient where the loss is highest nearby, at p + rho g / norm (Foret et al. 2020,
 * arXiv:2010.01412). It costs a second forward and backward pass.
 */
#include "optim/optim.h"

static og_status sam_build(og_stage_context *c)
{
    size_t n = og_stage_count(c);
    og_value *norm = og_stage_norm(c, 2), *tiny = og_scalar(og_stage_graph(c), OG_DOUBLE, 1e-12),
             *reach;
    og_value **at = OG_NEW_N(c->step->arena, og_value *, 2 * n + 1), **gradients = at + n;

    if (!at)
        return og_fail(og_graph_errors(og_stage_graph(c)), OG_NO_MEMORY,
                       "no memory for a training step");
    reach = og_div(og_stage_argument(c, "rho"), og_add(norm, tiny));
    for (size_t i = 0; i < n; i++)
        at[i] =
            og_add(og_stage_parameter(c, i), og_mul(og_stage_in(c, i), og_stage_cast(c, i, reach)));
    OG_TRY(og_stage_gradient(c, at, gradients));
    for (size_t i = 0; i < n; i++)
        og_stage_out(c, i, gradients[i]);
    return OG_OK;
}

const og_stage og_stage_sam = {
    .name = "sam",
    .doc = "The gradient where the loss is highest nearby.",
    .scope = OG_SCOPE_GLOBAL,
    .positional = 1,
    .arg = { { "rho", OG_ARG_NUMBER, "0.05", "[0, inf)", "how far it looks" } },
    .build = sam_build,
};
