/*
 * Simplifying: with the inputs' sizes known, one walk through the nodes turns every type into
 * numbers, computes what is constant, merges what is computed twice and expands what has no kernel.
 * Expansions bring new nodes, so the walk is repeated until nothing changes.
 */
#include "exec/plan.h"

#include <stdio.h>

enum {
    FOLD_LIMIT = 1 << 24
}; /* bytes of a folded constant: larger ones are cheaper to compute again */

static const og_op *type_op(const og_node *node, og_elem *in, og_elem *out)
{
    const og_op *op = node->op;
    const og_value *v = op->type_port < node->n_in ? node->in[op->type_port] : NULL;

    *in = v ? v->type.elem : OG_UNDEFINED;
    *out = node->n_out ? node->out[0]->type.elem : OG_UNDEFINED;
    return op;
}

bool og_node_runnable(const og_node *node)
{
    og_elem in, out;
    const og_op *op = type_op(node, &in, &out);

    if ((!op->run && !op->control) || op->traits & OG_UNKNOWN)
        return false;
    if (op->traits & OG_ELEMENTWISE && op->loop(node->attrs, in, out))
        return true;
    if (!in || op->traits & OG_COPIES)
        return true;
    return og_elem_in(in, op->run_types ? op->run_types : OG_LOOPED);
}

og_status og_node_unsupported(const og_node *node, og_report *report)
{
    og_elem in, out;
    const og_op *op = type_op(node, &in, &out);
    char name[100], text[300];

    og_escape(name, sizeof name, op->name);
    if (op->traits & OG_UNKNOWN)
        og_fail(report, OG_UNSUPPORTED, "operator %s%s%s is not known",
                op->domain ? op->domain : "", op->domain ? "::" : "", name);
    else if (!op->run && !op->control)
        og_fail(report, OG_UNSUPPORTED, "operator %s cannot be run yet", name);
    else
        og_fail(report, OG_UNSUPPORTED, "operator %s has no kernel for %s yet", name,
                og_elem_name(in ? in : OG_FLOAT));
    og_report_where(report, "%s", og_node_text(node, text, sizeof text));
    return report->code;
}

/* ---- Folding --------------------------------------------------------------------------------- */

static bool is_constant(const og_value *v)
{
    return v && v->data && !v->state && !v->input;
}

/* Sizes that inference knows already: Shape of a value whose sizes are numbers, and arithmetic on
 * such. */
static og_tensor *known_content(og_graph *g, const og_value *v)
{
    int64_t number;

    if (!v->content || !og_type_known(&v->type) ||
        (v->type.elem != OG_INT64 && v->type.elem != OG_INT32))
        return NULL;
    if (og_count(v->type.rank, v->type.dims) != v->n_content)
        return NULL;
    for (int64_t i = 0; i < v->n_content; i++)
        if (!og_dim_const(g->dims, v->content[i], &number))
            return NULL;
    void *data = og_graph_bytes(g, (size_t)v->n_content * sizeof(int64_t));
    og_tensor *t = data ? og_graph_tensor(g, v->type.elem, v->type.rank, v->type.dims, data) : NULL;
    for (int64_t i = 0; t && i < v->n_content; i++) {
        og_dim_const(g->dims, v->content[i], &number);
        og_set_int(t, i, number);
    }
    return t;
}

static bool foldable(const og_node *node)
{
    size_t bytes, total = 0;

    if (node->op->traits & OG_RANDOM || !og_node_runnable(node) || og_node_body(node, 0))
        return false;
    for (int i = 0; i < node->n_in; i++)
        if (node->in[i] && !is_constant(node->in[i]) && !(node->op->traits & OG_SHAPE_ONLY))
            return false;
    for (int k = 0; k < node->n_out; k++) {
        const og_type *t = &node->out[k]->type;

        if (!og_type_known(t))
            continue; /* depends on the data, which is at hand */
        if (!og_elem_bytes(t->elem, og_count(t->rank, t->dims), &bytes))
            return false;
        total += bytes;
    }
    return total <= FOLD_LIMIT && !(node->op->traits & OG_SHAPE_ONLY);
}

static og_status fold_run(og_node *node, const plan_options *options)
{
    og_graph *g = node->graph;
    const og_tensor *in[64] = { NULL };
    og_tensor *out[16] = { NULL };
    og_status s = OG_OK;

    if (node->n_in > 64 || node->n_out > 16)
        return OG_OK;
    for (int i = 0; i < node->n_in; i++)
        in[i] = node->in[i] ? node->in[i]->data : NULL;
    OG_TRY(og_run_node(node, in, out, 1, 0, options->report));
    for (int k = 0; k < node->n_out && !s; k++) {
        og_tensor *copy = og_graph_copy_tensor(g, out[k]);
        og_value *v = copy ? og_graph_add_constant(g, NULL, copy) : NULL;

        if (v)
            og_value_replace(node->out[k], v);
        else
            s = og_fail(options->report, OG_NO_MEMORY, "no memory left for constants");
    }
    for (int k = 0; k < node->n_out; k++)
        og_tensor_free(out[k]);
    node->dead = !s;
    return s;
}

static og_status fold(og_node *node, og_plan_facts *facts, const plan_options *options)
{
    bool all = node->n_out > 0;

    for (int k = 0; k < node->n_out; k++) {
        og_tensor *t = known_content(node->graph, node->out[k]);
        og_value *v = t ? og_graph_add_constant(node->graph, NULL, t) : NULL;

        if (v)
            og_value_replace(node->out[k], v);
        else
            all = false;
    }
    if (!all && foldable(node)) {
        OG_TRY(fold_run(node, options));
        all = node->dead;
    }
    node->dead = all;
    facts->folded += all;
    return OG_OK;
}

/* ---- Merging --------------------------------------------------------------------------------- */

static bool same_attr(const og_attr *a, const og_attr *b)
{
    if (a->kind != b->kind || strcmp(a->name, b->name))
        return false;
    switch (a->kind) {
    case OG_ATTR_INT:
        return a->u.i == b->u.i;
    case OG_ATTR_FLOAT:
        return !memcmp(&a->u.f, &b->u.f, sizeof a->u.f);
    case OG_ATTR_STRING:
        return a->u.s.size == b->u.s.size && !memcmp(a->u.s.data, b->u.s.data, a->u.s.size);
    case OG_ATTR_INTS:
        return a->u.ints.n == b->u.ints.n &&
               !memcmp(a->u.ints.v, b->u.ints.v, sizeof(int64_t) * (size_t)a->u.ints.n);
    case OG_ATTR_FLOATS:
        return a->u.floats.n == b->u.floats.n &&
               !memcmp(a->u.floats.v, b->u.floats.v, sizeof(float) * (size_t)a->u.floats.n);
    default:
        return false; /* tensors, graphs: not compared */
    }
}

/* Constants with the same bits are one value for merging. */
static bool same_value(const og_value *a, const og_value *b)
{
    if (a == b)
        return true;
    if (!is_constant(a) || !is_constant(b) || a->data->elem != b->data->elem ||
        a->data->elem == OG_STRING || a->data->rank != b->data->rank ||
        a->data->count != b->data->count || a->data->count > 64)
        return false;
    for (int i = 0; i < a->data->rank; i++)
        if (a->data->dims[i] != b->data->dims[i])
            return false;
    return !memcmp(a->data->data, b->data->data, og_tensor_bytes(a->data));
}

static bool same_node(const og_node *a, const og_node *b)
{
    if (a->op != b->op || a->n_in != b->n_in || a->n_out != b->n_out)
        return false;
    for (int i = 0; i < a->n_in; i++)
        if (!same_value(a->in[i], b->in[i]))
            return false;
    const og_attr *x = a->raw, *y = b->raw;
    while (x->name && y->name && same_attr(x, y)) {
        x++;
        y++;
    }
    return !x->name && !y->name;
}

static uint64_t node_hash(const og_node *node)
{
    uint64_t h = og_hash_bytes(0, &node->op, sizeof node->op);

    for (int i = 0; i < node->n_in; i++) {
        const og_value *v = node->in[i];
        size_t id = v ? v->id : SIZE_MAX;

        if (is_constant(v) && v->data->count <= 64 && v->data->elem != OG_STRING)
            h = og_hash_bytes(h, v->data->data, og_tensor_bytes(v->data));
        else
            h = og_hash_bytes(h, &id, sizeof id);
    }
    return h;
}

typedef struct merge_table {
    og_node **slots;
    size_t mask;
} merge_table;

static bool merge(merge_table *table, og_node *node)
{
    if (node->op->traits & OG_RANDOM || og_node_body(node, 0))
        return false;
    for (size_t h = node_hash(node) & table->mask;; h = (h + 1) & table->mask) {
        og_node *other = table->slots[h];

        if (!other) {
            table->slots[h] = node;
            return false;
        }
        if (!same_node(other, node))
            continue;
        for (int k = 0; k < node->n_out; k++)
            og_value_replace(node->out[k], other->out[k]);
        node->dead = true;
        return true;
    }
}

/* ---- The walk -------------------------------------------------------------------------------- */

/* All operators that cannot run, in one report: a user wants the list, not its first entry. */
static og_status refuse_unsupported(const og_graph *g, og_report *report)
{
    og_report first = { 0 };
    og_text names = { 0 };
    size_t kinds = 0;

    for (size_t i = 0; i < g->nodes.n; i++) {
        og_node *node = g->nodes.v[i];
        size_t same = 0, before = 0;

        if (og_node_runnable(node) || node->op->expand)
            continue;
        for (size_t j = 0; j < g->nodes.n; j++)
            if (!strcmp(g->nodes.v[j]->op->name, node->op->name) &&
                !og_node_runnable(g->nodes.v[j]) && !g->nodes.v[j]->op->expand) {
                same++;
                before += j < i;
            }
        if (before)
            continue;
        og_node_unsupported(node, &first);
        char shown[100];
        og_text_print(&names, "%s%s (%zu)", kinds++ ? ", " : "",
                      og_escape(shown, sizeof shown, node->op->name), same);
    }
    if (first.code) {
        *report = first;
        if (kinds > 1)
            og_report_hint(report, "%zu operators are not supported here: %s", kinds, names.data);
    }
    og_text_free(&names);
    return report->code;
}

/* What rewriting a node has to say stands in the report of the plan's own graph. */
static og_status forward_report(const og_node *node, const plan_options *options)
{
    *options->report = *og_graph_errors(node->graph);
    return options->report->code;
}

static og_status simplify_node(og_node *node, merge_table *table, og_plan_facts *facts,
                               const plan_options *options, bool *changed)
{
    char text[300];

    for (int i = 0; i < node->n_in; i++)
        node->in[i] = og_value_now(node->in[i]);
    if (og_node_infer(node)) {
        forward_report(node, options);
        og_report_where(options->report, "%s%s%s", og_node_text(node, text, sizeof text),
                        *og_graph_root(node->graph)->file ? " in " : "",
                        og_graph_root(node->graph)->file);
        return options->report->code;
    }
    if (og_node_simplify(node, changed))
        return forward_report(node, options);
    if (!node->dead && og_pass_enabled(options, "fold"))
        OG_TRY(fold(node, facts, options));
    if (!node->dead && og_pass_enabled(options, "merge") && merge(table, node))
        facts->merged++;
    if (!node->dead && !og_node_runnable(node) && node->op->expand) {
        if (og_node_expand(node))
            return forward_report(node, options);
        *changed = true;
    }
    return OG_OK;
}

static og_status simplify_once(og_graph *g, og_plan_facts *facts, const plan_options *options,
                               bool *changed)
{
    size_t size = 64;

    while (size < 4 * (g->nodes.n + 1))
        size *= 2;
    og_node **slots = og_calloc(size, sizeof *slots);
    merge_table table = { slots, size - 1 };
    og_status s =
        slots ? OG_OK : og_fail(options->report, OG_NO_MEMORY, "no memory left for a plan");
    size_t n = g->nodes.n; /* expansions add behind: they come in the next walk */

    for (size_t i = 0; i < n && !s; i++)
        if (!g->nodes.v[i]->dead)
            s = simplify_node(g->nodes.v[i], &table, facts, options, changed);
    og_free(slots);
    return s;
}

og_status og_plan_simplify(og_graph *g, og_plan_facts *facts, const plan_options *options)
{
    bool changed = true;

    for (int walk = 0; changed; walk++) {
        if (walk == 32)
            return og_fail(options->report, OG_LIMIT,
                           "expansions of operators nest deeper than 32");
        changed = false;
        OG_TRY(simplify_once(g, facts, options, &changed));
        if (og_graph_settle(g) || og_graph_prune(g, NULL, 0)) {
            *options->report = *og_graph_errors(g);
            return options->report->code;
        }
    }
    return refuse_unsupported(g, options->report);
}
