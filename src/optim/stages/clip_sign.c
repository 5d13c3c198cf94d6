/*
 * clip_sign: c * sign(g) where the norm of all gradients in reach is larger than c, else g.
 *
 * The formula of the article, as written. Its result has the norm c * sqrt(number of elements that
 * are not 0), not c: in more than one dimension it makes a gradient longer whenever c < norm < c *
 * sqrt(n), and it jumps at norm = c.
 */
#include "optim/optim.h"

static og_status clip_sign_build(og_stage_context *c)
{
    og_value *bound = og_stage_argument(c, "c");
    og_value *over = og_greater(og_stage_norm(c, 2), bound);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i);

        og_stage_out(c, i, og_where(over, og_mul(og_sign(g), og_stage_cast(c, i, bound)), g));
    }
    return OG_OK;
}

const og_stage og_stage_clip_sign = {
    .name = "clip_sign",
    .doc = "c * sign(g) where the norm is larger than c (the article's formula).",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = { { "c", OG_ARG_NUMBER, NULL, "(0, inf]", "the norm above which it acts" } },
    .build = clip_sign_build,
};
