/* keep_params_nonnegative: new weights below 0 become 0; a NaN stays. */
#include "optim/optim.h"

static og_status keep_params_nonnegative_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *next = og_stage_next(c, i), *zero = og_scalar_like(next, 0);

        og_stage_set_next(c, i, og_where(og_less(next, zero), zero, next));
    }
    return OG_OK;
}

const og_stage og_stage_keep_params_nonnegative = {
    .name = "keep_params_nonnegative",
    .doc = "New weights below 0 become 0.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .build = keep_params_nonnegative_build,
};
