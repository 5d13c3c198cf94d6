/*
 * noise, noisy_sgd: g + N(0, eta / t^gamma), t from 1 (Neelakantan et al. 2015, arXiv:1511.06807).
 *
 * The numbers are the session's counted ones, a stream for each parameter by its name: a run that
 * is resumed draws what it would have drawn, and other stages do not change what is drawn.
 */
#include "optim/moments.h"

static og_status noise_build(og_stage_context *c)
{
    og_graph *g = og_stage_graph(c);
    og_value *t = og_plus(og_stage_clock(c), 1);
    og_value *variance =
        og_div(og_stage_argument(c, "eta"), og_pow(t, og_stage_argument(c, "gamma")));
    og_value *deviation = og_sqrt(variance);

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *drawn = OG_OP("RandomNormalLike", NULL, og_stage_in(c, i));
        char *base = og_arena_print(g->arena, "%s_%s", og_stage_parameter(c, i)->name, c->label);

        if (!drawn || !base)
            return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
        OG_TRY(og_value_rename(drawn, og_graph_free_name(g, base)));
        og_stage_out(c, i,
                     og_add(og_stage_in(c, i), og_mul(drawn, og_stage_cast(c, i, deviation))));
    }
    return OG_OK;
}

const og_stage og_stage_noise = {
    .name = "noise",
    .doc = "Adds normal numbers whose variance eta / t^gamma falls.",
    .scope = OG_SCOPE_ELEMENT,
    .positional = 1,
    .arg = {
        { "eta", OG_ARG_NUMBER, NULL, "[0, inf)", "the variance of the first step" },
        { "gamma", OG_ARG_NUMBER, "0.55", "[0, inf)", "how fast it falls" },
    },
    .build = noise_build,
};

static void noisy_sgd_expand(og_stage_context *c)
{
    og_stage_write(c, "noise($eta, gamma=$gamma) | lr($lr)");
}

const og_stage og_stage_noisy_sgd = {
    .name = "noisy_sgd",
    .doc = "Gradient descent with noise that falls.",
    .arg = {
        OG_LR("1e-3"),
        { "eta", OG_ARG_NUMBER, "0.01", "[0, inf)", "the variance of the first step" },
        { "gamma", OG_ARG_NUMBER, "0.55", "[0, inf)", "how fast it falls" },
    },
    .expand = noisy_sgd_expand,
};
