/*
 * The trained file. A model that came from a file is that file with new numbers, whatever the
 * session did to its graph; a model made in C is written from its graph.
 */
#include "train/parameters.h"
#include "train/train.h"
#include "onnxgrad/file.h"

/* A parameter, or the average of it that the chain keeps last. */
static const og_tensor *final_numbers(const og_trainer *t, const char *name)
{
    for (size_t i = t->learn->averages.n; i-- > 0;)
        if (!strcmp(t->learn->averages.v[i].state->name, name))
            return og_state_tensor(og_trainer_state(t), t->learn->averages.v[i].update->name);
    return og_state_tensor(og_trainer_state(t), name);
}

static const og_tensor *new_weights(void *context, const char *name)
{
    const og_trainer *t = context;

    for (size_t i = 0; i < t->ties.n; i++)
        if (!strcmp(t->ties.v[i].name, name))
            return t->ties.v[i].tensor;
    return final_numbers(t, name);
}

og_status og_trainer_save(og_trainer *t, const char *path)
{
    const og_save_options o = { .weights = new_weights, .context = t };

    for (size_t i = 0; i < t->ties.n; i++) {
        const og_train_tie *tie = &t->ties.v[i];

        og_tie_copy(final_numbers(t, tie->twin), tie->tensor);
    }
    if (t->model->source)
        return og_model_save(t->model, path, new_weights, t, &t->report);
    return og_save(t->model, path, &o) ? og_trainer_fail(t, og_graph_report(t->model)) : OG_OK;
}
