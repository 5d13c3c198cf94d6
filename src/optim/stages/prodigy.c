/*
 * prodigy: Adam that finds its learning rate: `d` grows by how far the parameters went from where
 * they began (Mishchenko and Defazio 2023, arXiv:2306.06101). lr scales it and is best left at 1.
 */
#include "optim/moments.h"

/* Double scalars of one step. */
typedef struct prodigy_step {
    og_value *d, *rate, *next_d; /* rate: d lr with Adam's corrections */
    og_moments moments;
} prodigy_step;

/* d' = max(d, coefficient * numerator / sum |s|), s the weighted sum of past gradients. */
static void find_d(og_stage_context *c, prodigy_step *s)
{
    og_value *d0 = og_stage_argument(c, "d0"), *beta3 = og_stage_number(c, "beta3") == 0
                                                            ? og_sqrt(s->moments.beta2)
                                                            : og_stage_argument(c, "beta3");
    og_value *slot = og_stage_shared(c, "numerator", OG_DOUBLE, 0), *moved = NULL, *sum = NULL,
             *numerator;
    og_value *share = og_div(og_mul(s->rate, s->d), d0), *estimate;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *start = og_stage_copy_slot(c, i, "start");
        og_value *past = og_stage_slot(c, i, "sum", 0),
                 *away = og_sub(start, og_stage_parameter(c, i));
        og_value *next =
            og_add(og_mul(past, og_stage_cast(c, i, beta3)), og_mul(g, og_stage_cast(c, i, share)));
        og_value *size = OG_OP("onnxgrad::SumAbs", NULL, next);

        og_stage_keep(c, past, next);
        moved = moved ? og_add(moved, og_dot(g, away)) : og_dot(g, away);
        sum = sum ? og_add(sum, size) : size;
    }
    numerator = og_add(og_mul(slot, beta3), og_mul(share, moved));
    og_stage_keep(c, slot, numerator);
    estimate = og_div(og_mul(og_stage_argument(c, "coefficient"), numerator), sum);
    s->next_d = og_where(og_greater(estimate, s->d), estimate, s->d); /* 0 / 0 leaves d */
    og_stage_keep(c, s->d, s->next_d);
}

static og_status prodigy_build(og_stage_context *c)
{
    prodigy_step s = { .d = og_stage_shared(c, "d", OG_DOUBLE, og_stage_number(c, "d0")) };
    og_value *eps = og_stage_argument(c, "eps"), *decay = og_stage_argument(c, "weight_decay");

    s.moments = og_moments_start(c);
    s.rate = og_mul(og_mul(s.d, og_stage_argument(c, "lr")),
                    og_div(s.moments.correct1, og_sqrt(s.moments.correct2)));
    find_d(c, &s);
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *m, *v, *u;

        og_stage_out(c, i, og_mul(og_stage_in(c, i), og_stage_cast(c, i, s.d)));
        og_moments_update(c, i, &s.moments, &m, &v);
        u = og_div(m, og_add(og_sqrt(v), og_stage_cast(c, i, og_mul(s.next_d, eps))));
        if (og_stage_number(c, "weight_decay") != 0)
            u = og_add(u, og_mul(og_stage_parameter(c, i), og_stage_cast(c, i, decay)));
        og_stage_out(c, i, og_mul(u, og_stage_cast(c, i, og_neg(s.rate))));
        og_stage_descends(c, i, s.rate);
    }
    return OG_OK;
}

const og_stage og_stage_prodigy = {
    .name = "prodigy",
    .doc = "Adam that finds its own learning rate.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_LR,
    .arg = {
        { "lr", OG_ARG_NUMBER, "1", "[0, inf)", "times what it finds" },
        OG_BETAS,
        { "beta3", OG_ARG_NUMBER, "0", "[0, 1)", "what is left of its sums; 0: the root of beta2" },
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        { "d0", OG_ARG_NUMBER, "1e-6", "(0, inf)", "where d begins" },
        { "coefficient", OG_ARG_NUMBER, "1", "(0, inf)", "times the estimate of d" },
        OG_WEIGHT_DECAY("0"),
    },
    .build = prodigy_build,
};
