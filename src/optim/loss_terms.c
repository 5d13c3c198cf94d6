/*
 * The terms a loss is made of, as nodes. Formulas, reductions and defaults are PyTorch's.
 */
#include "optim/optim.h"

#define PREDICTION                                                                                 \
    {                                                                                              \
        "prediction", OG_ARG_WORD, NULL, NULL, "the output of the graph"                           \
    }
#define LABEL                                                                                      \
    {                                                                                              \
        "label", OG_ARG_WORD, NULL, NULL, "the name of the input that holds the truth"             \
    }
#define REDUCTION                                                                                  \
    {                                                                                              \
        "reduction", OG_ARG_WORD, "mean", "mean sum", "over what elements"                         \
    }
#define IGNORE                                                                                     \
    {                                                                                              \
        "ignore_index", OG_ARG_WHOLE, "-100", NULL, "a label that does not count"                  \
    }
#define CLASS_AXIS                                                                                 \
    {                                                                                              \
        "class_axis", OG_ARG_WHOLE, "1", NULL, "the prediction's axis of classes"                  \
    }
#define WEIGHT(doc)                                                                                \
    {                                                                                              \
        "weight", OG_ARG_WORD, "\"\"", NULL, doc                                                   \
    }

static bool is_word(const og_term_context *c, const char *name, const char *word)
{
    return strcmp(og_term_word(c, name), word) == 0;
}

static og_value *sum_all(og_value *x)
{
    return og_reduce("ReduceSum", x, (og_ints){ 0, NULL }, false);
}

static og_value *reduced(og_term_context *c, og_value *x)
{
    if (is_word(c, "reduction", "sum"))
        return sum_all(x);
    if (is_word(c, "reduction", "batchmean"))
        return og_div(sum_all(x), og_cast_like(og_size_along(x, 0), x));
    return og_reduce("ReduceMean", x, (og_ints){ 0, NULL }, false);
}

/* ---- Classes --------------------------------------------------------------------------------- */

/* The loss operators want the classes at axis 1: moves them there, or makes the prediction a
 * matrix. */
static void classes_to_front(og_term_context *c)
{
    int rank = og_rank(c->x);
    int64_t perm[OG_MAX_RANK], n = 0;

    if (rank == 1) {
        c->x = og_unsqueeze(c->x, OG_INTS(0));
        c->t = og_unsqueeze(c->t, OG_INTS(0));
    } else if (c->axis == rank - 1 && rank > 2) {
        c->x = og_flatten(c->x, c->axis);
        c->t = og_reshape_to(c->t, 1, (const int64_t[]){ -1 });
    } else if (c->axis != 1) {
        perm[n++] = c->axis == 0; /* the first of the others */
        perm[n++] = c->axis;
        for (int64_t i = 0; i < rank; i++)
            if (i != perm[0] && i != c->axis)
                perm[n++] = i;
        c->x = og_transpose(c->x, (og_ints){ n, perm });
    }
}

static og_value *loss_node(og_term_context *c, const char *op, og_value *x, og_value *weight)
{
    const og_attr attrs[] = { OG_SET_STRING("reduction", og_term_word(c, "reduction")),
                              OG_SET_INT("ignore_index",
                                         (int64_t)og_term_number(c, "ignore_index")),
                              { .name = NULL } };

    return OG_OP(op, attrs, x, c->t, weight);
}

/* Over the classes -sum w log p / number of classes, where the label counts; the mean divides by
 * what the labels weigh, as that of the main part does. */
static og_value *smooth_part(og_term_context *c, og_value *log_p, og_value *weight)
{
    og_value *zero = og_scalar_like(log_p, 0), *label = og_cast(c->t, OG_INT64), *counts, *each,
             *total;
    og_value *ignored =
        og_equal(label, og_scalar(c->graph, OG_INT64, og_term_number(c, "ignore_index")));
    og_value *some = og_where(ignored, og_scalar(c->graph, OG_INT64, 0), label);
    int64_t column[OG_MAX_RANK] = { -1 };

    for (int i = 1; i < og_rank(log_p) - 1; i++)
        column[i] = 1;
    each = log_p;
    if (weight)
        each = og_mul(log_p, og_reshape_to(weight, og_rank(log_p) - 1, column));
    each = og_neg(og_reduce("ReduceSum", each, OG_INTS(1), false));
    total = sum_all(og_where(ignored, zero, each));
    total = og_div(total, og_cast_like(og_size_along(log_p, 1), log_p));
    if (is_word(c, "reduction", "sum"))
        return total;
    counts = weight ? OG_OP("Gather", NULL, weight, some)
                    : og_expand(og_scalar_like(log_p, 1), og_shape_of(label));
    return og_div(total, sum_all(og_where(ignored, zero, counts)));
}

static og_value *cross_entropy_build(og_term_context *c)
{
    double smoothing = og_term_number(c, "label_smoothing");
    og_value *weight = og_term_value(c, "weight"), *log_p, *main;

    classes_to_front(c);
    if (smoothing == 0)
        return loss_node(c, "SoftmaxCrossEntropyLoss", c->x, weight);
    log_p = OG_OP("LogSoftmax", OG_ATTRS(OG_SET_INT("axis", 1)), c->x);
    main = loss_node(c, "NegativeLogLikelihoodLoss", log_p, weight);
    return og_add(og_times(main, 1 - smoothing),
                  og_times(smooth_part(c, log_p, weight), smoothing));
}

static og_value *nll_build(og_term_context *c)
{
    og_value *weight = og_term_value(c, "weight");

    classes_to_front(c);
    return loss_node(c, "NegativeLogLikelihoodLoss", c->x, weight);
}

/* ---- Distances ------------------------------------------------------------------------------- */

static og_value *mse_build(og_term_context *c)
{
    og_value *d = og_sub(c->x, c->t);

    return reduced(c, og_mul(d, d));
}

static og_value *l1_build(og_term_context *c)
{
    return reduced(c, og_abs(og_sub(c->x, c->t)));
}

/* |d| < beta ? d^2 / (2 beta) : |d| - beta / 2 */
static og_value *smooth_l1_build(og_term_context *c)
{
    double beta = og_term_number(c, "beta");
    og_value *d = og_sub(c->x, c->t), *size = og_abs(d);

    if (beta == 0)
        return reduced(c, size);
    return reduced(c, og_where(og_less(size, og_scalar_like(d, beta)),
                               og_times(og_mul(d, d), 0.5 / beta), og_plus(size, -0.5 * beta)));
}

/* ---- Probabilities --------------------------------------------------------------------------- */

static og_value *weighted(og_term_context *c, og_value *x)
{
    og_value *weight = og_term_value(c, "weight");

    return reduced(c, weight ? og_mul(x, weight) : x);
}

/* (1 - t) x + log(1 + exp(-x)): smooth at 0, so its gradient is right there too. */
static og_value *bce_logits_build(og_term_context *c)
{
    og_value *positive = og_term_value(c, "pos_weight"), *one = og_scalar_like(c->x, 1);
    og_value *rest = OG_OP("Softplus", NULL, og_neg(c->x));

    if (positive)
        rest = og_mul(rest, og_plus(og_mul(og_plus(positive, -1), c->t), 1));
    return weighted(c, og_add(og_mul(og_sub(one, c->t), c->x), rest));
}

static og_value *bce_build(og_term_context *c)
{
    return weighted(c, OG_OP("onnxgrad::BinaryCrossEntropy", NULL, c->x, c->t));
}

/* t (log t - x), 0 where t is 0; x is a log probability. */
static og_value *kl_build(og_term_context *c)
{
    og_value *zero = og_scalar_like(c->x, 0);

    if (is_word(c, "target", "log"))
        return reduced(c, og_mul(og_exp(c->t), og_sub(c->t, c->x)));
    return reduced(
        c, og_where(og_greater(c->t, zero), og_mul(c->t, og_sub(og_log(c->t), c->x)), zero));
}

/* The prediction is the loss already. */
static og_value *output_build(og_term_context *c)
{
    if (is_word(c, "reduction", "none"))
        return og_rank(c->x) == 0 ? c->x : og_reshape_to(c->x, 0, (const int64_t[]){ 0 });
    return reduced(c, c->x);
}

const og_loss_term og_loss_terms[] = {
    { "cross_entropy",
      "softmax_cross_entropy",
      OG_LABEL_CLASSES,
      { PREDICTION,
        LABEL,
        WEIGHT("of each class: the name of a tensor"),
        REDUCTION,
        IGNORE,
        { "label_smoothing", OG_ARG_FIXED, "0", "[0, 1]", "what all classes share" },
        CLASS_AXIS },
      cross_entropy_build },
    { "nll",
      NULL,
      OG_LABEL_CLASSES,
      { PREDICTION, LABEL, WEIGHT("of each class: the name of a tensor"), REDUCTION, IGNORE,
        CLASS_AXIS },
      nll_build },
    { "mse", NULL, OG_LABEL_LIKE, { PREDICTION, LABEL, REDUCTION }, mse_build },
    { "l1", NULL, OG_LABEL_LIKE, { PREDICTION, LABEL, REDUCTION }, l1_build },
    { "smooth_l1",
      NULL,
      OG_LABEL_LIKE,
      { PREDICTION,
        LABEL,
        REDUCTION,
        { "beta", OG_ARG_FIXED, "1", "[0, inf)", "where the square ends" } },
      smooth_l1_build },
    { "bce_logits",
      "bce_with_logits",
      OG_LABEL_LIKE,
      { PREDICTION,
        LABEL,
        WEIGHT("of each element: the name of a tensor"),
        REDUCTION,
        { "pos_weight", OG_ARG_WORD, "\"\"", NULL, "of positive labels: the name of a tensor" } },
      bce_logits_build },
    { "bce",
      NULL,
      OG_LABEL_LIKE,
      { PREDICTION, LABEL, WEIGHT("of each element: the name of a tensor"), REDUCTION },
      bce_build },
    { "kl",
      NULL,
      OG_LABEL_LIKE,
      { PREDICTION,
        LABEL,
        { "reduction", OG_ARG_WORD, "mean", "mean sum batchmean", "over what elements" },
        { "target", OG_ARG_WORD, "probability", "probability log", "what the label holds" } },
      kl_build },
    { "output",
      NULL,
      OG_LABEL_NONE,
      { PREDICTION,
        { "reduction", OG_ARG_WORD, "none", "none mean sum", "where it is not one number" } },
      output_build },
    { .name = NULL },
};
