/*
 * scale_by_adamax, adamax, adamaxw: m / u, u being the largest |g|, fading (Kingma and Ba 2014,
 * section 7.1).
 *
 * PyTorch and optax add eps to |g|, Keras to u.
 */
#include "optim/moments.h"

static og_status scale_by_adamax_build(og_stage_context *c)
{
    bool keras = og_stage_compat(c) == OG_COMPAT_KERAS;
    og_moments moments = og_moments_start(c);
    og_value *eps = og_stage_argument(c, "eps");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *slot = og_stage_slot(c, i, "u", 0), *e = og_stage_cast(c, i, eps), *size, *u;
        og_value *m = og_moments_first(c, i, &moments);

        size = og_abs(og_stage_in(c, i));
        u = og_maximum(og_mul(slot, og_stage_cast(c, i, moments.beta2)),
                       keras ? size : og_add(size, e));
        og_stage_keep(c, slot, u);
        og_stage_out(
            c, i,
            og_div(og_mul(m, og_stage_cast(c, i, moments.correct1)), keras ? og_add(u, e) : u));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_adamax = {
    .name = "scale_by_adamax",
    .doc = "m / u, u the largest |g|, fading.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { OG_BETAS, { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" } },
    .compat = { [OG_COMPAT_KERAS] = "eps=1e-7" },
    .build = scale_by_adamax_build,
};

static void adamax_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_adamax(beta1=$beta1, beta2=$beta2, eps=$eps) | lr($lr)");
}

const og_stage og_stage_adamax = {
    .name = "adamax",
    .doc = "Adam by the largest gradient: scale_by_adamax and lr.",
    .arg = {
        OG_LR("2e-3"),
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" },
        OG_WEIGHT_DECAY("0"),
    },
    .compat = { [OG_COMPAT_KERAS] = "lr=1e-3, eps=1e-7" },
    .expand = adamax_expand,
};

static void adamaxw_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_adamax(beta1=$beta1, beta2=$beta2, eps=$eps) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_adamaxw = {
    .name = "adamaxw",
    .doc = "adamax with decoupled decay.",
    .arg = {
        OG_LR("2e-3"),
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite" },
        OG_WEIGHT_DECAY("1e-4"),
    },
    .expand = adamaxw_expand,
};
