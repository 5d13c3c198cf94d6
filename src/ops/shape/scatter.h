/* scatter: what the operators share that read or write at computed places. */
#ifndef OG_SCATTER_H
#define OG_SCATTER_H

#include "kernels/rows.h"
#include "ops/ops.h"

/* ---- Elements along an axis (GatherElements, ScatterElements) -------------------------------- */

typedef struct og_elements {
    const og_tensor *indices;
    int rank, axis;
    int64_t strides[OG_MAX_RANK]; /* of the data */
    int64_t size;                 /* of the data's axis */
    int64_t row, rows;            /* of the indices: length of the last axis, number of such rows */
} og_elements;

void og_elements_set(og_elements *e, const og_tensor *data, const og_tensor *indices, int64_t axis);

/* The places in the data of n elements of row `r` from `first` on. */
void og_elements_places(const og_elements *e, int64_t r, int64_t first, int64_t n, int64_t *places);

/* Shape rule: ranks agree, and no index is longer than the data except along the axis. */
og_status og_elements_infer(og_infer *c, int64_t axis, int *resolved);

/* ---- Tuples (GatherND, ScatterND) ------------------------------------------------------------ */

/* Each tuple, the last axis of the indices, names a row of the data behind `batch` common axes. */
typedef struct og_tuples {
    const og_tensor *indices;
    int length;                 /* of a tuple */
    int64_t sizes[OG_MAX_RANK]; /* of the axes that a tuple names */
    int64_t row;                /* elements behind them */
    int64_t places;             /* rows within a batch: the product of sizes */
    int64_t batches, n;         /* n tuples in each batch */
} og_tuples;

void og_tuples_set(og_tuples *t, const og_tensor *data, const og_tensor *indices, int batch);

/* The row number within its batch that tuple i (over all batches) names. */
int64_t og_tuples_place(const og_tuples *t, int64_t i);

/* .check: every number of a tuple lies within its axis. */
og_status og_tuples_check(og_call *c, const og_tuples *t);

/* ---- Reductions ------------------------------------------------------------------------------ */

/* Reads the attribute `reduction`; fails for an unknown word. */
og_status og_scatter_how(og_infer *c, const char *reduction);
og_join og_scatter_join(const char *reduction);

/* The oldest version that has a reduction. */
int og_scatter_since(const char *reduction);

/* .prepare: arithmetic in this element type is there. */
og_status og_scatter_type(og_call *c, const char *reduction);

/* The gradient of ScatterElements and ScatterND, `op` and its inverse `gather` with their
 * attributes but the reduction; see scatter_rules.c. */
typedef struct og_scatter_rule {
    const char *op, *gather;
    bool has_axis;
    int64_t axis;
} og_scatter_rule;
void og_scatter_gradient(og_grad *c, const og_scatter_rule *r, const char *reduction);

#endif
