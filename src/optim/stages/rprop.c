/*
 * scale_by_rprop, rprop: a step size for each element, longer while the sign of g stays, shorter
 * when it turns (Riedmiller and Braun 1993).
 *
 * PyTorch does not move an element whose sign has turned; optax emits each step one call late.
 */
#include "optim/moments.h"

static og_value *new_size(og_stage_context *c, size_t i, og_value *size, og_value *turn)
{
    og_value *zero = og_scalar_like(turn, 0), *same = og_greater(turn, zero),
             *other = og_less(turn, zero);
    og_value *plus = og_stage_cast(c, i, og_stage_argument(c, "etaplus"));
    og_value *minus = og_stage_cast(c, i, og_stage_argument(c, "etaminus"));
    og_value *factor = og_where(same, plus, og_where(other, minus, og_scalar_like(turn, 1)));

    return OG_OP("Clip", NULL, og_mul(size, factor),
                 og_stage_cast(c, i, og_stage_argument(c, "least")),
                 og_stage_cast(c, i, og_stage_argument(c, "most")));
}

static og_status scale_by_rprop_build(og_stage_context *c)
{
    bool late = og_stage_compat(c) == OG_COMPAT_OPTAX;
    double initial = og_stage_number(c, "initial");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *before = og_stage_slot(c, i, "before", 0);
        og_value *size = og_stage_slot(c, i, "size", initial), *zero = og_scalar_like(g, 0);
        og_value *turn = og_mul(g, before), *turned = og_less(turn, zero), *next, *now, *move;

        next = new_size(c, i, size, turn);
        now = og_where(turned, zero, g);
        move = og_mul(og_sign(now), next);
        og_stage_keep(c, size, next);
        og_stage_keep(c, before, late ? move : now);
        og_stage_out(c, i, late ? og_where(turned, zero, before) : move);
    }
    return OG_OK;
}

#define RPROP_ARGS                                                                                 \
    { "etaminus", OG_ARG_NUMBER, "0.5", "(0, 1)", "shorter when the sign turns" },                 \
        { "etaplus", OG_ARG_NUMBER, "1.2", "(1, inf)", "longer while it stays" },                  \
        { "least", OG_ARG_NUMBER, "1e-6", "[0, inf)", "the shortest step" },                       \
    {                                                                                              \
        "most", OG_ARG_NUMBER, "50", "(0, inf]", "the longest step"                                \
    }

const og_stage og_stage_scale_by_rprop = {
    .name = "scale_by_rprop",
    .doc = "The sign of g times a step size of each element's own.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { { "initial", OG_ARG_FIXED, "1e-2", "(0, inf)", "the first step size" }, RPROP_ARGS },
    .build = scale_by_rprop_build,
};

static void rprop_expand(og_stage_context *c)
{
    og_stage_write(
        c, "scale_by_rprop(initial=$lr, etaminus=$etaminus, etaplus=$etaplus, least=$least, "
           "most=$most) | lr(1)");
}

const og_stage og_stage_rprop = {
    .name = "rprop",
    .doc = "Resilient propagation: a step size for each element.",
    .arg = { { "lr", OG_ARG_FIXED, "1e-2", "(0, inf)", "the first step size" }, RPROP_ARGS },
    .expand = rprop_expand,
};
