/* onnxgrad inspect: what is in a model, a data set or a checkpoint. */
#include "tools/command.h"
#include "tools/output.h"

#include <onnxgrad/check.h>
#include <onnxgrad/inspect.h>

#include <math.h>
#include <string.h>

/* ---- The plan -------------------------------------------------------------------------------- */

enum { MOST_ENDS = 256, MOST_SHOWN = 160 };

/* The plan for made-up inputs, whose free sizes are 2; false with the report of why there is none.
 */
static bool find_plan(og_graph *g, og_plan_facts *facts, og_report *why)
{
    og_feed feeds[MOST_ENDS];
    og_tensor *made[MOST_ENDS];
    const char *outputs[MOST_ENDS];
    size_t n = 0, n_out = 0;
    og_session *s = NULL;

    *why = (og_report){ 0 };
    for (size_t i = 0; !why->code && og_graph_input(g, i) && n < MOST_ENDS; i++) {
        if (og_input_has_default(g, i))
            continue;
        if (og_input_random(g, i, 1, &made[n]))
            *why = *og_graph_report(g);
        else
            feeds[n] = (og_feed){ og_value_name(og_graph_input(g, i)), *made[n] };
        n += !why->code;
    }
    for (; og_graph_output(g, n_out) && n_out < MOST_ENDS; n_out++)
        outputs[n_out] = og_value_name(og_graph_output(g, n_out));
    if (!why->code && (og_session_new(g, NULL, &s) || og_session_plan(s, feeds, n, outputs, n_out)))
        *why = *og_session_report(s);
    else if (!why->code)
        *facts = og_session_facts(s);
    og_session_free(s);
    while (n)
        og_tensor_free(made[--n]);
    return !why->code;
}

static void print_plan(og_graph *g)
{
    og_plan_facts f;
    og_report why;

    if (find_plan(g, &f, &why))
        printf("\nplan (free sizes 2): %zu steps for %zu nodes, %zu folded, %zu merged, %zu fused; "
               "%.1f KB of memory, %.1f KB of constants, %.4g MFLOP\n",
               f.steps, f.nodes, f.folded, f.merged, f.fused, (double)f.arena_bytes / 1e3,
               (double)f.constant_bytes / 1e3, f.flops / 1e6);
    else
        printf("\nno plan: %s\n", why.what);
}

static void json_plan(og_graph *g)
{
    og_plan_facts f;
    og_report why;
    bool found = find_plan(g, &f, &why);
    const struct {
        const char *key;
        double number;
    } members[] = { { "steps", (double)f.steps },
                    { "nodes", (double)f.nodes },
                    { "folded", (double)f.folded },
                    { "merged", (double)f.merged },
                    { "fused", (double)f.fused },
                    { "memory_bytes", (double)f.arena_bytes },
                    { "constant_bytes", (double)f.constant_bytes },
                    { "flops", f.flops } };

    json_key("plan", 0);
    putchar('{');
    for (size_t i = 0; found && i < sizeof members / sizeof *members; i++) {
        json_key(members[i].key, i == 0);
        json_number(members[i].number);
    }
    if (!found) {
        json_key("error", 1);
        json_string(why.what);
    }
    putchar('}');
}

/* ---- Text ------------------------------------------------------------------------------------ */

static const char *const gradient_words[] = { "yes", "yes", "zero", "no" };

static void print_parameters(const og_inspection *x)
{
    printf("\nparameters: %lld of %lld elements are trained\n", (long long)x->trained,
           (long long)x->elements);
    for (size_t i = 0; i < x->n_parameters; i++) {
        const og_parameter_facts *p = &x->parameters[i];

        printf("  %-11s %-32s %-20s %s\n", p->trained ? "trained" : "not trained", p->name, p->type,
               p->why);
    }
}

static void print_text(const og_inspection *x, og_graph *g)
{
    printf("%s %s\n", *x->file ? x->file : x->name, x->signature);
    if (x->ir_version)
        printf("IR %lld, opset %s%s%s\n", (long long)x->ir_version, x->opsets,
               *x->producer ? ", by " : "", x->producer);
    printf("\n%zu nodes\n", x->n_nodes);
    for (size_t i = 0; i < x->n_nodes; i++) {
        const og_node_facts *n = &x->nodes[i];

        bool cut = strlen(n->text) > MOST_SHOWN; /* an attribute may hold thousands of numbers */

        printf("  #%-4zu %.*s%s  # %s%s%s\n", n->index, MOST_SHOWN, n->text, cut ? "…" : "",
               n->types, n->gradient == OG_GRADIENT_NONE ? "; no gradient" : "",
               n->runs ? "" : "; cannot run");
    }
    print_parameters(x);
    if (x->n_unsupported)
        printf("\nnot supported yet: %s\n", x->unsupported);
    print_plan(g);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void key_text(const char *key, const char *text, int first)
{
    json_key(key, first);
    json_string(text);
}

static void json_names(const char *key, const char *const *names, size_t n)
{
    json_key(key, 0);
    putchar('[');
    for (size_t i = 0; i < n; i++) {
        fputs(i ? ", " : "", stdout);
        json_string(names[i]);
    }
    putchar(']');
}

static void json_bool(const char *key, bool yes)
{
    json_key(key, 0);
    fputs(yes ? "true" : "false", stdout);
}

static void print_json(const og_inspection *x, og_graph *g)
{
    putchar('{');
    key_text("name", x->name, 1);
    key_text("file", x->file, 0);
    json_key("ir_version", 0);
    json_whole(x->ir_version);
    key_text("opsets", x->opsets, 0);
    key_text("signature", x->signature, 0);
    json_key("parameters", 0);
    for (size_t i = 0; i < x->n_parameters; i++) {
        const og_parameter_facts *p = &x->parameters[i];

        fputs(i ? ",\n  {" : "[\n  {", stdout);
        key_text("name", p->name, 1);
        key_text("type", p->type, 0);
        json_bool("trained", p->trained);
        key_text("why", p->why, 0);
        putchar('}');
    }
    fputs(x->n_parameters ? "]" : "[]", stdout);
    json_key("nodes", 0);
    for (size_t i = 0; i < x->n_nodes; i++) {
        const og_node_facts *n = &x->nodes[i];

        fputs(i ? ",\n  {" : "[\n  {", stdout);
        json_key("index", 1);
        json_whole((int64_t)n->index);
        key_text("op", n->op, 0);
        key_text("name", n->name, 0);
        json_names("inputs", n->in, n->n_in);
        json_names("outputs", n->out, n->n_out);
        key_text("types", n->types, 0);
        key_text("gradient", gradient_words[n->gradient], 0);
        json_bool("runs", n->runs);
        putchar('}');
    }
    fputs(x->n_nodes ? "]" : "[]", stdout);
    key_text("unsupported", x->unsupported, 0);
    json_plan(g);
    puts("}");
}

/* ---- Graphviz -------------------------------------------------------------------------------- */

static void dot_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void dot_edges(const og_inspection *x, size_t node, const char *value)
{
    for (size_t j = 0; j < x->n_nodes; j++)
        for (size_t k = 0; k < x->nodes[j].n_in; k++)
            if (*value && !strcmp(x->nodes[j].in[k], value)) {
                printf("  n%zu -> n%zu [label=", node, j);
                dot_string(value);
                puts("];");
            }
}

static void print_dot(const og_inspection *x)
{
    puts("digraph model {\n  node [shape=box];");
    for (size_t i = 0; i < x->n_nodes; i++) {
        printf("  n%zu [label=", i);
        dot_string(*x->nodes[i].name ? x->nodes[i].name : x->nodes[i].op);
        puts("];");
    }
    for (size_t i = 0; i < x->n_nodes; i++)
        for (size_t k = 0; k < x->nodes[i].n_out; k++)
            dot_edges(x, i, x->nodes[i].out[k]);
    puts("}");
}

/* ---- Data and checkpoints -------------------------------------------------------------------- */

static bool number_at(const og_tensor *t, int64_t i, double *x)
{
    switch (t->elem) {
    case OG_FLOAT:
        *x = (double)((const float *)t->data)[i];
        break;
    case OG_DOUBLE:
        *x = ((const double *)t->data)[i];
        break;
    case OG_UINT8:
    case OG_BOOL:
        *x = ((const uint8_t *)t->data)[i];
        break;
    case OG_INT32:
        *x = ((const int32_t *)t->data)[i];
        break;
    case OG_INT64:
        *x = (double)((const int64_t *)t->data)[i];
        break;
    default:
        return false;
    }
    return true;
}

/* NaNs are counted apart: they are what one looks for here. */
static void print_range(const og_tensor *t)
{
    double low = INFINITY, high = -INFINITY, x;
    int64_t nans = 0;

    for (int64_t i = 0; i < t->count && number_at(t, i, &x); i++) {
        nans += isnan(x);
        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    if (low <= high)
        printf("  %.6g to %.6g", low, high);
    if (nans)
        printf("  %lld NaN", (long long)nans);
}

static void print_tensor(const char *name, const og_tensor *t)
{
    printf("%-40s %s", name, og_elem_name(t->elem));
    for (int d = 0; d < t->rank; d++)
        printf("%s%lld", d ? "," : "[", (long long)t->dims[d]);
    fputs(t->rank ? "]" : "", stdout);
    print_range(t);
    putchar('\n');
}

/* The range is that of the numbers as they are fed. */
static void print_array(const og_dataset *data, size_t i)
{
    const og_data_array *a = og_dataset_array(data, i);
    double low, high;

    og_dataset_range(data, i, &low, &high);
    printf("%-12s %s[%lld", a->name, og_elem_name(a->tensor.elem),
           (long long)og_dataset_rows(data));
    for (int d = 1; d < a->tensor.rank; d++)
        printf(",%lld", (long long)a->tensor.dims[d]);
    printf("]  fed as %s", og_elem_name(a->elem));
    if (!isnan(low))
        printf(" %g to %g", low, high);
    printf("%s%s\n", *a->conversion ? ", " : "", a->conversion);
}

static void json_array(const og_dataset *data, size_t i)
{
    const og_data_array *a = og_dataset_array(data, i);
    double low, high;

    og_dataset_range(data, i, &low, &high);
    fputs(i ? ",\n  {" : "[\n  {", stdout);
    key_text("name", a->name, 1);
    key_text("elem", og_elem_name(a->tensor.elem), 0);
    json_key("shape", 0);
    printf("[%lld", (long long)og_dataset_rows(data));
    for (int d = 1; d < a->tensor.rank; d++)
        printf(", %lld", (long long)a->tensor.dims[d]);
    putchar(']');
    key_text("fed_as", og_elem_name(a->elem), 0);
    json_key("low", 0);
    json_number(low);
    json_key("high", 0);
    json_number(high);
    key_text("conversion", a->conversion, 0);
    putchar('}');
}

static int inspect_data(const char *source, bool json)
{
    og_dataset *data = NULL;
    int status = DONE;

    if (og_dataset_open(source, &data)) {
        status = report_print(og_dataset_report(data));
    } else if (json) {
        printf("{\"rows\": %lld, \"arrays\": ", (long long)og_dataset_rows(data));
        for (size_t i = 0; i < og_dataset_count(data); i++)
            json_array(data, i);
        puts("]}");
    } else {
        for (size_t i = 0; i < og_dataset_count(data); i++)
            print_array(data, i);
    }
    og_dataset_free(data);
    return status;
}

static int inspect_arrays(const char *path)
{
    og_arrays *arrays = NULL;
    int status = DONE;

    if (og_arrays_open(path, &arrays)) {
        status = report_print(og_arrays_report(arrays));
    } else {
        for (size_t i = 0; i < og_arrays_metadata_count(arrays); i++) {
            const char *key = og_arrays_metadata_key(arrays, i);

            printf("%s: %s\n", key, og_arrays_metadata(arrays, key));
        }
        for (size_t i = 0; i < og_arrays_count(arrays); i++)
            print_tensor(og_arrays_name(arrays, i), og_arrays_tensor(arrays, i));
    }
    og_arrays_free(arrays);
    return status;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);

    return n >= m && !strcmp(text + n - m, ending);
}

static int inspect_model(command *c)
{
    og_inspection x;
    model m;
    int status = model_look(&m, c->words[0]);

    if (!status &&
        og_inspect(m.graph, command_text(c, "train", NULL), command_text(c, "freeze", NULL), &x))
        status = report_print(og_graph_report(m.graph));
    if (!status) {
        if (command_has(c, "json"))
            print_json(&x, m.graph);
        else if (command_has(c, "dot"))
            print_dot(&x);
        else
            print_text(&x, m.graph);
    }
    model_close(&m);
    return status;
}

static int run_inspect(command *c)
{
    const char *data = command_text(c, "data", NULL);

    if (data)
        return inspect_data(data, command_has(c, "json"));
    if (!c->n_words)
        return usage_error(c->verb, "a model, a checkpoint or --data SRC is needed");
    if (ends_with(c->words[0], ".safetensors") || ends_with(c->words[0], ".npz") ||
        ends_with(c->words[0], ".npy"))
        return inspect_arrays(c->words[0]);
    return inspect_model(c);
}

static const option options[] = {
    { "json", 0, NULL, NULL, "as one JSON object", false },
    { "dot", 0, NULL, NULL, "the graph for Graphviz", false },
    { "data", 'd', "SRC", NULL, "a data set instead of a model", false },
    { "train", 0, "GLOB", "found in the model", "as for train: only these tensors are trained",
      false },
    { "freeze", 0, "GLOB", NULL, "as for train: these tensors are not trained", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const examples[] = {
    "onnxgrad inspect model.onnx",
    "onnxgrad inspect runs/mlp-1/last.safetensors",
    "onnxgrad inspect --data fashion-mnist",
    NULL,
};

const verb verb_inspect = {
    .name = "inspect",
    .arguments = "MODEL|CHECKPOINT",
    .doc = "nodes, parameters and why each is trained or not; arrays of a data set or checkpoint",
    .examples = examples,
    .options = options,
    .min_words = 0,
    .max_words = 1,
    .bare_help = true,
    .run = run_inspect,
};
