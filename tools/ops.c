/* onnxgrad ops: the operators, and the files that are made from their list. */
#include "tools/command.h"

#include <onnxgrad/inspect.h>

#include <string.h>

static const option options[] = {
    { "markdown", 0, NULL, NULL, "the table of docs/operators.md", false },
    { "builders", 0, "PART", NULL, "the builders: header (builders.h) or source (builders.c)",
      false },
    { 0 },
};

static const char *const examples[] = { "onnxgrad ops",
                                        "onnxgrad ops --markdown > docs/operators.md", NULL };

static int run_ops(command *c)
{
    const char *part = command_text(c, "builders", NULL);
    og_operators_form form = command_has(c, "markdown") ? OG_OPERATORS_MARKDOWN : OG_OPERATORS_LIST;

    if (part && !strcmp(part, "header"))
        form = OG_OPERATORS_HEADER;
    else if (part && !strcmp(part, "source"))
        form = OG_OPERATORS_SOURCE;
    else if (part)
        return usage_error(c->verb, "--builders is '%s', expected header or source", part);
    char *text = og_operators_text(form);
    if (!text) {
        fputs("error: out of memory\n", stderr);
        return FAILED;
    }
    fputs(text, stdout);
    og_operators_text_free(text);
    return DONE;
}

const verb verb_ops = {
    .name = "ops",
    .arguments = "",
    .doc = "list the operators: versions, gradient, kernel or expansion",
    .examples = examples,
    .options = options,
    .run = run_ops,
};
