/* What a verb that trains on the side needs: a model, its data and the options of a trainer. */
#ifndef OG_TOOLS_SETUP_H
#define OG_TOOLS_SETUP_H

#include "tools/command.h"
#include "models/zoo.h"

/* Rows for the table of options of such a verb. */
#define SETUP_OPTIONS                                                                                 \
    { "data", 'd', "SRC", "of the zoo", "what to learn, as for train", false },                       \
        { "loss", 'l', "SPEC", "cross_entropy or mse", "as for train", false },                       \
        { "opt", 'c', "CHAIN", "of the zoo", "gradient transforms and optimizer", false },            \
        { "batch", 'b', "N", "64", "rows in a step", false },                                         \
        { "feed", 'f', "INPUT=ARRAY", "by name and order", "as for train", true },                    \
        { "train", 0, "GLOB", "found in the model", "train only tensors of these names", false },     \
        { "freeze", 0, "GLOB", NULL, "do not train tensors of these names", false },                  \
        { "tie", 0, NULL, NULL, "train a weight that was written twice as one", false },              \
        { "bn", 0, "MODE", "train", "BatchNormalization: train or frozen", false },                   \
        { "dropout", 0, "MODE", "train", "train, or file: as the file has it", false },               \
        { "init", 0, "FILE", "the model's own", "weights to begin with: a checkpoint, .npz", false }, \
        { "no-shuffle", 0, NULL, NULL, "take the rows in their own order", false },                   \
        { "seed", 's', "N", "0", "the first seed", false },                                           \
        { "threads", 't', "N", "what the jobs leave", "for one step", false },                        \
        { "max-memory", 0, "SIZE", "of the machine", "refuse to need more", false },                  \
        { "max-iterations", 0, "N", "1000000", "of all loops in one step", false },                   \
    {                                                                                                 \
        "disable", 0, "PASS,…", NULL, "plan passes not to run", false                                 \
    }

typedef struct setup {
    const command *c;
    const char *model_text, *source; /* MODEL, and SRC of the data */
    model model;
    og_dataset *data;
    og_train_options options; /* without a folder; of the first seed */
    const char **feeds;
} setup;

/* Prints what is wrong; gives an exit status.  To be closed in any case. */
int setup_open(setup *s, const command *c);
/* The model again, with the first weights of another seed, where they come from the zoo. */
int setup_seed(setup *s, uint64_t seed);
void setup_close(setup *s);

/* A training on the side: the chain, of so many steps; prints what is wrong.  *trainer is to be
 * freed in any case. */
int setup_trainer(const setup *s, const char *chain, int64_t steps, og_trainer **trainer);

/* The options above that say what is trained, for another command: how many words were written. */
size_t setup_words(const setup *s, const char **words, size_t most);

/* ---- Small things ---------------------------------------------------------------------------- */

/* Memory or text that the caller frees; without memory the command ends. */
void *take(size_t n, size_t size);
char *take_text(const char *format, ...) OG_PRINTF(1, 2);

/* FOLDER where it was asked for and is empty or not there, else PREFIX-1 or the next that is free,
 * made; prints what is wrong. */
int new_folder(const char *asked, const char *prefix, char **folder);

#endif
