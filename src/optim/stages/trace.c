/*
 * trace: momentum, b = momentum * b + (1 - dampening) * g, and lets b through, or g + momentum * b
 * (nesterov).
 *
 * As in PyTorch dampening does not apply to the first gradient; under compat=optax it does.
 */
#include "optim/optim.h"

static og_value *trace_weight(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *weight = og_sub(one, og_stage_argument(c, "dampening"));

    if (og_stage_compat(c) == OG_COMPAT_OPTAX)
        return weight;
    return og_where(og_greater(og_stage_clock(c), og_scalar(og_stage_graph(c), OG_DOUBLE, 0)),
                    weight, one);
}

static og_status trace_build(og_stage_context *c)
{
    og_value *momentum = og_stage_argument(c, "momentum");
    bool damped = og_stage_number(c, "dampening") != 0, nesterov = og_stage_flag(c, "nesterov");
    og_value *weight = damped ? trace_weight(c) : NULL;

    if (nesterov && damped)
        return og_stage_fail(c, "nesterov goes without dampening");
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *b = og_stage_slot(c, i, "momentum_buffer", 0);
        og_value *mu = og_stage_cast(c, i, momentum);
        og_value *part = damped ? og_mul(g, og_stage_cast(c, i, weight)) : g;
        og_value *next = og_add(og_mul(b, mu), part);

        og_stage_keep(c, b, next);
        og_stage_out(c, i, nesterov ? og_add(g, og_mul(next, mu)) : next);
    }
    return OG_OK;
}

const og_stage og_stage_trace = {
    .name = "trace",
    .doc = "Momentum: adds past gradients, fading.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_MOMENTUM,
    .positional = 1,
    .arg = {
        { "momentum", OG_ARG_NUMBER, NULL, "[0, 1]", "what is left of the past after a step" },
        { "dampening", OG_ARG_NUMBER, "0", "[0, 1]", "what is left out of each new gradient" },
        { "nesterov", OG_ARG_BOOL, "false", NULL, "look ahead by one momentum" },
    },
    .build = trace_build,
};
