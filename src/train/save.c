/*
 * The trained file. A model that came from a file is that file with new numbers, whatever the session did to its graph;
 * a model made in C is written from its graph.
 */
#include "train/train.h"
#include "onnxgrad/file.h"

static const og_tensor *new_weights(void *context, const char *name)
{
    return og_state_tensor(context, name);
}

og_status og_trainer_save(og_trainer *t, const char *path)
{
    og_state *state = og_trainer_state(t);
    const og_save_options o = { .weights = new_weights, .context = state };

    if (t->model->source)
        return og_model_save(t->model, path, new_weights, state, &t->report);
    return og_save(t->model, path, &o) ? og_trainer_fail(t, og_graph_report(t->model)) : OG_OK;
}
