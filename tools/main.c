/* onnxgrad VERB …: finds the verb and runs it. */
#include "tools/command.h"

#include <string.h>

#define VERB(name) extern const verb verb_##name;
#include "tools/verbs.def"
#undef VERB

const verb *const verbs[] = {
#define VERB(name) &verb_##name,
#include "tools/verbs.def"
#undef VERB
    NULL,
};

static void overview(FILE *out)
{
    fputs("onnxgrad trains any ONNX graph.\n\n", out);
    for (const verb *const *v = verbs; *v; v++)
        fprintf(out, "  onnxgrad %-9s %s\n", (*v)->name, (*v)->doc);
    fputs("\nonnxgrad help VERB explains one.  First steps:\n  onnxgrad train zoo:digits\n", out);
}

static const verb *find_verb(const char *name)
{
    for (const verb *const *v = verbs; *v; v++)
        if (!strcmp((*v)->name, name))
            return *v;
    return NULL;
}

static int unknown_verb(const char *name)
{
    const char *names[32];
    size_t n = 0;

    for (const verb *const *v = verbs; *v && n < 32; v++)
        names[n++] = (*v)->name;
    const char *near = nearest(name, n, names);
    fprintf(stderr, "error: onnxgrad has no verb '%s'\n", name);
    if (near)
        fprintf(stderr, "hint: did you mean onnxgrad %s?\n", near);
    else
        fputs("hint: onnxgrad help lists them\n", stderr);
    return USAGE;
}

static int run_help(command *c)
{
    const verb *v;

    if (!c->n_words) {
        overview(stdout);
        return DONE;
    }
    if (!(v = find_verb(c->words[0])))
        return unknown_verb(c->words[0]);
    usage_print(stdout, v);
    return DONE;
}

const verb verb_help = {
    .name = "help",
    .arguments = "[VERB]",
    .doc = "explain a verb with its options and their defaults",
    .max_words = 1,
    .run = run_help,
};

static bool asks_help(int argc, char **argv)
{
    for (int i = 2; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const verb *v;
    command c;
    int status;

    if (argc < 2) {
        overview(stderr);
        return USAGE;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("onnxgrad %s\n", og_version());
        return DONE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        overview(stdout);
        return DONE;
    }
    if (!(v = find_verb(argv[1])))
        return unknown_verb(argv[1]);
    if (asks_help(argc, argv) || (argc == 2 && (v->min_words || v->bare_help))) {
        usage_print(argc == 2 ? stderr : stdout, v);
        return argc == 2 ? USAGE : DONE;
    }
    if (!(status = command_parse(&c, v, argc, argv)))
        status = v->run(&c);
    command_free(&c);
    return status;
}
