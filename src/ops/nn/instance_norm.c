/*
 * InstanceNormalization, GroupNormalization and MeanVarianceNormalization: expansions into what
 * there is.
 *
 * The first two are LayerNormalization over [images, groups, elements of a group] without scale,
 * then scale and bias of each channel.
 */
#include "ops/nn/nn.h"

typedef struct {
    int64_t num_groups, stash_type;
    float epsilon;
    og_ints axes;
} group_attrs;

static og_status group_infer(og_infer *c)
{
    const group_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim channels;

    if (rank < 3)
        return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected at least 3",
                             c->op->in[0].name, rank);
    channels = og_infer_dim(c, 0, 1);
    for (int i = 1; i < 3; i++) {
        if (og_infer_rank(c, i) != 1)
            return og_infer_fail(c, OG_BAD_SHAPE, "input %s has rank %d, expected 1",
                                 c->op->in[i].name, og_infer_rank(c, i));
        OG_TRY(og_infer_agree(c, "the channels", channels, og_infer_dim(c, i, 0), &channels));
    }
    if (c->op->name[0] == 'G' &&
        (a->num_groups < 1 || (og_dim_known(channels) && channels % a->num_groups != 0)))
        return og_infer_fail(c, OG_BAD_VALUE,
                             "num_groups is %lld, expected a divisor of the channels",
                             (long long)a->num_groups);
    return og_infer_same(c);
}

/* In version 18 of GroupNormalization, scale and bias were those of the groups. */
static void group_upgrade(og_rewrite *c, int from)
{
    const int64_t groups = og_old_int(c, "num_groups", 1);
    og_value *each, *shape;

    if (from >= 21 || c->op->name[0] != 'G')
        return;
    each = og_div(og_unsqueeze(og_size_along(og_in(c, 0), 1), OG_INTS(0)),
                  og_ints_like(og_in(c, 0), OG_INTS(groups)));
    shape = og_concat(0, 2, (og_value *[]){ og_ints_like(og_in(c, 0), OG_INTS(groups)), each });
    for (int i = 1; i < 3; i++)
        og_set_in(c, i,
                  og_reshape_to(og_expand(og_unsqueeze(og_in(c, i), OG_INTS(1)), shape), 1,
                                (const int64_t[]){ -1 }));
}

static void group_expand(og_rewrite *c)
{
    const group_attrs *a = c->attrs;
    const bool groups = c->op->name[0] == 'G';
    og_value *x = og_in(c, 0), *lines, *y, *scale = og_in(c, 1), *bias = og_in(c, 2), *one;
    int64_t axes[OG_MAX_RANK];

    for (int i = 0; i < og_rank(x) - 2; i++)
        axes[i] = i + 1;
    lines = og_reshape_to(x, 3, (const int64_t[]){ 0, groups ? a->num_groups : 0, -1 });
    one = og_unsqueeze(og_scalar_like(x, 1), OG_INTS(0));
    y = OG_OP("LayerNormalization",
              OG_ATTRS(OG_SET_FLOAT("epsilon", a->epsilon),
                       OG_SET_INT("stash_type", groups ? a->stash_type : 1)),
              lines, one);
    y = og_reshape_like(y, x);
    scale = og_unsqueeze(scale, (og_ints){ og_rank(x) - 2, axes });
    bias = og_unsqueeze(bias, (og_ints){ og_rank(x) - 2, axes });
    og_replace(c, 0, og_add(og_mul(y, scale), bias));
}

static og_status mean_variance_infer(og_infer *c)
{
    const group_attrs *a = c->attrs;
    const og_ints axes = a->axes.v ? a->axes : OG_INTS(0, 2, 3);

    for (int64_t i = 0; i < axes.n; i++)
        OG_TRY(og_infer_axis(c, 0, axes.v[i]));
    return og_infer_same(c);
}

/* ONNX adds 1e-9 to the deviation. */
static void mean_variance_expand(og_rewrite *c)
{
    const group_attrs *a = c->attrs;
    const og_ints axes = a->axes.v ? a->axes : OG_INTS(0, 2, 3);
    og_value *x = og_in(c, 0), *d = og_sub(x, og_reduce("ReduceMean", x, axes, true));
    og_value *deviation = og_sqrt(og_reduce("ReduceMean", og_mul(d, d), axes, true));

    og_replace(c, 0, og_div(d, og_plus(deviation, 1e-9)));
}

static int mean_variance_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 9, 9, 13);
}

static int instance_valid_from(const og_node *node)
{
    return og_nn_type_since(node, 6, 6, 22);
}

const og_op og_op_instance_normalization = {
    .name = "InstanceNormalization",
    .version = 22,
    .valid_from = 6,
    .valid_from_node = instance_valid_from,
    .versions = "1 6",
    .doc = "Each channel of each image with mean 0 and variance 1, scaled and shifted.",
    .in = { OG_PORT("input", OG_FLOATS), OG_PORT("scale", OG_SAME_AS(0), .role = OG_ROLE_SCALE),
            OG_PORT("B", OG_SAME_AS(0), .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("output", OG_SAME_AS(0)) },
    .attr = { OG_FLOAT_ATTR(group_attrs, epsilon, 1e-5f) },
    .attr_size = sizeof(group_attrs),
    .infer = group_infer,
    .upgrade = group_upgrade,
    .expand = group_expand,
    .samples = OG_SAMPLES("float[2,3,4,5] input; float[3] scale; float[3] B",
                          "double[1,2,7] input; double[2] scale; double[2] B; epsilon=0.1",
                          "float[0,2,3] input; float[2] scale; float[2] B"),
};

const og_op og_op_group_normalization = {
    .name = "GroupNormalization",
    .version = 21,
    .versions = "18",
    .doc = "Each group of channels of each image with mean 0 and variance 1, scaled and shifted.",
    .in = { OG_PORT("X", OG_FLOATS), OG_PORT("scale", OG_SAME_AS(0), .role = OG_ROLE_SCALE),
            OG_PORT("bias", OG_SAME_AS(0), .role = OG_ROLE_BIAS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_FLOAT_ATTR(group_attrs, epsilon, 1e-5f),
              { .name = "num_groups",
                .kind = OG_ATTR_INT,
                .offset = offsetof(group_attrs, num_groups),
                .required = true,
                .positive = true },
              OG_INT_ATTR(group_attrs, stash_type, 1) },
    .attr_size = sizeof(group_attrs),
    .infer = group_infer,
    .upgrade = group_upgrade,
    .expand = group_expand,
    .samples =
        OG_SAMPLES("float[2,4,3,5] X; float[4] scale; float[4] bias; num_groups=2",
                   "double[1,6,7] X; double[6] scale; double[6] bias; num_groups=3; epsilon=0.1",
                   "float[0,2,3] X; float[2] scale; float[2] bias; num_groups=1"),
};

const og_op og_op_mean_variance_normalization = {
    .name = "MeanVarianceNormalization",
    .version = 13,
    .valid_from = 9,
    .valid_from_node = mean_variance_valid_from,
    .versions = "9",
    .doc = "Mean 0 and variance 1 over some axes.",
    .in = { OG_PORT("X", OG_FLOATS) },
    .out = { OG_PORT("Y", OG_SAME_AS(0)) },
    .attr = { OG_LIST_ATTR(group_attrs, axes, INTS) },
    .attr_size = sizeof(group_attrs),
    .infer = mean_variance_infer,
    .expand = mean_variance_expand,
    .samples =
        OG_SAMPLES("float[2,3,4,5] X", "double[3,7] X; axes=[1]", "double[2,3,4] X; axes=[0,-1]"),
};
