/*
 * Tied weights that an exporter wrote twice: a trained matrix that holds the numbers of another one
 * transposed. Tied again, readers of the second read the first, and both are saved. Equal matrices
 * that lie the same way are no sign of it: PyTorch's encoders begin with copies of one layer.
 */
#include "train/parameters.h"

#include "ops/ops.h"

/* ---- Finding --------------------------------------------------------------------------------- */

static bool same_element(const og_tensor *a, int64_t i, const og_tensor *b, int64_t j)
{
    size_t width = (size_t)og_elem_bits(a->elem) / 8;

    return !memcmp((const char *)a->data + (size_t)i * width,
                   (const char *)b->data + (size_t)j * width, width);
}

/* All numbers the same: equal to many without being tied to any. */
static bool is_flat(const og_tensor *t)
{
    for (int64_t i = 1; i < t->count; i++)
        if (!same_element(t, i, t, 0))
            return false;
    return true;
}

static bool is_transposed(const og_tensor *a, const og_tensor *b)
{
    int64_t rows = b->dims[0], columns = b->dims[1];

    if (a->dims[0] != columns || a->dims[1] != rows)
        return false;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            if (!same_element(b, i * columns + j, a, j * rows + i))
                return false;
    return true;
}

static bool is_matrix(const og_candidate *c)
{
    return c->trained && !c->twin && c->value->data->rank == 2 && c->value->data->count > 1 &&
           og_elem_bits(c->value->data->elem) >= 8;
}

static void compare(og_candidate *first, og_candidate *second)
{
    const og_tensor *a = first->value->data, *b = second->value->data;

    if (a->elem == b->elem && is_transposed(a, b) && !is_flat(a))
        second->twin = first->value;
}

void og_ties_find(og_candidates *list)
{
    for (size_t i = 0; i < list->n; i++)
        for (size_t j = i + 1; is_matrix(&list->v[i]) && j < list->n; j++)
            if (is_matrix(&list->v[j]))
                compare(&list->v[i], &list->v[j]);
}

/* ---- Tying ----------------------------------------------------------------------------------- */

og_status og_ties_join(og_graph *g, og_candidates *list)
{
    for (size_t i = 0; i < list->n; i++) {
        og_candidate *c = &list->v[i];

        if (!c->twin)
            continue;
        og_value *by = og_transpose(c->twin, OG_INTS(1, 0));
        if (!by)
            return og_graph_status(g);
        og_value_replace(c->value, by);
        c->trained = false;
    }
    return og_graph_settle(g);
}

void og_tie_copy(const og_tensor *from, og_tensor *to)
{
    size_t width = (size_t)og_elem_bits(from->elem) / 8;

    for (int64_t i = 0; i < to->dims[0]; i++)
        for (int64_t j = 0; j < to->dims[1]; j++)
            memcpy((char *)to->data + (size_t)(i * to->dims[1] + j) * width,
                   (const char *)from->data + (size_t)(j * to->dims[0] + i) * width, width);
}
