/* What the cross entropy operators share: checks, samples with their weights, and the same as graph
 * values. */
#include "ops/nn/cross_entropy.h"

#include <stdio.h>

og_status og_ce_infer(og_infer *c, int weights)
{
    const og_ce_attrs *a = c->attrs;
    const int rank = og_infer_rank(c, 0);
    og_dim both;

    if (strcmp(a->reduction, "none") && strcmp(a->reduction, "sum") && strcmp(a->reduction, "mean"))
        return og_infer_fail(c, OG_BAD_VALUE, "reduction is '%s', expected none, sum or mean",
                             a->reduction);
    if (rank < 2 || og_infer_rank(c, 1) != rank - 1)
        return og_infer_fail(c, OG_BAD_SHAPE,
                             "scores have rank %d and labels %d, expected at least 2 and one less",
                             rank, og_infer_rank(c, 1));
    for (int i = 0; i < rank - 1; i++)
        OG_TRY(og_infer_agree(c, "a size of scores and labels", og_infer_dim(c, 0, i + (i > 0)),
                              og_infer_dim(c, 1, i), &both));
    if (!og_infer_has(c, weights))
        return OG_OK;
    if (og_infer_rank(c, weights) != 1)
        return og_infer_fail(c, OG_BAD_SHAPE, "weights have rank %d, expected 1",
                             og_infer_rank(c, weights));
    return og_infer_agree(c, "the number of classes in scores and weights", og_infer_dim(c, 0, 1),
                          og_infer_dim(c, weights, 0), &both);
}

/* "3" or "[3, 0, 5]": the place of element i. */
static void place_text(const og_tensor *x, int64_t i, char *out, size_t size)
{
    int64_t at[OG_MAX_RANK];
    size_t used = 0;

    for (int axis = x->rank - 1; axis >= 0; axis--) {
        at[axis] = i % x->dims[axis];
        i /= x->dims[axis];
    }
    out[0] = 0;
    for (int axis = 0; axis < x->rank && used < size; axis++)
        used += (size_t)snprintf(out + used, size - used, "%s%lld",
                                 axis          ? ", "
                                 : x->rank > 1 ? "["
                                               : "",
                                 (long long)at[axis]);
    if (x->rank > 1 && used < size)
        snprintf(out + used, size - used, "]");
}

og_status og_ce_check(og_call *c)
{
    const og_ce_attrs *a = c->attrs;
    const og_tensor *labels = c->in[1];
    const int64_t classes = c->in[0]->dims[1];
    char place[160];

    for (int64_t i = 0; i < labels->count; i++) {
        const int64_t label = labels->elem == OG_INT64 ? ((const int64_t *)labels->data)[i]
                                                       : ((const int32_t *)labels->data)[i];

        if ((label >= 0 && label < classes) ||
            (a->ignore_index != OG_ABSENT && label == a->ignore_index))
            continue;
        place_text(labels, i, place, sizeof place);
        if (classes == 0)
            return og_call_fail(c, OG_BAD_VALUE,
                                "label %lld at position %s, but there are no classes",
                                (long long)label, place);
        return og_call_fail(c, OG_BAD_VALUE, "label %lld at position %s is outside 0 to %lld",
                            (long long)label, place, (long long)classes - 1);
    }
    return OG_OK;
}

void og_ce_samples(const og_ce_attrs *a, const og_tensor *labels, const og_tensor *weights,
                   int64_t first, int64_t n, int64_t *label, double *weight)
{
    for (int64_t i = 0; i < n; i++) {
        label[i] = labels->elem == OG_INT64 ? ((const int64_t *)labels->data)[first + i]
                                            : ((const int32_t *)labels->data)[first + i];
        weight[i] = 1;
        if (a->ignore_index != OG_ABSENT && label[i] == a->ignore_index) {
            label[i] = -1;
            weight[i] = 0;
        } else if (weights) {
            weight[i] = weights->elem == OG_FLOAT ? (double)((const float *)weights->data)[label[i]]
                                                  : ((const double *)weights->data)[label[i]];
        }
    }
}

og_value *og_ce_ignored(const og_ce_attrs *a, og_value *labels)
{
    if (a->ignore_index == OG_ABSENT)
        return NULL;
    return og_equal(og_cast(labels, OG_INT64), og_ints_like(labels, OG_INTS(a->ignore_index)));
}

static og_value *labels_or(og_value *ignored, og_value *labels, og_value *instead)
{
    og_value *all = og_cast(labels, OG_INT64);

    return ignored ? og_where(ignored, instead, all) : all;
}

og_value *og_ce_safe(og_value *ignored, og_value *labels)
{
    return labels_or(ignored, labels, og_ints_like(labels, OG_INTS(0)));
}

og_value *og_ce_masked(og_value *ignored, og_value *x)
{
    return ignored ? og_where(ignored, og_scalar_like(x, 0), x) : x;
}

og_value *og_ce_weights(og_value *ignored, og_value *labels, og_value *weights, og_value *like)
{
    if (!like)
        return NULL;
    return og_ce_masked(ignored, weights
                                     ? OG_OP("Gather", NULL, weights, og_ce_safe(ignored, labels))
                                     : og_fill(og_shape_of(labels), like->type.elem, 1));
}

/* Ignored labels count as one past the last class, which OneHot leaves at 0. */
og_value *og_ce_one_hot(og_value *ignored, og_value *labels, og_value *scores)
{
    og_value *classes = og_size_along(scores, 1);
    og_value *zero = og_unsqueeze(og_scalar_like(scores, 0), OG_INTS(0));
    og_value *one = og_unsqueeze(og_scalar_like(scores, 1), OG_INTS(0));

    return OG_OP("OneHot", OG_ATTRS(OG_SET_INT("axis", 1)), labels_or(ignored, labels, classes),
                 classes, og_concat(0, 2, (og_value *[]){ zero, one }));
}
