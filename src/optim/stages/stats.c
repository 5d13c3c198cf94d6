/* stats: changes nothing; keeps the norm of what passes, of all (`norm`) and of each parameter
 * (`norm/<parameter>`). */
#include "optim/optim.h"

static og_status stats_build(og_stage_context *c)
{
    og_stage_keep(c, og_stage_shared(c, "norm", OG_DOUBLE, 0), og_stage_norm(c, 2));
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_keep(c, og_stage_tensor_slot(c, i, "norm", 0), og_stage_tensor_norm(c, i));
    return OG_OK;
}

const og_stage og_stage_stats = {
    .name = "stats",
    .doc = "Keeps the norms of what passes, changes nothing.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_OBSERVES,
    .build = stats_build,
};
