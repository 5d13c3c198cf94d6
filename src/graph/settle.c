/*
 * Settling: after a pass has replaced values and killed nodes, one sweep points every reader at the
 * replacement and puts the nodes in order again.
 */
#include "graph/node.h"

void og_value_replace(og_value *old, og_value *by)
{
    if (old != by)
        old->replaced_by = by;
}

og_value *og_value_now(og_value *v)
{
    while (v && v->replaced_by)
        v = v->replaced_by;
    return v;
}

static void captured_in(const og_graph *body, const og_graph *around,
                        void (*visit)(og_value *v, void *to), void *to)
{
    for (size_t i = 0; i < body->nodes.n; i++) {
        const og_node *node = body->nodes.v[i];
        const og_graph *inner;

        for (int j = 0; j < node->n_in; j++)
            if (node->in[j] && node->in[j]->graph == around)
                visit(node->in[j], to);
        for (int b = 0; (inner = og_node_body(node, b)); b++)
            captured_in(inner, around, visit, to);
    }
    for (size_t k = 0; k < body->outputs.n; k++)
        if (body->outputs.v[k]->graph == around)
            visit(body->outputs.v[k], to);
}

void og_node_captured(const og_node *node, void (*visit)(og_value *v, void *to), void *to)
{
    const og_graph *body;

    for (int b = 0; (body = og_node_body(node, b)); b++)
        captured_in(body, node->graph, visit, to);
}

/* Bodies may read values of the graphs around them. */
static void settle_readers(og_graph *g)
{
    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];
        og_graph *body;

        for (int j = 0; j < node->n_in; j++)
            node->in[j] = og_value_now(node->in[j]);
        for (int b = 0; (body = og_node_body(node, b)); b++) {
            settle_readers(body);
            for (size_t k = 0; k < body->outputs.n; k++)
                body->outputs.v[k] = og_value_now(body->outputs.v[k]);
        }
    }
}

/* An output keeps its name: the replacement takes it over, or a second value is made that has it.
 */
static og_status settle_output(og_graph *g, size_t i)
{
    og_value *old = g->outputs.v[i], *by = og_value_now(old);
    const char *name = old->name;

    if (by == old)
        return OG_OK;
    OG_TRY(og_value_rename(old, og_graph_free_name(g, "_replaced")));
    if (!by->named && by->node && by->graph == g)
        OG_TRY(og_value_rename(by, name));
    else {
        by = og_node(g, "Identity", 1, &by, NULL);
        if (!by)
            return og_graph_status(g);
        OG_TRY(og_value_rename(by, name));
    }
    by->named = true;
    g->outputs.v[i] = by;
    return OG_OK;
}

static og_status settle_ends(og_graph *g)
{
    for (size_t i = 0; i < g->outputs.n; i++)
        OG_TRY(settle_output(g, i));
    for (size_t i = 0; i < g->bindings.n; i++)
        g->bindings.v[i].update = og_value_now(g->bindings.v[i].update);
    for (size_t i = 0; i < g->watched.n; i++)
        g->watched.v[i] = og_value_now(g->watched.v[i]);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        g->info[i] = og_value_now(g->info[i]);
    g->ok = og_value_now(g->ok);
    return OG_OK;
}

/* ---- Order ----------------------------------------------------------------------------------- */

typedef struct sort_frame {
    og_node *node;
    size_t next; /* which of its needs comes next */
} sort_frame;

typedef struct sorter {
    og_graph *g;
    og_list(og_node *) done;
    og_list(sort_frame) stack;
    og_list(og_value *) captured; /* of the node being looked at, when it has bodies */
} sorter;

static void note_captured(og_value *v, void *to)
{
    sorter *s = to;

    og_list_push(s->g->arena, &s->captured, v);
}

/* The i-th value a node needs: its inputs, then what its bodies capture. */
static og_value *need(sorter *s, og_node *node, size_t i)
{
    if (i < (size_t)node->n_in)
        return node->in[i];
    i -= (size_t)node->n_in;
    return i < s->captured.n ? s->captured.v[i] : NULL;
}

enum { SORT_NEW = 0, SORT_OPEN = 1, SORT_DONE = 2 };

static og_status sort_from(sorter *s, og_node *root)
{
    og_graph *g = s->g;
    char text[300];

    if (root->mark != SORT_NEW)
        return OG_OK;
    root->mark = SORT_OPEN;
    if (!og_list_push(g->arena, &s->stack, ((sort_frame){ root, 0 })))
        return og_graph_no_memory(g);
    while (s->stack.n) {
        sort_frame *top = &s->stack.v[s->stack.n - 1];
        og_node *node = top->node, *before;

        s->captured.n = 0;
        og_node_captured(node, note_captured, s);
        if (top->next == (size_t)node->n_in + s->captured.n) {
            node->mark = SORT_DONE;
            s->stack.n--;
            if (!og_list_push(g->arena, &s->done, node))
                return og_graph_no_memory(g);
            continue;
        }
        og_value *v = need(s, node, top->next++);
        before = v && v->graph == g ? v->node : NULL;
        if (!before || before->mark == SORT_DONE)
            continue;
        if (before->mark == SORT_OPEN)
            return og_fail(og_graph_errors(g), OG_BAD_FILE, "the nodes form a cycle through %s",
                           og_node_text(before, text, sizeof text));
        before->mark = SORT_OPEN;
        if (!og_list_push(g->arena, &s->stack, ((sort_frame){ before, 0 })))
            return og_graph_no_memory(g);
    }
    return OG_OK;
}

static og_status sort_nodes(og_graph *g)
{
    sorter s = { .g = g };

    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i]->mark = SORT_NEW;
    for (size_t i = 0; i < g->nodes.n; i++)
        if (!g->nodes.v[i]->dead)
            OG_TRY(sort_from(&s, g->nodes.v[i]));
    g->nodes.n = 0;
    for (size_t i = 0; i < s.done.n; i++) {
        s.done.v[i]->id = i;
        if (!og_list_push(g->arena, &g->nodes, s.done.v[i]))
            return og_graph_no_memory(g);
    }
    return OG_OK;
}

/* Values of dead nodes leave the list and the names. */
static void drop_values(og_graph *g)
{
    size_t n = 0;

    for (size_t i = 0; i < g->values.n; i++) {
        og_value *v = g->values.v[i];

        if (v->node && v->node->dead) {
            if (og_table_get(g->names, v->name) == v)
                og_table_set(g->names, v->name, NULL);
            continue;
        }
        v->id = n;
        g->values.v[n++] = v;
    }
    g->values.n = n;
}

og_status og_graph_settle(og_graph *g)
{
    OG_TRY(og_graph_status(g));
    OG_TRY(settle_ends(g));
    settle_readers(g);
    OG_TRY(sort_nodes(g));
    drop_values(g);
    return og_graph_status(g);
}

/* ---- What is not needed ---------------------------------------------------------------------- */

static void keep(og_value *v)
{
    if (v && v->node)
        v->node->mark = 1;
}

static void keep_captured(og_value *v, void *unused)
{
    (void)unused;
    keep(v);
}

og_status og_graph_prune(og_graph *g, og_value *const *extra, size_t n_extra)
{
    for (size_t i = 0; i < g->nodes.n; i++)
        g->nodes.v[i]->mark = 0;
    for (size_t i = 0; i < n_extra; i++)
        keep(extra[i]);
    for (size_t i = 0; i < g->outputs.n; i++)
        keep(g->outputs.v[i]);
    for (size_t i = 0; i < g->bindings.n; i++)
        keep(g->bindings.v[i].update);
    for (size_t i = 0; i < g->watched.n; i++)
        keep(g->watched.v[i]);
    for (int i = 0; i < OG_INFO_COUNT; i++)
        keep(g->info[i]);
    keep(g->ok);
    for (size_t i = g->nodes.n; i-- > 0;) { /* backwards: readers come before what they read */
        og_node *node = g->nodes.v[i];

        if (!node->mark) {
            node->dead = true;
            continue;
        }
        for (int j = 0; j < node->n_in; j++)
            keep(node->in[j]);
        og_node_captured(node, keep_captured, NULL);
    }
    return og_graph_settle(g);
}
