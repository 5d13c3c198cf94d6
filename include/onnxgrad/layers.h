/* Layers: operators with parameters of their own, named and initialised as PyTorch names and
 * initialises them ("fc1.weight", "fc1.bias"). */
#ifndef ONNXGRAD_LAYERS_H
#define ONNXGRAD_LAYERS_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The seed of the initial numbers of layers added from now on.  A parameter's numbers depend on the
 * seed and its name alone, so adding a layer changes no other. */
OG_API void og_layers_seed(og_graph *graph, uint64_t seed);

/* y = x W^T + b along the last axis, whose size must be known: W is [features, size]. */
OG_API og_value *og_linear(og_value *x, int64_t features, const char *name);

typedef struct og_linear_options {
    bool no_bias;
} og_linear_options;
OG_API og_value *og_linear_with(og_value *x, int64_t features, const char *name,
                                const og_linear_options *options);
#define og_linear_opt(x, features, name, ...)                                                      \
    og_linear_with((x), (features), (name), &(const og_linear_options){ __VA_ARGS__ })

/* A convolution of [n, c, h, w] with square kernels: W is [channels, c / groups, kernel, kernel].
 */
OG_API og_value *og_conv2d(og_value *x, int64_t channels, int64_t kernel, const char *name);

typedef struct og_conv2d_options {
    int64_t stride, dilation, groups; /* 0: 1 */
    int64_t padding;                  /* on each of the four sides */
    bool no_bias;
} og_conv2d_options;
OG_API og_value *og_conv2d_with(og_value *x, int64_t channels, int64_t kernel, const char *name,
                                const og_conv2d_options *options);
#define og_conv2d_opt(x, channels, kernel, name, ...)                                              \
    og_conv2d_with((x), (channels), (kernel), (name), &(const og_conv2d_options){ __VA_ARGS__ })

/* Normalisation of [n, c, …] by channel, with the statistics of the batch while training and
 * running ones otherwise (momentum 0.9 of the old ones, ONNX's default; eps 1e-5): `weight` 1,
 * `bias` 0, `running_mean` 0, `running_var` 1. */
OG_API og_value *og_batch_norm(og_value *x, const char *name);

/* Normalisation along the last axis, whose size must be known (eps 1e-5): `weight` 1, `bias` 0. */
OG_API og_value *og_layer_norm(og_value *x, const char *name);

/* Rows of a table [count, size] at whole-number indices: [..] becomes [.., size].  `weight` is
 * normal as in PyTorch. */
OG_API og_value *og_embedding(og_value *index, int64_t count, int64_t size, const char *name);

/* Attention of [batch, time, size] to itself with `heads` heads, each position seeing none behind
 * it when `causal`; the joint projection is `<name>.qkv`, that of the result `<name>.proj`.  Time
 * and size must be known. */
OG_API og_value *og_attention(og_value *x, int64_t heads, bool causal, const char *name);

/* One LSTM layer over [batch, time, features]: the hidden states [batch, time, size].  `W`, `R`,
 * `B` as ONNX has them (gates i, o, f, c), uniform as in PyTorch. */
OG_API og_value *og_lstm_layer(og_value *x, int64_t size, const char *name);

/* The same with one tanh layer: h = tanh(W x + R h + b).  With `orthogonal` R begins as a random
 * orthogonal matrix times that, b as 0 and W times `input`: at about 1, what is remembered neither
 * fades nor grows (Saxe et al. 2014, arXiv:1312.6120; Sutskever et al. 2013 for a small `input`).
 */
OG_API og_value *og_rnn_layer(og_value *x, int64_t size, const char *name);

typedef struct og_rnn_layer_options {
    double orthogonal; /* 0: uniform as in PyTorch, and so are the others */
    double input;      /* 0: 1 */
} og_rnn_layer_options;
OG_API og_value *og_rnn_layer_with(og_value *x, int64_t size, const char *name,
                                   const og_rnn_layer_options *options);
#define og_rnn_layer_opt(x, size, name, ...)                                                       \
    og_rnn_layer_with((x), (size), (name), &(const og_rnn_layer_options){ __VA_ARGS__ })

/* The last time of [batch, time, size], whose time must be known: [batch, size]. */
OG_API og_value *og_last_step(og_value *x);

/* Losses in short: the mean over the batch.  og_loss_build (onnxgrad/optim.h) takes them as text,
 * with options. */
OG_API og_value *og_cross_entropy(og_value *logits, og_value *label); /* [n, classes, …], [n, …] */
OG_API og_value *og_mse(og_value *prediction, og_value *target);

#ifdef __cplusplus
}
#endif
#endif
