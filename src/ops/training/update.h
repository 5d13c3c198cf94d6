/* update: the driver of fused update operators, whose tensors all have one shape and whose other
 * inputs are scalars. */
#ifndef OG_UPDATE_H
#define OG_UPDATE_H

#include "kernels/kernels.h"
#include "ops/ops.h"

/* Outputs have input 0's shape; the next `tensors` - 1 inputs must have it too, the rest must be
 * scalars. */
og_status og_update_infer(og_infer *c, int tensors);

/* For .prepare and .run of a descriptor with .loop. */
og_status og_update_prepare(og_call *c);
void og_update_run(const og_call *c, int64_t piece, void *scratch);

#endif
