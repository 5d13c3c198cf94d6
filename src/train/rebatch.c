/*
 * The re-derived batch: a file whose inputs have a fixed first size learns at any other. That size
 * of the fed inputs becomes the symbol `batch`, and what pins it inside the graph is undone, node
 * by node in their order: a Reshape to [1, 256] goes to [-1, 256], a constant whose rows are all
 * the same is expanded. Where that is not enough inference fails, at the node that pins it.
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
    og_value *input; /* one of the fed inputs */
} rebatch;

/* ---- Whether there is anything to do --------------------------------------------------------- */

static bool in_whole_batches(const og_dataset *data, int64_t batch)
{
    return !data || og_dataset_rows(data) % batch == 0;
}

static int64_t fixed_size(const og_trainer *t, const og_graph *g, const og_train_feed *f)
{
    const og_value *v = og_graph_find(g, f->input);
    const og_train_options *o = &t->options;
    og_dim size = v && v->type.rank > 0 ? v->type.dims[0] : -1;
    bool fits = size == o->batch && in_whole_batches(t->data, size) &&
                in_whole_batches(o->val, size) && in_whole_batches(o->eval, size);

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

static bool is_op(const og_node *node, const char *name)
{
    return !node->op->domain && !strcmp(node->op->name, name);
}

static const og_tensor *constant_target(const og_node *node)
{
    const og_tensor *t = node->n_in > 1 && node->in[1] ? node->in[1]->data : NULL;

    return t && t->elem == OG_INT64 && t->count >= 1 && t->count <= OG_MAX_RANK ? t : NULL;
}

/* ---- Reshape --------------------------------------------------------------------------------- */

static bool carries_batch(const og_value *v)
{
    for (int i = 0; v && i < v->type.rank; i++)
        if (!og_dim_known(v->type.dims[i]))
            return true;
    return false;
}

/* Where a target has to take the batch up, or -1.  Numbers keep their order, so as many elements
 * must lie before it as in the input; among several places (sizes of 1) one that is the fixed size
 * is preferred. */
static int64_t batch_place(const rebatch *r, const og_value *x, const int64_t *sizes, int64_t n)
{
    int64_t before = 1, product = 1, place = -1;

    for (int i = 0; i < x->type.rank && og_dim_known(x->type.dims[i]); i++)
        before *= x->type.dims[i];
    for (int64_t i = 0; i < n && product <= before; i++) {
        if (product == before && (place < 0 || (sizes[place] != r->fixed && sizes[i] == r->fixed)))
            place = i;
        if (sizes[i] < 1)
            break;
        product *= sizes[i];
    }
    return place;
}

/* [1, 256] becomes [-1, 256]; beside another -1 the size is copied from the input instead. */
static og_status free_reshape(rebatch *r, og_node *node)
{
    const og_tensor *target = constant_target(node);
    const og_value *x = node->in[0];
    int64_t sizes[OG_MAX_RANK], place;
    bool open = false;

    if (!target || !carries_batch(x))
        return OG_OK;
    memcpy(sizes, target->data, sizeof *sizes * (size_t)target->count);
    for (int64_t i = 0; i < target->count; i++)
        open = open || sizes[i] == -1;
    place = batch_place(r, x, sizes, target->count);
    if (!open && (place < 0 || sizes[place] % r->fixed))
        return og_fail(r->report, OG_BAD_SHAPE, "no size of the target can take the batch up");
    if (place < 0 || sizes[place] < 1 ||
        (open &&
         (sizes[place] != r->fixed || place >= x->type.rank || x->type.dims[place] != r->batch)))
        return OG_OK; /* the -1 takes the batch up, or inference says that it cannot */
    sizes[place] = open ? 0 : -1;
    node->in[1] = og_int64s(r->g, (size_t)target->count, sizes);
    return node->in[1] ? OG_OK : og_graph_status(r->g);
}

/* ---- Expand ---------------------------------------------------------------------------------- */

/* Where the input has the batch already a target of 1 leaves it as it is. */
static og_status free_expand(rebatch *r, og_node *node)
{
    const og_tensor *target = constant_target(node);
    const og_value *x = node->in[0];
    int64_t sizes[OG_MAX_RANK];
    bool any = false;

    if (!target || x->type.rank < 0)
        return OG_OK;
    memcpy(sizes, target->data, sizeof *sizes * (size_t)target->count);
    for (int64_t i = 0; i < target->count; i++) {
        int64_t axis = i - (target->count - x->type.rank);

        if (axis >= 0 && x->type.dims[axis] == r->batch && sizes[i] == r->fixed) {
            sizes[i] = 1;
            any = true;
        }
    }
    if (any && !(node->in[1] = og_int64s(r->g, (size_t)target->count, sizes)))
        return og_graph_status(r->g);
    return OG_OK;
}

/* ---- Constants with equal rows --------------------------------------------------------------- */

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

static og_value *one_row(og_value *v, int axis)
{
    return og_slice(v, og_ints_like(v, OG_INTS(0)), og_ints_like(v, OG_INTS(1)),
                    og_ints_like(v, ((og_ints){ 1, &(int64_t){ axis } })), NULL);
}

/* x expanded to these sizes, of which the one along the axis becomes that of the batch. */
static og_value *expanded(rebatch *r, og_value *x, int rank, const int64_t *dims, int axis)
{
    int64_t one[OG_MAX_RANK];
    og_value *parts[3];
    int n = 0;

    if (axis)
        parts[n++] = og_int64s(r->g, (size_t)axis, dims);
    parts[n++] = og_unsqueeze(og_size_along(r->input, 0), OG_INTS(0));
    for (int i = axis + 1; i < rank; i++)
        one[i - axis - 1] = dims[i];
    if (axis + 1 < rank)
        parts[n++] = og_int64s(r->g, (size_t)(rank - axis - 1), one);
    return og_expand(x, og_concat(0, n, parts));
}

/* Along which axis a constant input has a row for each sample: the second for the state of a
 * recurrence. */
static int batch_axis(const og_node *node, int j)
{
    const og_port *port = og_port_in(node->op, j);

    return port && port->role == OG_ROLE_STATE && node->in[j]->type.rank == 3 ? 1 : 0;
}

/* What may pin the batch at input j, with as many rows as the batch has; NULL: nothing there. */
static og_value *freed(rebatch *r, const og_node *node, int j)
{
    og_value *v = node->in[j];
    int axis = v ? batch_axis(node, j) : 0;

    if (!v || v->type.rank <= axis || v->type.dims[axis] != r->fixed)
        return NULL;
    if (v->data)
        return equal_rows(v->data, axis)
                   ? expanded(r, one_row(v, axis), v->type.rank, v->data->dims, axis)
                   : NULL;
    if (v->node && is_op(v->node, "Expand") &&
        constant_target(v->node)) { /* a token for each sample, say */
        const og_tensor *target = constant_target(v->node);

        return target->count == v->type.rank
                   ? expanded(r, v->node->in[0], v->type.rank, target->data, axis)
                   : NULL;
    }
    return NULL;
}

static bool free_constants(rebatch *r, og_node *node)
{
    bool any = false;

    for (int j = 0; j < node->n_in; j++) {
        og_value *v = freed(r, node, j);

        if (v)
            node->in[j] = v;
        any = any || v;
    }
    return any;
}

/* ---- Broadcasting ---------------------------------------------------------------------------- */

/* The axis of an input that meets position p of the output, or -1. */
static int axis_at(const og_value *v, int rank, int p)
{
    return v && v->type.rank >= 0 ? p - (rank - v->type.rank) : -1;
}

/* Against a free batch a size that is known and not 1 would win in silence, and fail with the first
 * other batch. */
static og_status free_broadcast(rebatch *r, og_node *node)
{
    int rank = 0;

    for (int j = 0; j < node->n_in; j++)
        rank = node->in[j] && node->in[j]->type.rank > rank ? node->in[j]->type.rank : rank;
    for (int p = 0; p < rank; p++) {
        bool meets = false;

        for (int j = 0; j < node->n_in; j++) {
            int axis = axis_at(node->in[j], rank, p);

            meets = meets || (axis >= 0 && node->in[j]->type.dims[axis] == r->batch);
        }
        for (int j = 0; meets && j < node->n_in; j++) {
            og_value *v = node->in[j];
            int axis = axis_at(v, rank, p);

            if (axis < 0 || v->type.dims[axis] != r->fixed || r->fixed == 1)
                continue;
            if (!v->data || !equal_rows(v->data, axis))
                return og_fail(r->report, OG_BAD_SHAPE,
                               "'%s' has a row for each of %lld samples, and the rows differ",
                               v->name, (long long)r->fixed);
            if (!(node->in[j] = one_row(v, axis)))
                return og_graph_status(r->g);
        }
    }
    return OG_OK;
}

/* ---- All nodes ------------------------------------------------------------------------------- */

static bool any_carries(og_value *const *values, int n)
{
    for (int i = 0; i < n; i++)
        if (carries_batch(values[i]))
            return true;
    return false;
}

/* Whether inference preferred the fixed size, which an output still has, to the free one of an
 * input. */
static bool lost(const rebatch *r, const og_node *node)
{
    const og_value *y = node->n_out ? node->out[0] : NULL;

    if (!y || node->op->traits & OG_SHAPE_ONLY || !any_carries(node->in, node->n_in) ||
        any_carries(node->out, node->n_out))
        return false;
    for (int i = 0; i < y->type.rank; i++)
        if (y->type.dims[i] == r->fixed)
            return true;
    return false;
}

static og_status infer_node(rebatch *r, og_node *node)
{
    OG_TRY(og_node_infer(node));
    return lost(r, node) ? og_fail(r->report, OG_BAD_SHAPE, "a constant or a size fixes the batch")
                         : OG_OK;
}

static og_status free_node(rebatch *r, og_node *node)
{
    og_report failed;

    if (is_op(node, "Reshape"))
        OG_TRY(free_reshape(r, node));
    if (is_op(node, "Expand"))
        OG_TRY(free_expand(r, node));
    if (node->op->traits & OG_ELEMENTWISE)
        OG_TRY(free_broadcast(r, node));
    if (!infer_node(r, node))
        return OG_OK;
    failed = *r->report;
    og_report_clear(r->report);
    if (free_constants(r, node) && !infer_node(r, node))
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
