/*
 * lookahead: every few steps slow weights go a part of the way to the parameters, which begin again
 * there (Zhang et al. 2019, arXiv:1907.08610). Evaluation uses the slow ones.
 */
#include "optim/optim.h"

static og_status lookahead_build(og_stage_context *c)
{
    og_value *every = og_stage_argument(c, "every"), *t = og_plus(og_stage_clock(c), 1);
    og_value *rounds = OG_OP("Floor", NULL, og_div(t, every));
    og_value *due = og_equal(t, og_mul(rounds, every)), *alpha = og_stage_argument(c, "alpha");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *slow = og_stage_copy_slot(c, i, "slow"), *fast = og_stage_next(c, i);
        og_value *moved = og_add(slow, og_mul(og_sub(fast, slow), og_stage_cast(c, i, alpha)));

        og_stage_keep(c, slow, og_where(due, moved, slow));
        og_stage_set_next(c, i, og_where(due, moved, fast));
        og_stage_average(c, i, slow);
    }
    return OG_OK;
}

const og_stage og_stage_lookahead = {
    .name = "lookahead",
    .doc = "Every few steps the parameters go back a part of the way.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_WEIGHTS,
    .positional = 1,
    .arg = {
        { "every", OG_ARG_NUMBER, "5", "[1, inf)", "steps between two meetings" },
        { "alpha", OG_ARG_NUMBER, "0.5", "[0, 1]", "how far the slow weights go" },
    },
    .build = lookahead_build,
};
