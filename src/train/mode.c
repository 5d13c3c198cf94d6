/*
 * An operator says itself how it is set to learning (.set_training) and which outputs become its
 * statistics
 * (.updates); here the node is made again that way. Only the session's graph changes: the saved
 * file keeps its modes.
 */
#include "train/mode.h"

enum { MODE_ATTRS = 16, MODE_INPUTS = 64 };

static bool has_statistics(const og_op *op)
{
    return op->updates[0] || op->updates[1] || op->updates[2] || op->updates[3];
}

/* The input that output k becomes while learning, or NULL. */
static og_value *statistic(const og_node *node, int k)
{
    int j = node->op->updates[k];

    return j > 0 && j < node->n_in ? node->in[j] : NULL;
}

static bool is_initializer(const og_graph *g, const og_value *v)
{
    for (size_t i = 0; i < g->initializers.n; i++)
        if (g->initializers.v[i] == v)
            return true;
    return false;
}

og_status og_modes_statistics(og_graph *g)
{
    for (size_t i = 0; i < g->nodes.n; i++)
        for (int k = 0; k < 4; k++) {
            og_value *v = statistic(g->nodes.v[i], k);

            if (!v || !v->data)
                continue;
            v->state = true;
            if (!is_initializer(g, v) && !og_list_push(g->arena, &g->initializers, v))
                return og_graph_no_memory(g);
        }
    return OG_OK;
}

/* While nothing is learned there are no new statistics: who reads one gets the old one. */
static int outputs_left(const og_node *old, bool training)
{
    int n = old->n_out;

    while (!training && n > 1 && n <= 4 && statistic(old, n - 1))
        n--;
    return n;
}

/* A new node in place of the old one; its outputs take the names over. */
static og_status remake(og_node *old, const og_rewrite *c, bool training, og_node **made)
{
    og_graph *g = old->graph;
    int n_out = outputs_left(old, training);
    og_node *node = og_graph_add_node(g, &(og_node_spec){ .op = old->op,
                                                          .name = old->name,
                                                          .attrs = c->raw,
                                                          .n_in = c->n_in,
                                                          .n_out = n_out,
                                                          .in = c->in,
                                                          .doc = old->doc,
                                                          .index = old->index });

    if (!node)
        return og_graph_status(g);
    for (int k = n_out; k < old->n_out; k++)
        og_value_replace(old->out[k], statistic(old, k));
    for (int k = 0; k < n_out; k++) {
        og_value *from = old->out[k];
        const char *name = from->name;

        if (from->named) {
            OG_TRY(og_value_rename(from, og_graph_free_name(g, "_replaced")));
            OG_TRY(og_value_rename(node->out[k], name));
        }
        og_value_replace(from, node->out[k]);
    }
    old->dead = true;
    *made = node;
    return OG_OK;
}

static og_status set_node(og_node **node, bool training, bool *changed)
{
    og_node *old = *node;
    og_graph *g = old->graph;
    og_value *in[MODE_INPUTS] = { NULL }, *out[MODE_INPUTS] = { NULL };
    og_rewrite c = { .g = g,
                     .op = old->op,
                     .node = old,
                     .attrs = old->attrs,
                     .n_in = old->n_in,
                     .n_out = old->n_out,
                     .in = in,
                     .out = out };

    while (old->raw[c.n_raw].name)
        c.n_raw++;
    c.raw = OG_NEW_N(g->arena, og_attr, c.n_raw + MODE_ATTRS + 1);
    if (!c.raw)
        return og_graph_no_memory(g);
    memcpy(c.raw, old->raw, sizeof *c.raw * (size_t)c.n_raw);
    memcpy(in, old->in, sizeof *in * (size_t)old->n_in);
    if (!old->op->set_training(&c, training))
        return og_graph_status(g);
    *changed = true;
    return remake(old, &c, training, node);
}

static og_status bind_statistics(og_node *node)
{
    og_graph *g = node->graph;

    for (int k = 0; k < 4; k++) {
        og_value *v = statistic(node, k);

        if (!v || !v->state)
            continue;
        OG_TRY(og_node_more_outputs(node, k + 1));
        if (!og_list_push(g->arena, &g->bindings, ((og_binding){ v, node->out[k] })))
            return og_graph_no_memory(g);
    }
    return OG_OK;
}

og_status og_modes_set(og_graph *g, og_mode_change statistics, og_mode_change others, size_t *count)
{
    size_t n = g->nodes.n;

    for (size_t i = 0; i < n; i++) {
        og_node *node = g->nodes.v[i];
        bool learned = has_statistics(node->op), changed = false;
        og_mode_change mode = learned ? statistics : others;

        if (!node->op->set_training || node->n_in >= MODE_INPUTS || node->n_out >= MODE_INPUTS)
            continue;
        if (mode != OG_MODE_FILE)
            OG_TRY(set_node(&node, mode == OG_MODE_LEARN, &changed));
        if (learned && mode == OG_MODE_LEARN)
            OG_TRY(bind_statistics(node));
        if (count)
            *count += learned && changed;
    }
    return og_graph_settle(g);
}
