/* lenet: two convolutions and two layers, on Fashion-MNIST. */
#include "models/zoo.h"

static og_value *pool(og_value *x)
{
    const og_attr attrs[] = { OG_SET_INTS("kernel_shape", 2, 2), OG_SET_INTS("strides", 2, 2), { 0 } };

    return x ? og_node(og_value_graph(x), "MaxPool", 1, &x, attrs) : NULL;
}

static void lenet_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,1,28,28]");
    og_value *h = pool(zoo_relu(og_conv2d_opt(x, 32, 3, "conv1", .padding = 1)));

    h = pool(zoo_relu(og_conv2d_opt(h, 64, 3, "conv2", .padding = 1)));
    h = zoo_relu(og_linear(zoo_flatten(h), 128, "fc1"));
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
