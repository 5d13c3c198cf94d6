/* adding: a tanh network reads 100 pairs of a number and a mark and says the mean of the two
 * marked numbers.  It has to carry the first one over ninety steps, and on the way there its
 * gradients explode: the task of Pascanu, Mikolov, Bengio 2013 that needs clipping. */
#include "models/zoo.h"

static void adding_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,100,2]");
    og_value *memory = og_rnn_layer_opt(x, 50, "rnn", .orthogonal = 1.1, .input = 0.02);

    og_output(g, "y", og_linear(og_last_step(memory), 1, "out"));
}

const og_zoo og_zoo_adding = {
    .name = "adding",
    .doc = "a tanh RNN of 50 over 100 pairs of numbers: the adding problem",
    .build = adding_build,
    .data = "adding",
    .eval = "adding:test",
    .loss = "mse(y, target)",
    .chain = "clip_norm(1.0) | sgd(lr=0.001, momentum=0.98)",
    .batch = 50,
};
