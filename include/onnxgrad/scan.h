/* Scans: how long gradients are, what other thresholds would have clipped, which threshold and
 * which learning rate to take, and why.  What `onnxgrad clip-scan` and `onnxgrad lr-find` do, apart
 * from starting processes. */
#ifndef ONNXGRAD_SCAN_H
#define ONNXGRAD_SCAN_H

#include "onnxgrad/optim.h"
#include "onnxgrad/train.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Histograms ------------------------------------------------------------------------------ */

/* Numbers from 0 up, counted in buckets of which eight double: what they say of a number is right
 * within 1/8 of an octave (9 %), and they take the same memory for any count. */
typedef struct og_histogram og_histogram;
OG_API og_histogram *og_histogram_new(void); /* NULL: no memory */
OG_API void og_histogram_free(og_histogram *histogram);

/* Infinities, NaN and numbers below 0 are counted apart and are in no answer below. */
OG_API void og_histogram_add(og_histogram *histogram, double x);
OG_API int64_t og_histogram_count(const og_histogram *histogram);
OG_API int64_t og_histogram_bad(const og_histogram *histogram);

/* Mean, and the number that a part `q` (0 to 1) of all lies below; 0 and 1 give the smallest and
 * largest exactly.  NaN when there are none. */
OG_API double og_histogram_mean(const og_histogram *histogram);
OG_API double og_histogram_quantile(const og_histogram *histogram, double q);

/* Share of the numbers above c, and the mean of min(1, c / x): what clip_norm(c) does to norms. */
OG_API double og_histogram_above(const og_histogram *histogram, double c);
OG_API double og_histogram_coef(const og_histogram *histogram, double c);

/* Hill's estimate of the tail's index over the largest tenth: with 2 or less the variance is
 * infinite, so single gradients decide; INFINITY where nothing lies above. */
OG_API double og_histogram_tail(const og_histogram *histogram);

/* The i-th bucket that holds anything, in order, false past the end: for pictures. */
OG_API bool og_histogram_bucket(const og_histogram *histogram, size_t i, double *low, double *high,
                                int64_t *count);

/* ---- Chains with another clip or rate -------------------------------------------------------- */

typedef struct og_chain_change {
    const char *clip; /* NULL: clips stay; "": they go; "clip_norm(1)": that in their place */
    double rate;      /* every learning rate times this; 0: as it is */
    double sweep;     /* each grows by this factor a step, whatever schedule it had; 0: not */
} og_chain_change;

/* A chain with changes, to be read by og_chain_text.  Clips are those of the chain itself: what
 * stands in groups or parentheses belongs to some parameters and stays.  A new one stands behind
 * what prepares gradients (accumulate, unscale, finite).  `rate` is the first learning rate, before
 * the change and of a schedule the value it is about; NaN where there is none; may be NULL.
 * Reports as og_chain_parse has them. */
OG_API og_status og_chain_vary(const char *chain, const og_chain_change *change, og_chain **varied,
                               double *rate);

#ifdef __cplusplus
}
#endif
#endif
