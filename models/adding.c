/* adding: a tanh network reads 100 pairs of a number and a mark and says the mean of the two marked
 * numbers.  It has to carry the first one over fifty to a hundred steps, and on the way there its
 * gradients explode: the task of Hochreiter and Schmidhuber 1997 with which Pascanu, Mikolov,
 * Bengio 2013 show that clipping is needed.
 *
 * A layer in front of the memory looks at each pair (whether a number counts is an AND of the two),
 * so that what is to be learned is to remember. */
#include "models/zoo.h"

static void adding_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,100,2]");
    og_value *seen = og_relu(og_linear(x, 16, "in"));
    og_value *memory = og_rnn_layer_opt(seen, 32, "rnn", .orthogonal = 1.05, .input = 0.05);

    og_output(g, "y", og_linear(og_last_step(memory), 1, "out"));
}

const og_zoo og_zoo_adding = {
    .name = "adding",
    .doc = "a tanh RNN of 32 over 100 pairs of numbers: the adding problem",
    .build = adding_build,
    .data = "adding",
    .eval = "adding:test",
    .loss = "mse(y, target)",
    .chain = "clip_norm(0.03) | sgd(lr=0.05, momentum=0.9)",
    .batch = 20,
};
