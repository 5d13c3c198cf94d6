/* order: a tanh network reads 50 symbols and says which of A and B came first and second, of
 * which all it saw lies 25 steps back or more: the temporal order task of Hochreiter and
 * Schmidhuber 1997. */
#include "models/zoo.h"

static void order_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,50,6]");
    og_value *memory = og_rnn_layer_opt(x, 32, "rnn", .orthogonal = 1.05, .input = 0.1);

    og_output(g, "logits", og_linear(og_last_step(memory), 4, "out"));
}

const og_zoo og_zoo_order = {
    .name = "order",
    .doc = "a tanh RNN of 32 over 50 symbols, four classes: the temporal order task",
    .build = order_build,
    .data = "order",
    .eval = "order:test",
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(0.1) | sgd(lr=0.05, momentum=0.9)",
    .metric = "accuracy",
    .batch = 20,
};
