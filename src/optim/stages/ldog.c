/*
 * scale_by_distance_over_gradients: the learning rate of each parameter is how far it has been from
 * where it began over the root of the sum of its squared norms (L-DoG of Ivgi et al. 2023,
 * arXiv:2302.12022, as optax has it). scale_by_dog takes all parameters together.
 */
#include "optim/moments.h"

static og_value *larger(og_value *a, og_value *b)
{
    return og_where(og_less(a, b), b, a);
}

static og_status scale_by_distance_over_gradients_build(og_stage_context *c)
{
    og_value *eps = og_stage_argument(c, "eps"), *scale = og_stage_argument(c, "scale");
    og_value *first = og_equal(og_stage_clock(c), og_scalar(og_stage_graph(c), OG_DOUBLE, 0));

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *p = og_stage_parameter(c, i), *start = og_stage_copy_slot(c, i, "start");
        og_value *distance = og_stage_tensor_slot(c, i, "distance", 0);
        og_value *sum = og_stage_tensor_slot(c, i, "sum_squares", 0);
        og_value *norm = og_stage_tensor_norm(c, i), *begins, *farthest, *squares;

        begins = og_mul(og_stage_argument(c, "reps_rel"), og_plus(og_stage_norm_of(c, p), 1));
        farthest = larger(og_where(first, begins, distance), og_stage_norm_of(c, og_sub(start, p)));
        squares = og_add(sum, og_mul(norm, norm));
        og_stage_keep(c, distance, farthest);
        og_stage_keep(c, sum, squares);
        og_stage_multiply(c, i, og_mul(scale, og_div(farthest, og_sqrt(og_add(squares, eps)))));
    }
    return OG_OK;
}

const og_stage og_stage_scale_by_distance_over_gradients = {
    .name = "scale_by_distance_over_gradients",
    .doc = "Each update times the distance its parameter has gone over the root of its squared "
           "norms.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { { "reps_rel", OG_ARG_NUMBER, "1e-6", "(0, inf)",
               "the first distance, times 1 + the norm of the parameter" },
             { "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "added to the sum of squared norms" },
             { "scale", OG_ARG_NUMBER, "1", "[0, inf)", "times the rate" } },
    .build = scale_by_distance_over_gradients_build,
};
