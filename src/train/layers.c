/*
 * Layers. Weights and biases are drawn from U(-1/sqrt(fan_in), 1/sqrt(fan_in)), which is what
 * PyTorch's kaiming_uniform(a=sqrt(5)) comes to; each parameter has a random stream of its own,
 * chosen by its name.
 */
#include "onnxgrad/builders.h"
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
    return og_op_on(
        "Conv",
        OG_ATTRS(OG_SET_INTS("kernel_shape", kernel, kernel),
                 OG_SET_INTS("strides", stride, stride), OG_SET_INTS("pads", p, p, p, p),
                 OG_SET_INTS("dilations", dilation, dilation), OG_SET_INT("group", groups)),
        in[2] ? 3 : 2, in);
}

og_value *og_conv2d(og_value *x, int64_t channels, int64_t kernel, const char *name)
{
    return og_conv2d_opt(x, channels, kernel, name, .padding = 0);
}

/* ---- Normalisation, tables ------------------------------------------------------------------- */

static const char *part_name(og_graph *g, const char *layer, const char *part)
{
    return og_arena_print(g->arena, "%s%s.%s", g->scope, layer, part);
}

/* A parameter, or a constant that training may make a statistic, of `n` equal numbers. */
static og_value *filled(og_value *x, const char *layer, const char *part, int64_t n, double number,
                        bool parameter)
{
    og_graph *g = og_graph_root(x->graph);
    const char *name = part_name(g, layer, part);
    og_tensor *t = og_tensor_new(x->type.elem, 1, &n);
    og_value *v = NULL;

    for (int64_t i = 0; t && i < n; i++)
        og_set_double(t, i, number);
    if (!name || !t)
        og_graph_no_memory(g);
    else if (parameter)
        v = og_parameter(g, name, t);
    else
        v = og_graph_add_constant(g, name, og_graph_copy_tensor(g, t));
    og_tensor_free(t);
    return v;
}

og_value *og_batch_norm(og_value *x, const char *name)
{
    int64_t n = layer_size(x, 1, name);

    if (n < 0)
        return NULL;
    return og_batch_normalization(
        x, filled(x, name, "weight", n, 1, true), filled(x, name, "bias", n, 0, true),
        filled(x, name, "running_mean", n, 0, false), filled(x, name, "running_var", n, 1, false));
}

og_value *og_layer_norm(og_value *x, const char *name)
{
    int64_t n = layer_size(x, x ? og_rank(x) - 1 : 0, name);

    if (n < 0)
        return NULL;
    return og_layer_normalization(x, filled(x, name, "weight", n, 1, true),
                                  filled(x, name, "bias", n, 0, true));
}

og_value *og_embedding(og_value *index, int64_t count, int64_t size, const char *name)
{
    og_graph *g = index ? og_graph_root(index->graph) : NULL;
    const char *full = g && !og_graph_status(g) ? part_name(g, name, "weight") : NULL;
    og_tensor *t = full ? og_tensor_new(OG_FLOAT, 2, (int64_t[]){ count, size }) : NULL;
    og_value *table = NULL;

    if (t) {
        og_philox random = { .seed = g->seed, .stream = og_hash_bytes(0, full, strlen(full)) };

        for (int64_t i = 0; i < t->count; i++)
            og_set_double(t, i, og_philox_normal(&random));
        table = og_parameter(g, full, t);
    }
    og_tensor_free(t);
    return og_gather(table, index);
}

/* ---- Attention and recurrence ---------------------------------------------------------------- */

/* 0 where a position may look, -infinity behind it: [time, time]. */
static og_value *causal_mask(og_value *x, int64_t time)
{
    og_tensor *t = og_tensor_new(x->type.elem, 2, (int64_t[]){ time, time });
    og_value *mask = NULL;

    for (int64_t i = 0; t && i < time; i++)
        for (int64_t j = i + 1; j < time; j++)
            og_set_double(t, i * time + j, -INFINITY);
    if (t)
        mask = og_constant(og_graph_root(x->graph), t);
    else
        og_graph_no_memory(x->graph);
    og_tensor_free(t);
    return mask;
}

og_value *og_attention(og_value *x, int64_t heads, bool causal, const char *name)
{
    int64_t time = layer_size(x, 1, name), size = layer_size(x, 2, name), head = size / heads;
    og_value *part[3];
    char qkv_name[200], proj_name[200];

    if (time < 0 || size < 0)
        return NULL;
    snprintf(qkv_name, sizeof qkv_name, "%s.qkv", name);
    snprintf(proj_name, sizeof proj_name, "%s.proj", name);
    og_value *qkv = og_linear(x, 3 * size, qkv_name);
    qkv = og_transpose(og_reshape_to(qkv, 5, (int64_t[]){ -1, time, 3, heads, head }),
                       OG_INTS(2, 0, 3, 1, 4)); /* [3, batch, heads, time, head] */
    for (int64_t i = 0; i < 3; i++)
        part[i] =
            OG_OP("Gather", NULL, qkv, qkv ? og_scalar(qkv->graph, OG_INT64, (double)i) : NULL);
    og_value *score = og_times(og_matmul(part[0], og_transpose(part[1], OG_INTS(0, 1, 3, 2))),
                               1 / sqrt((double)head));
    if (causal)
        score = og_add(score, causal_mask(x, time));
    og_value *y = og_transpose(og_matmul(og_softmax(score), part[2]), OG_INTS(0, 2, 1, 3));
    return og_linear(og_reshape_to(y, 3, (int64_t[]){ -1, time, size }), size, proj_name);
}

static double row_product(const double *a, const double *b, int64_t n)
{
    double sum = 0;

    for (int64_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

/* Takes from row i what lies along the rows above it, and makes it 1 long. */
static void row_free(double *m, int64_t i, int64_t n)
{
    double *row = m + i * n, length;

    for (int64_t j = 0; j < i; j++) {
        double along = row_product(row, m + j * n, n);

        for (int64_t k = 0; k < n; k++)
            row[k] -= along * m[j * n + k];
    }
    length = sqrt(row_product(row, row, n));
    for (int64_t k = 0; k < n; k++)
        row[k] /= length;
}

/* Normal numbers, each row freed of those above it and scaled, twice, for once leaves what rounding
 * does. */
static bool fill_orthogonal(og_tensor *t, const og_graph *g, const char *name, double gain)
{
    og_philox random = { .seed = g->seed, .stream = og_hash_bytes(0, name, strlen(name)) };
    int64_t n = t->dims[t->rank - 1];
    double *m = og_malloc((size_t)t->count * sizeof *m);

    for (int64_t i = 0; m && i < t->count; i++)
        m[i] = og_philox_normal(&random);
    for (int64_t i = 0; m && i < n; i++)
        for (int round = 0; round < 2; round++)
            row_free(m, i, n);
    for (int64_t i = 0; m && i < t->count; i++)
        og_set_double(t, i, gain * m[i]);
    og_free(m);
    return m != NULL;
}

/* The parameter `layer.R` [1, n, n], an orthogonal matrix times `gain`. */
static og_value *orthogonal_parameter(og_value *x, const char *layer, int64_t n, double gain)
{
    og_graph *g = og_graph_root(x->graph);
    const char *name = part_name(g, layer, "R");
    og_tensor *t = og_tensor_new(x->type.elem, 3, (int64_t[]){ 1, n, n });
    og_value *v = NULL;

    if (name && t && fill_orthogonal(t, g, name, gain))
        v = og_parameter(g, name, t);
    else
        og_graph_no_memory(g);
    og_tensor_free(t);
    return v;
}

/* `gates` is how many rows a unit has in the weights. */
static og_value *recurrent_layer(og_value *x, const char *op, int64_t gates, int64_t size,
                                 const char *name, const og_rnn_layer_options *o)
{
    int64_t features = layer_size(x, 2, name), rows = gates * size;
    double bound = 1 / sqrt((double)size), input = o->input > 0 ? o->input : 1;
    og_value *y = NULL;

    if (features < 0)
        return NULL;
    og_value *in[4] = {
        og_transpose(x, OG_INTS(1, 0, 2)), /* [time, batch, features] */
        layer_parameter(x, name, "W", 3, (int64_t[]){ 1, rows, features }, bound * input),
        o->orthogonal > 0 ? orthogonal_parameter(x, name, size, o->orthogonal)
                          : layer_parameter(x, name, "R", 3, (int64_t[]){ 1, rows, size }, bound),
        layer_parameter(x, name, "B", 2, (int64_t[]){ 1, 2 * rows }, o->orthogonal > 0 ? 0 : bound),
    };
    og_ops_on(op, OG_ATTRS(OG_SET_INT("hidden_size", size)), 4, in, 1, &y);
    return og_transpose(og_squeeze(y, OG_INTS(1)), OG_INTS(1, 0, 2));
}

og_value *og_lstm_layer(og_value *x, int64_t size, const char *name)
{
    return recurrent_layer(x, "LSTM", 4, size, name, &(og_rnn_layer_options){ 0 });
}

og_value *og_rnn_layer_with(og_value *x, int64_t size, const char *name,
                            const og_rnn_layer_options *o)
{
    return recurrent_layer(x, "RNN", 1, size, name, o);
}

og_value *og_rnn_layer(og_value *x, int64_t size, const char *name)
{
    return og_rnn_layer_with(x, size, name, &(og_rnn_layer_options){ 0 });
}

og_value *og_last_step(og_value *x)
{
    int64_t time = layer_size(x, 1, "last step");

    if (time < 0)
        return NULL;
    og_value *last = og_slice(x, og_int64s(x->graph, 1, (int64_t[]){ time - 1 }),
                              og_int64s(x->graph, 1, (int64_t[]){ time }),
                              og_int64s(x->graph, 1, (int64_t[]){ 1 }), NULL);

    return og_squeeze(last, OG_INTS(1));
}

/* ---- Losses ---------------------------------------------------------------------------------- */

og_value *og_cross_entropy(og_value *logits, og_value *label)
{
    return OG_OP("SoftmaxCrossEntropyLoss", NULL, logits, label);
}

og_value *og_mse(og_value *prediction, og_value *target)
{
    og_value *difference = og_sub(prediction, target);

    return og_reduce("ReduceMean", og_mul(difference, difference), (og_ints){ 0 }, false);
}
