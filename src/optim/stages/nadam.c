/*
 * scale_by_nadam, nadam: Adam with Nesterov's look ahead (Dozat 2016).
 *
 * PyTorch lets the momentum rise by mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2), Keras with
 * momentum_decay 1; optax keeps it at beta1.
 */
#include "optim/moments.h"

/* The two weights of a direction: what g and what m' is multiplied by. */
typedef struct nadam_weights {
    og_value *g, *m;
} nadam_weights;

static og_value *momentum_at(og_stage_context *c, og_value *beta1, og_value *t)
{
    og_graph *g = og_stage_graph(c);
    og_value *fall =
        og_pow(og_scalar(g, OG_DOUBLE, 0.96), og_mul(t, og_stage_argument(c, "momentum_decay")));

    return og_mul(beta1, og_sub(og_scalar(g, OG_DOUBLE, 1), og_times(fall, 0.5)));
}

/* g (1 - mu_t) / (1 - mu_1 … mu_t) + m' mu_t+1 / (1 - mu_1 … mu_t+1) */
static nadam_weights rising(og_stage_context *c, const og_moments *m)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1), *t = og_plus(og_stage_clock(c), 1);
    og_value *mu = momentum_at(c, m->beta1, t), *mu_next = momentum_at(c, m->beta1, og_plus(t, 1));
    og_value *slot = og_stage_shared(c, "mu_product", OG_DOUBLE, 1), *product = og_mul(slot, mu);

    og_stage_keep(c, slot, product);
    return (nadam_weights){ og_div(og_sub(one, mu), og_sub(one, product)),
                            og_div(mu_next, og_sub(one, og_mul(product, mu_next))) };
}

/* g (1 - beta1) / (1 - beta1^t) + m' beta1 / (1 - beta1^(t+1)) */
static nadam_weights steady(og_stage_context *c, const og_moments *m)
{
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1), *t = og_plus(og_stage_clock(c), 2);

    return (nadam_weights){ og_mul(m->weight1, m->correct1),
                            og_div(m->beta1, og_sub(one, og_pow(m->beta1, t))) };
}

static og_status scale_by_nadam_build(og_stage_context *c)
{
    og_moments moments = og_moments_start(c);
    nadam_weights w =
        og_stage_compat(c) == OG_COMPAT_OPTAX ? steady(c, &moments) : rising(c, &moments);
    og_value *root = og_sqrt(moments.correct2), *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *m, *v, *above;

        og_moments_update(c, i, &moments, &m, &v);
        above = og_add(og_mul(g, og_stage_cast(c, i, w.g)), og_mul(m, og_stage_cast(c, i, w.m)));
        og_stage_out(c, i,
                     og_div(above, og_add(og_mul(og_sqrt(v), og_stage_cast(c, i, root)),
                                          og_stage_cast(c, i, eps))));
    }
    return OG_OK;
}

#define MOMENTUM_DECAY                                                                             \
    {                                                                                              \
        "momentum_decay", OG_ARG_NUMBER, "4e-3", "[0, inf)", "how fast the momentum rises"         \
    }

const og_stage og_stage_scale_by_nadam = {
    .name = "scale_by_nadam",
    .doc = "Adam's direction with Nesterov's look ahead.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { OG_BETAS,
             { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
             MOMENTUM_DECAY },
    .compat = { [OG_COMPAT_KERAS] = "eps=1e-7, momentum_decay=1" },
    .build = scale_by_nadam_build,
};

static void nadam_expand(og_stage_context *c)
{
    bool decay = og_stage_number(c, "weight_decay") != 0, decoupled = og_stage_flag(c, "decoupled");

    og_stage_write(c, decay && !decoupled ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_nadam(beta1=$beta1, beta2=$beta2, eps=$eps, "
                      "momentum_decay=$momentum_decay) | ");
    og_stage_write(c, decay && decoupled ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_nadam = {
    .name = "nadam",
    .doc = "Nesterov's Adam: scale_by_nadam and lr.",
    .arg = {
        OG_LR("2e-3"),
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        OG_WEIGHT_DECAY("0"),
        MOMENTUM_DECAY,
        OG_DECOUPLED("false"),
    },
    .compat = { [OG_COMPAT_KERAS] = "lr=1e-3, eps=1e-7, momentum_decay=1" },
    .expand = nadam_expand,
};
