/*
 * What is dear and needed in some steps only: the nodes that compute it, as far as nothing else
 * needs them, move into a branch of an If.
 */
#include "optim/optim.h"

typedef struct mover {
    og_graph *g, *body;
    bool *moves;      /* by node: it goes into the body */
    bool *stays;      /* something else needs it */
    og_value **moved; /* by value: its twin in the body */
} mover;

static void need(const og_value *v, bool *needed, const og_graph *g)
{
    if (v && v->graph == g && v->node)
        needed[v->node->id] = true;
}

static void stay(og_value *v, void *to)
{
    const mover *m = to;

    need(v, m->stays, m->g);
}

static void flow_stays(const mover *m, const og_flow *flow)
{
    og_value *const held[] = { flow->value, flow->squares, flow->scale, flow->coef };

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        need(og_value_now(held[i]), m->stays, m->g);
}

/* All values that the step holds on to. */
static void step_stays(const mover *m, const og_step *step)
{
    og_value *const held[] = { step->count, step->clock, step->gate, step->loss,
                               step->seed,  step->lr,    m->g->ok };

    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        need(og_value_now(held[i]), m->stays, m->g);
    for (size_t i = 0; i < step->n; i++) {
        const og_step_param *p = &step->params[i];

        flow_stays(m, &p->now);
        flow_stays(m, &p->before);
        flow_stays(m, &p->after);
        need(og_value_now(p->gradient), m->stays, m->g);
        need(og_value_now(p->next), m->stays, m->g);
        need(og_value_now(p->rate), m->stays, m->g);
    }
    for (size_t i = 0; i < step->casts.n; i++)
        need(og_value_now(step->casts.v[i].to), m->stays, m->g);
    for (size_t i = 0; i < step->arguments.n; i++)
        need(og_value_now(step->arguments.v[i].value), m->stays, m->g);
}

static void graph_stays(const mover *m)
{
    const og_graph *g = m->g;

    for (size_t i = 0; i < g->outputs.n; i++)
        need(og_value_now(g->outputs.v[i]), m->stays, g);
    for (size_t i = 0; i < g->watched.n; i++)
        need(og_value_now(g->watched.v[i]), m->stays, g);
    for (size_t i = 0; i < g->bindings.n; i++)
        need(og_value_now(g->bindings.v[i].update), m->stays, g);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        need(og_value_now(g->info[i]), m->stays, g);
    for (size_t i = 0; i < g->nodes.n; i++) /* one with a body is not written anew */
        m->stays[i] = m->stays[i] || og_node_body(g->nodes.v[i], 0);
}

/* From readers to what they read, which stands before them. */
static void spread(const mover *m)
{
    for (size_t i = m->g->nodes.n; i-- > 0;) {
        const og_node *node = m->g->nodes.v[i];

        for (int j = 0; j < node->n_in; j++) {
            if (m->moves[i])
                need(node->in[j], m->moves, m->g);
            if (m->stays[i])
                need(node->in[j], m->stays, m->g);
        }
        if (m->stays[i])
            og_node_captured(node, stay, (void *)(uintptr_t)m);
    }
}

static og_status move(const mover *m, og_arena *arena, og_node *node)
{
    og_value **in = OG_NEW_N(arena, og_value *, node->n_in + 1);
    og_node_spec spec = {
        .op = node->op, .attrs = node->raw, .n_in = node->n_in, .n_out = node->n_out, .in = in
    };
    og_node *twin;

    if (!in)
        return og_fail(og_graph_errors(m->g), OG_NO_MEMORY, "no memory for a training step");
    for (int j = 0; j < node->n_in; j++) {
        og_value *x = node->in[j], *other = x && x->graph == m->g ? m->moved[x->id] : NULL;

        in[j] = other ? other : x;
    }
    twin = og_graph_add_node(m->body, &spec);
    for (int k = 0; twin && k < node->n_out; k++) {
        m->moved[node->out[k]->id] = twin->out[k];
        if (node->out[k]->named) /* what is drawn at random goes by the name */
            OG_TRY(og_value_rename(twin->out[k], node->out[k]->name));
    }
    node->dead = true;
    return og_graph_status(m->g);
}

/* A branch's results; their names are taken nowhere else. */
static void give(og_stage_context *c, og_graph *body, og_value *v, const char *what, size_t i)
{
    char *name = og_arena_print(body->arena, "%s_%s_%zu", c->label, what, i);

    if (name)
        og_output(body, name, og_node(body, "Identity", 1, &v, NULL));
}

/* What nobody needs reads no dead node either. */
static void drop_readers(const mover *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        og_node *node = m->g->nodes.v[i];

        for (int j = 0; j < node->n_in && !m->stays[i]; j++) {
            const og_value *x = node->in[j];

            node->dead = node->dead || (x && x->graph == m->g && x->node && x->node->dead);
        }
    }
}

static og_status move_all(const mover *m, og_stage_context *c, size_t n, og_value *const values[])
{
    const size_t count = m->g->nodes.n;

    for (size_t i = 0; i < n; i++)
        need(values[i], m->moves, m->g);
    step_stays(m, c->step);
    graph_stays(m);
    spread(m);
    for (size_t i = 0; i < count; i++)
        if (m->moves[i] && !m->stays[i])
            OG_TRY(move(m, c->step->arena, m->g->nodes.v[i]));
    drop_readers(m, count);
    return OG_OK;
}

og_status og_stage_when(og_stage_context *c, og_value *due, size_t n, og_value *const values[],
                        og_value *const others[], og_value *out[])
{
    og_graph *g = og_stage_graph(c), *otherwise = og_graph_new_inside(g, "otherwise");
    og_arena *arena = c->step->arena;
    mover m = { .g = g,
                .body = og_graph_new_inside(g, "when"),
                .moves = OG_NEW_N(arena, bool, g->nodes.n + 1),
                .stays = OG_NEW_N(arena, bool, g->nodes.n + 1),
                .moved = OG_NEW_N(arena, og_value *, g->values.n + 1) };

    OG_TRY(og_graph_status(g));
    if (!otherwise || !m.body || !m.moves || !m.stays || !m.moved)
        return og_fail(og_graph_errors(g), OG_NO_MEMORY, "no memory for a training step");
    need(due, m.stays, g);
    for (size_t i = 0; i < n; i++)
        need(others[i], m.stays, g);
    OG_TRY(move_all(&m, c, n, values));
    for (size_t i = 0; i < n; i++) {
        og_value *twin = m.moved[values[i]->id];

        give(c, m.body, twin ? twin : values[i], "when", i);
        give(c, otherwise, others[i], "otherwise", i);
    }
    OG_TRY(og_graph_status(g));
    og_ops_on("If",
              OG_ATTRS({ .name = "then_branch", .kind = OG_ATTR_GRAPH, .u.graph = m.body },
                       { .name = "else_branch", .kind = OG_ATTR_GRAPH, .u.graph = otherwise }),
              1, &due, (int)n, out);
    return og_graph_status(g);
}
