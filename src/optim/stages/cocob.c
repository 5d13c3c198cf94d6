/*
 * scale_by_cocob, cocob: a bet on the sign of each gradient with what was won so far, without a
 * learning rate (Orabona and Tommasi 2017, arXiv:1705.07795), as optax has it.
 */
#include "optim/moments.h"

static og_status scale_by_cocob_build(og_stage_context *c)
{
    og_graph *graph = og_stage_graph(c);
    og_value *alpha = og_stage_argument(c, "alpha"), *one = og_scalar(graph, OG_DOUBLE, 1);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *p = og_stage_parameter(c, i), *size = og_abs(g);
        og_value *start = og_stage_copy_slot(c, i, "start"), *moved = og_sub(p, start);
        og_value *largest = og_stage_slot(c, i, "largest", og_stage_number(c, "eps"));
        og_value *sizes = og_stage_slot(c, i, "sum_sizes", 0), *below, *bet;
        og_value *sum = og_stage_slot(c, i, "sum", 0), *won = og_stage_slot(c, i, "won", 0);
        og_value *next_largest = og_maximum(largest, size), *next_sizes = og_add(sizes, size);
        og_value *next_won = og_sub(won, og_mul(g, moved)), *next_sum = og_sub(sum, g);

        next_won = og_maximum(next_won, og_scalar_like(next_won, 0));
        below = og_maximum(og_add(next_sizes, next_largest),
                           og_mul(next_largest, og_stage_cast(c, i, alpha)));
        bet = og_div(next_sum, og_mul(next_largest, below));
        og_stage_keep(c, largest, next_largest);
        og_stage_keep(c, sizes, next_sizes);
        og_stage_keep(c, sum, next_sum);
        og_stage_keep(c, won, next_won);
        og_stage_out(c, i, og_sub(og_mul(bet, og_add(next_largest, next_won)), moved));
        og_stage_descends(c, i, one);
    }
    return OG_OK;
}

#define COCOB_ARGS                                                                                 \
    { "alpha", OG_ARG_NUMBER, "100", "(0, inf)", "how small the first bets are" },                 \
    {                                                                                              \
        "eps", OG_ARG_FIXED, "1e-8", "(0, inf)", "the least size of a gradient"                    \
    }

const og_stage og_stage_scale_by_cocob = {
    .name = "scale_by_cocob",
    .doc = "A bet on the sign of each gradient, downhill.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_LR,
    .arg = { COCOB_ARGS },
    .build = scale_by_cocob_build,
};

static void cocob_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale($scaling) | scale_by_cocob(alpha=$alpha, eps=$eps)");
}

const og_stage og_stage_cocob = {
    .name = "cocob",
    .doc = "COCOB: bets on the sign of each gradient, without a learning rate.",
    .arg = { { "scaling", OG_ARG_NUMBER, "1", "(0, inf)", "times the gradient, before" },
             COCOB_ARGS,
             OG_WEIGHT_DECAY("0") },
    .expand = cocob_expand,
};
