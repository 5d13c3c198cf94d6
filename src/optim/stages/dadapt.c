/*
 * dadapt_adamw: AdamW that finds its learning rate by how far the parameters must have to go
 * (Defazio and Mishchenko 2023, arXiv:2301.07733), as optax has it. lr scales it and is best left
 * at 1.
 */
#include "optim/moments.h"

/* Double scalars of one step. */
typedef struct dadapt {
    og_moments moments;
    og_value *d, *rate, *keep, *weight, *eps; /* keep: the root of beta2; weight: 1 - keep */
} dadapt;

/* The estimate of the next step, and what is known of the sums of past gradients. */
static void find_d(og_stage_context *c, const dadapt *s)
{
    og_value *slot = og_stage_shared(c, "numerator", OG_DOUBLE, 0), *along = NULL, *sizes = NULL;
    og_value *part = og_mul(s->weight, s->rate), *next, *estimate;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *sum = og_stage_slot(c, i, "sum", 0), *size, *dot;
        og_value *v = og_stage_slot(c, i, "v", 0), *m = og_stage_slot(c, i, "m", 0);
        og_value *next_sum =
            og_add(og_mul(sum, og_stage_cast(c, i, s->keep)), og_mul(g, og_stage_cast(c, i, part)));
        og_value *next_v = og_add(og_mul(v, og_stage_cast(c, i, s->moments.beta2)),
                                  og_mul(og_mul(g, g), og_stage_cast(c, i, s->moments.weight2)));
        og_value *next_m =
            og_add(og_mul(m, og_stage_cast(c, i, s->moments.beta1)),
                   og_mul(g, og_stage_cast(c, i, og_mul(s->moments.weight1, s->rate))));
        og_value *e = og_stage_cast(c, i, s->eps);

        dot = og_dot(g, og_div(sum, og_add(og_sqrt(v), e)));
        size = OG_OP("onnxgrad::SumAbs", NULL, next_sum);
        along = along ? og_add(along, dot) : dot;
        sizes = sizes ? og_add(sizes, size) : size;
        og_stage_keep(c, sum, next_sum);
        og_stage_keep(c, v, next_v);
        og_stage_keep(c, m, next_m);
        og_stage_out(c, i, og_div(next_m, og_add(og_sqrt(next_v), e)));
    }
    next = og_add(og_mul(slot, s->keep), og_mul(part, along));
    og_stage_keep(c, slot, next);
    estimate = og_div(next, og_mul(s->weight, sizes));
    /* 0 / 0 leaves d */
    og_stage_keep(c, s->d, og_where(og_greater(estimate, s->d), estimate, s->d));
}

static og_status dadapt_adamw_build(og_stage_context *c)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1), *shrink;
    dadapt s = { .moments = og_moments_start(c),
                 .d = og_stage_shared(c, "d", OG_DOUBLE, og_stage_number(c, "d0")),
                 .eps = og_stage_argument(c, "eps") };

    s.keep = og_sqrt(s.moments.beta2);
    s.weight = og_sub(one, s.keep);
    s.rate = og_mul(og_mul(s.d, og_stage_argument(c, "lr")),
                    og_div(s.moments.correct1, og_sqrt(s.moments.correct2)));
    find_d(c, &s);
    shrink = og_mul(og_stage_argument(c, "weight_decay"), s.rate);
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *u = og_stage_in(c, i);

        if (og_stage_number(c, "weight_decay") != 0)
            u = og_add(u, og_mul(og_stage_parameter(c, i), og_stage_cast(c, i, shrink)));
        og_stage_out(c, i, og_neg(u));
        og_stage_descends(c, i, s.rate);
    }
    return OG_OK;
}

const og_stage og_stage_dadapt_adamw = {
    .name = "dadapt_adamw",
    .doc = "AdamW that finds its own learning rate.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE | OG_STAGE_LR,
    .arg = {
        { "lr", OG_ARG_NUMBER, "1", "[0, inf)", "times what it finds" },
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "(0, inf)", "added to the root" },
        { "d0", OG_ARG_FIXED, "1e-6", "(0, inf)", "where d begins" },
        OG_WEIGHT_DECAY("0"),
    },
    .build = dadapt_adamw_build,
};
