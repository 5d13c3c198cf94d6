/*
 * The re-derived batch: a file whose inputs have a fixed first size learns at any other. That size of the fed inputs
 * becomes the symbol `batch`, and what pins it inside the graph is undone, node by node in their order: a Reshape to
 * [1, 256] goes to [-1, 256], a constant whose rows are all the same is expanded. Where that is not enough inference
 * fails, at the node that pins it.
 *
 * All of this happens in the session's graph; the saved file keeps its shapes.
 */
#include "train/train.h"
#include "ops/ops.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct rebatch {
    og_graph *g;
    og_report *report; /* the graph's */
    int64_t fixed;     /* the size that becomes free */
    og_dim batch;
    og_value *input;   /* one of the fed inputs */
} rebatch;

/* ---- Whether there is anything to do ------------------------------------------------------------------------- */

static bool in_whole_batches(const og_dataset *data, int64_t batch)
{
    return !data || og_dataset_rows(data) % batch == 0;
}

static int64_t fixed_size(const og_trainer *t, const og_graph *g, const og_train_feed *f)
{
    const og_value *v = og_graph_find(g, f->input);
    const og_train_options *o = &t->options;
    og_dim size = v && v->type.rank > 0 ? v->type.dims[0] : -1;
    bool fits = size == o->batch && in_whole_batches(t->data, size) && in_whole_batches(o->val, size) &&
                in_whole_batches(o->eval, size);

    return og_dim_known(size) && size > 0 && !fits ? size : -1;
}

static og_status free_inputs(og_trainer *t, rebatch *r)
{
    for (size_t i = 0; i < t->feeds.n; i++)
        if (r->fixed < 0)
            r->fixed = fixed_size(t, r->g, &t->feeds.v[i]);
    if (r->fixed < 0)
        return OG_OK;
    r->batch = og_dim_symbol(r->g->dims, "batch");
    for (size_t i = 0; i < t->feeds.n; i++) {
        og_value *v = og_graph_find(r->g, t->feeds.v[i].input);
        og_dim *dims;

        if (v->type.rank < 1 || v->type.dims[0] != r->fixed)
            continue;
        dims = og_arena_copy(r->g->arena, v->type.dims, sizeof *dims * (size_t)v->type.rank);
        if (!dims)
            return og_graph_no_memory(r->g);
        dims[0] = r->batch;
        v->type.dims = dims;
        r->input = v;
    }
    og_trainer_note(t, "the model's batch of %lld is made free", (long long)r->fixed);
    return OG_OK;
}

/* ---- Reshape --------------------------------------------------------------------------------------------------- */

static bool carries_batch(const rebatch *r, const og_value *v)
{
    for (int i = 0; v && i < v->type.rank; i++)
        if (!og_dim_known(v->type.dims[i]))
            return true;
    (void)r;
    return false;
}

/* [1, 256] becomes [-1, 256]; beside another -1 the first size is copied from the input instead. */
static og_status free_reshape(rebatch *r, og_node *node)
{
    const og_tensor *target = node->n_in > 1 && node->in[1] ? node->in[1]->data : NULL;
    const og_value *x = node->in[0];
    int64_t sizes[OG_MAX_RANK];
    bool other = false;

    if (!target || target->elem != OG_INT64 || target->count < 1 || target->count > OG_MAX_RANK ||
        !carries_batch(r, x))
        return OG_OK;
    memcpy(sizes, target->data, sizeof *sizes * (size_t)target->count);
    for (int64_t i = 1; i < target->count; i++)
        other = other || sizes[i] == -1;
    if (sizes[0] != r->fixed)
        return OG_OK;
    if (other && x->type.dims[0] != r->batch)
        return OG_OK; /* inference says what it makes of it */
    sizes[0] = other ? 0 : -1;
    node->in[1] = og_int64s(r->g, (size_t)target->count, sizes);
    return node->in[1] ? OG_OK : og_graph_status(r->g);
}

/* ---- Constants with equal rows ------------------------------------------------------------------------------------ */

static bool equal_rows(const og_tensor *t, int axis)
{
    size_t inner = og_tensor_bytes(t), outer = 1;

    if (og_elem_bits(t->elem) % 8 || t->elem == OG_STRING)
        return false;
    for (int i = 0; i <= axis; i++)
        inner /= (size_t)t->dims[i];
    for (int i = 0; i < axis; i++)
        outer *= (size_t)t->dims[i];
    for (size_t o = 0; o < outer; o++) {
        const char *first = (const char *)t->data + o * inner * (size_t)t->dims[axis];

        for (int64_t k = 1; k < t->dims[axis]; k++)
            if (memcmp(first, first + (size_t)k * inner, inner))
                return false;
    }
    return true;
}

/* The constant with as many rows along the axis as the batch has. */
static og_value *expanded(rebatch *r, og_value *v, int axis)
{
    const int64_t *dims = v->data->dims;
    int64_t one[OG_MAX_RANK];
    og_value *parts[3];
    int n = 0;

    og_value *row = og_slice(v, og_ints_like(v, OG_INTS(0)), og_ints_like(v, OG_INTS(1)),
                             og_ints_like(v, ((og_ints){ 1, &(int64_t){ axis } })), NULL);
    if (axis)
        parts[n++] = og_int64s(r->g, (size_t)axis, dims);
    parts[n++] = og_unsqueeze(og_size_along(r->input, 0), OG_INTS(0));
    for (int i = axis + 1; i < v->type.rank; i++)
        one[i - axis - 1] = dims[i];
    if (axis + 1 < v->type.rank)
        parts[n++] = og_int64s(r->g, (size_t)(v->type.rank - axis - 1), one);
    return og_expand(row, og_concat(0, n, parts));
}

/* Along which axis a constant input has a row for each sample: the second for the state of a recurrence. */
static int batch_axis(const og_node *node, int j)
{
    const og_port *port = og_port_in(node->op, j);

    return port && port->role == OG_ROLE_STATE && node->in[j]->type.rank == 3 ? 1 : 0;
}

/* Expands what may pin the batch; false if there is nothing. */
static bool free_constants(rebatch *r, og_node *node)
{
    bool any = false;

    for (int j = 0; j < node->n_in; j++) {
        og_value *v = node->in[j];
        int axis = v && v->data ? batch_axis(node, j) : 0;

        if (!v || !v->data || v->data->rank <= axis || v->data->dims[axis] != r->fixed ||
            !equal_rows(v->data, axis))
            continue;
        if ((v = expanded(r, v, axis))) {
            node->in[j] = v;
            any = true;
        }
    }
    return any;
}

/* ---- All nodes ------------------------------------------------------------------------------------------------------ */

static og_status free_node(rebatch *r, og_node *node)
{
    og_report failed;

    if (!node->op->domain && !strcmp(node->op->name, "Reshape"))
        OG_TRY(free_reshape(r, node));
    if (!og_node_infer(node))
        return OG_OK;
    failed = *r->report;
    og_report_clear(r->report);
    if (free_constants(r, node) && !og_node_infer(node))
        return OG_OK;
    *r->report = failed;
    return failed.code;
}

og_status og_rebatch(og_trainer *t, og_graph *g)
{
    rebatch r = { .g = g, .report = og_graph_errors(g), .fixed = -1 };
    size_t n = g->nodes.n;

    OG_TRY(free_inputs(t, &r));
    if (r.fixed < 0)
        return OG_OK;
    for (size_t i = 0; i < n; i++)
        if (free_node(&r, g->nodes.v[i])) {
            char node[300];

            og_report_where(r.report, "%s, with a free batch instead of %lld",
                            og_node_text(g->nodes.v[i], node, sizeof node), (long long)r.fixed);
            og_report_hint(r.report, "train with --batch %lld", (long long)r.fixed);
            return og_trainer_fail(t, r.report);
        }
    return og_graph_settle(g) ? og_trainer_fail(t, r.report) : OG_OK;
}
