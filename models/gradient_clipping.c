/*
 * Gradient clipping: a network with one hidden layer learns Fashion-MNIST by plain gradient
 * descent, and no step may use a gradient longer than 1.  Prints for each epoch the loss, the mean
 * norm of the gradient, how often the clip acted, and the accuracy on the 10,000 test images.
 *
 *     cc gradient_clipping.c $(pkg-config --cflags --libs onnxgrad) -o gradient_clipping
 *     ./gradient_clipping ["clip_norm(1.0) | sgd(lr=0.01)"]
 *
 * The images: apt install dataset-fashion-mnist
 */
#include <onnxgrad/onnxgrad.h>

#include <stdio.h>

static og_graph *make_network(void)
{
    og_graph *g = og_graph_new("mlp");
    og_value *image = og_input(g, "image", "float[batch,784]");
    og_value *hidden = og_relu(og_linear(image, 128, "fc1"));

    og_output(g, "logits", og_linear(hidden, 10, "fc2"));
    return g;
}

static bool print_epoch(void *context, const og_train_event *e)
{
    (void)context;
    if (e->kind == OG_TRAIN_EPOCH) {
        printf("epoch %2d: loss %.4f, norm %.3f, clipped %5.1f %% of the steps, test accuracy %.2f "
               "%%\n",
               (int)e->epoch, e->loss, e->grad_norm, 100 * e->clipped, 100 * e->eval_metric);
        fflush(stdout);
    }
    return true; /* go on */
}

static int failed(const og_report *report)
{
    fprintf(stderr, "%s\n%s\n%s\n", report->what, report->where, report->hint);
    return 1;
}

static int learn(og_graph *g, og_dataset *train, og_dataset *test, const char *chain)
{
    og_trainer *trainer;
    const og_train_options options = {
        .chain = chain,
        .batch = 64,
        .epochs = 10,
        .eval = test,
        .watch = print_epoch,
    };
    int status = 0;

    if (og_trainer_new(g, train, &options, &trainer) || og_trainer_run(trainer))
        status = failed(og_trainer_report(trainer));
    og_trainer_free(trainer);
    return status;
}

int main(int argc, char **argv)
{
    const char *chain = argc > 1 ? argv[1] : "clip_norm(1.0) | sgd(lr=0.01)";
    og_graph *g = make_network();
    og_dataset *train, *test = NULL;
    int status;

    if (og_dataset_open("fashion-mnist", &train))
        status = failed(og_dataset_report(train));
    else if (og_dataset_open("fashion-mnist:test", &test))
        status = failed(og_dataset_report(test));
    else
        status = learn(g, train, test, chain);
    og_dataset_free(test);
    og_dataset_free(train);
    og_graph_free(g);
    return status;
}
