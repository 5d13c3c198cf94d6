/* Models by what the user calls them: a file, or zoo:NAME. */
#include "tools/command.h"
#include "models/zoo.h"

#include <string.h>

static int open_zoo(model *m, const char *name, uint64_t seed)
{
    const char *names[64], *near;
    size_t n = 0;

    for (const og_zoo *const *z = og_zoo_models; *z && n < 64; z++) {
        names[n++] = (*z)->name;
        if (!strcmp((*z)->name, name))
            m->zoo = *z;
    }
    if (!m->zoo) {
        fprintf(stderr, "error: the zoo has no model '%s'\n", name);
        if ((near = nearest(name, n, names)))
            fprintf(stderr, "hint: did you mean zoo:%s?\n", near);
        else
            fputs("hint: onnxgrad zoo lists them\n", stderr);
        return USAGE;
    }
    m->graph = og_graph_new(m->zoo->name);
    og_layers_seed(m->graph, seed);
    if (m->graph)
        m->zoo->build(m->graph);
    return og_graph_status(m->graph) ? report_print(og_graph_report(m->graph)) : DONE;
}

/* The file's name without its ending; of a "model.onnx" the folder's. */
static void name_of(model *m, const char *path)
{
    const char *end = path + strlen(path), *base;

    for (int round = 0; round < 2; round++) {
        base = end;
        while (base > path && base[-1] != '/')
            base--;
        snprintf(m->name, sizeof m->name, "%.*s", (int)(end - base), base);
        if (!round)
            m->name[strcspn(m->name, ".")] = '\0';
        if (strcmp(m->name, "model") && *m->name)
            return;
        end = base > path ? base - 1 : path;
    }
    if (!*m->name || !strcmp(m->name, ".") || !strcmp(m->name, ".."))
        snprintf(m->name, sizeof m->name, "model");
}

static int open_model(model *m, const char *text, uint64_t seed, const og_load_options *options)
{
    *m = (model){ 0 };
    if (!strncmp(text, "zoo:", 4)) {
        snprintf(m->name, sizeof m->name, "%s", text + 4);
        return open_zoo(m, text + 4, seed);
    }
    name_of(m, text);
    return og_load(text, options, &m->graph) ? report_print(og_graph_report(m->graph)) : DONE;
}

int model_open(model *m, const char *text, uint64_t seed)
{
    return open_model(m, text, seed, NULL);
}

int model_look(model *m, const char *text)
{
    return open_model(m, text, 0, &(og_load_options){ .keep_unknown = true });
}

void model_close(model *m)
{
    og_graph_free(m->graph);
}
