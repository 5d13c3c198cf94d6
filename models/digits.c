/* digits: two layers over the 8x8 digits that the library carries; it trains in a second, with
 * nothing installed. */
#include "models/zoo.h"

static void digits_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,64]");

    og_output(g, "logits", og_linear(og_relu(og_linear(x, 64, "fc1")), 10, "fc2"));
}

const og_zoo og_zoo_digits = {
    .name = "digits",
    .doc = "64-64-10 on the 8x8 digits inside the library",
    .build = digits_build,
    .data = "digits",
    .eval = "digits:test",
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | adam(lr=3e-3)",
    .metric = "accuracy",
    .epochs = 20,
};
