/*
 * If: the outputs of one of two subgraphs, chosen by a bool. The branches have no inputs; they read
 * the values around them.
 */
#include "ops/ops.h"

typedef struct {
    og_graph *then_branch, *else_branch;
} if_attrs;

/* What both branches agree on: the element type, and rank and sizes as far as they are the same. */
static og_status if_unify(og_infer *c, int k, const og_type *a, const og_type *b)
{
    og_dim dims[OG_MAX_RANK];

    if (a->kind == b->kind && a->kind != OG_TENSOR) {
        if (k < c->n_out)
            c->out[k] = *a;
        return OG_OK;
    }
    if (a->kind != b->kind || (a->elem && b->elem && a->elem != b->elem))
        return og_infer_fail(c, OG_BAD_TYPE, "output %d of the branches of If differs in type", k);
    og_infer_elem(c, k, a->elem ? a->elem : b->elem);
    if (a->rank < 0 || a->rank != b->rank)
        return og_infer_unknown(c, k);
    for (int i = 0; i < a->rank; i++)
        dims[i] = a->dims[i] == b->dims[i] ? a->dims[i] : og_dim_fresh(c->dims);
    return og_infer_shape(c, k, a->rank, dims);
}

/* The condition is one number, in whatever rank. */
static og_status if_condition(og_infer *c)
{
    for (int i = 0; i < c->in[0]->rank; i++)
        if (og_dim_known(c->in[0]->dims[i]) && c->in[0]->dims[i] != 1)
            return og_infer_fail(c, OG_BAD_SHAPE,
                                 "input 'cond' of If has %lld elements, expected one",
                                 (long long)og_count(c->in[0]->rank, c->in[0]->dims));
    return OG_OK;
}

static og_status if_infer(og_infer *c)
{
    const if_attrs *a = c->attrs;
    og_type *then_types = OG_NEW_N(c->arena, og_type, a->then_branch->outputs.n + 1);
    og_type *else_types = OG_NEW_N(c->arena, og_type, a->else_branch->outputs.n + 1);

    if (!then_types || !else_types)
        return og_infer_fail(c, OG_NO_MEMORY, "no memory left for shapes");
    OG_TRY(if_condition(c));
    if (a->then_branch->outputs.n != (size_t)c->n_out ||
        a->else_branch->outputs.n != (size_t)c->n_out)
        return og_infer_fail(c, OG_BAD_ARGUMENT,
                             "the branches of If have %zu and %zu outputs, expected %d",
                             a->then_branch->outputs.n, a->else_branch->outputs.n, c->n_out);
    OG_TRY(c->graph_types(c, a->then_branch, 0, NULL, then_types));
    OG_TRY(c->graph_types(c, a->else_branch, 0, NULL, else_types));
    for (int k = 0; k < c->n_out; k++)
        OG_TRY(if_unify(c, k, &then_types[k], &else_types[k]));
    return OG_OK;
}

static og_status if_control(og_call *c)
{
    const if_attrs *a = c->attrs;
    if (c->in[0]->count != 1)
        return og_call_fail(c, OG_BAD_SHAPE, "input 'cond' of If has %lld elements, expected one",
                            (long long)c->in[0]->count);
    bool yes = *(const uint8_t *)c->in[0]->data;
    og_tensor *results = og_call_alloc(c, sizeof(og_tensor) * (size_t)(c->n_out + 1));

    if (!results)
        return og_call_fail(c, OG_NO_MEMORY, "no memory left for this run");
    OG_TRY(c->graph_run(c, yes ? a->then_branch : a->else_branch, 0, NULL, c->n_out, results));
    for (int k = 0; k < c->n_out; k++)
        if (c->out[k])
            *c->out[k] = results[k];
    return OG_OK;
}

/* The bool that chooses was always one; newer versions took more types of results. */
static int if_valid_from(const og_node *node)
{
    (void)node;
    return 1;
}

const og_op og_op_if = {
    .name = "If",
    .version = 25,
    .valid_from = 1,
    .valid_from_node = if_valid_from,
    .versions = "1 11 13 16 19 21 23 24",
    .doc = "The outputs of then_branch or else_branch, chosen by a bool.",
    .in = { OG_PORT("cond", OG_BIT(OG_BOOL)) },
    .out = { OG_PORT("outputs", OG_ANY, .variadic = true, .heterogeneous = true) },
    .attr = { OG_NEED_ATTR(if_attrs, then_branch, GRAPH),
              OG_NEED_ATTR(if_attrs, else_branch, GRAPH) },
    .attr_size = sizeof(if_attrs),
    .traits = OG_ANY_RANK,
    .run_types = OG_BIT(OG_BOOL),
    .infer = if_infer,
    .control = if_control,
};
