/* Training: a model, data, a loss and a chain become a trainer, which makes batches, steps,
 * measurements, a log, checkpoints and the trained file. */
#ifndef ONNXGRAD_TRAIN_H
#define ONNXGRAD_TRAIN_H

#include "onnxgrad/data.h"
#include "onnxgrad/optim.h"
#include "onnxgrad/session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct og_trainer og_trainer;

/* What a trainer tells while it works. */
typedef enum og_train_event_kind {
    OG_TRAIN_NOTE,    /* something was decided: `note` */
    OG_TRAIN_STEP,    /* one batch was learned (or skipped) */
    OG_TRAIN_MEASURE, /* one batch of a measurement is done */
    OG_TRAIN_EPOCH,   /* an epoch ended and was measured */
    OG_TRAIN_SAVED    /* a checkpoint was written into the run folder */
} og_train_event_kind;

typedef struct og_train_event {
    og_train_event_kind kind;
    const char *note;
    int64_t epoch, epochs;  /* this one, from 1, and of how many (0: as many as the steps take) */
    int64_t step, steps;    /* done so far, and of how many in all */
    int64_t position, rows; /* in this epoch or measurement */
    og_run_info run;  /* of the last step; its clip_rate is of all steps, those before a stop too */
    double loss;      /* mean over this epoch's samples so far, without steps that were skipped */
    double clipped;   /* share of this epoch's steps in which a clip acted */
    int64_t skipped;  /* steps of this epoch whose gradient was not finite */
    double grad_norm; /* mean of this epoch's norms before the clip, without those */
    double seconds;   /* of this epoch's steps so far */
    double val_loss, val_metric, eval_loss,
        eval_metric;    /* OG_TRAIN_EPOCH; NaN where not measured */
    const char *metric; /* "accuracy" or "" */
    bool best;          /* the validation loss is the lowest so far */
} og_train_event;

/* Called after each step and measurement; false stops the trainer, which then gives OG_STOPPED. */
typedef bool og_train_watch(void *context, const og_train_event *event);

/* What of a file of named tensors is taken. */
typedef enum og_take_mode {
    OG_TAKE_NAMES,  /* what has a name of the model's; another shape is an error */
    OG_TAKE_STRICT, /* all of the model and nothing else, or it is an error */
    OG_TAKE_PARTIAL /* what has a name and the shape of the model's */
} og_take_mode;

/* Everything has a default: zero. */
typedef struct og_train_options {
    const char *loss;  /* "mse(y, target) + 0.05*output(aux)"; NULL: from the data, see below */
    const char *chain; /* NULL: "clip_norm(1.0) | adam(lr=1e-3)" */
    const og_stage *const *stages; /* that the chain may name beside the library's, ended by NULL */
    bool strict;                   /* warnings about the order of stages are errors */
    const char *const *feeds;      /* "input=array", ended by NULL; NULL: by order and name */
    const char *train,
        *freeze; /* selectors over names of tensors: train only these, and not those; NULL */
    bool tie;    /* weights that were written twice are trained as one */
    const char
        *bn; /* "frozen": operators with running statistics infer while training; NULL, "train" */
    const char *dropout;   /* "file": dropout as the file has it; NULL, "train" */
    int64_t batch;         /* 0: 64; the last batch of an epoch may be smaller */
    int64_t epochs, steps; /* where to stop, whichever comes first; both 0: 10 epochs */
    bool no_shuffle;
    uint64_t seed;      /* of the order of rows and of random operators */
    og_dataset *val;    /* chooses the best model, and stops early */
    og_dataset *eval;   /* only measured */
    int64_t patience;   /* epochs without a better validation loss; 0: never stop early */
    const char *metric; /* "accuracy"; NULL: accuracy for class labels; "none" */
    const char *init;   /* file of named tensors to begin with, such as a checkpoint; NULL: the
                           model's   own numbers */
    og_take_mode init_mode;
    bool init_optimizer; /* take the optimizer's state too: see og_trainer_take */
    const char *folder;  /* of the run: see below; NULL: as new_folder says */
    const char
        *new_folder; /* "runs/mlp": makes runs/mlp-1, or the next that is free; NULL: no folder */
    const char *command;    /* text for its command.txt; NULL: no such file */
    bool resume;            /* go on in that folder */
    const char *log;        /* a further copy of the log; NULL: none */
    bool norms;             /* of single gradients: in the log, and for og_trainer_norms */
    int64_t save_every;     /* steps between checkpoints; 0: one an epoch */
    int threads;            /* 0: as many as the process may use */
    size_t max_memory;      /* bytes; 0: what the machine has */
    int64_t max_iterations; /* of all loops in one step; 0: 1,000,000 */
    const char *disable;    /* passes not to run */
    og_train_watch *watch;  /* NULL: nobody is told */
    void *context;
} og_train_options;

/* A run folder holds command.txt, model.onnx (the last model; with options.val the best by
 * validation loss), last.safetensors (a checkpoint) and metrics.jsonl (an object a step).  One that
 * has anything in it is refused unless options.resume is set: then training goes on from the
 * checkpoint, or from the start where there is none, and gives the bits of a run that never
 * stopped. */

/* What the folder's model.onnx was measured with; NaN where it was not. */
typedef struct og_train_result {
    int64_t epoch;
    double loss, val_loss, val_metric, eval_loss, eval_metric;
} og_train_result;

/* Makes a trainer of `graph`, which it does not change and which must outlive it, as must the data.
 *
 * Without options.loss a model with one output learns cross_entropy of it for whole-number labels
 * (nll after a LogSoftmax), else mse, the label being the first array that no input takes.  The
 * first array feeds the only input, an array of an input's name that one.
 *
 * Unless memory is short *trainer is set even on failure, so that og_trainer_report can be read. */
OG_API og_status og_trainer_new(og_graph *graph, og_dataset *data, const og_train_options *options,
                                og_trainer **trainer);
OG_API void og_trainer_free(og_trainer *trainer);
OG_API const og_report *og_trainer_report(const og_trainer *trainer);

/* Learns one batch; an epoch's end is passed silently.  `info` may be NULL. */
OG_API og_status og_trainer_step(og_trainer *trainer, og_run_info *info);

/* Learns the rest of this epoch and measures. */
OG_API og_status og_trainer_epoch(og_trainer *trainer);

/* Learns until the epochs or steps are done, or patience ends; OG_STOPPED when the watch said so,
 * and what is needed to go on is then in the run folder. */
OG_API og_status og_trainer_run(og_trainer *trainer);
OG_API bool og_trainer_done(const og_trainer *trainer);
OG_API og_train_result og_trainer_result(const og_trainer *trainer);

/* A set that fits the inputs of a model and the labels of a loss (NULL: none): numbers in [-1, 1),
 * classes, whole numbers of 0 and 1; sizes that are free are 2.  The same for the same seed.  *data
 * as og_dataset_open has it. */
OG_API og_status og_dataset_made_up(const og_graph *graph, const char *loss, int64_t rows,
                                    uint64_t seed, og_dataset **data);

/* The norm of one parameter's gradient as it enters the first stage, and its part of the squared
 * norm of all. */
typedef struct og_train_norm {
    const char *parameter;
    double norm, share; /* NaN before the first step */
} og_train_norm;

/* Those of the last step: how many, and where they stand for the life of the trainer.  0 unless
 * options.norms was set. */
OG_API size_t og_trainer_norms(const og_trainer *trainer, const og_train_norm **norms);

/* The session that learns, for the facts of its plan. */
OG_API og_session *og_trainer_session(const og_trainer *trainer);

/* A number of the chain from the next step on, as og_session_set and og_session_get have it, which
 * the following checkpoints keep.  A failure (a name or number that is not allowed) is reported by
 * the trainer's session and does not end the training. */
OG_API og_status og_trainer_set(og_trainer *trainer, const char *name, double number);
OG_API og_status og_trainer_get(og_trainer *trainer, const char *name, double *number);

/* Mean loss and the metric over a set; either result may be NULL.  Where the chain keeps averages
 * of the weights (ema_weights, schedule_free …) these are measured. */
OG_API og_status og_trainer_measure(og_trainer *trainer, og_dataset *data, double *loss,
                                    double *metric);

/* The run folder, or NULL. */
OG_API const char *og_trainer_folder(const og_trainer *trainer);

/* The weights, slots and clocks by name. */
OG_API og_state *og_trainer_state(const og_trainer *trainer);

/* Everything that training goes on with, in a .safetensors file: state by name, and epoch,
 * position, step, seed and best as metadata.  A checkpoint of another model, chain or data is
 * refused. */
OG_API og_status og_trainer_checkpoint(og_trainer *trainer, const char *path);
OG_API og_status og_trainer_restore(og_trainer *trainer, const char *path);

/* Takes tensors by name from a file (a checkpoint, .npz, .safetensors) of another run, whatever
 * chain and data that had: weights and statistics, and with `optimizer` its slots, clocks and
 * numbers. Averages and other copies of the weights begin as the new ones unless the file has them.
 * A note says what was taken and what was missing, unexpected or of another shape.  Where that is
 * an error nothing is changed, and the report lists it. */
typedef struct og_take_options {
    og_take_mode mode;
    bool optimizer;
} og_take_options;
OG_API og_status og_trainer_take(og_trainer *trainer, const char *path,
                                 const og_take_options *options);

/* How each tensor of the model and of the file fared, also after a failure: how many, and where. */
typedef enum og_fit {
    OG_FIT_TAKEN,
    OG_FIT_MISSING,    /* the file has none of this name */
    OG_FIT_UNEXPECTED, /* the model has none */
    OG_FIT_SHAPE,      /* of another type or shape */
    OG_FITS
} og_fit;
typedef struct og_fitted {
    const char *name;
    og_fit fit;
    const char *found, *expected; /* "float[10,64]" in the file and in the model, or NULL */
} og_fitted;
OG_API size_t og_trainer_fits(const og_trainer *trainer, const og_fitted **fits);

/* Writes the model with the weights that og_trainer_measure measures: the file the graph was loaded
 * from with new numbers, or the graph itself where there is none. */
OG_API og_status og_trainer_save(og_trainer *trainer, const char *path);

#ifdef __cplusplus
}
#endif
#endif
