/* onnxgrad chain: a chain of gradient transforms read, printed in its canonical form, and
 * explained. */
#include "tools/command.h"

#include <stdlib.h>
#include <string.h>

static int widest(int wide, const char *text)
{
    return strlen(text) > (size_t)wide ? (int)strlen(text) : wide;
}

static int print_members(og_chain *chain, const og_inspection *facts)
{
    const char **names = calloc(facts->n_parameters + 1, sizeof *names);
    const og_chain_member *m;
    int wide = 9, wider = 5, group = 5, status = DONE;
    size_t n = 0;

    for (size_t i = 0; names && i < facts->n_parameters; i++)
        if (facts->parameters[i].trained)
            names[n++] = facts->parameters[i].name;
    if (!names || og_chain_members(chain, n, names, &m))
        status = report_print(og_chain_report(chain));
    for (size_t i = 0; !status && i < n; i++) {
        wide = widest(wide, m[i].parameter);
        group = widest(group, m[i].group ? m[i].group : "-");
    }
    for (size_t i = 0; i < facts->n_parameters; i++)
        wider = widest(wider, facts->parameters[i].trained ? facts->parameters[i].type : "");
    if (!status)
        printf("%-*s  %-*s  %-*s  stages\n", wide, "parameter", wider, "type", group, "group");
    for (size_t i = 0, k = 0; !status && i < facts->n_parameters; i++)
        if (facts->parameters[i].trained) {
            printf("%-*s  %-*s  %-*s  %s\n", wide, m[k].parameter, wider, facts->parameters[i].type,
                   group, m[k].group ? m[k].group : "-", m[k].frozen ? "frozen" : m[k].stages);
            k++;
        }
    free(names);
    return status ? USAGE : DONE;
}

/* Who of a model's parameters is in which group, and what each meets. */
static int members(const command *c, og_chain *chain)
{
    og_inspection facts;
    model m;
    int status = model_open(&m, command_text(c, "model", ""), 0);

    if (!status && og_inspect(m.graph, command_text(c, "train", NULL),
                              command_text(c, "freeze", NULL), &facts))
        status = report_print(og_graph_report(m.graph));
    if (!status)
        status = print_members(chain, &facts);
    model_close(&m);
    return status;
}

static int run_chain(command *c)
{
    og_step_options options = { .compat = command_text(c, "compat", NULL),
                                .strict = command_has(c, "strict") };
    og_chain *chain = NULL;
    int status = DONE;

    if (og_chain_parse(c->words[0], &options, &chain)) {
        report_print(og_chain_report(chain));
        status = USAGE; /* the text is what the user typed, not a file */
    } else {
        for (size_t i = 0; og_chain_warning(chain, i); i++)
            fprintf(stderr, "warning: %s\n", og_chain_warning(chain, i));

        const char *text =
            command_has(c, "explain") ? og_chain_explain(chain) : og_chain_text(chain);

        if (text)
            printf("%s%s", text, *text && text[strlen(text) - 1] == '\n' ? "" : "\n");
        else
            status = FAILED;
    }
    if (!status && command_has(c, "model"))
        status = members(c, chain);
    og_chain_free(chain);
    return status;
}

static const option options[] = {
    { "explain", 0, NULL, NULL,
      "also what the short names stand for, the slots, and the passes over memory", false },
    { "model", 'm', "MODEL", NULL, "which parameter is in which group and meets which stages",
      false },
    { "train", 0, "GLOB", "found in the model", "with --model: what is trained, as for train",
      false },
    { "freeze", 0, "GLOB", NULL, "with --model: what is not trained", false },
    { "compat", 0, "NAME", "torch", "whose defaults and formulas: torch, optax, onnx or keras",
      false },
    { "strict", 0, NULL, NULL, "likely mistakes in the order of stages are errors", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const examples[] = {
    "onnxgrad chain \"clip_norm(1.0) | adam(lr=1e-3)\"",
    "onnxgrad chain \"c=clip_norm(1) | groups{ *.bias: sgd(lr=0.1); _: adamw(lr=1e-3) }\" "
    "--explain",
    "onnxgrad chain \"groups{ *.bias: sgd; _: adam }\" --model zoo:mlp",
    NULL,
};

const verb verb_chain = {
    .name = "chain",
    .arguments = "\"CHAIN\"",
    .doc = "check a chain of gradient transforms and print it in its canonical form",
    .examples = examples,
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .run = run_chain,
};
