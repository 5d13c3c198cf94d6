/*
 * Layers. Weights and biases are drawn from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), which is what PyTorch's
 * kaiming_uniform(a=sqrt(5)) comes to; each parameter has a random stream of its own, chosen by its name.
 */
#include "onnxgrad/layers.h"
#include "ops/ops.h"

#include <math.h>
#include <stdio.h>

void og_layers_seed(og_graph *graph, uint64_t seed)
{
    if (graph)
        graph->seed = seed;
}

static void fill_uniform(og_tensor *t, const og_graph *g, const char *name, double bound)
{
    og_philox random = { .seed = g->seed, .stream = og_hash_bytes(0, name, strlen(name)) };

    for (int64_t i = 0; i < t->count; i++)
        og_set_double(t, i, (2 * og_philox_uniform(&random) - 1) * bound);
}

/* The parameter `layer.part`, uniform in -bound..bound. */
static og_value *layer_parameter(og_value *x, const char *layer, const char *part, int rank,
                                 const int64_t *dims, double bound)
{
    og_graph *g = og_graph_root(x->graph);
    const char *name = og_arena_print(g->arena, "%s%s.%s", g->scope, layer, part);
    og_tensor *t = og_tensor_new(x->type.elem, rank, dims);
    og_value *v = NULL;

    if (name && t) {
        fill_uniform(t, g, name, bound);
        v = og_parameter(g, name, t);
    } else {
        og_graph_no_memory(g);
    }
    og_tensor_free(t);
    return v;
}

/* The size along an axis, which a layer must know to make its weights; -1 after a failure. */
static int64_t layer_size(og_value *x, int axis, const char *name)
{
    char shown[160], type[200];
    int64_t size = x && !og_graph_status(x->graph) ? og_known_dim(x, axis) : -1;

    if (x && size < 0)
        og_fail(og_graph_errors(x->graph), OG_BAD_SHAPE,
                "layer '%s': its input is %s, expected a known size along axis %d",
                og_escape(shown, sizeof shown, name),
                og_type_text(x->graph->dims, &x->type, type, sizeof type), axis);
    return size;
}

og_value *og_linear_with(og_value *x, int64_t features, const char *name,
                         const og_linear_options *o)
{
    int rank = x ? og_rank(x) : 0;
    int64_t size = layer_size(x, rank - 1, name), dims[2] = { features, size };
    og_value *w, *b;

    if (size < 0)
        return NULL;
    double bound = 1 / sqrt((double)size);
    w = layer_parameter(x, name, "weight", 2, dims, bound);
    b = o->no_bias ? NULL : layer_parameter(x, name, "bias", 1, dims, bound);
    if (rank == 2) {
        og_value *in[3] = { x, w, b };
        const og_attr *transposed = OG_ATTRS(OG_SET_INT("transB", 1));

        return w ? og_op_on("Gemm", transposed, b ? 3 : 2, in) : NULL;
    }
    og_value *y = og_matmul(x, og_transpose(w, (og_ints){ 0 }));
    return o->no_bias ? y : og_add(y, b);
}

og_value *og_linear(og_value *x, int64_t features, const char *name)
{
    return og_linear_opt(x, features, name, .no_bias = false);
}

og_value *og_conv2d_with(og_value *x, int64_t channels, int64_t kernel, const char *name,
                         const og_conv2d_options *o)
{
    int64_t size = layer_size(x, 1, name), groups = o->groups ? o->groups : 1;
    int64_t stride = o->stride ? o->stride : 1, dilation = o->dilation ? o->dilation : 1;
    int64_t p = o->padding, dims[4] = { channels, size / groups, kernel, kernel };
    og_value *in[3] = { x };

    if (size < 0)
        return NULL;
    double bound = 1 / sqrt((double)(dims[1] * kernel * kernel));
    in[1] = layer_parameter(x, name, "weight", 4, dims, bound);
    in[2] = o->no_bias ? NULL : layer_parameter(x, name, "bias", 1, dims, bound);
    if (!in[1])
        return NULL;
    return og_op_on("Conv",
                    OG_ATTRS(OG_SET_INTS("kernel_shape", kernel, kernel),
                             OG_SET_INTS("strides", stride, stride), OG_SET_INTS("pads", p, p, p, p),
                             OG_SET_INTS("dilations", dilation, dilation),
                             OG_SET_INT("group", groups)),
                    in[2] ? 3 : 2, in);
}

og_value *og_conv2d(og_value *x, int64_t channels, int64_t kernel, const char *name)
{
    return og_conv2d_opt(x, channels, kernel, name, .padding = 0);
}

/* ---- Losses ----------------------------------------------------------------------------------------------- */

og_value *og_cross_entropy(og_value *logits, og_value *label)
{
    return OG_OP("SoftmaxCrossEntropyLoss", NULL, logits, label);
}

og_value *og_mse(og_value *prediction, og_value *target)
{
    og_value *difference = og_sub(prediction, target);

    return og_reduce("ReduceMean", og_mul(difference, difference), (og_ints){ 0 }, false);
}
