/*
 * Nodes of a file: which operator, in which version, brought to the newest one and added to the
 * graph.
 */
#include "onnx/load.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOAD_ROOM = 64 }; /* inputs and attributes that an upgrade may add */

char *og_proto_text(const Onnx__NodeProto *proto, size_t index, char *out, size_t size)
{
    char op[100], name[140], output[140];

    og_escape(op, sizeof op, og_or_empty(proto->op_type));
    og_escape(name, sizeof name, og_or_empty(proto->name));
    og_escape(output, sizeof output, proto->n_output ? proto->output[0] : "");
    snprintf(out, size, "%s node #%zu%s%s%s%s%s%s", op, index, *name ? " \"" : "", name,
             *name ? "\"" : "", *output ? " (output \"" : "", output, *output ? "\")" : "");
    return out;
}

/* ---- The operator and its version ------------------------------------------------------------ */

static bool find_import(const og_imports *imports, const char *domain, int64_t *version)
{
    for (size_t i = 0; i < imports->n; i++)
        if (!strcmp(og_domain(imports->v[i]->domain), domain)) {
            *version = imports->v[i]->version;
            return true;
        }
    return false;
}

/* The version of the operator that an opset means: the newest one not beyond it; 0 if it came
 * later. */
static int version_in(const og_op *op, int64_t opset, int *first)
{
    int best = op->version <= opset ? op->version : 0;

    *first = op->version;
    for (const char *at = op->versions; at && *at;) {
        char *end;
        int version = (int)strtol(at, &end, 10);

        if (end == at)
            break;
        at = end;
        *first = version < *first ? version : *first;
        best = version <= opset && version > best ? version : best;
    }
    return best;
}

og_unknown *og_load_unknown(og_loader *ld, const char *domain, const char *name)
{
    og_source *source = ld->source;
    char *text = og_arena_print(source->arena, "%s%s%s", domain, *domain ? "::" : "", name);
    og_unknown *unknown = text ? og_table_get(ld->unknown, text) : NULL;

    if (unknown)
        return unknown;
    og_op *op = OG_NEW(ld->root->arena, og_op);
    unknown = OG_NEW(source->arena, og_unknown);
    if (!text || !unknown || !op || !og_list_push(source->arena, &source->unknown, unknown) ||
        !og_table_set(ld->unknown, text, unknown))
        return og_load_no_memory(ld), NULL;
    op->name = og_arena_string(ld->root->arena, name);
    op->domain = og_arena_string(ld->root->arena, domain);
    op->version = op->valid_from = 1;
    op->traits = OG_UNKNOWN | OG_ANY_RANK;
    *unknown = (og_unknown){ .text = text, .op = op };
    return op->name && op->domain ? unknown : (og_load_no_memory(ld), NULL);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

/* A node on its way into the graph. */
typedef struct load_node {
    const Onnx__NodeProto *proto;
    size_t index;
    const og_op *op;
    int from; /* the version it is written in; 0: as the newest */
    og_attr *attrs;
    int n_attrs, n_in, n_out;
    og_value **in;
    const char **names; /* of the outputs, in the graph */
} load_node;

static og_status read_inputs(og_loader *ld, og_scope *scope, load_node *n)
{
    size_t room = n->proto->n_input + LOAD_ROOM;

    if (!(n->in = OG_NEW_N(ld->arena, og_value *, room)))
        return og_load_no_memory(ld);
    n->n_in = (int)n->proto->n_input;
    for (int i = 0; i < n->n_in; i++)
        OG_TRY(og_scope_value(ld, scope, n->proto->input[i], &n->in[i]));
    return OG_OK;
}

static og_status read_outputs(og_loader *ld, og_scope *scope, load_node *n)
{
    n->n_out = (int)n->proto->n_output;
    if (!n->n_out)
        return og_fail(ld->report, OG_BAD_FILE, "the node has no output");
    if (!(n->names = OG_NEW_N(ld->arena, const char *, n->n_out)))
        return og_load_no_memory(ld);
    for (int k = 0; k < n->n_out; k++) {
        OG_TRY(og_scope_check_new(ld, scope, n->proto->output[k]));
        n->names[k] = og_scope_name(ld, scope, n->proto->output[k]);
    }
    return OG_OK;
}

static og_status define_outputs(og_loader *ld, og_scope *scope, load_node *n, og_value *const *out)
{
    for (int k = 0; k < n->n_out; k++) {
        const char *name = n->proto->output[k];

        if (*name && !out[k])
            return og_fail(ld->report, OG_UNSUPPORTED, "output %d of version %d of %s", k, n->from,
                           n->op->name);
        OG_TRY(og_scope_define(ld, scope, name, out[k]));
    }
    return OG_OK;
}

static og_status add_node(og_loader *ld, og_scope *scope, load_node *n)
{
    og_node_spec spec = { .op = n->op,
                          .name = n->proto->name,
                          .attrs = n->attrs,
                          .n_in = n->n_in,
                          .n_out = n->n_out,
                          .in = n->in,
                          .out_names = n->names,
                          .doc = n->proto->doc_string,
                          .index = n->index };
    og_node *node = og_graph_add_node(scope->graph, &spec);

    return node ? define_outputs(ld, scope, n, node->out) : og_graph_status(scope->graph);
}

/* ---- Upgrades -------------------------------------------------------------------------------- */

static og_status rewrite_fail(og_rewrite *c, og_status code, const char *text)
{
    return og_fail(og_graph_errors(c->g), code, "%s", text);
}

/* What replaces an output takes over its name where it has none of its own. */
static og_status name_results(load_node *n, og_graph *g, og_value **out)
{
    for (int k = 0; k < n->n_out; k++) {
        out[k] = og_value_now(out[k]);
        if (n->names[k] && out[k] && out[k]->graph == g && out[k]->node && !out[k]->named)
            OG_TRY(og_value_rename(out[k], n->names[k]));
    }
    return OG_OK;
}

static og_status replace_node(og_loader *ld, og_scope *scope, load_node *n, og_value **out,
                              size_t first)
{
    og_graph *g = scope->graph;

    for (size_t i = first; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];

        node->index = n->index;
        if (n->proto->name && !*node->name &&
            !(node->name = og_arena_string(g->arena, n->proto->name)))
            return og_load_no_memory(ld);
    }
    OG_TRY(name_results(n, g, out));
    return define_outputs(ld, scope, n, out);
}

static og_status upgrade_node(og_loader *ld, og_scope *scope, load_node *n)
{
    og_graph *g = scope->graph;
    size_t first = g->nodes.n;
    og_value **out = OG_NEW_N(ld->arena, og_value *, n->n_out);
    og_attr *raw = OG_NEW_N(ld->arena, og_attr, n->n_attrs + LOAD_ROOM);
    bool replaced = false;

    if (!out || !raw)
        return og_load_no_memory(ld);
    memcpy(raw, n->attrs, sizeof(og_attr) * (size_t)(n->n_attrs + 1));
    og_rewrite c = { .g = g,
                     .op = n->op,
                     .from = n->from,
                     .n_in = n->n_in,
                     .n_out = n->n_out,
                     .in = n->in,
                     .out = out,
                     .raw = raw,
                     .n_raw = n->n_attrs,
                     .fail = rewrite_fail };
    n->op->upgrade(&c, n->from);
    OG_TRY(og_graph_status(g));
    for (int k = 0; k < n->n_out; k++)
        replaced = replaced || out[k];
    if (replaced)
        return replace_node(ld, scope, n, out, first);
    n->attrs = raw;
    n->n_in = c.n_in;
    return add_node(ld, scope, n);
}

/* ---- One node -------------------------------------------------------------------------------- */

static og_status resolve(og_loader *ld, og_scope *scope, load_node *n)
{
    const char *domain = og_domain(n->proto->domain), *name = og_or_empty(n->proto->op_type);
    int64_t opset;
    int first, valid;
    char shown[120];

    if (!*name)
        return og_fail(ld->report, OG_BAD_FILE, "the node names no operator");
    if (!find_import(&scope->frame->imports, domain, &opset))
        return og_fail(ld->report, OG_BAD_FILE, "the file imports no opset of the domain '%s'",
                       og_escape(shown, sizeof shown, domain));
    n->op = og_op_find(domain, name);
    if (!n->op) {
        og_unknown *unknown = og_load_unknown(ld, domain, name);

        if (!unknown)
            return og_load_no_memory(ld);
        unknown->nodes++;
        n->op = unknown->op;
        return OG_OK;
    }
    int version = version_in(n->op, opset, &first);
    if (!version)
        return og_fail(ld->report, OG_UNSUPPORTED,
                       "%s is known from opset %d on, the file imports opset %lld", n->op->name,
                       first, (long long)opset);
    /* An older version that the operator lists but does not upgrade says the same in fewer words.
     */
    valid = n->op->valid_from ? n->op->valid_from : n->op->version;
    n->from = version < valid && n->op->upgrade ? version : 0;
    return OG_OK;
}

/* The one operator that is a part of the format: its value is written where others are computed. */
static bool is_constant(const Onnx__NodeProto *proto)
{
    return !*og_domain(proto->domain) && proto->op_type && !strcmp(proto->op_type, "Constant");
}

static og_status load_one(og_loader *ld, og_scope *scope, load_node *n)
{
    const og_function *function = og_load_find_function(ld, n->proto);

    if (!function && is_constant(n->proto))
        return og_load_constant(ld, scope, n->proto);
    if (!function)
        OG_TRY(resolve(ld, scope, n));
    OG_TRY(og_load_attrs(ld, scope, n->proto->n_attribute, n->proto->attribute, &n->attrs));
    while (n->attrs[n->n_attrs].name)
        n->n_attrs++;
    if (function)
        return og_load_call(ld, scope, function, n->proto, n->index, n->attrs);
    OG_TRY(read_inputs(ld, scope, n));
    OG_TRY(read_outputs(ld, scope, n));
    return n->from ? upgrade_node(ld, scope, n) : add_node(ld, scope, n);
}

/* The innermost node that failed says where, the nodes around it (calls, If, Loop …) are added. */
static void locate(og_loader *ld, const load_node *n)
{
    og_report *r = ld->report;
    size_t used = strlen(r->where);
    char text[500];

    og_proto_text(n->proto, n->index, text, sizeof text);
    if (ld->located) {
        snprintf(r->where + used, sizeof r->where - used, ", inside %s", text);
        return;
    }
    /* A failure inside an upgrade names the node that was being added; the file's own says more. */
    if (n->from)
        r->where[0] = 0;
    og_report_where(r, "%s in %s", text, ld->root->file);
    ld->located = true;
}

og_status og_load_nodes(og_loader *ld, og_scope *scope, size_t n, Onnx__NodeProto **nodes)
{
    size_t first = scope->graph->nodes.n;

    for (size_t i = 0; i < n; i++) {
        load_node node = { .proto = nodes[i], .index = i };

        if (load_one(ld, scope, &node)) {
            locate(ld, &node);
            return ld->report->code;
        }
    }
    return og_load_derivatives(ld, scope, first);
}
