/* einsum: the equation of Einsum as lists of labels. */
#ifndef OG_EINSUM_H
#define OG_EINSUM_H

#include "base/base.h"

enum {
    EINSUM_LETTERS =
        52, /* a-z, A-Z; the axes that an ellipsis stands for follow, counted from the right */
    EINSUM_LABELS = EINSUM_LETTERS + OG_MAX_RANK,
    EINSUM_INPUTS = 64
};

/* The labels of a tensor's axes. */
typedef struct einsum_term {
    int n;
    uint8_t label[OG_MAX_RANK];
} einsum_term;

typedef struct einsum {
    int n_in;
    einsum_term in[EINSUM_INPUTS], out;
} einsum;

/* Reads an equation for inputs of these ranks; false with a sentence in `why` when it does not fit
 * them. */
bool og_einsum_read(const char *equation, int n_in, const int *ranks, einsum *e, char *why,
                    size_t size);

/* The axis of a label, or -1. */
int og_einsum_axis(const einsum_term *t, int label);

#endif
