/* scale_by_adadelta, adadelta: g times the root of past squared updates over that of past g^2
 * (Zeiler 2012). */
#include "optim/moments.h"

static og_status scale_by_adadelta_build(og_stage_context *c)
{
    og_value *rho = og_stage_argument(c, "rho"), *eps = og_stage_argument(c, "eps");
    og_value *weight = og_sub(og_scalar(og_stage_graph(c), OG_DOUBLE, 1), rho);
    og_moments moments = { .beta2 = rho, .weight2 = weight };

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *v = og_moments_second(c, i, &moments);
        og_value *e = og_stage_cast(c, i, eps), *moved = og_stage_slot(c, i, "moved", 0), *u;

        u = og_mul(og_div(og_sqrt(og_add(moved, e)), og_sqrt(og_add(v, e))), g);
        og_stage_keep(c, moved,
                      og_add(og_mul(moved, og_stage_cast(c, i, rho)),
                             og_mul(og_mul(u, u), og_stage_cast(c, i, weight))));
        og_stage_out(c, i, u);
    }
    return OG_OK;
}

#define ADADELTA_ARGS                                                                              \
    { "rho", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the means after a step" },           \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-6", "(0, inf)",                                                  \
            "starts the updates and keeps the division finite"                                     \
    }

const og_stage og_stage_scale_by_adadelta = {
    .name = "scale_by_adadelta",
    .doc = "g times the root of past squared updates over that of past g^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { ADADELTA_ARGS },
    .compat = { [OG_COMPAT_KERAS] = "rho=0.95, eps=1e-7" },
    .build = scale_by_adadelta_build,
};

static void adadelta_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_adadelta(rho=$rho, eps=$eps) | lr($lr)");
}

const og_stage og_stage_adadelta = {
    .name = "adadelta",
    .doc = "Adadelta: scale_by_adadelta and lr.",
    .arg = { OG_LR("1"), ADADELTA_ARGS, OG_WEIGHT_DECAY("0") },
    .compat = { [OG_COMPAT_KERAS] = "lr=1e-3, rho=0.95, eps=1e-7" },
    .expand = adadelta_expand,
};
