/* One trajectory being followed; what its two files share. */
#ifndef OG_CHECK_TRAJECTORY_H
#define OG_CHECK_TRAJECTORY_H

#include "check/check.h"
#include "data/json.h"
#include "onnxgrad/data.h"
#include "onnxgrad/optim.h"
#include "onnxgrad/session.h"

typedef struct og_trajectory {
    og_check *check;
    const og_json *json;
    og_graph *base;            /* the model with its loss and its parameters */
    og_graph *learn, *measure; /* clones: with the update; without */
    og_session *learning, *measuring;
    const char *loss; /* name of its value */
    og_arrays *batches;
    int64_t distinct, accumulate, steps;
    og_feed *feeds;
    size_t n_feeds;
} og_trajectory;

/* Points the feeds at a micro-batch of a step. */
og_status og_trajectory_feed(og_trajectory *t, int64_t step, int64_t micro);
/* A clone of the base in which nothing is bound, and a session of a graph. */
og_graph *og_trajectory_measuring(const og_trajectory *t);
og_status og_trajectory_session(og_trajectory *t, og_graph *g, og_state *state, og_session **s);

/* The gradients of the first step; parameters and statistics at the end. */
og_status og_trajectory_gradients(og_trajectory *t);
og_status og_trajectory_finals(og_trajectory *t);

#endif
