/* Operators as old files have them: broadcasting by attributes, inputs that were attributes, other
 * constants. */
#include "../onnx/model.h"

#include "onnxgrad/session.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 32 };

/* Inputs "2 3: 1 2 3 4 5 6", attributes "axis=1 min=~0.5 to=INT32 axes=[0 2]" (~ marks a float). */
typedef struct old_case {
    const char *op;
    int opset;
    const char *attrs;
    const char *in[3];
    const char *out;
} old_case;

#define A "2 3 2: 1 2 3 4 5 6 7 8 9 10 11 12"
#define S "5: -2 -0.5 0 0.5 2"

static const old_case cases[] = {
    { "Add", 1, "consumed_inputs=[0 0]", { "2: 1 2", "2: 3 5" }, "4 7" },
    { "Add", 6, "broadcast=1 axis=1", { A, "3: 10 20 30" }, "11 12 23 24 35 36 17 18 29 30 41 42" },
    { "Add",
      6,
      "broadcast=1 axis=-2",
      { A, "3: 10 20 30" },
      "11 12 23 24 35 36 17 18 29 30 41 42" },
    { "Sub", 6, "broadcast=1 axis=0", { A, "2: 1 10" }, "0 1 2 3 4 5 -3 -2 -1 0 1 2" },
    { "Mul", 1, "broadcast=1", { A, "2: 1 -1" }, "1 -2 3 -4 5 -6 7 -8 9 -10 11 -12" },
    { "Div", 6, "broadcast=1", { "2 2: 2 4 6 8", ": 2" }, "1 2 3 4" },
    { "Pow", 1, "broadcast=1 axis=0", { "2 2: 1 2 3 4", "2: 2 1" }, "1 4 3 4" },
    { "Exp", 1, "consumed_inputs=[0]", { "1: 0" }, "1" },
    { "Relu", 1, "consumed_inputs=[0]", { S }, "0 0 0 0.5 2" },
    { "Clip", 1, "min=~-1 max=~1", { S }, "-1 -0.5 0 0.5 1" },
    { "Clip", 6, "min=~-1", { S }, "-1 -0.5 0 0.5 2" },
    { "Clip", 6, "", { S }, "-2 -0.5 0 0.5 2" },
    { "Clip", 11, "", { S, NULL, ": 1" }, "-2 -0.5 0 0.5 1" },
    { "Max", 1, "", { "2: 1 5", "2: 3 2" }, "3 5" },
    { "Min", 6, "consumed_inputs=[0 0]", { "2: 1 5", "2: 3 2" }, "1 2" },
    { "Sum", 6, "", { "2: 1 5", "2: 3 2", "2: 1 1" }, "5 8" },
    { "Mean", 8, "", { "2: 1 5", "1: 3" }, "2 4" },
    { "PRelu", 6, "", { "1 2 2: -1 2 -3 -4", "2: 0.5 0.25" }, "-0.5 2 -0.75 -1" },
    { "PRelu", 7, "", { "1 2 2: -1 2 -3 -4", "2 1: 0.5 0.25" }, "-0.5 2 -0.75 -1" },
    { "Selu", 1, "", { "1: 1" }, "1.0507" },
    { "Selu", 6, "", { "1: 1" }, "1.05070102" },
    { "ReduceSum", 1, "axes=[0 2]", { A }, "18 26 34" },
    { "ReduceSum", 11, "axes=[-1] keepdims=0", { A }, "3 7 11 15 19 23" },
    { "ReduceSum", 11, "", { A }, "78" },
    { "ReduceMean", 11, "axes=[1]", { A }, "3 4 9 10" },
    { "ReduceMax", 12, "axes=[1 2] keepdims=0", { A }, "6 12" },
    { "ReduceL2", 1, "axes=[0]", { "2 1: 3 4" }, "5" },
    { "ReduceProd", 13, "axes=[0]", { "3: 2 0.5 3" }, "3" },
};

/* ---- Making ---------------------------------------------------------------------------------- */

static int64_t read_numbers(const char *text, const char *stop, double *numbers)
{
    int64_t n = 0;
    char *end;

    for (; text < stop; text = end) {
        const double number = strtod(text, &end);

        if (end == text)
            break;
        numbers[n++] = number;
    }
    return n;
}

static int read_shape(const char *text, int64_t *dims)
{
    double numbers[MOST];
    const int rank = (int)read_numbers(text, strchr(text, ':'), numbers);

    for (int i = 0; i < rank; i++)
        dims[i] = (int64_t)numbers[i];
    return rank;
}

static og_text old_attr(const char *word, size_t size)
{
    const char *value = strchr(word, '=') + 1;
    char name[40] = "", text[40] = "";
    og_text m;

    memcpy(name, word, (size_t)(value - 1 - word));
    memcpy(text, value, size - (size_t)(value - word));
    if (*text == '~') {
        const float number = strtof(text + 1, NULL);

        m = attr_head(name, 1);
        put_raw(&m, 2, OG_WIRE_32, &number, sizeof number);
    } else if (*text == '[') {
        double numbers[MOST];
        const int64_t n = read_numbers(text + 1, text + strlen(text), numbers);

        m = attr_head(name, 7);
        for (int64_t i = 0; i < n; i++)
            put_int(&m, 8, (int64_t)numbers[i]);
    } else {
        m = attr_head(name, 2);
        put_int(&m, 3, strtoll(text, NULL, 10));
    }
    return m;
}

/* Words end at blanks outside brackets. */
static void old_attrs(og_text *m, const char *text)
{
    while (*text) {
        const char *end = text + strcspn(text, " [");

        if (*end == '[')
            end += strcspn(end, "]") + 1;
        put_message(m, 5, old_attr(text, (size_t)(end - text)));
        text = end + strspn(end, " ");
    }
}

static og_graph *old_graph(const old_case *c)
{
    static const char *const names[3] = { "a", "b", "c" };
    char words[16] = "";
    og_text graph = { 0 };
    int64_t dims[MOST];
    int last = 2;

    while (!c->in[last])
        last--;
    for (int i = 0; i <= last; i++) {
        strcat(words, i ? " " : "");
        strcat(words, c->in[i] ? names[i] : "-");
    }
    og_text n = node(c->op, words, "y");
    old_attrs(&n, c->attrs);
    put_message(&graph, 1, n);
    put_text(&graph, 2, "old");
    for (int i = 0; i < 3; i++)
        if (c->in[i])
            put_message(&graph, 11,
                        value_info(names[i], OG_FLOAT, read_shape(c->in[i], dims), dims));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    return load(put_model("old.onnx", model(c->opset < 9 ? 3 : 7, c->opset, graph)));
}

/* ---- Running --------------------------------------------------------------------------------- */

static void check_case(const old_case *c)
{
    static const char *const names[3] = { "a", "b", "c" }, *fetch = "y";
    og_graph *g = old_graph(c);
    float numbers[3][MOST];
    int64_t dims[3][MOST];
    og_feed feeds[3];
    size_t n = 0;
    double all[MOST];
    og_session *s;
    og_tensor y;

    for (int i = 0; i < 3; i++) {
        if (!c->in[i])
            continue;
        const char *data = strchr(c->in[i], ':') + 1;
        const int64_t count = read_numbers(data, data + strlen(data), all);

        for (int64_t k = 0; k < count; k++)
            numbers[n][k] = (float)all[k];
        const int rank = read_shape(c->in[i], dims[n]);
        feeds[n] = (og_feed){ names[i], og_tensor_view(OG_FLOAT, rank, dims[n], numbers[n]) };
        n++;
    }
    const int64_t count = read_numbers(c->out, c->out + strlen(c->out), all);

    assert_int_equal(og_session_new(g, NULL, &s), OG_OK);
    if (og_session_run(s, feeds, n, &fetch, 1, &y, NULL))
        fail_msg("%s-%d %s: %s", c->op, c->opset, c->attrs, og_session_report(s)->what);
    assert_int_equal(y.count, count);
    for (int64_t k = 0; k < count; k++)
        if (fabs(og_get_double(&y, k) - all[k]) > 1e-6 * fabs(all[k]))
            fail_msg("%s-%d %s: element %d is %.8g, expected %.8g", c->op, c->opset, c->attrs,
                     (int)k, og_get_double(&y, k), all[k]);
    og_session_free(s);
    og_graph_free(g);
}

static void test_old_versions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i]);
}

/* "Cast" named its type until version 6. */
static void test_cast_by_name(void **state)
{
    og_text graph = { 0 }, n = node("Cast", "a", "y"), to = attr_head("to", 3);
    const int64_t one = 1;

    (void)state;
    put_text(&to, 4, "INT32");
    put_message(&n, 5, to);
    put_message(&graph, 1, n);
    put_message(&graph, 11, value_info("a", OG_FLOAT, 1, &one));
    put_message(&graph, 12, value_info("y", OG_INT32, 1, &one));
    og_graph *g = load(put_model("cast.onnx", model(3, 1, graph)));

    assert_string_equal(og_value_type(og_graph_output(g, 0)), "int32[1]");
    og_graph_free(g);
}

static void test_axis_outside(void **state)
{
    og_text graph = { 0 }, n = node("Add", "a b", "y");
    const int64_t dims[2] = { 2, 3 };

    (void)state;
    old_attrs(&n, "broadcast=1 axis=2");
    put_message(&graph, 1, n);
    put_message(&graph, 11, value_info("a", OG_FLOAT, 2, dims));
    put_message(&graph, 11, value_info("b", OG_FLOAT, 1, dims));
    put_message(&graph, 12, value_info("y", OG_FLOAT, -1, NULL));
    assert_refused(put_model("axis.onnx", model(3, 6, graph)), OG_BAD_SHAPE, "axis 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_old_versions, enter, leave),
        cmocka_unit_test_setup_teardown(test_cast_by_name, enter, leave),
        cmocka_unit_test_setup_teardown(test_axis_outside, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
