/* clip_layer: each parameter's gradient times min(1, c / (its norm + eps)); Keras calls it clipnorm. */
#include "optim/optim.h"

static og_status clip_layer_build(og_stage_context *c)
{
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_scale(c, i, og_stage_clip_coef(c, "c", og_stage_tensor_norm(c, i)));
    return OG_OK;
}

const og_stage og_stage_clip_layer = {
    .name = "clip_layer",
    .doc = "Each parameter's gradient times min(1, c / (its norm + eps)).",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = {
        { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the largest norm of one parameter" },
        { "eps", OG_ARG_NUMBER, "1e-6", "[0, inf)", "added to the norm" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "eps=0", [OG_COMPAT_KERAS] = "eps=0" },
    .build = clip_layer_build,
};
