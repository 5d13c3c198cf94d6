/* Parameter discovery: the rule of docs/parameters.md, a case each. */
#include "fixture.h"

#include "train/parameters.h"

#include <math.h>

static og_value *constant(og_graph *g, const char *name, int rank, const int64_t *dims,
                          bool initializer)
{
    og_tensor *t = og_tensor_new(OG_FLOAT, rank, dims);
    og_value *v;

    assert_non_null(t);
    v = og_graph_add_constant(g, name, og_graph_copy_tensor(g, t));
    assert_non_null(v);
    if (initializer)
        assert_true(og_list_push(g->arena, &g->initializers, v));
    og_tensor_free(t);
    return v;
}
#define DIMS(...)                                                                                  \
    (int)(sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[])           \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

typedef struct found {
    og_arena *arena;
    og_candidates list;
} found;

static found find(og_graph *g, const char *train, const char *freeze)
{
    found f = { .arena = og_arena_new() };

    assert_ok(og_graph_status(g), og_graph_report(g));
    assert_ok(og_candidates_find(g, f.arena, train, freeze, &f.list), og_graph_report(g));
    return f;
}

static const og_candidate *candidate(const found *f, const char *name)
{
    for (size_t i = 0; i < f->list.n; i++)
        if (!strcmp(f->list.v[i].value->name, name))
            return &f->list.v[i];
    return NULL;
}

static void check(const found *f, const char *name, bool trained, const char *why)
{
    const og_candidate *c = candidate(f, name);

    assert_non_null(c);
    if (c->trained != trained || !strstr(c->why, why))
        fail_msg("%s is %s: %s", name, c->trained ? "trained" : "constant", c->why);
}

/* Weights under an exporter's names, seen through operators that only move numbers, in Constants
 * too. */
static void weights(void **state)
{
    og_graph *g = og_graph_new("weights");
    og_value *x = og_input(g, "x", "float[n,3,8,8]");
    og_value *kernel = constant(g, "val_2", DIMS(4, 3, 3, 3), false);
    og_value *bias = constant(g, "onnx::Conv_7", DIMS(4), true);
    og_value *matrix = constant(g, "onnx::MatMul_12", DIMS(10, 4 * 36), false);
    og_value *y = og_flatten(og_conv(x, kernel, bias), 1);
    found f;

    (void)state;
    og_output(g, "y",
              og_matmul(y, og_transpose(og_squeeze(og_unsqueeze(matrix, OG_INTS(0)), OG_INTS(0)),
                                        (og_ints){ 0 })));
    f = find(g, NULL, NULL);
    check(&f, "val_2", true, "weight of Conv");
    check(&f, "onnx::Conv_7", true, "bias of Conv");
    check(&f, "onnx::MatMul_12", true, "weight of MatMul");
    og_arena_free(f.arena);
    og_graph_free(g);
}

/* Elementwise operators alone: an initializer is trained unless its name is an exporter's, a
 * Constant never. */
static void elementwise(void **state)
{
    og_graph *g = og_graph_new("elementwise");
    og_value *x = og_input(g, "x", "float[n,4]");
    found f;

    (void)state;
    x = og_mul(x, constant(g, "layer.scale", DIMS(4), true));
    x = og_add(x, constant(g, "val_3", DIMS(4), true));
    x = og_add(x, constant(g, "/layer/Constant_output_0", DIMS(4), true));
    x = og_mul(x, constant(g, "factor", DIMS(4), false));
    x = og_mul(x, constant(g, "scalar", 0, NULL, true));
    og_output(g, "y", x);
    f = find(g, NULL, NULL);
    check(&f, "layer.scale", true, "Mul");
    check(&f, "val_3", false, "exporter");
    check(&f, "/layer/Constant_output_0", false, "exporter");
    check(&f, "factor", false, "constant");
    assert_null(candidate(&f, "scalar"));
    og_arena_free(f.arena);
    og_graph_free(g);
}

static void tables_and_statistics(void **state)
{
    og_graph *g = og_graph_new("tables");
    og_value *ids = og_input(g, "ids", "int64[n,5]");
    og_value *x = og_gather(constant(g, "embedding", DIMS(20, 6), true), ids);
    og_value *y = og_gather(constant(g, "lookup", DIMS(20), true), ids), *norm[5];
    found f;

    (void)state;
    norm[0] = og_transpose(x, OG_INTS(0, 2, 1));
    norm[1] = constant(g, "scale", DIMS(6), true);
    norm[2] = constant(g, "shift", DIMS(6), true);
    norm[3] = constant(g, "mean", DIMS(6), true);
    norm[4] = constant(g, "var", DIMS(6), true);
    og_output(g, "y", og_batch_normalization(norm[0], norm[1], norm[2], norm[3], norm[4]));
    og_output(g, "z", y);
    f = find(g, NULL, NULL);
    check(&f, "embedding", true, "table of Gather");
    check(&f, "lookup", false, "rank 1");
    check(&f, "scale", true, "scale of BatchNormalization");
    check(&f, "shift", true, "bias of BatchNormalization");
    check(&f, "mean", false, "running statistic");
    check(&f, "var", false, "running statistic");
    og_arena_free(f.arena);
    og_graph_free(g);
}

static void recurrent(void **state)
{
    og_graph *g = og_graph_new("recurrent");
    og_value *x = og_input(g, "x", "float[t,2,3]"), *w = constant(g, "val_1", DIMS(1, 16, 3), true);
    og_value *r = constant(g, "val_2", DIMS(1, 16, 4), true),
             *b = constant(g, "val_3", DIMS(1, 32), true);
    og_value *h = constant(g, "val_4", DIMS(1, 2, 4), true);
    found f;

    (void)state;
    og_output(g, "y", og_lstm_opt(x, w, r, b, NULL, h, NULL, NULL, .hidden_size = 4));
    f = find(g, NULL, NULL);
    check(&f, "val_1", true, "weight of LSTM");
    check(&f, "val_2", true, "weight of LSTM");
    check(&f, "val_3", true, "bias of LSTM");
    check(&f, "val_4", false, "initial state of LSTM");
    og_arena_free(f.arena);
    og_graph_free(g);
}

static void overrides(void **state)
{
    og_graph *g = small_model("float[batch,4]");
    found f = find(g, "*.weight", NULL);

    (void)state;
    check(&f, "fc1.weight", true, "");
    check(&f, "fc1.bias", false, "--train");
    og_arena_free(f.arena);
    f = find(g, NULL, "fc1.*");
    check(&f, "fc1.weight", false, "--freeze");
    check(&f, "fc2.bias", true, "");
    og_arena_free(f.arena);
    f = find(g, "*", "fc2.*-fc2.bias");
    check(&f, "fc2.weight", false, "--freeze");
    check(&f, "fc2.bias", true, "");
    og_arena_free(f.arena);
    og_graph_free(g);
}

static og_value *numbered(og_graph *g, const char *name, int64_t rows, int64_t columns,
                          bool transposed)
{
    int64_t dims[2] = { rows, columns };
    og_tensor *t = og_tensor_new(OG_FLOAT, 2, dims);
    og_value *v;

    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            og_set_double(t, i * columns + j,
                          transposed ? (double)(j * rows + i) : (double)(i * columns + j));
    v = og_graph_add_constant(g, name, og_graph_copy_tensor(g, t));
    assert_true(og_list_push(g->arena, &g->initializers, v));
    og_tensor_free(t);
    return v;
}

/* An embedding and its transpose as the output layer: reported, and joined on request. */
static void tied(void **state)
{
    og_graph *g = og_graph_new("tied");
    og_value *x =
        og_gather(numbered(g, "embedding", 6, 4, false), og_input(g, "ids", "int64[n,5]"));
    found f;

    (void)state;
    og_output(g, "y", og_matmul(x, numbered(g, "val_87", 4, 6, true)));
    f = find(g, NULL, NULL);
    check(&f, "val_87", true, "weight of MatMul");
    assert_ptr_equal(candidate(&f, "val_87")->twin, og_graph_find(g, "embedding"));
    assert_null(candidate(&f, "embedding")->twin);
    assert_ok(og_ties_join(g, &f.list), og_graph_report(g));
    assert_ok(og_candidates_promote(g, &f.list), og_graph_report(g));
    assert_true(og_graph_find(g, "embedding")->trainable);
    assert_false(og_graph_find(g, "val_87")->trainable);
    assert_string_equal(og_graph_output(g, 0)->node->in[1]->node->op->name, "Transpose");
    og_arena_free(f.arena);
    og_graph_free(g);
}

/* A million operators that only move a weight: no recursion, and in time. */
static void long_chain(void **state)
{
    og_graph *g = og_graph_new("long");
    og_value *w = constant(g, "w", DIMS(4, 4), false);
    found f;

    (void)state;
    for (int i = 0; i < 100000; i++)
        w = og_identity(w);
    og_output(g, "y", og_matmul(og_input(g, "x", "float[n,4]"), w));
    f = find(g, NULL, NULL);
    check(&f, "w", true, "weight of MatMul");
    og_arena_free(f.arena);
    og_graph_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights),
        cmocka_unit_test(elementwise),
        cmocka_unit_test(tables_and_statistics),
        cmocka_unit_test(recurrent),
        cmocka_unit_test(overrides),
        cmocka_unit_test(tied),
        cmocka_unit_test(long_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
