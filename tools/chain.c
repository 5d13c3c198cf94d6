/* onnxgrad chain: a chain of gradient transforms read, printed in its canonical form, and
 * explained. */
#include "tools/command.h"

#include <string.h>

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
        const char *text =
            command_has(c, "explain") ? og_chain_explain(chain) : og_chain_text(chain);

        if (text)
            printf("%s%s", text, *text && text[strlen(text) - 1] == '\n' ? "" : "\n");
        else
            status = FAILED;
    }
    og_chain_free(chain);
    return status;
}

static const option options[] = {
    { "explain", 0, NULL, NULL,
      "also what the short names stand for, the slots, and the passes over memory", false },
    { "compat", 0, "NAME", "torch", "whose defaults and formulas: torch, optax, onnx or keras",
      false },
    { "strict", 0, NULL, NULL, "likely mistakes in the order of stages are errors", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const examples[] = {
    "onnxgrad chain \"clip_norm(1.0) | adam(lr=1e-3)\"",
    "onnxgrad chain \"c=clip_norm(1) | groups{ '*.bias': sgd(lr=0.1); _: adamw(lr=1e-3) }\" "
    "--explain",
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
