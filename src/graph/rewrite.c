/* Rewriting: what upgrades and expansions say, and replacing a node by its expansion. */
#include "graph/node.h"

#include <stdio.h>

og_value *og_in(const og_rewrite *c, int i) { return i < c->n_in ? c->in[i] : NULL; }

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

    return a && a->kind == OG_ATTR_INTS ? a->u.ints : (og_ints){0};
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
    c->raw[c->n_raw] = (og_attr){.name = NULL};
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

/* Nodes that an expansion adds stand where the node stood: og_graph_settle orders by need. */
og_status og_node_expand(og_node *node)
{
    og_graph *g = node->graph;
    og_value **out = OG_NEW_N(g->arena, og_value *, node->n_out + 1);
    og_rewrite c = {.g = g, .op = node->op, .node = node, .attrs = node->attrs, .n_in = node->n_in,
                    .n_out = node->n_out, .in = node->in, .out = out};
    char text[300];

    if (!out)
        return og_graph_no_memory(g);
    if (!node->op->expand)
        return og_fail(og_graph_errors(g), OG_UNSUPPORTED, "%s has no expansion", node->op->name);
    size_t first = g->nodes.n;
    node->op->expand(&c);
    name_after(g, first, node);
    if (og_graph_status(g)) {
        og_report_where(og_graph_errors(g), "the expansion of %s", og_node_text(node, text, sizeof text));
        return og_graph_status(g);
    }
    for (int k = 0; k < node->n_out; k++)
        if (out[k])
            og_value_replace(node->out[k], out[k]);
    node->dead = true;
    return OG_OK;
}
