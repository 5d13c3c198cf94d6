/* What other thresholds would have clipped, from the norms of a run that had its own. */
#ifndef OG_TOOLS_WHAT_IF_H
#define OG_TOOLS_WHAT_IF_H

#include <stdbool.h>
#include <stdint.h>

enum { WHAT_IFS = 32 };

typedef struct what_if {
    int n;
    int64_t steps, clipped[WHAT_IFS];
    double c[WHAT_IFS], coef[WHAT_IFS]; /* thresholds, sums of min(1, c / norm) */
} what_if;

/* "0.5,1,2": false when it is no list of numbers above 0, or too long. */
bool what_if_read(what_if *w, const char *list);
/* A step with a norm that is not finite counts for none. */
void what_if_add(what_if *w, double norm);
void what_if_print(const what_if *w, bool json);

#endif
