/* clip_rms: each parameter's gradient divided by max(1, its root mean square / c); optax's
 * clip_by_block_rms. */
#include "optim/moments.h"

static og_status clip_rms_build(og_stage_context *c)
{
    og_value *bound = og_stage_argument(c, "c"), *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        const og_value *p = og_stage_parameter(c, i);
        double n = (double)og_count(p->type.rank, p->type.dims);
        og_value *rms = og_times(og_stage_tensor_norm(c, i), n > 0 ? 1 / sqrt(n) : 0);

        og_stage_multiply(c, i, og_div(one, og_maximum(one, og_div(rms, bound))));
    }
    return OG_OK;
}

const og_stage og_stage_clip_rms = {
    .name = "clip_rms",
    .doc = "Each parameter's gradient divided by max(1, its root mean square / c).",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = { { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest root mean square" } },
    .build = clip_rms_build,
};
