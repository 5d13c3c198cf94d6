/* Rewriting: what upgrades and expansions say, and replacing a node by its expansion. */
#include "graph/node.h"

#include <stdio.h>

og_value *og_in(const og_rewrite *c, int i)
{
    return i < c->n_in ? c->in[i] : NULL;
}

void og_replace(og_rewrite *c, int k, og_value *by)
{
    if (k < c->n_out)
        c->out[k] = by;
}

bool og_wanted(const og_rewrite *c, int k)
{
    return k < c->n_out && (!c->node || c->node->out[k]->mark != SIZE_MAX);
}

const og_attr *og_old(const og_rewrite *c, const char *name)
{
    for (int i = 0; i < c->n_raw; i++)
        if (!strcmp(c->raw[i].name, name))
            return &c->raw[i];
    return NULL;
}

int64_t og_old_int(const og_rewrite *c, const char *name, int64_t absent)
{
    const og_attr *a = og_old(c, name);

    return a && a->kind == OG_ATTR_INT ? a->u.i : absent;
}

float og_old_float(const og_rewrite *c, const char *name, float absent)
{
    const og_attr *a = og_old(c, name);

    return a && a->kind == OG_ATTR_FLOAT ? a->u.f : absent;
}

og_ints og_old_ints(const og_rewrite *c, const char *name)
{
    const og_attr *a = og_old(c, name);

    return a && a->kind == OG_ATTR_INTS ? a->u.ints : (og_ints){ 0 };
}

void og_drop_attr(og_rewrite *c, const char *name)
{
    for (int i = 0; i < c->n_raw; i++)
        if (!strcmp(c->raw[i].name, name)) {
            memmove(&c->raw[i], &c->raw[i + 1], sizeof(og_attr) * (size_t)(c->n_raw - i));
            c->n_raw--;
            return;
        }
}

void og_set_attr(og_rewrite *c, og_attr attr)
{
    og_drop_attr(c, attr.name);
    c->raw[c->n_raw++] = attr;
    c->raw[c->n_raw] = (og_attr){ .name = NULL };
}

void og_set_in(og_rewrite *c, int i, og_value *value)
{
    while (c->n_in <= i)
        c->in[c->n_in++] = NULL;
    c->in[i] = value;
}

og_status og_rewrite_fail(og_rewrite *c, og_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    og_status s = og_fail_v(og_graph_errors(c->g), code, format, args);
    va_end(args);
    return s;
}

/* Nodes that stand for another one carry its name, by which its user knows them in reports. */
static void name_after(og_graph *g, size_t first, const og_node *node)
{
    for (size_t i = first; i < g->nodes.n; i++)
        if (!*g->nodes.v[i]->name) {
            g->nodes.v[i]->name = node->name;
            g->nodes.v[i]->index = node->index;
        }
}

/* Nodes that a rewriting adds stand where the node stood: og_graph_settle orders by need. */
static og_status rewrite_node(og_node *node, void (*rewrite)(og_rewrite *c), const char *what,
                              bool *replaced)
{
    og_graph *g = node->graph;
    og_value **out = OG_NEW_N(g->arena, og_value *, node->n_out + 1);
    og_rewrite c = { .g = g,
                     .op = node->op,
                     .node = node,
                     .attrs = node->attrs,
                     .n_in = node->n_in,
                     .n_out = node->n_out,
                     .in = node->in,
                     .out = out };
    char text[300];

    if (!out)
        return og_graph_no_memory(g);
    size_t first = g->nodes.n;
    rewrite(&c);
    name_after(g, first, node);
    if (og_graph_status(g)) {
        og_report_where(og_graph_errors(g), "the %s of %s", what,
                        og_node_text(node, text, sizeof text));
        return og_graph_status(g);
    }
    *replaced = false;
    for (int k = 0; k < node->n_out; k++)
        if (out[k]) {
            og_value_replace(node->out[k], out[k]);
            *replaced = true;
        }
    return OG_OK;
}

og_status og_node_expand(og_node *node)
{
    bool replaced;

    if (!node->op->expand)
        return og_fail(og_graph_errors(node->graph), OG_UNSUPPORTED, "%s has no expansion",
                       node->op->name);
    OG_TRY(rewrite_node(node, node->op->expand, "expansion", &replaced));
    node->dead = true;
    return OG_OK;
}

og_status og_node_simplify(og_node *node, bool *changed)
{
    bool replaced;

    if (!node->op->simplify)
        return OG_OK;
    OG_TRY(rewrite_node(node, node->op->simplify, "simplification", &replaced));
    for (int k = 0; k < node->n_out; k++)
        if (!node->out[k]->replaced_by)
            return OG_OK; /* what it still gives is still needed */
    node->dead = replaced;
    *changed = *changed || replaced;
    return OG_OK;
}

/* ---- A whole graph --------------------------------------------------------------------------- */

static void mark_read(og_value *v, void *unused)
{
    (void)unused;
    og_value_now(v)->mark = 1;
}

/* value->mark: some node that is alive, or an output, reads it. */
static void mark_all_read(og_graph *g)
{
    for (size_t i = 0; i < g->values.n; i++)
        g->values.v[i]->mark = 0;
    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];

        for (int j = 0; j < node->n_in && !node->dead; j++)
            if (node->in[j])
                mark_read(node->in[j], NULL);
        if (!node->dead)
            og_node_captured(node, mark_read, NULL);
    }
    for (size_t i = 0; i < g->outputs.n; i++)
        mark_read(g->outputs.v[i], NULL);
}

static bool is_read(const og_node *node)
{
    for (int k = 0; k < node->n_out; k++)
        if (node->out[k]->mark)
            return true;
    return false;
}

/* Nodes that had readers (node->mark) and have none now; others that nobody reads stay as the file
 * has them. */
static void kill_unread(og_graph *g)
{
    for (bool again = true; again;) {
        again = false;
        mark_all_read(g);
        for (size_t i = 0; i < g->nodes.n; i++) {
            og_node *node = g->nodes.v[i];

            if (!node->dead && node->mark && !is_read(node))
                again = node->dead = true;
        }
    }
}

og_status og_graph_simplify(og_graph *g)
{
    bool changed = false;
    size_t n = g->nodes.n;

    OG_TRY(og_graph_status(g));
    mark_all_read(g);
    for (size_t i = 0; i < n; i++)
        g->nodes.v[i]->mark = is_read(g->nodes.v[i]);
    for (size_t i = 0; i < n; i++) {
        og_node *node = g->nodes.v[i];

        for (int j = 0; j < node->n_in; j++)
            node->in[j] = og_value_now(node->in[j]);
        OG_TRY(og_node_simplify(node, &changed));
    }
    if (!changed)
        return OG_OK;
    kill_unread(g);
    return og_graph_settle(g);
}
