/* reduce: the driver that folds some axes of a tensor, for the operators of this family. */
#ifndef OG_REDUCE_H
#define OG_REDUCE_H

#include "kernels/kernels.h"
#include "ops/ops.h"

/* What happens to the folded number. */
typedef enum og_post { OG_POST_NONE, OG_POST_MEAN, OG_POST_SQRT, OG_POST_LOG } og_post;

/* .prepare: output 0 becomes input 0 folded over the axes where reduced[axis]; .run and .finish go
 * with it.  The order of the additions depends on the shape alone. */
og_status og_fold_prepare(og_call *c, og_fold fold, og_post post, const bool *reduced);
void og_fold_run(const og_call *c, int64_t piece, void *scratch);
void og_fold_finish(const og_call *c);

#endif
