/* Modes: operators that learn and infer in two ways (normalisation by batches, dropout), set to one
 * of them. */
#ifndef OG_TRAIN_MODE_H
#define OG_TRAIN_MODE_H

#include "graph/op.h"

typedef enum og_mode_change { OG_MODE_INFER, OG_MODE_LEARN, OG_MODE_FILE } og_mode_change;

/* Makes the statistics that operators update state, so that clones share them. */
og_status og_modes_statistics(og_graph *graph);

/* Sets the operators with statistics and the others; OG_MODE_FILE leaves them as they are.  Where
 * statistics are learned they are bound.  *changed counts the operators with statistics that
 * changed; may be NULL. */
og_status og_modes_set(og_graph *graph, og_mode_change statistics, og_mode_change others,
                       size_t *changed);

#endif
