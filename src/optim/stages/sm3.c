/*
 * scale_by_sm3, sm3: AdaGrad that keeps one number for each row, column … of a parameter instead of
 * one for each element (Anil et al. 2019, arXiv:1901.11150). An element's sum is the least of those
 * along its axes.
 */
#include "optim/moments.h"

#include <stdio.h>

static og_value *smaller(og_value *a, og_value *b)
{
    return og_where(og_less(b, a), b, a);
}

/* The largest of x over all axes but one, as a tensor with ones elsewhere. */
static og_value *largest_along(og_value *x, int axis)
{
    int64_t axes[OG_MAX_RANK];
    og_ints others = { .v = axes };

    for (int k = 0; k < og_rank(x); k++)
        if (k != axis)
            axes[others.n++] = k;
    return others.n ? og_reduce("ReduceMax", x, others, true) : x;
}

/* The slots of one parameter, one an axis (a vector and a scalar have one of their own shape);
 * returns how many. */
static int covers(og_stage_context *c, size_t i, og_value **slot)
{
    const og_value *p = og_stage_parameter(c, i);
    int rank = p->type.rank;
    int64_t dims[OG_MAX_RANK];
    char name[24];

    if (rank < 2) {
        slot[0] = og_stage_slot(c, i, "cover", 0);
        return 1;
    }
    for (int axis = 0; axis < rank; axis++) {
        for (int k = 0; k < rank; k++)
            dims[k] = k == axis ? p->type.dims[k] : 1;
        (void)snprintf(name, sizeof name, "cover%d", axis);
        slot[axis] = og_stage_shaped_slot(c, i, name, rank, dims, 0);
    }
    return rank;
}

static og_status scale_by_sm3_build(og_stage_context *c)
{
    og_value *weight =
        og_sub(og_scalar(og_stage_graph(c), OG_DOUBLE, 1), og_stage_argument(c, "momentum"));
    og_value *eps = og_stage_argument(c, "eps"), *slot[OG_MAX_RANK];

    for (size_t i = 0; i < og_stage_count(c); i++) {
        og_value *g = og_stage_in(c, i), *zero = og_scalar_like(g, 0), *least, *sum, *u;
        int n = covers(c, i, slot);

        least = slot[0];
        for (int k = 1; k < n; k++)
            least = smaller(least, slot[k]);
        sum = og_add(og_mul(g, g), least);
        for (int k = 0; k < n; k++)
            og_stage_keep(c, slot[k], largest_along(sum, k));
        u = og_div(g, og_sqrt(og_add(sum, og_stage_cast(c, i, eps))));
        og_stage_out(c, i,
                     og_mean_update(c, i, "m", weight, og_where(og_greater(sum, zero), u, zero)));
    }
    return OG_OK;
}

#define SM3_ARGS                                                                                   \
    { "momentum", OG_ARG_NUMBER, "0.9", "[0, 1)", "what is left of the direction after a step" },  \
    {                                                                                              \
        "eps", OG_ARG_NUMBER, "1e-8", "[0, inf)", "keeps the division finite"                      \
    }

const og_stage og_stage_scale_by_sm3 = {
    .name = "scale_by_sm3",
    .doc = "g over the root of sums kept by row and column.",
    .scope = OG_SCOPE_TENSOR,
    .traits = OG_STAGE_ADAPTIVE,
    .arg = { SM3_ARGS },
    .build = scale_by_sm3_build,
};

static void sm3_expand(og_stage_context *c)
{
    og_stage_write(c, "scale_by_sm3(momentum=$momentum, eps=$eps) | lr($lr)");
}

const og_stage og_stage_sm3 = {
    .name = "sm3",
    .doc = "SM3: scale_by_sm3 and lr.",
    .arg = { OG_LR("1e-1"), SM3_ARGS },
    .expand = sm3_expand,
};
