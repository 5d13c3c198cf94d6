/* The zoo: models in C that the command knows as zoo:NAME.  A file here defines `const og_zoo
 * og_zoo_NAME`; the list of them is generated. */
#ifndef ONNXGRAD_ZOO_H
#define ONNXGRAD_ZOO_H

#include <onnxgrad/onnxgrad.h>

typedef struct og_zoo {
    const char *name, *doc;
    void (*build)(og_graph *graph); /* inputs, layers, outputs; failures wait in the graph */
    /* what `train` takes unless it is told otherwise */
    const char *data, *eval, *loss, *chain, *metric;
    int64_t batch, epochs; /* 0: the defaults of `train` */
} og_zoo;

extern const og_zoo *const og_zoo_models[]; /* ended by NULL */

#endif
