/* Norms of a run, and what they show. */
#ifndef OG_TOOLS_NORMS_H
#define OG_TOOLS_NORMS_H

#include <onnxgrad/scan.h>

/* A table of all and of each layer, and a line for each finding. */
void norms_print(og_norms *norms);
/* The same and each parameter, as members of a JSON object that has members already. */
void norms_json(og_norms *norms);

#endif
