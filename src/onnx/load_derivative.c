/*
 * Nodes of a file that stand for derivatives (ONNX's Gradient): the values that they name are
 * looked up where they stand, and the derivatives take their place.
 */
#include "onnx/load.h"

#include "autodiff/autodiff.h"

#include <stdio.h>

static og_status find(og_loader *ld, const og_scope *scope, const og_node *node, const char *which,
                      const char *name, og_value **value)
{
    char shown[160];

    *value = og_scope_find(ld, scope, name);
    if (*value)
        return OG_OK;
    return og_fail(ld->report, OG_BAD_FILE, "%s of %s names '%s', but there is no such value",
                   which, node->op->name, og_escape(shown, sizeof shown, name));
}

static og_status resolve(og_loader *ld, const og_scope *scope, og_node *node, og_derivative *d)
{
    const og_derivative_attrs *a = node->attrs;

    *d = (og_derivative){ .node = node, .named = OG_NEW_N(ld->arena, og_value *, node->n_in + 1) };
    if (!d->named)
        return og_load_no_memory(ld);
    for (int64_t i = 0; i < a->xs.n; i++)
        OG_TRY(find(ld, scope, node, "xs", a->xs.v[i], &d->named[i]));
    for (int64_t i = 0; i < a->zs.n; i++)
        OG_TRY(find(ld, scope, node, "zs", a->zs.v[i], &d->named[a->xs.n + i]));
    return find(ld, scope, node, "y", a->y, &d->y);
}

/* Behind the node that has no derivative, which is what the sweep names. */
static void locate(og_loader *ld, const og_node *node)
{
    og_report *r = ld->report;
    size_t used = strlen(r->where);
    char text[300];

    og_node_text(node, text, sizeof text);
    snprintf(r->where + used, sizeof r->where - used, "%s%s in %s", used ? ", asked for by " : "",
             text, ld->root->file);
    ld->located = true;
}

/* Some exporters write a node for each weight: those that follow each other share a sweep. */
static og_status replace(og_loader *ld, og_derivative *d, size_t n)
{
    enum { BYTES_PER_NODE = 1024 };
    size_t most = ld->options.max_memory / BYTES_PER_NODE;

    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && og_derivatives_share(&d[i], &d[next]);)
            next++;
        if (og_differentiate(&d[i], next - i,
                             most < OG_MAX_INLINED_NODES ? most : OG_MAX_INLINED_NODES)) {
            locate(ld, d[i].node);
            return ld->report->code;
        }
    }
    return OG_OK;
}

og_status og_load_derivatives(og_loader *ld, const og_scope *scope, size_t first)
{
    const og_graph *g = scope->graph;
    og_list(og_derivative) all = { 0 };
    og_derivative d;

    if (ld->source->unknown.n) /* the file is refused for those, or only shown */
        return OG_OK;
    for (size_t i = first; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];

        if (!(node->op->traits & OG_DERIVATIVE))
            continue;
        if (resolve(ld, scope, node, &d)) {
            locate(ld, node);
            return ld->report->code;
        }
        if (!og_list_push(ld->arena, &all, d))
            return og_load_no_memory(ld);
    }
    return replace(ld, all.v, all.n);
}
