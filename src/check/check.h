/*
 * check: runs cases that others wrote down, and compares.
 *
 * A file each: cases (finding and counting), backend (ONNX's layout), trajectory (training of
 * others), compare.
 */
#ifndef OG_CHECK_ROOM_H
#define OG_CHECK_ROOM_H

#include "graph/graph.h"
#include "onnxgrad/check.h"

typedef struct og_check {
    og_arena *arena; /* of this case */
    og_cases_options options;
    const char *folder;
    og_report *report;
} og_check;

/* An empty list, or NULL when memory is short; its own report; one more case, which is told to the
 * watch. */
og_cases *og_cases_new(const og_cases_options *options);
og_report *og_cases_errors(og_cases *cases);
og_status og_cases_add(og_cases *cases, const char *name, og_status status,
                       const og_report *report);

/* Run one case; the report says what went wrong, its code OG_UNSUPPORTED what cannot run yet. */
og_status og_check_backend(og_check *check);
og_status og_check_trajectory(og_check *check);

/* OG_BAD_VALUE with the first difference when the tensors differ by more than atol + rtol *
 * |expected|; integers, bools and strings must be equal, a NaN equals a NaN. */
og_status og_compare(const char *what, const og_tensor *found, const og_tensor *expected,
                     double rtol, double atol, og_report *report);

#endif
