/* Layers: operators with parameters of their own, named and initialised as PyTorch names and initialises
 * them ("fc1.weight", "fc1.bias"). */
#ifndef ONNXGRAD_LAYERS_H
#define ONNXGRAD_LAYERS_H

#include "onnxgrad/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The seed of the initial numbers of layers added from now on.  A parameter's numbers depend on the seed and its
 * name alone, so adding a layer changes no other. */
OG_API void og_layers_seed(og_graph *graph, uint64_t seed);

/* y = x W^T + b along the last axis, whose size must be known: W is [features, size]. */
OG_API og_value *og_linear(og_value *x, int64_t features, const char *name);

typedef struct og_linear_options {
    bool no_bias;
} og_linear_options;
OG_API og_value *og_linear_with(og_value *x, int64_t features, const char *name,
                                const og_linear_options *options);
#define og_linear_opt(x, features, name, ...)                                                      \
    og_linear_with((x), (features), (name), &(const og_linear_options){__VA_ARGS__})

/* A convolution of [n, c, h, w] with square kernels: W is [channels, c / groups, kernel, kernel]. */
OG_API og_value *og_conv2d(og_value *x, int64_t channels, int64_t kernel, const char *name);

typedef struct og_conv2d_options {
    int64_t stride, dilation, groups; /* 0: 1 */
    int64_t padding;                  /* on each of the four sides */
    bool no_bias;
} og_conv2d_options;
OG_API og_value *og_conv2d_with(og_value *x, int64_t channels, int64_t kernel, const char *name,
                                const og_conv2d_options *options);
#define og_conv2d_opt(x, channels, kernel, name, ...)                                              \
    og_conv2d_with((x), (channels), (kernel), (name), &(const og_conv2d_options){__VA_ARGS__})

/* Losses in short: the mean over the batch.  og_loss_build (onnxgrad/optim.h) takes them as text, with options. */
OG_API og_value *og_cross_entropy(og_value *logits, og_value *label); /* [n, classes, …], [n, …] */
OG_API og_value *og_mse(og_value *prediction, og_value *target);

#ifdef __cplusplus
}
#endif
#endif
