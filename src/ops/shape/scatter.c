/* scatter: helpers of the operators that read or write at computed places (see scatter.h). */
#include "ops/shape/scatter.h"

#include "ops/shape/shape.h"

/* ---- Elements along an axis ------------------------------------------------------------------ */

void og_elements_set(og_elements *e, const og_tensor *data, const og_tensor *indices, int64_t axis)
{
    e->indices = indices;
    e->rank = data->rank;
    e->axis = (int)(axis < 0 ? axis + data->rank : axis);
    og_strides(data->rank, data->dims, e->strides);
    e->size = data->dims[e->axis];
    e->row = indices->dims[e->rank - 1];
    e->rows = e->row ? indices->count / e->row : 0;
}

void og_elements_places(const og_elements *e, int64_t r, int64_t first, int64_t n, int64_t *places)
{
    int64_t base = 0, rest = r, at = r * e->row + first, step = e->strides[e->axis];
    bool last = e->axis == e->rank - 1; /* the index itself is the place in the row */

    for (int i = e->rank - 2; i >= 0; i--) {
        if (i != e->axis)
            base += rest % e->indices->dims[i] * e->strides[i];
        rest /= e->indices->dims[i];
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t index = og_index_at(e->indices, at + i);

        places[i] = base + (index < 0 ? index + e->size : index) * step + (last ? 0 : first + i);
    }
}

og_status og_elements_infer(og_infer *c, int64_t axis, int *resolved)
{
    const og_type *data = c->in[0], *indices = c->in[1];

    if (data->rank == 0)
        return og_infer_fail(c, OG_BAD_SHAPE, "the data are a scalar, expected rank 1 or more");
    OG_TRY(og_infer_resolve_axis(c, data->rank, axis, resolved));
    OG_TRY(og_infer_need_rank(c, 1, data->rank));
    for (int i = 0; i < data->rank; i++)
        if (i != *resolved && og_dim_known(data->dims[i]) && og_dim_known(indices->dims[i]) &&
            indices->dims[i] > data->dims[i])
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "axis %d: the indices have size %lld, the data %lld", i,
                                 (long long)indices->dims[i], (long long)data->dims[i]);
    return OG_OK;
}

/* ---- Tuples ---------------------------------------------------------------------------------- */

void og_tuples_set(og_tuples *t, const og_tensor *data, const og_tensor *indices, int batch)
{
    *t = (og_tuples){ .indices = indices,
                      .length = (int)indices->dims[indices->rank - 1],
                      .row = 1,
                      .places = 1,
                      .batches = 1,
                      .n = 1 };
    for (int i = 0; i < data->rank; i++) {
        if (i < batch)
            t->batches *= data->dims[i];
        else if (i < batch + t->length)
            t->places *= t->sizes[i - batch] = data->dims[i];
        else
            t->row *= data->dims[i];
    }
    for (int i = batch; i < indices->rank - 1; i++)
        t->n *= indices->dims[i];
}

int64_t og_tuples_place(const og_tuples *t, int64_t i)
{
    int64_t place = 0;

    for (int k = 0; k < t->length; k++) {
        int64_t index = og_index_at(t->indices, i * t->length + k);

        place = place * t->sizes[k] + (index < 0 ? index + t->sizes[k] : index);
    }
    return place;
}

og_status og_tuples_check(og_call *c, const og_tuples *t)
{
    int64_t count = t->indices->count;

    for (int64_t i = 0; i < count; i++) {
        int64_t index = og_index_at(t->indices, i), size = t->sizes[i % t->length];

        if (index < -size || index >= size)
            return og_call_fail(
                c, OG_BAD_VALUE, "input 'indices' holds %lld at place %lld, expected %lld to %lld",
                (long long)index, (long long)i, -(long long)size, (long long)size - 1);
    }
    return OG_OK;
}

/* ---- Reductions ------------------------------------------------------------------------------ */

static const struct {
    const char *word;
    og_join join;
    int since;
} scatter_words[] = {
    { "none", OG_JOIN_SET, 11 }, { "add", OG_JOIN_ADD, 16 }, { "mul", OG_JOIN_MUL, 16 },
    { "max", OG_JOIN_MAX, 18 },  { "min", OG_JOIN_MIN, 18 },
};

enum { SCATTER_WORDS = sizeof scatter_words / sizeof scatter_words[0] };

static size_t scatter_find(const char *reduction)
{
    size_t i = 0;

    while (i < SCATTER_WORDS && strcmp(scatter_words[i].word, reduction))
        i++;
    return i;
}

og_status og_scatter_how(og_infer *c, const char *reduction)
{
    char shown[60];

    if (scatter_find(reduction) < SCATTER_WORDS)
        return OG_OK;
    return og_infer_fail(c, OG_BAD_ARGUMENT,
                         "reduction is '%s', expected none, add, mul, max or min",
                         og_escape(shown, sizeof shown, reduction));
}

og_join og_scatter_join(const char *reduction)
{
    return scatter_words[scatter_find(reduction)].join;
}

int og_scatter_since(const char *reduction)
{
    return scatter_words[scatter_find(reduction)].since;
}

og_status og_scatter_type(og_call *c, const char *reduction)
{
    og_elem elem = c->in[0]->elem;

    if (og_scatter_join(reduction) == OG_JOIN_SET || og_elem_in(elem, OG_LOOPED))
        return OG_OK;
    return og_call_fail(c, OG_UNSUPPORTED, "%s does not run with reduction=%s in %s yet",
                        c->op->name, reduction, og_elem_name(elem));
}
