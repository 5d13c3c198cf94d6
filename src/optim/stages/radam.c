/*
 * scale_by_radam, radam: Adam that waits with the division until the variance of v is known well
 * enough.
 *
 * Liu et al. 2019 (arXiv:1908.03265). PyTorch rectifies where rho > 5 and adds eps before v is
 * corrected; optax where rho >= 5, and behind it.
 */
#include "optim/moments.h"

/* rho_t = rho_inf - 2 t beta2^t / (1 - beta2^t), t from 1 */
static og_value *rho(og_stage_context *c, og_value *rho_inf, og_value *beta2, og_value *correct2)
{
    og_value *t = og_plus(og_stage_clock(c), 1);

    return og_sub(rho_inf, og_mul(og_times(og_mul(t, og_pow(beta2, t)), 2), correct2));
}

/* sqrt((rho - 4)(rho - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho)) */
static og_value *rectifier(og_value *rho, og_value *rho_inf)
{
    og_value *above = og_mul(og_mul(og_plus(rho, -4), og_plus(rho, -2)), rho_inf);
    og_value *below = og_mul(og_mul(og_plus(rho_inf, -4), og_plus(rho_inf, -2)), rho);

    return og_sqrt(og_div(above, below));
}

static og_status scale_by_radam_build(og_stage_context *c)
{
    bool optax = og_stage_compat(c) == OG_COMPAT_OPTAX;
    og_moments m = og_moments_start(c);
    og_value *one = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    og_value *rho_inf = og_plus(og_div(og_scalar(og_stage_graph(c), OG_DOUBLE, 2), m.weight2), -1);
    og_value *now = rho(c, rho_inf, m.beta2, m.correct2),
             *limit = og_stage_argument(c, "threshold");
    og_value *rectified = optax ? og_not(og_less(now, limit)) : og_greater(now, limit);
    og_value *safe = og_where(rectified, now, rho_inf); /* no root of a negative number */
    og_value *scale = og_mul(m.correct1, rectifier(safe, rho_inf)), *root = og_sqrt(m.correct2);
    og_value *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *mean, *scaled = og_moments_scale(c, i, &m, optax ? scale : og_div(scale, root),
                                                   optax ? root : one, eps, &mean);

        og_stage_out(c, i,
                     og_where(rectified, scaled, og_mul(mean, og_stage_cast(c, i, m.correct1))));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_radam = {
    .name = "scale_by_radam",
    .doc = "Adam's direction, divided only where the variance of v is known well enough.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = {
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        { "threshold", OG_ARG_NUMBER, "5", "[4, inf)", "of rho, above which it divides" },
    },
    .build = scale_by_radam_build,
};

static void radam_expand(og_stage_context *c)
{
    bool decay = og_stage_number(c, "weight_decay") != 0, decoupled = og_stage_flag(c, "decoupled");

    og_stage_write(c, decay && !decoupled ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_radam(beta1=$beta1, beta2=$beta2, eps=$eps) | ");
    og_stage_write(c, decay && decoupled ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_radam = {
    .name = "radam",
    .doc = "Rectified Adam: scale_by_radam and lr.",
    .arg = {
        OG_LR("1e-3"),
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        OG_WEIGHT_DECAY("0"),
        OG_DECOUPLED("false"),
    },
    .expand = radam_expand,
};
