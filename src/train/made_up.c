/* Data that nobody has to find: a seeded set that fits a model and its loss, for measuring speed.
 */
#include "train/train.h"

#include <stdio.h>

typedef struct making {
    og_graph *g; /* a clone of the model, with the loss */
    og_loss loss;
    int64_t rows;
    uint64_t seed;
    og_dataset *data;
} making;

/* Whole numbers an input may hold: classes for the label, else two. */
static uint64_t below(const making *m, const og_value *v)
{
    const og_value *x = m->loss.prediction;
    og_dim classes =
        v == m->loss.label && m->loss.class_axis >= 0 ? x->type.dims[m->loss.class_axis] : 2;

    return classes > 0 ? (uint64_t)classes : 2;
}

static void fill(const making *m, const og_value *v, og_tensor *t)
{
    og_philox random = { .seed = m->seed, .stream = og_hash_bytes(0, v->name, strlen(v->name)) };

    for (int64_t i = 0; i < t->count; i++)
        if (og_elem_in(t->elem, OG_FLOATS))
            og_set_double(t, i, 2 * og_philox_uniform(&random) - 1);
        else
            og_set_int(t, i, (int64_t)og_philox_below(&random, below(m, v)));
}

static og_status make_array(making *m, const og_value *v)
{
    int64_t dims[OG_MAX_RANK];
    char shown[160];
    og_tensor *t;

    og_escape(shown, sizeof shown, v->name);
    if (v->type.kind != OG_TENSOR || v->type.rank < 1 || v->type.elem == OG_STRING || !v->type.elem)
        return og_fail(&m->data->report, OG_UNSUPPORTED,
                       "input '%s' cannot be made up: its type is %s", shown, og_value_type(v));
    for (int i = 0; i < v->type.rank; i++)
        dims[i] = og_dim_known(v->type.dims[i]) ? v->type.dims[i] : 2;
    dims[0] = m->rows;
    if (!(t = og_tensor_new(v->type.elem, v->type.rank, dims)))
        return og_fail(&m->data->report, OG_NO_MEMORY, "no memory for %lld rows of '%s'",
                       (long long)m->rows, shown);
    fill(m, v, t);
    return og_dataset_take(m->data, v->name, t, NULL);
}

static og_status make(making *m, const char *loss)
{
    if (loss && og_loss_build(m->g, loss, &m->loss)) {
        m->data->report = *og_graph_report(m->g);
        return m->data->report.code;
    }
    for (size_t i = 0; i < m->g->inputs.n; i++)
        if (!m->g->inputs.v[i]->data)
            OG_TRY(make_array(m, m->g->inputs.v[i]));
    return OG_OK;
}

og_status og_dataset_made_up(const og_graph *graph, const char *loss, int64_t rows, uint64_t seed,
                             og_dataset **data)
{
    making m = { .rows = rows, .seed = seed, .data = *data = og_dataset_new() };
    og_status status;

    if (!m.data)
        return OG_NO_MEMORY;
    if (!graph || og_graph_status(graph)) {
        m.data->report = *og_graph_report(graph);
        return m.data->report.code;
    }
    if (rows < 1)
        return og_fail(&m.data->report, OG_BAD_ARGUMENT, "a set of %lld rows", (long long)rows);
    m.g = og_graph_clone(graph);
    status = m.g ? make(&m, loss) : og_fail(&m.data->report, OG_NO_MEMORY, "no memory for a set");
    og_graph_free(m.g);
    return status;
}
