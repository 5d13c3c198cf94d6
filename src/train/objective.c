/* What is learned and what is measured: the loss, and the metric that compares what the loss
 * compares. */
#include "train/train.h"

static bool whole_numbers(const og_data_array *a)
{
    return a->elem == OG_INT64 || a->elem == OG_INT32;
}

/* The loss where none was asked for: by the model's output and the kind of the label. */
static og_status default_loss(og_trainer *t, const og_graph *g)
{
    const og_data_array *label = og_feeds_label(t, g);
    const og_value *y = g->outputs.n ? g->outputs.v[0] : NULL;
    const char *term = "mse";

    if (!y || g->outputs.n > 1 || !label) {
        og_fail(&t->report, OG_BAD_ARGUMENT, "no loss was given, and the model has %zu outputs%s",
                g->outputs.n, label ? "" : " and the data no array for a label");
        og_report_hint(&t->report, "say it with --loss, for example cross_entropy(logits, label)");
        return OG_BAD_ARGUMENT;
    }
    if (whole_numbers(label))
        term = y->node && !strcmp(y->node->op->name, "LogSoftmax") ? "nll" : "cross_entropy";
    t->spec = og_arena_print(t->arena, "%s(\"%s\", \"%s\")", term, y->name, label->name);
    if (!t->spec)
        return og_trainer_no_memory(t);
    og_trainer_note(t, "loss %s", t->spec);
    return OG_OK;
}

/* Accuracy compares what the first term of the loss compares; the label must be fed as it is. */
static og_status choose_metric(og_trainer *t, const og_loss *loss)
{
    const char *asked = t->options.metric;
    bool classes = loss->class_axis >= 0 && loss->label && loss->label->input;

    if (asked && strcmp(asked, "accuracy") && strcmp(asked, "none")) {
        og_fail(&t->report, OG_BAD_ARGUMENT, "unknown metric '%s'", asked);
        og_report_hint(&t->report, "metrics are accuracy and none");
        return OG_BAD_ARGUMENT;
    }
    if (asked && !strcmp(asked, "accuracy") && !classes)
        return og_fail(&t->report, OG_BAD_ARGUMENT,
                       "accuracy needs a loss of classes, such as cross_entropy");
    if (!classes || (asked && !strcmp(asked, "none")))
        return OG_OK;
    t->prediction = og_arena_string(t->arena, loss->prediction->name);
    t->label = og_arena_string(t->arena, loss->label->name);
    t->class_axis = (int)loss->class_axis;
    return t->prediction && t->label ? OG_OK : og_trainer_no_memory(t);
}

og_status og_objective_add(og_trainer *t, og_graph *g)
{
    og_loss loss = { 0 };

    t->spec = t->options.loss;
    if (!t->spec)
        OG_TRY(default_loss(t, g));
    if (og_loss_build(g, t->spec, &loss))
        return og_trainer_fail(t, og_graph_report(g));
    OG_TRY(og_feeds_match(t, g)); /* the labels */
    OG_TRY(og_feeds_check(t, g));
    t->loss = og_arena_string(t->arena, loss.value->name);
    return t->loss ? choose_metric(t, &loss) : og_trainer_no_memory(t);
}
