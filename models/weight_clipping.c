/*
 * Clipping the gradient and clipping the weights, side by side.  A gradient clip bounds how far a
 * step goes and leaves the weights free; a weight clip bounds where they end, step after step, and
 * the gradients may be as long as they like: it does not save the run that explodes, and costs the
 * one that does not.
 *
 * 64-64-10 on the digits, 600 steps of 64 rows; accuracy on the test rows, the longest step of all
 * weights together, and the largest weight at the end.
 *
 *     cc weight_clipping.c $(pkg-config --cflags --libs onnxgrad) -lm -o weight_clipping
 *     ./weight_clipping
 */
#include <onnxgrad/onnxgrad.h>

#include <math.h>
#include <stdio.h>

static const char *const names[] = { "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias" };
enum { TENSORS = 4, MOST = 64 * 64, STEPS = 600 };

static og_graph *make_network(void)
{
    og_graph *g = og_graph_new("digits");
    og_value *image = og_input(g, "image", "float[batch,64]");

    og_output(g, "logits", og_linear(og_relu(og_linear(image, 64, "fc1")), 10, "fc2"));
    return g;
}

static int failed(const og_report *report)
{
    fprintf(stderr, "%s\n%s\n%s\n", report->what, report->where, report->hint);
    return 1;
}

/* How far the weights are from where they were, which becomes where they are. */
static double move(og_state *state, float before[TENSORS][MOST], double *largest)
{
    double squares = 0;

    *largest = 0;
    for (int i = 0; i < TENSORS; i++) {
        const og_tensor *t = og_state_tensor(state, names[i]);
        const float *w = t->data;

        for (int64_t k = 0; k < t->count; k++) {
            double d = (double)w[k] - (double)before[i][k];

            squares += d * d;
            *largest = fmax(*largest, fabs((double)w[k]));
            before[i][k] = w[k];
        }
    }
    return sqrt(squares);
}

static int print_run(og_dataset *train, og_dataset *test, const char *chain)
{
    static float weights[TENSORS][MOST];
    const og_train_options options = { .chain = chain, .steps = STEPS, .threads = 1 };
    og_graph *g = make_network();
    og_trainer *trainer = NULL;
    double largest, longest = 0, accuracy;
    og_status status = og_trainer_new(g, train, &options, &trainer);

    if (!status)
        (void)move(og_trainer_state(trainer), weights, &largest);
    for (int k = 0; !status && k < STEPS; k++)
        if (!(status = og_trainer_step(trainer, NULL)))
            longest = fmax(longest, move(og_trainer_state(trainer), weights, &largest));
    if (!status && !(status = og_trainer_measure(trainer, test, NULL, &accuracy)))
        printf("%-36s %8.1f %% %12.3g %12.3g\n", chain, 100 * accuracy, longest, largest);
    if (status)
        (void)failed(og_trainer_report(trainer));
    og_trainer_free(trainer);
    og_graph_free(g);
    return status != OG_OK;
}

int main(void)
{
    static const char *const chains[] = {
        "sgd(lr=2)",   "clip_norm(0.5) | sgd(lr=2)",   "sgd(lr=2) | weight_clip(0.1)",
        "sgd(lr=0.3)", "clip_norm(0.5) | sgd(lr=0.3)", "sgd(lr=0.3) | weight_clip(0.1)",
    };
    og_dataset *train, *test = NULL;
    int status = 0;

    if (og_dataset_open("digits", &train) || og_dataset_open("digits:test", &test))
        status = failed(og_dataset_report(test ? test : train));
    else
        printf("%-36s %10s %12s %12s\n", "chain", "accuracy", "longest step", "largest w");
    for (int i = 0; !status && i < 6; i++)
        status = print_run(train, test, chains[i]);
    og_dataset_free(test);
    og_dataset_free(train);
    return status;
}
