/*
 * What is fed to the parsers of chains, losses and selectors.  The first byte of an input says to
 * which and in whose dialect, the rest is the text.  Besides not crashing they must keep their
 * word: what was read is printed and read back, what was refused has its place in the text.
 */
#include "fuzz.h"

#include "onnxgrad/optim.h"
#include "ops/ops.h"

#include <stdio.h>
#include <stdlib.h>

size_t fuzz_read;

/* Ends the program: a promise is broken. */
static void broken(const char *promise, const char *text, const char *also)
{
    fprintf(stderr, "%s\ntext: %s\n%s\n", promise, text, also ? also : "");
    abort();
}

/* "offset N: …" with N inside the text, and a caret. */
static void check_refusal(const char *text, og_status status, const og_report *report)
{
    size_t at;

    if (status != OG_BAD_CHAIN || report->code != OG_BAD_CHAIN)
        broken("refused with another code", text, report->what);
    if (sscanf(report->what, "offset %zu: ", &at) != 1 || at > strlen(text))
        broken("refused without a place in the text", text, report->what);
    if (!strchr(report->where, '^'))
        broken("refused without a caret", text, report->where);
}

static void check_chain(const char *text, const char *compat)
{
    og_step_options options = { .compat = compat };
    og_chain *first, *second;
    og_status status = og_chain_parse(text, &options, &first);

    if (status) {
        check_refusal(text, status, og_chain_report(first));
    } else {
        const char *printed = og_chain_text(first);

        if (og_chain_parse(printed, &options, &second))
            broken("what was printed is refused", printed, og_chain_report(second)->what);
        if (strcmp(og_chain_text(second), printed) != 0)
            broken("what was printed is printed otherwise", printed, og_chain_text(second));
        if (!og_chain_explain(first))
            broken("a chain without explanation", text, NULL);
        og_chain_free(second);
        fuzz_read++;
    }
    og_chain_free(first);
}

/* Names that a loss may refer to; a refusal may come from the text or from the graph. */
static void check_loss(const char *text)
{
    og_graph *g = og_graph_new("fuzz");
    og_value *x = og_input(g, "x", "float[n,4]");
    og_loss loss;
    og_status status;

    og_output(g, "logits", og_mul(x, x));
    og_output(g, "aux", og_reduce("ReduceMean", x, (og_ints){ 0, NULL }, false));
    status = og_loss_build(g, text, &loss);
    if (status == OG_BAD_CHAIN)
        check_refusal(text, status, og_graph_report(g));
    if (!status && (!loss.value || og_graph_status(g)))
        broken("a loss without value", text, og_graph_report(g)->what);
    fuzz_read += !status;
    if (status && !og_graph_report(g)->what[0])
        broken("a loss refused without a sentence", text, NULL);
    og_graph_free(g);
}

/* "selector\nname" */
static void check_selector(char *text)
{
    char *name = strchr(text, '\n');
    og_report report = { .code = OG_OK };
    bool matches;
    og_status status;

    if (name)
        *name++ = '\0';
    status = og_select(text, name ? name : "fc1.weight", &matches, &report);
    if (status)
        check_refusal(text, status, &report);
    fuzz_read += !status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const dialects[] = { "torch", "optax", "onnx", "keras" };
    char *text;

    if (size == 0)
        return 0;
    text = malloc(size); /* exactly, so that a byte read behind it is found */
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 8) {
    case FUZZ_LOSS:
        check_loss(text);
        break;
    case FUZZ_SELECTOR:
        check_selector(text);
        break;
    default:
        check_chain(text, dialects[data[0] % 4]);
    }
    free(text);
    return 0;
}
