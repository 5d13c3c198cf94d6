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

/* ---- Norms of a run -------------------------------------------------------------------------- */

/* Histograms of the gradient's norm, of all parameters together and of each, and what they show.
 * The trainer must have been made with options.norms. */
typedef struct og_norms og_norms;

/* For the parameters of a trainer; the trainer need not outlive it.  NULL: no memory. */
OG_API og_norms *og_norms_new(const og_trainer *trainer);
OG_API void og_norms_free(og_norms *norms);

/* After each step: takes the norms that it measured.  A step that was skipped counts as a
 * bad number where its norm was not finite, else not at all. */
OG_API void og_norms_add(og_norms *norms, const og_trainer *trainer, const og_run_info *info);

/* Norms of a layer are those of its parameters together: `fc1` of fc1.weight and fc1.bias. */
OG_API size_t og_norms_parameters(const og_norms *norms);
OG_API size_t og_norms_layers(const og_norms *norms);

/* The histogram with the name, and the mean share of the squared norm, of all together, of the i-th
 * parameter, of the i-th layer; NULL past the end.  Everything belongs to `norms`. */
typedef struct og_norm {
    const char *name;
    const og_histogram *histogram;
    double share;
} og_norm;
OG_API const og_norm *og_norms_all(const og_norms *norms);
OG_API const og_norm *og_norms_parameter(const og_norms *norms, size_t i);
OG_API const og_norm *og_norms_layer(const og_norms *norms, size_t i);

/* The i-th thing that the norms show, as a sentence; NULL past the end.  `kind` is one word for
 * programs: steady, spikes, one_layer, vanishing, exploding, no_gradient.  `kind` may be NULL. */
OG_API const char *og_norms_finding(og_norms *norms, size_t i, const char **kind);

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

/* ---- Trials ---------------------------------------------------------------------------------- */

/* One way to train that was tried from the same start with several seeds; the seeds and their order
 * are those of all trials that are compared. */
typedef struct og_trial {
    const char *name; /* "none", "clip_norm(0.5)" */
    size_t seeds;
    const double *loss;   /* [seeds] at the end; NaN or infinite: it diverged */
    double clipped, coef; /* share of steps in which a clip acted, mean of its coefficients */
} og_trial;

/* Mean, smallest and largest loss of the seeds that did not diverge (NaN: all did), how many did.
 */
typedef struct og_trial_loss {
    double mean, least, most;
    size_t diverged;
} og_trial_loss;
OG_API og_trial_loss og_trial_sum(const og_trial *trial);

/* Whether `a` is clearly better than `b`: fewer seeds diverged, at least a third of them; or it is
 * better by a hundredth, in every seed, and by twice the standard error of the differences. */
OG_API bool og_trial_better(const og_trial *a, const og_trial *b);

/* The best: fewest seeds diverged, then the least mean; the first of equals. */
OG_API size_t og_trial_best(const og_trial *trials, size_t n);

/* Successive halving for those who must not be wrong: stop[i] becomes true for trials that the best
 * one clearly beats, and by far: its loss is half as large again, or more than a fifth of the way
 * from the loss at the start, `first`, behind.  At most half of all, the worst first, never the
 * first one (no clip).  Early on a plateau nobody is far behind, and nobody is stopped. */
OG_API void og_trial_stop(const og_trial *trials, size_t n, double first, bool stop[]);

/* What is to be done, and why. */
typedef enum og_advice {
    OG_ADVICE_CLIP,       /* take the clip */
    OG_ADVICE_SAME,       /* it makes no difference */
    OG_ADVICE_LOWER_RATE, /* it is a lower learning rate in disguise: take that instead */
    OG_ADVICE_DIVERGED    /* nothing that was tried trains */
} og_advice;

typedef struct og_decision {
    og_advice advice;
    char reason[640]; /* a sentence without a stop at its end */
} og_decision;

/* Decides between no clip and the best clip, on seeds that did not choose it.  `slower` is no clip
 * at a learning rate times the clip's mean coefficient, by a name that says so; NULL: not tried. */
OG_API og_decision og_trial_decide(const og_trial *none, const og_trial *clip,
                                   const og_trial *slower);

/* ---- Learning rates -------------------------------------------------------------------------- */

/* What a sweep says in which the rate grew by a factor a step. */
typedef struct og_rate_advice {
    double rate;                    /* the one to take, of one digit; NaN: the loss fell nowhere */
    double steepest, lowest, grows; /* where the loss fell fastest, was lowest, grew again past half
                                       of what it had fallen (NaN: nowhere) */
    char reason[320];
} og_rate_advice;

/* From rates and the losses at them, which are smoothed into smooth[n] (may be NULL); a loss that
 * is not finite ends the sweep. */
OG_API og_rate_advice og_rate_suggest(size_t n, const double *rate, const double *loss,
                                      double *smooth);

#ifdef __cplusplus
}
#endif
#endif
