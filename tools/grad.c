/* onnxgrad grad, onnxgrad step: gradients and training steps as standard ONNX files. */
#include "tools/command.h"
#include "models/zoo.h"

#include <onnxgrad/derive.h>

#include <string.h>

static int missing_output(const command *c)
{
    return usage_error(c->verb, "-o FILE must say where the result goes (or --print)");
}

/* The name of the file that was written, or the graph; what is likely to be a mistake before. */
static void print_result(og_graph *g, const char *out)
{
    for (size_t i = 0; og_step_warning(g, i); i++)
        fprintf(stderr, "warning: %s\n", og_step_warning(g, i));
    if (out)
        printf("%s\n", out);
    else
        fputs(og_graph_text(g), stdout);
}

/* Opens the model, lets `add` extend it and writes it. */
static int derive(command *c, og_derive_options *o, og_save_options *save,
                  og_status (*add)(og_graph *, const og_derive_options *))
{
    const char *out = command_text(c, "out", NULL);
    int64_t seed = 0;
    og_graph *inference = NULL;
    model m;
    int status;

    if (!out && !command_has(c, "print"))
        return missing_output(c);
    if (!command_whole(c, "seed", 0, &seed))
        return USAGE;
    if (!(status = model_open(&m, c->words[0], (uint64_t)seed))) {
        if (!o->loss && !o->of && m.zoo)
            o->loss = m.zoo->loss;
        if (!o->chain)
            o->chain = m.zoo ? m.zoo->chain : "clip_norm(1.0) | adam(lr=1e-3)";
        if (save && save->form == OG_SAVE_TRAINING_INFO)
            o->inference = &inference;
        status = add(m.graph, o) != OG_OK;
        if (save)
            save->inference = inference;
        if (status || (out && og_save(m.graph, out, save)))
            status = report_print(og_graph_report(m.graph));
        else
            print_result(m.graph, out);
    }
    og_graph_free(inference);
    model_close(&m);
    return status;
}

static int run_grad(command *c)
{
    og_derive_options o = { .loss = command_text(c, "loss", NULL),
                            .of = command_text(c, "of", NULL),
                            .wrt = command_text(c, "wrt", NULL),
                            .train = command_text(c, "train", NULL),
                            .freeze = command_text(c, "freeze", NULL),
                            .prefix = command_text(c, "prefix", NULL) };

    if (o.loss && o.of)
        return usage_error(c->verb, "--loss and --of exclude each other");
    return derive(c, &o, NULL, og_model_add_gradients);
}

static int run_step(command *c)
{
    const char *form = command_text(c, "form", "functional");
    og_derive_options o = { .loss = command_text(c, "loss", NULL),
                            .chain = command_text(c, "opt", NULL),
                            .strict = command_has(c, "strict"),
                            .train = command_text(c, "train", NULL),
                            .freeze = command_text(c, "freeze", NULL),
                            .bn = command_text(c, "bn", NULL) };
    og_save_options save = { .prefix = command_text(c, "prefix", NULL) };

    if (!strcmp(form, "training-info"))
        save.form = OG_SAVE_TRAINING_INFO;
    else if (strcmp(form, "functional"))
        return usage_error(c->verb, "--form is functional or training-info, not '%s'", form);
    return derive(c, &o, &save, og_model_add_step);
}

static const option grad_options[] = {
    { "out", 'o', "FILE", NULL, "the file to write", false },
    { "print", 0, NULL, NULL, "print the graph instead", false },
    { "loss", 'l', "SPEC", "of the zoo", "what is differentiated; its labels become inputs",
      false },
    { "of", 0, "OUTPUT", NULL, "differentiate the sum of an output instead", false },
    { "wrt", 'w', "GLOB", "the parameters", "by which parameters and inputs", false },
    { "train", 0, "GLOB", "found in the model", "only these tensors are parameters", false },
    { "freeze", 0, "GLOB", NULL, "these tensors are no parameters", false },
    { "prefix", 0, "TEXT", NULL, "before the names of outputs that are added", false },
    { "seed", 's', "N", "0", "of a zoo model's weights", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const option step_options[] = {
    { "out", 'o', "FILE", NULL, "the file to write", false },
    { "print", 0, NULL, NULL, "print the graph instead", false },
    { "loss", 'l', "SPEC", "of the zoo", "terms such as cross_entropy(logits, label)", false },
    { "opt", 'c', "CHAIN", "clip_norm(1.0) | adam(lr=1e-3)", "gradient transforms and optimizer",
      false },
    { "strict", 0, NULL, NULL, "likely mistakes in the order of stages are errors", false },
    { "form", 0, "FORM", "functional",
      "functional: state as inputs and NAME_new outputs; training-info", false },
    { "train", 0, "GLOB", "found in the model", "train only these tensors", false },
    { "freeze", 0, "GLOB", NULL, "do not train these tensors", false },
    { "bn", 0, "MODE", "train", "BatchNormalization: train, or frozen with its running statistics",
      false },
    { "prefix", 0, "TEXT", NULL, "before the names of outputs that are added", false },
    { "seed", 's', "N", "0", "of a zoo model's weights", false },
    { NULL, 0, NULL, NULL, NULL, false },
};

static const char *const grad_examples[] = {
    "onnxgrad grad zoo:mlp -o grad.onnx",
    "onnxgrad grad model.onnx --of score --wrt input -o saliency.onnx",
    NULL,
};

static const char *const step_examples[] = {
    "onnxgrad step zoo:lenet --opt \"clip_norm(1.0) | adam(lr=1e-3)\" -o step.onnx",
    "onnxgrad step model.onnx --loss \"mse(y, target)\" --form training-info -o train.onnx",
    NULL,
};

const verb verb_grad = {
    .name = "grad",
    .arguments = "MODEL -o FILE",
    .doc = "write the model with its gradients as a standard ONNX file",
    .examples = grad_examples,
    .options = grad_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_grad,
};

const verb verb_step = {
    .name = "step",
    .arguments = "MODEL -o FILE",
    .doc = "write a whole training step as a standard ONNX file",
    .examples = step_examples,
    .options = step_options,
    .min_words = 1,
    .max_words = 1,
    .run = run_step,
};
