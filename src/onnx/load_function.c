/*
 * Functions of a model, checked before any is inlined: each defined once, no call of itself on any
 * way, no attribute that is not declared, and what inlining all of them would come to, which can be
 * exponential in the file's size.
 */
#include "onnx/load.h"

#include <stdio.h>

static const char *function_key(og_loader *ld, const char *domain, const char *name,
                                const char *overload)
{
    return og_arena_print(ld->arena, "%s::%s::%s", og_domain(domain), og_or_empty(name),
                          og_or_empty(overload));
}

og_function *og_load_find_function(const og_loader *ld, const Onnx__NodeProto *proto)
{
    char key[512];

    if (!ld->model->n_functions)
        return NULL;
    int n = snprintf(key, sizeof key, "%s::%s::%s", og_domain(proto->domain),
                     og_or_empty(proto->op_type), og_or_empty(proto->overload));
    return n > 0 && (size_t)n < sizeof key ? og_table_get(ld->functions, key) : NULL;
}

static og_status function_fail(og_loader *ld, const og_function *f, og_status code,
                               const char *what, const char *name)
{
    char shown[160], text[160];

    og_fail(ld->report, code, "function '%s' %s%s%s%s",
            og_escape(shown, sizeof shown, og_or_empty(f->proto->name)), what, name ? " '" : "",
            name ? og_escape(text, sizeof text, name) : "", name ? "'" : "");
    og_report_where(ld->report, "%s", ld->root->file);
    return code;
}

static og_status too_deep(og_loader *ld, const og_function *f)
{
    char what[80];

    snprintf(what, sizeof what, "is called through more than %d others", OG_MAX_FUNCTION_DEPTH);
    return function_fail(ld, f, OG_LIMIT, what, NULL);
}

static og_status too_many(og_loader *ld, const og_function *f)
{
    char what[100];

    snprintf(what, sizeof what, "makes the model grow beyond %d nodes when calls are inlined",
             OG_MAX_INLINED_NODES);
    return function_fail(ld, f, OG_LIMIT, what, NULL);
}

static og_status list_functions(og_loader *ld)
{
    for (size_t i = 0; i < ld->model->n_functions; i++) {
        og_function *f = OG_NEW(ld->arena, og_function);
        const Onnx__FunctionProto *proto = ld->model->functions[i];
        const char *key = function_key(ld, proto->domain, proto->name, proto->overload);

        if (!f || !key)
            return og_load_no_memory(ld);
        f->proto = proto;
        if (!proto->name || !*proto->name)
            return og_fail(ld->report, OG_BAD_FILE, "function #%zu has no name", i);
        if (og_table_get(ld->functions, key))
            return function_fail(ld, f, OG_BAD_FILE, "is defined twice", NULL);
        if (strlen(key) > 500)
            return function_fail(ld, f, OG_LIMIT, "has a name over 500 bytes", NULL);
        if (!og_table_set(ld->functions, key, f))
            return og_load_no_memory(ld);
    }
    return OG_OK;
}

/* ---- Walking bodies -------------------------------------------------------------------------- */

static og_status visit_function(og_loader *ld, og_function *f, int depth);

static bool declares(const Onnx__FunctionProto *proto, const char *name)
{
    for (size_t i = 0; i < proto->n_attribute; i++)
        if (!strcmp(proto->attribute[i], name))
            return true;
    for (size_t i = 0; i < proto->n_attribute_proto; i++)
        if (!strcmp(og_or_empty(proto->attribute_proto[i]->name), name))
            return true;
    return false;
}

static og_status visit_nodes(og_loader *ld, og_function *f, size_t n, Onnx__NodeProto **nodes,
                             int depth);

static og_status visit_attributes(og_loader *ld, og_function *f, const Onnx__NodeProto *node,
                                  int depth)
{
    for (size_t i = 0; i < node->n_attribute; i++) {
        const Onnx__AttributeProto *a = node->attribute[i];

        if (a->ref_attr_name && *a->ref_attr_name && f->proto &&
            !declares(f->proto, a->ref_attr_name))
            return function_fail(ld, f, OG_BAD_FILE,
                                 "refers to an attribute it does not declare:", a->ref_attr_name);
        if (a->g)
            OG_TRY(visit_nodes(ld, f, a->g->n_node, a->g->node, depth));
    }
    return OG_OK;
}

static og_status visit_call(og_loader *ld, og_function *f, const Onnx__NodeProto *node, int depth)
{
    og_function *callee = og_load_find_function(ld, node);

    f->nodes++;
    if (!callee) {
        const char *domain = og_domain(node->domain), *name = og_or_empty(node->op_type);

        if (f->proto && *name && strcmp(name, "Constant") && !og_op_find(domain, name) &&
            !og_load_unknown(ld, domain, name))
            return og_load_no_memory(ld);
        return OG_OK;
    }
    OG_TRY(visit_function(ld, callee, depth + 1));
    f->depth = callee->depth + 1 > f->depth ? callee->depth + 1 : f->depth;
    f->nodes += callee->nodes;
    if (f->depth > OG_MAX_FUNCTION_DEPTH)
        return too_deep(ld, callee);
    if (f->nodes > OG_MAX_INLINED_NODES)
        return too_many(ld, callee);
    return OG_OK;
}

static og_status visit_nodes(og_loader *ld, og_function *f, size_t n, Onnx__NodeProto **nodes,
                             int depth)
{
    for (size_t i = 0; i < n; i++) {
        OG_TRY(visit_attributes(ld, f, nodes[i], depth));
        OG_TRY(visit_call(ld, f, nodes[i], depth));
    }
    return OG_OK;
}

static og_status visit_function(og_loader *ld, og_function *f, int depth)
{
    if (f->visit == OG_SEEN)
        return OG_OK;
    if (f->visit == OG_OPEN)
        return function_fail(ld, f, OG_BAD_FILE, "calls itself", NULL);
    if (depth > OG_MAX_FUNCTION_DEPTH)
        return too_deep(ld, f);
    f->visit = OG_OPEN;
    OG_TRY(visit_nodes(ld, f, f->proto->n_node, f->proto->node, depth));
    f->visit = OG_SEEN;
    return OG_OK;
}

/* What inlining adds to the graph takes memory that the scan of the file could not know of. */
static og_status check_growth(og_loader *ld, const og_function *all)
{
    enum { BYTES_PER_NODE = 1024 };

    if (all->nodes > ld->options.max_memory / BYTES_PER_NODE)
        return og_fail(ld->report, OG_LIMIT,
                       "%llu nodes with all functions inlined take more than the %zu bytes allowed",
                       (unsigned long long)all->nodes, ld->options.max_memory);
    return OG_OK;
}

og_status og_load_functions(og_loader *ld)
{
    og_function all = { 0 };

    OG_TRY(list_functions(ld));
    for (size_t i = 0; i < ld->model->n_functions; i++) {
        const Onnx__FunctionProto *proto = ld->model->functions[i];
        const char *key = function_key(ld, proto->domain, proto->name, proto->overload);

        if (!key)
            return og_load_no_memory(ld);
        OG_TRY(visit_function(ld, og_table_get(ld->functions, key), 1));
    }
    if (!ld->model->n_functions || !ld->model->graph)
        return OG_OK;
    OG_TRY(visit_nodes(ld, &all, ld->model->graph->n_node, ld->model->graph->node, 0));
    return check_growth(ld, &all);
}
