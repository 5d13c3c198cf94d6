/*
 * Resize and its gradient as ordinary operators: a product with a matrix of weights for each axis
 * that changes, or for the nearest elements a Gather.
 */
#include "ops/vision/resize.h"

/* The axes of a node in a graph, where sizes may be symbols. */
typedef struct {
    og_rewrite *c;
    const og_resize_attrs *a;
    og_resize_inputs in;
    bool turned;
    og_resize_axis axes[OG_MAX_RANK];
    int rank;
} resize_graph;

static bool constant(const og_value *v)
{
    return v && v->data && !v->state && !v->input;
}

/* The numbers of an input are needed. */
static bool need(const og_rewrite *c, int i)
{
    return og_in(c, i) && !constant(og_in(c, i));
}

static bool unknown(resize_graph *g, const char *what)
{
    og_rewrite_fail(g->c, OG_UNSUPPORTED,
                    "%s is written as products with constant matrices, so %s must be known",
                    g->c->op->name, what);
    return false;
}

/* An axis that stays as it is whatever its size. */
static bool stays(const resize_graph *g, const og_resize_axis *x, og_dim from, og_dim to)
{
    const og_resize_words w = og_resize_read(g->a);

    if (!x->resized)
        return true;
    if (w.place == RESIZE_TF_CROP_AND_RESIZE)
        return false;
    return x->scale != 0 ? x->scale == 1 : w.policy == RESIZE_STRETCH && from == to;
}

static bool graph_axes(resize_graph *g, const og_type *source, const og_type *target)
{
    const og_resize_words w = og_resize_read(g->a);
    const og_tensor *inputs[5] = { NULL };
    int64_t from[OG_MAX_RANK], to[OG_MAX_RANK];

    if (source->rank < 0 || target->rank < 0)
        return unknown(g, "the rank");
    if (need(g->c, g->in.scales) || (w.policy != RESIZE_STRETCH && need(g->c, g->in.sizes)) ||
        (w.place == RESIZE_TF_CROP_AND_RESIZE && need(g->c, g->in.roi)))
        return unknown(g, "scales, sizes and roi");
    for (int i = g->in.roi; i <= g->in.sizes; i++)
        inputs[i] = constant(og_in(g->c, i)) ? og_in(g->c, i)->data : NULL;
    for (int i = 0; i < source->rank; i++) {
        from[i] = og_dim_known(source->dims[i]) ? source->dims[i] : 1;
        to[i] = og_dim_known(target->dims[i]) ? target->dims[i] : 1;
    }
    g->rank = source->rank;
    og_resize_axes(g->a, g->in, inputs, g->in.sizes + 1, g->rank, from, to, g->axes);
    for (int i = 0; i < g->rank; i++)
        if (stays(g, &g->axes[i], source->dims[i], target->dims[i]))
            g->axes[i].resized = false;
        else if (!og_dim_known(source->dims[i]) || !og_dim_known(target->dims[i]))
            return unknown(g, "the sizes");
    return true;
}

/* [rows, columns] of numbers, or transposed. */
static og_value *weights(resize_graph *g, const og_blend *b, og_elem elem, bool transposed)
{
    const int64_t dims[2] = { transposed ? b->from : b->to, transposed ? b->to : b->from };
    og_tensor *t = og_tensor_new(elem, 2, dims);
    og_value *v = NULL;

    for (int64_t o = 0; t && o < b->to; o++)
        for (int64_t k = b->start[o]; k < b->start[o + 1]; k++) {
            const int64_t i = b->first[o] + k - b->start[o];

            og_set_double(t, transposed ? i * b->to + o : o * b->from + i, b->weight[k]);
        }
    if (t)
        v = og_constant(g->c->g, t);
    else
        og_graph_no_memory(g->c->g);
    og_tensor_free(t);
    return v;
}

/* x with its axis replaced by a product with the weights. */
static og_value *blended(resize_graph *g, og_value *x, int axis, const og_blend *b)
{
    int64_t perm[OG_MAX_RANK];
    const og_ints swap = { g->rank, perm };

    if (axis == g->rank - 1)
        return og_matmul(x, weights(g, b, x->type.elem, true));
    if (axis == g->rank - 2)
        return og_matmul(weights(g, b, x->type.elem, false), x);
    for (int i = 0; i < g->rank; i++)
        perm[i] = i == axis ? g->rank - 1 : i == g->rank - 1 ? axis : i;
    return og_transpose(og_matmul(og_transpose(x, swap), weights(g, b, x->type.elem, true)), swap);
}

static og_value *gathered(resize_graph *g, og_value *x, int axis, const og_blend *b)
{
    int64_t *places = OG_NEW_N(g->c->g->arena, int64_t, b->to + 1);

    if (!places) {
        og_graph_no_memory(g->c->g);
        return NULL;
    }
    for (int64_t o = 0; o < b->to; o++)
        places[o] = b->first[o];
    return OG_OP("Gather", OG_ATTRS(OG_SET_INT("axis", axis)), x,
                 og_int64s(g->c->g, (size_t)b->to, places));
}

/* The value in the places that lie outside. */
static og_value *filled(resize_graph *g, og_value *y, int axis, const og_blend *b)
{
    int64_t dims[OG_MAX_RANK];
    const int rank = g->rank - axis;

    if (!b->outside || !y)
        return y;
    for (int i = 0; i < rank; i++)
        dims[i] = i ? 1 : b->to;
    const og_tensor mask = og_tensor_view(OG_BOOL, rank, dims, (void *)(uintptr_t)b->outside);
    return og_where(og_constant(g->c->g, &mask), og_scalar_like(y, b->value), y);
}

static og_value *resized(resize_graph *g, og_value *x, int axis)
{
    const int64_t room = og_resize_room(&g->axes[axis], g->a, false);
    int64_t *numbers = OG_NEW_N(g->c->g->arena, int64_t, 2 * room);
    og_blend taps, turned;

    if (!numbers || !x) {
        og_graph_no_memory(g->c->g);
        return NULL;
    }
    og_resize_taps(&g->axes[axis], g->a, numbers, &taps);
    if (g->turned) {
        og_resize_turn(&taps, numbers + room, &turned);
        return blended(g, x, axis, &turned);
    }
    if (og_resize_read(g->a).mode == RESIZE_NEAREST)
        return filled(g, gathered(g, x, axis, &taps), axis, &taps);
    return filled(g, blended(g, x, axis, &taps), axis, &taps);
}

static void expand(resize_graph *g, const og_type *source, const og_type *target)
{
    og_value *y = og_in(g->c, 0);

    if (!graph_axes(g, source, target))
        return;
    for (int i = 0; i < g->rank; i++)
        if (g->axes[i].resized)
            y = resized(g, y, i);
    og_replace(g->c, 0, y == og_in(g->c, 0) ? OG_OP("Identity", NULL, y) : y);
}

void og_resize_expand(og_rewrite *c)
{
    resize_graph g = { .c = c, .a = c->attrs, .in = { .roi = 1, .scales = 2, .sizes = 3 } };

    if (og_resize_read(g.a).mode != RESIZE_NEAREST &&
        !og_elem_in(og_in(c, 0)->type.elem, OG_FLOATS))
        og_rewrite_fail(c, OG_UNSUPPORTED,
                        "Resize in mode %s has an expansion for real numbers only", g.a->mode);
    else
        expand(&g, &og_in(c, 0)->type, &c->node->out[0]->type);
}

void og_resize_grad_expand(og_rewrite *c)
{
    resize_graph g = {
        .c = c, .a = c->attrs, .turned = true, .in = { .roi = 2, .scales = 3, .sizes = 4 }
    };

    expand(&g, &c->node->out[0]->type, &og_in(c, 0)->type);
}
