/* scale_by_adan, adan: Adam with a Nesterov term by the change of the gradient (Xie et al. 2022,
 * arXiv:2208.06677). */
#include "optim/moments.h"

/* Double scalars of the three means. */
typedef struct adan_terms {
    og_value *weight[3], *correct[3];
} adan_terms;

static adan_terms adan_start(og_stage_context *c)
{
    static const char *const names[] = { "beta1", "beta2", "beta3" };
    adan_terms t;

    for (int k = 0; k < 3; k++) {
        og_value *beta = og_stage_argument(c, names[k]);

        t.weight[k] = og_sub(og_scalar(og_stage_graph(c), OG_DOUBLE, 1), beta);
        t.correct[k] = og_moments_correct(c, beta);
    }
    return t;
}

static og_value *corrected(og_stage_context *c, size_t i, const adan_terms *t, int k,
                           const char *slot, og_value *by)
{
    return og_mul(og_mean_update(c, i, slot, t->weight[k], by), og_stage_cast(c, i, t->correct[k]));
}

static og_status scale_by_adan_build(og_stage_context *c)
{
    adan_terms t = adan_start(c);
    og_value *first = og_equal(og_stage_clock(c), og_scalar(og_stage_graph(c), OG_DOUBLE, 0));
    og_value *eps = og_stage_argument(c, "eps"), *eps_root = og_stage_argument(c, "eps_root");

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *before = og_stage_slot(c, i, "g", 0);
        og_value *change = og_where(first, og_scalar_like(g, 0), og_sub(g, before));
        og_value *part = og_stage_cast(c, i, t.weight[1]), *ahead = og_add(g, og_mul(change, part)),
                 *n;
        og_value *m = corrected(c, i, &t, 0, "m", g), *v = corrected(c, i, &t, 1, "v", change);

        og_stage_keep(c, before, g);
        n = og_add(corrected(c, i, &t, 2, "n", og_mul(ahead, ahead)),
                   og_stage_cast(c, i, eps_root));
        og_stage_out(
            c, i, og_div(og_add(m, og_mul(v, part)), og_add(og_sqrt(n), og_stage_cast(c, i, eps))));
    }
    return OG_OK;
}

#define ADAN_ARGS                                                                                  \
    { "beta1", OG_ARG_NUMBER, "0.98", "[0, 1)", "what is left of the mean of g" },                 \
        { "beta2", OG_ARG_NUMBER, "0.92", "[0, 1)", "what is left of the mean of its change" },    \
        { "beta3", OG_ARG_NUMBER, "0.99", "[0, 1)", "what is left of the mean of squares" },       \
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },                         \
    {                                                                                              \
        "eps_root", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added below the root"                      \
    }

const og_stage og_stage_scale_by_adan = {
    .name = "scale_by_adan",
    .doc = "Adam's direction with a Nesterov term by the change of g.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { ADAN_ARGS },
    .build = scale_by_adan_build,
};

static void adan_expand(og_stage_context *c)
{
    og_stage_write(
        c,
        "scale_by_adan(beta1=$beta1, beta2=$beta2, beta3=$beta3, eps=$eps, eps_root=$eps_root) | ");
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "lr($lr)");
}

const og_stage og_stage_adan = {
    .name = "adan",
    .doc = "Adan: scale_by_adan, decoupled decay and lr.",
    .arg = { OG_LR("1e-3"), ADAN_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = adan_expand,
};
