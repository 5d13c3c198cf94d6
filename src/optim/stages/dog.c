/*
 * scale_by_dog, dog: distance over gradients: the learning rate is how far the parameters have been
 * from where they began over the root of the sum of all squared norms (Ivgi et al. 2023,
 * arXiv:2302.12022). scale_by_dowg, dowg weigh each squared norm by that distance squared (Khaled
 * et al. 2023, arXiv:2305.16284).
 */
#include "optim/moments.h"

/* The squared norm of all parameters in reach, or of how far they are from where they began. */
static og_value *square_sum(og_stage_context *c, bool moved)
{
    og_value *sum = NULL;

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *p = og_stage_parameter(c, i), *norm;

        norm = og_stage_norm_of(c, moved ? og_sub(og_stage_copy_slot(c, i, "start"), p) : p);
        norm = og_mul(norm, norm);
        sum = sum ? og_add(sum, norm) : norm;
    }
    return sum;
}

static og_value *squared(og_value *x)
{
    return og_mul(x, x);
}

/* The first distance; the slot is -1 until there is one. */
static og_value *first_distance(og_stage_context *c, og_value *value)
{
    const char *kind = og_stage_word(c, "first");

    if (strcmp(kind, "distance") == 0)
        return value;
    return strcmp(kind, "lr") == 0 ? og_scalar_like(value, 0)
                                   : og_mul(value, og_plus(og_sqrt(square_sum(c, false)), 1));
}

static og_status scale_by_dog_build(og_stage_context *c)
{
    og_value *value = og_stage_argument(c, "value"), *eps = og_stage_argument(c, "eps");
    og_value *slot = og_stage_shared(c, "distance", OG_DOUBLE, -1), *rate;
    og_value *sum = og_stage_shared(c, "sum_squares", OG_DOUBLE, 0), *next;
    og_value *begins = og_less(slot, og_scalar_like(slot, 0)), *distance;

    distance = og_where(begins, first_distance(c, value), slot);
    distance = og_maximum(distance, og_sqrt(square_sum(c, true)));
    next = og_add(sum, squared(og_stage_norm(c, 2)));
    rate = og_div(distance, og_sqrt(og_add(next, eps)));
    if (strcmp(og_stage_word(c, "first"), "lr") == 0)
        rate = og_where(begins, value, rate);
    og_stage_keep(c, slot, distance);
    og_stage_keep(c, sum, next);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, rate);
    return OG_OK;
}

static og_status scale_by_dowg_build(og_stage_context *c)
{
    const bool given = og_stage_number(c, "first") != 0;
    og_value *eps = og_stage_argument(c, "eps");
    og_value *first = given ? og_stage_argument(c, "first") : eps;
    og_value *slot = og_stage_shared(c, "squared_distance", OG_DOUBLE, 0), *distance, *rate;
    og_value *sum = og_stage_shared(c, "sum_squares", OG_DOUBLE, 0), *next;

    distance = og_maximum(og_maximum(slot, first), square_sum(c, true));
    next = og_add(sum, og_mul(distance, squared(og_stage_norm(c, 2))));
    rate = og_div(distance, og_add(og_sqrt(next), eps));
    og_stage_keep(c, slot, distance);
    og_stage_keep(c, sum, next);
    for (size_t i = 0; i < og_stage_count(c); i++)
        og_stage_multiply(c, i, rate);
    return OG_OK;
}

#define DOG_ARGS                                                                                   \
    { "first", OG_ARG_WORD, "heuristic", "heuristic distance lr",                                  \
      "what value is: times 1 + the norm of the parameters the first distance, that distance, "    \
      "the first rate" },                                                                          \
        { "value", OG_ARG_NUMBER, "1e-6", "(0, inf)", "where it begins" },                         \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the sum of squared norms"              \
    }
#define DOWG_ARGS                                                                                  \
    { "first", OG_ARG_NUMBER, "0", "[0, inf)", "the first squared distance; 0: eps" },             \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-4", "(0, inf)", "added to the root"                              \
    }

const og_stage og_stage_scale_by_dog = {
    .name = "scale_by_dog",
    .doc = "All updates times the distance gone over the root of all squared norms.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { DOG_ARGS },
    .build = scale_by_dog_build,
};

const og_stage og_stage_scale_by_dowg = {
    .name = "scale_by_dowg",
    .doc = "scale_by_dog with squared norms weighted by the distance.",
    .scope = OG_SCOPE_GLOBAL,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { DOWG_ARGS },
    .build = scale_by_dowg_build,
};

static void dog_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_dog(first=$first, value=$value, eps=$eps) | lr($lr)");
}

static void dowg_expand(og_stage_context *c)
{
    og_stage_write(c, og_stage_number(c, "weight_decay") != 0 ? "decay($weight_decay) | " : "");
    og_stage_write(c, "scale_by_dowg(first=$first, eps=$eps) | lr($lr)");
}

const og_stage og_stage_dog = {
    .name = "dog",
    .doc = "Gradient descent that finds its rate: distance over gradients.",
    .arg = { OG_LR("1"), DOG_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = dog_expand,
};

const og_stage og_stage_dowg = {
    .name = "dowg",
    .doc = "dog with gradients weighted by the distance.",
    .arg = { OG_LR("1"), DOWG_ARGS, OG_WEIGHT_DECAY("0") },
    .expand = dowg_expand,
};
