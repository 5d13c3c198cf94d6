/* moments: the fading means of g and g^2 that Adam and its relatives share. */
#ifndef OG_MOMENTS_H
#define OG_MOMENTS_H

#include "optim/optim.h"

#define OG_BETAS                                                                                   \
    { "beta1", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the mean of g after a step" },     \
    {                                                                                              \
        "beta2", OG_ARG_NUMBER, "0.999", "[0, 1)", "what is left of the mean of g^2 after a step"  \
    }

/* Arguments that short names of optimizers share. */
#define OG_LR(value)                                                                               \
    {                                                                                              \
        "lr", OG_ARG_NUMBER, value, "[0, inf)", "the learning rate"                                \
    }
#define OG_WEIGHT_DECAY(value)                                                                     \
    {                                                                                              \
        "weight_decay", OG_ARG_NUMBER, value, "[0, inf)", "how much of the parameter is taken off" \
    }
#define OG_DECOUPLED(value)                                                                        \
    {                                                                                              \
        "decoupled", OG_ARG_BOOL, value, NULL, "decay behind the scaling, not in the gradient"     \
    }

/* The sum of all products, a double scalar. */
og_value *og_dot(og_value *a, og_value *b);

/* The larger of two; a NaN stays. */
og_value *og_maximum(og_value *a, og_value *b);

/* Double scalars: the betas, 1 - beta, and 1 / (1 - beta^t), which corrects for the start at 0. */
typedef struct og_moments {
    og_value *beta1, *beta2, *weight1, *weight2, *correct1, *correct2;
} og_moments;

/* From the stage's arguments beta1 and beta2. */
og_moments og_moments_start(og_stage_context *c);

/* 1 / (1 - beta^t), t from 1; under compat=onnx t is the clock, and nothing is corrected at 0. */
og_value *og_moments_correct(og_stage_context *c, og_value *beta);

/* m' and v' of one parameter, kept in the slots m and v. */
void og_moments_update(og_stage_context *c, size_t i, const og_moments *moments, og_value **m,
                       og_value **v);
og_value *og_moments_first(og_stage_context *c, size_t i, const og_moments *moments); /* m' alone */
og_value *og_moments_second(og_stage_context *c, size_t i,
                            const og_moments *moments); /* v' alone */

/* Both, and m' correct1 / (sqrt(v') correct2 + eps), in one pass over memory; *m is m' unless m is
 * NULL. */
og_value *og_moments_scale(og_stage_context *c, size_t i, const og_moments *moments,
                           og_value *correct1, og_value *correct2, og_value *eps, og_value **m);

/* optax's adam with nesterov=True for one parameter: fixed betas, slots m and v. */
og_value *og_moments_nesterov(og_stage_context *c, size_t i, double beta1, double beta2,
                              og_value *eps);

/* A slot x that becomes keep * x + weight * by, weight being 1 - keep: x + weight * (by - x). */
og_value *og_mean_update(og_stage_context *c, size_t i, const char *slot, og_value *weight,
                         og_value *by);

#endif
