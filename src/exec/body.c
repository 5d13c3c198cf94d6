/*
 * Subgraphs of steps. A body becomes a graph of its own, whose last inputs are the outer values it
 * reads, and gets plans by the shapes it is fed with, like a session.
 */
#include "exec/plan.h"

static og_status link_body(og_plan *plan, plan_body *b, og_graph *body, const plan_options *options)
{
    b->body = body;
    b->graph = og_graph_extract(body);
    if (!b->graph)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a subgraph");
    b->captured = OG_NEW_N(plan->arena, plan_value *, b->graph->captured.n + 1);
    b->feeds = OG_NEW_N(plan->arena, og_feed, b->graph->inputs.n + 1);
    b->fetches = OG_NEW_N(plan->arena, const char *, b->graph->outputs.n + 1);
    if (!b->captured || !b->feeds || !b->fetches)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a subgraph");
    for (size_t i = 0; i < b->graph->captured.n; i++)
        if (b->graph->captured.v[i].fed)
            b->captured[b->n_captured++] = &plan->values[b->graph->captured.v[i].outer->id];
    for (size_t i = 0; i < b->graph->inputs.n; i++)
        b->feeds[i].name = b->graph->inputs.v[i]->name;
    for (size_t i = 0; i < b->graph->outputs.n; i++)
        b->fetches[i] = b->graph->outputs.v[i]->name;
    return OG_OK;
}

og_status og_bodies_link(og_plan *plan, plan_step *step, const plan_options *options)
{
    int n = 0;

    while (og_node_body(step->node, n))
        n++;
    step->bodies = OG_NEW_N(plan->arena, plan_body, n + 1);
    if (!step->bodies)
        return og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    for (int i = 0; i < n; i++)
        OG_TRY(link_body(plan, &step->bodies[i], og_node_body(step->node, i), options));
    return OG_OK;
}

void og_bodies_free(plan_step *step)
{
    for (plan_body *b = step->bodies; b && b->graph; b++) {
        for (og_plan *p = b->plans, *next; p; p = next) {
            next = p->next;
            og_plan_free(p);
        }
        og_graph_free(b->graph);
    }
}

og_status og_body_run(og_call *c, og_graph *body, int n_in, const og_tensor *const *in, int n_out,
                      og_tensor *out)
{
    plan_run *outer = c->runner;
    plan_body *b = c->work;

    while (b->graph && b->body != body)
        b++;
    assert(b->graph);
    size_t n = (size_t)n_in + b->n_captured;
    if (n != b->graph->inputs.n || (size_t)n_out != b->graph->outputs.n)
        return og_call_fail(
            c, OG_BAD_ARGUMENT, "subgraph '%s' has %zu inputs and %zu outputs, expected %d and %d",
            body->name, b->graph->inputs.n - b->n_captured, b->graph->outputs.n, n_in, n_out);
    for (int i = 0; i < n_in; i++)
        b->feeds[i].tensor = *in[i];
    for (size_t i = 0; i < b->n_captured; i++)
        b->feeds[(size_t)n_in + i].tensor = b->captured[i]->tensor;
    og_plan *plan =
        og_plan_find(&b->plans, b->graph, b->feeds, n, b->fetches, (size_t)n_out, outer->options);
    if (!plan)
        return c->report->code;
    og_plan_set_feeds(plan, b->feeds);
    plan_run r = *outer;
    r.plan = plan;
    og_status s = og_plan_run_steps(&r, 0, plan->n_steps);
    outer->arena = r.arena;
    outer->dynamic_bytes = r.dynamic_bytes;
    for (int k = 0; !s && k < n_out; k++)
        out[k] = plan->fetches[k]->tensor;
    return s;
}
