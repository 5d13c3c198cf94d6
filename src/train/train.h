/*
 * train: the training session. One graph is cloned twice, to be trained and to be measured; both
 * work on one state.
 *
 * A file each: trainer (made, told of, freed), learn (steps and epochs), feeds (arrays to inputs),
 * objective (loss and metric), measure (both over a set), checkpoint, log, folder (of a run), save
 * (the trained file), layers.
 */
#ifndef OG_TRAIN_ROOM_H
#define OG_TRAIN_ROOM_H

#include "data/data.h"
#include "graph/op.h"
#include "onnxgrad/optim.h"
#include "onnxgrad/train.h"

/* ---- Feeds: which array goes into which input ------------------------------------------------ */

/* An input with the rows it gets; `tensor` is a batch in memory of its own. */
typedef struct og_train_feed {
    const char *input, *array;
    size_t place;     /* of the array in the training set */
    og_tensor tensor; /* over `data`; dims[0] is the number of rows of the batch at hand */
    int64_t *dims;
    int64_t row; /* elements of a row */
    void *data;  /* room for the largest batch */
} og_train_feed;

typedef struct og_train_feeds {
    size_t n;
    og_train_feed *v;
    og_feed *feeds; /* [n], what a session takes */
} og_train_feeds;

/* ---- The trainer ----------------------------------------------------------------------------- */

/* Sums over the steps of an epoch so far. */
typedef struct og_train_sums {
    double loss, norm, seconds;
    int64_t rows, steps, clipped, skipped;
} og_train_sums;

/* The log: lines are kept in a buffer and written before each checkpoint, and now and then. */
typedef struct og_train_log {
    og_file files[2];
    size_t n;
    double flushed; /* when */
} og_train_log;

/* A weight that follows another one: saved from its numbers. */
typedef struct og_train_tie {
    const char *name, *twin; /* which holds it transposed */
    og_tensor *tensor;       /* its numbers when last saved */
} og_train_tie;

struct og_trainer {
    og_arena *arena;
    og_report report;
    og_train_options options; /* texts copied */
    og_graph *model;          /* the caller's */
    og_graph *learn, *check;  /* with loss and update; with loss, for measuring */
    og_session *learning, *checking;
    og_dataset *data;
    og_batches *batches;
    og_train_feeds feeds;
    const char *spec;               /* of the loss */
    const char *loss;               /* name of its value */
    const char *prediction, *label; /* what accuracy compares; NULL: no metric */
    int class_axis;
    int64_t step;    /* batches learned */
    int64_t clipped; /* of them, in how many a clip acted */
    og_train_sums sums;
    struct {
        size_t n;
        og_train_norm *v;     /* of the last step */
        const char **fetches; /* the values they are read from */
        og_tensor *results;
    } norms; /* n 0: not asked for */
    struct {
        size_t n;
        og_fitted *v;
    } fits; /* of the last og_trainer_take */
    og_run_info last;
    double best;            /* lowest validation loss */
    int64_t stale;          /* epochs since then */
    og_train_result result; /* of the model that is kept */
    double seconds;         /* of all steps */
    int64_t samples;
    og_train_log log;
    struct {
        size_t n;
        og_train_tie *v;
    } ties;
    bool stopped;
};

og_status og_trainer_fail(og_trainer *t, const og_report *from);
void og_trainer_note(og_trainer *t, const char *format, ...) OG_PRINTF(2, 3);
/* Fills in where training stands; tell does unless the event has an epoch, and gives false when the
 * watch wants to stop. */
void og_trainer_describe(const og_trainer *t, og_train_event *event);
bool og_trainer_tell(og_trainer *t, og_train_event *event);

og_status og_trainer_no_memory(og_trainer *t);

og_status og_objective_add(og_trainer *t, og_graph *g); /* the loss, and what the metric compares */

/* Makes the first size of the fed inputs free where the data come in batches of another. */
og_status og_rebatch(og_trainer *t, og_graph *g);

/* Takes the numbers of options.init, where there is one. */
og_status og_trainer_begin(og_trainer *t);

/* Opens or makes the run folder, restores its checkpoint and cuts the log back to it. */
og_status og_run_open(og_trainer *t);
og_status og_run_save(og_trainer *t,
                      bool model); /* the checkpoint, after the model if it is to be kept */

og_status og_log_open(og_trainer *t);
og_status og_log_step(og_trainer *t, size_t rows);
og_status og_log_flush(og_trainer *t);
void og_log_close(og_trainer *t);

/* The array that feeds an input of the model: by --feed, by name, by order.  NULL after a failure.
 */
og_status og_feeds_match(og_trainer *t, og_graph *g);
og_status og_feeds_check(og_trainer *t, const og_graph *g);
/* The label's array must be known before the loss is. */
const og_data_array *og_feeds_label(const og_trainer *t, const og_graph *g);
/* Shapes, adapted, and memory for a batch; all inputs of `g`, labels included. */
og_status og_feeds_open(og_trainer *t, og_graph *g);
void og_feeds_close(og_train_feeds *feeds);
og_status og_feeds_fill(og_trainer *t, og_dataset *data, const int64_t *rows, size_t n);

#endif
