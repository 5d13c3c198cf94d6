/* gpt: four pre-norm transformer layers over 128 of 65 symbols, after Radford et al. 2019. */
#include "models/zoo.h"

#include <stdio.h>

enum { SYMBOLS = 65, TIME = 128, WIDTH = 128, HEADS = 4, LAYERS = 4 };

static og_value *positions(og_graph *g)
{
    int64_t numbers[TIME];

    for (int i = 0; i < TIME; i++)
        numbers[i] = i;
    return og_embedding(og_int64s(g, TIME, numbers), TIME, WIDTH, "pos");
}

static og_value *layer(og_value *h, int number)
{
    char name[5][32];
    static const char *const parts[] = { "ln1", "attn", "ln2", "fc1", "fc2" };

    for (int i = 0; i < 5; i++)
        snprintf(name[i], sizeof name[i], "h%d.%s", number, parts[i]);
    h = og_add(h, og_attention(og_layer_norm(h, name[0]), HEADS, true, name[1]));
    og_value *inner = og_gelu(og_linear(og_layer_norm(h, name[2]), 4 * WIDTH, name[3]));
    return og_add(h, og_linear(inner, WIDTH, name[4]));
}

static void gpt_build(og_graph *g)
{
    og_value *tokens = og_input(g, "tokens", "int64[batch,128]");
    og_value *h = og_add(og_embedding(tokens, SYMBOLS, WIDTH, "tok"), positions(g));

    for (int i = 0; i < LAYERS; i++)
        h = layer(h, i);
    h = og_linear(og_layer_norm(h, "ln"), SYMBOLS, "out"); /* [batch, time, symbols] */
    og_output(g, "logits", og_transpose(h, OG_INTS(0, 2, 1)));
}

const og_zoo og_zoo_gpt = {
    .name = "gpt",
    .doc = "four transformer layers, 128 wide, 4 heads, over 128 of 65 symbols",
    .build = gpt_build,
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | adamw(lr=1e-3)",
    .batch = 8,
};
