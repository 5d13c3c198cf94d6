/* onnxgrad zoo: the models that need no file. */
#include "tools/command.h"
#include "models/zoo.h"

static int run_zoo(command *c)
{
    (void)c;
    for (const og_zoo *const *z = og_zoo_models; *z; z++)
        printf("zoo:%-9s %s\n", (*z)->name, (*z)->doc);
    return DONE;
}

const verb verb_zoo = {
    .name = "zoo",
    .arguments = "",
    .doc = "list the models that need no file",
    .run = run_zoo,
};
