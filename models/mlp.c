/* mlp and mlp512: fully connected classifiers of Fashion-MNIST.  The first is the network of the
 * article on gradient clipping. */
#include "models/zoo.h"

static void mlp_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,784]");

    og_output(g, "logits", og_linear(og_relu(og_linear(x, 128, "fc1")), 10, "fc2"));
}

static void mlp512_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,784]");
    og_value *h = og_relu(og_linear(x, 512, "fc1"));

    og_output(g, "logits", og_linear(og_relu(og_linear(h, 512, "fc2")), 10, "fc3"));
}

const og_zoo og_zoo_mlp = {
    .name = "mlp",
    .doc = "784-128-10 on Fashion-MNIST",
    .build = mlp_build,
    .data = "fashion-mnist",
    .eval = "fashion-mnist:test",
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | sgd(lr=0.1)",
    .metric = "accuracy",
};

const og_zoo og_zoo_mlp512 = {
    .name = "mlp512",
    .doc = "784-512-512-10 on Fashion-MNIST",
    .build = mlp512_build,
    .data = "fashion-mnist",
    .eval = "fashion-mnist:test",
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | adam(lr=1e-3)",
    .metric = "accuracy",
    .batch = 128,
};
