/*
 * plateau: updates times a factor that shrinks when the loss has not got better for a while
 * (PyTorch's ReduceLROnPlateau; as a schedule, lr(plateau(0.1)), it has PyTorch's `min` of the rate
 * itself).
 *
 * The loss is that of the batch, so `every` losses are averaged to one. As in PyTorch a reduction
 * acts from the next step on; under compat=optax at once, and one bad loss earlier.
 */
#include "optim/optim.h"

static og_status plateau_build(og_stage_context *c)
{
    const bool optax = og_stage_compat(c) == OG_COMPAT_OPTAX;
    og_value *patience = og_stage_argument(c, "patience"), *least = og_stage_argument(c, "min");
    og_plateau p = { .step = c->step,
                     .prefix = og_arena_print(c->step->arena, "opt/%s/", c->label),
                     .factor = og_stage_argument(c, "factor"),
                     .patience = optax ? og_plus(patience, -1) : patience,
                     .threshold = og_stage_argument(c, "threshold"),
                     .cooldown = og_stage_argument(c, "cooldown"),
                     .every = og_stage_argument(c, "every"),
                     .relative = strcmp(og_stage_word(c, "mode"), "rel") == 0 };
    og_value *before, *after, *scale;

    if (!p.prefix)
        return og_fail(og_graph_errors(og_stage_graph(c)), OG_NO_MEMORY,
                       "no memory for a training step");
    after = og_plateau_build(&p, &before);
    scale = optax ? after : before;
    scale = og_where(og_less(scale, least), least, scale);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, scale);
    return OG_OK;
}

const og_stage og_stage_plateau = {
    .name = "plateau",
    .doc = "A factor that shrinks when the loss has not got better for a while.",
    .scope = OG_SCOPE_ELEMENT,
    .arg = { OG_PLATEAU_ARGS, { "min", OG_ARG_NUMBER, "0", "[0, 1]", "the smallest factor" } },
    .build = plateau_build,
};
