/* lstm: one recurrent layer over pairs of numbers, and a number at the end, as in the adding
 * problem. */
#include "models/zoo.h"

static void lstm_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,100,2]");
    og_value *h = og_lstm_layer(x, 128, "lstm");
    og_value *last =
        og_slice(h, og_int64s(g, 1, (int64_t[]){ 99 }), og_int64s(g, 1, (int64_t[]){ 100 }),
                 og_int64s(g, 1, (int64_t[]){ 1 }), NULL);

    og_output(g, "y", og_linear(og_reshape_to(last, 2, (int64_t[]){ -1, 128 }), 1, "out"));
}

const og_zoo og_zoo_lstm = {
    .name = "lstm",
    .doc = "an LSTM of 128 over 100 pairs of numbers, the last step to one number",
    .build = lstm_build,
    .loss = "mse(y, target)",
    .chain = "clip_norm(1.0) | rmsprop(lr=1e-3)",
    .batch = 32,
};
