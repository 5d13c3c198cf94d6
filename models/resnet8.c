/* resnet8: a stem and three residual blocks for 32x32 colour images, after He et al. 2015
 * (arXiv:1512.03385). */
#include "models/zoo.h"

#include <stdio.h>

static og_value *conv_norm(og_value *x, int64_t channels, int64_t kernel, int64_t stride,
                           const char *block, const char *conv, const char *norm)
{
    char name[2][40];

    snprintf(name[0], sizeof name[0], "%s%s", block, conv);
    snprintf(name[1], sizeof name[1], "%s%s", block, norm);
    return og_batch_norm(og_conv2d_opt(x, channels, kernel, name[0], .stride = stride,
                                       .padding = kernel / 2, .no_bias = true),
                         name[1]);
}

/* Two 3x3 convolutions beside the input, which is projected where its shape changes. */
static og_value *residual(og_value *x, int64_t channels, int64_t stride, bool project,
                          const char *name)
{
    og_value *h = og_relu(conv_norm(x, channels, 3, stride, name, ".conv1", ".bn1"));
    og_value *beside = project ? conv_norm(x, channels, 1, stride, name, ".down.0", ".down.1") : x;

    h = conv_norm(h, channels, 3, 1, name, ".conv2", ".bn2");
    return og_relu(og_add(h, beside));
}

static void resnet8_build(og_graph *g)
{
    og_value *x = og_input(g, "x", "float[batch,3,32,32]");
    og_value *h = og_relu(conv_norm(x, 16, 3, 1, "", "conv1", "bn1"));

    h = residual(h, 16, 1, false, "layer1");
    h = residual(h, 32, 2, true, "layer2");
    h = residual(h, 64, 2, true, "layer3");
    og_output(g, "logits", og_linear(og_flatten(og_global_average_pool(h), 1), 10, "fc"));
}

const og_zoo og_zoo_resnet8 = {
    .name = "resnet8",
    .doc = "three residual blocks with batch normalisation for 32x32 colour images",
    .build = resnet8_build,
    .loss = "cross_entropy(logits, label)",
    .chain = "clip_norm(1.0) | sgd(lr=0.1, momentum=0.9)",
    .metric = "accuracy",
    .batch = 32,
};
