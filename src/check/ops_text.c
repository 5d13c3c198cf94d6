/* The operators as a list and as a table for the documentation. */
#include "check/ops_text.h"

#include "check/samples.h"
#include "onnxgrad/inspect.h"

#include <stdio.h>

static const char *full_name(const og_op *op, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", op->domain ? op->domain : "", op->domain ? "::" : "", op->name);
    return out;
}

static const char *gradient_text(const og_op *op)
{
    if (op->traits & OG_ZERO_GRADIENT)
        return "zero";
    if (op->traits & OG_DERIVATIVE)
        return "rewriting";
    return op->gradient ? "rule" : op->expand ? "expansion" : "none";
}

static const char *runs_text(const og_op *op)
{
    if (op->traits & OG_DERIVATIVE)
        return "rewriting";
    if (op->run && op->expand)
        return "kernel, expansion";
    return op->run ? "kernel" : op->expand ? "expansion" : "executor";
}

/* ---- The second derivative ------------------------------------------------------------------- */

static og_value *real_output(const og_graph *g)
{
    for (size_t k = 0; k < g->outputs.n; k++)
        if (og_elem_in(g->outputs.v[k]->type.elem, OG_FLOATS))
            return g->outputs.v[k];
    return NULL;
}

/* The sum of all elements. */
static og_value *total(og_graph *g, og_value *v)
{
    const og_attr attrs[] = { OG_SET_INT("keepdims", 0), { .name = NULL } };

    return v ? og_node(g, "ReduceSum", 1, &v, attrs) : NULL;
}

/* Builds the gradient of one sample's gradient; whether that works is the answer. */
static bool twice(const og_op *op, const char *text)
{
    og_sample_options o = { .constants = true };
    og_sample sample = { 0 };
    og_report report = { 0 };
    og_value *wrt[18], *grads[18];
    size_t n = 0;
    bool works = false;

    if (og_sample_make(op, text, &o, &sample, &report)) {
        og_graph_free(sample.graph);
        return false;
    }
    for (size_t i = 0; i < sample.graph->inputs.n && n < 18; i++)
        if (og_elem_in(sample.graph->inputs.v[i]->type.elem, OG_FLOATS))
            wrt[n++] = sample.graph->inputs.v[i];
    og_value *first = total(sample.graph, real_output(sample.graph));
    if (sample.gradient && n && first && !og_gradients(sample.graph, first, wrt, n, grads)) {
        og_value *sum = NULL;

        for (size_t i = 0; i < n; i++) {
            og_value *square[2] = { grads[i], grads[i] };
            og_value *part = total(sample.graph, og_node(sample.graph, "Mul", 2, square, NULL));

            sum = sum && part ? og_node(sample.graph, "Add", 2, (og_value *[]){ sum, part }, NULL)
                              : part;
        }
        works = sum && !og_gradients(sample.graph, sum, wrt, n, grads);
    }
    og_graph_free(sample.graph);
    return works;
}

static const char *second_text(const og_op *op)
{
    if (op->traits & OG_ZERO_GRADIENT)
        return "zero";
    if (op->traits & OG_DERIVATIVE)
        return "yes";
    for (const char *const *s = op->samples; s && *s; s++)
        if (twice(op, *s))
            return "yes";
    return op->gradient || op->expand ? "no" : "none";
}

/* ---- Texts ----------------------------------------------------------------------------------- */

static void put_types(og_text *t, const og_op *op)
{
    og_elems types = op->run_types ? op->run_types : OG_LOOPED;
    bool first = true;

    if (!op->run) {
        og_text_print(t, op->traits & OG_DERIVATIVE ? "as the nodes it names" : "as its expansion");
        return;
    }
    if (op->traits & OG_COPIES) {
        og_text_print(t, "all");
        return;
    }
    for (int e = 1; e < OG_ELEM_COUNT; e++)
        if (types & OG_BIT(e)) {
            og_text_print(t, "%s%s", first ? "" : " ", og_elem_name((og_elem)e));
            first = false;
        }
}

static void put_versions(og_text *t, const og_op *op)
{
    for (const char *c = op->versions ? op->versions : ""; *c; c++)
        og_text_print(t, "%c", *c);
    og_text_print(t, "%s%d", op->versions && *op->versions ? " " : "", op->version);
}

void og_ops_list(og_text *t)
{
    char name[120];

    for (size_t i = 0; i < og_op_count(); i++) {
        const og_op *op = og_op_at(i);

        og_text_print(t, "%-34s %3d  %-17s  gradient: %-9s  %s\n", full_name(op, name, sizeof name),
                      op->version, runs_text(op), gradient_text(op), op->doc ? op->doc : "");
    }
}

void og_ops_markdown(og_text *t)
{
    char name[120];

    og_text_print(
        t, "# Operators\n\nMade by `onnxgrad ops --markdown`. Versions are those of a file that "
           "load; inside there is "
           "only the newest. A type that is not listed is refused by name when a plan is made.\n\n"
           "| operator | versions | computed by | types | gradient | second order |\n"
           "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < og_op_count(); i++) {
        const og_op *op = og_op_at(i);

        og_text_print(t, "| %s | ", full_name(op, name, sizeof name));
        put_versions(t, op);
        og_text_print(t, " | %s | ", runs_text(op));
        put_types(t, op);
        og_text_print(t, " | %s | %s |\n", gradient_text(op), second_text(op));
    }
}

char *og_operators_text(og_operators_form form)
{
    og_text text = { 0 };

    switch (form) {
    case OG_OPERATORS_LIST:
        og_ops_list(&text);
        break;
    case OG_OPERATORS_MARKDOWN:
        og_ops_markdown(&text);
        break;
    case OG_OPERATORS_HEADER:
        og_builders_header(&text);
        break;
    case OG_OPERATORS_SOURCE:
        og_builders_source(&text);
        break;
    }
    if (text.failed)
        og_text_free(&text);
    return text.data;
}

void og_operators_text_free(char *text)
{
    og_free(text);
}
