/* lenet: two convolutions and two layers, on Fashion-MNIST. */
#include "models/zoo.h"

static og_value *pool(og_value *x)
{
    return og_max_pool_opt(x, OG_INTS(2, 2), .strides = OG_INTS(2, 2));
}

static void lenet_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,1,28,28]");
    og_value *h = pool(og_relu(og_conv2d_opt(x, 32, 3, "conv1", .padding = 1)));

    h = pool(og_relu(og_conv2d_opt(h, 64, 3, "conv2", .padding = 1)));
    h = og_relu(og_linear(og_flatten(h, 1), 128, "fc1"));
    og_output(g, "logits", og_linear(h, 10, "fc2"));
}

const og_zoo og_zoo_lenet = {
    .name = "lenet",
    .doc = "two 3x3 convolutions and two layers on Fashion-MNIST",
    .build = lenet_build,
    .data = "fashion-mnist",
    .eval = "fashion-mnist:test",
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | adam(lr=1e-3)",
    .metric = "accuracy",
};
