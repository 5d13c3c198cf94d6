/*
 * A stage of your own: clip_soft(c) bends each element of the gradient towards c instead of cutting
 * it there.  The first twenty lines are the stage; after that it stands in chains as all others do:
 * with its range checked, its number changed while training and kept in the checkpoint.
 *
 *     cc own_stage.c $(pkg-config --cflags --libs onnxgrad) -o own_stage && ./own_stage
 */
#include <onnxgrad/onnxgrad.h>
#include <onnxgrad/stage.h>

#include <stdio.h>

static og_status clip_soft_build(og_stage_context *s)
{
    for (size_t i = 0; i < og_stage_count(s); i++) {
        og_value *c = og_stage_cast(s, i, og_stage_argument(s, "c"));

        og_stage_out(s, i, og_mul(c, og_tanh(og_div(og_stage_in(s, i), c))));
    }
    return OG_OK;
}

static const og_stage clip_soft = {
    .name = "clip_soft",
    .doc = "c * tanh(g / c) for each element.",
    .traits = OG_STAGE_CLIP,
    .positional = 1,
    .arg = { { "c", OG_ARG_NUMBER, "1", "(0, inf)", "what no element reaches" } },
    .build = clip_soft_build,
};

static const char chain[] = "clip_soft(0.001) | adam(lr=3e-3)";
static const og_stage *const stages[] = { &clip_soft, NULL };

static int failed(const og_report *report)
{
    fprintf(stderr, "%s\n%s\n%s\n", report->what, report->where, report->hint);
    return 1;
}

static og_graph *make_network(void)
{
    og_graph *g = og_graph_new("digits");
    og_value *x = og_input(g, "x", "float[batch,64]");

    og_output(g, "logits", og_linear(og_relu(og_linear(x, 64, "fc1")), 10, "fc2"));
    return g;
}

static int learn(og_graph *g, og_dataset *data, og_dataset *test)
{
    const og_train_options options = { .chain = chain, .stages = stages, .epochs = 20 };
    og_run_info info = { .applied = false };
    og_trainer *trainer;
    double accuracy;
    int status = 0;

    if (og_trainer_new(g, data, &options, &trainer) || og_trainer_step(trainer, &info))
        status = failed(og_trainer_report(trainer));
    else if (og_trainer_set(trainer, "clip_soft.c", 0.1))
        status = failed(og_session_report(og_trainer_session(trainer)));
    else if (og_trainer_run(trainer) || og_trainer_measure(trainer, test, NULL, &accuracy))
        status = failed(og_trainer_report(trainer));
    else
        printf("norm of the first gradient %.3f, behind clip_soft %.3f; accuracy %.2f %%\n",
               info.grad_norm, info.grad_norm_after, 100 * accuracy);
    og_trainer_free(trainer);
    return status;
}

int main(void)
{
    const og_step_options options = { .stages = stages };
    og_graph *g = make_network();
    og_dataset *data = NULL, *test = NULL;
    og_chain *read;
    int status;

    if (og_chain_parse(chain, &options, &read))
        status = failed(og_chain_report(read));
    else if (og_dataset_open("digits", &data))
        status = failed(og_dataset_report(data));
    else if (og_dataset_open("digits:test", &test))
        status = failed(og_dataset_report(test));
    else
        status = !puts(og_chain_explain(read)) || learn(g, data, test);
    og_chain_free(read);
    og_dataset_free(test);
    og_dataset_free(data);
    og_graph_free(g);
    return status;
}
