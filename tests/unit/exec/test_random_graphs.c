/*
 * Random graphs: whatever the passes do, the bits of outputs and state are those of a plan without
 * any pass, for one thread and for several. Values are used several times, states are read before
 * and after their updates are made, updates of several lengths stand side by side.
 */
#include "exec/exec.h"
#include "ops/ops.h"

#include <stdio.h>

#include "../test.h"

enum { GRAPHS = 150, NODES = 40, STATES = 4, ROWS = 3, COLUMNS = 5 };

typedef struct maker {
    og_graph *g;
    og_philox random;
    og_value *values[NODES + STATES + 2]; /* all float[3,5] */
    size_t n;
} maker;

static size_t pick(maker *m, size_t n)
{
    return (size_t)og_philox_below(&m->random, n);
}

static og_value *any(maker *m)
{
    return m->values[pick(m, m->n)];
}

static og_value *unary(maker *m, og_value *x)
{
    static const char *const ops[] = { "Neg", "Abs", "Tanh", "Sigmoid", "Relu", "Identity", "Sin" };

    return OG_OP(ops[pick(m, sizeof ops / sizeof *ops)], NULL, x);
}

static og_value *binary(maker *m, og_value *x, og_value *y)
{
    static const char *const ops[] = { "Add", "Sub", "Mul", "Max", "Min" };

    return OG_OP(ops[pick(m, sizeof ops / sizeof *ops)], NULL, x, y);
}

/* Ways through other shapes and back: views, moves, reductions, products, constants to fold. */
static og_value *detour(maker *m, og_value *x)
{
    switch (pick(m, 6)) {
    case 0:
        return og_reshape_like(og_times(og_reshape_to(x, 1, (int64_t[]){ -1 }), 0.5), x);
    case 1:
        return og_transpose(unary(m, og_transpose(x, OG_INTS(1, 0))), OG_INTS(1, 0));
    case 2:
        return og_sub(x, og_reduce("ReduceMean", x, OG_INTS(1), true));
    case 3:
        return og_matmul(x, og_times(og_matmul(og_transpose(x, OG_INTS(1, 0)), any(m)), 0.1));
    case 4:
        return og_mul(x, og_exp(og_neg(og_scalar_like(x, 0.5))));
    default:
        return og_add(x, og_reduce("ReduceSum", x, OG_INTS(0), true));
    }
}

static og_value *next_value(maker *m)
{
    switch (pick(m, 4)) {
    case 0:
        return unary(m, any(m));
    case 1:
        return detour(m, any(m));
    default:
        return binary(m, any(m), any(m));
    }
}

static og_graph *random_graph(uint64_t seed)
{
    maker m = { .g = og_graph_new("random"), .random = { .seed = seed } };
    int64_t dims[2] = { ROWS, COLUMNS };
    og_tensor *t = og_tensor_new(OG_FLOAT, 2, dims);
    char name[20];

    m.values[m.n++] = og_input(m.g, "x", "float[n,5]");
    for (int i = 0; i < STATES; i++) {
        for (int64_t j = 0; j < t->count; j++)
            ((float *)t->data)[j] = (float)og_philox_uniform(&m.random) - 0.5f;
        snprintf(name, sizeof name, "s%d", i);
        m.values[m.n++] = og_parameter(m.g, name, t);
    }
    og_tensor_free(t);
    for (int i = 0; i < NODES; i++)
        m.values[m.n++] = OG_OP("Tanh", NULL, next_value(&m)); /* keeps the numbers in bounds */
    for (int i = 0; i < STATES; i++) {
        og_binding b = { og_graph_find(m.g, i == 0   ? "s0"
                                            : i == 1 ? "s1"
                                            : i == 2 ? "s2"
                                                     : "s3"),
                         any(&m) };

        assert_true(og_list_push(m.g->arena, &m.g->bindings, b));
    }
    og_output(m.g, "y0", OG_OP("Identity", NULL, any(&m)));
    og_output(m.g, "y1", OG_OP("Identity", NULL, m.values[m.n - 1]));
    if (pick(&m, 2))
        m.g->ok = og_less(og_reduce("ReduceMax", any(&m), (og_ints){ 0 }, false),
                          og_scalar(m.g, OG_FLOAT, 100));
    assert_ok(og_graph_status(m.g), og_graph_report(m.g));
    return m.g;
}

/* Two runs one after the other: outputs of the second and the state behind it, in one block. */
static size_t run(og_graph *g, const char *disable, int threads, float *out)
{
    static const char *const fetches[] = { "y0", "y1" };
    og_session *s;
    int64_t dims[2] = { ROWS, COLUMNS };
    float x[ROWS * COLUMNS];
    og_tensor y[2];
    size_t n = 0;

    for (int i = 0; i < ROWS * COLUMNS; i++)
        x[i] = (float)i / 7 - 1;
    og_feed feed = { "x", og_tensor_view(OG_FLOAT, 2, dims, x) };
    assert_ok(
        og_session_new(g, &(og_session_options){ .disable = disable, .threads = threads }, &s),
        og_session_report(s));
    for (int i = 0; i < 2; i++)
        assert_ok(og_session_run(s, &feed, 1, fetches, 2, y, NULL), og_session_report(s));
    for (int k = 0; k < 2; k++)
        for (int64_t i = 0; i < y[k].count; i++)
            out[n++] = ((float *)y[k].data)[i];
    for (size_t k = 0; k < og_state_size(og_session_state(s)); k++) {
        const og_tensor *t =
            og_state_tensor(og_session_state(s), og_state_name(og_session_state(s), k));

        for (int64_t i = 0; i < t->count; i++)
            out[n++] = ((float *)t->data)[i];
    }
    og_session_free(s);
    return n;
}

static void test_passes_keep_bits(void **state)
{
    static const char *const disabled[] = { NULL, "fold", "merge", "fuse", "inplace" };
    enum { MOST = 8 * ROWS * COLUMNS };
    float expected[MOST], found[MOST];
    (void)state;

    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        og_graph *g = random_graph(seed);
        size_t n = run(g, "fold,merge,fuse,inplace", 1, expected);

        for (size_t k = 0; k < sizeof disabled / sizeof *disabled; k++) {
            assert_int_equal(run(g, disabled[k], k % 2 ? 1 : 3, found), n);
            for (size_t i = 0; i < n; i++)
                if (memcmp(&found[i], &expected[i], sizeof(float)))
                    fail_msg("graph %d without '%s': number %zu is %.9g, expected %.9g", (int)seed,
                             disabled[k] ? disabled[k] : "nothing", i, (double)found[i],
                             (double)expected[i]);
        }
        og_graph_free(g);
    }
}

/* ---- Updates --------------------------------------------------------------------------------- */

enum { LENGTHS = 4, SLOTS = 5, UPDATES = 60, UPDATE_GRAPHS = 60, LONGEST = 20000 };

static const int64_t lengths[LENGTHS] = { 1, 5, 700, LONGEST };

/* States of several lengths, each becoming some value of its length; single numbers meet all. */
static og_graph *random_updates(uint64_t seed)
{
    maker m = { .g = og_graph_new("updates"), .random = { .seed = seed } };
    og_value *values[LENGTHS][SLOTS + UPDATES];
    size_t n[LENGTHS] = { 0 };
    char name[20];

    for (size_t l = 0; l < LENGTHS; l++)
        for (; n[l] < SLOTS; n[l]++) {
            og_tensor *t = og_tensor_new(OG_FLOAT, l ? 1 : 0, &lengths[l]);

            for (int64_t j = 0; j < t->count; j++)
                ((float *)t->data)[j] = (float)og_philox_uniform(&m.random) - 0.5f;
            snprintf(name, sizeof name, "s%zu_%zu", l, n[l]);
            values[l][n[l]] = og_parameter(m.g, name, t);
            og_tensor_free(t);
        }
    for (int i = 0; i < UPDATES; i++) {
        const size_t l = pick(&m, LENGTHS), other = pick(&m, 3) ? l : 0;
        og_value *x = values[l][pick(&m, n[l])], *y = values[other][pick(&m, n[other])];

        x = pick(&m, 4) ? binary(&m, x, y) : unary(&m, x);
        values[l][n[l]++] = pick(&m, 3) ? x : OG_OP("Tanh", NULL, x);
    }
    for (size_t l = 0; l < LENGTHS; l++)
        for (size_t k = 0; k < SLOTS; k++) {
            og_binding b = { values[l][k], values[l][pick(&m, n[l])] };

            if (pick(&m, 4))
                assert_true(og_list_push(m.g->arena, &m.g->bindings, b));
        }
    assert_ok(og_graph_status(m.g), og_graph_report(m.g));
    return m.g;
}

/* The states after three runs, in one block. */
static size_t run_updates(og_graph *g, const char *disable, int threads, float *out)
{
    og_session *s;
    size_t n = 0;

    assert_ok(
        og_session_new(g, &(og_session_options){ .disable = disable, .threads = threads }, &s),
        og_session_report(s));
    for (int i = 0; i < 3; i++)
        assert_ok(og_session_run(s, NULL, 0, NULL, 0, NULL, NULL), og_session_report(s));
    for (size_t k = 0; k < og_state_size(og_session_state(s)); k++) {
        const og_tensor *t =
            og_state_tensor(og_session_state(s), og_state_name(og_session_state(s), k));

        memcpy(out + n, t->data, og_tensor_bytes(t));
        n += (size_t)t->count;
    }
    og_session_free(s);
    return n;
}

static void test_updates_keep_bits(void **state)
{
    static const char *const disabled[] = { NULL, "inplace", "fuse" };
    const size_t most = SLOTS * (LONGEST + 706) * sizeof(float);
    float *expected = og_malloc(most), *found = og_malloc(most);
    (void)state;

    assert_true(expected && found);
    for (uint64_t seed = 0; seed < UPDATE_GRAPHS; seed++) {
        og_graph *g = random_updates(seed);
        size_t n = run_updates(g, "fold,merge,fuse,inplace", 1, expected);

        assert_true(n * sizeof(float) <= most);
        for (int k = 0; k < 6; k++) {
            assert_int_equal(run_updates(g, disabled[k / 2], k % 2 ? 3 : 1, found), n);
            if (memcmp(found, expected, n * sizeof(float)))
                fail_msg("graph %d without '%s' on %d threads differs", (int)seed,
                         disabled[k / 2] ? disabled[k / 2] : "nothing", k % 2 ? 3 : 1);
        }
        og_graph_free(g);
    }
    og_free(expected);
    og_free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_passes_keep_bits),
                                        cmocka_unit_test(test_updates_keep_bits) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
