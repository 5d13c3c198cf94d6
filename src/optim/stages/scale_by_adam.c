/*
 * scale_by_adam: m / (sqrt(v) + eps), m and v being fading means of g and g^2 corrected for their
 * start at 0.
 *
 * Kingma and Ba 2014 (arXiv:1412.6980). eps_mode=hat adds eps before the correction, as ONNX's
 * operator and Keras do. amsgrad divides by the largest v so far: of the raw ones (max=raw,
 * PyTorch) or the corrected ones (optax).
 */
#include "optim/moments.h"

static og_value *largest_so_far(og_stage_context *c, size_t i, og_value *v)
{
    og_value *old = og_stage_slot(c, i, "v_max", 0), *next = og_maximum(old, v);

    og_stage_keep(c, old, next);
    return next;
}

/* The variants that the fused operator does not have. */
static og_value *direction(og_stage_context *c, size_t i, og_value *m, og_value *v,
                           og_value *correct1, og_value *correct2, og_value *eps)
{
    bool raw = strcmp(og_stage_word(c, "max"), "raw") == 0;
    og_value *below = v, *correct = og_stage_cast(c, i, correct2);

    if (og_stage_flag(c, "amsgrad") && raw)
        below = largest_so_far(c, i, v);
    below = og_mul(below, og_mul(correct, correct));
    if (og_stage_flag(c, "amsgrad") && !raw)
        below = largest_so_far(c, i, below);
    if (og_stage_number(c, "eps_root") != 0)
        below = og_add(below, og_stage_cast(c, i, og_stage_argument(c, "eps_root")));
    return og_div(og_mul(m, og_stage_cast(c, i, correct1)),
                  og_add(og_sqrt(below), og_stage_cast(c, i, eps)));
}

static og_status scale_by_adam_build(og_stage_context *c)
{
    bool hat = strcmp(og_stage_word(c, "eps_mode"), "hat") == 0;
    bool plain = !og_stage_flag(c, "amsgrad") && og_stage_number(c, "eps_root") == 0;
    og_moments moments = og_moments_start(c);
    og_value *eps = og_stage_argument(c, "eps"), *correct1 = moments.correct1;
    og_value *correct2 = og_sqrt(moments.correct2);

    if (hat) { /* m c1 / (sqrt(v) c2 + eps c2) with the c2 taken out below and above */
        correct1 = og_div(correct1, correct2);
        correct2 = og_scalar(og_stage_graph(c), OG_DOUBLE, 1);
    }
    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *m, *v;

        if (plain) {
            og_stage_out(c, i, og_moments_scale(c, i, &moments, correct1, correct2, eps, NULL));
        } else {
            og_moments_update(c, i, &moments, &m, &v);
            og_stage_out(c, i, direction(c, i, m, v, correct1, correct2, eps));
        }
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_adam = {
    .name = "scale_by_adam",
    .doc = "m / (sqrt(v) + eps), the corrected means of g and g^2.",
    .scope = OG_SCOPE_ELEMENT,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = {
        OG_BETAS,
        { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the root" },
        { "eps_root", OG_ARG_NUMBER, "0", "[0, inf)", "added below the root" },
        { "eps_mode", OG_ARG_WORD, "outside", "outside hat", "hat: before the correction" },
        { "amsgrad", OG_ARG_BOOL, "false", NULL, "divide by the largest v so far" },
        { "max", OG_ARG_WORD, "raw", "raw corrected", "which v amsgrad compares" },
    },
    .compat = { [OG_COMPAT_OPTAX] = "max=corrected",
                [OG_COMPAT_ONNX] = "eps=1e-6, eps_mode=hat",
                [OG_COMPAT_KERAS] = "eps=1e-7, eps_mode=hat" },
    .build = scale_by_adam_build,
};
