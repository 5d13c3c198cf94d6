/* centralize: takes the mean over all but the first axis off, where there is more than one (Yong et
 * al. 2020). */
#include "optim/optim.h"

static og_status centralize_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i);
        int64_t axes[OG_MAX_RANK];

        for (int k = 1; k < og_rank(g); k++)
            axes[k - 1] = k;
        if (og_rank(g) > 1)
            og_stage_out(
                c, i,
                og_sub(g, og_reduce("ReduceMean", g, (og_ints){ og_rank(g) - 1, axes }, true)));
    }
    return OG_OK;
}

const og_stage og_stage_centralize = {
    .name = "centralize",
    .doc = "Takes the mean over all but the first axis off.",
    .scope = OG_SCOPE_UNIT,
    .build = centralize_build,
};
