/*
 * What stages ask of the loss beside its gradient: loss and gradient at other parameters than the
 * present ones (the nodes between the parameters and the loss are added once more, reading the
 * others, and swept again), and the Hessian times a direction (the gradient swept once more).
 */
#include "autodiff/autodiff.h"
#include "optim/optim.h"

/* For each value of the forward pass by its id: what stands for it, or NULL where it does not
 * depend on them. */
typedef struct elsewhere {
    og_graph *g, *into; /* into: g, or a body inside it that the nodes are added to */
    og_value **other;
} elsewhere;

/* Which nodes the loss needs.  They stand in order: the graph is settled after every sweep. */
static void mark_needed(og_step *step, bool *needed)
{
    if (step->loss->node)
        needed[step->loss->node->id] = true;
    for (size_t i = step->graph->nodes.n; i-- > 0;) {
        const og_node *node = step->graph->nodes.v[i];

        for (int j = 0; needed[i] && j < node->n_in; j++)
            if (node->in[j] && node->in[j]->node && node->in[j]->graph == step->graph)
                needed[node->in[j]->node->id] = true;
    }
}

static og_status add_again(elsewhere *e, og_arena *arena, const og_node *node)
{
    og_value **in = OG_NEW_N(arena, og_value *, node->n_in + 1);
    og_node_spec spec = {
        .op = node->op, .attrs = node->raw, .n_in = node->n_in, .n_out = node->n_out, .in = in
    };
    og_node *again;
    bool any = false;

    if (!in)
        return og_fail(og_graph_errors(e->g), OG_NO_MEMORY, "no memory for a training step");
    for (int j = 0; j < node->n_in; j++) {
        og_value *x = node->in[j], *other = x && x->graph == e->g ? e->other[x->id] : NULL;

        any = any || other;
        in[j] = other ? other : x;
    }
    if (!any)
        return OG_OK;
    if (og_node_body(node, 0))
        return og_fail(og_graph_errors(e->g), OG_UNSUPPORTED,
                       "the loss cannot be computed a second time through %s", node->op->name);
    again = og_graph_add_node(e->into, &spec);
    for (int k = 0; again && k < node->n_out; k++)
        e->other[node->out[k]->id] = again->out[k];
    return og_graph_status(e->g);
}

static og_status loss_again(og_stage_context *c, og_graph *into, og_value *const at[],
                            og_value **loss)
{
    og_step *step = c->step;
    const size_t n = step->graph->nodes.n;
    elsewhere e = { .g = step->graph,
                    .into = into,
                    .other = OG_NEW_N(step->arena, og_value *, step->graph->values.n) };
    bool *needed = OG_NEW_N(step->arena, bool, n + 1);

    OG_TRY(og_graph_status(step->graph));
    if (!e.other || !needed)
        return og_fail(og_graph_errors(e.g), OG_NO_MEMORY, "no memory for a training step");
    mark_needed(step, needed);
    for (size_t i = 0; i < og_stage_count(c); i++)
        e.other[og_stage_parameter(c, i)->id] = at[i];
    for (size_t i = 0; i < n; i++)
        if (needed[i])
            OG_TRY(add_again(&e, step->arena, step->graph->nodes.v[i]));
    *loss = e.other[step->loss->id];
    return OG_OK;
}

/* What a sweep has put in place of nodes takes their place before the next one. */
static og_status settle(og_stage_context *c)
{
    OG_TRY(og_graph_settle(c->step->graph));
    c->step->loss = og_value_now(c->step->loss);
    return OG_OK;
}

og_status og_stage_loss_at(og_stage_context *c, og_graph *into, og_value *const at[],
                           og_value **loss)
{
    OG_TRY(loss_again(c, into, at, loss));
    *loss = og_cast(*loss, OG_DOUBLE);
    return og_graph_status(c->step->graph);
}

og_status og_stage_gradient(og_stage_context *c, og_value *const at[], og_value *gradients[])
{
    og_value *loss = NULL;

    OG_TRY(loss_again(c, c->step->graph, at, &loss));
    OG_TRY(og_backward(c->step->graph, loss, og_cast_like(c->step->seed, loss), at,
                       og_stage_count(c), gradients));
    for (size_t i = 0; i < og_stage_count(c); i++)
        gradients[i] = og_value_now(gradients[i]);
    return settle(c);
}

/* The gradient of <gradient, v>; the gradients carry the seed, which is divided out again. */
og_status og_stage_hessian_product(og_stage_context *c, og_value *const v[], og_value *products[])
{
    og_step *step = c->step;
    const size_t n = og_stage_count(c);
    og_value **wrt = OG_NEW_N(step->arena, og_value *, n + 1), *dot = NULL, *back = NULL;

    if (!wrt)
        return og_fail(og_graph_errors(step->graph), OG_NO_MEMORY, "no memory for a training step");
    for (size_t i = 0; i < n; i++) {
        og_value *gradient = og_value_now(step->params[c->reach[i]].gradient), *term;

        wrt[i] = og_stage_parameter(c, i);
        term = og_reduce("ReduceSum", og_mul(gradient, v[i]), (og_ints){ 0, NULL }, false);
        term = og_cast(term, OG_DOUBLE);
        dot = dot ? og_add(dot, term) : term;
    }
    OG_TRY(og_graph_status(step->graph));
    if (step->seed)
        back = og_div(og_step_constant(step, 1), step->seed);
    OG_TRY(og_backward(step->graph, dot, back, wrt, n, products));
    for (size_t i = 0; i < n; i++)
        products[i] = products[i] ? og_value_now(products[i]) : og_zeros_like(wrt[i]);
    return settle(c);
}
